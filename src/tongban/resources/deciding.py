"""Which department is the source of an element, by whose decision and document; one at a time."""

from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound, invalid
from tongban.organisations import service as organisations
from tongban.resources import choice
from tongban.resources.elements import Element, declared_order, element
from tongban.resources.hooks.telling import tell
from tongban.resources.keepers import data_office, steward_of
from tongban.resources.models import SourceDecision, Value
from tongban.trace import service as trace

BATCH = 1_000  # subjects whose golden values one job chooses anew
# Loads hold this lock shared (choice.NO_MERGER_NOW): none is half-way when a decision comes into force.
ALONE = "SELECT pg_advisory_xact_lock(hashtext('resources_merger'))"


def source_department(code: str) -> UUID | None:
    """The source department of an element: as decided, else as the registry says, where the site has it."""
    row = SourceDecision.objects.filter(element=code, ended_on=None).first()
    if row is not None:
        return row.department_id
    try:
        return organisations.department_by_code(element(code).source).id
    except NotFound:
        return None


def places() -> dict[UUID, int]:
    """The departments that the declared order names, by their place in it."""
    order = {slug: place for place, slug in enumerate(declared_order())}
    return {one.id: order[one.code] for one in organisations.departments() if one.code in order}


def decisions(code: str) -> list[SourceDecision]:
    """All decisions about an element: the one in force first, then the newest."""
    element(code)
    rows = SourceDecision.objects.filter(element=code).select_related("department")
    return sorted(rows, key=lambda row: row.ended_on is not None)


def decisions_in_force() -> dict[str, SourceDecision]:
    """The decision in force of each element that has one."""
    rows = SourceDecision.objects.filter(ended_on=None).select_related("department")
    return {row.element: row for row in rows}


def decide_source(  # noqa: PLR0917
    actor: Actor, code: str, department_id: UUID, document_number: str, decided_on: date, key: str,
    *, replace: bool = False,
) -> SourceDecision:  # fmt: skip
    """Make a department the source of an element; its golden values are chosen anew by jobs.

    The data office's stewards decide for every department; a department's own claims only for it, and
    never ends another's decision.

    :param key: the same key decides once, however often it is sent
    :param replace: end the decision in force in the same act
    :raises Conflict: another decision is in force (the words name department and document), or the key
        was used for something else
    """
    about, wanted = element(code), organisations.department(department_id)
    document = _document(document_number, decided_on, key)
    office = data_office(actor)
    if not office and not steward_of(actor, department_id):
        raise Forbidden
    with transaction.atomic():
        _alone()
        again = SourceDecision.objects.filter(key=key).first()
        if again is not None:
            if (again.element, again.department_id, again.document_number) != (code, wanted.id, document):
                raise Conflict(_("这个请求编号已用于另一项决定"), code="key_used")
            return again
        before = source_department(code)
        held = SourceDecision.objects.select_related("department").filter(element=code, ended_on=None).first()
        if held is not None:
            if not replace:
                raise Conflict(_taken(about, held), code="source_decided")
            if not office and not steward_of(actor, held.department_id):
                raise Forbidden(_("只有数据管理部门可以结束别的部门的决定"))
            _end(held, actor, decided_on, _("由 %(document)s 代替") % {"document": document})
        made = SourceDecision.objects.create(
            element=code, department=wanted, decided_on=decided_on, document_number=document,
            by_name=actor.name[:100], key=key,
        )  # fmt: skip
        data = {"element": code, "department": wanted.id, "document": document, "decided_on": decided_on,
                "instead_of": held and held.document_number}  # fmt: skip
        trace.append(actor, f"source:{code}", "resources.source_decided", data)
        _choose_again(code, before)
    return made


def end_decision(actor: Actor, decision_id: UUID, reason: str) -> SourceDecision:
    """End a decision today; the registry's department is the source until the next one."""
    why = reason.strip()
    if not 5 <= len(why) <= 500:
        raise invalid("reason", "length", _("请用 5 至 500 字写明理由"))
    with transaction.atomic():
        _alone()
        row = SourceDecision.objects.select_for_update(of=("self",)).filter(pk=decision_id).first()
        if row is None:
            raise NotFound
        if not data_office(actor) and not steward_of(actor, row.department_id):
            raise Forbidden
        if row.ended_on is not None:
            raise Conflict(_("这项决定已经结束"))
        before = source_department(row.element)
        _end(row, actor, timezone.localdate(), why)
        data = {"element": row.element, "document": row.document_number, "reason": why}
        trace.append(actor, f"source:{row.element}", "resources.source_ended", data)
        _choose_again(row.element, before)
    return row


def choose_batch(code: str, after: str = "") -> str:
    """Choose the golden values of the next subjects with this element anew; told like every other change.

    :returns: where to go on, empty at the end. In the transaction of the job that asked.
    """
    with transaction.atomic():
        rows = Value.objects.filter(element=code)
        if after:
            rows = rows.filter(subject_id__gt=after)
        found = rows.order_by("subject_id").values_list("subject_id", flat=True).distinct()[:BATCH]
        subjects = list(found)
        if not subjects:
            return ""
        choice.lock(subjects)
        told = choice.choose(subjects)
        tell(told)
    return str(subjects[-1]) if len(subjects) == BATCH else ""


def _document(document_number: str, decided_on: date, key: str) -> str:
    text = " ".join(document_number.split())
    if not 2 <= len(text) <= 100:
        raise invalid("document_number", "required", _("请填写文号，如 闽数〔2026〕1号"))
    if decided_on > timezone.localdate():
        raise invalid("decided_on", "future", _("决定日期不能晚于今天"))
    if not 0 < len(key) <= 100:
        raise invalid("key", "required", _("请求编号应为 1 至 100 个字符"))
    return text


def _taken(about: Element, held: SourceDecision) -> str:
    return _(
        "“%(element)s”的数源部门已是%(department)s（%(document)s，%(day)s 起）。"
        "一数一源：要改由别的部门，须同时结束这项决定"
    ) % {
        "element": about.label, "department": held.department.name, "document": held.document_number,
        "day": held.decided_on.isoformat(),
    }  # fmt: skip


def _end(row: SourceDecision, actor: Actor, day: date, why: str) -> None:
    row.ended_on, row.ended_by_name, row.ended_why = day, actor.name[:100], why[:500]
    row.save(update_fields=["ended_on", "ended_by_name", "ended_why"])


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute(ALONE)


def _choose_again(code: str, before: UUID | None) -> None:
    from tongban.resources.tasks import choose_again

    if source_department(code) != before:
        choose_again.defer(element=code, after="")
