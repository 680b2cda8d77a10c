"""Instant replies, questions handed to people, and tickets.

Replies and hand-overs are for everybody; whoever is signed in sends the CSRF token with them, as with every
change. A conversation goes on under the token that its first reply gave; nobody can make one up.
"""

import secrets
from datetime import date, datetime
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status

from tongban.api.auth import SessionActor
from tongban.assist import service as assist
from tongban.kit.access import actor_of
from tongban.kit.actors import Actor
from tongban.kit.errors import invalid

router = Router()
_SIGNER = signing.Signer(salt="tongban.api.conversation")


class Anybody(SessionActor):
    """The signed-in person, whose CSRF token is checked, or a visitor without a session."""

    def _get_key(self, request: HttpRequest) -> str | None:
        return None if actor_of(request).kind == "anonymous" else super()._get_key(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor:
        return actor_of(request)


anybody: Any = Anybody()


class QuestionIn(Schema):
    question: str
    conversation: str = ""
    division: str = ""


class SentenceOut(Schema):
    text: str
    url: str
    title: str


class CardOut(Schema):
    code: str
    name: str
    url: str
    guidance_url: str
    filing_url: str


class ReplyOut(Schema):
    conversation: str
    kind: str
    text: str
    phrased: str
    sentences: list[SentenceOut]
    cards: list[CardOut]
    choices: list[str]


class HandOverIn(Schema):
    conversation: str = ""
    question: str = ""
    division: str = ""


class HandOverOut(Schema):
    token: str
    question: str
    state: str
    due_at: datetime
    answer: str
    sources: list[SentenceOut]
    answered_at: datetime | None
    closed_note: str


class NewTicket(Schema):
    kind: str
    title: str
    text: str
    item: str = ""
    division: str = ""
    about: str = ""


class EntryOut(Schema):
    act: str
    at: datetime
    text: str
    by_staff: bool


class TicketOut(Schema):
    token: str
    number: str
    kind: str
    title: str
    state: str
    item_name: str
    opened_on: date
    accept_by: date
    accepted_on: date | None
    due_on: date | None
    answered_on: date | None
    mark: int | None


class TicketDetail(TicketOut):
    text: str
    entries: list[EntryOut]


class TicketPage(Schema):
    rows: list[TicketOut]
    page: int
    pages: int
    total: int


class WordsIn(Schema):
    text: str


class MarkIn(Schema):
    mark: int
    words: str = ""


def _session(conversation: str) -> str:
    try:
        return _SIGNER.unsign(conversation[:200])
    except signing.BadSignature:
        words = _("没有这个对话；去掉 conversation 就会开始新的对话")
        raise invalid("conversation", "token", words) from None


@router.post("/replies", response=ReplyOut, auth=anybody)
def reply(request: HttpRequest, asked: QuestionIn) -> Any:
    """Answer a question at once, each sentence with its source, or say that people must be asked.

    Send the reply's ``conversation`` with the next question, and it may leave out what it is about.
    """
    session = _session(asked.conversation) if asked.conversation else secrets.token_urlsafe(24)
    said = assist.reply(
        asked.question,
        session=session,
        actor=actor_of(request),
        division=asked.division or None,
        channel="api",
        address=request.META.get("REMOTE_ADDR", ""),
    )
    return {
        "conversation": _SIGNER.sign(session),
        "kind": said.kind,
        "text": said.text,
        "phrased": said.phrased,
        "sentences": [_sentence(*one) for one in said.sentences],
        "cards": said.cards,
        "choices": said.choices,
    }


def _sentence(text: str, url: str, title: str) -> dict[str, str]:
    return {"text": text, "url": url, "title": title}


@router.post("/handovers", response={201: HandOverOut}, auth=anybody)
def hand_over(request: HttpRequest, asked: HandOverIn) -> Any:
    """Hand the conversation's last question, or this one, to people; keep the token to see the answer."""
    row = assist.hand_over(
        actor_of(request),
        session=_session(asked.conversation) if asked.conversation else "",
        question=asked.question,
        channel="api",
        division=asked.division,
        address=request.META.get("REMOTE_ADDR", ""),
    )
    return Status(201, _handed(row))


@router.get("/handovers/{token}", response=HandOverOut, auth=anybody)
def handed_over(request: HttpRequest, token: str) -> Any:
    """What became of a question; one of an account is shown to that account only."""
    return _handed(assist.own_hand_over(actor_of(request), token))


def _handed(row: assist.HandOver) -> dict[str, Any]:
    names = ("token", "question", "state", "due_at", "answer", "answered_at", "closed_note")
    sources = [{"text": "", "url": url, "title": title} for url, title in row.sources]
    return {**{name: getattr(row, name) for name in names}, "sources": sources}


@router.post("/tickets", response={201: TicketOut})
def open_ticket(request: HttpRequest, given: NewTicket) -> Any:
    """Open a consultation, complaint or suggestion."""
    return Status(201, assist.open_ticket(actor_of(request), assist.TicketIn(**given.dict())))


@router.get("/tickets", response=TicketPage)
def tickets(request: HttpRequest, page: int = 1) -> Any:
    """My tickets, newest first."""
    found = assist.my_tickets(actor_of(request), page)
    return {
        "rows": list(found),
        "page": found.number,
        "pages": found.paginator.num_pages,
        "total": found.paginator.count,
    }


@router.get("/tickets/{token}", response=TicketDetail)
def ticket(request: HttpRequest, token: str) -> Any:
    """One of my tickets with all that was said."""
    return _detail(assist.own_ticket(actor_of(request), token))


@router.post("/tickets/{token}/words", response=TicketDetail)
def add_words(request: HttpRequest, token: str, given: WordsIn) -> Any:
    """Tell more about my ticket."""
    return _detail(assist.add_words(actor_of(request), token, given.text))


@router.post("/tickets/{token}/reopen", response=TicketDetail)
def reopen(request: HttpRequest, token: str, given: WordsIn) -> Any:
    """Say once that the answer does not help; the clock starts anew."""
    return _detail(assist.reopen(actor_of(request), token, given.text))


@router.post("/tickets/{token}/mark", response=TicketDetail)
def mark(request: HttpRequest, token: str, given: MarkIn) -> Any:
    """Say how satisfied I am with the answer, 1 to 5."""
    return _detail(assist.mark(actor_of(request), token, given.mark, given.words))


def _detail(row: assist.Ticket) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in TicketOut.model_fields}
    entries = [
        {"act": one.act, "at": one.at, "text": one.text, "by_staff": one.by_staff}
        for one in row.entries.all()
    ]
    return {**values, "text": row.text, "entries": entries}
