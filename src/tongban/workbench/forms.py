"""What each act on a case asks of the person who does it. Rules of law live in the cases room."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.cases import service as cases

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise
MAX_TEXT = 2000


class Text(forms.CharField):
    """Prose of up to 2,000 characters."""

    def __init__(self, label: "Words", *, required: bool = True, hint: "Words" = "") -> None:
        super().__init__(
            label=label,
            required=required,
            help_text=hint,
            max_length=MAX_TEXT,
            widget=forms.Textarea(attrs={"rows": 4, "class": "govuk-textarea"}),
            error_messages={"required": _("请填写“%(label)s”") % {"label": label}},
        )


class Days(forms.IntegerField):
    """A number of working days."""

    def __init__(self, label: "Words", *, hint: "Words" = "") -> None:
        super().__init__(
            label=label,
            help_text=hint,
            min_value=1,
            max_value=365,
            widget=forms.NumberInput(
                attrs={"class": "govuk-input govuk-input--width-3", "inputmode": "numeric"}
            ),
            error_messages={"required": _("请填写工作日数"), "invalid": _("工作日数应为整数")},
        )


class ActForm(forms.Form):
    """Base: knows the desk it is shown on."""

    def __init__(self, *args: object, desk: cases.DeskView, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.prepare(desk)

    def prepare(self, desk: cases.DeskView) -> None:
        """Fill choices from the case."""


class AcceptForm(ActForm):
    note = Text(_("受理意见"), required=False)


class RefuseForm(ActForm):
    reasons = Text(_("不予受理的理由"), hint=_("申请人会收到书面决定，请写明法律依据"))


class SupplementForm(ActForm):
    message = Text(_("告知内容"), hint=_("依法只能一次性告知，请把需要补正的全部内容写清楚"))
    fields_asked = forms.MultipleChoiceField(
        label=_("需要更正的填写项"), required=False, widget=forms.CheckboxSelectMultiple
    )
    materials_asked = forms.MultipleChoiceField(
        label=_("需要补交的材料"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def prepare(self, desk: cases.DeskView) -> None:
        choices = [(f.name, f.label) for page in desk.pages for f in page.fields]
        _choices(self, "fields_asked", choices)
        _choices(self, "materials_asked", [(m.key, m.name) for m in desk.materials])


class StepForm(ActForm):
    outcome = forms.ChoiceField(
        label=_("结论"),
        choices=[("pass", _("通过")), ("return", _("退回上一步"))],
        widget=forms.RadioSelect,
        initial="pass",
        error_messages={"required": _("请选择结论")},
    )
    opinion = Text(_("审查意见"))


class SuspendForm(ActForm):
    kind = forms.ChoiceField(label=_("特别程序"), widget=forms.Select(attrs={"class": "govuk-select"}))
    days = Days(_("所需时间（工作日）"), hint=_("所需时间会书面告知申请人，不计入办理时限"))
    reason = Text(_("理由"))

    def prepare(self, desk: cases.DeskView) -> None:
        own = [(kind, name) for kind, name, _days in desk.special_procedures]
        named = {kind for kind, _name in own}
        others = [(k, str(v)) for k, v in cases.SpecialProcedure.choices if k not in named]
        _choices(self, "kind", own + others)
        if desk.special_procedures:
            self.fields["days"].initial = desk.special_procedures[0][2]


class ResumeForm(ActForm):
    outcome = Text(_("特别程序的结果"), required=False)


class ExtendForm(ActForm):
    days = Days(_("延长（工作日）"))
    reason = Text(_("延长的理由"), hint=_("理由会告知申请人"))

    def prepare(self, desk: cases.DeskView) -> None:
        self.fields["days"].help_text = _("最多 %(n)s 个工作日") % {"n": desk.extension_max}


class DecideForm(ActForm):
    granted = forms.ChoiceField(
        label=_("决定"),
        choices=[("yes", _("准予")), ("no", _("不予"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择准予或不予")},
    )
    reasons = Text(_("理由"), required=False, hint=_("不予的决定必须说明理由"))


class ReasonForm(ActForm):
    reason = Text(_("理由"))


class PlainForm(ActForm):
    """Nothing to fill in: a confirmation."""


def _choices(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)
