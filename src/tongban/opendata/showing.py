"""What people made of the data, shown after a review."""

from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.identity import service as identity
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound, invalid
from tongban.opendata import rights
from tongban.opendata.models import Dataset, DatasetState, Showcase, ShowcaseState
from tongban.trace import service as trace

PAGE = 20
PROPOSING = identity.Limit("opendata-show", 5, 24 * 3600)


@transaction.atomic
def propose(actor: Actor, *, title: str, text: str, url: str, maker: str, codes: Sequence[str]) -> Showcase:
    """Propose something made of the data. Raises Forbidden, Invalid naming each field, TooMany."""
    if actor.account_id is None:
        raise Forbidden(_("请先登录"))
    problems = []
    for field, value, least, most in (
        ("title", title, 2, 100), ("text", text, 10, 1000), ("maker", maker, 2, 100),
    ):  # fmt: skip
        if not least <= len(value.strip()) <= most:
            words = _("请写 %(least)s 至 %(most)s 个字") % {"least": least, "most": most}
            problems.append(FieldProblem(field, "length", words))
    if url.strip() and not _is_web(url.strip()):
        problems.append(FieldProblem("url", "url", _("请填写以 http:// 或 https:// 开头的网址")))
    datasets = list(Dataset.objects.filter(code__in=list(codes)[:20], state=DatasetState.PUBLISHED))
    if not datasets:
        problems.append(FieldProblem("datasets", "required", _("请至少选择一个用到的数据集")))
    if problems:
        raise Invalid(*problems)
    identity.count_attempt(PROPOSING, str(actor.account_id))
    row = Showcase.objects.create(
        title=title.strip(), text=text.strip(), url=url.strip(), maker=maker.strip(),
        proposer_id=actor.account_id,
    )  # fmt: skip
    row.datasets.set(datasets)
    trace.append(actor, f"opendata-showcase:{row.id}", "opendata.proposed", {"title": row.title})
    return row


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = len(url) <= 300 and not any(c.isspace() or ord(c) < 32 for c in url)
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname)


def shown(*, page: int = 1) -> "Page[Showcase]":
    """What is shown, the latest first."""
    rows = Showcase.objects.filter(state=ShowcaseState.SHOWN).prefetch_related("datasets")
    return Paginator(rows.order_by("-reviewed_at", "-id"), PAGE).get_page(page)


def showcase_queue(actor: Actor, *, state: str = "", page: int = 1) -> "Page[Showcase]":
    """Proposals for whoever reviews. Raises Forbidden."""
    if not actor.has_role(*rights.REVIEWERS):
        raise Forbidden
    rows = Showcase.objects.filter(state=state or ShowcaseState.PROPOSED).prefetch_related("datasets")
    return Paginator(rows.order_by("created_at", "id"), PAGE).get_page(page)


@transaction.atomic
def review_showcase(actor: Actor, showcase_id: UUID, *, show: bool, opinion: str = "") -> Showcase:
    """Show a proposal or not. Raises Forbidden, NotFound, Conflict, Invalid (refused without a reason)."""
    row = Showcase.objects.select_for_update().filter(pk=showcase_id).first()
    if row is None:
        raise NotFound(_("没有找到"))
    if not actor.has_role(*rights.REVIEWERS) or actor.account_id == row.proposer_id:
        raise Forbidden
    if row.state != ShowcaseState.PROPOSED:
        raise Conflict(_("已经审核过了"))
    if not show and not opinion.strip():
        raise invalid("opinion", "required", _("不采用时请写明原因"))
    row.state = ShowcaseState.SHOWN if show else ShowcaseState.REFUSED
    row.opinion, row.reviewer_id, row.reviewed_at = opinion.strip()[:500], actor.account_id, timezone.now()
    row.save()
    data = {"shown": show, "opinion": row.opinion}
    trace.append(actor, f"opendata-showcase:{row.id}", "opendata.showcase_reviewed", data, about=row.title)
    return row
