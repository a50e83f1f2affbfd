"""Which comments a choice of channel, source, language … selects: the rows beneath what the totals count, and
those rows counted as the totals count them."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf

from feedback import shop, totals
from feedback.models import Comment, Mention
from feedback.models.totals import ALL, Dimension
from feedback.models.words import CommentQuerySet
from feedback.reports.kept_totals import NAMES, Counts, Row

Where = Mapping[str, str]  # value by dimension, as in ThemeTotal
FINAL = Coalesce(NullIf(F("analysis__corrected_sentiment"), Value("")), F("analysis__sentiment"))
_COLUMNS = {
    Dimension.CHANNEL: "channel",
    Dimension.SOURCE: "source",
    Dimension.TOUCHPOINT: "touchpoint",
    Dimension.LOCATION: "location",
    Dimension.LANGUAGE: "analysis__lang",
    Dimension.WHY: "why",
    Dimension.LEVERAGE: "analysis__leverage",
    Dimension.PRODUCT: "product",
}


def comments(where: Where, start: date, end: date) -> CommentQuerySet:
    """What the kept totals count, by the same rules: current versions, read, by the shop's own day."""
    return among(Comment.objects.current(), where, start, end)


def among(these: CommentQuerySet, where: Where, start: date, end: date) -> CommentQuerySet:
    """The same of some comments alone, which are current versions."""
    return these.filter(
        read_at__isnull=False,
        said_at__gte=shop.start_of(start),
        said_at__lt=shop.start_of(end + timedelta(days=1)),
        **{_COLUMNS[Dimension(dimension)]: value for dimension, value in where.items()},
    )


def counted(chosen: CommentQuerySet, by: str = ALL) -> list[Row]:
    """Comments, and the themes in them, by the shop's own day, as the totals count them. `value` of a row: in
    the dimension `by`, "" of those that have none in it. Three queries."""
    zone, root = shop.zone(), totals.roots()
    column = Value(ALL) if by == ALL else F(_COLUMNS[Dimension(by)])
    found: dict[tuple[str, str, date], list[int]] = {}
    places = {}
    rows = chosen.annotate(final=FINAL, by=column).values_list("pk", "said_at", "final", "by")
    for key, said_at, sentiment, value in rows:
        place = places[key] = "" if value is None else str(value), said_at.astimezone(zone).date()
        _one_more(found, ALL, place, sentiment)
    told: dict[int, list[tuple[str, str]]] = {}
    mentions = Mention.objects.filter(comment__in=chosen.order_by().values("pk")).told().order_by()
    for key, slug, polarity in mentions:
        told.setdefault(key, []).append((slug, polarity))
    for key, themes in told.items():
        if key in places:  # read a moment ago
            for theme, polarity in totals.merged(themes, root).items():
                _one_more(found, theme, places[key], polarity)
    return [Row(theme, value, day, Counts(*counts)) for (theme, value, day), counts in found.items()]


def _one_more(
    found: dict[tuple[str, str, date], list[int]], theme: str, place: tuple[str, date], polarity: str
) -> None:
    found.setdefault((theme, *place), [0] * len(NAMES))[NAMES.index(polarity)] += 1
