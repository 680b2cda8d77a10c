"""The assist room's door: instant replies with sources."""

from tongban.assist.replying import MAX_QUESTION, Card, Reply, reply

__all__ = ["MAX_QUESTION", "Card", "Reply", "reply"]
