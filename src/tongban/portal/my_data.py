"""My data: where it comes from, who looked at it, and saying that something in it is wrong."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.files import service as files
from tongban.kit.access import access, actor_of, resident
from tongban.kit.errors import Conflict, Invalid, NotFound
from tongban.portal.web import page_number, subject_of
from tongban.resources import service as resources
from tongban.stewardship import service as stewardship

LONG = ("text",)  # formats whose values are written in a box of two lines


@access(resident)
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """Every value with its source, its date, who confirms it and who differs."""
    actor, subject_id = subject_of(request)
    asked = stewardship.open_elements(actor, subject_id)
    values = resources.my_values(actor, subject_id)
    context = {"rows": [(one, asked.get(one.element)) for one in values], "nav": "my_data"}
    return render(request, "portal/my_data.html", context)


@access(resident)
@require_safe
def reads(request: HttpRequest) -> HttpResponse:
    """谁看过我的数据."""
    actor, subject_id = subject_of(request)
    found = resources.reads_of(actor, subject_id, page_number(request))
    # The number of all reads is not counted: the log is large. The next page is known to exist or not.
    page = {"number": found.page, "pages": found.page + found.has_next}
    return render(request, "portal/reads.html", {"reads": found, "page": page, "nav": "my_data"})


@access(resident)
@require_safe
def history(request: HttpRequest, element: str) -> HttpResponse:
    """What one value was before, and since when."""
    actor, subject_id = subject_of(request)
    try:
        about = resources.element(element)
    except Invalid as error:
        raise NotFound from error
    periods = resources.history(
        actor, subject_id, element, purpose=_("查看本人以前的数据"), case_id=None
    )  # fmt: skip
    context = {"about": about, "periods": periods, "nav": "my_data"}
    return render(request, "portal/history.html", context)


class CorrectionForm(forms.Form):
    """What is right, how one knows, and a file that shows it. The stewardship room says what may be said."""

    said = forms.CharField(label=gettext_lazy("正确的应当是"), required=False)
    why = forms.CharField(
        label=gettext_lazy("为什么（选填）"),
        help_text=gettext_lazy("例如：去年 5 月搬家，户口已经迁到新地址"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    evidence = forms.Field(
        label=gettext_lazy("证明材料（选填）"),
        help_text=gettext_lazy("可以拍照上传；PDF、JPG、PNG"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    def __init__(self, element: resources.Element, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["said"].widget = _widget(element)


def _widget(element: resources.Element) -> forms.Widget:
    if options := resources.options(element.code):
        return forms.Select(choices=[("", _("请选择")), *options])
    if element.format == "date":
        return forms.DateInput(attrs={"type": "date"})
    if element.type != "string":
        return forms.TextInput(attrs={"inputmode": "decimal"})
    if element.format == "phone":
        return forms.TextInput(attrs={"inputmode": "tel"})
    return forms.Textarea(attrs={"rows": 2}) if element.format in LONG else forms.TextInput()


@access(resident)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, element: str) -> HttpResponse:
    """Say that one value is wrong."""
    actor, subject_id = subject_of(request)
    held, status = stewardship.value_asked_about(actor, subject_id, element), 200
    if (open_one := stewardship.open_elements(actor, subject_id).get(element)) is not None:
        return redirect("portal:correction", open_one.id)
    about = resources.element(element)
    form = CorrectionForm(about, request.POST or None, request.FILES or None)
    if request.method == "POST":
        said, why = (request.POST.get(name, "").replace("\x00", " ") for name in ("said", "why"))
        form.is_valid()
        try:
            row = stewardship.ask(actor, subject_id, element, said, why, request.FILES.get("evidence"))
        except Invalid as error:
            status = error.status
            for problem in error.problems:
                form.add_error(problem.field, str(problem.message))
        except (Conflict, stewardship.TooManyCorrections) as error:
            status = error.status
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已收到，结果会通知您"), extra_tags="good")
            return redirect("portal:correction", row.id)
    context = {
        "form": form,
        "held": held,
        "unit": _unit(about),
        "days": settings.CHECK_DAYS,
        "nav": "my_data",
    }
    return render(request, "portal/correct.html", context, status=status)


def _unit(element: resources.Element) -> str:
    return {"money": _("单位：元"), "area": _("单位：平方米")}.get(element.format, "")


@access(resident)
@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """My requests, newest first."""
    actor, subject_id = subject_of(request)
    page = stewardship.own(actor, subject_id, page_number(request))
    rows = [(row, resources.element(row.element), stewardship.light_of(row)) for row in page]
    return render(request, "portal/corrections.html", {"page": page, "rows": rows, "nav": "my_data"})


@access(resident)
@require_safe
def correction(request: HttpRequest, correction_id: UUID) -> HttpResponse:
    """One of my requests: where it stands, until when, the answer."""
    row = stewardship.own_one(actor_of(request), correction_id)
    events = [
        {"title": one.get_act_display(), "at": one.at, "by": one.department_name or one.by_name,
         "text": one.text}
        for one in stewardship.entries(row)
        if one.act not in (stewardship.Act.CLAIMED, stewardship.Act.RELEASED)
    ]  # fmt: skip
    context = {
        "row": row,
        "element": resources.element(row.element),
        "said": stewardship.said_in_words(row),
        "light": stewardship.light_of(row),
        "events": events,
        "nav": "my_data",
    }
    return render(request, "portal/correction.html", context)


@access(resident)
@require_POST
def withdraw_correction(request: HttpRequest, correction_id: UUID) -> HttpResponse:
    """Take one of my requests back."""
    try:
        stewardship.withdraw(actor_of(request), correction_id)
    except Conflict as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已撤回"), extra_tags="good")
    return redirect("portal:correction", correction_id)


@access(resident)
@require_safe
def evidence(request: HttpRequest, correction_id: UUID) -> HttpResponseBase:
    """The file I handed in with a request."""
    row = stewardship.evidence_of(actor_of(request), correction_id)
    return files.respond(request, str(row.evidence_id), row.evidence_name, inline=True)
