"""The recovery return for programs: the numbers of the page."""

from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback import shop
from feedback.models import ApiToken
from feedback.roles import PUBLIC, REPORTS
from surveys import cohorts, recovery_figures
from surveys.result_forms import RecoveryFilter

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


class Recovery(APIView):
    allowed_roles = PUBLIC  # HasScope guards it: a token's scope, or a person's role
    scope = ApiToken.Scope.REPORTS
    person_roles = REPORTS

    @extend_schema(
        operation_id="recovery",
        summary=_("Read what solving problems returns"),
        description=_(
            "What customers spent in the three calendar months before and after the order they were asked "
            "about, by what became of their problem. Scope: `reports`."
        ),
        parameters=[
            OpenApiParameter("from", date, description=_("First day of the orders.")),
            OpenApiParameter("to", date, description=_("Included; today when left out.")),
            OpenApiParameter("currency", str, description=_("The shop's own when left out.")),
            OpenApiParameter("margin", int, description=_("In per cent; the policy's when left out.")),
            OpenApiParameter("cost", Decimal, description=_("Of solving one case.")),
        ],
        responses=RecoverySerializer,
    )
    def get(self, request: Request) -> Response:
        form = RecoveryFilter(request.query_params, today=shop.day(timezone.now()))
        if not form.is_valid():
            wrong = {
                form.add_prefix(name): [str(one) for one in errors] for name, errors in form.errors.items()
            }
            raise ValidationError(wrong)
        return Response(RecoverySerializer(recovery_figures.as_data(form.report())).data)
