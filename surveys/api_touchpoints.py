"""The touchpoint map for programs: the numbers of the page."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from feedback.api_reports import DAYS, Report, chosen, described
from feedback.roles import DESK
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


@described(
    "touchpoints",
    TouchpointsSerializer,
    summary=_("Read the touchpoint map"),
    description=_(
        "For each touchpoint how many were delighted, satisfied, indifferent and dissatisfied, with "
        "intervals, and how much is planned there. Scope: `reports`."
    ),
    parameters=DAYS,
)
class Touchpoints(Report):
    person_roles = DESK

    def tell(self, request: Request) -> dict[str, Any]:
        return _as_data(chosen(TouchpointsFilter, request).report((get_language() or "vi")[:2]))


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
