"""Forms of the account pages. Rules that matter live in the room; forms only collect."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.identity.models import Agency
from tongban.kit.errors import DomainError, Invalid


class PlainForm(forms.Form):
    """A form that can show the room's own problems beside its fields."""

    def show(self, error: DomainError) -> None:
        """Put a domain error where it belongs: at the fields it names, or on top."""
        if not isinstance(error, Invalid):
            self.add_error(None, error.message)
            return
        for problem in error.problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.message)


def _text(label: Any, autocomplete: str, length: int = 100, **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": autocomplete, **attrs})
    return forms.CharField(label=label, max_length=length, widget=widget)


def _password(label: Any, autocomplete: str, help_text: Any = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=128, strip=False, widget=widget, help_text=help_text)


def _code() -> forms.CharField:
    return _text(_("6 位验证码"), "one-time-code", 12, inputmode="numeric")


PASSWORD_HINT = _("至少 10 个字符，不能全是数字")


class PasswordLoginForm(PlainForm):
    login = _text(_("手机号、公民身份号码或用户名"), "username")
    password = _password(_("密码"), "current-password")


class PhoneForm(PlainForm):
    phone = _text(_("手机号"), "tel-national", 20, inputmode="tel")


class CodeForm(PlainForm):
    code = _code()


class SignupForm(PlainForm):
    name = _text(_("姓名"), "name")
    id_number = _text(_("公民身份号码"), "off", 30)
    phone = _text(_("手机号"), "tel-national", 20, inputmode="tel")
    password = _password(_("设置密码"), "new-password", PASSWORD_HINT)


class ResetForm(PlainForm):
    code = _code()
    password = _password(_("新密码"), "new-password", PASSWORD_HINT)


class ChangePasswordForm(PlainForm):
    old = _password(_("原密码"), "current-password")
    password = _password(_("新密码"), "new-password", PASSWORD_HINT)


class GrantForm(PlainForm):
    name = _text(_("经办人姓名"), "off")
    id_number = _text(_("经办人公民身份号码"), "off", 30)
    scope = forms.ChoiceField(label=_("授权范围"), choices=Agency.Scope.choices)
    valid_from = forms.DateField(label=_("开始日期"), widget=forms.DateInput(attrs={"type": "date"}))
    valid_to = forms.DateField(label=_("结束日期"), widget=forms.DateInput(attrs={"type": "date"}))
