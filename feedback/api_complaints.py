"""How complaints were handled, for programs: wishes, causes, clocks, promises, what was given, what people
decided and where they decided otherwise. Each tells the figures of its page, and the lines of its files.
"""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from feedback import expected, facts, shop, trials
from feedback.api_reports import DAYS, PAGE, Report, chosen, described, page_of, rows, valid
from feedback.forms import ReportFilter
from feedback.models import Override
from feedback.policy.decision import Rule
from feedback.policy_forms import ThresholdForm
from feedback.reports import causes, clocks_kept, concessions, decisions, divergence, promises, wishes
from feedback.reports.clocks_kept import Clock
from feedback.roles import DESK, EVERYONE
from feedback.views import decisions as decisions_page
from feedback.views import thresholds as thresholds_page
from feedback.wishes import NAMED


class OfDaysSerializer(serializers.Serializer):
    start = serializers.DateField()
    end = serializers.DateField(help_text="Included.")


class WishSerializer(serializers.Serializer):
    """Complaints that ended and named this wish, by what they were given."""

    wish = serializers.ChoiceField(list(NAMED))
    complaints = serializers.IntegerField()
    as_wished = serializers.IntegerField()
    otherwise = serializers.IntegerField(help_text="Were given something else.")
    nothing = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="That got just that; null below five.")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    satisfied_as_wished = serializers.IntegerField()
    asked_as_wished = serializers.IntegerField(help_text="Said whether they were satisfied.")
    satisfied_otherwise = serializers.IntegerField()
    asked_otherwise = serializers.IntegerField()


class WishesSerializer(OfDaysSerializer):
    unnamed = serializers.IntegerField(help_text="Ended without a wish.")
    wishes = WishSerializer(many=True)


class RootCauseSerializer(serializers.Serializer):
    cause = serializers.CharField(help_text="Person, process, product, supplier, customer, or `unknown`.")
    complaints = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="Of all that ended; null below five.")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class CauseOfProblemSerializer(serializers.Serializer):
    """With the lines of the work plan, and complaints in as many days before and after what was done."""

    cause = serializers.CharField()
    problem = serializers.CharField()
    complaints = serializers.IntegerField()
    solved_first_time = serializers.IntegerField()
    asked_first_time = serializers.IntegerField(help_text="Of how many it is known.")
    satisfied = serializers.IntegerField()
    asked_satisfied = serializers.IntegerField()
    to_do = serializers.IntegerField()
    done = serializers.IntegerField()
    measured = serializers.IntegerField()
    complaints_before = serializers.IntegerField()
    complaints_after = serializers.IntegerField()


class CausesSerializer(OfDaysSerializer):
    complaints = serializers.IntegerField()
    causes = RootCauseSerializer(many=True)
    problems = CauseOfProblemSerializer(many=True)


class ClockLineSerializer(serializers.Serializer):
    by = serializers.ChoiceField(["all", "month", "channel", "person", "severity"])
    name = serializers.CharField(allow_null=True, help_text="Null: all, or nobody's yet.")
    clock = serializers.ChoiceField([one.value for one in Clock])
    kept = serializers.IntegerField()
    late = serializers.IntegerField(help_text="Also what is still undone past its time.")
    running = serializers.IntegerField(help_text="May yet be in time; in no share.")
    share = serializers.FloatField(allow_null=True, help_text="Kept of kept and late; null below five.")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class ClocksSerializer(OfDaysSerializer):
    clocks = ClockLineSerializer(many=True)


class PromiseLineSerializer(serializers.Serializer):
    by = serializers.ChoiceField(["all", "month", "person", "problem", "touchpoint"])
    name = serializers.CharField(allow_null=True, help_text="Null: all, not known, or our team.")
    kept = serializers.IntegerField()
    broken = serializers.IntegerField()
    unanswered = serializers.IntegerField(help_text="Past their day; in no share.")
    withdrawn = serializers.IntegerField(help_text="Taken back with a reason; in no share.")
    share = serializers.FloatField(allow_null=True, help_text="Kept of answered; null below five.")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class PromisesSerializer(OfDaysSerializer):
    promises = PromiseLineSerializer(many=True)


class GivenWeekSerializer(serializers.Serializer):
    first = serializers.DateField()
    n = serializers.IntegerField()
    cost = serializers.CharField()
    unprofitable = serializers.IntegerField()


class GivenSerializer(serializers.Serializer):
    booked_at = serializers.CharField()
    case = serializers.CharField()
    customer = serializers.CharField(allow_null=True, help_text="The id of their page.")
    order = serializers.CharField(allow_null=True)
    remedy = serializers.CharField()
    product_cost = serializers.CharField()
    shipping_cost = serializers.CharField()
    refund = serializers.CharField()
    return_cost = serializers.CharField()
    fee = serializers.CharField()
    cost = serializers.CharField(help_text="All of it together.")
    currency = serializers.CharField()
    margin_after = serializers.CharField(allow_null=True, help_text="The customer's, right after it.")
    unprofitable = serializers.BooleanField(help_text="It left the customer a loss to us.")
    booked_by = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)


class LaterValueSerializer(serializers.Serializer):
    """What each bought in the 90 days after; null below thirty customers."""

    customers = serializers.IntegerField(source="n")
    mean = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class ConcessionsSerializer(OfDaysSerializer):
    currency = serializers.CharField()
    n = serializers.IntegerField()
    cost = serializers.CharField()
    parts = serializers.DictField(child=serializers.CharField(), help_text="What the cost consists of.")
    unprofitable = serializers.IntegerField()
    dispute_costs = serializers.CharField()
    in_other_currencies = serializers.IntegerField(help_text="In no sum here.")
    weeks = GivenWeekSerializer(many=True)
    helped = LaterValueSerializer(help_text="Valued customers whose trouble was not ours, whom we helped.")
    not_helped = LaterValueSerializer()
    pages = serializers.IntegerField()
    given = GivenSerializer(many=True, help_text="The newest first, 500 a page.")


class OtherwiseTallySerializer(serializers.Serializer):
    name = serializers.CharField(source="key")
    more = serializers.IntegerField(help_text="More generous than the policy.")
    less = serializers.IntegerField()
    more_cost = serializers.CharField(help_text="Expected cost of being more generous.")
    saved = serializers.CharField(help_text="What the policy would have spent where less was given.")


class OtherwiseWeekSerializer(serializers.Serializer):
    first = serializers.DateField()
    more = serializers.IntegerField()
    less = serializers.IntegerField()


class OtherwiseSerializer(serializers.Serializer):
    at = serializers.CharField()
    case = serializers.CharField()
    by = serializers.CharField()
    role = serializers.CharField()
    problem = serializers.CharField()
    rule = serializers.CharField(help_text="Of the policy's own decision.")
    direction = serializers.ChoiceField(Override.Direction.values)
    remedy = serializers.CharField(allow_blank=True)
    amount = serializers.CharField(allow_null=True)
    cost = serializers.CharField()
    currency = serializers.CharField()
    reason = serializers.CharField()


class DivergenceSerializer(OfDaysSerializer):
    currency = serializers.CharField()
    decided = serializers.IntegerField(help_text="Cases that the policy decided in these days.")
    share = serializers.FloatField(allow_null=True)
    total = OtherwiseTallySerializer()
    people = OtherwiseTallySerializer(many=True)
    problems = OtherwiseTallySerializer(many=True)
    weeks = OtherwiseWeekSerializer(many=True)
    pages = serializers.IntegerField()
    otherwise = OtherwiseSerializer(many=True, help_text="The newest first, 500 a page.")


class RuleShareSerializer(serializers.Serializer):
    rule = serializers.ChoiceField([one.value for one in Rule])
    n = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="Of all in these days; null below five.")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class MadeDecisionSerializer(serializers.Serializer):
    at = serializers.CharField()
    case = serializers.CharField(allow_null=True)
    problem = serializers.CharField(allow_blank=True)
    rule = serializers.CharField()
    remedies = serializers.CharField(allow_blank=True, help_text="With spaces between them.")
    refusal = serializers.BooleanField()
    needs_approver = serializers.BooleanField()
    overridden = serializers.CharField(allow_null=True, help_text="`more` or `less`; null: it stood.")
    policy = serializers.IntegerField(allow_null=True, help_text="Its version.")


class DecisionsSerializer(OfDaysSerializer):
    rules = RuleShareSerializer(many=True, help_text="In the order in which they are tried.")
    pages = serializers.IntegerField()
    decisions = MadeDecisionSerializer(many=True, help_text="The newest first, 500 a page.")


class ThresholdSerializer(serializers.Serializer):
    threshold = serializers.CharField()
    customers = serializers.IntegerField()
    cases = serializers.IntegerField()
    spent = serializers.CharField()
    earned = serializers.CharField()
    kept = serializers.CharField(help_text="What was earned less what was spent.")
    currency = serializers.CharField()


class ThresholdsSerializer(serializers.Serializer):
    months = serializers.IntegerField()
    threshold = serializers.CharField(allow_null=True, help_text="That counts now.")
    valued = serializers.IntegerField(allow_null=True, help_text="Customers above it now.")
    cases = serializers.IntegerField(help_text="Looked at.")
    is_all = serializers.BooleanField(help_text="Whether these were all of the time.")
    steps = ThresholdSerializer(many=True)


@described(
    "wishes",
    WishesSerializer,
    summary=_("Read what customers wished for, and what they got"),
    description=_(
        "Complaints that ended in these days, by the wish that they named: given just that, something else "
        "or nothing, and whether they were satisfied. Scope: `reports`."
    ),
    parameters=DAYS,
)
class WishesAndGiven(Report):
    def tell(self, request: Request) -> dict[str, Any]:
        days = chosen(ReportFilter, request).cleaned_data
        found = wishes.report(days["start"], days["end"])
        return {
            "start": found.start, "end": found.end, "unnamed": found.unnamed,
            "wishes": rows(wishes.COLUMNS, wishes.lines(found)),
        }  # fmt: skip


@described(
    "causes",
    CausesSerializer,
    summary=_("Read what complaints come from"),
    description=_(
        "Complaints that ended in these days by root cause and problem, with what was done about it and what "
        "measuring again showed. Scope: `reports`."
    ),
    parameters=DAYS,
)
class RootCauses(Report):
    def tell(self, request: Request) -> dict[str, Any]:
        days = chosen(ReportFilter, request).cleaned_data
        found = causes.report(days["start"], days["end"])
        return {
            "start": found.start, "end": found.end, "complaints": found.n,
            "causes": [_cause(found, one) for one in found.causes],
            "problems": rows(causes.COLUMNS, causes.lines(found)),
        }  # fmt: skip


@described(
    "clocks",
    ClocksSerializer,
    summary=_("Read whether the clocks are kept"),
    description=_(
        "Told that we have it, answered, put right, called back: in time or late, by month, channel, person "
        "and severity. Scope: `reports`."
    ),
    parameters=DAYS,
)
class Clocks(Report):
    def tell(self, request: Request) -> dict[str, Any]:
        days = chosen(ReportFilter, request).cleaned_data
        found = clocks_kept.report(days["start"], days["end"], timezone.now())
        lines = rows(clocks_kept.COLUMNS, clocks_kept.lines(found))
        return {"start": found.start, "end": found.end, "clocks": lines}


@described(
    "promises_kept",
    PromisesSerializer,
    summary=_("Read how many promises were kept"),
    description=_(
        "Promises whose day lay in these days: kept, not kept, unanswered; in all, by month, by who made "
        "them, by problem and by touchpoint. Scope: `reports`."
    ),
    parameters=DAYS,
)
class PromisesKept(Report):
    def tell(self, request: Request) -> dict[str, Any]:
        days = chosen(ReportFilter, request).cleaned_data
        language = request.LANGUAGE_CODE[:2]
        found = promises.kept(days["start"], days["end"], shop.day(timezone.now()), language)
        lines = rows(promises.COLUMNS, promises.lines(found))
        return {"start": found.start, "end": found.end, "promises": lines}


@described(
    "concessions",
    ConcessionsSerializer,
    summary=_("Read what was given, and what it cost"),
    description=_(
        "Each thing given in these days with its cost by part and the customer's margin after it; sums by "
        "week; and what valued customers bought later, helped and not. Scope: `reports`."
    ),
    parameters=[*DAYS, PAGE],
)
class Concessions(Report):
    def tell(self, request: Request) -> dict[str, Any]:
        days = chosen(ReportFilter, request).cleaned_data
        found = concessions.ledger(days["start"], days["end"])
        page = page_of(request, found.rows)
        helped, not_helped = concessions.later_value(timezone.now())
        names = ("start", "end", "currency", "cost", "parts", "dispute_costs", "in_other_currencies", "weeks")
        return {name: getattr(found, name) for name in names} | {
            "n": len(found.rows), "unprofitable": len(found.unprofitable), "helped": helped,
            "not_helped": not_helped, "pages": page["pages"],
            "given": rows(concessions.COLUMNS, map(concessions.line, page["rows"])),
        }  # fmt: skip


@described(
    "divergence",
    DivergenceSerializer,
    summary=_("Read where people decided otherwise than the policy"),
    description=_(
        "Each decision of these days that a person made otherwise, with its reason, and who did so how "
        "often, on what and at what cost. Scope: `reports`."
    ),
    parameters=[*DAYS, PAGE],
)
class Divergence(Report):
    def tell(self, request: Request) -> dict[str, Any]:
        days = chosen(ReportFilter, request).cleaned_data
        found = divergence.report(days["start"], days["end"])
        page = page_of(request, found.rows)
        names = ("start", "end", "currency", "decided", "share", "total", "people", "problems")
        return {name: getattr(found, name) for name in names} | {
            "weeks": rows(("first", "more", "less"), found.weeks), "pages": page["pages"],
            "otherwise": rows(divergence.COLUMNS, map(divergence.line, page["rows"])),
        }  # fmt: skip


@described(
    "decisions",
    DecisionsSerializer,
    summary=_("Read every decision as it was made"),
    description=_(
        "How many each rule made in these days, and each of them, also those made anew since. Scope: "
        "`reports`."
    ),
    parameters=[
        *DAYS,
        OpenApiParameter("rule", str, enum=[one.value for one in Rule]),
        OpenApiParameter("only", str, enum=[decisions.REFUSALS, decisions.OVERRIDDEN]),
        PAGE,
    ],
)
class Decisions(Report):
    person_roles = DESK

    def tell(self, request: Request) -> dict[str, Any]:
        form = chosen(decisions_page.DecisionFilter, request)
        found = decisions_page.find(form)
        page = page_of(request, found.rows)
        return {
            "start": form.cleaned_data["start"], "end": form.cleaned_data["end"],
            "rules": [_rule(one) for one in found.shares], "pages": page["pages"],
            "decisions": rows(decisions.COLUMNS, map(decisions.line, page["rows"])),
        }  # fmt: skip


@described(
    "thresholds",
    ThresholdsSerializer,
    summary=_("Read what each threshold of value would have cost"),
    description=_(
        "Past cases decided anew with customers valued from each sum on: what help would have cost, and what "
        "these customers earned. Scope: `reports`."
    ),
    parameters=[
        OpenApiParameter("months", int, description=_("Of the cases; 6 when left out.")),
        OpenApiParameter("threshold", str, description=_("One more sum to try.")),
    ],
)
class Thresholds(Report):
    person_roles = EVERYONE

    def tell(self, request: Request) -> dict[str, Any]:
        given = valid(ThresholdForm(thresholds_page.filled(request.query_params))).cleaned_data
        now = timezone.now()
        terms = facts.live_terms(now)[1]
        sums = terms.money.get(shop.current().currency)
        found = trials.thresholds(terms, given["months"], now, more=given["threshold"])
        steps = [*found.steps, *([found.asked] if found.asked else [])]
        return {
            "months": given["months"], "threshold": sums.valued_from if sums else None,
            "valued": expected.valued(sums.valued_from) if sums else None, "cases": found.cases,
            "is_all": found.is_all,
            "steps": rows(thresholds_page.COLUMNS, thresholds_page.lines(steps)),
        }  # fmt: skip


def _cause(found: causes.Causes, one: causes.Tally) -> dict[str, Any]:
    low, high = found.interval(one) or (None, None)
    cause = one.cause or "unknown"
    return {"cause": cause, "complaints": one.n, "share": found.share(one), "low": low, "high": high}


def _rule(one: decisions.Share) -> dict[str, Any]:
    low, high = one.interval or (None, None)
    return {"rule": one.rule, "n": one.n, "share": one.share, "low": low, "high": high}
