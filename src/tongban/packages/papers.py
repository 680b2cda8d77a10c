"""Materials of a filing: each handed in once, for every case that wants it."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.cases import service as cases
from tongban.kit.actors import Actor
from tongban.kit.errors import NotFound, invalid
from tongban.packages import filing as filings
from tongban.packages import merging
from tongban.packages.shapes import FilingMaterials

Hand = Callable[[UUID, str], Any]


def materials(actor: Actor, filing_id: UUID) -> FilingMaterials:
    """Every material once, and those that come from an earlier item of the same filing."""
    filing = filings.own(actor, filing_id)
    parts = filings.parts_of(filing)
    views = {
        (key, one.key): one
        for key, part in parts.rows.items()
        for one in cases.materials_view(actor, filings.case_id(part)).materials
    }
    merged = tuple(
        _merged(one, [views[place] for place in one.places])
        for one in merging.materials(parts.definition, parts.details)
    )
    coming = tuple(
        (views[place].name, parts.rows[source].name)
        for place, source in merging.feeds(parts.definition, parts.details).items()
    )
    return FilingMaterials(filing, merged, coming)


def _merged(one: merging.MergedMaterial, views: list[cases.MaterialView]) -> cases.MaterialView:
    first = next((v for v in views if v.necessity == "1"), views[0])
    kinds = [set(v.accept) for v in views]
    offered = {o.id: o for v in views for o in v.licences}
    return replace(
        first,
        key=one.key,
        accept=tuple(k for k in first.accept if all(k in kind for kind in kinds)),
        licences=tuple(offered.values()),
        may_follow=all(v.may_follow or v.necessity == "2" for v in views)
        and any(v.may_follow for v in views),
        met=all(v.met for v in views),
        problem=next((v.problem for v in views if v.problem), ""),
    )


def _hand(actor: Actor, filing_id: UUID, key: str, act: Hand) -> None:
    with transaction.atomic():
        filing = filings.own(actor, filing_id, lock=True)
        filings._draft_only(filing)
        parts = filings.parts_of(filing)
        one = next((m for m in merging.materials(parts.definition, parts.details) if m.key == key), None)
        if one is None:
            raise NotFound(_("没有找到这份材料"))
        for member, material in one.places:
            act(filings.case_id(parts.rows[member]), material)
        filing.save(update_fields=["saved_at"])


def attach_upload(actor: Actor, filing_id: UUID, key: str, upload: Any) -> None:
    """Hand in a file once; it is checked and stands in every case that wants it."""

    def act(case_id: UUID, material: str) -> None:
        upload.seek(0)
        cases.attach_upload(actor, case_id, material, upload)

    _hand(actor, filing_id, key, act)


def attach_licence(actor: Actor, filing_id: UUID, key: str, licence_id: UUID) -> None:
    """Meet a material with a held licence in every case that wants it."""
    _hand(actor, filing_id, key, lambda case, name: cases.attach_licence(actor, case, name, licence_id))


def attach_later(actor: Actor, filing_id: UUID, key: str) -> None:
    """Promise a material for later, where every item allows it."""
    view = next((m for m in materials(actor, filing_id).materials if m.key == key), None)
    if view is None or not view.may_follow:
        raise invalid("material", "required", _("这份材料必须在申请时提交，不能后补"))
    _hand(actor, filing_id, key, lambda case, name: cases.attach_later(actor, case, name))


def detach(actor: Actor, filing_id: UUID, attachment_id: UUID) -> None:
    """Take back what was handed in, from every case that got it."""
    shown = [(m.key, a) for m in materials(actor, filing_id).materials for a in m.attachments]
    key, gone = next(((k, a) for k, a in shown if a.id == attachment_id), ("", None))
    if gone is None:
        raise NotFound(_("没有找到这份材料"))

    def act(case_id: UUID, material: str) -> None:
        for view in cases.materials_view(actor, case_id).materials:
            if view.key != material:
                continue
            for one in view.attachments:
                if _what(one) == _what(gone):
                    cases.detach(actor, case_id, one.id)

    _hand(actor, filing_id, key, act)


def _what(one: cases.AttachmentView) -> tuple[Any, ...]:
    return one.means, one.file_hash, one.licence_id


def attachment(actor: Actor, filing_id: UUID, attachment_id: UUID) -> cases.CaseMaterial:
    """Something handed in with this filing, to look at."""
    for part in filings.parts_of(filings.own(actor, filing_id)).rows.values():
        with contextlib.suppress(NotFound):
            return cases.attachment(actor, filings.case_id(part), attachment_id)
    raise NotFound(_("没有找到这份材料"))
