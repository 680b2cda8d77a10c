"""Check of a licence by anybody who has its code."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.kit.access import access, public
from tongban.kit.errors import NotFound
from tongban.licences import service as licences


@access(public)
@require_safe
def enter(request: HttpRequest) -> HttpResponse:
    """Type in the code under the QR code, where there is no camera."""
    typed = request.GET.get("token", "").strip().rstrip("/").rpartition("/")[2][:100]
    if typed and all(c.isalnum() or c in "-_" for c in typed) and typed.isascii():
        return redirect("portal:check", typed)
    problem = _("查验码由字母和数字组成，请对照证照重新输入") if request.GET.get("token") else ""
    return render(request, "portal/check_enter.html", {"problem": problem}, status=422 if problem else 200)


@access(public)
@require_safe
def check(request: HttpRequest, token: str) -> HttpResponse:
    """What anybody may know about a licence; the look-up is logged where its holder sees it."""
    meta = {
        "ip": request.META.get("REMOTE_ADDR", ""),
        "user_agent": request.headers.get("user-agent", "")[:200],
    }
    try:
        found = licences.public_check(token, meta)
    except NotFound:
        return render(request, "portal/check_result.html", {"found": None}, status=404)
    rows = [
        {"key": _("证照名称"), "value": found.type_name},
        {"key": _("证照编号"), "value": found.number},
        {"key": _("持证主体"), "value": found.holder},
        {"key": _("发证机关"), "value": found.issuer},
        {"key": _("有效期"), "value": _period(found)},
        {"key": _("电子证照标识"), "value": found.identifier},
    ]
    return render(request, "portal/check_result.html", {"found": found, "rows": rows})


def _period(found: licences.PublicCheck) -> str:
    end = found.valid_to.isoformat() if found.valid_to else _("长期")
    return _("%(start)s 至 %(end)s") % {"start": found.valid_from.isoformat(), "end": end}
