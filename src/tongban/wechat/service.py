"""The one door of the WeChat room."""

from tongban.wechat.answering import answer
from tongban.wechat.binding import Ticket, bind, bindings_of, ticket, unbind
from tongban.wechat.models import Binding
from tongban.wechat.protocol import Query, Refused, check, message_in, once, reply_out
from tongban.wechat.settings import WeChatSettings, load

__all__ = [
    "Binding",
    "Query",
    "Refused",
    "Ticket",
    "WeChatSettings",
    "answer",
    "bind",
    "bindings_of",
    "check",
    "load",
    "message_in",
    "once",
    "reply_out",
    "ticket",
    "unbind",
]
