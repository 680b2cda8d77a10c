"""How good the departments' data is, for everybody: the province's figures in plain words."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongban.kit.access import access, public
from tongban.quality import service as quality


@access(public)
@require_safe
def summary(request: HttpRequest) -> HttpResponse:
    """Five shares with their trends, and one line for each element; nothing of few values."""
    least = settings.QUALITY_PUBLIC_LEAST
    day, days, elements = quality.elements_in_public(least)
    cards: list[dict[str, Any]] = []
    for one in quality.DIMENSIONS if days else ():
        share = days[-1].tally.share(one)
        if share.of >= least:
            trend = [(d.day, d.tally.share(one), 0, d.invented) for d in days]
            cards.append({
                "name": one, "label": str(quality.LABELS[one]), "words": str(quality.PLAIN[one]),
                "share": share, "chart": quality.draw(trend),
            })  # fmt: skip
    context = {
        "day": day,
        "cards": cards,
        "labels": [str(quality.LABELS[one]) for one in quality.DIMENSIONS],
        "elements": [
            (about, [share if share.of >= least else None for _name, share in counts.shares])
            for about, counts in elements
        ],
        "days": [(d, [share if share.of >= least else None for _n, share in d.tally.shares])
                 for d in reversed(days)],
        "corrected": quality.whole(days).corrected if days else 0,
        "span": quality.DAYS,
        "least": least,
        "invented": any(one.invented for one in days),
    }  # fmt: skip
    return render(request, "portal/open_quality.html", context)
