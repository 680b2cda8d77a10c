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
from tongban.resources.elements import Element, element, elements
from tongban.resources.entering import checked, in_words, options
from tongban.resources.loading import put_values
from tongban.resources.reading import my_values, prefill, reads_of, verify_value
from tongban.resources.shapes import Prefilled, Read, ReadsPage
from tongban.resources.stating import SourceValue, correct, source_department, values_of_sources

__all__ = [
    "Change",
    "ChangeResult",
    "Element",
    "Prefilled",
    "Read",
    "ReadsPage",
    "SourceValue",
    "checked",
    "correct",
    "element",
    "elements",
    "ensure_source",
    "in_words",
    "my_values",
    "new_key",
    "options",
    "prefill",
    "put_values",
    "reads_of",
    "source_department",
    "source_of_key",
    "take_change",
    "values_of_sources",
    "verify_value",
]  # fmt: skip
