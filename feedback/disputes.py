"""Disputes at the bank: note one, gather what answers it, close it. While one is open, nothing is given."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback import bulk, cases, journal, labels, money, shop
from feedback.models import Case, Comment, Dispute, Notice, Order, OutgoingMail, User
from feedback.money import format_money
from feedback.value import DISPUTE_COST

EVIDENCE = {
    "invoice": gettext_lazy("Invoice"),
    "tracking": gettext_lazy("Tracking"),
    "delivered": gettext_lazy("Delivered on"),
    "terms": gettext_lazy("Terms that were shown"),
    "notices": gettext_lazy("What the customer was told"),
    "mails": gettext_lazy("Mails that were sent"),
    "words": gettext_lazy("What the customer wrote"),
}
LONGEST_ID = 120


class BadDispute(ValueError):
    """`field` names what cannot be used; the message is for people."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class Stale(RuntimeError):
    """It was closed before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing the bank may ask for: what we hold of it (empty: nothing), and whether it was attached."""

    key: str
    label: Any
    held: tuple[str, ...]
    attached: bool


def find_order(number: str, store: str = "") -> Order:
    """Raises BadDispute: no such order, or several stores have one of this number."""
    found = Order.objects.filter(number=number.strip())
    if store:
        found = found.filter(store=store)
    rows = list(found[:2])
    if not rows:
        raise BadDispute("order_number", _("There is no order of this number."))
    if len(rows) > 1:
        raise BadDispute("store", _("Several stores have an order of this number: name the store."))
    return rows[0]


def note(
    order: Order,
    *,
    external_id: str,
    amount: Decimal,
    fee: Decimal = Decimal(0),
    currency: str = "",
    reason: str = "",
    opened_at: datetime | None = None,
    due_by: datetime | None = None,
    by: User | None = None,
) -> tuple[Dispute, bool]:
    """Each dispute once, by the provider's reference; whether it is new. Raises BadDispute.

    From here on the order is locked: the cases about it are decided anew, drafts for the old decision are
    stale, and the database refuses every concession.
    """
    now = timezone.now()
    currency = currency or order.currency
    opened = _checked(opened_at or now, due_by, amount, fee, currency)
    row = bulk.unsaved(
        Dispute, order_id=order.pk, external_id=external_id, amount=amount, fee=fee, currency=currency,
        reason=reason[:80], opened_at=opened, due_by=due_by,
    )  # fmt: skip
    with journal.recording():
        list(Order.objects.select_for_update(no_key=True).filter(pk=order.pk).values("pk"))
        is_new = bulk.insert_first(row, of="external_id")
        if not is_new:
            known = Dispute.objects.get(external_id=external_id)
            if known.order_id != order.pk:
                raise BadDispute("external_id", _("This reference belongs to a dispute on another order."))
            return known, False
        journal.log("dispute opened", row, by=by, order=order.pk, amount=str(amount), fee=str(fee))
        _decide_anew(order, now, by=by)
    return row, True


def change(dispute: Dispute, given: Mapping[str, Any], *, by: User | None = None) -> None:
    """What became known later: reason, fee, amount, due date. Raises BadDispute."""
    if not given:
        return
    with journal.recording():
        row = Dispute.objects.select_for_update(no_key=True).get(pk=dispute.pk)
        merged = {
            name: given.get(name, getattr(row, name)) for name in ("due_by", "amount", "fee", "currency")
        }
        _checked(row.opened_at, **merged)
        Dispute.objects.filter(pk=row.pk).update(**given)
        journal.log("dispute changed", row, by=by, fields=sorted(given))


def hear_again(dispute: Dispute, given: Mapping[str, Any], *, by: User | None = None) -> list[str]:
    """A dispute noted once more: what is said otherwise now counts, and the names of those fields.

    Nothing is dropped in silence: Stale where it is closed and something would change. Raises BadDispute.
    """
    with journal.recording():
        row = Dispute.objects.select_for_update(no_key=True).get(pk=dispute.pk)
        otherwise = {name: value for name, value in given.items() if getattr(row, name) != value}
        if otherwise and row.state != Dispute.State.OPEN:
            raise Stale(row.external_id)
        change(row, otherwise, by=by)
    return sorted(otherwise)


def attach(dispute: Dispute, keys: Collection[str], *, by: User) -> None:
    """What of the evidence was sent to the bank."""
    ticked = [key for key in EVIDENCE if key in keys]
    with journal.recording():
        Dispute.objects.filter(pk=dispute.pk).update(evidence=ticked)
        journal.log("dispute evidence", dispute, by=by, attached=ticked)


def close(
    dispute: Dispute,
    *,
    outcome: str,
    fee: Decimal | None = None,
    closed_at: datetime | None = None,
    by: User | None = None,
) -> None:
    """The lock ends with the last open dispute of the order, and a new decision is made. Raises Stale."""
    now = timezone.now()
    at = closed_at or now
    if outcome not in Dispute.Outcome.values:
        raise BadDispute("outcome", _("Say how it ended: won, lost or accepted."))
    if not dispute.opened_at <= at <= now:
        raise BadDispute("closed_at", _("It cannot have closed before it opened, or in days to come."))
    costs = {} if fee is None else {"fee": _sum("fee", fee, dispute.currency)}
    with journal.recording():
        order = Order.objects.select_for_update(no_key=True).get(pk=dispute.order_id)
        still_open = Dispute.objects.filter(pk=dispute.pk, state=Dispute.State.OPEN)
        if not still_open.update(state=Dispute.State.CLOSED, outcome=outcome, closed_at=at, **costs):
            raise Stale(dispute.external_id)
        dispute.refresh_from_db()
        journal.log("dispute closed", dispute, by=by, outcome=outcome, cost=str(dispute.cost))
        _decide_anew(order, now, by=by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A dispute as its bank tells of it. `outcome` '' while open; `version`: see feedback.purchases."""

    external_id: str
    amount: Decimal
    currency: str
    opened_at: datetime
    version: str
    fee: Decimal | None = None
    reason: str = ""
    due_by: datetime | None = None
    outcome: str = ""
    closed_at: datetime | None = None


def hear(order: Order, told: Told) -> Dispute:
    """The newest word of the bank counts, in whichever order its words come. Raises BadDispute."""
    with journal.recording():
        row, is_new = note(
            order, external_id=told.external_id, amount=told.amount, fee=told.fee or Decimal(0),
            currency=told.currency, reason=told.reason, opened_at=told.opened_at, due_by=told.due_by,
        )  # fmt: skip
        row = Dispute.objects.select_for_update(no_key=True).get(pk=row.pk)
        if not is_new and told.version < row.version:
            _close_earlier(row, told)
            return row
        if not is_new:
            _amend(row, told)
        if told.outcome and row.state == Dispute.State.OPEN:
            close(row, outcome=told.outcome, closed_at=told.closed_at)
        elif told.outcome:
            _close_earlier(row, told)
            Dispute.objects.filter(pk=row.pk).update(outcome=told.outcome)
        elif row.state == Dispute.State.CLOSED:
            _reopen(row, order)
        Dispute.objects.filter(pk=row.pk).update(version=told.version)
    return row


def _amend(row: Dispute, told: Told) -> None:
    """What stands in both words, and is said otherwise now."""
    said: dict[str, Any] = {"amount": told.amount, "currency": told.currency, "due_by": told.due_by}
    said |= {"fee": told.fee} if told.fee is not None else {}
    said |= {"reason": told.reason} if told.reason else {}
    change(row, {name: value for name, value in said.items() if getattr(row, name) != value})


def _close_earlier(row: Dispute, told: Told) -> None:
    """Of several words about its end the first says when that was."""
    if told.closed_at and row.closed_at and told.outcome == row.outcome:
        earlier = Dispute.objects.filter(pk=row.pk, closed_at__gt=told.closed_at)
        earlier.update(closed_at=max(told.closed_at, row.opened_at))


def _reopen(row: Dispute, order: Order) -> None:
    """The bank looks at it anew: from here on the order is locked again."""
    now = timezone.now()
    Dispute.objects.filter(pk=row.pk).update(state=Dispute.State.OPEN, outcome="", closed_at=None)
    journal.log("dispute opened again", row, order=order.pk)
    _decide_anew(order, now, by=None)


def opened_in(start: date, end: date) -> QuerySet[Dispute]:
    """Of these days, both included."""
    ends = shop.start_of(end + timedelta(days=1))
    return Dispute.objects.filter(opened_at__gte=shop.start_of(start), opened_at__lt=ends)


def cost_of(rows: QuerySet[Dispute], currency: str) -> Decimal:
    """What those took from us that are in this currency. One query."""
    taken = rows.filter(currency=currency).aggregate(n=Sum(DISPUTE_COST))["n"]
    return money.quantize(Decimal(str(taken or 0)), currency)  # SQLite sums in floating point


def open_on(order_id: int | None) -> list[Dispute]:
    if order_id is None:
        return []
    found = Dispute.objects.filter(order=order_id, state=Dispute.State.OPEN).select_related("order")
    return list(found.order_by("due_by", "pk"))


def evidence(dispute: Dispute, language: str) -> list[Evidence]:
    """What we hold for an answer to the bank, from the order, its notices, our mails and the words."""
    held = {
        "invoice": list(_invoice(dispute.order, language)),
        "tracking": [dispute.order.carrier] if dispute.order.carrier else [],
        "delivered": list(_delivered(dispute.order)),
        "terms": [_moment(dispute.order.terms_shown_at)] if dispute.order.terms_shown_at else [],
        "notices": list(_notices(dispute.order)),
        "mails": list(_mails(dispute.order)),
        "words": list(_words(dispute.order)),
    }
    return [
        Evidence(key=key, label=label, held=tuple(held[key]), attached=key in dispute.evidence)
        for key, label in EVIDENCE.items()
    ]


def _decide_anew(order: Order, now: datetime, *, by: User | None) -> None:
    """Every case about the order, and every comment on it that has a decision."""
    found = Comment.objects.filter(order=order, superseded_by=None, read_at__isnull=False)
    comments = list(found.filter(decisions__is_current=True).select_related("analysis", "order").distinct())
    known = {case.comment_id: case for case in Case.objects.filter(comment__among=[c.pk for c in comments])}
    if comments:
        made = cases.decide_many(comments, now, cases=known)
        for case in known.values():
            decision = made[case.comment_id]
            journal.log("case decided", case, by=by, decision=decision.pk, rule=decision.rule)
    _route(order)


def _route(order: Order) -> None:
    """The list shows what is locked; other urgent routes keep their own name."""
    about, route = Case.objects.filter(order=order), Case.Route
    if open_on(order.pk):
        about.filter(route=route.NORMAL).update(route=route.DISPUTE)
        return
    told = Comment.objects.filter(order=order, analysis__flags__icontains="dispute").values("pk")
    about.filter(route=route.DISPUTE).exclude(comment__in=told).update(route=route.NORMAL)


def _checked(
    opened_at: datetime, due_by: datetime | None, amount: Decimal, fee: Decimal, currency: str
) -> datetime:
    if not money.is_currency(currency):
        raise BadDispute("currency", _("“%(code)s” is not a currency.") % {"code": currency})
    _sum("amount", amount, currency)
    _sum("fee", fee, currency)
    if opened_at > timezone.now():
        raise BadDispute("opened_at", _("This lies in the future."))
    if due_by is not None and due_by < opened_at:
        raise BadDispute("due_by", _("The answer cannot be due before the dispute opened."))
    return opened_at


def _sum(field: str, amount: Decimal, currency: str) -> Decimal:
    try:
        parsed = money.parse(amount, currency)
    except money.BadAmount:
        raise BadDispute(field, _("This is not an amount in %(code)s.") % {"code": currency}) from None
    if parsed < 0:
        raise BadDispute(field, _("This must not be below zero."))
    return parsed


def _invoice(order: Order, language: str) -> Iterator[str]:
    yield f"{order.number} · {format_money(order.total, order.currency, language)}"
    for line in order.lines.all():
        yield f"{line.quantity.normalize():f} × {line.name}"


def _delivered(order: Order) -> Iterator[str]:
    if order.delivered_on:
        yield f"{order.delivered_on:%d/%m/%Y}"
    if order.promised_on:
        yield _("promised for %(day)s") % {"day": f"{order.promised_on:%d/%m/%Y}"}


def _notices(order: Order) -> Iterator[str]:
    for notice in Notice.objects.filter(order=order).order_by("sent_at")[:20]:
        said = notice.subject or labels.known(labels.NOTICES, notice.kind)
        yield f"{_moment(notice.sent_at)} · {labels.known(labels.WAYS, notice.channel)} · {said}"


def _mails(order: Order) -> Iterator[str]:
    """Ours to this customer since the order; the words themselves are kept no longer than they are needed."""
    sent = OutgoingMail.objects.filter(
        customer=order.customer_id, state=OutgoingMail.State.SENT, sent_at__gte=order.placed_at
    )
    for mail in sent.order_by("sent_at")[:20]:
        yield f"{_moment(mail.sent_at)} · {mail.subject}"


def _words(order: Order) -> Iterator[str]:
    for comment in Comment.objects.filter(order=order, superseded_by=None).order_by("said_at")[:5]:
        if comment.words.strip():
            yield f"{_moment(comment.said_at)} · {comment.words[:300]}"


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%d/%m/%Y %H:%M}" if at else ""
