"""How steady customers find us, for programs: the numbers of the page."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from feedback.api_reports import DAYS, Report, chosen, described, rows
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


@described(
    "consistency",
    ConsistencySerializer,
    summary=_("Read how steady customers find us"),
    description=_(
        "The spread of marks at each touchpoint beside the time before, and where it rose while the mean "
        "stayed. Scope: `reports`."
    ),
    parameters=DAYS,
)
class ConsistencyOfMarks(Report):
    def tell(self, request: Request) -> dict[str, Any]:
        found = chosen(ConsistencyFilter, request).report((get_language() or "vi")[:2])
        return {
            "start": found.start, "end": found.end, "before": found.before, "is_cut": found.is_cut,
            "touchpoints": rows(consistency.COLUMNS, consistency.lines(found)),
        }  # fmt: skip
