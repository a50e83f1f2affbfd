"""Who leaves, where and why, what mending it would bring, what customers will buy: the reports on customers,
for programs. Each tells what its page and files tell; what a job keeps, with 204 while nothing was found."""

from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from feedback import defections, expected, leaving, shop, tenure
from feedback.api_reports import PAGE, MarginSerializer, Report, described, page_of, rows, valid
from feedback.defection.cohorts import Cohort
from feedback.defection.investment import Verdict
from feedback.defection_forms import RuleForm
from feedback.models import Defection, ExpectedValue
from feedback.reports import back_test, margin
from feedback.reports import defections as defection_report
from feedback.roles import DESK
from feedback.views import investment as investment_page
from feedback.views import leaving as leaving_page


class DefectionCohortSerializer(serializers.Serializer):
    """Customers by the time of their first purchase, and who of them has left by the shop's definition."""

    first = serializers.DateField(allow_null=True, help_text="First day of the quarter; null: all customers.")
    customers = serializers.IntegerField()
    left = serializers.IntegerField()
    rate = serializers.FloatField(
        allow_null=True, help_text="0 to 1; null while they are too few, or too young to tell."
    )
    too_young = serializers.BooleanField(
        help_text="Who of them came but once cannot have been found yet by the definition."
    )


class CauseSerializer(serializers.Serializer):
    cause = serializers.ChoiceField(Defection.Cause.values)
    customers = serializers.IntegerField()
    spent_in_last_year = serializers.CharField()
    answers = serializers.DictField(child=serializers.IntegerField(), help_text="How often each was decided.")


class DefectionsSerializer(serializers.Serializer):
    whole = DefectionCohortSerializer()
    month_ago = serializers.FloatField(allow_null=True, help_text="By the same rule, 30 days before.")
    quarters = DefectionCohortSerializer(many=True)
    to_ask = serializers.IntegerField(help_text="Who left and was not asked why.")
    asked = serializers.IntegerField()
    came_back = serializers.IntegerField()
    value_lost = serializers.CharField(help_text="What those who stay away spent in their last year.")
    causes = CauseSerializer(many=True)


class LeavingPartSerializer(serializers.Serializer):
    kind = serializers.CharField(help_text="location, category, product, promise or fit")
    key = serializers.CharField()
    group = serializers.CharField(
        allow_blank=True, help_text="Of its buyers: 1, 2 or 4 (and more) at once, kept or late; else empty."
    )
    customers = serializers.IntegerField()
    left = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    others = serializers.IntegerField()
    others_rate = serializers.FloatField(allow_null=True)
    complained = serializers.IntegerField()
    leaves_more = serializers.BooleanField(help_text="More than others, by more than chance.")
    complains_more = serializers.BooleanField()


class LeavingSerializer(serializers.Serializer):
    found_at = serializers.DateTimeField()
    customers = serializers.IntegerField()
    left = serializers.IntegerField()
    parts = LeavingPartSerializer(many=True)


class InvestmentLineSerializer(serializers.Serializer):
    """Amounts of one year, null where they are not known."""

    cause = serializers.ChoiceField(Defection.Cause.values)
    customers = serializers.IntegerField()
    spent_in_last_year = serializers.CharField()
    lost_a_year = serializers.CharField()
    keeps_percent = serializers.IntegerField(help_text="Of those who leave for it, kept by mending it.")
    returns_a_year = serializers.CharField()
    cost_a_year = serializers.CharField(allow_null=True)
    left = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    verdict = serializers.ChoiceField([one.value for one in Verdict])
    decision = serializers.CharField(allow_blank=True)
    what = serializers.CharField(allow_blank=True)


class InvestmentSerializer(serializers.Serializer):
    start = serializers.DateField()
    margin = serializers.FloatField(help_text="0 to 1.")
    margin_from = MarginSerializer()
    said = serializers.IntegerField(help_text="Left and told us why.")
    silent = serializers.IntegerField(help_text="Were asked and did not say.")
    unasked = serializers.IntegerField()
    causes = InvestmentLineSerializer(many=True)


class TriedShareSerializer(serializers.Serializer):
    """A share with Wilson's 95 % interval; null of nobody."""

    count = serializers.IntegerField()
    of = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class DefinitionTriedSerializer(serializers.Serializer):
    cut = serializers.DateField(help_text="The day it was tried on.")
    window_days = serializers.IntegerField()
    base_rate = TriedShareSerializer(help_text="Of all customers, those who stopped in that time.")
    precision = TriedShareSerializer(help_text="Of those it finds, those who stopped.")
    recall = TriedShareSerializer(help_text="Of those who stopped, those it finds.")
    flagged = TriedShareSerializer(help_text="Of all customers, those it finds.")
    false_alarms = serializers.IntegerField()
    alerts_a_week = serializers.FloatField()
    false_alarms_a_week = serializers.FloatField()
    lead_days = serializers.FloatField(allow_null=True, help_text="Median; below 0: later than waiting.")


class TriedSerializer(serializers.Serializer):
    kind = serializers.CharField(help_text="Visits by then, 1, 2 or 4 (and more); gone: had left.")
    foretold = serializers.FloatField()
    came = serializers.IntegerField()
    share = serializers.FloatField(help_text="Above 1 where more came than was foretold.")


class ExpectedOneSerializer(serializers.Serializer):
    customer = serializers.CharField(help_text="The id of their page.")
    lifetime_value = serializers.CharField()
    expected = serializers.CharField(help_text="To be spent in the next year.")
    visits_expected = serializers.FloatField()
    visits = serializers.IntegerField(help_text="So far.")
    days = serializers.IntegerField(help_text="Since the first.")
    has_left = serializers.BooleanField()


class ExpectedSerializer(serializers.Serializer):
    found_at = serializers.DateTimeField()
    currency = serializers.CharField()
    customers = serializers.IntegerField()
    expected = serializers.CharField()
    visits_expected = serializers.IntegerField()
    tried_days = serializers.IntegerField(allow_null=True, help_text="Null: too short a past to try it on.")
    tried = TriedSerializer(many=True)
    pages = serializers.IntegerField()
    by_customer = ExpectedOneSerializer(many=True)


class YearSerializer(serializers.Serializer):
    year = serializers.IntegerField(help_text="Of staying; 1 is the first.")
    customers = serializers.IntegerField(help_text="Who have it behind them.")
    stayed = serializers.IntegerField(help_text="Bought in it.")
    spent = serializers.FloatField(allow_null=True, help_text="Mean of who have it behind them.")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    spent_in_first_year = serializers.FloatField(allow_null=True, help_text="By the same people.")
    earned = serializers.FloatField(allow_null=True, help_text="What was spent, times the margin.")


class TenureSerializer(serializers.Serializer):
    found_at = serializers.DateTimeField()
    currency = serializers.CharField()
    margin_from = MarginSerializer()
    years = YearSerializer(many=True)


@described(
    "defections",
    DefectionsSerializer,
    summary=_("Read who has left, and why"),
    description=_(
        "The rate of defection by the shop's own definition, by quarter of first purchase, and the "
        "causes that customers named; 204: nothing is defined or found yet. Scope: `reports`."
    ),
    may_be_nothing=True,
)
class DefectionRate(Report):
    person_roles = DESK

    def tell(self, request: Request) -> dict[str, Any] | None:
        version = defections.in_force()
        found = defection_report.rate(version) if version else None
        if found is None:
            return None
        now = defection_report.now()
        return {
            "whole": _cohort(found.whole) | {"first": None},
            "month_ago": found.month_ago,
            "quarters": [_cohort(one) for one in found.quarters],
            "to_ask": now.to_ask, "asked": now.asked, "came_back": now.came_back, "value_lost": now.value,
            "causes": [
                {"cause": one.cause, "customers": one.n, "spent_in_last_year": one.value,
                 "answers": one.answers}
                for one in defection_report.causes()
            ],
        }  # fmt: skip


@described(
    "leaving",
    LeavingSerializer,
    summary=_("Read where customers leave, and what does not fit whom"),
    description=_(
        "The rate by place, kind and product, and products and promises that do not fit a group of "
        "buyers, by what they order and nothing else, as found once a day; 204: nothing was found yet. "
        "Scope: `reports`."
    ),
    may_be_nothing=True,
)
class Leaving(Report):
    def tell(self, request: Request) -> dict[str, Any] | None:
        found = leaving.newest()
        if found is None:
            return None
        _head, *lines = leaving_page.lines(found)
        return {
            "found_at": found.at, "customers": found.whole.n, "left": found.whole.left,
            "parts": rows(leaving_page.COLUMNS, lines),
        }  # fmt: skip


@described(
    "investment",
    InvestmentSerializer,
    summary=_("Read what mending each cause of leaving would bring"),
    description=_(
        "By cause: who left, what is lost in a year, what mending it would bring beside what it costs, "
        "and what was decided. Scope: `reports`."
    ),
)
class InvestmentCheck(Report):
    def tell(self, request: Request) -> dict[str, Any]:
        found, taken = investment_page.found_now()
        return {
            "start": found.start, "margin": taken.share, "margin_from": margin.as_data(taken),
            "said": found.said, "silent": found.silent,
            "unasked": found.unasked,
            "causes": rows(investment_page.COLUMNS, investment_page.lines(found)),
        }  # fmt: skip


@described(
    "expected",
    ExpectedSerializer,
    summary=_("Read what customers will buy"),
    description=_(
        "What is expected of the next year, in all, by customer (500 a page, the most first), and how "
        "the same rates did on the shop's past, as found once a day; 204: nothing was found yet. Scope: "
        "`reports`."
    ),
    parameters=[PAGE],
    may_be_nothing=True,
)
class ExpectedNextYear(Report):
    def tell(self, request: Request) -> dict[str, Any] | None:
        learnt = expected.learnt()
        if learnt is None:
            return None
        known = ExpectedValue.objects.filter(currency=learnt.currency)
        page = page_of(request, known.select_related("customer").order_by("-spend", "pk"))
        sums = known.aggregate(n=Count("pk"), spend=Sum("spend"), visits=Sum("visits"))
        return {
            "found_at": learnt.at, "currency": learnt.currency, "customers": sums["n"],
            "expected": expected.about(float(sums["spend"] or 0), learnt.currency),
            "visits_expected": round(sums["visits"] or 0), "tried_days": learnt.model.tried,
            "tried": [
                {"kind": kind, "foretold": round(one.foretold, 1), "came": one.came,
                 "share": round(one.share, 3)}
                for kind, one in learnt.model.stays.items()
            ],
            "pages": page["pages"], "by_customer": [_expected(one) for one in page["rows"]],
        }  # fmt: skip


@described(
    "definition_tried",
    DefinitionTriedSerializer,
    summary=_("Try a definition of defection on the past"),
    description=_(
        "Whom the definition would have found, beside who then stopped, with how many of all customers "
        "stopped anyway; without `kind` the one that counts; 204: the past is too short. Scope: `reports`."
    ),
    parameters=[
        OpenApiParameter("kind", str, description=_("And its numbers, as in the address of its page."))
    ],
    may_be_nothing=True,
)
class DefinitionTried(Report):
    def tell(self, request: Request) -> dict[str, Any] | None:
        version = defections.in_force()
        if "kind" in request.query_params:
            form = RuleForm(request.query_params, categories=defections.categories())
            rule = valid(form).rule
        elif version and version.rule:
            rule = version.rule
        else:
            return None
        tested = defections.preview(rule, timezone.now()).tested
        return back_test.as_data(tested) if tested else None


@described(
    "tenure",
    TenureSerializer,
    summary=_("Read what staying brings"),
    description=_(
        "What a customer spends in each year of staying, with its interval, beside the first year of the "
        "same people, as found once a day; 204: nothing was found yet. Scope: `reports`."
    ),
    may_be_nothing=True,
)
class TenureCurve(Report):
    def tell(self, request: Request) -> dict[str, Any] | None:
        found = tenure.newest()
        if found is None:
            return None
        taken = margin.of_shop(found.currency, shop.day(timezone.now()))
        years = [
            {"year": one.number, "customers": one.n, "stayed": one.stayed, "spent": one.mean, "low": one.low,
             "high": one.high, "spent_in_first_year": one.first,
             "earned": None if one.mean is None else round(one.mean * float(taken.share), 2)}
            for one in found.years
        ]  # fmt: skip
        return {
            "found_at": found.at,
            "currency": found.currency,
            "margin_from": margin.as_data(taken),
            "years": years,
        }


def _cohort(one: Cohort) -> dict[str, Any]:
    return {"first": one.first, "customers": one.n, "left": one.left, "rate": one.rate,
            "too_young": one.is_young}  # fmt: skip


def _expected(one: ExpectedValue) -> dict[str, Any]:
    return {
        "customer": one.customer.public_id, "lifetime_value": one.worth, "expected": one.spend,
        "visits_expected": round(one.visits, 2), "visits": one.came, "days": one.days,
        "has_left": one.is_gone,
    }  # fmt: skip
