"""The items room's door: the catalogue of service items, their versions, guides, forms and search."""

from tongban.items.codes import label
from tongban.items.models import BasicItem, Item, ItemState, ItemVersion, VersionState
from tongban.items.reading import current, published, version, versions_of
from tongban.items.records import (
    FaqDetail,
    FeeDetail,
    Finding,
    ItemSummary,
    LegalBasis,
    MaterialDetail,
    OutcomeDetail,
    SpecialProcedure,
    StepDetail,
    VersionDetail,
)

__all__ = [
    "BasicItem",
    "FaqDetail",
    "FeeDetail",
    "Finding",
    "Item",
    "ItemState",
    "ItemSummary",
    "ItemVersion",
    "LegalBasis",
    "MaterialDetail",
    "OutcomeDetail",
    "SpecialProcedure",
    "StepDetail",
    "VersionDetail",
    "VersionState",
    "current",
    "label",
    "published",
    "version",
    "versions_of",
]
