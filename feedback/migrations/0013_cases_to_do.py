"""One index with all that the list of complaints is sorted and counted by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0012_messages_and_overrides")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["state", "route", "due_on", "opened_at", "id"], name="cases_to_do"),
        )
    ]
