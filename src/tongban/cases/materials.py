"""Materials of a case: met by a held licence, uploaded, or allowed to follow (容缺后补)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.cases import access
from tongban.cases.models import Case, CaseMaterial, Supplement
from tongban.cases.rules import Act, legal
from tongban.cases.shapes import AttachmentView, LicenceOption, MaterialsView, MaterialView
from tongban.cases.states import Means, State
from tongban.files import service as files
from tongban.items import service as items
from tongban.kit import kept
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, NotFound, invalid
from tongban.licences import service as licences
from tongban.trace import service as trace

MAX_UPLOADS = 10  # for one material
NECESSITY = {"1": gettext_lazy("必要"), "2": gettext_lazy("非必要"), "3": gettext_lazy("可容缺后补")}
NOTHING: Mapping[str, str] = MappingProxyType({})
AT_FILING, WITH_SUPPLEMENT, LATER = 0, 1, 2


def _material(detail: items.VersionDetail, key: str) -> items.MaterialDetail:
    found = next((m for m in detail.materials if m.key == key), None)
    if found is None:
        raise invalid("material", "unknown", _("这个事项没有名为“%(key)s”的材料") % {"key": key})
    return found


def _round(case: Case, key: str) -> int:
    """Which round a hand-in belongs to now; raises when this material cannot be handed in now."""
    if case.state == State.DRAFT:
        return AT_FILING
    if case.state == State.SUPPLEMENT_ASKED:
        asked = Supplement.objects.filter(case=case, answered_at=None).first()
        if asked is None or key not in asked.materials:
            raise Forbidden(_("补正通知没有要求这份材料，不能更改"), code="not_asked")
        return WITH_SUPPLEMENT
    access.require(Act.ADD_LATER, case)
    if not CaseMaterial.objects.filter(case=case, key=key, means=Means.LATER).exists():
        raise Forbidden(_("这份材料已经提交，办理期间不能更改"), code="not_asked")
    return LATER


_HELD: kept.Kept[CaseMaterial] = kept.Kept(
    lambda: CaseMaterial.objects.filter(case_id=kept.Param("case"), key=kept.Param("key"))
)


def _attach(
    actor: Actor, case: Case, key: str, row: CaseMaterial, received: files.Received | None = None
) -> CaseMaterial:
    """Hand in ``row`` for a case that the caller's transaction holds locked."""
    row.case, row.key, row.round = case, key, _round(case, key)
    held = _HELD.all(case=case.id, key=key)
    if row.file_id and (same := next((r for r in held if _same_file(r, row)), None)):
        return same  # sent twice by a double click or a retry
    if sum(r.means == Means.UPLOAD for r in held) >= MAX_UPLOADS:
        raise invalid("file", "max_files", _("每项材料最多上传 %(n)d 份文件") % {"n": MAX_UPLOADS})
    promised = next((r for r in held if r.means == Means.LATER), None)
    if promised and row.means == Means.LATER:
        return promised
    if promised:
        CaseMaterial.objects.filter(case=case, key=key, means=Means.LATER).delete()
    if received is not None:
        files.record(received)
    kept.insert(row)
    if case.state != State.DRAFT:
        data = {
            "key": key,
            "means": row.means,
            "file": row.file_id or "",
            "licence": str(row.licence_id or ""),
        }
        trace.append(actor, case.id, "case.material_added", data)
    return row


def _same_file(one: CaseMaterial, other: CaseMaterial) -> bool:
    return one.file_id == other.file_id and one.round == other.round


def attach_upload(actor: Actor, case_id: UUID, key: str, upload: Any) -> CaseMaterial:
    """Hand in a file for one material; its content is checked and it is kept under its hash.

    Raises:
        Invalid: the material does not exist, or the file breaks a rule (size, kind, script, bomb …).
        Conflict, Forbidden: the case takes no materials now.
    """
    case = access.own_case(actor, case_id)
    material = _material(items.version(case.version_id), key)
    _round(case, key)  # before a large file is read for nothing
    stored = files.receive(actor, upload, accept=material.accept or files.ACCEPTED)
    name = (getattr(upload, "name", "") or stored.name).replace("\\", "/").rsplit("/", 1)[-1]
    row = CaseMaterial(means=Means.UPLOAD, file_id=stored.hash, name=_clean(name) or stored.name)
    with transaction.atomic():
        return _attach(actor, access.own_case(actor, case_id, lock=True), key, row, stored)


def _clean(name: str) -> str:
    return "".join(c for c in name if c.isprintable() and c not in '<>"')[-150:]


def attach_licence(actor: Actor, case_id: UUID, key: str, licence_id: UUID) -> CaseMaterial:
    """Meet a material with a licence the applicant holds; the paper is not asked for.

    Raises Invalid with the reason: expired, suspended, someone else's, of a wrong type.
    """
    try:
        with transaction.atomic():  # the note of the use stands or falls with what it was used for
            case = access.own_case(actor, case_id, lock=True)
            material = _material(items.version(case.version_id), key)
            licence = licences.meet(
                actor,
                licence_id,
                subject_id=case.applicant_id,
                type_slugs=material.licence_types,
                purpose=purpose_of(case),
                case_id=case.id,
            )
            name = f"{material.name}（{_('电子证照')}）"
            row = CaseMaterial(means=Means.LICENCE, licence_id=licence.id, name=name[:200])
            return _attach(actor, case, key, row)
    except IntegrityError:  # the same licence twice: the material is met, which is what was wanted
        return CaseMaterial.objects.get(case_id=case_id, key=key, licence_id=licence.id)


def attach_later(actor: Actor, case_id: UUID, key: str) -> CaseMaterial:
    """Promise a material for later, where the item allows it (容缺后补)."""
    case = access.own_case(actor, case_id)
    material = _material(items.version(case.version_id), key)
    access.require(Act.SAVE, case)
    if not material.may_follow:
        message = _("“%(name)s”必须在申请时提交，不能后补") % {"name": material.name}
        raise invalid("material", "required", message)
    try:
        with transaction.atomic():
            row = CaseMaterial(means=Means.LATER, name=material.name[:200])
            return _attach(actor, access.own_case(actor, case_id, lock=True), key, row)
    except IntegrityError:
        return CaseMaterial.objects.get(case_id=case_id, key=key, means=Means.LATER)


def detach(actor: Actor, case_id: UUID, attachment_id: UUID) -> None:
    """Take back something handed in, while it may still be changed."""
    with transaction.atomic():
        case = access.own_case(actor, case_id, lock=True)
        row = CaseMaterial.objects.filter(case=case, pk=attachment_id).first()
        if row is None:
            raise NotFound(_("没有找到这份材料"))
        if case.state != State.DRAFT and (
            _round(case, row.key) != WITH_SUPPLEMENT or row.round != WITH_SUPPLEMENT
        ):
            raise Conflict(_("已经提交的材料不能撤回"), code="state")
        if case.state != State.DRAFT:
            trace.append(actor, case.id, "case.material_removed", {"key": row.key, "file": row.file_id or ""})
        row.delete()


def purpose_of(case: Case) -> str:
    return _("办理“%(name)s”") % {"name": case.item_name}


def attachment(actor: Actor, case_id: UUID, attachment_id: UUID) -> CaseMaterial:
    """One handed-in material for whoever may read the case (a staff read is recorded)."""
    case = access.access_case(actor, case_id, purpose=_("查看申请材料"))
    row = CaseMaterial.objects.filter(case=case, pk=attachment_id).first()
    if row is None:
        raise NotFound(_("没有找到这份材料"))
    return row


def problems(
    detail: items.VersionDetail,
    rows: Iterable[CaseMaterial],
    asked: Iterable[str] = (),
    *,
    waived: Mapping[str, str] = NOTHING,
) -> list[FieldProblem]:
    """What is still missing: needed materials without anything, and asked ones without a new hand-in.

    ``waived`` materials are not required of this applicant; a supplement may still ask for them.
    """
    held: dict[str, list[CaseMaterial]] = defaultdict(list)
    for row in rows:
        held[row.key].append(row)
    marked, found = set(asked), []
    for material in detail.materials:
        have = held[material.key]
        if material.key in marked:
            missing = not any(r.round == WITH_SUPPLEMENT for r in have)
        else:
            missing = (
                material.required
                and material.key not in waived
                and not material.may_follow
                and not any(r.means != Means.LATER for r in have)
            )
        if missing:
            message = _("请提交“%(name)s”") % {"name": material.name}
            found.append(FieldProblem(f"material:{material.key}", "required", message))
    return found


def views(
    detail: items.VersionDetail,
    rows: Iterable[CaseMaterial],
    *,
    asked: Iterable[str] = (),
    held: Iterable[licences.Licence] = (),
    waived: Mapping[str, str] = NOTHING,
) -> tuple[MaterialView, ...]:
    """Every material with what meets it and, for the applicant, what could."""
    rows, marked = list(rows), set(asked)
    wrong = {
        p.field.removeprefix("material:"): p.message for p in problems(detail, rows, marked, waived=waived)
    }
    offered = list(held)
    made = []
    for material in detail.materials:
        own = tuple(_attachment_view(r) for r in rows if r.key == material.key)
        made.append(
            MaterialView(
                key=material.key,
                name=material.name,
                kind=material.kind,
                form=material.form,
                necessity=material.necessity,
                necessity_label=str(NECESSITY.get(material.necessity, "")),
                accept=tuple(material.accept) or tuple(files.ACCEPTED),
                copies=material.copies,
                filling=material.filling,
                standard=material.standard,
                basis=material.basis,
                licences=tuple(_option(x) for x in offered if x.type.slug in material.licence_types),
                attachments=own,
                may_follow=material.may_follow,
                met=any(a.means != Means.LATER for a in own),
                asked=material.key in marked,
                problem=wrong.get(material.key, ""),
                waived="" if material.key in marked else str(waived.get(material.key, "")),
            )
        )
    return tuple(made)


def _option(licence: licences.Licence) -> LicenceOption:
    return LicenceOption(
        id=licence.id,
        name=licence.type.name,
        number=licence.number,
        valid_to=licence.valid_to,
        issuer=licence.issuer.name,
    )


def _attachment_view(row: CaseMaterial) -> AttachmentView:
    return AttachmentView(
        id=row.id,
        means=row.means,
        means_label=str(Means(row.means).label),
        name=row.name,
        file_hash=row.file_id or "",
        licence_id=row.licence_id,
        added_at=row.created_at,
        round=row.round,
    )


def materials_view(actor: Actor, case_id: UUID) -> MaterialsView:
    """The materials page: what is met, what is missing, and the applicant's licences that would do."""
    case = access.own_case(actor, case_id, related=("department",))
    detail = items.version(case.version_id)
    asked: list[str] = []
    if case.state == State.SUPPLEMENT_ASKED:
        asked = case.supplement.materials
    types = sorted({slug for m in detail.materials for slug in m.licence_types})
    editable = case.state == State.DRAFT or bool(asked)
    held: list[licences.Licence] = []
    if types and (editable or legal(Act.ADD_LATER, case.state)):
        held = licences.meeting(actor, case.applicant_id, types, purpose=purpose_of(case), case_id=case.id)
    rows = list(case.materials.all())
    shown = views(detail, rows, asked=asked, held=held, waived=case.waived)
    return MaterialsView(case=case, materials=shown, editable=editable)
