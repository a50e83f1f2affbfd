"""What the day's page and the board ask of the database, put into words once: see feedback.prepared.

Keys come from indexes that hold nothing but what is open; what a row shows is asked for those few keys alone.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet

from feedback import contacts, promises, shop
from feedback.models import Case, Defection, Message, Promise, User
from feedback.models.cases import CaseQuerySet
from feedback.prepared import Prepared, PreparedCounts, PreparedFigures
from reviews.models import Reply

SHOWN = 10  # rows of one list; the rest is a link away
_CASE = (
    *(
        "public_id",
        "opened_at",
        "due_on",
        "state",
        "route",
        "severity",
        "escalations",
        "comment__title",
        "comment__text",
        "comment__author",
    ),
    "comment__analysis__flags",
    *("customer__name", "customer__email", "customer__public_id"),
    *("owner__first_name", "owner__last_name", "owner__username"),
)
_PROMISE = ("what", "by_when", "call_back_on", "who", "unreached", "tried_at")


@dataclass(frozen=True, slots=True)
class Day:
    """Whose, and when: every list is asked for with the same values. `soon` is the next working day, `since`
    from when on late orders are looked at."""

    me: int
    today: date
    soon: date
    since: date

    @classmethod
    def of(cls, me: User, today: date) -> "Day":
        return cls(me.pk, today, shop.working_days_later(today, 1), contacts.late_since(today))


def _owed(day: Day) -> QuerySet[Promise]:
    """To be done by the next working day, or overdue and not asked about yet: mine, and the team's about a
    case that I look after."""
    return _near(day).filter(Q(who=day.me) | Q(who=None, case__owner=day.me))


def _teams(day: Day) -> QuerySet[Promise]:
    """As above, where neither the promise nor its case has anybody's name."""
    return _near(day).filter(who=None, case__owner=None)


def _near(day: Day) -> QuerySet[Promise]:
    """Done, or not: what somebody has called about today waits for its next call, and for nothing else."""
    near = Promise.objects.unsettled().filter(by_when__lte=day.soon, call_back_on__gt=day.today, unreached=0)
    return near.order_by("by_when", "pk")


def _to_contact(day: Day) -> QuerySet[Defection]:
    """Who stopped buying and is mine to ask, by the next working day or overdue (S2-3)."""
    mine = Defection.objects.filter(state="open", owner=day.me, contact_by__lte=day.soon)
    return mine.order_by("contact_by", "pk")


def _drafts() -> QuerySet[Message]:
    return Message.objects.filter(state=Message.State.DRAFT).order_by("drafted_at", "pk")


def _cases() -> CaseQuerySet:
    return Case.objects.unsettled()


def _to_ask(day: Day) -> QuerySet[Promise]:
    return promises.to_ask(day.today).filter(Q(who=day.me) | Q(who=None))


def _not_yet(day: Day) -> CaseQuerySet:
    """Mine, where the customer said by the link that it is not done, and nothing was promised since."""
    said = Promise.objects.filter(state=Promise.State.BROKEN, told_via=Promise.Via.LINK)
    said = said.exclude(case__promises__made_at__gt=F("settled_at"))
    return _cases().filter(pk__in=said.values("case"), owner=day.me)


_CASES: dict[str, Callable[[Day], CaseQuerySet]] = {
    "not_yet": _not_yet,
    "mine": lambda day: _cases().filter(owner=day.me),
    "nobodys": lambda day: _cases().filter(owner=None, due_on__lte=day.today),
    "watched": lambda day: _cases().filter(watches__user=day.me),
    "latest": lambda day: _cases().filter(due_on__lt=day.today),
}
# With what is shown of a row, and where its customer is.
_OTHERS: dict[str, tuple[Callable[[Day], QuerySet[Any]], tuple[str, ...], str]] = {
    "to_ask": (_to_ask, _PROMISE, "case__customer"),
    "promised": (_owed, _PROMISE, "case__customer"),
    "teams": (_teams, _PROMISE, "case__customer"),
    "call_first": (
        lambda day: contacts.late_between(day.since, day.today),
        ("number", "promised_on", "carrier"),
        "customer",
    ),
    "to_contact": (_to_contact, ("public_id", "since", "contact_by"), "customer"),
    "drafts": (
        lambda _day: _drafts().filter(needs_approver=False),
        ("text", "drafted_at", "case__public_id"),
        "case__customer",
    ),
    "all_drafts": (lambda _day: _drafts(), ("text", "drafted_at", "case__public_id"), "case__customer"),
}
_COUNTED: dict[str, Callable[[Day], QuerySet[Any]]] = {
    **_CASES,
    **{name: rows for name, (rows, _columns, _customer) in _OTHERS.items()},
    "late": lambda day: _cases().filter(owner=day.me, due_on__lt=day.today),
    "replies": lambda _day: Reply.objects.waiting().filter(needs_approver=False),
    "all_replies": lambda _day: Reply.objects.waiting(),
}


def rows(name: str, day: Day) -> list[Any]:
    """The first of them."""
    return _rows(name).all(*astuple(day))


def counts(names: tuple[str, ...], day: Day) -> dict[str, int]:
    """How many there are of each. One query."""
    return dict(zip(names, _counts(names)(*astuple(day)), strict=True))


@cache
def _rows(name: str) -> Prepared[Any]:
    return Prepared(lambda *values: _first(name, Day(*values)), int, date, date, date)


@cache
def _counts(names: tuple[str, ...]) -> PreparedCounts:
    each = [lambda *values, name=name: _COUNTED[name](Day(*values)).order_by() for name in names]
    return PreparedCounts(each, int, date, date, date)


def _first(name: str, day: Day) -> QuerySet[Any]:
    if name in _CASES:
        # Sorted by an index, before anything stands beside them.
        keys = _CASES[name](day).order_by("due_on", "pk").values("pk")[:SHOWN]
        shown = Case.objects.select_related("comment__analysis", "customer", "owner").only(*_CASE)
        return shown.filter(pk__in=keys).order_by("due_on", "pk")
    found, columns, customer = _OTHERS[name]
    named = [f"{customer}__{one}" for one in ("name", "email", "public_id")]
    return found(day).select_related(customer).only(*columns, *named)[:SHOWN]


def _case_counts(today: date) -> QuerySet[Case, Any]:
    return (
        _cases()
        .order_by()
        .values("owner")
        .annotate(
            open=Count("*"),
            waiting=Count("pk", filter=Q(state=Case.State.WAITING)),
            due=Count("pk", filter=Q(due_on=today)),
            late=Count("pk", filter=Q(due_on__lt=today)),
            shown=Count("pk", filter=Q(escalations__gt=0)),
        )
        .values_list("owner", "open", "waiting", "due", "late", "shown")
    )


def _promise_counts(today: date) -> QuerySet[Promise, Any]:
    open_ = Promise.objects.unsettled().order_by().values("who")
    coming, asked = Q(call_back_on__gt=today, unreached=0), Q(call_back_on__lte=today)
    counted = open_.annotate(
        promised=Count("pk", filter=coming),
        to_ask=Count("pk", filter=asked),
        tried=Count("pk", filter=Q(unreached__gt=0)),
        tried_at=Max("tried_at"),
    )
    return counted.values_list("who", "promised", "to_ask", "tried", "tried_at")


# By owner, None among them: open, waiting, due today, late, shown to a manager.
CASE_COUNTS = PreparedFigures(_case_counts, date)
# By who gave them: promised, to be asked about; of all these where nobody was reached yet, and the last try.
PROMISE_COUNTS = PreparedFigures(_promise_counts, date)
PEOPLE = Prepared(lambda: User.objects.only("first_name", "last_name", "username").order_by())
