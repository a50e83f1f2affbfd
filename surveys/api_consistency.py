"""How steady customers find us, for programs: the numbers of the page."""

from datetime import date

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
from feedback.roles import PUBLIC, REPORTS
from surveys import consistency
from surveys.result_forms import ConsistencyFilter
from surveys.steadiness import Verdict


class PlaceSerializer(serializers.Serializer):
    """Means and spreads (standard deviations) in hundredths of the scale; null where too few spoke."""

    touchpoint = serializers.CharField(
        help_text="Its short name; `*` for all, `customers` for the same people."
    )
    name = serializers.CharField(allow_blank=True)
    people_before = serializers.IntegerField(allow_null=True)
    people = serializers.IntegerField(allow_null=True)
    mean_before = serializers.FloatField(allow_null=True)
    mean = serializers.FloatField(allow_null=True)
    spread_before = serializers.FloatField(allow_null=True)
    spread = serializers.FloatField(allow_null=True)
    spread_low = serializers.FloatField(allow_null=True)
    spread_high = serializers.FloatField(allow_null=True)
    times = serializers.FloatField(allow_null=True, help_text="The spread now over that before.")
    times_low = serializers.FloatField(allow_null=True)
    times_high = serializers.FloatField(allow_null=True)
    chance = serializers.FloatField(allow_null=True)
    verdict = serializers.ChoiceField([one.value for one in Verdict])


class ConsistencySerializer(serializers.Serializer):
    start = serializers.DateField()
    end = serializers.DateField()
    before = serializers.DateField(help_text="First day of the time before.")
    is_cut = serializers.BooleanField()
    touchpoints = PlaceSerializer(many=True)


class ConsistencyOfMarks(APIView):
    allowed_roles = PUBLIC  # HasScope guards it: a token's scope, or a person's role
    scope = ApiToken.Scope.REPORTS
    person_roles = REPORTS

    @extend_schema(
        operation_id="consistency",
        summary=_("Read how steady customers find us"),
        description=_(
            "The spread of marks at each touchpoint beside the time before, and where it rose while the mean "
            "stayed. Scope: `reports`."
        ),
        parameters=[
            OpenApiParameter("from", date, description=_("First day.")),
            OpenApiParameter("to", date, description=_("Last day; today when left out.")),
        ],
        responses=ConsistencySerializer,
    )
    def get(self, request: Request) -> Response:
        form = ConsistencyFilter(request.query_params, today=shop.day(timezone.now()))
        if not form.is_valid():
            wrong = {form.add_prefix(name): [str(one) for one in said] for name, said in form.errors.items()}
            raise ValidationError(wrong)
        found = form.report((get_language() or "vi")[:2])
        lines = [dict(zip(consistency.COLUMNS, line, strict=True)) for line in consistency.lines(found)]
        data = {
            "start": found.start, "end": found.end, "before": found.before, "is_cut": found.is_cut,
            "touchpoints": lines,
        }  # fmt: skip
        return Response(ConsistencySerializer(data).data)
