"""Tables of the trace: partitioned by month, append-only by trigger.

``tongban_ensure_months(parent, ahead)`` makes the partitions of this month and the ``ahead`` next
ones; it runs with its owner's rights so that the application's role, which owns nothing, may call
it. It only ever touches tables registered as append-only (they carry the guard trigger).
"""

from django.db import migrations, models

import tongban.kit.ids

GUARDS = """
CREATE FUNCTION tongban_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION tongban_guard(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %s
                    FOR EACH ROW EXECUTE FUNCTION tongban_append_only()', target);
    EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %s
                    FOR EACH STATEMENT EXECUTE FUNCTION tongban_append_only()', target);
END $$;

-- A statement trigger of the parent does not fire when a partition is truncated by name,
-- so every partition gets its own.
CREATE FUNCTION tongban_guard_partition(part text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I
                    FOR EACH STATEMENT EXECUTE FUNCTION tongban_append_only()', part);
END $$;

CREATE FUNCTION tongban_ensure_months(parent text, ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai')::date;
    month date;
    part text;
    made integer := 0;
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM pg_trigger t JOIN pg_partitioned_table p ON p.partrelid = t.tgrelid
        WHERE t.tgname = 'append_only' AND t.tgrelid = to_regclass('public.' || quote_ident(parent))
    ) THEN
        RAISE EXCEPTION '% is not an append-only partitioned table', parent;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('tongban_ensure_months'));
    FOR n IN 0..least(ahead, 60) LOOP
        month := (first + make_interval(months => n))::date;
        part := parent || to_char(month, '_"y"YYYY"m"MM');
        CONTINUE WHEN to_regclass('public.' || quote_ident(part)) IS NOT NULL;
        BEGIN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, parent,
                month::timestamp AT TIME ZONE 'Asia/Shanghai',
                (month + interval '1 month')::timestamp AT TIME ZONE 'Asia/Shanghai');
            PERFORM tongban_guard_partition(part);
            made := made + 1;
        EXCEPTION WHEN check_violation THEN
            -- Rows of that month already lie in the default partition: they stay there.
            RAISE WARNING 'no partition % made: the default partition holds rows of that month', part;
        END;
    END LOOP;
    RETURN made;
END $$;
"""
DROP_GUARDS = """
DROP FUNCTION tongban_ensure_months(text, integer);
DROP FUNCTION tongban_guard_partition(text);
DROP FUNCTION tongban_guard(regclass);
DROP FUNCTION tongban_append_only();
"""
TABLES = """
CREATE TABLE trace_row (
    id uuid NOT NULL,
    chain varchar(80) NOT NULL,
    seq bigint NOT NULL CHECK (seq > 0),
    at timestamptz NOT NULL,
    action varchar(80) NOT NULL,
    about varchar(200) NOT NULL,
    actor jsonb NOT NULL,
    data jsonb NOT NULL,
    prev bytea NOT NULL CHECK (length(prev) = 32),
    hash bytea NOT NULL CHECK (length(hash) = 32),
    mac bytea NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX trace_row_chain_seq ON trace_row (chain, seq);
CREATE TABLE trace_row_default PARTITION OF trace_row DEFAULT;
SELECT tongban_guard('trace_row');
SELECT tongban_guard_partition('trace_row_default');
SELECT tongban_ensure_months('trace_row', 12);
"""
DROP_TABLES = "DROP TABLE trace_row;"

ROW = migrations.CreateModel(
    name="TraceRow",
    fields=[
        (
            "id",
            models.UUIDField(default=tongban.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
        ),
        ("chain", models.CharField(max_length=80)),
        ("seq", models.BigIntegerField(help_text="position in the chain, from 1 without gaps")),
        ("at", models.DateTimeField()),
        ("action", models.CharField(max_length=80)),
        ("about", models.CharField(blank=True, max_length=200)),
        ("actor", models.JSONField()),
        ("data", models.JSONField()),
        ("prev", models.BinaryField(help_text="hash of the row before; 32 zero bytes for the first")),
        ("hash", models.BinaryField(help_text="SM3 over prev and the canonical JSON of the row")),
        ("mac", models.BinaryField(help_text="HMAC of the hash under a key that is not in the database")),
    ],
    options={
        "db_table": "trace_row",
        "ordering": ["chain", "seq"],
        "indexes": [models.Index(fields=["chain", "seq"], name="trace_row_chain_seq")],
    },
)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(GUARDS, DROP_GUARDS),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TABLES, DROP_TABLES)], state_operations=[ROW]
        ),
        migrations.CreateModel(
            name="TraceHead",
            fields=[
                ("chain", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField()),
                ("hash", models.BinaryField()),
                (
                    "sealed",
                    models.BooleanField(
                        default=False, help_text="whether a checkpoint covers the present end"
                    ),
                ),
            ],
            options={
                "db_table": "trace_head",
                "indexes": [
                    models.Index(
                        condition=models.Q(("sealed", False)), fields=["chain"], name="trace_head_unsealed"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TraceCheckpoint",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("heads", models.JSONField()),
                ("prev", models.BinaryField()),
                ("hash", models.BinaryField()),
                ("algorithm", models.CharField(max_length=20)),
                ("key_id", models.CharField(max_length=64)),
                ("signature", models.BinaryField()),
            ],
            options={"db_table": "trace_checkpoint", "ordering": ["number"]},
        ),
        migrations.RunSQL("SELECT tongban_guard('trace_checkpoint')", migrations.RunSQL.noop),
    ]
