"""What became of a file: every row in one of four columns that sum to the rows read."""

from dataclasses import dataclass, field
from typing import Any

OUTCOMES = ("imported", "unchanged", "flagged", "rejected")
SHOWN = 50  # findings in the summary; the report has them all


@dataclass(frozen=True, slots=True)
class RowReport:
    """One thing said about one row: a finding, or the reason why it was not taken."""

    line: int
    code: str
    name: str
    outcome: str
    rule: str
    field: str
    message: str


@dataclass(slots=True)
class ImportResult:
    """The account. ``flagged`` rows are imported too, with findings."""

    read: int = 0
    imported: int = 0
    unchanged: int = 0
    flagged: int = 0
    rejected: int = 0
    findings: list[RowReport] = field(default_factory=list)
    rules: dict[str, int] = field(default_factory=dict)  # findings by rule
    lacks: tuple[str, ...] = ()  # required elements the source has no key for, by name
    report: str = ""  # CSV with every finding
    page: str = ""  # HTML for people
    dry_run: bool = False
    seconds: float = 0.0

    def restore(self, account: dict[str, Any]) -> None:
        """Go on from what an interrupted import had counted."""
        if not account:
            return
        for name in ("read", *OUTCOMES):
            setattr(self, name, int(account.get(name, 0)))
        self.rules = dict(account.get("rules", {}))
        names = ("line", "code", "name", "outcome", "rule", "field", "message")
        self.findings = [
            RowReport(**{name: found.get(name, "") for name in names})
            for found in account.get("findings", [])
        ]

    def count(self, outcome: str) -> None:
        """Account for one row."""
        setattr(self, outcome, getattr(self, outcome) + 1)

    def note(self, report: RowReport) -> None:
        """Remember what was said about a row, the first of them in full."""
        self.rules[report.rule] = self.rules.get(report.rule, 0) + 1
        if len(self.findings) < SHOWN:
            self.findings.append(report)

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``; the four outcomes sum to ``read``."""
        return {
            "read": self.read,
            **{name: getattr(self, name) for name in OUTCOMES},
            "rules": dict(sorted(self.rules.items())),
            "findings": [
                {
                    "line": f.line,
                    "code": f.code,
                    "name": f.name,
                    "outcome": f.outcome,
                    "rule": f.rule,
                    "field": f.field,
                    "message": f.message,
                }
                for f in self.findings
            ],
            "lacks": list(self.lacks),
            "report": self.report,
            "page": self.page,
            "dry_run": self.dry_run,
            "seconds": round(self.seconds, 3),
        }
