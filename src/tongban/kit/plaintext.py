"""Text that no field can hold is refused at the door: control characters and halves of surrogate pairs.

PostgreSQL stores neither U+0000 nor a lone surrogate, and XML (the papers, the exchange tables) takes no
other control character but tab and line breaks. One check here spares every form, query and body its own.
"""

import json
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils.translation import gettext as _

from tongban.kit.errors import DomainError, FieldProblem, Invalid, NotFound
from tongban.kit.middleware import Handler, error_response, wants_json

UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
DEEPEST = 50


def unfit(text: str) -> bool:
    """Whether the text holds a character that cannot be stored."""
    return UNFIT.search(text) is not None


def strings(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every string of a JSON value, keys too, with the dotted name of its place."""
    if isinstance(value, str):
        yield name, value
    elif depth > DEEPEST:
        return  # the contract of no body goes so deep: its schema refuses the rest
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield name, key
            yield from strings(inner, f"{name}.{key}".lstrip("."), depth + 1)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from strings(inner, f"{name}.{number}".lstrip("."), depth + 1)


def _of_body(request: HttpRequest, *, form: bool) -> Iterator[tuple[str, str]]:
    if request.method not in ("POST", "PUT", "PATCH"):
        return
    if request.content_type in FORMS and form:
        for name, values in request.POST.lists():
            yield name, name
            for value in values:
                yield name, str(value)
    elif request.content_type == "application/json" and b"\\u" in request.body:
        # A raw control character is no JSON at all; only an escape can bring one in.
        try:
            yield from strings(json.loads(request.body))
        except (ValueError, RecursionError):
            return  # not JSON: the view says so


def _of_query(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.GET.lists():
        yield name, name
        for value in values:
            yield name, value


def clean_query(request: HttpRequest) -> None:
    """Read a page's query without its unfit characters: a search box takes what it is given."""
    cleaned = QueryDict(mutable=True)
    for name, values in request.GET.lists():
        cleaned.setlist(UNFIT.sub("", name), [UNFIT.sub("", value) for value in values])
    cleaned._mutable = False
    request.GET = cleaned  # type: ignore[assignment]


def problem_of(request: HttpRequest, *, form: bool) -> DomainError | None:
    """What is unfit in the address, the query or the body; None where nothing is.

    Args:
        form: look into a form's fields too. Reading them leaves the raw body unreadable, so this is for
            views whose form the CSRF check reads in any case.
    """
    if unfit(request.path):
        return NotFound()
    for name, text in chain(_of_query(request), _of_body(request, form=form)):
        if unfit(text):
            shown = UNFIT.sub("", name)
            message = _("“%(field)s”里有看不见的控制字符，请删去后重新填写") % {"field": shown}
            return Invalid(FieldProblem(shown, "control-characters", message))
    return None


class PlainTextMiddleware:
    """Refuse requests whose text cannot be stored (422, names the field); drop such cookies.

    A page that is only looked at is shown without those characters instead: nothing is stored by looking.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # A quoted cookie may spell any byte in octal; a session's key is looked up as it comes.
        for name in [name for name, value in request.COOKIES.items() if unfit(value)]:
            del request.COOKIES[name]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if request.method in ("GET", "HEAD") and not wants_json(request):
            clean_query(request)
        problem = problem_of(request, form=not getattr(view, "csrf_exempt", False))
        return error_response(request, problem) if problem else None
