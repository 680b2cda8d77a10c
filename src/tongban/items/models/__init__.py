"""The catalogue's tables."""

from tongban.items.models.catalogue import BasicItem, Item, ItemState
from tongban.items.models.imports import ImportDraft, ImportRun, ImportState
from tongban.items.models.lifecycle import (
    Act,
    CodeMapping,
    Reorganisation,
    ReorganisationKind,
    Succession,
    VersionAct,
)
from tongban.items.models.parts import Faq, Fee, Material, Outcome, Step, StepKind
from tongban.items.models.search import EverydayWord, SearchEntry, SearchTerm
from tongban.items.models.versions import OPEN_STATES, ItemVersion, VersionState

__all__ = [
    "OPEN_STATES",
    "Act",
    "BasicItem",
    "CodeMapping",
    "EverydayWord",
    "Faq",
    "Fee",
    "ImportDraft",
    "ImportRun",
    "ImportState",
    "Item",
    "ItemState",
    "ItemVersion",
    "Material",
    "Outcome",
    "Reorganisation",
    "ReorganisationKind",
    "SearchEntry",
    "SearchTerm",
    "Step",
    "StepKind",
    "Succession",
    "VersionAct",
    "VersionState",
]
