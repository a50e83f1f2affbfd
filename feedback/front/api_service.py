"""What service earned and cost, for programs: the numbers of the page."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from feedback.api_reports import DAYS, MarginSerializer, Report, chosen, described
from feedback.front import service_result
from feedback.front.service_page import ServiceFilter


class WorthSerializer(serializers.Serializer):
    """A sum of money with its 95 % interval; an end is null where it cannot be told."""

    value = serializers.CharField()
    low = serializers.CharField(allow_null=True)
    high = serializers.CharField(allow_null=True)


class HeardSerializer(serializers.Serializer):
    """By figures of others, never measured here."""

    contacts = serializers.IntegerField(help_text="Customers, each once.")
    tellers = serializers.IntegerField(help_text="Who tells ten people or more.")
    listeners_at_least = serializers.IntegerField()


class ClaimsSerializer(serializers.Serializer):
    """What a kept customer is worth by an article's claims (10 ×, 5 ×), never measured; null: not known."""

    keeping = serializers.CharField(allow_null=True, help_text="What keeping one cost, of your own figures.")
    win_one = serializers.CharField(allow_null=True, help_text="As given, else five times that.")
    won_instead = serializers.CharField(allow_null=True, help_text="Times those solved.")
    year = serializers.CharField(allow_null=True, help_text="What one customer earned in a year, measured.")
    would_have_gone = serializers.CharField(allow_null=True, help_text="Times nine tenths of those solved.")


class ServiceSerializer(serializers.Serializer):
    start = serializers.DateField()
    end = serializers.DateField()
    currency = serializers.CharField()
    cases = serializers.IntegerField(help_text="Complaints told in these days.")
    solved = serializers.IntegerField(help_text="Customers, each time the first time they told.")
    unsolved = serializers.IntegerField(help_text="Customers, at least once not.")
    margin = serializers.CharField(help_text="0 to 1.")
    margin_from = MarginSerializer()
    each = WorthSerializer(allow_null=True, help_text="What one solved customer brings in three months.")
    earned = WorthSerializer(allow_null=True)
    missed = WorthSerializer(allow_null=True)
    left = WorthSerializer(allow_null=True)
    costs = serializers.DictField(child=serializers.CharField())
    spent = serializers.CharField()
    verdict = serializers.ChoiceField(["", "earns", "costs", "unclear"])
    claims = ClaimsSerializer()
    word_of_mouth = serializers.DictField(child=HeardSerializer())
    not_said = serializers.IntegerField(help_text="Complaints that ended, and nobody said how.")


@described(
    "service",
    ServiceSerializer,
    summary=_("Read what service earns and costs"),
    description=_(
        "What customers brought whose problem was solved the first time, beside remedies, disputes, "
        "rewards and the handling of cases; and how many people hear of it, by figures of others. "
        "Scope: `reports`."
    ),
    parameters=[
        *DAYS,
        OpenApiParameter("currency", str, description=_("The shop's own when left out.")),
        OpenApiParameter(
            "margin", int, description=_("In per cent; the shop's own, else the policy's, when left out.")
        ),
        OpenApiParameter("cost", Decimal, description=_("Of handling one case; left out, it is in no sum.")),
        OpenApiParameter("win", Decimal, description=_("Of winning one new customer.")),
    ],
)
class Service(Report):
    def tell(self, request: Request) -> dict[str, Any]:
        return service_result.as_data(chosen(ServiceFilter, request).result())
