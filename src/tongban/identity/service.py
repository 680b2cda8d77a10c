"""The one door of the identity room: accounts, the subjects they stand for, and who acts.

``actor_for(request)`` gives the actor; row rights are the other rooms' business. The posts of staff come from
the organisations room, which registers itself with ``register_posts_provider``.
"""

from tongban.identity.accounts import (
    create_account,
    divisions_of,
    ensure_subject,
    ensure_subjects,
    find_account,
    find_subject,
    recipient,
    recipients_for_subject,
    subject,
)
from tongban.identity.acting import acting_actor, actor_for, choose_acting, own_actor
from tongban.identity.agencies import (
    ActingChoice,
    acting_choices,
    agents_of,
    ensure_representative,
    grant_agency,
    represents,
    revoke_agency,
)
from tongban.identity.codes import redeem as redeem_code
from tongban.identity.codes import request_code
from tongban.identity.counting import PersonCount, legal_counts, person_counts
from tongban.identity.models import Account, Agency, Subject
from tongban.identity.posts import StaffHeld, register_posts_provider
from tongban.identity.throttle import Limit, TooMany
from tongban.identity.throttle import take as count_attempt
from tongban.notices.service import Recipient

__all__ = [
    "Account",
    "ActingChoice",
    "Agency",
    "Limit",
    "PersonCount",
    "Recipient",
    "StaffHeld",
    "Subject",
    "TooMany",
    "acting_actor",
    "acting_choices",
    "actor_for",
    "agents_of",
    "choose_acting",
    "count_attempt",
    "create_account",
    "divisions_of",
    "ensure_representative",
    "ensure_subject",
    "ensure_subjects",
    "find_account",
    "find_subject",
    "grant_agency",
    "legal_counts",
    "own_actor",
    "person_counts",
    "recipient",
    "recipients_for_subject",
    "redeem_code",
    "register_posts_provider",
    "represents",
    "request_code",
    "revoke_agency",
    "subject",
]  # fmt: skip
