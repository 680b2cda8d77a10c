"""Registries of plug-ins. Each room that has adapters keeps one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar, cast


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an adapter's configuration, in words for the operator."""

    code: str
    message: str
    fatal: bool = True


class Plugin:
    """Base of every adapter. Subclasses say who they are and whether they can work here."""

    identifier: str = ""
    verbose_name: str = ""

    @property
    def enabled(self) -> bool:
        """Whether this site uses the adapter; adapters that are not used are not checked."""
        return True

    def check_config(self) -> list[Problem]:
        """What keeps this adapter from working; empty when all is well. Must return in a few seconds."""
        return []


P = TypeVar("P", bound=Plugin)


class Registry(Generic[P]):
    """Named plug-ins of one kind, in the order they were registered."""

    def __init__(self, name: str, verbose_name: str) -> None:
        self.name = name
        self.verbose_name = verbose_name
        self._plugins: dict[str, P] = {}
        if name in _registries:
            raise ValueError(f"There is a registry {name!r} already")
        _registries[name] = cast("Registry[Plugin]", self)

    def register(self, plugin: P) -> P:
        """Add a plug-in. Raises ValueError for an empty or taken identifier."""
        if not plugin.identifier or plugin.identifier in self._plugins:
            raise ValueError(f"{self.name}: identifier {plugin.identifier!r} is empty or taken")
        self._plugins[plugin.identifier] = plugin
        return plugin

    def get(self, identifier: str) -> P:
        """The plug-in of this identifier. Raises KeyError with the known names."""
        try:
            return self._plugins[identifier]
        except KeyError:
            raise KeyError(f"{self.name}: no {identifier!r}; known: {', '.join(self._plugins)}") from None

    def all(self) -> tuple[P, ...]:
        return tuple(self._plugins.values())

    def __iter__(self) -> Iterator[P]:
        return iter(self.all())


_registries: dict[str, "Registry[Plugin]"] = {}


def all_registries() -> "tuple[Registry[Plugin], ...]":
    """Every registry of the platform, in the order the rooms made them."""
    return tuple(_registries.values())
