"""Calls to WeChat's server through wechatpy's client; its tokens, its faults and what they mean here.

The library's own retry after an expired token has no end and asks a fixed address; here a call is repeated
once, with a token that all processes share. Source: the developer documentation
(获取稳定版接口调用凭据, 全局返回码).
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import requests
from cryptography.fernet import InvalidToken
from django.core.cache import cache
from django.utils import timezone
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatClientException

from tongban.kit import inprocess
from tongban.notices import service as notices
from tongban.wechat.settings import WeChatSettings, load

T = TypeVar("T")
TIMEOUT = 5.0  # seconds
EARLY = 120  # seconds before its end a token is not used any more
BAD_TOKEN = {40001, 40014, 42001}
CLOSED = {45015, 45047}  # 48 hours are over, or the five messages are used up
QUOTA_OF_DAY, QUOTA_OF_MINUTE = 45009, 45011
MENDABLE = {40002, 40013, 40125, 40164, 40243, 48001, 50002, 61024}  # an operator can mend the account
BUSY = {-1, -1000}
A_WHILE = 600  # seconds


class Trouble(Exception):
    """WeChat cannot do it now. ``wait`` seconds until another try makes sense; 0 means the usual pause."""

    def __init__(self, problem: str, wait: int = 0) -> None:
        super().__init__(problem)
        self.wait = wait


class Rejected(Exception):
    """WeChat will not do it, now or later."""


class WindowClosed(Rejected):
    """The person has not written within 48 hours, or was sent as many messages as one writing allows."""


class Client(WeChatClient):  # type: ignore[misc]
    """wechatpy's client at the configured address."""

    def __init__(self, settings: WeChatSettings, timeout: float = TIMEOUT) -> None:
        super().__init__(settings.app_id, settings.secret, timeout=timeout, auto_retry=False)
        self.API_BASE_URL = settings.api_base
        self._token_in_use = ""
        if settings.played:
            self.API_BASE_URL = "http://localhost" + settings.api_base.removeprefix(inprocess.ADDRESS)
            self._http.mount("http://localhost", _Beside())

    @property
    def access_token(self) -> str:
        """The token all processes of this site share, or a new one."""
        self._token_in_use = self._token_in_use or _kept(self.appid) or self._new_token(force=False)
        return self._token_in_use

    def run(self, call: Callable[[], T]) -> T:
        """Do one call; once more with a new token where the old one is not taken any more.

        Raises:
            Trouble: it may go well later.
            WindowClosed: the person cannot be written to now.
            Rejected: for what WeChat will never take.
        """
        try:
            return self._once(call)
        except WeChatClientException as error:
            if error.errcode not in BAD_TOKEN:
                raise _meaning(error) from error
        self._renew()
        try:
            return self._once(call)
        except WeChatClientException as error:
            raise _meaning(error) from error

    def _once(self, call: Callable[[], T]) -> T:
        try:
            answer = call()
        except (requests.RequestException, ValueError) as error:
            raise Trouble(f"{type(error).__name__}: {error}"[:200]) from error
        if isinstance(answer, requests.Response):  # wechatpy gives back as it is what is no JSON
            raise Trouble("the answer is no JSON")
        return answer

    def _renew(self) -> None:
        """Another token than the one that was refused: the one in force, else a forced one."""
        refused = self._token_in_use
        cache.delete(_key(self.appid))
        try:
            self._token_in_use = self._once(lambda: self._new_token(force=False))
            if self._token_in_use == refused:
                self._token_in_use = self._once(lambda: self._new_token(force=True))
        except WeChatClientException as error:
            raise _meaning(error) from error

    def _new_token(self, *, force: bool) -> str:
        body = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.secret,
            "force_refresh": force,
        }
        answer = self._http.post(f"{self.API_BASE_URL}stable_token", json=body, timeout=self.timeout)
        if answer.status_code != requests.codes.ok:
            raise WeChatClientException(None, f"HTTP {answer.status_code}")
        data = answer.json()
        if not isinstance(data, dict) or not isinstance(data.get("access_token"), str):
            code, words = (data.get("errcode"), data.get("errmsg")) if isinstance(data, dict) else (None, "")
            raise WeChatClientException(code, words)
        token, seconds = data["access_token"], int(data.get("expires_in", 0)) - EARLY
        if seconds > 0:
            cache.set(_key(self.appid), notices.seal(token), seconds)
        return str(token)


class _Beside(requests.adapters.BaseAdapter):
    """Carries a request to the sandbox server in this process; late answers are timeouts as elsewhere."""

    def send(self, request: Any, *_unused: Any, timeout: Any = None, **_more: Any) -> requests.Response:
        began = time.monotonic()
        with inprocess.client(TIMEOUT) as client:
            got = client.request(
                request.method, request.path_url, content=request.body, headers=request.headers
            )
        if timeout and time.monotonic() - began > timeout:
            raise requests.ReadTimeout("the sandbox answered too late", request=request)
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = got.status_code, request.url, request
        answer._content = got.content
        answer.headers.update(got.headers)
        return answer

    def close(self) -> None:
        """Nothing is held open."""


def client() -> Client:
    """A client for the account of now."""
    return Client(load())


def forget_token(app_id: str) -> None:
    """Ask for another token at the next call."""
    cache.delete(_key(app_id))


def _key(app_id: str) -> str:
    return f"wechat-token-{app_id}"


def _kept(app_id: str) -> str:
    sealed = cache.get(_key(app_id))
    try:
        return notices.unseal(sealed) if sealed else ""
    except InvalidToken:
        return ""


def _meaning(error: WeChatClientException) -> Exception:
    code, words = error.errcode, f"{error.errcode}: {error.errmsg}"[:200]
    if code is None:
        status = getattr(error.response, "status_code", None)
        return Trouble(f"HTTP {status}" if status else str(error.errmsg))
    if code in BUSY:
        return Trouble(words)
    if code == QUOTA_OF_DAY:
        return Trouble(words, _until_midnight())
    if code == QUOTA_OF_MINUTE:
        return Trouble(words, 60)
    if code in MENDABLE or code in BAD_TOKEN:
        return Trouble(words, A_WHILE)
    return WindowClosed(words) if code in CLOSED else Rejected(words)


def _until_midnight() -> int:
    """Seconds until the day's quota is new: WeChat counts days of Beijing."""
    now = timezone.localtime()
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=5, second=0, microsecond=0)
    return int((midnight - now).total_seconds())
