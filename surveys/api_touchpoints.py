"""The touchpoint map for programs: the numbers of the page."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback import shop
from feedback.models import ApiToken
from feedback.roles import DESK, PUBLIC
from surveys import touchpoints
from surveys.experience import Felt
from surveys.result_forms import TouchpointsFilter


class FeltSerializer(serializers.Serializer):
    """Share from 0 to 1 with its 95 % interval; null below ten."""

    felt = serializers.ChoiceField([one.value for one in Felt])
    n = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class TouchpointSerializer(serializers.Serializer):
    touchpoint = serializers.CharField(help_text="Its short name; empty where nobody said which.")
    name = serializers.CharField()
    n = serializers.IntegerField()
    found = FeltSerializer(many=True)
    problem = serializers.CharField(help_text="Most often told by those not satisfied; empty for none.")
    problem_n = serializers.IntegerField()
    planned = serializers.IntegerField(help_text="Open lines of the work plan.")
    is_worse = serializers.BooleanField(help_text="Surely more dissatisfied than elsewhere.")


class TouchpointsSerializer(serializers.Serializer):
    start = serializers.DateField()
    end = serializers.DateField()
    n = serializers.IntegerField()
    untold = serializers.IntegerField(help_text="Left out: nothing tells how it was.")
    is_cut = serializers.BooleanField()
    touchpoints = TouchpointSerializer(many=True)


class Touchpoints(APIView):
    allowed_roles = PUBLIC  # HasScope guards it: a token's scope, or a person's role
    scope = ApiToken.Scope.REPORTS
    person_roles = DESK

    @extend_schema(
        operation_id="touchpoints",
        summary=_("Read the touchpoint map"),
        description=_(
            "For each touchpoint how many were delighted, satisfied, indifferent and dissatisfied, with "
            "intervals, and how much is planned there. Scope: `reports`."
        ),
        parameters=[
            OpenApiParameter("from", date, description=_("First day.")),
            OpenApiParameter("to", date, description=_("Last day; today when left out.")),
        ],
        responses=TouchpointsSerializer,
    )
    def get(self, request: Request) -> Response:
        form = TouchpointsFilter(request.query_params, today=shop.day(timezone.now()))
        if not form.is_valid():
            wrong = {form.add_prefix(name): [str(one) for one in said] for name, said in form.errors.items()}
            raise ValidationError(wrong)
        found = form.report((get_language() or "vi")[:2])
        return Response(TouchpointsSerializer(_as_data(found)).data)


def _as_data(found: touchpoints.Map) -> dict[str, Any]:
    return {
        "start": found.start,
        "end": found.end,
        "n": found.all.n,
        "untold": found.untold,
        "is_cut": found.is_cut,
        "touchpoints": [
            {
                "touchpoint": row.slug,
                "name": row.name,
                "n": row.n,
                "found": [_felt(row, felt) for felt in Felt],
                "problem": row.problem,
                "problem_n": row.problem_n,
                "planned": len(row.planned),
                "is_worse": row in found.worst,
            }
            for row in found.rows
        ],
    }


def _felt(row: touchpoints.Row, felt: Felt) -> dict[str, Any]:
    low, high = row.interval(felt) or (None, None)
    return {"felt": felt, "n": row.counts[felt], "share": row.share(felt), "low": low, "high": high}
