from datetime import UTC, datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def one_row(apps, schema_editor):
    apps.get_model("feedback", "DefectionSplit").objects.create(look_at=datetime(2026, 1, 1, tzinfo=UTC))


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0050_wished'),
    ]

    operations = [
        migrations.CreateModel(
            name='DefectionSplit',
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
                'constraints': [models.UniqueConstraint(models.Value(1), name='one_defection_split')],
            },
        ),
        migrations.CreateModel(
            name='StaffTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('pushes', models.CharField(choices=[('sell_more', 'to sell more at each visit'), ('be_quick', 'to be done with each customer sooner'), ('less_back', 'to take less back, or give less'), ('no_discount', 'to give fewer discounts'), ('none', 'none of these')], max_length=11)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='feedback.location')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='staff_target_has_a_name')],
            },
        ),
        migrations.RunPython(one_row, migrations.RunPython.noop),
    ]
