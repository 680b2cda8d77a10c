"""The items room's door: the catalogue of service items, their versions, guides, forms and search."""

from tongban.items.checking import GUIDE_RULES, GuideRule, guide_rule
from tongban.items.checking.overview import FindingsPage, ItemFindings, RuleCount, findings_page
from tongban.items.checking.stored import CheckResult, check_all, check_version
from tongban.items.codes import code_table, label
from tongban.items.differing import ELEMENTS, Change, Comparison, Piece, compare, pieces, spoken
from tongban.items.drafting import (
    discard_draft,
    edit_draft,
    holds,
    new_draft,
    revision_of,
    take_over,
    version_content,
)
from tongban.items.exporting import export_file
from tongban.items.forms import clean_answers, form_problems, read_answers, validate_answers, visible_fields
from tongban.items.importing import ImportResult, RowReport, import_file
from tongban.items.importing.batches import BatchView, Moved
from tongban.items.importing.batches import access_run as import_run
from tongban.items.importing.batches import batch as import_batch
from tongban.items.importing.batches import go_on as resume_import
from tongban.items.importing.batches import move_on as move_import
from tongban.items.importing.batches import report_rows as import_report
from tongban.items.importing.batches import runs as import_runs
from tongban.items.importing.batches import undo as undo_import
from tongban.items.importing.reasons import reason as import_reason
from tongban.items.importing.reporting import safe_cell
from tongban.items.importing.uploading import import_for_real, may_import, take_upload
from tongban.items.importing.uploading import offered as import_profiles
from tongban.items.inheritance import Standards, keep_standards
from tongban.items.inheritance import standards as kept_standards
from tongban.items.listing import Entry, catalogue, history, seen_item
from tongban.items.loading import Loaded, load_item, load_items
from tongban.items.mapping import (
    MappingImport,
    Pair,
    import_mappings,
    item_codes,
    may_map,
    national,
    pairs,
    sites,
    systems,
)
from tongban.items.models import (
    OPEN_STATES,
    BasicItem,
    Item,
    ItemState,
    ItemVersion,
    VersionState,
)
from tongban.items.nearby import NearHall, Place, at_window, halls_of, nearest, reach_words
from tongban.items.publishing import publish, put_due_in_force, set_state
from tongban.items.reading import (
    current,
    implementations,
    in_force,
    item_id_of,
    item_of,
    published,
    version,
    versions,
    versions_of,
)
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
from tongban.items.reviewing import acts, review, send_back, submit_draft, why_not
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
from tongban.items.searching.everyday import (
    Everyday,
    everyday_words,
    forget_everyday_word,
    keep_everyday_word,
)
from tongban.items.succession import Follower, Successor, call_off, merge, plans, split, successors

__all__ = [
    "ELEMENTS",
    "GUIDE_RULES",
    "OPEN_STATES",
    "BasicItem",
    "BatchView",
    "Change",
    "CheckResult",
    "Comparison",
    "Entry",
    "Everyday",
    "Facet",
    "FaqDetail",
    "FeeDetail",
    "Finding",
    "FindingsPage",
    "Follower",
    "GuideRule",
    "ImportResult",
    "Item",
    "ItemFindings",
    "ItemState",
    "ItemSummary",
    "ItemVersion",
    "LegalBasis",
    "Loaded",
    "MappingImport",
    "MaterialDetail",
    "Moved",
    "NearHall",
    "OutcomeDetail",
    "Pair",
    "Passage",
    "Piece",
    "Place",
    "RowReport",
    "RuleCount",
    "SearchHit",
    "SearchPage",
    "SpecialProcedure",
    "Standards",
    "StepDetail",
    "Successor",
    "Understanding",
    "VersionDetail",
    "VersionState",
    "acts",
    "at_window",
    "call_off",
    "catalogue",
    "check_all",
    "check_version",
    "clean_answers",
    "code_table",
    "compare",
    "current",
    "discard_draft",
    "edit_draft",
    "everyday_words",
    "export_file",
    "findings_page",
    "forget_everyday_word",
    "form_problems",
    "guide_rule",
    "halls_of",
    "history",
    "holds",
    "implementations",
    "import_batch",
    "import_file",
    "import_for_real",
    "import_mappings",
    "import_profiles",
    "import_reason",
    "import_report",
    "import_run",
    "import_runs",
    "in_force",
    "item_codes",
    "item_id_of",
    "item_of",
    "keep_everyday_word",
    "keep_standards",
    "kept_standards",
    "label",
    "load_item",
    "load_items",
    "may_import",
    "may_map",
    "merge",
    "move_import",
    "national",
    "nearest",
    "new_draft",
    "pairs",
    "pieces",
    "plans",
    "publish",
    "published",
    "put_due_in_force",
    "reach_words",
    "read_answers",
    "rebuild_search",
    "resume_import",
    "retrieve",
    "review",
    "revision_of",
    "safe_cell",
    "search",
    "seen_item",
    "send_back",
    "set_state",
    "sites",
    "split",
    "spoken",
    "submit_draft",
    "successors",
    "suggest",
    "systems",
    "take_over",
    "take_upload",
    "themes",
    "understood",
    "undo_import",
    "validate_answers",
    "version",
    "version_content",
    "versions",
    "versions_of",
    "visible_fields",
    "why_not",
]
