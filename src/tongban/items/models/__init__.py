"""The catalogue's tables."""

from tongban.items.models.catalogue import BasicItem, Item, ItemState
from tongban.items.models.imports import ImportRun, ImportState
from tongban.items.models.parts import Faq, Fee, Material, Outcome, Step, StepKind
from tongban.items.models.search import SearchEntry, SearchTerm
from tongban.items.models.versions import ItemVersion, VersionState

__all__ = [
    "BasicItem",
    "Faq",
    "Fee",
    "ImportRun",
    "ImportState",
    "Item",
    "ItemState",
    "ItemVersion",
    "Material",
    "Outcome",
    "SearchEntry",
    "SearchTerm",
    "Step",
    "StepKind",
    "VersionState",
]
