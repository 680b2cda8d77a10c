"""What the alignment room tells."""

from tongban.kit.events import declare

standard_published = declare(
    "standard_published",
    teller="alignment",
    payload=("basic_code",),
    description="A basic item's standard was put in force.",
)
