"""A release goes to a second person, who reads the disclosure report and publishes or sends back."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound, invalid
from tongban.opendata import rights, sources, writing
from tongban.opendata.making import chain, locked
from tongban.opendata.models import Dataset, DatasetState, Release, ReleaseState
from tongban.opendata.shapes import column_of
from tongban.opendata.treating import check
from tongban.trace import service as trace


def _open(release_id: UUID) -> tuple[Dataset, Release]:
    found = Release.objects.filter(pk=release_id).values_list("dataset_id", flat=True).first()
    if found is None:
        raise NotFound(_("没有这个版本"))
    row = locked(found)
    return row, Release.objects.select_related("csv", "csv_bom", "parquet").get(pk=release_id)


@transaction.atomic
def submit(actor: Actor, release_id: UUID) -> Release:
    """Hand a release to review. Raises Forbidden; Conflict when it does not pass or is not a draft."""
    row, release = _open(release_id)
    rights.need_maker(actor, row.publisher)
    if release.state not in (ReleaseState.DRAFT, ReleaseState.SENT_BACK):
        raise Conflict(_("这个版本已经提交过了"))
    if not release.passed:
        raise Conflict(_("披露检查没有通过，不能提交审核"), code="not_safe")
    release.state, release.submitted_at = ReleaseState.IN_REVIEW, timezone.now()
    release.reviewer = None
    release.save()
    if row.state != DatasetState.PUBLISHED:
        row.state = DatasetState.IN_REVIEW
    row.save()
    trace.append(actor, chain(row.id), "opendata.submitted", {"number": release.number})
    return release


@transaction.atomic
def review(actor: Actor, release_id: UUID, *, publish: bool, opinion: str = "") -> Release:
    """Publish a release or send it back.

    Before publishing, the stored file is attacked once more: what is published is what passed.

    Raises:
        Forbidden: not a reviewer, or the one who made it. Invalid: sent back without a reason.
        Conflict: not in review, or the file does not pass.
    """
    row, release = _open(release_id)
    rights.need_reviewer(actor, row.publisher)
    if actor.account_id is None or actor.account_id == release.maker_id:
        raise Forbidden(_("自己生成的版本要由另一个人审核"), code="own_work")
    if release.state != ReleaseState.IN_REVIEW:
        raise Conflict(_("这个版本不在审核中"))
    release.reviewer_id, release.reviewer_name = actor.account_id, actor.name
    release.opinion = opinion.strip()[:500]
    if publish:
        _publish(row, release)
    else:
        if not release.opinion:
            raise invalid("opinion", "required", _("退回时请写明原因"))
        release.state = ReleaseState.SENT_BACK
        if row.state == DatasetState.IN_REVIEW:
            row.state = DatasetState.WITHDRAWN if row.withdrawn_reason else DatasetState.DRAFT
    release.save()
    row.save()
    action = "opendata.published" if publish else "opendata.sent_back"
    trace.append(
        actor, chain(row.id), action, {"number": release.number, "sha256": release.parquet_id}, about=row.code
    )
    return release


def _publish(row: Dataset, release: Release) -> None:
    report = recheck(row, release)
    if not report["passed"]:
        raise Conflict(_("披露检查没有通过，不能发布"), code="not_safe")
    row.releases.filter(state=ReleaseState.PUBLISHED).update(state=ReleaseState.REPLACED)
    release.state, release.published_at = ReleaseState.PUBLISHED, timezone.now()
    row.state, row.withdrawn_reason = DatasetState.PUBLISHED, ""
    row.first_published_at = row.first_published_at or release.published_at


def recheck(row: Dataset, release: Release) -> dict[str, object]:
    """The disclosure check of the stored file under the dataset's present rules."""
    source = sources.source(row.source)
    table = writing.read(release.parquet_id, [column_of(c) for c in release.columns])
    return check(table, source.kind, row.k, row.quasi, source.margins)


@transaction.atomic
def withdraw(actor: Actor, dataset_id: UUID, reason: str) -> Dataset:
    """Take a dataset off the public pages; its address answers 410 with the reason.

    Raises:
        Forbidden, Conflict: not published. Invalid: no reason.
    """
    row = locked(dataset_id)
    if not (rights.may_make(actor, row.publisher) or rights.may_review(actor, row.publisher)):
        raise Forbidden
    if row.state != DatasetState.PUBLISHED:
        raise Conflict(_("这个数据集没有发布"))
    if len(reason.strip()) < 2:
        raise invalid("reason", "required", _("请写明撤回的原因"))
    row.state, row.withdrawn_reason = DatasetState.WITHDRAWN, reason.strip()[:500]
    row.releases.filter(state=ReleaseState.PUBLISHED).update(state=ReleaseState.REPLACED)
    row.releases.filter(state=ReleaseState.IN_REVIEW).update(state=ReleaseState.SENT_BACK)
    row.save()
    trace.append(actor, chain(row.id), "opendata.withdrawn", {"reason": row.withdrawn_reason}, about=row.code)
    return row
