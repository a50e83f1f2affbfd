"""Ask by plan: look at each order whose time has come, once, and invite whom the plan draws."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from feedback import bulk, journal, leases, mail, shop, tokens
from feedback.models import Customer, MailAddress, Order, User
from feedback.models.queue import LeasableQuerySet
from feedback.selecting import Candidate, Draw, Outcome, Preview, Proof, Way, after_the_draw, before_the_draw
from surveys import circumstances, conditions, invitations, rewards
from surveys.conditions import Circumstances, Condition
from surveys.models import Invitation, Plan, Selection, Survey

BATCH = 200  # orders in one transaction
EVERY = timedelta(minutes=5)
FRESH = timedelta(days=30)  # nobody is asked about what happened longer ago than that, after the delay
PREVIEWED = 5_000  # orders that a preview looks at
_Event = Plan.Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What becomes of one order. `place` in the line of those that fitted; None: it did not fit."""

    order: Order
    outcome: Outcome
    place: int | None


def of(survey: Survey, now: datetime) -> Plan:
    """The survey's plan; an unsaved one, switched off, before it has one."""
    return Plan.objects.filter(survey=survey).first() or Plan(survey=survey, since=shop.day(now), made_at=now)


def keep(plan: Plan, *, by: User | None, fields: Sequence[str]) -> None:
    with journal.recording():
        is_new = plan.pk is None
        plan.save(update_fields=None if is_new else list(fields))
        verb = "plan of invitations made" if is_new else "plan of invitations changed"
        journal.log(verb, plan, by=by, survey=plan.survey_id, fields=list(fields))


def switch(plan: Plan, *, on: bool, now: datetime, by: User | None) -> None:
    """Off: nobody else is drawn or reminded; who was drawn before still gets the one mail."""
    with journal.recording():
        changed = Plan.objects.filter(pk=plan.pk, look_at__isnull=on).update(
            look_at=now if on else None,
            leased_by="",
            leased_until=None,
            tries=0,
            retry_at=None,
            failed_at=None,
        )
        if changed:
            journal.log(f"plan of invitations switched {'on' if on else 'off'}", plan, by=by)
    plan.look_at = now if on else None


def due(now: datetime) -> LeasableQuerySet:
    return Plan.objects.filter(look_at__lte=now)


def look(plans: Sequence[Plan], now: datetime) -> None:
    """The job, one plan and some orders a batch; both rows of an order are unique, so a repeat adds none."""
    (held,) = plans
    with journal.recording():
        plan = (
            Plan.objects.select_for_update(no_key=True, of=("self",)).select_related("survey").get(pk=held.pk)
        )
        orders = (
            list(_waiting(plan, now)[:BATCH]) if plan.is_on and plan.survey.state == Survey.State.LIVE else []
        )
        looked = list(_look_at(plan, orders, now, lock=True))
        _note(plan, looked, now)
        more = len(orders) == BATCH
        following = (now if more else now + EVERY) if plan.is_on else None
        leases.finish([held], look_at=following, counted=_last_place(looked, plan.counted))


LOOK = leases.Job(name="ask by plan", due=due, run=look, batch=1)


def preview(plan: Plan, now: datetime) -> Preview:
    """Whom it would ask now, and why not the others. Writes nothing; a few queries however many they are."""
    orders = list(_waiting(plan, now)[: PREVIEWED + 1])
    is_cut = len(orders) > PREVIEWED
    looked = list(_look_at(plan, orders[:PREVIEWED], now, lock=False))
    counts = Counter(str(one.outcome) for one in looked)
    return Preview(counts=counts, looked_at=len(looked), is_cut=is_cut)


def prove(plan: Plan) -> Proof:
    """Each row's draw worked out from its own rule, its order's name and its place (L4)."""
    rows = Selection.objects.filter(plan=plan, place__isnull=False).order_by("place")
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


def _waiting(plan: Plan, now: datetime) -> QuerySet[Order]:
    """Orders whose event and delay are over and that the plan has not looked at, the earliest event first.

    Each order is looked up in an index. As NOT EXISTS, a PostgreSQL that has not counted its rows yet
    compares every order with every selection: 16 s a batch of 10,000 orders instead of 0.1.
    """
    seen = Selection.objects.filter(plan=plan.pk, order=OuterRef("pk"))
    happened, order_by = _happened(plan, now)
    unseen = Order.objects.filter(happened)
    if plan.pk:
        unseen = unseen.alias(seen=Subquery(seen.values("pk")[:1])).filter(seen=None)
    return unseen.select_related("customer", "location").order_by(order_by, "pk")


def _happened(plan: Plan, now: datetime) -> tuple[Q, str]:
    if plan.event == _Event.ORDERED:
        begin, end = shop.start_of(plan.since), _ordered_before(plan, now)
        return Q(placed_at__gte=begin, placed_at__lt=end), "placed_at"
    column = "delivered_on" if plan.event == _Event.DELIVERED else "promised_on"
    return Q(**{f"{column}__gte": plan.since, f"{column}__lte": _last_day(plan, now)}), column


def _ordered_before(plan: Plan, now: datetime) -> datetime:
    if plan.unit == Plan.Unit.HOURS:
        return now - timedelta(hours=plan.delay)
    return shop.start_of(_last_day(plan, now) + timedelta(days=1))


def _last_day(plan: Plan, now: datetime) -> date:
    """The latest day that lies `delay` working days back."""
    day = today = shop.day(now)
    while shop.working_days_later(day, plan.delay) > today:
        day -= timedelta(days=1)
    return day


def _look_at(plan: Plan, orders: Sequence[Order], now: datetime, *, lock: bool) -> Iterator[Looked]:
    draw = Draw(way=Way(plan.way), every=plan.every, percent=plan.percent, seed=plan.seed)
    place, just_asked = plan.counted, set[int]()
    for order, candidate in zip(orders, _candidates(plan, orders, now, lock=lock), strict=True):
        if outcome := before_the_draw(candidate):
            yield Looked(order=order, outcome=outcome, place=None)
            continue
        place += 1
        if not draw.takes(candidate.name, place):
            yield Looked(order=order, outcome=Outcome.NOT_DRAWN, place=place)
            continue
        outcome = after_the_draw(candidate)
        if outcome == Outcome.INVITED and plan.cooldown_days and order.customer_id in just_asked:
            outcome = Outcome.ASKED_LATELY
        if outcome == Outcome.INVITED:
            just_asked.add(order.customer_id)
        yield Looked(order=order, outcome=outcome, place=place)


def _candidates(plan: Plan, orders: Sequence[Order], now: datetime, *, lock: bool) -> Iterator[Candidate]:
    """All that is looked at, in a few queries. `lock`: two plans do not ask one customer at the same time."""
    customers = sorted({one.customer_id for one in orders})
    if lock:
        list(Customer.objects.select_for_update(no_key=True).filter(pk__in=customers).order_by("pk"))
    known = _Known(plan, orders, customers, now)
    condition = conditions.load(plan.conditions) if plan.conditions else None
    facts = circumstances.of_orders(orders, frozenset(condition.facts if condition else ()))
    oldest = _oldest(plan, now)
    for order in orders:
        buyer = order.customer
        email = buyer.email.lower()
        yield Candidate(
            name=order.public_id,
            is_cancelled=order.cancelled_at is not None,
            is_too_late=_day_of(plan, order) < oldest,
            fits=_fits(condition, facts[order.pk]),
            is_erased=buyer.erased_at is not None,
            was_asked=order.pk in known.asked_about,
            is_insider=known.has_reward and (buyer.is_insider or email in known.staff),
            has_address=bool(email),
            has_stopped=email in known.stopped,
            came_back=email in known.bounced,
            has_agreed=not known.offers_reward or buyer.pk in known.agreed,
            was_asked_lately=buyer.pk in known.asked_lately,
        )


class _Known:
    """About the customers of a batch, one query a table."""

    def __init__(self, plan: Plan, orders: Sequence[Order], customers: Sequence[int], now: datetime) -> None:
        emails = {one.customer.email.lower() for one in orders if one.customer.email}
        self._digests = {mail.digest_of(email): email for email in emails}
        addresses = MailAddress.objects.filter(token_digest__in=self._digests)
        self.stopped = self._emails(addresses.exclude(unsubscribed_at=None, complained_at=None))
        self.bounced = self._emails(addresses.exclude(bounced_at=None))
        self.has_reward = plan.survey.reward_amount is not None
        self.offers_reward = rewards.is_offered(plan.survey)
        self.agreed = invitations.consenting(customers) if self.offers_reward else set[int]()
        self.staff = shop.addresses_of_staff() if self.has_reward else frozenset[str]()
        about = Invitation.objects.filter(survey=plan.survey, order__in=[one.pk for one in orders])
        self.asked_about = set(about.values_list("order", flat=True))
        self.asked_lately = _asked_lately(customers, plan.cooldown_days, now)

    def _emails(self, addresses: QuerySet[MailAddress]) -> set[str]:
        return {self._digests[digest] for digest in addresses.values_list("token_digest", flat=True)}


def _asked_lately(customers: Sequence[int], days: int, now: datetime) -> set[int]:
    """By any survey; whoever is still to be asked or reminded counts too."""
    if not days:
        return set()
    begin = now - timedelta(days=days)
    asked = Invitation.objects.filter(customer__in=customers).exclude(
        state__in=[Invitation.State.SUPPRESSED, Invitation.State.BOUNCED]
    )
    lately = Q(made_at__gt=begin) | Q(send_at__gt=begin) | Q(remind_at__isnull=False)
    return {customer for customer in asked.filter(lately).values_list("customer", flat=True) if customer}


def _fits(condition: Condition | None, facts: circumstances.Facts) -> bool:
    return conditions.holds(condition, {}, Circumstances(facts=facts))


def _day_of(plan: Plan, order: Order) -> date:
    if plan.event == _Event.ORDERED:
        return shop.day(order.placed_at)
    found = order.delivered_on if plan.event == _Event.DELIVERED else order.promised_on
    assert found is not None
    return found


def _oldest(plan: Plan, now: datetime) -> date:
    latest = shop.day(_ordered_before(plan, now)) if plan.unit == Plan.Unit.HOURS else _last_day(plan, now)
    return latest - FRESH


def _note(plan: Plan, looked: Sequence[Looked], now: datetime) -> None:
    asked = {
        one.order.pk: _invitation(plan.survey, one.order, now)
        for one in looked
        if one.outcome == Outcome.INVITED
    }
    for made in bulk.insert(list(asked.values())):
        journal.log("invitation made", made, survey=plan.survey_id, plan=plan.pk, state=made.state)
    rule = Draw(way=Way(plan.way), every=plan.every, percent=plan.percent, seed=plan.seed).rule
    bulk.insert(
        [
            bulk.unsaved(
                Selection,
                plan_id=plan.pk,
                order_id=one.order.pk,
                outcome=str(one.outcome),
                rule=rule,
                place=one.place,
                at=now,
                invitation_id=asked[one.order.pk].pk if one.order.pk in asked else None,
            )
            for one in looked
        ]
    )


def _invitation(survey: Survey, order: Order, now: datetime) -> Invitation:
    columns: dict[str, Any] = {
        "public_id": tokens.public_id(),
        "survey_id": survey.pk,
        "order_id": order.pk,
        "customer_id": order.customer_id,
        "state": Invitation.State.WAITING.value,
        "language": order.customer.language or shop.current().language,
        "made_at": now,
        "send_at": now,
        "expires_at": now + timedelta(days=survey.days_to_answer),
    }
    return bulk.unsaved(Invitation, **columns)


def _last_place(looked: Sequence[Looked], counted: int) -> int:
    return max((one.place for one in looked if one.place is not None), default=counted)
