"""The assist room's door: instant replies with sources, hand-over to people, general answers, tickets."""

from tongban.assist.conversing import MAX_QUESTION, forget, reply, sweep, turns_of
from tongban.assist.desk import (
    accept_ticket,
    answer_ticket,
    ask_more,
    pass_ticket,
    refuse_ticket,
    seen_ticket,
    ticket_queue,
)
from tongban.assist.duty import DUTY, OVERSEERS
from tongban.assist.faqs import (
    listed_faqs,
    may_retire,
    may_review,
    proposals,
    propose,
    published_faq,
    retire,
    review,
    seed_faq,
)
from tongban.assist.handovers import (
    answer,
    asked_by,
    claim,
    close,
    fade,
    hand_over,
    light_of,
    own_hand_over,
    pass_on,
    queue,
    seen_hand_over,
    warn_late,
)
from tongban.assist.limits import TooFast
from tongban.assist.models import (
    PROVINCE,
    FaqState,
    GeneralFaq,
    HandOver,
    HandOverState,
    Ticket,
    TicketEntry,
    TicketKind,
    TicketState,
)
from tongban.assist.replying import Card, Reply
from tongban.assist.tickets import (
    TicketIn,
    add_words,
    check_ticket,
    clock_of,
    end_answered,
    item_name,
    mark,
    my_tickets,
    open_ticket,
    own_ticket,
    reopen,
)
from tongban.assist.tickets import light_of as ticket_light
from tongban.assist.tickets import warn_late as warn_late_tickets

__all__ = [
    "DUTY", "MAX_QUESTION", "OVERSEERS", "PROVINCE", "Card", "FaqState", "GeneralFaq", "HandOver",
    "HandOverState", "Reply", "Ticket", "TicketEntry", "TicketIn", "TicketKind", "TicketState", "TooFast",
    "accept_ticket", "add_words", "answer", "answer_ticket", "ask_more", "asked_by", "check_ticket",
    "claim", "clock_of", "close", "end_answered", "fade", "forget", "hand_over", "item_name", "light_of",
    "listed_faqs", "mark", "may_retire", "may_review", "my_tickets", "open_ticket", "own_hand_over",
    "own_ticket", "pass_on", "pass_ticket", "proposals", "propose", "published_faq", "queue",
    "refuse_ticket", "reopen", "reply", "retire", "review", "seed_faq", "seen_hand_over", "seen_ticket",
    "sweep", "ticket_light", "ticket_queue", "turns_of", "warn_late", "warn_late_tickets",
]  # fmt: skip
