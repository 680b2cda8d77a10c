"""What has to be so before anything serves: schema, cache table, rights, messages, static files."""

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


def main() -> int:
    import django

    django.setup()
    from tongban.kit import messages

    messages.compile_all()
    migrate()
    grant()
    static_files()
    return 0


if __name__ == "__main__":
    sys.exit(main())
