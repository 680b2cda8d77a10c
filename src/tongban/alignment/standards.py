"""The basic catalogue's standard: what an item must be wherever it is handled, and what may vary."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.alignment.events import standard_published
from tongban.alignment.models import Standard, StandardState
from tongban.items import service as items
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound, invalid
from tongban.trace import service as trace

# The elements that are compared, in the order they are shown (from the national exchange table).
ELEMENT_LABELS: Mapping[str, str | Promise] = {
    "name": gettext_lazy("事项名称"),
    "type_code": gettext_lazy("事项类型"),
    "legal_basis": gettext_lazy("设定依据"),
    "service_objects": gettext_lazy("服务对象"),
    "conditions": gettext_lazy("受理条件"),
    "materials": gettext_lazy("申请材料"),
    "statutory_days": gettext_lazy("法定办结时限"),
    "outcomes": gettext_lazy("办理结果"),
    "fees": gettext_lazy("收费项目"),
    "case_kind": gettext_lazy("办件类型"),
    "promised_days": gettext_lazy("承诺办结时限"),
    "visits": gettext_lazy("到办事现场次数"),
    "handling_forms": gettext_lazy("办理形式"),
    "online_depth": gettext_lazy("网上办理深度"),
    "cross_region": gettext_lazy("通办范围"),
}
# What the law fixes for everyone; a standard may fix more.
DEFAULT_FIXED = (
    "name",
    "type_code",
    "legal_basis",
    "service_objects",
    "conditions",
    "materials",
    "statutory_days",
    "outcomes",
)


@dataclass(frozen=True, slots=True)
class StandardDetail:
    """A basic item's standard: its elements, and which of them implementations may not differ in."""

    id: UUID
    basic_code: str
    number: int
    name: str
    elements: Mapping[str, Any]
    fixed: frozenset[str]
    effective_from: date | None

    content: Mapping[str, Any] = field(default_factory=dict)  # full rows behind the elements, by part

    @property
    def free(self) -> frozenset[str]:
        """The elements that may vary from place to place."""
        return frozenset(self.elements) - self.fixed


def element_values(detail: items.VersionDetail) -> dict[str, Any]:
    """The comparable elements of an implementation, with the keys of :data:`ELEMENT_LABELS`."""
    own: dict[str, Any] = {name: getattr(detail, name) for name in ELEMENT_LABELS}
    own["legal_basis"] = [f"{basis.law}{basis.article}" for basis in detail.legal_basis]
    own["materials"] = [material.name for material in detail.materials]
    own["outcomes"] = [outcome.name for outcome in detail.outcomes]
    own["fees"] = [asdict(fee) for fee in detail.fees]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in own.items()}


def may_keep(actor: Actor) -> bool:
    """Whether the actor keeps the basic catalogue: an item editor of the province, or the platform itself."""
    return actor.kind == "system" or any(
        p.role == "item_editor" and len(p.division) <= 2 for p in actor.posts
    )


def may_check(actor: Actor) -> bool:
    """Whether the actor passes standards in law: a legal reviewer of the province, or the platform itself."""
    return actor.kind == "system" or any(p.role == "legal" and len(p.division) <= 2 for p in actor.posts)


def draft_standard(
    actor: Actor, model_code: str, fixed: Iterable[str] = DEFAULT_FIXED, note: str = ""
) -> Standard:
    """A draft standard taken from an item in force; ``fixed`` names what may not vary.

    Raises:
        Forbidden: unless the actor keeps the basic catalogue.
        NotFound: for an item that is not in force or has no basic code.
        Invalid: when nothing, or an unknown element, is fixed.
        Conflict: when there is a draft already.
    """
    if not may_keep(actor):
        raise Forbidden(_("只有省级事项管理员可以制定标准"))
    detail = items.published(model_code)
    if not detail.basic_code:
        raise NotFound(_("这个事项没有基本编码"))
    names = list(dict.fromkeys(fixed))
    if not names or not set(names) <= set(ELEMENT_LABELS):
        raise invalid("fixed", "elements", _("请选择哪些要素各地必须一致"))
    with transaction.atomic():
        newest = (
            Standard.objects.filter(basic_code=detail.basic_code).aggregate(most=Max("number"))["most"] or 0
        )
        columns, parts = items.version_content(detail.id)
        content = {**parts, "legal_basis": columns["legal_basis"]}
        row = Standard(
            content=content, basic_code=detail.basic_code, number=newest + 1,
            name=detail.basic_name or detail.name,
            elements=element_values(detail), fixed=names, author_id=actor.account_id, author_name=actor.name,
            note=note.strip()[:500],
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            raise Conflict(_("这个基本目录事项已有一份标准草稿")) from None
        trace.append(
            actor, f"standard:{row.basic_code}", "standard.drafted", {"number": row.number, "fixed": names}
        )
    return row


def edit_standard(
    actor: Actor, standard_id: UUID, elements: Mapping[str, Any], fixed: Iterable[str]
) -> Standard:
    """Change a draft's values and what is fixed. Raises Conflict once it is published."""
    with transaction.atomic():
        row = _draft(actor, standard_id)
        names = list(dict.fromkeys(fixed))
        unknown = (set(names) | set(elements)) - set(ELEMENT_LABELS)
        if unknown or not names:
            raise invalid("fixed", "elements", _("请选择哪些要素各地必须一致"))
        row.elements, row.fixed = {**row.elements, **elements}, names
        row.author_id, row.author_name = actor.account_id, actor.name
        _unchecked(row)
        row.save()
        what = {"number": row.number, "fixed": names, "changed": sorted(elements)}
        trace.append(actor, f"standard:{row.basic_code}", "standard.edited", what)
    return row


def check_standard(actor: Actor, standard_id: UUID, *, passed: bool, opinion: str = "") -> Standard:
    """The legal check of a draft: pass it, or send it back to its author with the reason.

    Raises:
        Forbidden: unless a legal reviewer of the province who did not write it.
        Invalid: sent back without a reason.
        Conflict: when it is no draft, or was passed already.
    """
    opinion = opinion.strip()[:500]
    if not may_check(actor):
        raise Forbidden(_("标准的法制审核由省级法制审核员进行"))
    if not passed and not opinion:
        raise invalid("opinion", "required", _("请填写原因"))
    with transaction.atomic():
        row = _locked_draft(standard_id)
        if actor.kind != "system" and row.author_id == actor.account_id:
            raise Forbidden(_("草稿须由编写人以外的人审核"))
        if row.checked_at and passed:
            raise Conflict(_("这份草稿已经通过法制审核"))
        _unchecked(row)
        row.legal_opinion = opinion
        if passed:
            row.lawyer_id, row.lawyer_name, row.checked_at = actor.account_id, actor.name, timezone.now()
        row.save()
        what = {"number": row.number, "passed": passed, "opinion": opinion}
        trace.append(actor, f"standard:{row.basic_code}", "standard.checked", what)
    return row


def _unchecked(row: Standard) -> None:
    """What a lawyer passed is not what stands there any more."""
    row.lawyer_id, row.lawyer_name, row.legal_opinion, row.checked_at = None, "", "", None


def publish_standard(actor: Actor, standard_id: UUID) -> Standard:
    """Put a draft that the lawyer passed in force today; a second person does it.

    Every implementation is compared afterwards.
    """
    with transaction.atomic():
        row = _draft(actor, standard_id)
        if row.checked_at is None:
            raise Conflict(_("这份草稿还没有通过法制审核"), code="not_checked")
        if actor.kind != "system" and row.author_id == actor.account_id:
            raise Forbidden(_("起草人不能发布自己起草的标准，请另一位省级事项管理员发布"))
        Standard.objects.filter(basic_code=row.basic_code, state=StandardState.PUBLISHED).update(
            state=StandardState.RETIRED
        )
        row.state, row.effective_from, row.publisher_name = (
            StandardState.PUBLISHED,
            timezone.localdate(),
            actor.name,
        )
        row.save()
        trace.append(actor, f"standard:{row.basic_code}", "standard.published", {"number": row.number})
        standard_published.emit(basic_code=row.basic_code)
    return row


def _draft(actor: Actor, standard_id: UUID) -> Standard:
    if not may_keep(actor):
        raise Forbidden(_("只有省级事项管理员可以制定标准"))
    return _locked_draft(standard_id)


def _locked_draft(standard_id: UUID) -> Standard:
    row = Standard.objects.select_for_update().filter(id=standard_id).first()
    if row is None:
        raise NotFound
    if row.state != StandardState.DRAFT:
        raise Conflict(_("已发布的标准不能修改，请新建草稿"))
    return row


def discard_standard(actor: Actor, standard_id: UUID) -> None:
    """Throw a draft away."""
    with transaction.atomic():
        row = _draft(actor, standard_id)
        trace.append(actor, f"standard:{row.basic_code}", "standard.discarded", {"number": row.number})
        row.delete()


def standard_by(standard_id: UUID) -> Standard:
    """One standard by its id. Raises NotFound."""
    row = Standard.objects.filter(id=standard_id).first()
    if row is None:
        raise NotFound
    return row


def standards(*, query: str = "", state: str = "", page: int = 1) -> "Page[Standard]":
    """Standards by basic code, newest first, 50 a page."""
    rows = Standard.objects.order_by("basic_code", "-number")
    if text := query.strip()[:100]:
        rows = rows.filter(Q(basic_code__startswith=text) | Q(name__icontains=text))
    if state:
        rows = rows.filter(state=state)
    return Paginator(rows, 50).get_page(page)


def standard(basic_code: str) -> StandardDetail | None:
    """The standard in force for a basic item, or None."""
    row = Standard.objects.filter(basic_code=basic_code, state=StandardState.PUBLISHED).first()
    if row is None:
        return None
    return StandardDetail(
        row.id, row.basic_code, row.number, row.name, row.elements, frozenset(row.fixed), row.effective_from,
        row.content,
    )  # fmt: skip


def standard_codes() -> list[str]:
    """The basic codes that have a standard in force."""
    rows = Standard.objects.filter(state=StandardState.PUBLISHED).order_by("basic_code")
    return list(rows.values_list("basic_code", flat=True))
