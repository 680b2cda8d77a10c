"""The demo's questions, tickets and general answers: every state there is, and sources for every answer."""

import pytest
from django.utils import timezone

from tongban.assist import service as assist
from tongban.demo import assist as demo
from tongban.demo import content, loading
from tongban.items import service as items
from tongban.kit.actors import ANONYMOUS


def test_general_answers_are_many_and_all_have_sources() -> None:
    entries = demo.faqs()
    assert len(entries) >= 30
    assert len({entry["q"] for entry in entries}) == len(entries)
    known = {item["slug"] for item in content.items()}
    for entry in entries:
        assert entry["sources"], entry["q"]
        assert all(url for one in entry["sources"] for url in demo._source(one))
        assert entry.get("item", "") in {"", *known}


@pytest.mark.django_db
def test_every_state_is_there_with_its_clock() -> None:
    for piece in loading.pieces():
        if piece.key != "search" and not piece.key.startswith(("enterprises:", "licences")):
            loading.do(piece)
    items.rebuild_search()
    for piece in demo.pieces():
        loading.do(piece)
    assert set(assist.HandOver.objects.values_list("state", flat=True)) == set(assist.HandOverState.values)
    tickets = assist.Ticket.objects.all()
    assert {one.state for one in tickets} == set(assist.TicketState.values)
    assert {one.kind for one in tickets} == set(assist.TicketKind.values)
    assert {assist.ticket_light(one) for one in tickets} == {"green", "yellow", "red"}
    assert {assist.light_of(row) for row in assist.HandOver.objects.all()} >= {"green", "red"}
    states = set(assist.GeneralFaq.objects.values_list("state", flat=True))
    assert states == {"published", "proposed", "refused"}
    for entry in demo.faqs():
        said = assist.reply(entry["q"], session="", actor=ANONYMOUS)
        assert said.kind == "answer", entry["q"]
        assert said.text.strip() == entry["a"].strip(), entry["q"]
    assert all(one.at <= timezone.now() for one in assist.TicketEntry.objects.all())
