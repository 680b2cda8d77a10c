"""What the editors of theme packages fill in. What may be said is the packages room's word."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongban.packages import service as packages

WAITS = [
    ("", _("不用等")),
    ("end", _("要等它办成；没有办成就不再办")),
    ("free", _("要等它有结果；没有办成也照办")),
]


class CreateForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=100, help_text=_("例如：开餐馆一件事"))
    code = forms.CharField(
        label=_("代码"), max_length=59, help_text=_("用在网址里：小写字母、数字和短横线，以字母开头")
    )


class AboutForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=100)
    summary = forms.CharField(
        label=_("一句话说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class QuestionForm(forms.Form):
    title = forms.CharField(label=_("问题"), max_length=200)
    options = forms.CharField(
        label=_("可选的回答"),
        help_text=_("每行一个，至少两个"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_options(self) -> list[str]:
        """The answers, each once."""
        lines = dict.fromkeys(line.strip()[:100] for line in self.cleaned_data["options"].splitlines())
        found = [line for line in lines if line]
        if len(found) < 2:
            raise forms.ValidationError(gettext("至少要有两个可选的回答"))
        return found


class MemberForm(forms.Form):
    """When an item applies, and for which others it waits."""

    def __init__(self, data: Any, *, meant: packages.Definition, key: str, names: dict[str, str]) -> None:
        super().__init__(data)
        member = next(m for m in meant.members if m.key == key)
        self.questions = [q.key for q in meant.questions]
        self.others = [m.key for m in meant.members if m.key != key]
        waits = {a.member: a.on_failure for a in member.after}
        for question in meant.questions:
            self.fields[f"when-{question.key}"] = forms.ChoiceField(
                label=gettext("什么时候办：%(title)s") % {"title": question.title},
                choices=[("", _("都要办")), *((o.value, o.label) for o in question.options)],
                required=False,
                initial=member.when.get(question.key, ""),
            )
        for other in self.others:
            self.fields[f"after-{other}"] = forms.ChoiceField(
                label=gettext("先后：对“%(name)s”") % {"name": names.get(other, other)},
                choices=WAITS,
                required=False,
                initial=waits.get(other, ""),
            )

    @property
    def when(self) -> dict[str, str]:
        return self._said("when", self.questions)

    @property
    def after(self) -> dict[str, str]:
        return self._said("after", self.others)

    def _said(self, kind: str, keys: Sequence[str]) -> dict[str, str]:
        return {key: said for key in keys if (said := self.cleaned_data[f"{kind}-{key}"])}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("停用的理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class SharedForm(forms.Form):
    """A word for each field and material: those with the same word are asked once."""

    def __init__(
        self, data: Any, *, places: Sequence[tuple[str, str]], kept: dict[str, str], prefix: str
    ) -> None:
        super().__init__(data, prefix=prefix)
        for place, label in places:
            self.fields[place] = forms.RegexField(
                r"^[a-z0-9-]{1,20}$",
                label=label,
                required=False,
                initial=kept.get(place, ""),
                error_messages={"invalid": _("用小写字母、数字和短横线，最多 20 个字")},
            )

    @property
    def said(self) -> dict[str, str]:
        return {place: key for place, key in self.cleaned_data.items() if key}
