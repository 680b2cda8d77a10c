"""What the cases room tells and packages hear."""

from typing import Any
from uuid import UUID

from tongban.cases.events import case_decided, case_ended
from tongban.kit.events import subscribe
from tongban.packages import progress


@subscribe(case_decided, "packages.go_on")
def decided(payload: dict[str, Any]) -> None:
    """A member was decided: its successors are filed, ended or freed."""
    _go_on(payload)


@subscribe(case_ended, "packages.go_on_ended")
def ended(payload: dict[str, Any]) -> None:
    """A member was refused, withdrawn, returned or voided."""
    _go_on(payload)


def _go_on(payload: dict[str, Any]) -> None:
    if (filing_id := progress.filing_of(UUID(payload["case_id"]))) is not None:
        progress.advance(filing_id)
