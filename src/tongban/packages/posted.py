"""Reading what was posted to a package's merged form."""

from collections.abc import Callable, Iterable
from typing import Any

from tongban.items import service as items
from tongban.packages import merging
from tongban.packages.filing import parts_of
from tongban.packages.shapes import FilingForm


def read_answers(
    filing_form: FilingForm, getlist: Callable[[str], list[str]], names: Iterable[str]
) -> dict[str, Any]:
    """Typed answers under merged names, read by the rules of the form each field comes from."""
    parts = parts_of(filing_form.filing)
    groups = merging.field_groups(parts.definition, parts.details)
    made: dict[str, Any] = {}
    for merged in names:
        member, name = groups[merged][0]
        read = items.read_answers(parts.details[member], lambda _n, m=merged: getlist(m), [name])  # type: ignore[misc]
        if name in read:
            made[merged] = read[name]
    return made
