"""A person's package filings as lines: for the home page and 我的办件."""

from tongban.kit.actors import Actor
from tongban.packages.models import Filing, FilingState, PartState
from tongban.packages.shapes import FilingLine


def mine(actor: Actor) -> list[FilingLine]:
    """My package filings, newest first (the last 100), each with what it needs from me now."""
    if actor.kind != "resident" or actor.subject_id is None:
        return []
    rows = Filing.objects.filter(applicant_id=actor.subject_id).prefetch_related("parts__case")
    return [_line(one) for one in rows.order_by("-id")[:100]]


def _line(filing: Filing) -> FilingLine:
    parts = list(filing.parts.all())
    running = filing.state == FilingState.SUBMITTED
    needs = [p.name for p in parts if running and p.state == PartState.NEEDS and p.case is not None]
    return FilingLine(
        id=filing.id,
        name=filing.name,
        number=filing.number,
        state=filing.state,
        label=str(FilingState(filing.state).label),
        saved_at=filing.saved_at,
        submitted_at=filing.submitted_at,
        items=len(parts),
        needs=tuple(needs),
    )
