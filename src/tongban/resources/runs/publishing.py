"""What a run chose brought into the platform: subjects, what each department says, history, golden records.

Part by part, each one transaction with its receipt: what was killed goes on behind the last receipt, and
what is published twice changes nothing. The golden values are chosen by the live side's own statement, so
that a newer statement that came meanwhile, a decision or a merger counts as it does for any change.
"""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.divisions import service as divisions
from tongban.identity import service as identity
from tongban.kit.actors import SYSTEM, Actor
from tongban.kit.errors import Conflict, DomainError, Forbidden, NotFound, invalid
from tongban.organisations import service as organisations
from tongban.resources import choice
from tongban.resources.batch.landing import Report, text
from tongban.resources.batch.spec import Spec
from tongban.resources.elements import registry
from tongban.resources.hooks.telling import tell
from tongban.resources.keepers import data_office
from tongban.resources.runs import keeping, publish_sql
from tongban.resources.runs.laying import NUMBER, Layer, Part, parts
from tongban.resources.runs.models import ReconcileRun, RunPart
from tongban.trace import service as trace

INVENTED = 990  # sequence parts from here on are given to nobody
Publishing = ReconcileRun.Publishing


def ask_to_publish(actor: Actor, run_id: UUID) -> ReconcileRun:
    """Have a finished run published by a job; for the data office's stewards.

    :raises Conflict: it is being published, or was not finished
    """
    from tongban.resources.tasks import publish_run

    if not data_office(actor):
        raise Forbidden
    with transaction.atomic():
        row = ReconcileRun.objects.select_for_update().filter(pk=run_id).first()
        if row is None:
            raise NotFound
        check(row)
        if row.publishing in {Publishing.QUEUED, Publishing.RUNNING}:
            raise Conflict(_("这次运行正在发布"), code="publishing")
        row.publishing, row.published_by = Publishing.QUEUED, actor.name[:100]
        row.save(update_fields=["publishing", "published_by"])
        trace.append(actor, f"run:{row.id}", "resources.run_publishing_asked", {"run": row.id})
        publish_run.defer(run_id=str(row.id))
    return row


def check(row: ReconcileRun) -> None:
    """Refuse what cannot be published, before anything is written.

    :raises Invalid: it did not end, its files are gone, a department is not known, or its people are invented
        and the site is no sandbox
    """
    if row.state != ReconcileRun.State.DONE or not keeping.on_disk(row):
        raise invalid("in", "unfinished", _("这次运行没有完成，或它的文件已不在，不能发布"))
    _holders(keeping.spec_of(row))
    if not settings.SANDBOX and _invented(Path(row.out)):
        raise invalid("in", "invented", _("这是虚构的人口，不能发布到正式的平台"))


def publish(row: ReconcileRun, report: Report | None = None, *, actor: Actor = SYSTEM) -> dict[str, Any]:
    """Bring a finished run into the platform, going on behind the parts that are there.

    :returns: the account: persons, statements taken and so on, see :class:`RunPart`
    :raises Invalid: as :func:`check`
    """
    check(row)
    out, spec = Path(row.out), keeping.spec_of(row)
    found = parts(out)
    ReconcileRun.objects.filter(pk=row.id).update(publishing=Publishing.RUNNING, parts=len(found), problem="")
    done = set(RunPart.objects.filter(run=row).values_list("number", flat=True))
    holders = _holders(spec)
    layer = Layer(out, spec, registry()[NUMBER].source, _counties())
    try:
        with tempfile.TemporaryDirectory(dir=out) as folder:
            for part in found:
                if report is not None:
                    report("publish", part.number, len(found))
                if part.number not in done:
                    _publish_part(row, part, layer, holders, Path(folder))
    except BaseException as error:
        words = error.message if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
        ReconcileRun.objects.filter(pk=row.id).update(publishing=Publishing.FAILED, problem=words[:1000])
        raise
    finally:
        layer.close()
    if report is not None:
        report("publish", len(found), len(found))
    account = account_of(row)
    with connection.cursor() as cursor:
        cursor.execute(publish_sql.COUNT_ANEW)
    with transaction.atomic():
        ReconcileRun.objects.filter(pk=row.id).update(
            publishing=Publishing.DONE, published_at=timezone.now(),
            published_by=row.published_by or actor.name[:100],
        )  # fmt: skip
        trace.append(actor, f"run:{row.id}", "resources.run_published", {"run": row.id, **account})
    return account


def perform(run_id: UUID) -> None:
    """Publish a run that waits for it; why it cannot be is written down for whoever asked."""
    row = ReconcileRun.objects.get(pk=run_id)
    try:
        publish(row)
    except DomainError as error:
        ReconcileRun.objects.filter(pk=run_id).update(
            publishing=Publishing.FAILED, problem=error.message[:1000]
        )


def account_of(row: ReconcileRun) -> dict[str, Any]:
    """What was published of a run so far: the sums over its receipts."""
    names = ("persons", "made", "taken", "unchanged", "stale", "withdrawn", "refused", "told", "seconds")
    receipts = list(RunPart.objects.filter(run=row).values(*names))
    sums: dict[str, Any] = {name: sum(one[name] for one in receipts) for name in names}
    return {"parts": len(receipts), **sums, "seconds": round(sums["seconds"], 3)}


def _publish_part(
    row: ReconcileRun, part: Part, layer: Layer, holders: dict[int, UUID], folder: Path
) -> None:
    began = time.perf_counter()
    persons, values = folder / "persons.csv", folder / "values.csv"
    layer.lay(part, persons, values)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(publish_sql.STAGE)
        cursor.execute(publish_sql.TURN)
        if RunPart.objects.filter(run=row, number=part.number).exists():
            return
        _copy(cursor, publish_sql.COPY_PERSONS, persons)
        _copy(cursor, publish_sql.COPY_VALUES, values)
        cursor.execute(publish_sql.ANALYZE)
        subjects, made = _subjects(cursor)
        choice.lock(subjects)
        counts = _values(cursor, holders)
        told = choice.choose(subjects, bulk=True)
        tell(told)
        receipt = RunPart.objects.create(
            run=row, number=part.number, persons=len(subjects), made=made, told=len(told), **counts,
            seconds=round(time.perf_counter() - began, 3),
        )  # fmt: skip
        data = {"run": row.id, "part": part.number, "persons": receipt.persons, "made": made, **counts}
        trace.append(SYSTEM, f"run:{row.id}", "resources.run_part_published", data)
    ReconcileRun.objects.filter(pk=row.id).update(touched_at=timezone.now())


def _copy(cursor: Any, statement: str, path: Path) -> None:
    with cursor.copy(statement) as copy, path.open("rb") as handle:
        while block := handle.read(1 << 20):
            copy.write(block)


def _subjects(cursor: Any) -> tuple[list[UUID], int]:
    cursor.execute("SELECT number, name, division FROM publish_person ORDER BY number")
    rows = cursor.fetchall()
    unnamed = _("姓名不详")
    known, made = identity.ensure_subjects(
        "person", [(number, name or unnamed, division) for number, name, division in rows]
    )
    cursor.execute(publish_sql.SUBJECTS, [list(known), list(known.values())])
    return sorted(known.values()), made


def _values(cursor: Any, holders: dict[int, UUID]) -> dict[str, int]:
    about = [e for e in registry().values() if e.subject_kind == "person"]
    given = {
        "elements": [e.code for e in about], "types": [e.type for e in about],
        "formats": [e.format for e in about], "places": list(holders), "departments": list(holders.values()),
        "zone": settings.TIME_ZONE,
    }  # fmt: skip
    cursor.execute(publish_sql.SAID, given)
    cursor.execute(publish_sql.EACH_SAID)
    stated = cursor.fetchone()[0]
    cursor.execute(publish_sql.EACH_TAKEN)
    refused = stated - cursor.fetchone()[0]
    cursor.execute(publish_sql.WITHDRAWN, given)
    cursor.execute("ANALYZE publish_said")
    cursor.execute(publish_sql.PUT)
    taken, unchanged, stale, withdrawn = cursor.fetchone()
    return {
        "taken": taken, "unchanged": unchanged, "stale": stale, "withdrawn": withdrawn, "refused": refused,
    }  # fmt: skip


def _holders(spec: Spec) -> dict[int, UUID]:
    """The departments by their place in the run's description."""
    found = {}
    for source in spec.sources:
        try:
            found[source.place] = organisations.department_by_code(source.slug).id
        except NotFound:
            words = _("没有代码为 %(code)s 的部门，请先在平台上设立")
            raise invalid(source.slug, "department", words % {"code": source.slug}) from None
    return found


def _counties() -> Sequence[tuple[str, str]]:
    """How addresses in each county may begin, with its code; beginnings that two share are left out."""
    found: dict[str, set[str]] = {}
    for county in divisions.Division.objects.filter(level=3).select_related("parent__parent"):
        city = county.parent.name if county.parent else ""
        above = county.parent.parent.name if county.parent and county.parent.parent else ""
        for start in (county.name, city + county.name, above + city + county.name):
            found.setdefault(start, set()).add(county.code)
    return [(start, next(iter(codes))) for start, codes in found.items() if len(codes) == 1]


def _invented(out: Path) -> bool:
    import duckdb

    golden = f"read_parquet({text(out / 'golden' / '*.parquet')})"
    with duckdb.connect() as engine:
        query = f"SELECT count(*) FROM {golden} WHERE key % 1000 >= {INVENTED}"
        row = engine.execute(query).fetchone()
    return bool(row and row[0])
