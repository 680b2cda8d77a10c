"""What is said to a text: to the account's own words (绑定, 转人工 …), or the assist room's reply."""

from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from tongban.assist import service as assist
from tongban.kit.actors import ANONYMOUS, Actor
from tongban.wechat import binding
from tongban.wechat.models import Handed
from tongban.wechat.settings import WeChatSettings

PROGRESS = ("进度", "我的办件", "办件进度", "PROGRESS")
BIND = ("绑定", "绑定账号", "BIND")
UNBIND = ("解绑", "解除绑定", "UNBIND")
HUMAN = ("转人工", "人工", "人工服务", "HUMAN")
HEARD = ("答复", "人工答复", "ANSWERS")
HELP = ("帮助", "?", "？", "HELP")
SHOWN = 3  # answers of people that are listed


def said(settings: WeChatSettings, openid: str, text: str, *, patience: float | None = None) -> str:
    """The answer to a text.

    Args:
        patience: seconds there are for a model's phrasing; None where there is no hurry.

    Raises:
        DomainError: what the assist room refuses, in words for the reader.
    """
    word = text.strip().rstrip("。.!！").upper()
    if word in BIND:
        return _bind(settings, openid)
    actor = binding.actor_of(openid)
    if word in UNBIND:
        done = actor is not None and binding.unbind_openid(openid)
        return _("已解除绑定。") if done else _("这个微信没有绑定账号。")
    if word in PROGRESS:
        return _progress(settings, openid, actor)
    if word in HELP:
        return _help()
    if word in HUMAN:
        return _handed(settings, actor or ANONYMOUS, openid)
    if word in HEARD:
        return _heard(settings, actor or ANONYMOUS, openid)
    question = _chosen(openid, word) or text
    reply = assist.reply(
        question,
        session=session_of(openid),
        actor=actor or ANONYMOUS,
        channel="wechat",
        patience=patience,
    )
    return plain(settings, reply)


def session_of(openid: str) -> str:
    """The token of a WeChat user's conversation; nobody can make it up who knows the openid."""
    return "wechat:" + salted_hmac("tongban.wechat.session", openid, algorithm="sha256").hexdigest()[:40]


def _help() -> str:
    return _(
        "直接说您想办什么事，例如“开饭店要什么材料”。\n发送“进度”：您的办件\n发送“绑定”“解绑”：微信与账号\n"
        "发送“转人工”：由工作人员答复刚才的问题\n发送“答复”：工作人员的答复"
    )


def _bind(settings: WeChatSettings, openid: str) -> str:
    made = binding.ticket(openid)
    words = _(
        "请在 10 分钟内打开链接并登录，输入验证码 %(code)s 完成绑定：\n%(link)s\n不要把验证码告诉别人。"
    )
    return words % {"code": made.code, "link": f"{settings.site}/settings/wechat/?token={made.token}"}


def _progress(settings: WeChatSettings, openid: str, actor: Actor | None) -> str:
    """One's own cases, then those of the enterprises one acts for today."""
    if actor is None:
        return _("查询办件要先绑定账号。") + "\n" + _bind(settings, openid)
    found = [
        (who.subject_name, assist.reply(PROGRESS[0], session="", actor=who, channel="wechat"))
        for who in (actor, *binding.acting_for(actor))
    ]
    own, others = found[0], [(name, reply) for name, reply in found[1:] if reply.sentences]
    lines = [] if others and not own[1].sentences else [plain(settings, own[1])]
    for name, reply in others:
        lines += [f"【{name}】", plain(settings, reply)]
    return "\n".join(lines)


def _chosen(openid: str, word: str) -> str:
    """The question behind a number, where the turn before asked which one is meant."""
    if not (word.isascii() and word.isdigit() and len(word) <= 2):
        return ""
    turns = assist.turns_of(session_of(openid))
    choices = turns[-1].get("choices") if turns else None
    if not isinstance(choices, list) or not 1 <= int(word) <= len(choices):
        return ""
    return str(choices[int(word) - 1])


def _handed(settings: WeChatSettings, actor: Actor, openid: str) -> str:
    row = assist.hand_over(actor, session=session_of(openid), channel="wechat")
    if row.account_id is None:
        Handed.objects.get_or_create(token=row.token, defaults={"openid": openid})
    due = timezone.localtime(row.due_at).strftime("%Y-%m-%d %H:%M")
    lines = [
        _("“%(question)s”已转给工作人员，最迟 %(due)s 答复。") % {"question": row.question[:60], "due": due}
    ]
    lines.append(
        _("答复后会发到这里；也可以发送“答复”，或者打开：") + f" {settings.site}/assist/answers/{row.token}/"
    )
    return "\n".join(lines)


def _heard(settings: WeChatSettings, actor: Actor, openid: str) -> str:
    rows = assist.asked_by(actor, session_of(openid))[:SHOWN]
    if not rows:
        return _("您还没有转人工的问题。")
    lines = []
    for row in rows:
        due = timezone.localtime(row.due_at).strftime("%Y-%m-%d %H:%M")
        words = row.answer or row.closed_note or _("最迟 %(due)s 答复") % {"due": due}
        lines += [f"“{row.question[:60]}”", words, f"{settings.site}/assist/answers/{row.token}/"]
    return "\n".join(lines)


def plain(settings: WeChatSettings, reply: assist.Reply) -> str:
    """A reply of the assist room as text: each sentence above its source, cards, and where to file."""
    lines = _sourced(settings, reply)
    shown = {url.partition("?")[0].partition("#")[0] for _text, url, _title in reply.sentences}
    for number, card in enumerate(reply.cards, 1):
        mark = f"{number}." if reply.choices else "·"
        if card.url not in shown:
            lines.append(f"{mark} {card.name} {settings.site}{card.url}")
    if reply.kind == "answer" and reply.cards:
        lines += _ways(settings, reply.cards[0])
    if reply.choices:
        lines.append(_("回复前面的数字就可以。"))
    if reply.kind == "handover":
        lines.append(_("发送“转人工”，由工作人员答复。"))
    return "\n".join(lines)


def _sourced(settings: WeChatSettings, reply: assist.Reply) -> list[str]:
    """The words with their sources; sentences of one source in a row share its line."""
    if not reply.sentences:
        return [reply.phrased or reply.text]
    lines = [reply.phrased] if reply.phrased else []
    for here, after in zip(reply.sentences, (*reply.sentences[1:], None), strict=True):
        text, url, title = here
        if not reply.phrased:
            lines.append(text)
        if after is None or after[1] != url:
            named = "" if title in text else f"《{title}》 "  # a case's line has its name
            lines.append(f"{named}{settings.site}{url}")
    return lines


def _ways(settings: WeChatSettings, card: assist.Card) -> list[str]:
    """Where to be asked what one needs, and where to file."""
    named = ((_("看看我要准备什么"), card.guidance_url), (_("在线办理"), card.filing_url))
    return [f"{name} {settings.site}{url}" for name, url in named if url]
