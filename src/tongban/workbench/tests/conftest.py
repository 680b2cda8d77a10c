"""The cases room's item and cases, for the faces' tests."""

from tongban.alignment.tests.conftest import scene
from tongban.assist.tests.conftest import food, handed, staffed
from tongban.cases.tests.conftest import accepted, draft, filed, item, known, make_item, reviewed

__all__ = [
    "accepted", "draft", "filed", "food", "handed", "item", "known", "make_item", "reviewed", "scene",
    "staffed",
]  # fmt: skip
