"""The rows of a draft's parts as small forms."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.items import service as items

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise


class RowForm(forms.Form):
    """A row. ``locked`` names the fields the standard fixes."""

    head = "name"  # the field that makes it a row at all
    wide: Sequence[str] = ()

    def __init__(self, *args: Any, locked: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in locked:
            self.fields[name].disabled = True

    @property
    def changed_data(self) -> list[str]:
        """What was typed. In a row that is offered blank a list's first choice is nobody's answer."""
        changed = [name for name in self.fields if self[name]._has_changed()]  # type: ignore[attr-defined]
        if self.empty_permitted:
            changed = [name for name in changed if not isinstance(self.fields[name], forms.ChoiceField)]
        return changed

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        """The stored row as the form's initial values."""
        return dict(row)

    def blank(self) -> bool:
        """Whether nothing was typed into the field that makes it a row."""
        return not self.cleaned_data.get(self.head)

    def to_row(self) -> dict[str, Any]:
        """The row to be stored."""
        return {name: self.cleaned_data[name] for name in self.fields if name != "DELETE"}


def _text(label: "Words", most: int, *, rows: int = 0, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=most, required=required, widget=widget)


def _number(label: "Words", most: int) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=most, widget=widget)


def _code(system: str, label: "Words") -> forms.ChoiceField:
    choices = [("", "—"), *items.code_table(system).items()]
    return forms.ChoiceField(label=label, required=False, choices=choices)


class LawRow(RowForm):
    head = "law"
    law = _text(_("法律法规名称"), 200, required=True)
    article = _text(_("条款"), 100)
    text = _text(_("条文"), 5000, rows=2)


class ProcedureRow(RowForm):
    name = _text(_("名称"), 100, required=True)
    kind = forms.ChoiceField(
        label=_("类别"),
        choices=[
            ("hearing", _("听证")), ("bidding", _("招标")), ("auction", _("拍卖")),
            ("site_inspection", _("现场核查")), ("testing", _("检测")), ("quarantine", _("检疫")),
            ("appraisal", _("鉴定")), ("expert_review", _("专家评审")), ("inspection", _("检验")),
        ],
    )  # fmt: skip
    days = _number(_("工作日"), 365)


class MaterialRow(RowForm):
    name = _text(_("材料名称"), 400, required=True)
    kind = _text(_("材料类别"), 50)
    form = _code("material-form", _("材料形式"))
    necessity = _code("necessity", _("必要性"))
    source = _code("material-source", _("来源渠道"))
    source_note = _text(_("来源说明"), 500)
    copies = _number(_("份数"), 99)
    paper = _text(_("纸张规格"), 50)
    filling = _text(_("填报须知"), 5000, rows=2)
    standard = _text(_("受理标准"), 5000, rows=2)
    basis = _text(_("要求依据"), 5000, rows=2)

    def clean_copies(self) -> int:
        return self.cleaned_data["copies"] or 0

    @staticmethod
    def fill(rows: list[dict[str, Any]]) -> None:
        """New materials get a key of their own; the old ones keep theirs, as cases name them."""
        taken = {row.get("key") for row in rows}
        number = 1
        for row in rows:
            if row.get("key"):
                continue
            while f"material-{number}" in taken:
                number += 1
            row["key"] = f"material-{number}"
            row.setdefault("accept", ["pdf", "jpg", "png"])
            taken.add(row["key"])


class FeeRow(RowForm):
    name = _text(_("项目名称"), 200, required=True)
    yuan = forms.DecimalField(
        label=_("金额（元）"), min_value=0, max_value=10**9, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    unit = _text(_("单位"), 30)
    basis = _text(_("收费依据"), 2000, rows=2)
    reduction = _text(_("减免规定"), 2000, rows=2)

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        return {**row, "yuan": Decimal(row.get("amount_fen") or 0) / 100}

    def to_row(self) -> dict[str, Any]:
        row = super().to_row()
        yuan = row.pop("yuan")
        return {**row, "amount_fen": int((yuan * 100).to_integral_value())}


class StepRow(RowForm):
    name = _text(_("环节名称"), 100, required=True)
    kind = forms.ChoiceField(
        label=_("法律性质"),
        choices=[
            ("accept", _("受理")), ("review", _("审查")), ("decide", _("决定")), ("deliver", _("送达")),
        ],
    )  # fmt: skip
    role = forms.ChoiceField(
        label=_("办理角色"),
        choices=[
            ("clerk", _("综窗受理员")), ("reviewer", _("审查员")), ("approver", _("审批人")),
            ("chief", _("部门负责人")),
        ],
    )  # fmt: skip
    limit_days = _number(_("时限（工作日）"), 1000)


class OutcomeRow(RowForm):
    name = _text(_("结果名称"), 200, required=True)
    kind = _text(_("结果类别"), 50)
    licence_type = _text(_("电子证照类型"), 80)


class FaqRow(RowForm):
    head = "question"
    question = _text(_("问题"), 500, rows=2, required=True)
    answer = _text(_("回答"), 5000, rows=3, required=True)
