"""The recovery return for programs: the numbers of the page."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from feedback import api_people
from feedback.api_reports import DAYS, MarginSerializer, Report, chosen, described
from feedback.roles import REPORTS
from surveys import cohorts, recovery_figures
from surveys.result_forms import RecoveryFilter
from surveys.views import recovery as page

FILTERS = [
    *DAYS,
    OpenApiParameter("currency", str, description=_("The shop's own when left out.")),
    OpenApiParameter(
        "margin", int, description=_("In per cent; the shop's own, else the policy's, when left out.")
    ),
    OpenApiParameter("cost", Decimal, description=_("Of solving one case.")),
]
COHORTS = [cohort.value for cohort in cohorts.Cohort]


class SumSerializer(serializers.Serializer):
    """A sum of money with its 95 % interval; an end is null where it cannot be told."""

    value = serializers.CharField()
    low = serializers.CharField(allow_null=True)
    high = serializers.CharField(allow_null=True)


class ShareSerializer(serializers.Serializer):
    """-0.8: 80 % less."""

    value = serializers.FloatField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class CohortSerializer(serializers.Serializer):
    cohort = serializers.ChoiceField(COHORTS)
    n = serializers.IntegerField(help_text="Whose three months are over.")
    still_open = serializers.IntegerField(help_text="Whose months still run; in no figure.")
    bought_again = serializers.IntegerField()
    why_not = serializers.CharField(help_text="`few` or `few_bought`: too few to compare; else empty.")
    mean_before = SumSerializer(allow_null=True)
    mean_after = SumSerializer(allow_null=True)
    median_before = SumSerializer(allow_null=True)
    median_after = SumSerializer(allow_null=True)
    change = ShareSerializer(allow_null=True, help_text="After beside before.")


class ComparisonSerializer(serializers.Serializer):
    cohort = serializers.ChoiceField(COHORTS)
    beside = serializers.CharField(help_text="Another cohort.")
    why_not = serializers.CharField()
    before = ShareSerializer(allow_null=True)
    after = ShareSerializer(allow_null=True)
    beyond = SumSerializer(allow_null=True, help_text="How much more its own spend rose, per customer.")


class StakeSerializer(serializers.Serializer):
    margin = serializers.CharField()
    margin_from = MarginSerializer()
    cost = serializers.CharField(allow_null=True)
    verdict = serializers.ChoiceField(["", "pays", "does_not_pay", "unclear"])
    each = SumSerializer(help_text="What solving one may cost before it is a loss, in three months.")
    lost = SumSerializer()
    open_now = SumSerializer()


class RecoverySerializer(serializers.Serializer):
    start = serializers.DateField()
    end = serializers.DateField()
    currency = serializers.CharField()
    months = serializers.IntegerField()
    cohorts = CohortSerializer(many=True)
    comparisons = ComparisonSerializer(many=True)
    stake = StakeSerializer(allow_null=True)
    other_currencies = serializers.DictField(child=serializers.IntegerField())
    is_cut = serializers.BooleanField()


@described(
    "recovery",
    RecoverySerializer,
    summary=_("Read what solving problems returns"),
    description=_(
        "What customers spent in the three calendar months before and after the order they were asked "
        "about, by what became of their problem. Scope: `reports`."
    ),
    parameters=FILTERS,
)
class Recovery(Report):
    def tell(self, request: Request) -> dict[str, Any]:
        return recovery_figures.as_data(chosen(RecoveryFilter, request).report())


Behind = api_people.api(
    page.BEHIND,
    REPORTS,
    parameters=[
        *FILTERS,
        OpenApiParameter("cohort", str, enum=COHORTS, description=_("Else those not solved.")),
        OpenApiParameter("who", str, enum=["counted", "bought", "gone", "open"]),
    ],
    summary=_("List whom a number of the recovery return counts"),
)
Elsewhere = api_people.api(
    page.ELSEWHERE,
    REPORTS,
    parameters=FILTERS,
    summary=_("List whose orders the recovery return leaves out for their currency"),
)
