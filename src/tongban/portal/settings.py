"""What a visitor may set: language, large print, whom to act for, how to be told."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.identity import service as identity
from tongban.kit.access import access, actor_of, public, resident, signed_in
from tongban.kit.errors import invalid
from tongban.notices import service as notices
from tongban.portal.web import account_of, way_back
from tongban.wechat import service as wechat

YEAR = 365 * 24 * 3600  # seconds a choice is kept


@access(public)
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language of the interface."""
    wanted = request.POST.get("language", "")
    if wanted not in dict(settings.LANGUAGES):
        raise invalid("language", "choice", _("没有这种语言"))
    answer = redirect(way_back(request))
    answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, wanted, max_age=YEAR, samesite="Lax", httponly=True)
    return answer


@access(public)
@require_POST
def large_print(request: HttpRequest) -> HttpResponse:
    """Turn the large-print layout on or off."""
    answer = redirect(way_back(request))
    if request.POST.get("on") == "1":
        answer.set_cookie("large_print", "1", max_age=YEAR, samesite="Lax", httponly=True)
    else:
        answer.delete_cookie("large_print", samesite="Lax")
    return answer


@access(resident)
@require_POST
def acting(request: HttpRequest) -> HttpResponse:
    """Act for oneself or for an enterprise from now on."""
    try:
        subject_id = UUID(request.POST.get("subject", ""))
    except ValueError:
        raise invalid("subject", "choice", _("请选择办事身份")) from None
    actor = identity.choose_acting(request, subject_id)
    messages.success(
        request, _("您现在以%(name)s的身份办事") % {"name": actor.subject_name}, extra_tags="good"
    )
    return redirect(way_back(request))


@access(signed_in)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """My account: where to change what."""
    actor = actor_of(request)
    with_wechat = actor.kind == "resident" and wechat.load().enabled
    return render(request, "portal/settings.html", {"actor": actor, "wechat": with_wechat})


@access(signed_in)
@require_http_methods(["GET", "HEAD", "POST"])
def notice_preferences(request: HttpRequest) -> HttpResponse:
    """How to be told beside the inbox."""
    actor, account_id = account_of(request)
    held = notices.preferences(account_id)
    with_wechat = actor.kind == "resident" and wechat.load().can_push
    if request.method == "POST":
        chosen = "wechat" in request.POST if with_wechat else held.wechat  # what was not offered stays
        wanted = notices.Preferences(sms="sms" in request.POST, mail="mail" in request.POST, wechat=chosen)
        notices.set_preferences(actor, wanted)
        messages.success(request, _("已保存通知方式。"), extra_tags="good")
        return redirect("portal:notice_preferences")
    context = {"wanted": held, "wechat": with_wechat, "bound": bool(wechat.bindings_of(actor))}
    return render(request, "portal/preferences.html", context)
