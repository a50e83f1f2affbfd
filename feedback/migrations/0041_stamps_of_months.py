from django.db import migrations, models


class Migration(migrations.Migration):
    """Stamps are drawn at random: nobody needs the old ones."""

    dependencies = [("feedback", "0040_days_of_an_alert")]

    operations = [
        migrations.DeleteModel(name="TotalsStamp"),
        migrations.CreateModel(
            name="TotalsStamp",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("month", models.DateField()),
                ("shard", models.PositiveSmallIntegerField()),
                ("stamp", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("month", "shard"), name="one_stamp_of_a_month")
                ],
            },
        ),
    ]
