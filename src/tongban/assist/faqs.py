"""General questions and answers: proposed by one person, published by another, found by likeness."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.assist import duty
from tongban.assist.models import FaqState, GeneralFaq, HandOver
from tongban.items import service as items
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound, invalid
from tongban.trace import service as trace

LIKE = 0.56  # likeness of two questions from which the answer of one is offered for the other
SAME = 0.8  # from which it goes before what the guides say
_CANDIDATES = 300
_PAGE = 20
_IDLE = re.compile(
    r"请问|我想问|问一下|一下|想问|怎么样|怎么|怎样|如何|哪里|哪儿|什么|哪些|需要|可以|能不能|要不要|行不行"
    r"|是不是|有没有|我|您|你|个|呢|吗|嘛|啊|呀|的|了|么|[\s\W_]"
)
WORDINGS = 20  # other ways to ask, of one question


@dataclass(frozen=True, slots=True)
class Near:
    """A published answer and how like its question is (0–1)."""

    faq: GeneralFaq
    likeness: float


def pairs(text: str) -> list[str]:
    """Pairs of characters of a question without what says nothing, each once."""
    bare = _IDLE.sub("", unicodedata.normalize("NFKC", text[:1000]).lower())
    return list(dict.fromkeys(bare[n : n + 2] for n in range(len(bare) - 1))) or ([bare] if bare else [])


def nearest(question: str) -> Near | None:
    """The published answer whose question is most like this one, from :data:`LIKE` on."""
    asked = set(pairs(question))
    if not asked:
        return None
    rows = GeneralFaq.objects.filter(state=FaqState.PUBLISHED, pairs__overlap=list(asked)).select_related(
        "item"
    )
    best = max(
        (Near(row, _likeness(asked, row)) for row in rows[:_CANDIDATES]),
        key=lambda near: near.likeness,
        default=None,
    )
    return best if best is not None and best.likeness >= LIKE else None


def _likeness(asked: set[str], row: GeneralFaq) -> float:
    """Dice over pairs with the nearest wording of the question."""
    wordings = (set(pairs(one)) for one in (row.question, *row.wordings))
    return max(2 * len(asked & own) / (len(asked) + len(own)) for own in wordings)


def published_faq(faq_id: UUID) -> GeneralFaq:
    """A published general answer. Raises NotFound."""
    row = (
        GeneralFaq.objects.select_related("item", "department")
        .filter(pk=faq_id, state=FaqState.PUBLISHED)
        .first()
    )
    if row is None:
        raise NotFound
    return row


def listed_faqs(page: int = 1) -> "Page[GeneralFaq]":
    """Published general answers, newest first."""
    return Paginator(GeneralFaq.objects.filter(state=FaqState.PUBLISHED).order_by("-id"), _PAGE).get_page(
        page
    )


@transaction.atomic
def propose(actor: Actor, hand_over_id: UUID, question: str, answer: str) -> GeneralFaq:
    """Propose an answered hand-over as a general answer; once for each.

    Raises:
        Forbidden: for anybody not on duty there. Conflict: unanswered, or proposed already.
    """
    row = HandOver.objects.select_for_update().filter(pk=hand_over_id).first()
    if row is None:
        raise NotFound
    if not duty.on_duty(actor, row.department_id, row.division):
        raise Forbidden
    if not row.answer:
        raise Conflict(_("答复之后才能提出作为常见问题"))
    if GeneralFaq.objects.filter(hand_over=row).exists():
        raise Conflict(_("已经提出过了"))
    faq = GeneralFaq(
        hand_over=row,
        item_id=row.item_id,
        item_name=row.item_name,
        department_id=row.department_id,
        sources=row.sources,
        proposed_by=actor.account_id,
        proposed_name=actor.name,
    )
    _fill(faq, question, answer)
    faq.save(force_insert=True)
    trace.append(actor, f"faq:{faq.id}", "assist.faq_proposed", {"hand_over": str(row.id)})
    return faq


def _fill(faq: GeneralFaq, question: str, answer: str, wordings: Sequence[str] = ()) -> None:
    question, answer = question.strip(), answer.strip()
    others = [one for one in dict.fromkeys(" ".join(w.split()) for w in wordings) if one and one != question]
    if not 4 <= len(question) <= 300:
        raise invalid("question", "length", _("问题请写 4 至 300 字"))
    if not 1 <= len(answer) <= 5000:
        raise invalid("answer", "length", _("答复请写 1 至 5000 字"))
    if len(others) > WORDINGS or any(len(one) > 300 for one in others):
        words = _("其他问法最多 %(most)s 条，每条不超过 300 字") % {"most": WORDINGS}
        raise invalid("wordings", "length", words)
    faq.question, faq.answer, faq.wordings = question, answer, others
    faq.pairs = list(dict.fromkeys(pair for one in (question, *others) for pair in pairs(one)))


def may_review(actor: Actor, faq: GeneralFaq) -> bool:
    """Item editors of the department (or, without one, of any), but never who proposed it."""
    if actor.account_id is None or actor.account_id == faq.proposed_by:
        return False
    return may_retire(actor, faq)


def may_retire(actor: Actor, faq: GeneralFaq) -> bool:
    """Item editors of the department (or, without one, of any), and supervisors."""
    reach = (post for post in actor.posts if post.role in duty.REVIEWERS)
    own = any(faq.department_id in (None, post.department_id) for post in reach)
    return own or actor.has_role(*duty.OVERSEERS)


@transaction.atomic
def review(
    actor: Actor,
    faq_id: UUID,
    *,
    publish: bool,
    question: str,
    answer: str,
    wordings: Sequence[str] = (),
    note: str = "",
) -> GeneralFaq:
    """Publish a proposal, mended where needed, or refuse it. Raises Forbidden for the one who proposed it.

    ``wordings`` are other ways to ask the same. Without any, what the asker really wrote is taken as one.
    """
    faq = GeneralFaq.objects.select_for_update().filter(pk=faq_id).first()
    if faq is None:
        raise NotFound
    if not may_review(actor, faq):
        raise Forbidden(_("提出的人不能自己审核；由本部门的事项管理员审核"))
    if faq.state != FaqState.PROPOSED:
        raise Conflict(_("已经审核过了"))
    if publish:
        asked = [faq.hand_over.question] if faq.hand_over and len(faq.hand_over.question) <= 300 else []
        _fill(faq, question, answer, wordings or asked)
    elif not note.strip():
        raise invalid("note", "required", _("请写明不采用的原因"))
    faq.state = FaqState.PUBLISHED if publish else FaqState.REFUSED
    faq.note, faq.reviewed_by, faq.reviewed_name = note.strip()[:500], actor.account_id, actor.name
    faq.reviewed_at = timezone.now()
    faq.save()
    trace.append(actor, f"faq:{faq.id}", "assist.faq_reviewed", {"published": publish})
    return faq


@transaction.atomic
def retire(actor: Actor, faq_id: UUID) -> GeneralFaq:
    """Take a published general answer out of use."""
    faq = GeneralFaq.objects.select_for_update().filter(pk=faq_id).first()
    if faq is None:
        raise NotFound
    if not may_retire(actor, faq):
        raise Forbidden
    if faq.state != FaqState.PUBLISHED:
        raise Conflict(_("这一条没有在使用"))
    faq.state = FaqState.RETIRED
    faq.save(update_fields=["state"])
    trace.append(actor, f"faq:{faq.id}", "assist.faq_retired", {})
    return faq


def proposals(actor: Actor, *, state: str = FaqState.PROPOSED, page: int = 1) -> "Page[GeneralFaq]":
    """General answers of one state for whoever is on duty, newest first."""
    if not actor.has_role(*duty.DUTY, *duty.OVERSEERS):
        raise Forbidden
    rows = GeneralFaq.objects.select_related("department").order_by("-id")
    if state in FaqState.values:
        rows = rows.filter(state=state)
    return Paginator(rows, _PAGE).get_page(page)


def seed_faq(
    question: str,
    answer: str,
    *,
    department_id: UUID | None,
    by: tuple[str, str],
    item: str = "",
    sources: Sequence[tuple[str, str]] = (),
    wordings: Sequence[str] = (),
) -> GeneralFaq:
    """A published general answer of a site's own content; the same question again changes nothing.

    Args:
        by: who wrote it and who reviewed it.
        item: code or slug of the published item it is about, if it is about one.
        sources: address and title of each source, most telling first.
    """
    row = GeneralFaq.objects.filter(question=question.strip()).first()
    if row is None:
        about = items.published(item) if item else None
        row = GeneralFaq(
            department_id=department_id, state=FaqState.PUBLISHED, proposed_name=by[0], reviewed_name=by[1],
            reviewed_at=timezone.now(), sources=[list(one) for one in sources],
            item_id=about.item_id if about else None, item_name=about.name if about else "",
        )  # fmt: skip
        _fill(row, question, answer, wordings)
        row.save(force_insert=True)
    return row
