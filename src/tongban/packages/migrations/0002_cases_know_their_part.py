"""Drafts begun before cases knew what they are part of are told."""

from django.db import migrations

TELL = """UPDATE cases_case SET part_of = part.id FROM packages_part part WHERE part.case_id = cases_case.id"""


class Migration(migrations.Migration):
    dependencies = [("packages", "0001_initial"), ("cases", "0003_part_of")]
    operations = [migrations.RunSQL(TELL, migrations.RunSQL.noop)]
