from datetime import UTC, datetime

from django.db import migrations, models


def one_row(apps, schema_editor):
    apps.get_model("feedback", "Tenure").objects.create(look_at=datetime(2026, 1, 1, tzinfo=UTC))


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0042_read_the_newest_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tenure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('leased_by', models.CharField(blank=True, default='', editable=False, max_length=120)),
                ('leased_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('retry_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('failed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('failure', models.CharField(blank=True, default='', editable=False, max_length=300)),
                ('look_at', models.DateTimeField()),
                ('found_at', models.DateTimeField(null=True)),
                ('result', models.JSONField(default=dict)),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.Value(1), name='one_tenure')],
            },
        ),
        migrations.RunPython(one_row, migrations.RunPython.noop),
    ]
