"""Other ways to ask the question of a general answer."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assist", "0002_entry_at")]

    operations = [
        migrations.AddField(
            model_name="generalfaq",
            name="wordings",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=300), default=list, size=None
            ),
        ),
    ]
