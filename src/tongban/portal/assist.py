"""The page where a question gets an answer with its sources at once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongban.assist import service as assist
from tongban.kit.access import access, actor_of, public
from tongban.kit.errors import Invalid


@access(public)
@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """Ask, and read the answer. The question stays in the address, so an answer can be kept as a link."""
    question = request.GET.get("q", "").replace("\x00", " ").strip()
    reply, problem, status = None, "", 200
    if "q" in request.GET:
        try:
            session = request.session.session_key or ""
            reply = assist.reply(question, session=session, actor=actor_of(request))
        except Invalid as error:
            problem, status = str(error.problems[0].message), 422
    context = {
        "question": question[: assist.MAX_QUESTION],
        "reply": reply,
        "problem": problem,
        "most": assist.MAX_QUESTION,
    }
    return render(request, "portal/assist.html", context, status=status)
