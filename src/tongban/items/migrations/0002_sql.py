"""Published versions and their parts never change: the database refuses it, whoever asks."""

from django.db import migrations

PARTS = ("material", "fee", "step", "faq", "outcome")

VERSION_GUARD = """
CREATE FUNCTION items_guard_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a published item version is never removed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (to_jsonb(NEW) - ARRAY['state', 'effective_to', 'findings'])
        IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['state', 'effective_to', 'findings'])
        OR (NEW.state <> OLD.state AND NOT (OLD.state = 'published' AND NEW.state = 'retired')) THEN
        RAISE EXCEPTION 'a published item version never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER items_guard_version_update BEFORE UPDATE ON items_itemversion
    FOR EACH ROW WHEN (OLD.state IN ('published', 'retired')) EXECUTE FUNCTION items_guard_version();
CREATE TRIGGER items_guard_version_delete BEFORE DELETE ON items_itemversion
    FOR EACH ROW WHEN (OLD.state IN ('published', 'retired')) EXECUTE FUNCTION items_guard_version();

CREATE FUNCTION items_guard_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM touched JOIN items_itemversion v ON v.id = touched.version_id
        WHERE v.state IN ('published', 'retired')
    ) THEN
        RAISE EXCEPTION 'the parts of a published item version never change'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""
DROP_GUARDS = """
DROP TRIGGER items_guard_version_update ON items_itemversion;
DROP TRIGGER items_guard_version_delete ON items_itemversion;
"""


def part_guards(table: str) -> str:
    """Statement triggers see all touched rows at once, so bulk loading stays fast."""
    return "".join(
        f"""
        CREATE TRIGGER items_guard_{table}_{event.lower()} AFTER {event} ON items_{table}
            REFERENCING {side} TABLE AS touched
            FOR EACH STATEMENT EXECUTE FUNCTION items_guard_part();
        """
        for event, side in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD"))
    )


def drop_part_guards(table: str) -> str:
    return "".join(
        f"DROP TRIGGER items_guard_{table}_{event} ON items_{table};" for event in ("insert", "update", "delete")
    )


class Migration(migrations.Migration):
    dependencies = [("items", "0001_initial")]

    operations = [
        migrations.RunSQL(
            VERSION_GUARD + "".join(part_guards(table) for table in PARTS),
            "".join(drop_part_guards(table) for table in PARTS)
            + DROP_GUARDS
            + "DROP FUNCTION items_guard_part(); DROP FUNCTION items_guard_version();",
        ),
    ]
