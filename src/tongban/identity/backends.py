"""Password sign-in by phone, identity number or user name."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from tongban.identity.accounts import find_account
from tongban.identity.models import Account
from tongban.kit.kept import Kept, Param

_SIGNED_IN: Kept[Account] = Kept(
    lambda: Account.objects.select_related("subject").filter(pk=Param("id"), is_active=True)
)


class Backend(ModelBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Account | None:
        """The active account whose password fits. An unknown login costs one hash like a known one."""
        if username is None or password is None:
            return None
        account = find_account(username)
        if account is None:
            Account().set_password(password)
            return None
        return account if account.check_password(password) and account.is_active else None

    def get_user(self, user_id: UUID) -> Account | None:
        """The signed-in account together with its person, in one query."""
        return _SIGNED_IN.first(id=user_id)
