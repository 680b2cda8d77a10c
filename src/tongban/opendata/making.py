"""Drafting a dataset and building a release of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.divisions import service as divisions
from tongban.files import service as files
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound
from tongban.opendata import rights, sources, writing
from tongban.opendata.models import (
    Cycle,
    Dataset,
    DatasetState,
    Release,
    ReleaseState,
    Terms,
    Theme,
    Treatment,
)
from tongban.opendata.treating import Treated, treat
from tongban.organisations import service as organisations
from tongban.trace import service as trace

_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CONTACT = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|\+?[\d -]{5,20}")
LEAST_K = 2


@dataclass(frozen=True, slots=True)
class DatasetIn:
    """What a steward fills in. ``keywords`` and ``quasi`` as lists; ``k`` None: the site's."""

    code: str
    source: str
    title: str
    title_en: str
    description: str
    theme: str
    department_id: UUID
    contact_name: str
    contact: str
    description_en: str = ""
    keywords: tuple[str, ...] = ()
    terms: str = Terms.CC_BY
    cycle: str = Cycle.MONTHLY
    division: str = "35"
    k: int | None = None
    quasi: tuple[str, ...] = ()
    treatment: str = Treatment.SUPPRESS


def chain(dataset_id: UUID) -> str:
    """The trace chain of a dataset."""
    return f"opendata:{dataset_id}"


def problems_of(given: DatasetIn) -> list[FieldProblem]:
    """Everything wrong with what was filled in."""
    found: list[FieldProblem] = []

    def wrong(field: str, rule: str, words: str) -> None:
        found.append(FieldProblem(field, rule, words))

    if not _CODE.fullmatch(given.code) or len(given.code) > 60:
        wrong("code", "code", _("代码只能用小写字母、数字和连字符，最多 60 个字符"))
    for field, value, most in (
        ("title", given.title, 100), ("title_en", given.title_en, 200),
        ("description", given.description, 4000), ("contact_name", given.contact_name, 100),
    ):  # fmt: skip
        if not 2 <= len(value.strip()) <= most:
            wrong(field, "length", _("请写 2 至 %(most)s 个字") % {"most": most})
    for field, code, allowed in (
        ("theme", given.theme, Theme), ("terms", given.terms, Terms), ("cycle", given.cycle, Cycle),
        ("treatment", given.treatment, Treatment),
    ):  # fmt: skip
        if code not in allowed.values:
            wrong(field, "choice", _("请从列出的选项里选择"))
    if not _CONTACT.fullmatch(given.contact.strip()):
        wrong("contact", "contact", _("请填写联系邮箱或电话"))
    if len(given.keywords) > 20 or any(not 1 <= len(word) <= 40 for word in given.keywords):
        wrong("keywords", "length", _("关键词最多 20 个，每个不超过 40 字"))
    if not divisions.names([given.division]):
        wrong("division", "division", _("没有这个行政区划代码"))
    if given.k is not None and not max(LEAST_K, settings.OPENDATA_K) <= given.k <= 1000:
        least = max(LEAST_K, settings.OPENDATA_K)
        wrong("k", "range", _("最小分组人数不能小于本站规定的 %(least)s") % {"least": least})
    return found + _source_problems(given)


def _source_problems(given: DatasetIn) -> list[FieldProblem]:
    found = sources.ALL.get(given.source)
    if found is None:
        return [FieldProblem("source", "choice", _("请选择数据从哪里来"))]
    known = {column.name for column in found.columns}
    unknown = [name for name in given.quasi if name not in known]
    if unknown:
        words = _("数据里没有这些列：%(names)s") % {"names": "、".join(unknown)}
        return [FieldProblem("quasi", "unknown", words)]
    return []


def _values(given: DatasetIn) -> dict[str, object]:
    own = {f.name: getattr(given, f.name) for f in fields(given) if f.name != "department_id"}
    quasi = sources.source(given.source).dimensions or given.quasi
    return own | {
        "title": given.title.strip(),
        "contact": given.contact.strip(),
        "keywords": list(given.keywords),
        "quasi": list(quasi),
        "k": given.k or settings.OPENDATA_K,
        "publisher_id": given.department_id,
    }


@transaction.atomic
def create(actor: Actor, given: DatasetIn) -> Dataset:
    """Draft a dataset. Raises Invalid, Forbidden."""
    rights.need_maker(actor, organisations.department(given.department_id))
    problems = problems_of(given)
    if not any(p.field == "code" for p in problems) and Dataset.objects.filter(code=given.code).exists():
        problems.append(FieldProblem("code", "unique", _("已经有这个代码的数据集")))
    if problems:
        raise Invalid(*problems)
    row = Dataset(**_values(given))
    row.save(force_insert=True)
    trace.append(actor, chain(row.id), "opendata.drafted", {"code": row.code, "source": row.source})
    return row


@transaction.atomic
def edit(actor: Actor, dataset_id: UUID, given: DatasetIn) -> Dataset:
    """Change what is said about a dataset; its code and source stay. Raises Invalid, Forbidden, Conflict."""
    row = locked(dataset_id)
    rights.need_maker(actor, row.publisher)
    rights.need_maker(actor, organisations.department(given.department_id))
    if Release.objects.filter(dataset=row, state=ReleaseState.IN_REVIEW).exists():
        raise Conflict(_("正在审核，审核结束后才能修改"), code="in_review")
    if (given.code, given.source) != (row.code, row.source):
        raise Conflict(_("代码和数据来源定下后不能修改"), code="fixed")
    if problems := problems_of(given):
        raise Invalid(*problems)
    before = {name: getattr(row, name) for name in ("k", "quasi", "treatment")}
    for name, value in _values(given).items():
        setattr(row, name, value)
    row.save()
    if before != {name: getattr(row, name) for name in before}:
        # The release in hand was built under other rules.
        row.releases.filter(state__in=(ReleaseState.DRAFT, ReleaseState.SENT_BACK)).delete()
    trace.append(actor, chain(row.id), "opendata.edited", {"code": row.code})
    return row


def locked(dataset_id: UUID) -> Dataset:
    """The dataset, locked until the transaction ends. Raises NotFound."""
    found = (
        Dataset.objects.select_for_update(of=("self",))
        .select_related("publisher")
        .filter(pk=dataset_id)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这个数据集"))
    return found


def preview(dataset: Dataset) -> Treated:
    """What a release built now would hold."""
    source = sources.source(dataset.source)
    rows = tuple(source.rows())
    return treat(source, rows, dataset.k, dataset.quasi, suppress=dataset.treatment == Treatment.SUPPRESS)


@transaction.atomic
def build(actor: Actor, dataset_id: UUID, *, note: str = "", until: date | None = None) -> Release:
    """Build a release from the source as it is now; an earlier one that was not published is replaced.

    Args:
        note: what is new in it, for users; at most 500 characters.
        until: the last day the data is about; today by default.

    Raises:
        Forbidden; Conflict: a release is being reviewed.
    """
    row = locked(dataset_id)
    rights.need_maker(actor, row.publisher)
    if actor.account_id is None:
        raise Forbidden
    if row.releases.filter(state=ReleaseState.IN_REVIEW).exists():
        raise Conflict(_("正在审核，审核结束后才能重新生成"), code="in_review")
    row.releases.filter(state__in=(ReleaseState.DRAFT, ReleaseState.SENT_BACK)).delete()
    done = preview(row)
    last = row.releases.order_by("-number").values_list("number", flat=True).first() or 0
    release = Release(
        dataset=row, number=last + 1, columns=[c.as_json() for c in done.table.columns],
        rows=len(done.table.rows), report=done.report, passed=done.passed, note=note.strip()[:500],
        maker_id=actor.account_id, maker_name=actor.name, **_period(done, until or timezone.localdate()),
        **_files(row, done, last + 1),
    )  # fmt: skip
    release.save(force_insert=True)
    data = {"number": release.number, "rows": release.rows, "passed": release.passed}
    trace.append(actor, chain(row.id), "opendata.built", data | {"sha256": release.parquet_id})
    return release


def _period(done: Treated, until: date) -> dict[str, date]:
    """The days the data is about: its first month where it has months, else the day it was taken."""
    at = next((n for n, c in enumerate(done.table.columns) if c.name == "month"), None)
    months = [row[at] for row in done.table.rows if row[at] != "_T"] if at is not None else []
    first = date.fromisoformat(f"{min(months)}-01") if months else until
    return {"period_from": first, "period_to": until}


def _files(dataset: Dataset, done: Treated, number: int) -> dict[str, files.StoredFile]:
    name = f"{dataset.code}-{number}"
    text = writing.as_csv(done.table)
    titles = {"title": dataset.title, "title_en": dataset.title_en, "licence": dataset.terms}
    typed = writing.as_parquet(done.table, titles)
    return {
        "csv": files.store_bytes(text, writing.CSV, f"{name}.csv"),
        "csv_bom": files.store_bytes(writing.BOM.encode() + text, writing.CSV, f"{name}.csv"),
        "parquet": files.store_bytes(typed, writing.PARQUET, f"{name}.parquet"),
    }


def stages(states: Sequence[str] = ()) -> list[tuple[str, str]]:
    """States of a dataset with their words."""
    return [(v, str(words)) for v, words in DatasetState.choices if not states or v in states]
