"""What the resource centre tells the rooms above it."""

from tongban.kit.events import declare

golden_changed = declare(
    "golden_changed",
    teller="resources",
    payload=("subject_id", "elements"),
    description=(
        "The chosen value of elements of a subject, or who differs from it, changed. elements: list of "
        '{"element", "value_from": department id or null when nobody says anything any more, '
        '"dissenters": [department ids], "changed": whether the value itself changed}.'
    ),
)
