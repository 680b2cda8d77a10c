"""Home: one search box, then what this person needs now, then themes."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tongban.cases import service as cases
from tongban.items import service as items
from tongban.kit.access import access, actor_of, public
from tongban.kit.actors import Actor
from tongban.licences import service as licences
from tongban.packages import service as packages

SOON = timedelta(days=60)  # calendar days before a licence's end in which it is shown as expiring
SHOWN = 3  # rows of one kind


@dataclass(frozen=True, slots=True)
class Needs:
    """What waits for this person."""

    supplements: tuple[cases.CaseCard, ...] = ()
    drafts: tuple[cases.CaseCard, ...] = ()
    filings: tuple[packages.FilingLine, ...] = ()
    running: tuple[cases.CaseCard, ...] = ()
    expiring: tuple[licences.Licence, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.supplements or self.drafts or self.filings or self.running or self.expiring)


def needs_of(actor: Actor) -> Needs:
    """Asked supplements, drafts, running cases and licences that end soon."""
    if actor.kind != "resident" or actor.subject_id is None:
        return Needs()
    today = timezone.localdate()
    held = licences.held(actor, actor.subject_id)
    return Needs(
        supplements=cases.my_cases(actor, state="supplement_asked", page=1).rows[:SHOWN],
        drafts=cases.my_cases(actor, state="draft", page=1).rows[:SHOWN],
        filings=tuple(p for p in packages.mine(actor) if p.state in ("draft", "submitted"))[:SHOWN],
        running=tuple(
            card
            for card in cases.my_cases(actor, state="open", page=1).rows
            if card.state != "supplement_asked" and card.part_of is None  # those show as one package
        )[:SHOWN],
        expiring=tuple(
            one
            for one in held
            if one.status == "01" and one.valid_to and today <= one.valid_to <= today + SOON
        )[:SHOWN],
    )


@access(public)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page, for everybody."""
    actor = actor_of(request)
    audience = "2" if request.GET.get("for") == "enterprise" else "1"
    listed = items.search("", service_object=audience, page=1)
    return render(
        request,
        "portal/home.html",
        {
            "needs": needs_of(actor),
            "themes": listed.themes or items.themes(own=True),
            "audience": audience,
            "popular": listed.hits[:6],
            "packages": packages.packages()[:6],
        },
    )
