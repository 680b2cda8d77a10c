"""Materials of an application: a held licence by one click, or a file."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongban.cases import service as cases
from tongban.files import service as files
from tongban.kit.access import access, actor_of, resident
from tongban.kit.errors import FieldProblem, Invalid, invalid


def _page(
    request: HttpRequest, case_id: UUID, problems: tuple[FieldProblem, ...] = (), key: str = ""
) -> HttpResponse:
    view = cases.materials_view(actor_of(request), case_id)
    if not view.editable:
        return redirect("portal:case", case_id)
    context = {
        "view": view,
        "case": view.case,
        "problems": [{"field": f"file-{key}", "message": p.message} for p in problems],
        "wrong": {key: " ".join(str(p.message) for p in problems)},
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "supplement": view.case.state == "supplement_asked",
        "nav": "cases",
    }
    return render(request, "portal/materials.html", context, status=422 if problems else 200)


@access(resident)
@require_safe
def materials(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Every material: what meets it, what could, or a place for a file."""
    return _page(request, case_id)


def _done(request: HttpRequest, case_id: UUID, key: str, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except Invalid as error:
        return _page(request, case_id, error.problems, key)
    return redirect(f"/cases/{case_id}/materials/#material-{key}")


@access(resident)
@require_POST
def upload(request: HttpRequest, case_id: UUID, key: str) -> HttpResponse:
    """Hand in a file; what is wrong with it is said beside its field."""

    def act() -> None:
        sent = request.FILES.get("file")
        if sent is None:
            raise invalid("file", "required", _("请先选择要上传的文件"))
        cases.attach_upload(actor_of(request), case_id, key, sent)

    return _done(request, case_id, key, act)


@access(resident)
@require_POST
def licence(request: HttpRequest, case_id: UUID, key: str) -> HttpResponse:
    """Meet a material with a held licence."""

    def act() -> None:
        try:
            licence_id = UUID(request.POST.get("licence", ""))
        except ValueError:
            raise invalid("licence", "required", _("请选择要使用的证照")) from None
        cases.attach_licence(actor_of(request), case_id, key, licence_id)

    return _done(request, case_id, key, act)


@access(resident)
@require_POST
def later(request: HttpRequest, case_id: UUID, key: str) -> HttpResponse:
    """Promise a material for later, where the matter allows it."""
    return _done(request, case_id, key, lambda: cases.attach_later(actor_of(request), case_id, key))


@access(resident)
@require_POST
def remove(request: HttpRequest, case_id: UUID, attachment_id: UUID) -> HttpResponse:
    """Take back something handed in, while it may still be changed."""
    cases.detach(actor_of(request), case_id, attachment_id)
    return redirect("portal:materials", case_id)


@access(resident)
@require_safe
def material_file(request: HttpRequest, case_id: UUID, attachment_id: UUID) -> HttpResponseBase:
    """A file I handed in."""
    found = cases.attachment(actor_of(request), case_id, attachment_id)
    if not found.file_id:
        return redirect("portal:case", case_id)
    return files.respond(request, found.file_id, found.name, inline=True)
