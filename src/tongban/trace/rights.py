"""Which tables the application's database role may only add to.

The role that serves requests (``tongban_app`` by default) owns no table. On the tables named here it
holds INSERT and SELECT and nothing else; triggers refuse UPDATE, DELETE and TRUNCATE for everyone,
owners and superusers included, until somebody switches them off, which verification reports.
"""

from collections.abc import Iterator

APPEND_ONLY_TABLES: tuple[str, ...] = (
    "trace_row", "trace_checkpoint", "resources_readlog", "resources_valuehistory",
)  # fmt: skip
PARTITIONED_BY_MONTH: tuple[str, ...] = ("trace_row", "resources_readlog", "resources_valuehistory")


def statements(role: str) -> Iterator[str]:
    """SQL that leaves ``role`` INSERT and SELECT on the append-only tables; run it after broader grants.

    Rights on the parent serve reads and inserts through it, so partitions keep none of their own.
    """
    if not role.isidentifier():
        raise ValueError(f"not a role name: {role!r}")
    for table in APPEND_ONLY_TABLES:
        yield f"REVOKE ALL ON {table} FROM {role}"
        yield (  # names of tables and a checked role, no values
            f"DO $$ DECLARE part regclass; BEGIN FOR part IN SELECT inhrelid FROM pg_inherits"  # noqa: S608
            f" WHERE inhparent = '{table}'::regclass LOOP"
            f" EXECUTE format('REVOKE ALL ON %s FROM {role}', part); END LOOP; END $$"
        )
        yield f"GRANT INSERT, SELECT ON {table} TO {role}"
    yield f"GRANT EXECUTE ON FUNCTION tongban_ensure_months(text, integer) TO {role}"
