"""Instant replies: sentences taken from what is published, each with its source; otherwise a person.

Nothing is phrased by a model and nothing is guessed: below `settings.ASSIST_SURE` the reply says so
and names the people to ask. A question is data, whatever it says.
"""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from tongban.cases import service as cases
from tongban.guidance import service as guidance
from tongban.items import service as items
from tongban.kit.actors import Actor

CLOSE = 0.05  # two items nearer than this in confidence: ask which one is meant
POSSIBLE = 0.15  # below, an item is not even named as possibly meant
MAX_READ = 500  # characters of a question that are looked at; what is meant stands in the first lines
PASSAGES = 12
SENTENCES = 3
MOST_PLACES = 40  # looked through for one that takes the matter in
GREETINGS = ("你好", "您好", "hi", "hello", "在吗", "嗨")
THANKS = ("谢谢", "多谢", "thanks", "thank you", "好的谢谢")
PROGRESS = ("进度", "办件进度", "我的办件", "我的进度", "办得怎么样了", "查进度")


@dataclass(frozen=True, slots=True)
class Card:
    """An item a reply speaks of."""

    item_id: UUID
    code: str
    slug: str
    name: str

    @property
    def url(self) -> str:
        """The item's page on this site."""
        return f"/items/{self.slug or self.code}/"

    @property
    def office(self) -> str:
        """Whose item it is: the same matter is handled in many places."""
        return items.published(self.item_id).department_name

    @property
    def guidance_url(self) -> str:
        """Where the questions that lead to what one needs begin, or nothing where the item has none."""
        return f"/guidance/{self.code}/" if self.item_id in guidance.offered([self.item_id]) else ""

    @property
    def filing_url(self) -> str:
        """Where the item is filed online, or nothing."""
        return f"/file/{self.code}/" if items.published(self.item_id).fileable else ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. ``kind``: greeting, answer, ask_back, handover, progress or sign_in.

    ``sentences`` are (text, source address, source title); ``choices`` are questions that can be asked next;
    ``phrased`` is the same in a model's words, checked against the sentences.
    """

    kind: str
    text: str
    sentences: tuple[tuple[str, str, str], ...] = ()
    cards: tuple[Card, ...] = ()
    choices: tuple[str, ...] = ()
    phrased: str = ""


def reply(
    question: str, *, session: str, actor: Actor, division: str | None = None, channel: str = "web"
) -> Reply:
    """Answer a question by itself; memory, limits and general answers are :mod:`tongban.assist.conversing`'s.

    Args:
        session: whose conversation it is.
        division: where the asker is; items done near there come first.
        channel: ``web``, ``api`` or ``wechat``; all get the same reply.
    """
    text = " ".join(question.replace("\x00", " ").split())[:MAX_READ]
    plain = text.rstrip("！!。.？?~ ").lower()
    if plain in THANKS:
        return Reply("greeting", _("不客气，还有什么想办的事可以接着问。"))
    if plain in GREETINGS:
        return Reply("greeting", _("您好，请直接说您想办什么事，例如“开饭店要什么材料”。"))
    if plain in PROGRESS:
        return _progress(actor)
    return _from_items(text, division)


def _from_items(question: str, division: str | None) -> Reply:
    found = items.retrieve(question, division=division, limit=PASSAGES)
    if not found or found[0].confidence < settings.ASSIST_SURE:
        cards = _cards([one for one in found if one.confidence >= POSSIBLE])[:3]
        return Reply("handover", handover_words(), cards=cards)
    found = found if division else _handled_here(question, found)
    best = found[0]
    near = {
        one.item_name
        for one in found
        if one.item_name != best.item_name and best.confidence - one.confidence < CLOSE
    }
    if near:
        cards = _cards(found)[:4]
        return Reply(
            "ask_back",
            _("您问的是下面哪一件？"),
            cards=cards,
            choices=tuple(f"{card.name}：{question}"[:MAX_READ] for card in cards),
        )
    own = _asked_for(question, [one for one in found if one.item_id == best.item_id])
    sentences = tuple((_sentence(one), one.url, best.item_name) for one in own)
    return Reply(
        "answer", "\n".join(sentence for sentence, _url, _title in sentences), sentences, _cards(own)
    )


def _handled_here(question: str, found: list[items.Passage]) -> list[items.Passage]:
    """The same matter where it can be filed on this platform, if the asker's place is not known.

    Of many counties' guides any would be quoted otherwise, most of them of places that take nothing in here.
    """
    best = items.published(found[0].item_id)
    if best.fileable:
        return found
    for version_id in items.implementations(best.basic_code)[:MOST_PLACES]:
        other = items.version(version_id)
        if other.fileable and other.name == best.name:
            again = items.retrieve(question, division=other.division, limit=PASSAGES)
            return again if again and again[0].item_id == other.item_id else found
    return found


def _asked_for(question: str, passages: list[items.Passage]) -> list[items.Passage]:
    """Only what was asked: who asks for the fee hears of the fee, and of an entry worded just so.

    Where nothing particular is asked for, or the guide does not say it, the nearest passages stand.
    """
    kinds = items.understood(question).asked
    if fitting := [one for one in passages if one.kind in kinds]:
        first = passages[:1] if passages[0].kind == "faq" else []
        return [*first, *(one for one in fitting if one not in first)][:SENTENCES]
    return passages[:SENTENCES]


def _sentence(one: items.Passage) -> str:
    """A passage below its heading; a heading that is a question keeps its own mark."""
    between = "" if one.heading.endswith(("？", "?", "：")) else "："
    return f"{one.heading}{between}{one.text}"


def handover_words() -> str:
    """What is said where no answer is sure."""
    return _("不清楚，转人工：请拨打 12345，或到就近的政务服务中心咨询。")


def _cards(found: list[items.Passage]) -> tuple[Card, ...]:
    """The items of the passages in their order, each name once."""
    cards: dict[str, Card] = {}
    for one in found:
        cards.setdefault(one.item_name, Card(one.item_id, one.code, one.slug, one.item_name))
    return tuple(cards.values())


def _progress(actor: Actor) -> Reply:
    if actor.kind != "resident":
        return Reply("sign_in", _("请先登录，再查询您的办件进度。"))
    rows = cases.my_cases(actor).rows[:5]
    if not rows:
        return Reply("progress", _("您还没有办件。"))
    lines = []
    for card in rows:
        due = _("，最迟 %(date)s") % {"date": card.due_on.isoformat()} if card.due_on else ""
        words = f"{card.item_name}（{card.number or _('草稿')}）：{card.state_label}{due}"
        lines.append((words, f"/cases/{card.id}/", card.item_name))
    return Reply("progress", "\n".join(line for line, _url, _title in lines), tuple(lines))
