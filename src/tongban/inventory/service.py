"""The inventory's door: entries of information resources, their upkeep, duplicates and lineage.

Rooms above say who uses an element with ``register_user``.
"""

from tongban.inventory.describing import (
    FIELDS,
    LABELS,
    Described,
    ItemIn,
    content_of,
    items_of,
    lines_of,
    said,
)
from tongban.inventory.drafting import Difference, create, differences, discard, edit, newest, settle
from tongban.inventory.duplicates import Duplicate, duplicates, rule
from tongban.inventory.generating import Generated, generate_entries
from tongban.inventory.lineage import Drawing, Lineage, draw, lineage
from tongban.inventory.models import (
    Cycle,
    Entry,
    Format,
    ItemType,
    Opening,
    Outcome,
    Ruling,
    Sharing,
    State,
    Version,
    Way,
)
from tongban.inventory.monitoring import Watch, monitor, tell_late
from tongban.inventory.numbers import branches
from tongban.inventory.reading import (
    FILTERS,
    Choice,
    Found,
    Withdrawn,
    classification,
    heads,
    named,
    providers,
    published,
    search,
    seen,
    table,
    type_words,
    work_page,
)
from tongban.inventory.reviewing import may_review, review, submit, withdraw
from tongban.inventory.rights import ROLES, may_edit, office
from tongban.inventory.users import User, users_of
from tongban.inventory.users import register as register_user

__all__ = [
    "FIELDS", "FILTERS", "LABELS", "ROLES", "Choice", "Cycle", "Described", "Difference", "Drawing",
    "Duplicate", "Entry", "Format", "Found", "Generated", "ItemIn", "ItemType", "Lineage", "Opening",
    "Outcome", "Ruling", "Sharing", "State", "User", "Version", "Watch", "Way", "Withdrawn", "branches",
    "classification", "content_of", "create", "differences", "discard", "draw", "duplicates", "edit",
    "generate_entries", "heads", "items_of", "lineage", "lines_of", "may_edit", "may_review", "monitor",
    "named", "newest", "office", "providers", "published", "register_user", "review", "rule", "said",
    "search", "seen", "settle", "submit", "table", "tell_late", "type_words", "users_of", "withdraw",
    "work_page",
]  # fmt: skip
