"""What a guide rule is and what it finds. Pure."""

from dataclasses import asdict, dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Found:
    """A finding: ``rule`` is stable, ``severity`` is ``error`` or ``warning``."""

    rule: str
    field: str
    message: str
    severity: str = "warning"

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class GuideRule:
    """A rule as people read it. ``severity`` is ``error`` where publishing must wait."""

    id: str
    title: str | Promise
    why: str | Promise
    mend: str | Promise
    severity: str = "warning"
