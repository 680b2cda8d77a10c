"""What a matter takes, so that a citizen understands it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.guidance import service as guidance
from tongban.items import service as items
from tongban.kit.access import access, actor_of, public
from tongban.kit.actors import Actor
from tongban.licences import service as licences
from tongban.portal.nearest import nearest_context


@dataclass(frozen=True, slots=True)
class MaterialRow:
    """A material, and the licence of the visitor that makes handing it in needless."""

    material: items.MaterialDetail
    licence: licences.Licence | None
    necessity: str
    source: str


def material_rows(actor: Actor, detail: items.VersionDetail) -> list[MaterialRow]:
    """The materials; for a signed-in resident with what he already holds."""
    held: dict[str, licences.Licence] = {}
    if actor.kind == "resident" and actor.subject_id is not None:
        for licence in licences.held(actor, actor.subject_id):
            if licences.is_valid(licence):
                held.setdefault(licence.type.slug, licence)
    return [
        MaterialRow(
            material,
            next((held[slug] for slug in material.licence_types if slug in held), None),
            items.label("necessity", material.necessity),
            items.label("material-source", material.source),
        )
        for material in detail.materials
    ]


def days_sentence(detail: items.VersionDetail) -> str:
    """How long it takes, in a sentence."""
    days = detail.promised_days if detail.promised_days is not None else detail.statutory_days
    if detail.case_kind == "1" or days == 0:
        return _("当场办结")
    if days is None:
        return _("以受理通知书为准")
    return _("受理后 %(n)s 个工作日内") % {"n": days}


def step_rows(detail: items.VersionDetail) -> list[dict[str, str]]:
    """The way of a case, step by step, with each step's limit in words."""
    rows = [{"name": _("网上提交"), "note": _("随时可以提交")}]
    for step in detail.steps:
        note = _("%(n)s 个工作日内") % {"n": step.limit_days} if step.limit_days else ""
        rows.append({"name": step.name, "note": note})
    return rows


def guide_context(actor: Actor, detail: items.VersionDetail) -> dict[str, Any]:
    """What the guide and the start page of a filing show."""
    rows = material_rows(actor, detail)
    return {
        "item": detail,
        "materials": rows,
        "have": sum(row.licence is not None for row in rows),
        "days": days_sentence(detail),
        "steps": step_rows(detail),
        "type_name": items.label("item-type", detail.type_code),
        "scope": items.label("cross-region", detail.cross_region) if detail.cross_region else "",
        "objects": [items.label("service-object", code) for code in detail.service_objects],
        "handling": [items.label("handling-form", code) for code in detail.handling_forms],
    }


@access(public)
@require_safe
def item(request: HttpRequest, code: str) -> HttpResponse:
    """The guide of one matter as it is in force.

    ``?version=N`` is the version a reply quoted; where another is in force by now, the page says so.
    """
    actor = actor_of(request)
    detail = items.published(code)
    quoted = request.GET.get("version", "")
    context = guide_context(actor, detail)
    context |= nearest_context(request, detail)
    context["guided"] = detail.item_id in guidance.offered([detail.item_id])
    if quoted.isascii() and quoted.isdigit() and len(quoted) < 7 and int(quoted) != detail.number:
        context["other_version"] = int(quoted)
    if detail.item_state == "3":
        context["successors"] = followed = items.successors(detail.item_id)
        context["split"] = any(one.kind == "split" for one in followed)
    return render(request, "portal/item.html", context)
