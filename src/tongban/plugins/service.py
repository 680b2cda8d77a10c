"""The one door of the plug-in room."""

import logging
from dataclasses import dataclass

from tongban.plugins.registry import Plugin, Problem, Registry, all_registries

__all__ = ["AdapterState", "Plugin", "Problem", "Registry", "all_registries", "states"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AdapterState:
    """How one adapter is, for the operators' page."""

    registry: str
    registry_name: str
    identifier: str
    name: str
    enabled: bool
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        return not any(p.fatal for p in self.problems)


def _state(registry: Registry[Plugin], plugin: Plugin) -> AdapterState:
    problems: tuple[Problem, ...] = ()
    enabled = plugin.enabled
    if enabled:
        try:
            problems = tuple(plugin.check_config())
        except Exception as error:  # an adapter's own fault must not hide the others' state
            log.exception("adapter check failed", extra={"adapter": plugin.identifier})
            problems = (Problem("check_failed", f"{type(error).__name__}: {error}"),)
    return AdapterState(
        registry.name,
        str(registry.verbose_name),
        plugin.identifier,
        str(plugin.verbose_name),
        enabled,
        problems,
    )


def states() -> list[AdapterState]:
    """Check every adapter of every registry now; adapters not in use are listed unchecked."""
    return [_state(registry, plugin) for registry in all_registries() for plugin in registry]
