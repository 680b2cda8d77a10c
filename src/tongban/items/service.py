"""The items room's door: the catalogue of service items, their versions, guides, forms and search."""

from tongban.items.codes import label
from tongban.items.forms import clean_answers, form_problems, read_answers, validate_answers, visible_fields
from tongban.items.importing import ImportResult, RowReport, import_file
from tongban.items.loading import Loaded, load_item
from tongban.items.models import BasicItem, Item, ItemState, ItemVersion, VersionState
from tongban.items.publishing import discard_draft, edit_draft, new_draft, publish, review, set_state
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
from tongban.items.searching import (
    Facet,
    Passage,
    SearchHit,
    SearchPage,
    Understanding,
    retrieve,
    search,
    suggest,
    themes,
    understood,
)
from tongban.items.searching.entries import rebuild as rebuild_search

__all__ = [
    "BasicItem",
    "Facet",
    "FaqDetail",
    "FeeDetail",
    "Finding",
    "ImportResult",
    "Item",
    "ItemState",
    "ItemSummary",
    "ItemVersion",
    "LegalBasis",
    "Loaded",
    "MaterialDetail",
    "OutcomeDetail",
    "Passage",
    "RowReport",
    "SearchHit",
    "SearchPage",
    "SpecialProcedure",
    "StepDetail",
    "Understanding",
    "VersionDetail",
    "VersionState",
    "clean_answers",
    "current",
    "discard_draft",
    "edit_draft",
    "form_problems",
    "import_file",
    "label",
    "load_item",
    "new_draft",
    "publish",
    "published",
    "read_answers",
    "rebuild_search",
    "retrieve",
    "review",
    "search",
    "set_state",
    "suggest",
    "themes",
    "understood",
    "validate_answers",
    "version",
    "versions_of",
    "visible_fields",
]
