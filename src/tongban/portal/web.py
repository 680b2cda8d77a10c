"""What the portal's views share: page numbers, safe ways back, who stands behind the visitor."""

from uuid import UUID

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from tongban.kit.access import actor_of
from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden

MAX_PAGE = 10_000


def page_number(request: HttpRequest) -> int:
    """The wanted page, counted from 1; nonsense means the first."""
    text = request.GET.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(number, 1), MAX_PAGE)


def way_back(request: HttpRequest) -> str:
    """The page on this site that the form came from, or the home page."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if safe and wanted.startswith("/") else "/"


def subject_of(request: HttpRequest) -> tuple[Actor, UUID]:
    """The actor and the subject he stands for. Raises Forbidden when his identity was never confirmed."""
    actor = actor_of(request)
    if actor.subject_id is None:
        raise Forbidden(_("您的账号还没有完成实名认证"), code="no_subject")
    return actor, actor.subject_id


def account_of(request: HttpRequest) -> tuple[Actor, UUID]:
    """The actor and his account. Raises Forbidden for programs without one."""
    actor = actor_of(request)
    if actor.account_id is None:
        raise Forbidden
    return actor, actor.account_id
