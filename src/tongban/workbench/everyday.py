"""What people say and what it is called: the words that search and the replies read."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tongban.items import service as items
from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import FieldProblem, Invalid
from tongban.workbench.catalogue import keepers
from tongban.workbench.paging import page_number, plain

SECTION = {"section": "words"}


@access(keepers)
@require_http_methods(["GET", "POST"])
def words(request: HttpRequest) -> HttpResponse:
    """The words with a search box; those who may keep them add, change and switch off here."""
    actor = actor_of(request)
    problems: list[FieldProblem] = []
    given = {name: plain(request, name) for name in ("said", "meant")}
    if request.method == "POST":
        given = {name: request.POST.get(name, "").replace("\x00", "") for name in ("said", "meant")}
        off = request.POST.get("active") == "0"
        readings = given["meant"].replace("，", "\n").replace("、", "\n").splitlines()
        try:
            kept = items.keep_everyday_word(actor, given["said"], [] if off else readings, active=not off)
        except Invalid as error:
            problems = list(error.problems)
        else:
            said = _("“%(said)s”不再按规范说法查找") if off else _("“%(said)s”已经保存，查找马上生效")
            messages.success(request, said % {"said": kept.said}, extra_tags="good")
            return redirect("workbench:words")
    context = {
        "page": items.everyday_words(query=plain(request, "q"), page=page_number(request)),
        "q": plain(request, "q")[:100],
        "given": given,
        "problems": problems,
        "by_field": {problem.field: problem.message for problem in problems},
        "may_keep": items.may_map(actor),
    }
    status = 422 if problems else 200
    return render(request, "workbench/words.html", context | SECTION, status=status)


@access(role("steward", "item_editor"))
@require_POST
def word_forget(request: HttpRequest) -> HttpResponse:
    """Take a kept word away; what the file says counts again."""
    said = request.POST.get("said", "").replace("\x00", "")[:100]
    items.forget_everyday_word(actor_of(request), said)
    messages.success(request, _("已恢复“%(said)s”原来的读法") % {"said": said}, extra_tags="good")
    return redirect("workbench:words")
