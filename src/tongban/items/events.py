"""What the items room tells those above it."""

from tongban.kit.events import declare

item_published = declare(
    "item_published",
    teller="items",
    payload=("item_id", "basic_code"),
    description="A version of an item was put in force by a person or on its day.",
)
items_stored = declare(
    "items_stored",
    teller="items",
    payload=("items",),
    description="A batch of items was put in force by an import or a load: pairs of item and basic code.",
)
item_state_set = declare(
    "item_state_set",
    teller="items",
    payload=("item_id", "basic_code"),
    description="An item was suspended, resumed or cancelled.",
)
