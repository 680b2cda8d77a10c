"""My electronic licences: list, detail with the code to show, the PDF."""

from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.files import service as files
from tongban.kit.access import access, actor_of, resident
from tongban.licences import service as licences
from tongban.portal.web import subject_of


@access(resident)
@require_safe
def licence_list(request: HttpRequest) -> HttpResponse:
    """Everything the subject holds; what is in force comes first."""
    actor, subject_id = subject_of(request)
    held = licences.held(actor, subject_id)
    context = {
        "valid": [one for one in held if licences.is_valid(one)],
        "ended": [one for one in held if not licences.is_valid(one)],
        "nav": "licences",
    }
    return render(request, "portal/licences.html", context)


@access(resident)
@require_safe
def licence(request: HttpRequest, licence_id: UUID) -> HttpResponse:
    """One licence: what it says, the code to show, who used it."""
    actor, _subject = subject_of(request)
    found = licences.licence(actor, licence_id)
    rows = [
        {"key": element["label"], "value": licences.shown(found.data[element["key"]])}
        for element in found.type.elements
        if element["key"] in found.data
    ]
    rows += [
        {"key": _("发证机关"), "value": found.issuer.name},
        {"key": _("发证日期"), "value": found.issued_on.isoformat()},
        {"key": _("有效期至"), "value": found.valid_to.isoformat() if found.valid_to else _("长期")},
        {"key": _("电子证照标识"), "value": found.identifier},
    ]
    context = {
        "licence": found,
        "rows": rows,
        "problem": licences.not_in_force(found),
        "check_url": licences.check_url(found),
        "code": segno.make(licences.check_url(found), error="m").svg_data_uri(scale=6, border=2),
        "uses": licences.uses_of(actor, licence_id)[:50],
        "nav": "licences",
    }
    return render(request, "portal/licence.html", context)


@access(resident)
@require_safe
def pdf(request: HttpRequest, licence_id: UUID) -> HttpResponseBase:
    """The sealed PDF."""
    actor = actor_of(request)
    found = licences.licence(actor, licence_id)
    face = licences.face(actor, licence_id)
    return files.respond(request, face.hash, f"{found.type.name}-{found.number}.pdf")
