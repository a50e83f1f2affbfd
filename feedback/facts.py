"""Gather what a decision may look at: from orders, disputes, the text, and what a person corrected."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from feedback import policies, shop, value
from feedback.models import (
    Case,
    Comment,
    Concession,
    Dispute,
    FactCorrection,
    Order,
    OrderLine,
    Policy,
    Promise,
)
from feedback.models.words import Channel
from feedback.policy import statutory
from feedback.policy.facts import BadFacts, Facts, Problem
from feedback.policy.terms import Terms

BEST = 5  # stars
CORRECTABLE = ("problem", "fault", "investigated", "statutory_right", "promise_broken", "dispute")
CHECKED = (
    "none",
    "claimed",
)  # what a person may say of a dispute: one that is open is noted, and locks its order
LAW = "statutory_right.law"
USUAL_DELIVERY = 30  # days, where none was promised: Directive 2011/83/EU, article 18; 16 CFR 435.2
BOTH_WAYS = ("private_message", "public_reply")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """`sources` says where each known fact came from: order, dispute, text, person, policy, record or law;
    LAW in it names the law."""

    facts: Facts
    sources: Mapping[str, str]


@dataclass(slots=True)
class _Records:
    """All the rows that a batch of comments needs, one query per table."""

    values: Mapping[int, Decimal]
    margins: Mapping[int, Decimal]
    disputes: Mapping[int, str]
    concessions: Mapping[int, int]
    broken: set[int]
    corrections: Mapping[int, Mapping[str, Any]]
    cases: Mapping[int, str]  # of a comment: the reason that somebody heard, '' where nobody did
    currency: str
    country: str


def live_terms(now: datetime | None = None) -> tuple[Policy | None, Terms]:
    """The policy to show; before anything was decided, the Terms the project ships with."""
    policy = policies.live(now or timezone.now())
    return (policy, Terms.from_dict(policy.terms)) if policy else (None, Terms.shipped())


def gather(comments: Sequence[Comment], terms: Terms, now: datetime) -> dict[int, Gathered]:
    """By comment id. Needs `analysis` (and gains from `order`, `customer`) to be loaded on each comment."""
    records = _records(comments, terms, now)
    return {comment.pk: _gather(comment, terms, records) for comment in comments}


def checked(name: str, raw: object) -> Any:
    """A person's correction as a fact. Raises BadFacts naming the field."""
    if name not in CORRECTABLE:
        raise BadFacts(name, "cannot be set by hand")
    if name in ("investigated", "promise_broken"):
        given: Any = raw if isinstance(raw, bool) else str(raw).lower() in ("1", "true", "yes", "on")
    else:
        given = str(raw or "") or None if name == "statutory_right" else str(raw)
    if name == "dispute" and given not in CHECKED:
        raise BadFacts(name, f"may be {' or '.join(CHECKED)}; one at the bank is noted as a dispute")
    Facts.from_dict({"problem": "other", name: given})
    return given


def _gather(comment: Comment, terms: Terms, records: _Records) -> Gathered:
    analysis = comment.analysis
    # What a stranger could claim by typing an address must not move the decision.
    customer = None if comment.customer_claimed else comment.customer_id
    order = comment.order
    # Who heard it understood it better than the machine; it is still the customer's word alone.
    heard = records.cases.get(comment.pk, "")
    problem = analysis.corrected_problem or heard or analysis.problem
    if problem == Problem.OTHER and comment.stars == BEST and comment.pk not in records.cases:
        problem = analysis.corrected_problem or Problem.NONE.value  # nothing certain is said to be wrong
    facts: dict[str, Any] = {"problem": problem, "currency": records.currency}
    sources = {"problem": "person" if analysis.corrected_problem else "text"}
    if facts["problem"] == "none" and comment.pk in records.cases:
        facts["problem"] = (
            "other"  # they told us of a problem in the survey, and wrote nothing readable about it
        )
    facts["fault"] = "none" if facts["problem"] == "none" else analysis.fault
    if analysis.fault in ("ours", "carrier", "customer"):
        facts["fault_from"] = sources["fault"] = "text"
    if customer is not None and customer in records.values:
        facts["lifetime_value"] = records.values[customer]
        sources["lifetime_value"] = sources["standing"] = "order"
        if customer in records.margins:
            facts["margin"] = records.margins[customer]
            sources["margin"] = "order"
    facts["standing"] = terms.standing(facts.get("lifetime_value"), records.currency)
    if order is not None and order.currency == records.currency:
        facts["order_value"] = order.total
        sources["order_value"] = "order"
    facts["dispute"], where = _dispute(comment, records)
    sources |= {"dispute": where} if where else {}
    facts["earlier_concessions"] = records.concessions.get(customer, 0) if customer is not None else 0
    facts["promise_broken"] = comment.pk in records.broken
    facts["source_allows"] = BOTH_WAYS
    by_hand = records.corrections.get(comment.pk, {})
    if order is not None and customer is not None:
        problem = by_hand.get("problem", facts["problem"])
        if sources["problem"] == "text" and _shows(order, problem, shop.day(comment.said_at)):
            sources["problem"] = "record"
        if right := _right(order, problem, shop.day(comment.said_at), records.country):
            facts["statutory_right"] = right.right
            sources |= {"statutory_right": "law", LAW: right.source}
    for name, given in by_hand.items():
        if name == "dispute" and where == "dispute":
            continue  # the bank knows better
        facts[name] = given
        sources[name] = "person"
        if name == "statutory_right":
            sources.pop(LAW, None)
        if name == "fault":
            facts["fault_from"] = "person"
    if facts["problem"] != "none" and analysis.problem == "none" and sources.get("fault") != "person":
        facts["fault"] = "unknown"  # a text that tells of no problem does not say that nobody is to blame
    return Gathered(facts=Facts(**facts), sources=sources)


def _dispute(comment: Comment, records: _Records) -> tuple[str, str]:
    """The order's own dispute; else what the customer says. A closed one counts as closed."""
    known = records.disputes.get(comment.order_id) if comment.order_id is not None else None
    if known == "open":
        return "open", "dispute"
    if "dispute" in comment.analysis.flags and known is None:
        return "claimed", "text"
    return (known, "dispute") if known else ("none", "")


def _records(comments: Sequence[Comment], terms: Terms, now: datetime) -> _Records:
    customers = {comment.customer_id for comment in comments if comment.customer_id is not None}
    orders = {comment.order_id for comment in comments if comment.order_id is not None}
    ids = [comment.pk for comment in comments]
    currency = shop.current().currency
    return _Records(
        values=value.lifetime_values(customers) if customers else {},
        margins=_margins(customers, currency) if customers else {},
        disputes=_disputes(orders) if orders else {},
        concessions=_concessions(customers, now - timedelta(days=terms.window_days)) if customers else {},
        broken=set(
            Promise.objects.filter(case__comment__among=ids, state="broken").values_list(
                "case__comment", flat=True
            )
        ),
        corrections=_corrections(ids),
        cases=dict(_unsettled(ids)),
        currency=currency,
        country=shop.current().country,
    )


def _right(order: Order, problem: str, said_on: date, country: str) -> statutory.StatutoryRight | None:
    """L13: what the law gives for an order to its own country, else the shop's. A person may say otherwise.

    What was sent was sold at a distance; so was what no store of ours sold. Nothing is owed for a parcel
    that is not late yet.
    """
    delivered = None if problem == Problem.NOT_RECEIVED else order.delivered_on
    promised = order.promised_on or shop.day(order.placed_at) + timedelta(days=USUAL_DELIVERY)
    if problem == Problem.NOT_RECEIVED and said_on <= promised:
        return None
    since = delivered or order.promised_on
    return statutory.right_for(
        country=order.country or country,
        problem=problem,
        days=(said_on - since).days if since else None,
        distance=bool(order.carrier or order.promised_on or order.location_id is None),
    )


def _shows(order: Order, problem: str, said_on: date) -> bool:
    """Whether the order's own days say the same as the customer: late, or not there when it should be."""
    if order.promised_on is None or problem not in (Problem.LATE, Problem.NOT_RECEIVED):
        return False
    if order.delivered_on is None:
        return said_on > order.promised_on
    return problem == Problem.LATE and order.delivered_on > order.promised_on


def _unsettled(comment_ids: Sequence[int]) -> QuerySet[Case, tuple[int, str]]:
    """Comments with a case; not those whose author took the complaint back by editing the review."""
    taken_back = Q(state=Case.State.RESOLVED, comment__channel=Channel.REVIEW)
    found = Case.objects.filter(comment__among=comment_ids).exclude(taken_back)
    return found.values_list("comment", "reason")


def _margins(customers: Collection[int], currency: str) -> dict[int, Decimal]:
    """What each customer has earned us, where the shop told us the cost of every line."""
    lines = OrderLine.objects.filter(
        order__customer__in=customers, order__currency=currency, order__cancelled_at=None
    )
    earned = Sum((F("price") - F("cost")) * F("quantity"))
    found = (
        lines.values("order__customer")
        .annotate(earned=earned, lines=Count("id"), costed=Count("cost"))
        .order_by()
    )
    # Two decimals: the database may give the product of two columns more.
    return {f["order__customer"]: round(Decimal(f["earned"]), 2) for f in found if f["lines"] == f["costed"]}


def _disputes(orders: Iterable[int]) -> dict[int, str]:
    known: dict[int, str] = {}
    for order, state in Dispute.objects.filter(order__in=orders).values_list("order", "state"):
        known[order] = "open" if "open" in (state, known.get(order)) else state
    return known


def _concessions(customers: Collection[int], since: datetime) -> dict[int, int]:
    rows = Concession.objects.filter(case__customer__in=customers, booked_at__gte=since)
    return dict(
        rows.values("case__customer").annotate(n=Count("id")).values_list("case__customer", "n").order_by()
    )


def _corrections(comment_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    rows = FactCorrection.objects.filter(comment__among=comment_ids).order_by("pk")
    for comment, name, given in rows.values_list("comment", "name", "value"):
        found.setdefault(comment, {})[name] = given
    return found
