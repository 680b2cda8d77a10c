import django.db.models.deletion
import tongban.kit.ids
from django.db import migrations, models

# Partitioned by month of receipt and append-only like the trace (functions of trace.0001).
HISTORY = """
CREATE TABLE resources_valuehistory (
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    subject_id uuid NOT NULL,
    element varchar(60) NOT NULL,
    department_id uuid NOT NULL,
    value jsonb NOT NULL,
    as_of timestamptz NOT NULL,
    seq bigint NOT NULL,
    change_key varchar(200) NOT NULL,
    stale boolean NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX resources_valuehistory_subject ON resources_valuehistory (subject_id, element, as_of DESC);
CREATE TABLE resources_valuehistory_default PARTITION OF resources_valuehistory DEFAULT;
SELECT tongban_guard('resources_valuehistory');
SELECT tongban_guard_partition('resources_valuehistory_default');
SELECT tongban_ensure_months('resources_valuehistory', 12);
"""
# What departments said before there was a history is its beginning.
SO_FAR = """
INSERT INTO resources_valuehistory
    (id, at, subject_id, element, department_id, value, as_of, seq, change_key, stale)
SELECT uuidv7(), now(), subject_id, element, source_id, value, as_of, 0, '', false FROM resources_value
"""
STATE = migrations.CreateModel(
            name='ValueHistory',
            fields=[
                ('id', models.UUIDField(default=tongban.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(help_text='when it was received')),
                ('subject_id', models.UUIDField()),
                ('element', models.CharField(max_length=60)),
                ('department_id', models.UUIDField()),
                ('value', models.JSONField(help_text='JSON null: withdrawn')),
                ('as_of', models.DateTimeField()),
                ('seq', models.BigIntegerField()),
                ('change_key', models.CharField(max_length=200)),
                ('stale', models.BooleanField(help_text='older than what was held when it came')),
            ],
            options={
                'db_table': 'resources_valuehistory',
                'indexes': [models.Index(fields=['subject_id', 'element', '-as_of'], name='resources_valuehistory_subject')],
            },
        )


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0002_ticket_code'),
        ('organisations', '0002_legal_reviewer'),
        ('resources', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='value',
            name='change_key',
            field=models.CharField(db_default='', default='', help_text='source:change id', max_length=200),
        ),
        migrations.AddField(
            model_name='value',
            name='seq',
            field=models.BigIntegerField(db_default=0, default=0, help_text='number in its feed; 0 for bulk loads'),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(HISTORY, "DROP TABLE resources_valuehistory")],
            state_operations=[STATE],
        ),
        migrations.RunSQL(SO_FAR, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Merger',
            fields=[
                ('id', models.UUIDField(default=tongban.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('reason', models.CharField(max_length=500)),
                ('by_name', models.CharField(max_length=100)),
                ('split_at', models.DateTimeField(null=True)),
                ('split_reason', models.CharField(blank=True, max_length=500)),
                ('split_by_name', models.CharField(blank=True, max_length=100)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.subject')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.subject')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('split_at', None)), fields=['target'], name='resources_merged_into')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('split_at', None)), fields=('source',), name='resources_merged_once')],
            },
        ),
        migrations.CreateModel(
            name='SourceDecision',
            fields=[
                ('id', models.UUIDField(default=tongban.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('element', models.CharField(max_length=60)),
                ('decided_on', models.DateField()),
                ('document_number', models.CharField(max_length=100)),
                ('by_name', models.CharField(max_length=100)),
                ('ended_on', models.DateField(null=True)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.department')),
            ],
            options={
                'ordering': ['element', '-decided_on'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_on', None)), fields=('element',), name='resources_one_source')],
            },
        ),
    ]
