"""What rewards cost and what is still owed, for programs: the numbers of the page."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from feedback import money
from feedback.api_reports import DAYS, Report, chosen, described, rows
from surveys import liability
from surveys.result_forms import MonthsFilter


class CodesSerializer(serializers.Serializer):
    """How many codes, and what they are worth."""

    issued = serializers.IntegerField()
    issued_worth = serializers.CharField()
    redeemed = serializers.IntegerField()
    redeemed_worth = serializers.CharField()
    expired = serializers.IntegerField()
    expired_worth = serializers.CharField()
    revoked = serializers.IntegerField()
    revoked_worth = serializers.CharField()
    outstanding = serializers.IntegerField(help_text="Could still be redeemed at the end.")
    outstanding_worth = serializers.CharField()


class CodesOfMonthSerializer(CodesSerializer):
    month = serializers.CharField(help_text="As 2026-11.")
    survey = serializers.CharField(help_text="Its name.")
    currency = serializers.CharField()


class CostOfSurveySerializer(serializers.Serializer):
    survey = serializers.CharField(help_text="The id of its page.")
    name = serializers.CharField()
    answers = serializers.IntegerField(help_text="Finished in these days.")
    cost = serializers.CharField(allow_null=True, help_text="Redeemed for each answer; null: none came.")
    promised = serializers.CharField(allow_null=True, help_text="The most that an answer may yet have cost.")


class RewardCostsSerializer(serializers.Serializer):
    start = serializers.DateField()
    end = serializers.DateField()
    currency = serializers.CharField()
    answers = serializers.IntegerField(help_text="To surveys with a reward.")
    cost = serializers.CharField(allow_null=True, help_text="Redeemed for each of them.")
    in_other_currencies = serializers.IntegerField(help_text="Codes in no sum here.")
    total = CodesSerializer()
    surveys = CostOfSurveySerializer(many=True)
    months = CodesOfMonthSerializer(many=True)


@described(
    "reward_costs",
    RewardCostsSerializer,
    summary=_("Read what rewards cost, and what is still owed"),
    description=_(
        "Codes given out, redeemed, expired and revoked by month and survey, what could still be redeemed at "
        "the end of each, and what an answer cost. Scope: `reports`."
    ),
    parameters=DAYS,
)
class RewardCosts(Report):
    def tell(self, request: Request) -> dict[str, Any]:
        days = chosen(MonthsFilter, request).cleaned_data
        found = liability.report(days["start"], days["end"])
        names = ("start", "end", "currency", "answers", "in_other_currencies", "total")
        return {name: getattr(found, name) for name in names} | {
            "cost": None if found.cost is None else money.quantize(found.cost, found.currency),
            "surveys": [_survey(one, found.currency) for one in found.surveys],
            "months": rows(liability.COLUMNS, liability.lines(found)),
        }  # fmt: skip


def _survey(one: liability.BySurvey, currency: str) -> dict[str, Any]:
    sums = {"cost": one.cost, "promised": one.promised}
    told = {name: None if each is None else money.quantize(each, currency) for name, each in sums.items()}
    return {"survey": one.survey.public_id, "name": one.survey.name, "answers": one.answers} | told
