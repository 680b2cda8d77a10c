"""What the assist room tells the rooms above it."""

from tongban.kit.events import declare

hand_over_ended = declare(
    "hand_over_ended",
    teller="assist",
    payload=("token",),
    description="A question handed over by somebody without an account was answered or closed.",
)
