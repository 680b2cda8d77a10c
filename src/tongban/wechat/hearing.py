"""What the WeChat room hears: answers of people to askers whom only WeChat can reach."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.assist import service as assist
from tongban.assist.events import hand_over_ended
from tongban.kit.actors import ANONYMOUS
from tongban.kit.errors import NotFound
from tongban.kit.events import subscribe
from tongban.wechat.models import Handed
from tongban.wechat.outgoing import push
from tongban.wechat.settings import load
from tongban.wechat.wording import cut, shortened


@subscribe(hand_over_ended, "wechat.answered")
def answered(payload: dict[str, Any]) -> None:
    """Send the asker what people said; once, however often this is heard."""
    settings = load()
    with transaction.atomic():
        asked = Handed.objects.select_for_update().filter(pk=payload["token"]).first()
        if asked is None or not settings.can_push:
            return
        token, openid = asked.token, asked.openid
        asked.delete()
        try:
            row = assist.own_hand_over(ANONYMOUS, token)
        except NotFound:
            return
        words = f"“{row.question[:60]}”\n{row.answer or row.closed_note}"
        link = f"{settings.site}/assist/answers/{row.token}/"
        push(openid, cut(shortened(words, 1800), link), subject=_("您的问题已有答复"))
