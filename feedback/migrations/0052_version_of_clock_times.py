"""Which times came after which: a number that is given once."""

from django.db import migrations, models


def number(apps, schema_editor):
    rows = apps.get_model("feedback", "ClockTimes").objects.order_by("pk")
    for place, pk in enumerate(rows.values_list("pk", flat=True), start=1):
        rows.filter(pk=pk).update(version=place)


class Migration(migrations.Migration):
    dependencies = [("feedback", "0051_where_customers_leave")]
    operations = [
        migrations.AddField("clocktimes", "version", models.PositiveIntegerField(null=True)),
        migrations.RunPython(number, migrations.RunPython.noop),
        migrations.AlterField("clocktimes", "version", models.PositiveIntegerField(unique=True)),
    ]
