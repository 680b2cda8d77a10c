"""Search by sound, by being online, and across regions. `tongban items reindex` fills the columns."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("items", "0002_sql")]

    operations = [
        migrations.AddField("searchentry", "online", models.BooleanField(default=False)),
        migrations.AddField(
            "searchentry",
            "cross_region",
            models.CharField(blank=True, default="", max_length=1),
            preserve_default=False,
        ),
        migrations.AddField(
            "searchterm",
            "pinyin",
            models.CharField(blank=True, db_index=True, default="", max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            "searchterm",
            "initials",
            models.CharField(blank=True, db_index=True, default="", max_length=20),
            preserve_default=False,
        ),
    ]
