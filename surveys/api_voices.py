"""Those who say nothing, for programs: the numbers of the page, and the customers behind each."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from feedback import api_people
from feedback.api_reports import DAYS, Report, chosen, described
from feedback.roles import REPORTS
from surveys import voices
from surveys.result_forms import VoicesFilter, VoicesPeopleFilter
from surveys.views import voices as page

FILTERS = [*DAYS, OpenApiParameter("measure", str, description=_("`nps` or `csat`."))]
GROUPS = [*(one.value for one in voices.Group), VoicesPeopleFilter.EVERYBODY]
WHO = [
    "all", "followed", "again", "gone", "stopped", "asked", "unasked", "answered", "late", "promised", "open",
]  # fmt: skip


class GroupSerializer(serializers.Serializer):
    """Shares from 0 to 1, with the ends of their 95 % interval."""

    group = serializers.ChoiceField([one.value for one in voices.Group])
    n = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    followed = serializers.IntegerField(help_text="Whose days to buy again are over.")
    bought_again = serializers.IntegerField()
    again_share = serializers.FloatField(allow_null=True)
    again_low = serializers.FloatField(allow_null=True)
    again_high = serializers.FloatField(allow_null=True)
    stopped = serializers.IntegerField(help_text="Followed, and no order until today.")
    mean_spent = serializers.CharField(allow_null=True)


class EstimateSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="said, cells, weighted, corrected or bounds")
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class VoicesSerializer(serializers.Serializer):
    start = serializers.DateField()
    end = serializers.DateField()
    currency = serializers.CharField()
    measure = serializers.ChoiceField(list(voices.MEASURES.values()))
    still_open = serializers.IntegerField(help_text="Whose days to speak still run; in no figure.")
    is_cut = serializers.BooleanField()
    asked = serializers.IntegerField()
    answers = serializers.IntegerField()
    effective_answers = serializers.FloatField(allow_null=True)
    why_not = serializers.CharField(help_text="few, unseen, still_differ, not_asked; empty where it is said.")
    groups = GroupSerializer(many=True)
    estimates = EstimateSerializer(many=True)


@described(
    "voices",
    VoicesSerializer,
    summary=_("Read who says nothing, and what they may think"),
    description=_(
        "How many buyers said nothing, how they buy since, and what all buyers would have said as far as "
        "it can be told from those who answered. Scope: `reports`."
    ),
    parameters=FILTERS,
)
class Voices(Report):
    def tell(self, request: Request) -> dict[str, object]:
        return _as_data(chosen(VoicesFilter, request).report())


def _as_data(report: voices.Report) -> dict[str, object]:
    found = report.corrected
    return {
        "start": report.start,
        "end": report.end,
        "currency": report.currency,
        "measure": report.measure,
        "still_open": report.still_open,
        "is_cut": report.is_cut,
        "asked": report.asked,
        "answers": found.answers if found else 0,
        "effective_answers": round(found.effective, 1) if found and found.said else None,
        "why_not": found.why_not if found else "not_asked",
        "groups": [dict(zip(voices.COLUMNS, voices.as_cells(row), strict=True)) for row in report.rows],
        "estimates": [
            dict(zip(("name", "value", "low", "high"), one, strict=True)) for one in voices.estimates(found)
        ],
    }


Behind = api_people.api(
    page.BEHIND,
    REPORTS,
    parameters=[
        *FILTERS,
        OpenApiParameter("group", str, enum=GROUPS, description=_("Else those who said nothing.")),
        OpenApiParameter("who", str, enum=WHO, description=_("Else who bought nothing since.")),
    ],
    summary=_("List whom a number of the report on the silent counts"),
)
