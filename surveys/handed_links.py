"""Links of one's own for the shop's sender of SMS or Zalo, and who gets none and why.

Whoever is left out is left out by the law, by their own wish or because they were asked lately, as by a plan
(`feedback.selecting`); what they said plays no part (L4).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from feedback import bulk, journal, mail, quiet_numbers, selecting, shop, tokens
from feedback.models import Customer, Order, User
from feedback.selecting import Candidate, Outcome
from surveys import invitations, rewards
from surveys.models import Invitation, InvitationToken, Plan, Survey

LONGEST = 2_000  # orders
Exported = tuple[Order, str, str]  # with the language and the link
_State = Invitation.State


class TooMany(ValueError):
    """More orders than one file holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """`orders` get a link each; `left_out`: how many do not, by reason."""

    orders: Sequence[Order]
    left_out: Mapping[Outcome, int]

    @property
    def looked_at(self) -> int:
        return len(self.orders) + sum(self.left_out.values())


def cooldown_days(survey: Survey) -> int:
    """In which a customer is asked once only, by all surveys together: as the survey's plan says, else as
    plans say to begin with."""
    plan = Plan.objects.filter(survey=survey).first() or Plan()
    return plan.cooldown_days


def look(survey: Survey, first: date, last: date, *, now: datetime, lock: bool = False) -> Seen:
    """At the orders placed on these days; a customer of several gets one link. Raises TooMany. `lock`: within
    a transaction, so that no plan asks the same people in the same moment."""
    orders = _orders(first, last)
    customers = sorted({one.customer_id for one in orders})
    if lock:
        list(Customer.objects.select_for_update(no_key=True).filter(pk__in=customers).order_by("pk"))
    known = _Known(survey, orders, now)
    chosen, left_out, just_asked = list[Order](), Counter[Outcome](), set[int]()
    # Who has a link of an earlier table keeps it, and gets none for another order.
    for order in sorted(orders, key=lambda one: (one.pk not in known.handed_over, one.placed_at, one.pk)):
        outcome = known.outcome(order)
        if outcome == Outcome.INVITED and known.days and order.customer_id in just_asked:
            outcome = Outcome.ASKED_LATELY
        if outcome != Outcome.INVITED:
            left_out[outcome] += 1
            continue
        just_asked.add(order.customer_id)
        chosen.append(order)
    return Seen(orders=sorted(chosen, key=lambda one: (one.placed_at, one.pk)), left_out=left_out)


def export(
    survey: Survey, first: date, last: date, *, now: datetime, by: User | None = None
) -> list[Exported]:
    """A link for each order that `look` finds. Each export is noted, with who was left out; its links work
    beside those that were mailed. Raises TooMany."""
    with journal.recording():
        seen = look(survey, first, last, now=now, lock=True)
        orders = seen.orders
        known = {one.order_id: one for one in Invitation.objects.filter(survey=survey, order__in=orders)}
        fresh = [_invitation(survey, one, now) for one in orders if one.pk not in known]
        for made in bulk.insert(fresh):
            known[made.order_id] = made
        secrets = {one.pk: tokens.mint() for one in orders}
        bulk.insert([_token(known[key].pk, secret, now) for key, secret in secrets.items()])
        left_out = {str(reason): n for reason, n in seen.left_out.items()}
        days = {"first": f"{first}", "last": f"{last}"}
        counts = {"links": len(orders), "made": len(fresh), "left_out": left_out}
        journal.log("links exported", survey, by=by, **counts, **days)
    return [(one, known[one.pk].language, invitations.link(secrets[one.pk])) for one in orders]


class _Known:
    """About the customers of these orders, one query a table."""

    def __init__(self, survey: Survey, orders: Sequence[Order], now: datetime) -> None:
        customers = sorted({one.customer_id for one in orders})
        keys = [one.pk for one in orders]
        here = Invitation.objects.filter(survey=survey, order__in=keys)
        answered = here.filter(response__finished_at__isnull=False)
        self.days = cooldown_days(survey)
        self.handed_over = set(here.filter(state=_State.LINK).values_list("order", flat=True))
        self.answered = set(answered.values_list("order", flat=True))
        self.quiet = quiet_numbers.among({one.customer.phone for one in orders})
        self.stopped = mail.who_said_no([one.customer.email for one in orders])
        self.has_reward = survey.reward_amount is not None
        offers = rewards.is_offered(survey)
        self.agreed = invitations.consenting(customers) if offers else set(customers)
        self.staff = shop.addresses_of_staff() if self.has_reward else frozenset[str]()
        self._asked = _asked(survey, customers, self.days, now)

    def outcome(self, order: Order) -> Outcome:
        buyer, email = order.customer, order.customer.email.lower()
        one = Candidate(
            name=order.public_id,
            is_cancelled=order.cancelled_at is not None,
            is_erased=buyer.erased_at is not None,
            was_asked=order.pk in self.answered,
            is_insider=self.has_reward and (buyer.is_insider or email in self.staff),
            has_stopped=email in self.stopped or buyer.phone in self.quiet,
            has_agreed=buyer.pk in self.agreed,
            has_address=bool(buyer.phone),
            was_asked_lately=bool(self._asked.get(buyer.pk, set()) - {order.pk}),
        )
        return selecting.before_the_draw(one) or selecting.after_the_draw(one)


def _asked(survey: Survey, customers: Sequence[int], days: int, now: datetime) -> dict[int, set[int | None]]:
    """The orders about which each of them was asked lately, by any survey, or still is to be. Of this survey
    a link that was handed over for an order is that order's own; None: asked otherwise."""
    if not days:
        return {}
    begin = now - timedelta(days=days)
    lately = Q(made_at__gt=begin) | Q(send_at__gt=begin) | Q(remind_at__isnull=False)
    asked = Invitation.objects.filter(lately, customer__in=customers).exclude(
        state__in=[_State.SUPPRESSED, _State.BOUNCED]
    )
    found: dict[int, set[int | None]] = {}
    for customer, order, by, state in asked.values_list("customer", "order", "survey", "state"):
        is_own = by == survey.pk and state == _State.LINK
        found.setdefault(customer or 0, set()).add(order if is_own else None)
    return found


def _orders(first: date, last: date) -> list[Order]:
    begin, end = shop.start_of(first), shop.start_of(last + timedelta(days=1))
    found = (
        Order.objects.filter(placed_at__gte=begin, placed_at__lt=end)
        .select_related("customer")
        .order_by("placed_at", "pk")[: LONGEST + 1]
    )
    if len(found) > LONGEST:
        raise TooMany
    return list(found)


def _invitation(survey: Survey, order: Order, now: datetime) -> Invitation:
    return bulk.unsaved(
        Invitation,
        public_id=tokens.public_id(),
        survey_id=survey.pk,
        order_id=order.pk,
        customer_id=order.customer_id,
        state=Invitation.State.LINK.value,
        language=order.customer.language or shop.current().language,
        made_at=now,
        send_at=now,
        expires_at=now + timedelta(days=survey.days_to_answer),
    )


def _token(invitation: int, secret: str, now: datetime) -> InvitationToken:
    digest = tokens.digest(secret)
    return bulk.unsaved(
        InvitationToken, invitation_id=invitation, digest=digest, purpose="export", minted_at=now
    )
