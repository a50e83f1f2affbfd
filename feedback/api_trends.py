"""Theme trends, the comments beneath them, alerts and what to mend first, for programs."""

from datetime import date
from typing import Any

from django.core import signing
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback import combinations, comment_tables, impact, labels, shop, trend_tables
from feedback.api_reports import Report, described, valid
from feedback.models import Alert, ApiToken
from feedback.models.words import Channel, WhyItCame
from feedback.roles import DESK, PUBLIC, REPORTS
from feedback.trend_forms import PERIODS, CommentsFilter, TrendsFilter

COUNTED_SOON = 10  # seconds
MOST_ALERTS = 500
MOST_COMMENTS = 500  # in one answer
_SALT = "feedback.api_trends.after"
_SELECTION = [
    OpenApiParameter("from", date, description=gettext_lazy("Twelve weeks ago when left out.")),
    OpenApiParameter("to", date, description=gettext_lazy("Included; today when left out.")),
    OpenApiParameter("channel", str, enum=Channel.values),
    OpenApiParameter("language", str, enum=list(labels.LANGUAGES)),
    OpenApiParameter("source", str),
    OpenApiParameter("touchpoint", str, description=gettext_lazy("Its number.")),
    OpenApiParameter("location", str, description=gettext_lazy("Its number.")),
    OpenApiParameter("why", str, enum=WhyItCame.values),
    OpenApiParameter("leverage", str, enum=list(labels.LEVERAGE)),
    OpenApiParameter("product", str, description=gettext_lazy("Its SKU. Told in whole months.")),
]


class CountsSerializer(serializers.Serializer):
    negative = serializers.IntegerField()
    neutral = serializers.IntegerField()
    positive = serializers.IntegerField()
    unknown = serializers.IntegerField()


class ThemeSerializer(CountsSerializer):
    theme = serializers.CharField()
    name = serializers.CharField()
    total = serializers.IntegerField()
    before = serializers.IntegerField(help_text="Mentions in the time that it stands beside.")
    by_bucket = serializers.ListField(child=serializers.IntegerField())
    negative_by_bucket = serializers.ListField(child=serializers.IntegerField())


class PartSerializer(CountsSerializer):
    value = serializers.CharField(help_text="As the filter of this name takes it.")
    name = serializers.CharField()
    total = serializers.IntegerField()
    by_bucket = serializers.ListField(child=serializers.IntegerField())
    negative_by_bucket = serializers.ListField(child=serializers.IntegerField())


class SplitSerializer(serializers.Serializer):
    """The most frequent values; the others, and comments without any, added up."""

    by = serializers.ChoiceField(list(labels.DIMENSIONS))
    theme = serializers.CharField(help_text="Of which it is told; empty: of whole comments.")
    start = serializers.DateField(help_text="Of all products months alone are kept.")
    end = serializers.DateField()
    buckets = serializers.ListField(child=serializers.DateField())
    parts = PartSerializer(many=True)
    other_values = serializers.IntegerField()
    of_others = serializers.IntegerField()
    of_none = serializers.IntegerField()


class BurstSerializer(serializers.Serializer):
    source = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    reviews = serializers.IntegerField(help_text="With one or two stars.")


class TrendsSerializer(serializers.Serializer):
    filters = serializers.DictField(child=serializers.CharField(), help_text="What the numbers are of.")
    start = serializers.DateField()
    end = serializers.DateField()
    buckets = serializers.ListField(child=serializers.DateField(), help_text="First day of each.")
    comments = serializers.IntegerField()
    comments_before = serializers.IntegerField()
    sentiment = CountsSerializer(many=True, help_text="Of whole comments, by bucket.")
    themes = ThemeSerializer(many=True)
    bursts = BurstSerializer(many=True, help_text="Bad reviews that came at once in these days.")
    without_bursts = serializers.BooleanField(help_text="Whether they are left out of the numbers.")
    split = SplitSerializer(allow_null=True)


class CountingSerializer(serializers.Serializer):
    """Two or more filters over many comments are counted first; ask again after `Retry-After` seconds."""

    comments = serializers.IntegerField(help_text="To look through.")
    looked_at = serializers.IntegerField()


class ThemeTrends(APIView):
    allowed_roles = PUBLIC
    scope = ApiToken.Scope.TRENDS
    person_roles = DESK

    @extend_schema(
        operation_id="theme_trends",
        summary=gettext_lazy("Read theme trends"),
        description=gettext_lazy(
            "Mentions of each theme by day, week or month, from the kept daily totals: all that the theme "
            "explorer shows, by its filters. Scope: `trends`."
        ),
        parameters=[
            *_SELECTION,
            OpenApiParameter("period", str, enum=[name for name, _label in PERIODS]),
            OpenApiParameter("compare", str, enum=["year"]),
            OpenApiParameter("split", str, enum=list(labels.DIMENSIONS)),
            OpenApiParameter("theme", str, description=gettext_lazy("Of which `split` is told.")),
            OpenApiParameter("without", str, enum=["bursts"]),
        ],
        responses={200: TrendsSerializer, 202: CountingSerializer},
    )
    def get(self, request: Request) -> Response:
        form = valid(TrendsFilter(request.query_params, today=shop.day(timezone.now())))
        told = trend_tables.tell(form, request.LANGUAGE_CODE)
        if not isinstance(told, trend_tables.Told):
            return _counting(form)
        return Response(TrendsSerializer(trend_tables.as_data(told)).data)


class MentionSerializer(serializers.Serializer):
    theme = serializers.CharField()
    polarity = serializers.CharField(help_text="`negative`, `neutral`, `positive` or `unknown`.")


class CommentSerializer(serializers.Serializer):
    id = serializers.CharField()
    said_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField(
        help_text="When the shop got it: of a letter or a note, as staff said; else when it came in."
    )
    channel = serializers.ChoiceField(Channel.values)
    source = serializers.CharField()
    why_it_came = serializers.ChoiceField(WhyItCame.values)
    language = serializers.CharField(help_text="As it was read.")
    touchpoint = serializers.CharField(allow_null=True)
    location = serializers.CharField(allow_null=True)
    product = serializers.CharField(allow_null=True, help_text="Its SKU.")
    score = serializers.FloatField(allow_null=True)
    scale = serializers.CharField(help_text="`stars_5`, `nps_10` or empty.")
    sentiment = serializers.CharField(help_text="In the same words.")
    threat = serializers.CharField(help_text="Its kind, or empty.")
    themes = MentionSerializer(many=True)
    case = serializers.CharField(allow_null=True)
    title = serializers.CharField()
    text = serializers.CharField()


class CommentsSerializer(serializers.Serializer):
    comments = CommentSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="For `after`; null: that was all.")


class Comments(APIView):
    """The rows beneath the numbers. Words of customers, so a scope of its own."""

    allowed_roles = PUBLIC
    scope = ApiToken.Scope.COMMENTS
    person_roles = REPORTS

    @extend_schema(
        operation_id="comments",
        summary=gettext_lazy("Read what customers said"),
        description=gettext_lazy(
            "Comments, the newest first, by the filters of their page; without who said it. At most 500 in "
            "one answer: ask again with `after`. Scope: `comments`."
        ),
        parameters=[
            *_SELECTION,
            OpenApiParameter("theme", str, description=gettext_lazy("Its short name.")),
            OpenApiParameter("polarity", str, enum=list(labels.POLARITIES)),
            OpenApiParameter("burst", str, description=gettext_lazy("The `id` of a burst, of `alerts`.")),
            OpenApiParameter("without", str, enum=["bursts"]),
            OpenApiParameter("scored", str, enum=["1"]),
            OpenApiParameter("after", str, description=gettext_lazy("The `next` of the answer before.")),
        ],
        responses=CommentsSerializer,
    )
    def get(self, request: Request) -> Response:
        form = valid(CommentsFilter(request.query_params, today=shop.day(timezone.now())))
        after = _place(request.query_params.get("after", ""))
        found, place = comment_tables.batch(form, after, most=MOST_COMMENTS)
        following = signing.dumps([place[0].isoformat(), place[1]], salt=_SALT) if place else None
        return Response(CommentsSerializer({"comments": found, "next": following}).data)


class AlertSerializer(serializers.Serializer):
    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(Alert.Kind.values)
    theme = serializers.CharField(help_text="Its short name; `*`: all complaints; empty: all comments.")
    source = serializers.CharField(help_text="Of a burst.")
    since = serializers.DateField(help_text="The first day of the change.")
    counted_from = serializers.DateField(allow_null=True)
    counted_until = serializers.DateField(allow_null=True)
    seen = serializers.IntegerField(help_text="In the days from `counted_from` to `counted_until`.")
    expected = serializers.FloatField(help_text="In as many days, by the sixteen weeks before.")
    ratio = serializers.FloatField()
    low = serializers.FloatField(help_text="95 % interval of `ratio`.")
    high = serializers.FloatField()
    chance = serializers.FloatField(help_text="Of so much on one day, had nothing changed.")
    found_on = serializers.DateField()
    last_found_on = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True)
    owner = serializers.CharField(allow_null=True, default=None)
    snoozed_until = serializers.DateField(allow_null=True)
    snoozed_by = serializers.CharField(allow_null=True, default=None)
    settled_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()


class AlertsSerializer(serializers.Serializer):
    alerts = AlertSerializer(many=True)


class Alerts(APIView):
    allowed_roles = PUBLIC
    scope = ApiToken.Scope.TRENDS
    person_roles = DESK

    @extend_schema(
        operation_id="alerts",
        summary=gettext_lazy("Read what changed"),
        description=gettext_lazy(
            "Themes that came up more or less than they did, and bad reviews that came at once: what goes "
            "on, the newest first; with `state=all` also what is over. Scope: `trends`."
        ),
        parameters=[OpenApiParameter("state", str, enum=["ongoing", "all"])],
        responses=AlertsSerializer,
    )
    def get(self, request: Request) -> Response:
        state = request.query_params.get("state", "")
        if state not in ("", "ongoing", "all"):
            raise ValidationError({"state": [_("There is no such state.")]})
        found = Alert.objects.all() if state == "all" else Alert.objects.ongoing()
        newest = found.select_related("owner", "snoozed_by").order_by("-last_found_on", "-since", "pk")[
            :MOST_ALERTS
        ]
        return Response(AlertsSerializer({"alerts": list(newest)}).data)


class DifferenceSerializer(serializers.Serializer):
    """With its 95 % interval."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class MendingSerializer(serializers.Serializer):
    theme = serializers.CharField(source="slug")
    complaints = serializers.IntegerField(source="n")
    without = DifferenceSerializer(allow_null=True, help_text="How much higher the mean were without them.")
    score = DifferenceSerializer(allow_null=True, help_text="By how much such a comment's score differs.")
    lost = DifferenceSerializer(allow_null=True, help_text="Points of the mean of all; below 0: lost.")
    customers = serializers.IntegerField()
    spent = DifferenceSerializer(allow_null=True, help_text="By how much their later spend differs.")
    cases = serializers.IntegerField(help_text="With concessions.")
    cost = serializers.CharField()


class ImpactSerializer(serializers.Serializer):
    """What goes together; it does not show that one comes from the other."""

    start = serializers.DateField()
    end = serializers.DateField()
    found_at = serializers.DateTimeField()
    currency = serializers.CharField()
    comments = serializers.IntegerField(help_text="With a score.")
    mean = serializers.FloatField(allow_null=True, help_text="From 0 to 100.")
    themes = MendingSerializer(many=True)


@described(
    "impact",
    ImpactSerializer,
    summary=gettext_lazy("Read what goes with each complaint"),
    description=gettext_lazy(
        "Scores, later spend and concessions by theme, what costs most first, as found once a day; 204: "
        "nothing was found yet. Scope: `reports`."
    ),
    may_be_nothing=True,
)
class WhatToMend(Report):
    def tell(self, request: Request) -> dict[str, Any] | None:
        kept = impact.newest()
        if kept is None:
            return None
        found, at = kept
        return {
            "start": found.start, "end": found.end, "found_at": at, "currency": found.currency,
            "comments": found.n, "mean": found.mean, "themes": [_as_shown(one) for one in found.themes],
        }  # fmt: skip


def _as_shown(one: impact.Theme) -> dict[str, Any]:
    names = ("slug", "n", "without", "score", "lost", "customers", "spent", "cases")
    return {name: getattr(one, name) for name in names} | {"cost": f"{one.cost:.2f}"}


def _place(after: str) -> comment_tables.Place | None:
    if not after:
        return None
    try:
        at, key = signing.loads(after, salt=_SALT)
    except signing.BadSignature:
        raise ValidationError({"after": [_("This is not the end of an answer of ours.")]}) from None
    said_at = parse_datetime(at)
    assert said_at is not None  # we signed it
    return said_at, key


def _counting(form: TrendsFilter) -> Response:
    """Several filters at once over many comments: the first call has them counted, a later one tells."""
    chosen = form.cleaned_data
    days = {"start": chosen["start"], "end": chosen["end"]}
    against = form.against if chosen["compare"] else None
    try:
        asked = combinations.ask_for(form.where, **days, grain=chosen["period"], against=against)
    except combinations.Full:
        raise Throttled(wait=COUNTED_SOON) from None
    progress = {"comments": asked.comments, "looked_at": asked.looked_at}
    return Response(progress, status=status.HTTP_202_ACCEPTED, headers={"Retry-After": str(COUNTED_SOON)})
