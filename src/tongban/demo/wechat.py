"""Two WeChat users of the sandbox: one bound to a resident, who has asked and looked; and a visitor."""

from collections.abc import Iterator

from tongban.demo.loading import Piece
from tongban.identity import service as identity
from tongban.wechat import service as wechat

BOUND, VISITOR = "oTb-wanglei-000000000000001", "oTb-visitor-000000000000002"
LOGIN = "wang"  # has cases of his own


def load() -> None:
    """Set the menu, let both follow, bind one and let him talk; nothing where a real account is set up."""
    settings = wechat.load()
    if not settings.sandbox:
        return
    wechat.push_menu(settings)
    for openid, name in ((BOUND, "王磊的微信"), (VISITOR, "游客")):
        wechat.sandbox_user(name, openid)
        wechat.sandbox_act(openid, "subscribe")
    account = identity.find_account(LOGIN)
    assert account is not None
    wechat.sandbox_act(BOUND, "text", "开饭店要什么材料")
    ticket = wechat.ticket(BOUND)
    wechat.bind(identity.own_actor(account), ticket.token, ticket.code)
    wechat.sandbox_act(BOUND, "click", "PROGRESS")


def pieces() -> Iterator[Piece]:
    """One piece, after the cases."""
    yield Piece("wechat", "演示微信", load)
