"""One case of a filing reached by its own pages: nothing done there may lose its place in the package."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.cases import service as cases
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, NotFound
from tongban.packages import filing as filings
from tongban.packages.models import Filing, FilingState, Part, PartState


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands in a package. ``together``: its draft is filled in with the others."""

    filing_id: UUID
    name: str
    number: str
    together: bool


def place_of(actor: Actor, case_id: UUID) -> Place | None:
    """The package one's case belongs to, or None."""
    part = Part.objects.select_related("filing", "case").filter(case_id=case_id).first()
    if part is None or part.case is None or part.filing.applicant_id != actor.subject_id:
        return None
    filing = part.filing
    together = part.case.state == "draft" and part.state != PartState.NEEDS
    return Place(filing.id, filing.name, filing.number or "", together)


def _locked(actor: Actor, case_id: UUID) -> tuple[Filing, Part]:
    found = Part.objects.filter(case_id=case_id).first()
    if found is None:
        raise NotFound(_("没有找到这件办件"))
    filing = filings.own(actor, found.filing_id, lock=True)
    return filing, Part.objects.select_related("case").get(pk=found.pk)


def submit_part(actor: Actor, case_id: UUID, *, key: str) -> cases.Case:
    """File a case that its package could not file by itself; the same key files once.

    Raises:
        Conflict: its turn has not come: the package files it, with the others or when they are granted.
        Invalid: what is still wrong with it.
    """
    with transaction.atomic():
        filing, part = _locked(actor, case_id)
        if part.state == PartState.FILED and part.case is not None:
            return part.case  # the second click
        if part.state != PartState.NEEDS or filing.state != FilingState.SUBMITTED:
            raise Conflict(_("这份申请是“一件事”的一部分，请在那件事里办理"), code="part")
        case = cases.submit(actor, case_id, key=key, part_of=part.id)
        part.state, part.note = PartState.FILED, ""
        part.save(update_fields=["state", "note"])
        return case


def refile_part(actor: Actor, case_id: UUID) -> UUID:
    """Carry a draft over to the version in force; its part of the package follows. The new draft's id."""
    with transaction.atomic():
        _filing, part = _locked(actor, case_id)
        return filings.renew(actor, part)
