"""What the stewardship room tells the rooms above it."""

from tongban.kit.events import declare

check_moved = declare(
    "check_moved",
    teller="stewardship",
    payload=("check_id", "kind", "act", "verdict", "element", "department_id", "division", "at"),
    description=(
        "A request for correction was made, handed on, answered or withdrawn, or a department answered for a "
        "disagreement. kind: correction or discrepancy; act and verdict as the room writes them; "
        "department_id: whose turn it is or was; division: the subject's; at: ISO 8601."
    ),
)
