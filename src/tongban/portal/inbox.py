"""Notices for me."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from tongban.kit.access import access, actor_of, signed_in
from tongban.notices import service as notices
from tongban.portal.web import account_of, page_number


@access(signed_in)
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """All notices, newest first."""
    _actor, account_id = account_of(request)
    return render(
        request,
        "portal/inbox.html",
        {"page": notices.inbox(account_id, page_number(request)), "nav": "inbox"},
    )


@access(signed_in)
@require_POST
def read(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Mark one notice as read and go to what it is about."""
    notice = notices.mark_read(actor_of(request), notice_id)
    safe = url_has_allowed_host_and_scheme(notice.link, {request.get_host()}, request.is_secure())
    return redirect(notice.link if notice.link and safe else "portal:inbox")


@access(signed_in)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    notices.mark_all_read(actor_of(request))
    return redirect("portal:inbox")
