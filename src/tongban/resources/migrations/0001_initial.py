import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import tongban.kit.ids

# Partitioned by month and append-only like the trace (functions of trace.0001).
READLOG = """
CREATE TABLE resources_readlog (
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    subject_id uuid NOT NULL,
    kind varchar(10) NOT NULL,
    reader_kind varchar(10) NOT NULL,
    reader_name varchar(100) NOT NULL,
    account_id uuid,
    staff_id uuid,
    post varchar(60) NOT NULL,
    department_id uuid,
    department_name varchar(200) NOT NULL,
    purpose varchar(200) NOT NULL,
    case_id uuid,
    elements varchar(60)[] NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX resources_readlog_subject ON resources_readlog (subject_id, at DESC);
CREATE TABLE resources_readlog_default PARTITION OF resources_readlog DEFAULT;
SELECT tongban_guard('resources_readlog');
SELECT tongban_guard_partition('resources_readlog_default');
SELECT tongban_ensure_months('resources_readlog', 12);
"""
STATE = migrations.CreateModel(
    name="ReadLog",
    fields=[
        (
            "id",
            models.UUIDField(default=tongban.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
        ),
        ("at", models.DateTimeField()),
        ("subject_id", models.UUIDField()),
        ("kind", models.CharField(help_text="prefill, own or verify", max_length=10)),
        ("reader_kind", models.CharField(max_length=10)),
        ("reader_name", models.CharField(max_length=100)),
        ("account_id", models.UUIDField(null=True)),
        ("staff_id", models.UUIDField(null=True)),
        ("post", models.CharField(blank=True, max_length=60)),
        ("department_id", models.UUIDField(null=True)),
        ("department_name", models.CharField(blank=True, max_length=200)),
        ("purpose", models.CharField(max_length=200)),
        ("case_id", models.UUIDField(null=True)),
        (
            "elements",
            django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None),
        ),
    ],
    options={
        "db_table": "resources_readlog",
        "ordering": ["-at"],
        "indexes": [models.Index(fields=["subject_id", "-at"], name="resources_readlog_subject")],
    },
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0001_initial"),
        ("organisations", "0001_initial"),
        ("trace", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Value",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("element", models.CharField(max_length=60)),
                ("value", models.JSONField()),
                ("as_of", models.DateTimeField()),
                ("loaded_at", models.DateTimeField(auto_now_add=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.department",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.subject"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject", "element", "source"), name="resources_value_one_per_source"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Golden",
            fields=[
                (
                    "subject",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="identity.subject",
                    ),
                ),
                ("entries", models.JSONField(default=dict)),
                ("refreshed_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(READLOG, "DROP TABLE resources_readlog")],
            state_operations=[STATE],
        ),
    ]
