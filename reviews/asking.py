"""Ask customers to write about us at a public place: one mail, later than any survey's, no word of a reward.

By construction nothing here can depend on what somebody answered: this app does not know the surveys, and
`feedback.selecting.Candidate` has no field for it (decision 1; L2, L3, L4). Only where the place allows it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet

from feedback import bulk, journal, leases, mail, postage, shop
from feedback.models import Customer, MailAddress, Order, OutgoingMail, User
from feedback.models.queue import LeasableQuerySet
from feedback.selecting import Candidate, Draw, Outcome, Preview, Proof, Way, after_the_draw, before_the_draw
from reviews.models import PublicInvitation, PublicPlan, Source
from reviews.platforms import forbids_asking

EVERY = timedelta(minutes=5)
BATCH, PREVIEWED = 200, 2000
FRESH = timedelta(days=30)  # what was delivered longer before the delay is not asked about
# A mail that offers a reward and one that asks in public do not stand one below the other (decision 1).
AFTER_A_REWARD = timedelta(days=7)
GIVE_UP = timedelta(days=60)  # drawn, and still not sent: hours and caps left no room
KIND = OutgoingMail.Kind.QUESTION  # asks, without a reward: its hours, its caps, its way out


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What becomes of one order. `place` in the line of those that fitted; None: it did not fit."""

    order: Order
    outcome: Outcome
    place: int | None


def of(source: Source, now: datetime) -> PublicPlan:
    """The source's plan; an unsaved one, switched off, before it has one."""
    found = PublicPlan.objects.filter(source=source).select_related("source").first()
    return found or PublicPlan(source=source, since=shop.day(now), made_at=now)


def may_ask(source: Source, url: str) -> bool:
    """L2: the shop's own page needs no asking; elsewhere the place's rules must allow it."""
    is_public = source.is_active and source.kind != Source.Kind.OWN
    return is_public and source.solicitation_allowed and not forbids_asking(url)


def keep(plan: PublicPlan, *, by: User | None, fields: Sequence[str]) -> None:
    with journal.recording():
        is_new = plan.pk is None
        plan.save(update_fields=None if is_new else list(fields))
        verb = "plan of public invitations made" if is_new else "plan of public invitations changed"
        journal.log(verb, plan, by=by, source=plan.source_id, fields=list(fields))


def switch(plan: PublicPlan, *, on: bool, now: datetime, by: User | None) -> bool:
    """False: it may not be switched on. Off: nobody else is drawn; who was drawn still gets the one mail."""
    if on and not may_ask(plan.source, plan.url):
        return False
    again = {"leased_by": "", "leased_until": None, "tries": 0, "retry_at": None, "failed_at": None}
    with journal.recording():
        plans = PublicPlan.objects.filter(pk=plan.pk, look_at__isnull=on)
        if plans.update(look_at=now if on else None, **again):
            journal.log(f"plan of public invitations switched {'on' if on else 'off'}", plan, by=by)
    return True


def due(now: datetime) -> LeasableQuerySet:
    return PublicPlan.objects.filter(look_at__lte=now)


def look(plans: Sequence[PublicPlan], now: datetime) -> None:
    """The job, one plan and some orders a batch; both rows of an order are unique, so a repeat adds none."""
    (held,) = plans
    with journal.recording():
        locked = PublicPlan.objects.select_for_update(no_key=True, of=("self",)).select_related("source")
        plan = locked.get(pk=held.pk)
        is_meant = plan.is_on and may_ask(plan.source, plan.url)
        orders = list(_waiting(plan, now)[:BATCH]) if is_meant else []
        looked = list(_look_at(plan, orders, now, lock=True))
        _note(plan, looked, now)
        following = (now if len(orders) == BATCH else now + EVERY) if plan.is_on else None
        last = max((one.place for one in looked if one.place is not None), default=plan.counted)
        leases.finish([held], look_at=following, counted=last)


LOOK = leases.Job(name="ask for public reviews", due=due, run=look, batch=1)


def preview(plan: PublicPlan, now: datetime) -> Preview:
    """Whom it would ask now, and why not the others. Writes nothing."""
    orders = list(_waiting(plan, now)[: PREVIEWED + 1])
    looked = list(_look_at(plan, orders[:PREVIEWED], now, lock=False))
    counts = Counter(str(one.outcome) for one in looked)
    return Preview(counts=counts, looked_at=len(looked), is_cut=len(orders) > PREVIEWED)


def prove(plan: PublicPlan) -> Proof:
    """Each row's draw worked out from its own rule, its order's name and its place (L4)."""
    rows = PublicInvitation.objects.filter(plan=plan, place__isnull=False).order_by("place")
    wrong, drawn, of_all = [], 0, 0
    columns = rows.values_list("order__public_id", "order__number", "rule", "place", "outcome")
    for name, number, rule, place, outcome in columns.iterator(2000):
        assert place is not None
        of_all += 1
        was_drawn = outcome != Outcome.NOT_DRAWN
        drawn += was_drawn
        if Draw.of(rule).takes(name, place) != was_drawn:
            wrong.append(number)
    return Proof(drawn=drawn, of=of_all, wrong=wrong)


def to_send(now: datetime) -> LeasableQuerySet:
    return PublicInvitation.objects.filter(send_at__lte=now)


def send(invitations: Sequence[PublicInvitation], now: datetime) -> None:
    """The job: the one mail to each who was drawn, within the hours and caps of mail that asks."""
    whole = PublicInvitation.objects.select_related("plan__source", "order__customer")
    with journal.recording():
        rows = list(whole.filter(pk__in=[one.pk for one in invitations]).order_by("pk"))
        customers = {one.order.customer_id for one in rows}
        allowance = postage.allowance(KIND, customers, now)
        quiet = _quiet_until(customers, now)
        for one in rows:
            whose = one.order.customer_id
            if reason := _why_not(one, now):
                leases.finish([one], send_at=None, why_not=reason)
            elif later := quiet.get(whose) or allowance.take(whose):
                leases.finish([one], send_at=later)
            elif written := _write(one, now):
                leases.finish([one], send_at=None, sent_at=now, mail=written)
                journal.log("public invitation sent", one, mail=written.pk)
            else:
                allowance.give_back(whose)
                leases.finish([one], send_at=None, why_not="stopped")
        allowance.keep()


SEND = leases.Job(name="send public invitations", due=to_send, run=send, batch=50)


def _why_not(one: PublicInvitation, now: datetime) -> str:
    """Looked at again at the moment of sending: rules and wishes may have changed since the draw."""
    if not may_ask(one.plan.source, one.plan.url):
        return "not_allowed"
    if one.order.customer.erased_at is not None:
        return "erased"
    if not one.order.customer.email:
        return "no_address"
    return "given_up" if now - one.at > GIVE_UP else ""


def _quiet_until(customers: set[int], now: datetime) -> dict[int, datetime]:
    """Who was written to about a reward lately: until when to wait. Looks at what we sent, at no answer."""
    offers = OutgoingMail.objects.filter(
        kind=OutgoingMail.Kind.ADVERTISING, customer__in=list(customers), made_at__gt=now - AFTER_A_REWARD
    ).exclude(state=OutgoingMail.State.SUPPRESSED)
    latest = offers.values_list("customer").annotate(at=Max("made_at")).values_list("customer", "at")
    return {whose: at + AFTER_A_REWARD for whose, at in latest if whose is not None}


def _write(one: PublicInvitation, now: datetime) -> OutgoingMail | None:
    """None: the address wants no mail that asks."""
    customer = one.order.customer
    return mail.write(
        to=customer.email,
        template="public_review",
        context=context(one.plan, name=customer.name),
        language=customer.language or shop.current().language,
        kind=KIND,
        customer=customer,
        about=f"reviews.publicinvitation:{one.pk}",
        now=now,
    )


def context(plan: PublicPlan, *, name: str) -> dict[str, Any]:
    """All that the letter can say."""
    return {"name": name, "place": plan.source.name, "url": plan.url}


def _waiting(plan: PublicPlan, now: datetime) -> QuerySet[Order]:
    """Delivered long enough ago and not looked at yet, the earliest first."""
    orders = Order.objects.filter(delivered_on__gte=plan.since, delivered_on__lte=_last_day(plan, now))
    if plan.pk:
        seen = PublicInvitation.objects.filter(plan=plan, order=OuterRef("pk"))
        orders = orders.filter(~Exists(seen))
    return orders.select_related("customer").order_by("delivered_on", "pk")


def _last_day(plan: PublicPlan, now: datetime) -> date:
    """The latest day that lies `delay` working days back."""
    day = today = shop.day(now)
    while shop.working_days_later(day, plan.delay) > today:
        day -= timedelta(days=1)
    return day


def _look_at(plan: PublicPlan, orders: Sequence[Order], now: datetime, *, lock: bool) -> Iterator[Looked]:
    draw, place, just_asked = _draw(plan), plan.counted, set[int]()
    for order, candidate in zip(orders, _candidates(plan, orders, now, lock=lock), strict=True):
        if outcome := before_the_draw(candidate):
            yield Looked(order=order, outcome=outcome, place=None)
            continue
        place += 1
        if not draw.takes(candidate.name, place):
            yield Looked(order=order, outcome=Outcome.NOT_DRAWN, place=place)
            continue
        outcome = after_the_draw(candidate)
        if outcome == Outcome.INVITED and order.customer_id in just_asked:
            outcome = Outcome.ASKED_LATELY
        if outcome == Outcome.INVITED:
            just_asked.add(order.customer_id)
        yield Looked(order=order, outcome=outcome, place=place)


def _draw(plan: PublicPlan) -> Draw:
    return Draw(way=Way(plan.way), every=plan.every, percent=plan.percent, seed=plan.seed)


def _candidates(
    plan: PublicPlan, orders: Sequence[Order], now: datetime, *, lock: bool
) -> Iterator[Candidate]:
    """All that is looked at, in a few queries. `lock`: two plans do not ask one customer at the same time."""
    customers = sorted({one.customer_id for one in orders})
    if lock:
        list(Customer.objects.select_for_update(no_key=True).filter(pk__in=customers).order_by("pk"))
    stopped, bounced = _unwilling(orders)
    staff, asked = shop.addresses_of_staff(), _asked_lately(customers, plan.apart_days, now)
    oldest = _last_day(plan, now) - FRESH
    for order in orders:
        buyer, email = order.customer, order.customer.email.lower()
        assert order.delivered_on is not None
        yield Candidate(
            name=order.public_id,
            is_cancelled=order.cancelled_at is not None,
            is_too_late=order.delivered_on < oldest,
            is_erased=buyer.erased_at is not None,
            is_insider=buyer.is_insider or email in staff,  # L10: staff write no reviews
            has_address=bool(email),
            has_stopped=email in stopped,
            came_back=email in bounced,
            was_asked_lately=buyer.pk in asked,
        )


def _unwilling(orders: Sequence[Order]) -> tuple[set[str], set[str]]:
    """Addresses that said no to mail that asks, and those that do not exist."""
    emails = {one.customer.email.lower() for one in orders if one.customer.email}
    digests = {mail.digest_of(email): email for email in emails}
    addresses = MailAddress.objects.filter(token_digest__in=digests)
    stopped = addresses.exclude(unsubscribed_at=None, complained_at=None)
    bounced = addresses.exclude(bounced_at=None)
    return (
        {digests[digest] for digest in stopped.values_list("token_digest", flat=True)},
        {digests[digest] for digest in bounced.values_list("token_digest", flat=True)},
    )


def _asked_lately(customers: Sequence[int], days: int, now: datetime) -> set[int]:
    """For any public place."""
    asked = PublicInvitation.objects.filter(
        outcome=Outcome.INVITED, order__customer__in=customers, at__gt=now - timedelta(days=days), why_not=""
    )
    return set(asked.values_list("order__customer", flat=True))


def _note(plan: PublicPlan, looked: Sequence[Looked], now: datetime) -> None:
    rule = _draw(plan).rule
    rows = [
        bulk.unsaved(
            PublicInvitation,
            plan_id=plan.pk,
            order_id=one.order.pk,
            outcome=str(one.outcome),
            rule=rule,
            place=one.place,
            at=now,
            send_at=now if one.outcome == Outcome.INVITED else None,
        )
        for one in looked
    ]
    bulk.insert(rows)
    if rows:
        asked = sum(one.outcome == Outcome.INVITED for one in looked)
        journal.log("public invitations drawn", plan, looked_at=len(rows), asked=asked, rule=rule)
