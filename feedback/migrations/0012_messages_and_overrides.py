"""Private messages, overrides, evidence of disputes, what was done about a cause."""

from importlib import import_module

import django.db.models.deletion
import feedback.models.addressed
import feedback.tokens
from django.conf import settings
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
        ('feedback', '0011_orders_have_a_country'),
    ]

    operations = [
        migrations.RunPython(unguard, guard),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=feedback.tokens.public_id, editable=False, max_length=16, unique=True, verbose_name='id')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('approved', 'approved, to be sent by hand'), ('sending', 'handed to the mail'), ('sent', 'sent by hand'), ('discarded', 'discarded')], default='draft', max_length=10)),
                ('language', models.CharField(choices=[('vi', 'Tiếng Việt'), ('en', 'English')], max_length=2)),
                ('drafted_text', models.TextField()),
                ('text', models.TextField()),
                ('edition', models.PositiveIntegerField(default=1)),
                ('remedy', models.CharField(blank=True, default='', max_length=24)),
                ('costs', models.JSONField(default=dict)),
                ('cost_reason', models.CharField(blank=True, default='', max_length=300)),
                ('promises', models.JSONField(default=list)),
                ('needs_approver', models.BooleanField(default=False)),
                ('drafted_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('channel', models.CharField(blank=True, choices=[('email', 'e-mail'), ('zalo', 'Zalo'), ('messenger', 'Messenger'), ('sms', 'SMS'), ('phone', 'by phone'), ('in_person', 'in person'), ('letter', 'letter'), ('other', 'another way')], default='', max_length=10)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='Override',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('direction', models.CharField(choices=[('more', 'more generous'), ('less', 'less generous')], max_length=4)),
                ('remedy', models.CharField(blank=True, default='', max_length=24)),
                ('amount', feedback.models.addressed.MoneyField(blank=True, decimal_places=2, max_digits=16, null=True)),
                ('cost', feedback.models.addressed.MoneyField(decimal_places=2, default=0, max_digits=16)),
                ('currency', feedback.models.addressed.CurrencyField(default='VND', max_length=3)),
                ('reason', models.CharField(max_length=300)),
                ('role', models.CharField(max_length=16)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='case',
            name='cause_removed',
            field=models.CharField(blank=True, default='', max_length=300),
        ),
        migrations.AddField(
            model_name='concession',
            name='reason',
            field=models.CharField(blank=True, default='', max_length=300),
        ),
        migrations.AddField(
            model_name='dispute',
            name='evidence',
            field=models.JSONField(default=list),
        ),
        migrations.AddIndex(
            model_name='concession',
            index=models.Index(fields=['booked_at'], name='concessions_by_time'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['due_by'], name='disputes_to_answer'),
        ),
        migrations.AddField(
            model_name='message',
            name='approved_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='message',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='feedback.case'),
        ),
        migrations.AddField(
            model_name='message',
            name='decision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='feedback.decision'),
        ),
        migrations.AddField(
            model_name='message',
            name='edited_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='message',
            name='mail',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='message', to='feedback.outgoingmail'),
        ),
        migrations.AddField(
            model_name='message',
            name='sent_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='override',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='override',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='feedback.case'),
        ),
        migrations.AddField(
            model_name='override',
            name='decision',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='override', to='feedback.decision'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'discarded']), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='no_message_goes_out_unapproved'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('needs_approver', False), ('approved_by', None), ('edited_by', None), models.Q(('approved_by', models.F('edited_by')), _negated=True), _connector='OR'), name='message_needs_four_eyes'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), ('sent_at__isnull', False), ('sent_by__isnull', False), models.Q(('channel', ''), _negated=True)), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at', None), ('sent_by', None)), _connector='OR'), name='message_sent_by_hand_says_how'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('mail__isnull', False), ('state', 'sending')), models.Q(models.Q(('state', 'sending'), _negated=True), ('mail', None)), _connector='OR'), name='message_sending_has_its_mail'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'approved'])), fields=('case',), name='one_message_at_work_per_case'),
        ),
        migrations.AddIndex(
            model_name='override',
            index=models.Index(fields=['at'], name='overrides_by_time'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['approver', 'manager'])), name='override_by_those_who_may'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='override_says_why'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('cost__gte', 0), models.Q(('amount', None), ('amount__gt', 0), _connector='OR')), name='override_money_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('direction', 'more'), models.Q(('remedy', ''), _negated=True)), models.Q(('amount', None), ('direction', 'less'), ('remedy', '')), _connector='OR'), name='override_offers_more_or_nothing'),
        ),
        migrations.RunPython(guard, unguard),
    ]
