"""When something was said about a ticket, apart from when its row was written."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assist", "0001_queue")]

    operations = [
        migrations.AddField(
            model_name="ticketentry",
            name="at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.RunSQL("UPDATE assist_ticketentry SET at = created_at", migrations.RunSQL.noop),
    ]
