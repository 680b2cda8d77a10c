"""WeChat told by a browser: a question in the chat, binding, a notice in the chat, progress, a fault.

Somebody plays a WeChat user: asks what he needs, binds the WeChat to his account with the code that only
the chat shows, files in the portal while WeChat's server is down, and has the notice once it is back.
"""

import re
from typing import Any

import pytest
from browser import sign_in
from playwright.sync_api import Page, expect
from telling import Check, Shot, Story, apart, load, run_jobs

from tongban.cases import service as cases
from tongban.demo.accounts import PASSWORD
from tongban.identity import service as identity
from tongban.items import service as items
from tongban.notices import service as notices
from tongban.wechat import service as wechat

CHAT = "/sandbox/wechat/"


class WeChatStory(Story):
    name = "wechat"

    def say(self, words: str) -> None:
        """Type a sentence into the played phone and send it."""
        self.page.get_by_label("说一句话").fill(words)
        self.page.get_by_role("button", name="发送", exact=True).click()

    def fault(self, name: str) -> None:
        """Switch a fault of WeChat's server, and wait until it is."""
        self.page.get_by_label("故障演练").select_option(name)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="设置", exact=True).click()
        expect(self.page.get_by_label("故障演练")).to_have_value(name)

    def bubble(self, words: str) -> Any:
        return self.page.locator(".tb-phone__line--account", has_text=words).last


@pytest.fixture
def told(page: Page, visitor: Any, live_server: Any, shot: Shot, axe: Check) -> "WeChatStory":
    return WeChatStory(page, visitor, shot, axe, live_server.url)


@pytest.fixture
def province(transactional_db: None, live_server: Any, settings: Any) -> None:
    settings.BASE_URL = live_server.url
    apart(lambda: (load("residence-permit"), wechat.push_menu(wechat.load())))


def ask(story: WeChatStory) -> None:
    """A question, with its source under it."""
    story.page.goto(CHAT)
    story.say("居住证要什么材料")
    answer = story.bubble("《居住证首次申领》")
    expect(answer).to_be_visible()
    expect(answer.get_by_role("link").first).to_have_attribute("href", re.compile("/items/residence-permit/"))
    story.seen(story.page, "question")


def bind(story: WeChatStory) -> None:
    """The link out of the chat, signing in on the way, and the code that stands only in the chat."""
    page = story.page
    story.say("进度")
    offer = story.bubble("查询办件要先绑定账号")
    expect(offer).to_be_visible()
    code = re.search(r"验证码 (\d{6})", offer.inner_text())
    assert code is not None
    link = offer.get_by_role("link").get_attribute("href")
    sign_in(page, story.origin, "wang", PASSWORD)
    page.goto(str(link))
    story.seen(page, "binding")
    page.get_by_label("公众号对话里显示的 6 位验证码").fill("000000" if code[1] != "000000" else "111111")
    page.get_by_role("button", name="绑定").click()
    expect(page.get_by_text("验证码不对")).to_be_visible()
    story.seen(page, "wrong-code")
    page.get_by_label("公众号对话里显示的 6 位验证码").fill(code[1])
    page.get_by_role("button", name="绑定").click()
    expect(page.get_by_text("绑定成功")).to_be_visible()
    story.seen(page, "bound")


def file(story: WeChatStory) -> str:
    """A draft of his own, and a notice about it sent while WeChat's server is down."""
    page = story.page
    page.goto(CHAT)
    story.fault("down")

    def start() -> str:
        account = identity.find_account("wang")
        assert account is not None
        item = items.published("residence-permit")
        case = cases.start_draft(identity.own_actor(account), item.id, key="story")
        notices.send(
            identity.recipient(account.id), "cases.note", "请接着填写", "您的居住证申请还没有提交。",
            link=f"/cases/{case.id}/", key="story", channels=("wechat",),
        )  # fmt: skip
        return str(case.id)

    return apart(start)


def test_wechat_is_bound_and_told(page: Page, province: None, told: WeChatStory) -> None:
    story = told
    ask(story)
    bind(story)
    case = file(story)
    run_jobs()
    expect(story.bubble("请接着填写")).to_have_count(0)
    story.fault("")
    apart(lambda: notices.replay(older_than_seconds=0))
    run_jobs()
    note = story.bubble("您的居住证申请还没有提交。")  # the chat asks for news by itself
    expect(note).to_be_visible(timeout=15_000)
    expect(note.get_by_role("link")).to_have_attribute("href", f"{story.origin}/cases/{case}/")
    story.seen(page, "notice")
    page.locator(".tb-phone__menu summary", has_text="我的").click()
    page.get_by_role("button", name="办件进度").click()
    expect(story.bubble("居住证首次申领（草稿）")).to_be_visible()
    story.seen(page, "progress")
