"""What a survey found, for programs: the figures of its page, one a line."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from feedback import shop
from feedback.api_reports import DAYS, Report, described, rows, valid
from feedback.models.words import WhyItCame
from feedback.roles import REPORTS
from surveys.models import Survey
from surveys.result_forms import ResultsFilter
from surveys.views import found as results_page


class FigureSerializer(serializers.Serializer):
    """A count or a score of one question in one part of the answers."""

    section = serializers.CharField(help_text="`all`, or what the parts are: `product`, `month` …")
    part = serializers.CharField(allow_blank=True)
    question = serializers.CharField(allow_blank=True, help_text="Its `id`.")
    figure = serializers.CharField()
    count = serializers.IntegerField(allow_null=True)
    n = serializers.IntegerField(help_text="Of how many answers.")
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    why = serializers.DictField(
        child=serializers.IntegerField(), help_text="Why these answers came; empty for all."
    )


class ResultsSerializer(serializers.Serializer):
    survey = serializers.CharField()
    name = serializers.CharField()
    start = serializers.DateField()
    end = serializers.DateField()
    answered = serializers.IntegerField()
    behind = serializers.IntegerField(help_text="Answers that are still being counted.")
    figures = FigureSerializer(many=True)


@described(
    "survey_results",
    ResultsSerializer,
    summary=_("Read what a survey found"),
    description=_(
        "Every figure of the survey's page with its interval: of all answers, side by side and over time. "
        "Scope: `reports`."
    ),
    parameters=[
        *DAYS,
        OpenApiParameter("why", str, enum=WhyItCame.values),
        OpenApiParameter("language", str, enum=["vi", "en"]),
        OpenApiParameter("period", str, enum=["month", "week", "day"]),
        OpenApiParameter("part", str, description=_("What stands side by side; `why` when left out.")),
    ],
)
class Results(Report):
    person_roles = REPORTS

    def tell(self, request: Request) -> dict[str, Any]:
        one = get_object_or_404(Survey, public_id=self.kwargs["public_id"])
        form = valid(ResultsFilter(request.query_params, today=shop.day(timezone.now())))
        found = results_page.find(one, form, request.LANGUAGE_CODE)
        return {
            "survey": one.public_id, "name": one.name, "start": form.cleaned_data["start"],
            "end": form.cleaned_data["end"], "answered": sum(row.n for row in found.spans),
            "behind": found.behind, "figures": [_figure(line) for line in results_page.lines(found, form)],
        }  # fmt: skip


def _figure(line: list[Any]) -> dict[str, Any]:
    """A line of the file; without a mix it ends earlier."""
    told = len(results_page.COLUMNS) - len(WhyItCame.values)
    figure = rows(results_page.COLUMNS[:told], [line[:told]])[0]
    return figure | {"why": dict(zip(WhyItCame.values, line[told:], strict=False))}
