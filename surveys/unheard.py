"""What all buyers of some first orders would have said, told from those who were asked and answered (S4-3).

Reads what surveys.weighting needs, in five queries, and turns it into values.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from django.db.models import Count, Q

from feedback.models import Order, Refund
from surveys import weighting
from surveys.first_orders import First
from surveys.models import Answer, Invitation, Response
from surveys.questions import Kind
from surveys.weighting import Buyers, Corrected

STORES = 4  # told apart; the others are one
ASKED = (Invitation.State.SENT, Invitation.State.LINK, Invitation.State.IMPORTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """About one order; `promised`: with a reward."""

    invitation: int
    was_reminded: bool
    promised: bool


NOT_ASKED = Asked(invitation=0, was_reminded=False, promised=False)


def asked(orders: Collection[int]) -> dict[int, Asked]:
    """By order of who was asked about it."""
    rows = Invitation.objects.filter(order__among=list(orders), state__in=ASKED).values_list(
        "order", "pk", "reminded", "survey__reward_amount"
    )
    return {
        order: Asked(invitation=pk, was_reminded=reminded > 0, promised=reward is not None)
        for order, pk, reminded, reward in rows
    }


def answers(invitations: Collection[int], kind: str) -> dict[int, float]:
    """What each answer comes to: 100, 0 or −100 for the recommendation, 100 or 0 for satisfaction."""
    rows = Answer.objects.filter(
        response__invitation__among=list(invitations),
        response__state=Response.State.FINISHED,
        kind=kind,
        number__isnull=False,
    ).values_list("response__invitation", "number")
    said = rows.order_by("-pk")  # of several such questions the first counts
    return {pk: _worth(float(number or 0), kind) for pk, number in said}


def _worth(number: float, kind: str) -> float:
    if kind == Kind.SMILEYS:
        return 100.0 if number >= 4 else 0.0
    return 100.0 if number >= 9 else 0.0 if number >= 7 else -100.0


def corrected(
    firsts: Sequence[First],
    merged: Mapping[int, int],
    asked: Mapping[int, Asked],
    said: Mapping[int, float],
    kind: str,
) -> Corrected | None:
    """None: nobody was asked."""
    if not asked:
        return None
    facts = _facts(firsts, merged)
    known = [asked.get(one.order, NOT_ASKED) for one in firsts]
    value = np.array([said.get(one.invitation, np.nan) for one in known], np.float64)
    buyers = Buyers(
        facts=facts,
        value=value,
        late=np.array([one.was_reminded for one in known], np.bool_) & ~np.isnan(value),
        promised=np.array([one.promised for one in known], np.bool_),
        asked=np.array([one is not NOT_ASKED for one in known], np.bool_),
        least=-100.0 if kind == Kind.SCALE_10 else 0.0,
        most=100.0,
    )
    return weighting.correct(buyers)


def _facts(firsts: Sequence[First], merged: Mapping[int, int]) -> list[tuple[str, ...]]:
    """What is known of every buyer, whatever they say: size of the order, earlier orders, delay, money paid
    back, store. Never what was said, and nothing about the person that the law protects."""
    back = set(
        Refund.objects.filter(order__among=[one.order for one in firsts]).values_list("order", flat=True)
    )
    before = _earlier(firsts, merged)
    usual = {name for name, _n in Counter(one.store for one in firsts).most_common(STORES)}
    bounds = _thirds(firsts)
    return [
        (
            _size(one.total, bounds[one.currency]),
            "none" if not before[one.customer] else "few" if before[one.customer] < 3 else "many",
            one.delay,
            "refunded" if one.order in back else "",
            one.store if one.store in usual else "other",
        )
        for one in firsts
    ]


def _earlier(firsts: Sequence[First], merged: Mapping[int, int]) -> Counter[int]:
    """How many orders each had before the first day of all."""
    ids, begins = [*(one.customer for one in firsts), *merged], min(one.placed_at for one in firsts)
    rows = (
        Order.objects.filter(customer__among=ids, placed_at__lt=begins, cancelled_at=None)
        .order_by()
        .values_list("customer")
        .annotate(n=Count("pk", filter=Q(placed_at__lt=begins)))
    )
    found: Counter[int] = Counter()
    for customer, n in rows:
        found[merged.get(customer, customer)] += n
    return found


def _thirds(firsts: Sequence[First]) -> dict[str, tuple[Decimal, Decimal]]:
    """By currency, the totals below which a third and two thirds of the orders lie."""
    totals: dict[str, list[Decimal]] = {}
    for one in firsts:
        totals.setdefault(one.currency, []).append(one.total)
    return {
        currency: (of[len(of) // 3], of[2 * len(of) // 3])
        for currency, of in ((currency, sorted(those)) for currency, those in totals.items())
    }


def _size(total: Decimal, bounds: tuple[Decimal, Decimal]) -> str:
    return "small" if total < bounds[0] else "middle" if total < bounds[1] else "large"
