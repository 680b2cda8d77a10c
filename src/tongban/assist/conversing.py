"""A conversation: limits, the turn before as context, general answers, an optional phrasing, memory."""

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.assist import faqs, phrasing, replying
from tongban.assist.handovers import home_of, session_key
from tongban.assist.limits import PER_ADDRESS, PER_SESSION, count
from tongban.assist.models import Conversation
from tongban.assist.replying import Card, Reply
from tongban.assist.rules import follows, masked
from tongban.items import service as items
from tongban.kit.actors import Actor
from tongban.kit.errors import NotFound, invalid

MAX_QUESTION = 10_000  # characters
KEPT = timedelta(hours=2)
TURNS = 20
_SHOWN = 2_000  # characters of a question kept in a transcript


def reply(
    question: str,
    *,
    session: str,
    actor: Actor,
    division: str | None = None,
    channel: str = "web",
    address: str = "",
    patience: float | None = None,
) -> Reply:
    """Answer a question at once, remembering the session's last turns for two hours.

    Args:
        session: an unguessable token of the conversation; without one nothing is remembered or counted.
        division: where the asker is; items done near there come first. Without it, where the signed-in
            person lives.
        channel: ``web``, ``api`` or ``wechat``.
        address: the network address of the asker, for the limits; never kept in plain.
        patience: seconds the asker can wait for a model's phrasing; None where there is no limit.

    Raises:
        Invalid: for an empty question or one of more than 10,000 characters.
        TooFast: for too many questions in a minute.
    """
    text = " ".join(question.replace("\x00", " ").split())
    if not text:
        raise invalid("question", "required", _("请输入您的问题"))
    if len(text) > MAX_QUESTION:
        raise invalid("question", "length", _("问题请不要超过 %(most)s 个字") % {"most": MAX_QUESTION})
    count(PER_SESSION, session)
    count(PER_ADDRESS, address)
    talk = _recall(session)
    place = division or home_of(actor) or None
    said = _answered(text, talk, session=session, actor=actor, division=place, channel=channel)
    said = phrasing.phrased(text, said, patience)
    _remember(session, talk, text, said)
    return said


def _recall(session: str) -> Conversation | None:
    if not session:
        return None
    return Conversation.objects.filter(key=session_key(session), expires_at__gt=timezone.now()).first()


def _answered(
    text: str, talk: Conversation | None, *, session: str, actor: Actor, division: str | None, channel: str
) -> Reply:
    """The room's answer: the matter of the turn before stands in for one that is not named."""
    if talk is not None and talk.item_name and follows(text):
        text, division = f"{talk.item_name} {text}", talk.division or division
    said = replying.reply(text, session=session, actor=actor, division=division, channel=channel)
    if said.kind not in ("answer", "ask_back", "handover"):
        return said
    near = faqs.nearest(text)
    if near is not None and (near.likeness >= faqs.SAME or said.kind != "answer"):
        return _of_faq(near, said)
    return said


def _of_faq(near: faqs.Near, said: Reply) -> Reply:
    faq, cards = near.faq, tuple[Card, ...]()
    url = f"/assist/faqs/{faq.id}/"
    if faq.item is not None:
        cards = (Card(faq.item.id, faq.item.code, faq.item.slug or "", faq.item_name),)
    sentences = tuple((line.strip(), url, faq.question) for line in faq.answer.splitlines() if line.strip())
    return replace(said, kind="answer", text=faq.answer, sentences=sentences, cards=cards, choices=())


def _remember(session: str, talk: Conversation | None, question: str, said: Reply) -> None:
    """Keep the turn; of one's own cases only that they were asked for: staff may read transcripts."""
    if not session:
        return
    own = said.kind == "progress"
    turn = {
        "question": masked(question)[:_SHOWN],
        "kind": said.kind,
        "text": _("（您的办件）") if own else masked(said.text)[:_SHOWN],
        "sentences": [] if own else [list(one[:3]) for one in said.sentences],
        "cards": [[card.url, card.name] for card in said.cards],
        "choices": list(said.choices),
    }
    row = talk or Conversation(key=session_key(session))
    before = row.turns if talk else []
    if before and before[-1] == turn:
        before = before[:-1]  # a link opened again is no further turn
    row.turns = [*before, turn][-TURNS:]
    if said.kind == "answer":
        card = said.cards[0] if said.cards else None
        row.item_code, row.item_name = (card.code, card.name) if card else ("", "")
        row.division = _division(card)
    row.expires_at = timezone.now() + KEPT
    values = {
        name: getattr(row, name) for name in ("turns", "item_code", "item_name", "division", "expires_at")
    }
    Conversation.objects.update_or_create(key=row.key, defaults=values)


def _division(card: Card | None) -> str:
    if card is None:
        return ""
    try:
        return items.published(card.code).division
    except NotFound:
        return ""


def turns_of(session: str) -> list[dict[str, object]]:
    """The turns of a session that are still kept, oldest first."""
    talk = _recall(session)
    return list(talk.turns) if talk else []


def forget(session: str) -> None:
    """Drop a session's turns at the asker's wish. What was handed over stays with the hand-over."""
    if session:
        Conversation.objects.filter(key=session_key(session)).delete()


def sweep() -> int:
    """Drop conversations whose time is over; gives back how many."""
    return Conversation.objects.filter(expires_at__lt=timezone.now()).delete()[0]
