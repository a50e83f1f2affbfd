"""The days in which an alert's number was counted: it goes on, while what is told is of the newest days."""

from datetime import timedelta

from django.db import migrations, models


def fill(apps, schema_editor):
    alerts = apps.get_model("feedback", "Alert").objects
    for alert in alerts.all():
        last = alert.until or max(alert.last_found_on - timedelta(days=1), alert.since)
        alerts.filter(pk=alert.pk).update(counted_from=alert.since, counted_until=last)


class Migration(migrations.Migration):
    dependencies = [("feedback", "0039_missed_themes")]

    operations = [
        migrations.AddField("alert", "counted_from", models.DateField(null=True)),
        migrations.AddField("alert", "counted_until", models.DateField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
