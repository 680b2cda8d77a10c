"""The forms of a draft, section by section: columns as fields, parts as rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.items import service as items
from tongban.workbench.row_forms import (
    FaqRow,
    FeeRow,
    LawRow,
    MaterialRow,
    OutcomeRow,
    ProcedureRow,
    RowForm,
    StepRow,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise


class Lines(forms.CharField):
    """A list of texts, one a line."""

    def __init__(self, label: "Words", rows: int = 4, hint: "Words" = "") -> None:
        super().__init__(
            label=label,
            required=False,
            help_text=hint or _("每行一条"),
            max_length=20_000,
            widget=forms.Textarea(attrs={"rows": rows}),
        )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(line) for line in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        if isinstance(value, list | tuple):  # a disabled field hands its initial value over
            return list(value)
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class Codes(forms.MultipleChoiceField):
    """Codes of one system, any number of them."""

    def __init__(self, system: str, label: "Words") -> None:
        super().__init__(
            label=label,
            required=False,
            choices=list(items.code_table(system).items()),
            widget=forms.CheckboxSelectMultiple,
        )


class Code(forms.ChoiceField):
    """One code of a system."""

    def __init__(self, system: str, label: "Words", *, required: bool = False) -> None:
        table = list(items.code_table(system).items())
        choices = table if required else [("", "—"), *table]
        super().__init__(label=label, required=required, choices=choices)


class Days(forms.IntegerField):
    """A number of days, or nothing."""

    def __init__(self, label: "Words", hint: "Words" = "", most: int = 10_000) -> None:
        super().__init__(
            label=label,
            required=False,
            min_value=0,
            max_value=most,
            help_text=hint,
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        )


class Text(forms.CharField):
    """A line, or several, of plain text; empty is allowed unless ``required``."""

    def __init__(
        self,
        label: "Words",
        most: int,
        *,
        rows: int = 0,
        required: bool = False,
        hint: "Words" = "",
    ) -> None:
        super().__init__(
            label=label,
            required=required,
            max_length=most,
            help_text=hint,
            widget=forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput(),
        )


class YesNo(forms.TypedChoiceField):
    """Yes, no, or not said."""

    def __init__(self, label: "Words") -> None:
        super().__init__(
            label=label,
            required=False,
            choices=[("", _("未填")), ("True", _("是")), ("False", _("否"))],
            coerce=lambda value: value in (True, "True"),
            empty_value=None,
        )


class BasicsForm(forms.Form):
    name = Text(_("事项名称"), 200, required=True)
    name_en = Text(_("英文名称"), 200)
    summary = Text(_("一句话说明"), 2000, rows=2, hint=_("让群众一看就懂，不用术语"))
    type_code = Code("item-type", _("事项类型"), required=True)
    power_source = Text(_("权力来源"), 100)
    case_kind = Code("case-kind", _("办件类型"))
    service_objects = Codes("service-object", _("服务对象"))
    applicant = forms.ChoiceField(
        label=_("谁可以网上申请"),
        choices=[("person", _("个人")), ("legal", _("法人")), ("either", _("个人或法人"))],
    )
    themes = Lines(_("主题"), 3)
    keywords = Lines(_("群众常用说法"), 3, _("每行一个，例如“开饭店”"))


class ConditionsForm(forms.Form):
    conditions = Lines(_("受理条件"), 8)
    quantity_limit = Text(_("数量限制"), 500)
    agencies = Text(_("中介服务"), 500)
    joint_departments = Lines(_("联办机构"), 2)


class LimitsForm(forms.Form):
    statutory_days = Days(_("法定办结时限"))
    statutory_unit = Code("day-unit", _("法定办结时限单位"), required=True)
    promised_days = Days(_("承诺办结时限"), _("不长于法定办结时限"))
    promised_unit = Code("day-unit", _("承诺办结时限单位"), required=True)
    promised_note = Text(_("承诺办结时限说明"), 500)
    extension_days = Days(_("可延长的工作日"), most=365)

    def clean_extension_days(self) -> int:
        return self.cleaned_data["extension_days"] or 0


class PlaceForm(forms.Form):
    visits = Days(_("到办事现场次数"), most=99)
    visits_reason = Text(_("必须到现场的原因"), 500)
    handling_forms = Codes("handling-form", _("办理形式"))
    online_depth = Codes("online-depth", _("网上办理深度"))
    cross_region = Code("cross-region", _("通办范围"))
    address = Text(_("办理地点"), 500)
    hours = Text(_("办理时间"), 500)
    enquiry = Text(_("咨询方式"), 500)
    complaint = Text(_("监督投诉方式"), 500)
    online_url = Text(_("在线办理网址"), 1000)
    appointment = YesNo(_("是否可以预约"))
    online_payment = YesNo(_("是否网上支付"))
    delivery = YesNo(_("是否物流快递"))

    def clean_visits(self) -> int:
        return self.cleaned_data["visits"] or 0


class FlowForm(forms.Form):
    flow = Text(_("办理流程"), 20_000, rows=3, hint=_("用一两句话说清怎么走；环节填在下面"))


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a section: a part of the version, or a column that holds a list of rows."""

    name: str
    title: "Words"
    form: type[RowForm]
    column: bool = False
    fixed: Sequence[str] = ("name",)  # what the standard fixes of a row


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the editor."""

    key: str
    title: "Words"
    form: type[forms.Form] | None = None
    rows: Sequence[Rows] = ()

    @property
    def fields(self) -> list[str]:
        """The columns and parts that belong here."""
        return [*(self.form.base_fields if self.form else ()), *(part.name for part in self.rows)]


SECTIONS: Mapping[str, Section] = {
    section.key: section
    for section in (
        Section(
            "basics",
            _("基本信息"),
            BasicsForm,
            (Rows("legal_basis", _("设定依据"), LawRow, column=True, fixed=("law", "article")),),
        ),
        Section("conditions", _("受理条件"), ConditionsForm),
        Section(
            "limits",
            _("办理时限"),
            LimitsForm,
            (Rows("special_procedures", _("特别程序"), ProcedureRow, column=True),),
        ),
        Section("place", _("办理方式"), PlaceForm),
        Section("materials", _("申请材料"), None, (Rows("materials", _("申请材料"), MaterialRow),)),
        Section(
            "fees",
            _("收费"),
            None,
            (Rows("fees", _("收费项目"), FeeRow, fixed=("name", "yuan", "unit", "basis", "reduction")),),
        ),
        Section("steps", _("办理环节"), FlowForm, (Rows("steps", _("办理环节"), StepRow),)),
        Section("outcomes", _("办理结果"), None, (Rows("outcomes", _("办理结果"), OutcomeRow),)),
        Section("faqs", _("常见问题"), None, (Rows("faqs", _("常见问题"), FaqRow),)),
    )
}
Formset = Any


class Editor:
    """One section of one draft: its forms filled from the draft or from what was posted."""

    def __init__(
        self,
        section: Section,
        columns: Mapping[str, Any],
        parts: Mapping[str, Sequence[Mapping[str, Any]]],
        fixed: Mapping[str, str],
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self.section, self.fixed = section, fixed
        self._own = {
            rows.name: [dict(row) for row in (columns if rows.column else parts).get(rows.name) or []]
            for rows in section.rows
        }
        self.form = section.form(data, initial=dict(columns)) if section.form else None
        for name in set(self.form.fields if self.form else ()) & set(fixed):
            self.form.fields[name].disabled = True  # type: ignore[union-attr]
        self.formsets = [(rows, self._formset(rows, data)) for rows in section.rows]

    def _formset(self, rows: Rows, data: Mapping[str, Any] | None) -> Formset:
        locked = rows.name in self.fixed
        made = forms.formset_factory(
            rows.form,
            extra=0 if locked else 1,
            max_num=200,
            absolute_max=400,
            validate_max=True,
            can_delete=not locked,
        )
        initial = [rows.form.from_row(row) for row in self._own[rows.name]]
        kwargs = {"locked": rows.fixed if locked else ()}
        return made(data, initial=initial, prefix=rows.name, form_kwargs=kwargs)

    def is_valid(self) -> bool:
        """Whether everything posted can be read."""
        good = self.form is None or self.form.is_valid()
        return all([good, *(formset.is_valid() for _rows, formset in self.formsets)])

    def values(self) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
        """Columns and parts to save, those the standard fixes left out as far as they are."""
        columns = dict(self.form.cleaned_data) if self.form else {}
        columns = {name: value for name, value in columns.items() if name not in self.fixed}
        parts: dict[str, list[dict[str, Any]]] = {}
        for rows, formset in self.formsets:
            made = _rows_of(rows, formset, self._own[rows.name])
            (columns if rows.column else parts)[rows.name] = made
        return columns, parts


def _rows_of(rows: Rows, formset: Formset, own: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows as typed; what a row holds beside its fields is kept."""
    found = []
    for index, form in enumerate(formset.forms):
        data = form.cleaned_data
        if not data or data.get("DELETE") or form.blank():
            continue
        before = dict(own[index]) if index < len(own) else {}
        found.append({**before, **form.to_row()})
    fill: Callable[[list[dict[str, Any]]], None] | None = getattr(rows.form, "fill", None)
    if fill is not None:
        fill(found)
    return found
