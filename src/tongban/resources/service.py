"""The one door of the resource centre.

``prefill`` is the only way to read values for a purpose; ``my_values`` is a person's own view;
``verify_value`` answers yes or no. Each read leaves a line that the person finds with ``reads_of``.
``put_values`` takes rows of (subject id, element code, value).
"""

from tongban.resources.elements import Element, element, elements
from tongban.resources.entering import checked, in_words, options
from tongban.resources.loading import put_values
from tongban.resources.reading import my_values, prefill, reads_of, verify_value
from tongban.resources.shapes import Prefilled, Read, ReadsPage
from tongban.resources.stating import SourceValue, correct, source_department, values_of_sources

__all__ = [
    "Element",
    "Prefilled",
    "Read",
    "ReadsPage",
    "SourceValue",
    "checked",
    "correct",
    "element",
    "elements",
    "in_words",
    "my_values",
    "options",
    "prefill",
    "put_values",
    "reads_of",
    "source_department",
    "values_of_sources",
    "verify_value",
]  # fmt: skip
