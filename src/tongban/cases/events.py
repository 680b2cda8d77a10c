"""What the cases room tells the rooms above it."""

from tongban.kit.events import declare

case_submitted = declare(
    "case_submitted",
    teller="cases",
    payload=("case_id", "at"),
    description="A case was filed.",
)
case_decided = declare(
    "case_decided",
    teller="cases",
    payload=("case_id", "granted", "at"),
    description="A department decided a case (or, for an immediate item, at the counter).",
)
case_ended = declare(
    "case_ended",
    teller="cases",
    payload=("case_id", "state", "at"),
    description="A case reached one of its ends: refused, delivered, withdrawn, returned, voided.",
)
