"""Who bought and said nothing, by month, and who of them left, for programs: the numbers of the page."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from feedback import shop
from feedback.api_reports import Report, described
from feedback.front import headlines, silence

MOST_STOPPED = 500  # in one answer


class MonthSerializer(serializers.Serializer):
    first = serializers.DateField(help_text="First day of the month.")
    bought = serializers.IntegerField(source="n")
    said_nothing = serializers.IntegerField(source="silent")
    share = serializers.FloatField(allow_null=True, help_text="0 to 1; null of too few.")
    low = serializers.SerializerMethodField()
    high = serializers.SerializerMethodField()
    silent_again = serializers.IntegerField(
        allow_null=True, help_text="Of the silent, bought again in the days after; null while these run."
    )
    heard_again = serializers.IntegerField(allow_null=True)

    def get_low(self, one: silence.Month) -> float | None:
        return one.interval[0] if one.interval else None

    def get_high(self, one: silence.Month) -> float | None:
        return one.interval[1] if one.interval else None


class StoppedSerializer(serializers.Serializer):
    customer = serializers.CharField(source="customer.public_id", help_text="The id of their page.")
    last_bought_on = serializers.DateField()
    spent_in_last_year = serializers.CharField(source="value_lost")
    currency = serializers.CharField()


class SilenceSerializer(serializers.Serializer):
    found_at = serializers.DateTimeField()
    months = MonthSerializer(many=True)
    stopped = serializers.IntegerField(help_text="Said nothing and left, by the shop's definition.")
    who_stopped = StoppedSerializer(many=True, help_text="The dearest 500.")


@described(
    "silence",
    SilenceSerializer,
    summary=_("Read who bought and said nothing, by month"),
    description=_(
        "Buyers of each month of whom no word came, who of them bought again, and who said nothing and "
        "left, the dearest first; 204: nothing was found yet. What they may think: `reports/voices`. "
        "Scope: `reports`."
    ),
    may_be_nothing=True,
)
class Silence(Report):
    def tell(self, request: Request) -> dict[str, Any] | None:
        row = headlines.newest(shop.day(timezone.now())).get("silent")
        if row is None:
            return None
        stopped = silence.silent_and_stopped()
        return {
            "found_at": row.found_at,
            "months": [silence.Month.from_data(one) for one in row.data["months"]],
            "stopped": stopped.count(),
            "who_stopped": list(stopped[:MOST_STOPPED]),
        }
