"""Sessions in the database, read with one prepared statement: every request of a signed-in person asks."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from tongban.kit.kept import Kept, Param

_LIVE: Kept[Session] = Kept(
    lambda: Session.objects.filter(session_key=Param("key"), expire_date__gt=Param("now"))
)


class SessionStore(DatabaseStore):
    """Django's own store but for how it reads."""

    def _get_session_from_db(self) -> Session | None:
        key = self.session_key
        found = _LIVE.first(key=key, now=timezone.now()) if key and "\x00" not in key else None
        if found is None:
            self._session_key = None
        return found
