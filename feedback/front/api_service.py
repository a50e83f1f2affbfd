"""What service earned and cost, for programs: the numbers of the page."""

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
from feedback.front import service_result
from feedback.front.service_page import ServiceFilter
from feedback.models import ApiToken
from feedback.roles import PUBLIC, REPORTS


class WorthSerializer(serializers.Serializer):
    """A sum of money with its 95 % interval; an end is null where it cannot be told."""

    value = serializers.CharField()
    low = serializers.CharField(allow_null=True)
    high = serializers.CharField(allow_null=True)


class HeardSerializer(serializers.Serializer):
    """By figures of others, never measured here."""

    contacts = serializers.IntegerField()
    tellers = serializers.IntegerField(help_text="Who tells ten people or more.")
    listeners_at_least = serializers.IntegerField()


class ServiceSerializer(serializers.Serializer):
    start = serializers.DateField()
    end = serializers.DateField()
    currency = serializers.CharField()
    cases = serializers.IntegerField(help_text="Told in these days.")
    solved = serializers.IntegerField(help_text="Customers, each time the first time they told.")
    unsolved = serializers.IntegerField(help_text="Customers, at least once not.")
    margin = serializers.CharField(help_text="0 to 1.")
    each = WorthSerializer(allow_null=True, help_text="What one solved customer brings in three months.")
    earned = WorthSerializer(allow_null=True)
    missed = WorthSerializer(allow_null=True)
    left = WorthSerializer(allow_null=True)
    costs = serializers.DictField(child=serializers.CharField())
    spent = serializers.CharField()
    verdict = serializers.ChoiceField(["", "earns", "costs", "unclear"])
    word_of_mouth = serializers.DictField(child=HeardSerializer())
    not_said = serializers.IntegerField(help_text="Ended cases without a word on whether it was well.")


class Service(APIView):
    allowed_roles = PUBLIC  # HasScope guards it: a token's scope, or a person's role
    scope = ApiToken.Scope.REPORTS
    person_roles = REPORTS

    @extend_schema(
        operation_id="service",
        summary=_("Read what service earns and costs"),
        description=_(
            "What customers brought whose problem was solved the first time, beside remedies, disputes, "
            "rewards and the handling of cases; and how many people hear of it, by figures of others. "
            "Scope: `reports`."
        ),
        parameters=[
            OpenApiParameter("from", date, description=_("First day.")),
            OpenApiParameter("to", date, description=_("Included; today when left out.")),
            OpenApiParameter("currency", str, description=_("The shop's own when left out.")),
            OpenApiParameter("margin", int, description=_("In per cent; the policy's when left out.")),
            OpenApiParameter(
                "cost", Decimal, description=_("Of handling one case; left out, it is in no sum.")
            ),
        ],
        responses=ServiceSerializer,
    )
    def get(self, request: Request) -> Response:
        form = ServiceFilter(request.query_params, today=shop.day(timezone.now()))
        if not form.is_valid():
            wrong = {
                form.add_prefix(name): [str(one) for one in errors] for name, errors in form.errors.items()
            }
            raise ValidationError(wrong)
        return Response(ServiceSerializer(service_result.as_data(form.result())).data)
