"""Which comments a choice of channel, source, language … selects: the rows beneath what the totals count."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf

from feedback import shop
from feedback.models import Comment
from feedback.models.totals import Dimension
from feedback.models.words import CommentQuerySet

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
    return Comment.objects.current().filter(
        read_at__isnull=False,
        said_at__gte=shop.start_of(start),
        said_at__lt=shop.start_of(end + timedelta(days=1)),
        **{_COLUMNS[Dimension(dimension)]: value for dimension, value in where.items()},
    )
