from django.db import migrations


class Migration(migrations.Migration):
    """A sequence for case numbers: a counter row would make every submission wait for the one before."""

    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE cases_number", "DROP SEQUENCE cases_number"),
    ]
