"""Which database and which addresses the platform's processes use."""

import os
import sys
from pathlib import Path

import psycopg

from tongban.ops import state
from tongban.ops.postgres import APP, OWNER, Cluster, PostgresError

ROOT = Path(os.environ.get("TONGBAN_ROOT", Path(__file__).resolve().parents[3]))
VAR = Path(os.environ.get("TONGBAN_VAR", ROOT / "var"))
PYTHON = sys.executable
LETTERS = """SELECT pg_encoding_to_char(encoding) = 'UTF8' AND datctype NOT IN ('C', 'POSIX')
             FROM pg_database WHERE datname = current_database()"""


def external() -> bool:
    """Whether the site brings its own PostgreSQL (``DATABASE_URL``)."""
    return bool(os.environ.get("DATABASE_URL")) and "TONGBAN_EMBEDDED" not in os.environ


def cluster() -> Cluster:
    return Cluster(VAR)


def check_external() -> None:
    """Whether the site's own server can be used, before anything is tried on it.

    :raises PostgresError: it does not answer, or its database takes Chinese characters for signs, as
        PostgreSQL does with the character type C: every search by likeness would find nothing
    """
    url = os.environ["DATABASE_URL"]
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            found = connection.execute(LETTERS).fetchone()
    except psycopg.Error as error:
        where = _place(url)
        raise PostgresError(f"The server of DATABASE_URL ({where}) cannot be used: {error}") from None
    if found != (True,):
        raise PostgresError(
            f"The database of DATABASE_URL ({_place(url)}) takes Chinese characters for signs: nothing would "
            "be found. Make it anew: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' "
            "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8'."
        )


def _place(url: str) -> str:
    """Host, port and database of an address, without whose password opens it."""
    try:
        known = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        return "not a PostgreSQL address"
    return f"{known.get('host', 'local')}:{known.get('port', 5432)}/{known.get('dbname', '')}"


def owner_url() -> str:
    """The address for migrations and demo loading."""
    return os.environ["DATABASE_URL"] if external() else cluster().url(OWNER)


def app_url() -> str:
    """The address for serving: the role without rights to change the trace.

    With a server of the site's own it is ``TONGBAN_APP_DATABASE_URL``, or ``DATABASE_URL`` itself.
    """
    if external():
        return os.environ.get("TONGBAN_APP_DATABASE_URL") or os.environ["DATABASE_URL"]
    return cluster().url(APP)


def child_environment(url: str, **more: str) -> dict[str, str]:
    """The environment of a process of the platform that uses the database at ``url``."""
    values = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tongban.settings", **more}
    if not external():
        values["TONGBAN_EMBEDDED"] = "1"
    return values


def running_database() -> bool:
    """Whether the embedded server of this checkout answers now."""
    current = state.running(VAR)
    return bool(current and current.embedded and cluster().answers())
