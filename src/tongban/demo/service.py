"""The one door of the demo room: load the demo province, say who may sign in, throw it away.

The room's parts are imported when they are needed, so that the guide can be printed without a database.
"""

import os
from collections.abc import Callable

from django.conf import settings
from django.utils.translation import gettext as _

from tongban.demo.accounts import DemoAccount, guide_text, listed
from tongban.kit.errors import Conflict

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.settings")  # the guide is printed outside Django too

__all__ = ["DemoAccount", "accounts", "guide", "load", "reset"]

Progress = Callable[[str, int, int], None]


def accounts() -> list[DemoAccount]:
    """The demo accounts; none where the site is not a sandbox."""
    return listed() if settings.SANDBOX else []


def guide() -> str:
    """Accounts, passwords and what to try first, for a terminal; empty where the site is not a sandbox."""
    return guide_text() if settings.SANDBOX else ""


def load(progress: Progress | None = None) -> dict[str, int]:
    """Load what is missing of the demo province; a load that was killed goes on where it stopped.

    Args:
        progress: called with the label of a piece, how many are done and how many there are. Without it a
            progress bar is drawn on the terminal.

    Returns:
        how many pieces of each kind were loaded now, by kind; empty when everything was there.

    Raises:
        Conflict: the site is not a sandbox. Invented people must never stand among real ones.
    """
    if not settings.SANDBOX:
        raise Conflict(_("演示数据只能装入演示环境（TONGBAN_SANDBOX=1）"), code="not_sandbox")
    if progress is None:
        return _with_bar()
    from tongban.demo import (
        assist,
        catalogue,
        changes,
        guidance,
        inventory,
        loading,
        opendata,
        packages,
        province,
        quality,
        sources,
        stewardship,
        stories,
        wechat,
    )

    rooms = (
        loading, catalogue, packages, guidance, stories, assist, wechat, stewardship, sources, changes,
        inventory, quality, opendata, province,
    )  # fmt: skip
    pieces = [piece for room in rooms for piece in room.pieces()]
    missing = loading.todo(pieces)
    loaded: dict[str, int] = {}
    for piece in missing:
        progress(piece.label, len(pieces) - len(missing) + sum(loaded.values()), len(pieces))
        loading.do(piece)
        kind = piece.key.split(":")[0]
        loaded[kind] = loaded.get(kind, 0) + 1
    progress("完成", len(pieces), len(pieces))
    return loaded


def _with_bar() -> dict[str, int]:
    from rich.progress import Progress as Bar

    with Bar() as bar:
        task = bar.add_task("演示数据")

        def show(label: str, done: int, total: int) -> None:
            bar.update(task, description=label[:24], completed=done, total=total)

        return load(show)


def reset(progress: Progress | None = None) -> dict[str, int]:
    """Throw everything in the database away and load the demo province anew.

    The trace refuses to be emptied, so the whole schema goes and is made again; needs the database's owner.
    Uploaded files and produced papers that nothing names any more stay in the file store.

    Raises:
        Conflict: the site is not a sandbox.
    """
    if not settings.SANDBOX:
        raise Conflict(_("只有演示环境可以清空数据"), code="not_sandbox")
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    return load(progress)
