"""Materials of an application: a held licence by one click, or a file.

One set of views for a case and for a package's filing, which hands on to all its cases; ``kind`` says which.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongban.cases import service as cases
from tongban.files import service as files
from tongban.kit.access import access, actor_of, resident
from tongban.kit.actors import Actor
from tongban.kit.errors import FieldProblem, Invalid, invalid
from tongban.packages import service as packages
from tongban.portal import steps


@dataclass(frozen=True, slots=True)
class Keeper:
    """What takes the materials: the functions of the room, and what its page shows."""

    base: str
    shown: Callable[[Actor, UUID], dict[str, Any] | None]  # None: nothing may be handed in now
    upload: Callable[[Actor, UUID, str, Any], object]
    licence: Callable[[Actor, UUID, str, UUID], object]
    later: Callable[[Actor, UUID, str], object]
    detach: Callable[[Actor, UUID, UUID], object]
    attachment: Callable[[Actor, UUID, UUID], cases.CaseMaterial]


def _of_case(actor: Actor, case_id: UUID) -> dict[str, Any] | None:
    view = cases.materials_view(actor, case_id)
    if not view.editable:
        return None
    supplement = view.case.state == "supplement_asked"
    shown = [one for one in view.materials if one.asked or not supplement]
    return {"about": steps.of_case(view.case), "materials": shown, "supplement": supplement}


def _of_filing(actor: Actor, filing_id: UUID) -> dict[str, Any] | None:
    view = packages.materials(actor, filing_id)
    if view.filing.state != packages.FilingState.DRAFT:
        return None
    about = steps.of_filing(filing_id, view.filing.name, "")
    return {"about": about, "materials": view.materials, "coming": view.coming}


KEEPERS = {
    "case": Keeper(
        "/cases",
        _of_case,
        cases.attach_upload,
        cases.attach_licence,
        cases.attach_later,
        cases.detach,
        cases.attachment,
    ),
    "package": Keeper(
        "/packages/filings",
        _of_filing,
        packages.attach_upload,
        packages.attach_licence,
        packages.attach_later,
        packages.detach,
        packages.attachment,
    ),
}


def _page(
    request: HttpRequest, kind: str, owner: UUID, problems: tuple[FieldProblem, ...] = (), key: str = ""
) -> HttpResponse:
    keeper = KEEPERS[kind]
    shown = keeper.shown(actor_of(request), owner)
    if shown is None:
        return redirect(f"{keeper.base}/{owner}/")
    context = shown | {
        "problems": [{"field": f"file-{key}", "message": p.message} for p in problems],
        "wrong": {key: " ".join(str(p.message) for p in problems)},
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "nav": "cases",
    }
    return render(request, "portal/materials.html", context, status=422 if problems else 200)


@access(resident)
@require_safe
def materials(request: HttpRequest, owner: UUID, kind: str) -> HttpResponse:
    """Every material: what meets it, what could, or a place for a file."""
    return _page(request, kind, owner)


def _done(request: HttpRequest, kind: str, owner: UUID, key: str, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except Invalid as error:
        return _page(request, kind, owner, error.problems, key)
    return redirect(f"{KEEPERS[kind].base}/{owner}/materials/#material-{key}")


@access(resident)
@require_POST
def upload(request: HttpRequest, owner: UUID, key: str, kind: str) -> HttpResponse:
    """Hand in a file; what is wrong with it is said beside its field."""

    def act() -> None:
        sent = request.FILES.get("file")
        if sent is None:
            raise invalid("file", "required", _("请先选择要上传的文件"))
        KEEPERS[kind].upload(actor_of(request), owner, key, sent)

    return _done(request, kind, owner, key, act)


@access(resident)
@require_POST
def licence(request: HttpRequest, owner: UUID, key: str, kind: str) -> HttpResponse:
    """Meet a material with a held licence."""

    def act() -> None:
        try:
            licence_id = UUID(request.POST.get("licence", ""))
        except ValueError:
            raise invalid("licence", "required", _("请选择要使用的证照")) from None
        KEEPERS[kind].licence(actor_of(request), owner, key, licence_id)

    return _done(request, kind, owner, key, act)


@access(resident)
@require_POST
def later(request: HttpRequest, owner: UUID, key: str, kind: str) -> HttpResponse:
    """Promise a material for later, where the matter allows it."""
    return _done(request, kind, owner, key, lambda: KEEPERS[kind].later(actor_of(request), owner, key))


@access(resident)
@require_POST
def remove(request: HttpRequest, owner: UUID, attachment_id: UUID, kind: str) -> HttpResponse:
    """Take back something handed in, while it may still be changed."""
    KEEPERS[kind].detach(actor_of(request), owner, attachment_id)
    return redirect(f"{KEEPERS[kind].base}/{owner}/materials/")


@access(resident)
@require_safe
def material_file(request: HttpRequest, owner: UUID, attachment_id: UUID, kind: str) -> HttpResponseBase:
    """A file I handed in."""
    found = KEEPERS[kind].attachment(actor_of(request), owner, attachment_id)
    if not found.file_id:
        return redirect(f"{KEEPERS[kind].base}/{owner}/")
    return files.respond(request, found.file_id, found.name, inline=True)
