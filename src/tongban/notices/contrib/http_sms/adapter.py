"""SMS through a gateway that speaks JSON over HTTP.

``POST <url>`` with ``Authorization: Bearer <key>`` and ``{"key", "to", "text"}``. 202 with ``{"id"}`` means
taken; 400, 401, 403, 404 and 422 with ``{"error"}`` mean refused for good; everything else is tried again.
"""

import httpx
import structlog
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.kit import inprocess
from tongban.notices.base import Adapter, Message, Recipient, Refused, Unreachable
from tongban.notices.sandbox.keys import sandbox_key
from tongban.plugins.service import Problem

TIMEOUT = 5.0  # seconds
REFUSALS = {400, 401, 403, 404, 422}


def _client() -> tuple[httpx.Client, str, str]:
    """The HTTP client, the URL and the key this site sends with."""
    url: str = settings.NOTICES_SMS_URL
    if url.startswith(inprocess.ADDRESS):
        return inprocess.client(TIMEOUT), url.removeprefix(inprocess.ADDRESS), sandbox_key()
    return httpx.Client(timeout=TIMEOUT), url, settings.NOTICES_SMS_KEY


def _trail() -> dict[str, str]:
    """The id of the request this message comes from, so that the gateway's log leads back to it."""
    identifier = structlog.contextvars.get_contextvars().get("request_id")
    return {"X-Request-ID": identifier} if identifier else {}


class HttpSms(Adapter):
    identifier = "http_sms"
    verbose_name = gettext_lazy("短信（HTTP 网关）")  # type: ignore[assignment]
    channel = "sms"

    def address(self, recipient: Recipient) -> str:
        return recipient.phone

    def send(self, message: Message) -> str:
        client, url, key = _client()
        body = {"key": message.key, "to": message.target, "text": message.text}
        try:
            with client:
                answer = client.post(url, json=body, headers={"Authorization": f"Bearer {key}", **_trail()})
        except httpx.HTTPError as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        if answer.status_code in REFUSALS:
            raise Refused(f"HTTP {answer.status_code}: {answer.text[:200]}")
        if not answer.is_success:
            raise Unreachable(f"HTTP {answer.status_code}")
        try:
            return str(answer.json()["id"])
        except (ValueError, KeyError, TypeError) as error:
            raise Unreachable("the gateway's answer carries no id") from error

    def check_config(self) -> list[Problem]:
        url: str = settings.NOTICES_SMS_URL
        if url.startswith(inprocess.ADDRESS):
            if not settings.SANDBOX:
                return [Problem("sandbox_off", _("短信仍指向沙箱，但沙箱已关闭：请设置 TONGBAN_SMS_URL"))]
            return [Problem("sandbox", _("短信进入沙箱，不会发到真实手机"), fatal=False)]
        if not url.startswith("https://") and "localhost" not in url and "127.0.0.1" not in url:
            return [Problem("insecure", _("短信网关地址应使用 https"))]
        if not settings.NOTICES_SMS_KEY:
            return [Problem("no_key", _("没有设置短信网关密钥 TONGBAN_SMS_KEY"))]
        return []
