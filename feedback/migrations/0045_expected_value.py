from datetime import UTC, datetime

import django.db.models.deletion
import feedback.models.addressed
from django.db import migrations, models


def one_row(apps, schema_editor):
    apps.get_model("feedback", "Expectation").objects.create(look_at=datetime(2026, 1, 1, tzinfo=UTC))


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0044_clock_times'),
    ]

    operations = [
        migrations.CreateModel(
            name='Expectation',
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
                'constraints': [models.UniqueConstraint(models.Value(1), name='one_expectation')],
            },
        ),
        migrations.CreateModel(
            name='ExpectedValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('found_at', models.DateTimeField()),
                ('currency', feedback.models.addressed.CurrencyField(default='VND', max_length=3)),
                ('worth', feedback.models.addressed.MoneyField(decimal_places=2, max_digits=16)),
                ('spend', feedback.models.addressed.MoneyField(decimal_places=2, max_digits=16)),
                ('basket', feedback.models.addressed.MoneyField(decimal_places=2, max_digits=16)),
                ('visits', models.FloatField()),
                ('rate', models.FloatField()),
                ('share', models.FloatField()),
                ('came', models.PositiveIntegerField()),
                ('days', models.PositiveIntegerField()),
                ('is_gone', models.BooleanField()),
                ('is_by_library', models.BooleanField(default=False)),
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='feedback.customer')),
            ],
            options={
                'indexes': [models.Index(fields=['currency', 'worth'], name='expected_by_worth')],
            },
        ),
        migrations.RunPython(one_row, migrations.RunPython.noop),
    ]
