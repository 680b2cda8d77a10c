"""What an implementation takes from its standard. Who keeps the standards, a room above, registers here."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from tongban.items.records import Finding

Columns = Mapping[str, Any]
Parts = Mapping[str, Sequence[Mapping[str, Any]]]


class Standards(Protocol):
    """What the items room asks of whoever keeps the standards; fields are columns and parts of a version."""

    def fixed(self, basic_code: str) -> Mapping[str, str]:
        """The fields the standard in force fixes, each with what it says in words."""

    def taken(self, basic_code: str, columns: Columns, parts: Parts) -> tuple[dict[str, Any], dict[str, Any]]:
        """The columns and parts to change so that every fixed field is as the standard says."""

    def offending(self, basic_code: str, columns: Columns, parts: Parts) -> list[Finding]:
        """Where a version differs in a fixed field."""


class _Nothing:
    """No standards: everything is free."""

    def fixed(self, basic_code: str) -> Mapping[str, str]:
        return {}

    def taken(self, basic_code: str, columns: Columns, parts: Parts) -> tuple[dict[str, Any], dict[str, Any]]:
        return {}, {}

    def offending(self, basic_code: str, columns: Columns, parts: Parts) -> list[Finding]:
        return []


_kept: list[Standards] = [_Nothing()]


def keep_standards(standards: Standards) -> None:
    """Register who keeps the standards; called once, when the applications are ready."""
    _kept[:] = [standards]


def standards() -> Standards:
    """Who keeps the standards."""
    return _kept[0]
