"""The items room's door: the catalogue of service items, their versions, guides, forms and search."""

from tongban.items.checking import GUIDE_RULES, GuideRule, guide_rule
from tongban.items.checking.overview import FindingsPage, ItemFindings, RuleCount, findings_page
from tongban.items.checking.stored import CheckResult, check_all, check_version
from tongban.items.codes import label
from tongban.items.exporting import export_file
from tongban.items.forms import clean_answers, form_problems, read_answers, validate_answers, visible_fields
from tongban.items.importing import ImportResult, RowReport, import_file
from tongban.items.loading import Loaded, load_item
from tongban.items.models import BasicItem, Item, ItemState, ItemVersion, VersionState
from tongban.items.publishing import discard_draft, edit_draft, new_draft, publish, review, set_state
from tongban.items.reading import current, implementations, published, version, versions_of
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
    "GUIDE_RULES",
    "BasicItem",
    "CheckResult",
    "Facet",
    "FaqDetail",
    "FeeDetail",
    "Finding",
    "FindingsPage",
    "GuideRule",
    "ImportResult",
    "Item",
    "ItemFindings",
    "ItemState",
    "ItemSummary",
    "ItemVersion",
    "LegalBasis",
    "Loaded",
    "MaterialDetail",
    "OutcomeDetail",
    "Passage",
    "RowReport",
    "RuleCount",
    "SearchHit",
    "SearchPage",
    "SpecialProcedure",
    "StepDetail",
    "Understanding",
    "VersionDetail",
    "VersionState",
    "check_all",
    "check_version",
    "clean_answers",
    "current",
    "discard_draft",
    "edit_draft",
    "export_file",
    "findings_page",
    "form_problems",
    "guide_rule",
    "implementations",
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
