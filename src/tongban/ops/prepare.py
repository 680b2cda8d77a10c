"""What has to be so before anything serves: schema, cache table, rights, static files, demo province.

All in one process: starting Python and Django anew would take longer than finding that the demo is there.
"""

import json
import os
import sys

from django.db import connection


def migrate() -> None:
    """Bring the schema up to date and make the cache's table."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def grant(role: str = "tongban_app") -> bool:
    """Give the serving role its rights; False when the server has no such role.

    It may read and write rows but owns nothing; on append-only tables it may only add and read.
    """
    from tongban.trace.rights import statements

    if not role.isidentifier():
        raise ValueError(f"not a role name: {role!r}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            return False
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        for statement in statements(role):
            cursor.execute(statement)
    return True


def static_files() -> None:
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


def demo_wanted() -> bool:
    """``TONGBAN_DEMO``; where nothing is said, a sandbox has the demo province and a real site has not."""
    from django.conf import settings

    said = os.environ.get("TONGBAN_DEMO")
    return bool(settings.SANDBOX) if said is None else said != "0"


def main() -> int:
    import django

    django.setup()
    from tongban.kit import messages

    messages.compile_all()
    migrate()
    grant()
    static_files()
    if demo_wanted():
        from tongban.ops import demo

        print(json.dumps(demo.load(), ensure_ascii=False, default=str), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
