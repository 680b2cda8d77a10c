"""The one door of the resource centre.

``prefill`` is the only way to read values for a purpose; ``my_values`` is a person's own view;
``verify_value`` answers yes or no. Each read leaves a line that the person finds with ``reads_of``.
``put_values`` takes rows of (subject id, element code, value).
"""

from tongban.resources.changing import (
    Change,
    ChangeResult,
    ensure_source,
    new_key,
    source_of_key,
    take_change,
)
from tongban.resources.cleaning import LABELS as CLEANING_RULES
from tongban.resources.counting import (
    PlaceCount,
    ValueCount,
    counties,
    refused_counts,
    repeated_counts,
    value_counts,
)
from tongban.resources.databases.base import TLS, CannotRead, ColumnAbout, TableAbout
from tongban.resources.databases.linking import (
    LinkIn,
    choose_order,
    choose_table,
    link_of,
    start_over,
)
from tongban.resources.databases.linking import connect as connect_database
from tongban.resources.databases.linking import go_on as resume_database
from tongban.resources.databases.linking import known as known_columns
from tongban.resources.databases.linking import stop as stop_database
from tongban.resources.databases.linking import tables as database_tables
from tongban.resources.databases.models import DatabaseLink
from tongban.resources.databases.reading import begin_reading, read_due, try_database
from tongban.resources.deciding import (
    decide_source,
    decisions,
    decisions_in_force,
    end_decision,
    source_department,
)
from tongban.resources.differing import Standing, standing
from tongban.resources.elements import Element, element, elements
from tongban.resources.entering import checked, in_words, options
from tongban.resources.feeds import SourceView, holders, snapshot, snapshots, source_view, sources
from tongban.resources.freshness import due_at, light_of
from tongban.resources.hooks.models import Delivery, Subscription
from tongban.resources.hooks.subscribing import (
    SubscriptionView,
    deliveries,
    new_secret,
    replay,
    subscribe,
    subscription,
    subscriptions,
)
from tongban.resources.hooks.subscribing import end as end_subscription
from tongban.resources.hooks.subscribing import pause as pause_subscription
from tongban.resources.hooks.subscribing import resume as resume_subscription
from tongban.resources.keepers import data_office, may_set_up
from tongban.resources.loading import put_values
from tongban.resources.mapping import Column
from tongban.resources.mapping import columns as columns_of
from tongban.resources.members import same_subjects
from tongban.resources.mending import QuarantinedField, discard, fields_of, mend, quarantine, quarantined
from tongban.resources.merging import Beside, merge, merger, mergers, side_by_side, split
from tongban.resources.models import Merger, Snapshot, Source, SourceDecision
from tongban.resources.past import Past, Period, history, value_as_of
from tongban.resources.reading import my_values, prefill, reads_of, verify_value
from tongban.resources.runs.engine import offered as engines
from tongban.resources.runs.keeping import compared as compare_runs
from tongban.resources.runs.keeping import may_see as may_see_runs
from tongban.resources.runs.keeping import on_disk as run_on_disk
from tongban.resources.runs.keeping import run, runs
from tongban.resources.runs.keeping import start as start_run
from tongban.resources.runs.models import Pair, ReconcileRun
from tongban.resources.runs.province import Province, province
from tongban.resources.runs.publishing import account_of as published_account
from tongban.resources.runs.publishing import ask_to_publish
from tongban.resources.runs.reviewing import PairView, may_review, next_pair, pair, pair_sources, pairs
from tongban.resources.runs.reviewing import counts as pair_counts
from tongban.resources.runs.reviewing import decide as decide_pair
from tongban.resources.runs.reviewing import likely as likely_in_words
from tongban.resources.runs.reviewing import undo as undo_pair
from tongban.resources.shapes import Prefilled, Read, ReadsPage
from tongban.resources.snapshots import content_of, land_file, read_snapshot
from tongban.resources.stating import SourceValue, correct, values_of_sources
from tongban.resources.trying import Trial, try_mapping

__all__ = [
    "CLEANING_RULES", "TLS", "Beside", "CannotRead", "Change", "ChangeResult", "Column", "ColumnAbout",
    "DatabaseLink", "Delivery", "Element", "LinkIn", "Merger", "Pair", "PairView", "Past", "Period",
    "PlaceCount", "Prefilled", "Province", "QuarantinedField", "Read", "ReadsPage", "ReconcileRun",
    "Snapshot", "Source", "SourceDecision", "SourceValue", "SourceView", "Standing", "Subscription",
    "SubscriptionView", "TableAbout", "Trial", "ValueCount", "ask_to_publish", "begin_reading",
    "checked", "choose_order", "choose_table", "columns_of", "compare_runs", "connect_database",
    "content_of", "correct", "counties", "data_office", "database_tables", "decide_pair",
    "decide_source", "decisions", "decisions_in_force", "deliveries", "discard", "due_at", "element",
    "elements", "end_decision", "end_subscription", "engines", "ensure_source", "fields_of", "history",
    "holders", "in_words", "known_columns", "land_file", "light_of", "likely_in_words", "link_of",
    "may_review", "may_see_runs", "may_set_up", "mend", "merge", "merger", "mergers", "my_values",
    "new_key", "new_secret", "next_pair", "options", "pair", "pair_counts", "pair_sources", "pairs",
    "pause_subscription", "prefill", "province", "published_account", "put_values", "quarantine",
    "quarantined", "read_due", "read_snapshot", "reads_of", "refused_counts", "repeated_counts",
    "replay", "resume_database", "resume_subscription", "run", "run_on_disk", "runs", "same_subjects",
    "side_by_side", "snapshot", "snapshots", "source_department", "source_of_key", "source_view",
    "sources", "split", "standing", "start_over", "start_run", "stop_database", "subscribe",
    "subscription", "subscriptions", "take_change", "try_database", "try_mapping", "undo_pair",
    "value_as_of", "value_counts", "values_of_sources", "verify_value",
]  # fmt: skip
