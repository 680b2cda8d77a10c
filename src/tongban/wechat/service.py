"""The one door of the WeChat room."""

from tongban.wechat.answering import answer, message_key
from tongban.wechat.binding import Ticket, bind, bindings_of, ticket, unbind
from tongban.wechat.client import Rejected, Trouble
from tongban.wechat.menu import push_menu
from tongban.wechat.models import Binding
from tongban.wechat.protocol import Query, Refused, check, message_in, once, reply_out
from tongban.wechat.sandbox.phone import act as sandbox_act
from tongban.wechat.sandbox.store import new_user as sandbox_user
from tongban.wechat.settings import WeChatSettings, load

__all__ = [
    "Binding", "Query", "Refused", "Rejected", "Ticket", "Trouble", "WeChatSettings", "answer", "bind",
    "bindings_of", "check", "load", "message_in", "message_key", "once", "push_menu", "reply_out",
    "sandbox_act", "sandbox_user", "ticket", "unbind",
]  # fmt: skip
