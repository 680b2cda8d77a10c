"""The sandbox's page: play a WeChat user, switch faults of WeChat's server, set the account's menu."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tongban.kit.access import access, public
from tongban.kit.errors import Conflict, Invalid
from tongban.kit.sandbox import sandbox_only
from tongban.wechat.client import Rejected, Trouble
from tongban.wechat.menu import push_menu
from tongban.wechat.models import Binding, SandboxUser
from tongban.wechat.sandbox import phone, store
from tongban.wechat.settings import MODES, load

MOST = 11_000  # characters of a text: more than the platform takes, so that this can be seen


@access(public)
@require_GET
@sandbox_only
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """One user's chat with the account."""
    return render(request, "wechat/sandbox.html", _context(request))


@access(public)
@require_GET
@sandbox_only
@never_cache
def log(request: HttpRequest) -> HttpResponseBase:
    """The chat alone, for the page's script; 204 while there is nothing new."""
    user = store.user(request.GET.get("user", ""))
    lines = store.lines(user.openid)
    if lines and str(lines[-1].id) == request.GET.get("after"):
        return HttpResponse(status=204)
    return render(request, "wechat/_sandbox_log.html", {"user": user, "lines": lines})


@access(public)
@require_POST
@sandbox_only
def act(request: HttpRequest) -> HttpResponse:
    """Do something as the user; what cannot be done is said on the page."""
    data = request.POST
    user = store.user(data.get("user", ""))
    try:
        phone.act(
            user.openid,
            data.get("kind", "text"),
            data.get("text", "")[:MOST],
            mode=data.get("mode", ""),
            trick=data.get("trick", ""),
        )
    except (Invalid, Conflict) as error:
        problem = error.problems[0].message if isinstance(error, Invalid) else error.message
        return render(request, "wechat/sandbox.html", _context(request, str(problem)), status=error.status)
    chosen = f"&mode={data['mode']}" if data.get("mode") in MODES else ""
    return redirect(f"{reverse('sandbox_wechat')}?user={user.openid}{chosen}#last")


@access(public)
@require_POST
@sandbox_only
def new_user(request: HttpRequest) -> HttpResponse:
    """Somebody new follows the account."""
    user = store.new_user(_("用户 %(number)s") % {"number": SandboxUser.objects.count() + 1})
    phone.act(user.openid, "subscribe")
    return redirect(f"{reverse('sandbox_wechat')}?user={user.openid}#last")


@access(public)
@require_POST
@sandbox_only
def fault(request: HttpRequest) -> HttpResponse:
    """Switch a fault of WeChat's server on or off."""
    store.set_fault(request.POST.get("fault", ""))
    return _back(request)


@access(public)
@require_POST
@sandbox_only
def menu(request: HttpRequest) -> HttpResponse:
    """Set the account's menu, by a call to WeChat's server."""
    try:
        push_menu(load())
    except (Trouble, Rejected) as error:
        words = _("微信服务器没有接受：%s") % error
        return render(request, "wechat/sandbox.html", _context(request, words), status=502)
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    user = store.user(request.POST.get("user", ""))
    return redirect(f"{reverse('sandbox_wechat')}?user={user.openid}")


def _context(request: HttpRequest, problem: str = "") -> dict[str, Any]:
    settings, given = load(), request.POST if request.method == "POST" else request.GET
    users = store.users() or [store.new_user(_("游客"))]
    wanted = given.get("user", "")
    user = store.user(wanted) if wanted else users[0]
    bound = Binding.objects.filter(openid=user.openid).select_related("account").first()
    return {
        "user": user,
        "users": users,
        "lines": store.lines(user.openid),
        "bound": bound.account.name if bound else "",
        "left": store.now_open(user.openid),
        "buttons": store.state("menu").get("button", []),
        "modes": [
            ("safe", _("安全模式（只有密文）")),
            ("compatible", _("兼容模式（明文和密文）")),
            ("plain", _("明文模式")),
        ],
        "mode": given.get("mode") or settings.mode,
        "tricks": phone.TRICKS.items(),
        "faults": store.FAULTS.items(),
        "fault": store.fault(),
        "settings": settings,
        "problem": problem,
        "typed": request.POST.get("text", "")[:MOST] if problem else "",
    }
