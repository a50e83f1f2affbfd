"""Where orders come from, what was told of them, and how new a word about a dispute is."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

GUARD = import_module("feedback.migrations.0003_no_concession_while_dispute_open")


def guard(apps, schema_editor):
    """SQLite builds a table anew to give it a column, and its triggers go with the old one (0003)."""
    if schema_editor.connection.vendor == "sqlite":
        for statement in (GUARD.SQLITE, GUARD.SQLITE_MOVED):
            schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        GUARD.unguard(apps, schema_editor)


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0029_cases_by_day'),
    ]

    operations = [
        migrations.RunPython(unguard, guard),
        migrations.CreateModel(
            name='OrderSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('leased_by', models.CharField(blank=True, default='', editable=False, max_length=120)),
                ('leased_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('retry_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('failed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('failure', models.CharField(blank=True, default='', editable=False, max_length=300)),
                ('slug', models.SlugField(max_length=40, unique=True, verbose_name='short name')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('kind', models.CharField(choices=[('woocommerce', 'WooCommerce'), ('shopify', 'Shopify'), ('stripe', 'Stripe'), ('api', 'a program of our own')], max_length=12, verbose_name='kind')),
                ('base_url', models.CharField(blank=True, default='', max_length=300, verbose_name='address')),
                ('store', models.SlugField(max_length=40)),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('made_at', models.DateTimeField()),
                ('heard_at', models.DateTimeField(blank=True, null=True)),
                ('missed', models.PositiveIntegerField(default=0)),
                ('every_minutes', models.PositiveSmallIntegerField(default=30, verbose_name='ask every … minutes')),
                ('bookmark', models.CharField(blank=True, default='', max_length=40)),
                ('cursor', models.JSONField(blank=True, default=dict)),
                ('next_at', models.DateTimeField(blank=True, null=True)),
                ('pulled_at', models.DateTimeField(blank=True, null=True)),
                ('misses', models.PositiveSmallIntegerField(default=0)),
                ('trouble', models.CharField(blank=True, default='', max_length=16)),
                ('quiet_until', models.DateTimeField(blank=True, null=True)),
                ('alarmed_at', models.DateTimeField(blank=True, null=True)),
                ('looked_at', models.DateTimeField(blank=True, null=True)),
                ('silent_since', models.DateTimeField(blank=True, null=True)),
                ('usual', models.FloatField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='dispute',
            name='version',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=44),
        ),
        migrations.AlterField(
            model_name='erasure',
            name='how',
            field=models.CharField(choices=[('page', 'on their own page'), ('email', 'by e-mail'), ('phone', 'by phone'), ('letter', 'by letter'), ('in_person', 'in person'), ('authority', 'through an authority'), ('webshop', 'through the web shop'), ('retention', 'nobody: its time is over')], max_length=10),
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('leased_by', models.CharField(blank=True, default='', editable=False, max_length=120)),
                ('leased_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('retry_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('failed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('failure', models.CharField(blank=True, default='', editable=False, max_length=300)),
                ('topic', models.CharField(max_length=80)),
                ('event_id', models.CharField(blank=True, default='', max_length=120)),
                ('digest', models.CharField(max_length=64)),
                ('body', models.BinaryField()),
                ('received_at', models.DateTimeField()),
                ('triggered_at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('new', 'new'), ('waits', 'waits for its order'), ('asks', 'asks for a decision'), ('unusable', 'cannot be used'), ('done', 'done'), ('ignored', 'nothing for us')], default='new', max_length=10)),
                ('reason', models.CharField(blank=True, default='', max_length=20)),
                ('field', models.CharField(blank=True, default='', max_length=60)),
                ('awaits_id', models.CharField(blank=True, default='', max_length=64)),
                ('awaits_number', models.CharField(blank=True, default='', max_length=64)),
                ('awaits_payment', models.CharField(blank=True, default='', max_length=80)),
                ('awaits_charge', models.CharField(blank=True, default='', max_length=80)),
                ('about', models.BigIntegerField(blank=True, null=True)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='feedback.ordersource')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ['new', 'waits'])), fields=['id'], name='deliveries_to_work'), models.Index(fields=['state', 'id'], name='deliveries_by_state')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('event_id', ''), _negated=True), fields=('source', 'event_id'), name='each_delivery_once'), models.UniqueConstraint(fields=('source', 'digest'), name='the_same_words_once')],
            },
        ),
        migrations.RunPython(guard, unguard),
    ]
