"""What history says of whoever complains, and what has to be done before a case may end. Internal (S1-6).

Reckoned by the job that decides, for customers whom somebody has checked: what a stranger could claim by
typing an address moves nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.utils import timezone
from django.utils.functional import Promise as Words
from django.utils.translation import gettext_lazy as _

from feedback import archetypes, shop
from feedback.archetypes import Archetype, History, Step
from feedback.models import Analysis, Case, Comment, Decision, FollowUp, Handling, Message, Order
from feedback.wording import ways
from feedback.wording.ways import Way

HALF, YEAR = timedelta(days=182), timedelta(days=365)
ASKS_OUR_SIDE = ("staff_conduct",)  # problems of which somebody of ours has a side to tell
INSULT = "abuse"
SPOKEN = ("phone", "in_person")  # ways of Message.Channel
STOP_AT = 2  # texts with abusive words in one matter: then somebody may stop the contact


class NotYet(RuntimeError):
    """`why` says what has to be done first, to the person who tried; `field`: beside which of the form's."""

    def __init__(self, why: Words | str, *, field: str | None = None) -> None:
        super().__init__("not yet")
        self.why, self.field = why, field


WHY = {
    Step.VERDICT: _("First say whether it is true, and what shows it: they see mistakes that are there."),
    Step.WORTH: _("First say whether they are worth winning back, and why."),
    Step.DONE: _("First say what was done about it: they are among the best customers we have."),
    Step.TOLD: _("First tell them what was done, and mark it so: they are among the best customers we have."),
}
NOT_FIRST = _("They had to tell us again, so it was not solved the first time.")
NO_REASON = _("Say why it is closed: nobody has solved it.")
STOPPED = _("We talk to them in writing only: the contact was stopped.")
NO_SIDE = _("First note what our own people say of it: both sides are heard before anything is decided.")


def of(case: Case) -> Handling | None:
    rows = Handling.objects.select_related("chosen_by", "verdict_by", "worth_by", "our_side_by", "stopped_by")
    return rows.filter(pk=case.pk).first()


def seen(case: Case, now: datetime) -> Handling | None:
    """As `of`; of a case that nobody reckoned yet what history shows now, unsaved. None: nobody we know."""
    row = of(case)
    if row is not None or case.customer_id is None or case.comment.customer_claimed:
        return row
    return _row(case, histories_of([case], now)[case.pk], now)


def reckon(cases: Sequence[Case], now: datetime) -> dict[int, str]:
    """Keep a row for each of these that has a checked customer; archetype by case. Within a transaction.

    Needs `comment` on each, and reads its analysis; four queries, however many there are. Reckoned again,
    only what history shows is written over.
    """
    known = [case for case in cases if case.customer_id is not None and not case.comment.customer_claimed]
    if not known:
        return {}
    histories = histories_of(known, now)
    rows = [_row(case, histories[case.pk], now) for case in known]
    Handling.objects.bulk_create(
        rows,
        update_conflicts=True,
        update_fields=["archetype", "reasons", "reckoned_at"],
        unique_fields=["case"],
    )
    return {row.pk: row.archetype for row in rows}


def comes_first(case: Case) -> bool:
    row = Handling.objects.filter(pk=case.pk).only("archetype", "chosen", "chosen_at").first()
    return row is not None and row.final in archetypes.FIRST


def open_steps(row: Handling | None, case: Case, *, done: bool, told: bool) -> list[Step]:
    """What has to be done before the case may end. `done`: it is said what; `told`: they know it."""
    if row is None:
        return []
    have = {
        Step.VERDICT: bool(row.verdict),
        Step.WORTH: bool(row.worth),
        Step.DONE: done,
        Step.TOLD: told or _was_written_to(case),
    }
    return [step for step in archetypes.STEPS.get(Archetype(row.final), ()) if not have[step]]


def check_end(case: Case, *, done: bool, told: bool, is_solved: bool) -> None:
    """Raises NotYet. Closed without being solved, nobody has to have been told of a solution."""
    row = seen(case, timezone.now())
    if lacks_our_side(case, row):
        raise NotYet(NO_SIDE)
    for step in open_steps(row, case, done=done or not is_solved, told=told or not is_solved):
        raise NotYet(WHY[step])


def wants_senior(case: Case) -> bool:
    """An approver looks at what goes out: nobody has to bear insults or threats alone (S1-11, decision 14),
    and with whom nothing helps we do not go on arguing. The words and what is given stay the same."""
    analysis = getattr(case.comment, "analysis", None)
    if analysis is not None and (analysis.leverage or INSULT in analysis.flags):
        return True
    row = Handling.objects.filter(pk=case.pk).only("archetype", "chosen", "chosen_at").first()
    return row is not None and row.final == Archetype.HATER and _was_written_to(case)


def is_stopped(case: Case) -> bool:
    return Handling.objects.filter(pk=case.pk, stopped_at__isnull=False).exists()


def way_of(case: Case) -> Way:
    """How our words reach them: as they told us, and in writing only once the contact was stopped (S1-11)."""
    way = ways.way_of(case.comment.channel)
    return Way.WRITTEN if way is Way.SPOKEN and is_stopped(case) else way


def insults_in(case: Case) -> int:
    """Texts with abusive words: of this case, of those joined to it, and of what was added to either. Whoever
    calls adds nothing to a case: each call is one of its own, which is joined."""
    told = dict(Case.objects.filter(Q(pk=case.pk) | Q(joined_to=case.pk)).values_list("pk", "comment"))
    words = [*told.values(), *FollowUp.objects.filter(case__in=told).values_list("comment", flat=True)]
    flags = Analysis.objects.filter(pk__in=words).values_list("flags", flat=True)
    return sum(INSULT in one for one in flags)


def lacks_our_side(case: Case, row: Handling | None, decision: Decision | None = None) -> bool:
    """S1-4: somebody of ours is complained of, and nobody has asked them."""
    if row is not None and row.our_side:
        return False
    decision = decision or Decision.objects.filter(comment=case.comment_id, is_current=True).first()
    problem = decision.facts.get("problem") if decision else case.reason
    return problem in ASKS_OUR_SIDE


def histories_of(cases: Sequence[Case], now: datetime) -> dict[int, History]:
    """By case, without the complaint at hand. Four queries."""
    customers = {case.customer_id for case in cases if case.customer_id is not None}
    bought = _bought(customers, now)
    said = _said(customers, now)
    complained = _complained(customers, now)
    return {case.pk: _history(case, bought, said, complained, now) for case in cases}


def _row(case: Case, known: History, now: datetime) -> Handling:
    judged = archetypes.judge(known)
    reasons = {name: list(numbers) for name, numbers in judged.reasons.items()}
    return Handling(case=case, archetype=judged.archetype.value, reasons=reasons, reckoned_at=now)


def _history(
    case: Case,
    bought: Mapping[int, Mapping[str, Any]],
    said: Mapping[int, Sequence[tuple[int, float | None, Sequence[str]]]],
    complained: Mapping[int, Mapping[str, int]],
    now: datetime,
) -> History:
    assert case.customer_id is not None
    orders = bought.get(case.customer_id, {})
    words = said.get(case.customer_id, ())
    flags = [flags for _pk, _stars, flags in words]
    earlier = [stars for pk, stars, _flags in words if stars is not None and pk != case.comment_id]
    counts = complained.get(case.customer_id, {})
    is_recent = case.opened_at >= now - YEAR
    return History(
        days=(now - orders["first"]).days if orders else None,
        orders=orders.get("n", 0),
        spent=orders.get("late") or Decimal(0),
        spent_before=orders.get("early") or Decimal(0),
        ratings=len(earlier),
        stars=sum(earlier) / len(earlier) if earlier else None,
        complaints=max(0, counts.get("n", 0) - is_recent),
        checked=counts.get("checked", 0),
        true=counts.get("true", 0),
        insults=sum(INSULT in one for one in flags),
        may_leave=any(pk == case.comment_id and "may_leave" in one for pk, _stars, one in words),
    )


def _bought(customers: Collection[int], now: datetime) -> dict[int, dict[str, Any]]:
    currency = shop.current().currency
    rows = Order.objects.filter(customer__in=customers, cancelled_at=None, placed_at__lte=now)
    late = Q(placed_at__gt=now - HALF, currency=currency)
    early = Q(placed_at__gt=now - 2 * HALF, placed_at__lte=now - HALF, currency=currency)
    found = rows.order_by().values("customer").annotate(
        first=Min("placed_at"), n=Count("pk"), late=Sum("total", filter=late),
        early=Sum("total", filter=early),
    )  # fmt: skip
    return {row["customer"]: _in_money(row) for row in found}


def _in_money(row: Mapping[str, Any]) -> dict[str, Any]:
    """SQLite sums in floating point."""
    return {**row, **{name: round(Decimal(row[name] or 0), 2) for name in ("late", "early")}}


def _said(
    customers: Collection[int], now: datetime
) -> dict[int, list[tuple[int, float | None, Sequence[str]]]]:
    """Comment, its stars (None without) and its flags, by customer. What nobody checked is not theirs."""
    rows = Comment.objects.current().filter(customer__in=customers, customer_claimed=False, said_at__lte=now)
    found = rows.order_by().values_list("customer", "pk", "scale", "score", "analysis__flags")
    said: dict[int, list[tuple[int, float | None, Sequence[str]]]] = defaultdict(list)
    for customer, pk, scale, score, flags in found:
        stars = float(score) if scale == Comment.Scale.STARS and score is not None else None
        said[customer].append((pk, stars, flags or ()))
    return said


def _complained(customers: Collection[int], now: datetime) -> dict[int, dict[str, int]]:
    rows = Case.objects.filter(customer__in=customers, joined_to=None, comment__customer_claimed=False)
    found = rows.order_by().values("customer").annotate(
        n=Count("pk", filter=Q(opened_at__gt=now - YEAR)),
        checked=Count("pk", filter=~Q(handling__verdict="") & Q(handling__isnull=False)),
        true=Count("pk", filter=Q(handling__verdict="true")),
    )  # fmt: skip
    return {row["customer"]: {name: row[name] for name in ("n", "checked", "true")} for row in found}


def _was_written_to(case: Case) -> bool:
    out = (Message.State.APPROVED, Message.State.SENDING, Message.State.SENT)
    return Message.objects.filter(case=case, state__in=out).exists()
