"""Customer cards: issue one, know who buys by it, book its discount with the order, block it (S2-2).

The card's price for the customer is a discount: they gain, so they use it, and the shop knows what they buy.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Q

from feedback import bulk, buyers, card_numbers, journal, money, purchases, shop
from feedback.models import Card, Customer, Order, Shop, User
from feedback.purchases import Outcome, Taken

TILL = "till"  # the store of orders that are booked here
MOST_PERCENT = Decimal(50)
_State = Card.State


class NumberTaken(ValueError):
    """Somebody else's card has it, or had it."""


class Mistyped(ValueError):
    """It cannot be one of our numbers: a digit is wrong."""


class Blocked(ValueError):
    """The card buys nothing any more."""


class Known(ValueError):
    """There is an order of this number: `order`."""

    def __init__(self, order: Order) -> None:
        super().__init__(order.number)
        self.order = order


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What is paid with the card, and what it takes off."""

    total: Decimal
    discount: Decimal


def issue(customer: Customer, *, by: User, now: datetime, number: str = "") -> tuple[Card, bool]:
    """The card in use, and whether it is new: pressed twice, or by two people at once, it is one.

    `number`: of a card that was printed before. Raises Mistyped, NumberTaken.
    """
    typed = card_numbers.plain(number)
    if number.strip() and (not typed or card_numbers.is_mistyped(typed)):
        raise Mistyped(number)
    with journal.recording():
        Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        there = Card.objects.filter(customer=customer, state=_State.ACTIVE).first()
        if there is not None:
            return there, False
        row = bulk.unsaved(
            Card, customer_id=customer.pk, number=typed or card_numbers.mint(), issued_at=now,
            issued_by_id=by.pk,
        )  # fmt: skip
        if not bulk.insert_first(row, of="*"):
            raise NumberTaken(number)
        journal.log("card issued", row, by=by, customer=customer.pk)
        _gather(row, customer)
    return row, True


def block(card: Card, *, by: User, now: datetime) -> bool:
    """Lost or stolen: it finds nobody any more. What was bought stays theirs. False: it was blocked."""
    with journal.recording():
        still = Card.objects.filter(pk=card.pk, state=_State.ACTIVE)
        if not still.update(state=_State.BLOCKED, blocked_at=now):
            return False
        journal.log("card blocked", card, by=by, customer=card.customer_id)
    return True


def find(typed: str) -> Card | None:
    """In use or blocked. Raises Mistyped where no such number can be."""
    number = card_numbers.plain(typed)
    cards = Card.objects.select_related("customer__merged_into")
    found = cards.filter(number=number).first() if number else None
    if found is None and number and card_numbers.is_mistyped(number):
        raise Mistyped(typed)
    return found


def of(customer: Customer) -> list[Card]:
    """The one in use first."""
    return list(Card.objects.filter(customer=customer).order_by("state", "-issued_at"))


def price(amount: Decimal, currency: str) -> Price:
    """What is left after the card's discount, rounded in the currency's own decimals."""
    discount = money.quantize(amount * shop.current().card_percent / 100, currency)
    return Price(total=amount - discount, discount=discount)


def book(
    card: Card, *, number: str, amount: Decimal, currency: str, by: User, now: datetime, location: str = ""
) -> Order:
    """The receipt of this number, at the card's price. Raises Blocked, Known."""
    with journal.recording():
        held = Card.objects.select_for_update(no_key=True).get(pk=card.pk)
        if held.state != _State.ACTIVE:
            raise Blocked(card.number)
        paid = price(amount, currency)
        taken = Taken(
            number=number, store=TILL, placed_at=now, currency=currency, total=paid.total,
            discount=paid.discount, card_number=held.number, location=location,
        )  # fmt: skip
        if known := Order.objects.filter(store=TILL, number=number).first():
            raise Known(known)
        (written,) = purchases.take_many([taken], now=now)
        order = Order.objects.get(pk=written.order_id)
        if written.outcome is not Outcome.CREATED:  # somebody else booked it at this very moment
            raise Known(order)
        journal.log("order booked with a card", order, by=by, card=held.pk, discount=str(paid.discount))
    return order


def set_percent(percent: Decimal, *, by: User) -> None:
    """From now on; what was booked stays."""
    exact = percent.quantize(Decimal("0.1"), ROUND_HALF_UP)
    with journal.recording():
        Shop.objects.filter(pk=shop.current().pk).update(card_percent=exact)
        journal.log("discount of cards set", f"feedback.shop:{shop.current().pk}", by=by, percent=str(exact))
    shop.forget()


def _gather(card: Card, customer: Customer) -> None:
    """Orders that came with this number before it was anybody's, from customers without a name."""
    nameless = Q(customer__email="", customer__phone="", customer__erased_at=None)
    earlier = Order.objects.filter(nameless, card_number=card.number).exclude(customer=customer)
    for order in earlier.order_by("pk"):
        left = order.customer_id
        Order.objects.filter(pk=order.pk).update(customer=customer)
        buyers.left(left, order.placed_at)
        journal.log("order moved by its card", order, customer=customer.pk)
        Customer.objects.filter(pk=customer.pk, since__gt=order.placed_at).update(since=order.placed_at)
