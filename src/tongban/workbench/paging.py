"""Page numbers from the address line."""

from django.http import HttpRequest

MAX_PAGE = 10_000


def page_number(request: HttpRequest) -> int:
    """The wanted page, counted from 1; nonsense means the first."""
    text = request.GET.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(number, 1), MAX_PAGE)


def plain(request: HttpRequest, name: str) -> str:
    """A filter from the address line, without the NUL the database cannot hold."""
    return request.GET.get(name, "").replace("\x00", "").strip()
