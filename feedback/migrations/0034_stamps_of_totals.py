"""What changes with every change of the totals: pages that are drawn of them are kept while it stays."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0033_reminders_and_endings")]

    operations = [
        migrations.CreateModel(
            name="TotalsStamp",
            fields=[
                ("shard", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("stamp", models.BigIntegerField()),
            ],
        ),
    ]
