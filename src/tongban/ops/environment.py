"""Which database and which addresses the platform's processes use."""

import os
import sys
from pathlib import Path

from tongban.ops import state
from tongban.ops.postgres import APP, OWNER, Cluster

ROOT = Path(os.environ.get("TONGBAN_ROOT", Path(__file__).resolve().parents[3]))
VAR = Path(os.environ.get("TONGBAN_VAR", ROOT / "var"))
PYTHON = sys.executable


def external() -> bool:
    """Whether the site brings its own PostgreSQL (``DATABASE_URL``)."""
    return bool(os.environ.get("DATABASE_URL")) and "TONGBAN_EMBEDDED" not in os.environ


def cluster() -> Cluster:
    return Cluster(VAR)


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
