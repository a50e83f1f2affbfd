"""Totals for each dimension that trends are filtered by, in days, weeks and months; counted anew."""

from collections import Counter
from datetime import timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import migrations, models

POLARITIES = ("negative", "neutral", "positive", "unknown")
STRONGEST_FIRST = ("negative", "positive", "neutral", "unknown")
DIMENSIONS = ("*", "channel", "source", "touchpoint", "location", "language", "why", "leverage", "product")


def fill(apps, schema_editor):
    """As feedback.totals counted when this was written."""
    model = {name: apps.get_model("feedback", name) for name in "Shop Theme Mention Analysis ThemeTotal".split()}
    shop = model["Shop"].objects.first()
    zone = ZoneInfo(shop.zone if shop else settings.TIME_ZONE)
    into = dict(model["Theme"].objects.order_by().values_list("slug", "merged_into__slug"))
    counted = Counter()
    read = model["Analysis"].objects.filter(comment__superseded_by=None).exclude(comment__read_at=None)
    rows = read.select_related("comment").order_by("pk").iterator(chunk_size=2000)
    while batch := list(islice(rows, 2000)):
        themes = _themes(model["Mention"], batch, into)
        for one in batch:
            sides = {"*": one.corrected_sentiment or one.sentiment} | themes.get(one.pk, {})
            for bucket in _buckets(one, zone):
                counted.update((*bucket, theme, side) for theme, side in sides.items())
    _write(model["ThemeTotal"], counted)


def _themes(mentions, batch, into):
    told = {}
    rows = mentions.objects.filter(comment__in=[one.pk for one in batch]).values_list(
        "comment", "theme__slug", "corrected_polarity", "polarity"
    )
    for comment, slug, corrected, polarity in rows:
        side = corrected or polarity
        if side == "none":
            continue
        while above := into[slug]:
            slug = above
        known = told.setdefault(comment, {})
        known[slug] = min(known.get(slug, side), side, key=STRONGEST_FIRST.index)
    return told


def _buckets(one, zone):
    said = one.comment
    day = said.said_at.astimezone(zone).date()
    values = (
        "*", said.channel, said.source, said.touchpoint_id, said.location_id, one.lang, said.why, one.leverage,
        said.product_id,
    )  # fmt: skip
    firsts = {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}
    for dimension, value in zip(DIMENSIONS, values, strict=True):
        if value is None or value == "":
            continue
        for grain, first in firsts.items():
            if dimension != "product" or grain == "month":
                yield dimension, str(value), grain, first


def _write(totals, counted):
    rows = {}
    for (dimension, value, grain, day, theme, side), n in counted.items():
        rows.setdefault((dimension, value, grain, day, theme), {})[side] = n
    totals.objects.bulk_create(
        (
            totals(dimension=dimension, value=value, grain=grain, day=day, theme=theme, **sides)
            for (dimension, value, grain, day, theme), sides in rows.items()
        ),
        batch_size=2000,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0023_asked_again'),
    ]

    operations = [
        migrations.DeleteModel(name='ThemeTotal'),
        migrations.CreateModel(
            name='ThemeTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dimension', models.CharField(max_length=12)),
                ('grain', models.CharField(max_length=5)),
                ('theme', models.CharField(max_length=40)),
                ('value', models.CharField(max_length=60)),
                ('day', models.DateField()),
                ('negative', models.IntegerField(default=0)),
                ('neutral', models.IntegerField(default=0)),
                ('positive', models.IntegerField(default=0)),
                ('unknown', models.IntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('dimension', 'grain', 'theme', 'value', 'day'), name='one_total_per_bucket'), models.CheckConstraint(condition=models.Q(('negative__gte', 0), ('neutral__gte', 0), ('positive__gte', 0), ('unknown__gte', 0)), name='theme_total_not_negative'), models.CheckConstraint(condition=models.Q(('grain__in', ['day', 'week', 'month'])), name='theme_total_grain')],
            },
        ),
        migrations.CreateModel(
            name='Combination',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('leased_by', models.CharField(blank=True, default='', editable=False, max_length=120)),
                ('leased_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('retry_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('failed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('failure', models.CharField(blank=True, default='', editable=False, max_length=300)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('where', models.JSONField()),
                ('since', models.DateField()),
                ('start', models.DateField()),
                ('end', models.DateField()),
                ('grain', models.CharField(max_length=5)),
                ('past', models.DateField()),
                ('result', models.JSONField(default=dict)),
                ('comments', models.PositiveIntegerField()),
                ('looked_at', models.PositiveIntegerField(default=0)),
                ('asked_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('finished_at', None)), fields=['id'], name='combinations_to_count')],
                'constraints': [models.CheckConstraint(condition=models.Q(('start__lte', models.F('end'))), name='combination_has_days'), models.CheckConstraint(condition=models.Q(('grain__in', ['day', 'week', 'month'])), name='combination_grain')],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
