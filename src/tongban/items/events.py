"""What the items room tells those above it."""

from tongban.kit.events import declare

item_published = declare(
    "item_published",
    teller="items",
    payload=("item_id", "basic_code"),
    description="A version of an item was put in force by a person (imports, being many, tell nothing).",
)
