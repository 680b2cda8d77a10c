"""The open data room's door: datasets, their releases under disclosure control, requests and showcases."""

from tongban.opendata.asking import (
    answer,
    ask,
    clock_of,
    follow,
    follows,
    own_requests,
    public_requests,
    request_queue,
    seen_request,
)
from tongban.opendata.dcat import FORMATS, Format, address, catalogue, download_path
from tongban.opendata.making import DatasetIn, build, create, edit, stages
from tongban.opendata.models import (
    Cycle,
    Dataset,
    DatasetState,
    PublicRequest,
    Release,
    ReleaseState,
    RequestState,
    Showcase,
    ShowcaseState,
    Terms,
    Theme,
    Treatment,
)
from tongban.opendata.querying import OPERATORS, RESERVED, Rows, count_call, rows
from tongban.opendata.reading import (
    Bar,
    Choice,
    Found,
    Withdrawn,
    chart,
    columns_of,
    everything,
    first_rows,
    published,
    release_of,
    releases_of,
    search,
    seen,
    work_list,
)
from tongban.opendata.reviewing import review, submit, withdraw
from tongban.opendata.rights import REVIEWERS, may_make, may_review
from tongban.opendata.schemaorg import data_block
from tongban.opendata.shapes import Column, Source
from tongban.opendata.showing import propose, review_showcase, showcase_queue, shown
from tongban.opendata.sources import ALL as SOURCES
from tongban.opendata.vocabulary import LICENCES

__all__ = [
    "FORMATS", "LICENCES", "OPERATORS", "RESERVED", "REVIEWERS", "SOURCES", "Bar", "Choice", "Column",
    "Cycle", "Dataset", "DatasetIn", "DatasetState", "Format", "Found", "PublicRequest", "Release",
    "ReleaseState", "RequestState", "Rows", "Showcase", "ShowcaseState", "Source", "Terms", "Theme",
    "Treatment", "Withdrawn", "address", "answer", "ask", "build", "catalogue", "chart", "clock_of",
    "columns_of", "count_call", "create", "data_block", "download_path", "edit", "everything", "first_rows",
    "follow", "follows", "may_make", "may_review", "own_requests", "propose", "public_requests", "published",
    "release_of", "releases_of", "request_queue", "review", "review_showcase", "rows", "search", "seen",
    "seen_request", "showcase_queue", "shown", "stages", "submit", "withdraw", "work_list",
]  # fmt: skip
