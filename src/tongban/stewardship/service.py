"""The stewardship room's door: disagreements between departments, people's requests for correction.

``settle`` opens and closes disagreements as values change (it hears ``resources.golden_changed`` by itself);
``ask`` … ``withdraw`` are a person's side; ``listing``, ``check``, ``claim``, ``answer`` and ``hand_over`` a
department's; ``remind`` keeps the clock. A check is named by its kind and its id.
"""

from tongban.stewardship.asking import (
    EVIDENCE,
    PER_DAY,
    TooManyCorrections,
    ask,
    open_elements,
    own,
    own_one,
    value_asked_about,
    withdraw,
)
from tongban.stewardship.checking import answer, claim, hand_over, may_be_asked, release
from tongban.stewardship.comparing import hear, hear_many, settle, settle_many
from tongban.stewardship.counting import CheckCount, closed_counts, corrected_counts, doubted_counts
from tongban.stewardship.models import (
    Act,
    Correction,
    CorrectionState,
    Discrepancy,
    DiscrepancyState,
    Entry,
    Kind,
    Verdict,
)
from tongban.stewardship.rules import Light, as_text
from tongban.stewardship.telling import remind
from tongban.stewardship.views import (
    CheckView,
    Counts,
    Filters,
    SaidBy,
    check,
    counts,
    elements_waiting,
    entries,
    evidence_of,
    light_of,
    listing,
    said_in_words,
)

__all__ = [
    "EVIDENCE",
    "PER_DAY",
    "Act",
    "CheckCount",
    "CheckView",
    "Correction",
    "CorrectionState",
    "Counts",
    "Discrepancy",
    "DiscrepancyState",
    "Entry",
    "Filters",
    "Kind",
    "Light",
    "SaidBy",
    "TooManyCorrections",
    "Verdict",
    "answer",
    "as_text",
    "ask",
    "check",
    "claim",
    "closed_counts",
    "corrected_counts",
    "counts",
    "doubted_counts",
    "elements_waiting",
    "entries",
    "evidence_of",
    "hand_over",
    "hear",
    "hear_many",
    "light_of",
    "listing",
    "may_be_asked",
    "open_elements",
    "own",
    "own_one",
    "release",
    "remind",
    "said_in_words",
    "settle",
    "settle_many",
    "value_asked_about",
    "withdraw",
]
