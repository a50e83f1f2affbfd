"""Find what goes with each complaint: the score, what is spent later, what it costs us. Once a day, by a job.

The page reads what is kept. It is of the newest comments with a score and of the newest customers who said
something, at most MOST of each.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Q, QuerySet

from feedback import effects, leases, shop, totals
from feedback.effects import Estimate
from feedback.models import Comment, Concession, Impact, Mention, Order, Refund
from feedback.models.cases import COST
from feedback.models.queue import LeasableQuerySet

EVERY = timedelta(days=1)
WINDOW = 365  # days
LATER = 90  # days after a comment, and before it, in which orders are added up
MOST = 30_000
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Of the comments that complain of it. Scores in hundredths of their scale, money in the shop's currency.

    `without`: how much higher the mean score would be without them. `score`, `spent`: by how much one such
    comment's score, and its customer's later spend, differ from the others', all else equal. `lost`: `score`
    × its share, what it goes with in the mean of all: the themes are ordered by this. `cost`: of concessions.
    """

    slug: str
    n: int
    without: Estimate | None
    score: Estimate | None
    lost: Estimate | None
    customers: int
    spent: Estimate | None
    cases: int
    cost: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`n` comments with a score, of mean `mean`; `customers` whose later orders are known; `themes` with what
    costs most first; `elsewhere`: cost of concessions of cases without a theme."""

    start: date
    end: date
    currency: str
    n: int
    mean: float | None
    customers: int
    themes: tuple[Theme, ...]
    elsewhere: Decimal


def due(now: datetime) -> LeasableQuerySet[Impact]:
    return Impact.objects.filter(look_at__lte=now)


def find(rows: Sequence[Impact], now: datetime) -> None:
    """The job. Done twice it writes the same."""
    result = _as_data(look(now))
    with transaction.atomic():
        leases.finish(rows, look_at=now + EVERY, found_at=now, result=result)


FIND = leases.Job(name="find what goes with themes", due=due, run=find, batch=1, lease=timedelta(minutes=15))


def find_now(now: datetime) -> None:
    """Here, at once: for the demo shop and for tests."""
    if not Impact.objects.update(look_at=now):
        Impact.objects.create(look_at=now)
    leases.run_once(FIND, now)


def newest() -> tuple[Found, datetime] | None:
    """What is kept, and when it was found. One query."""
    row = Impact.objects.filter(found_at__isnull=False).first()
    return (_from_data(row.result), row.found_at) if row and row.found_at else None


def look(now: datetime) -> Found:
    """From the raw rows."""
    end = shop.day(now)
    start = end - timedelta(days=WINDOW - 1)
    root = totals.roots()
    slugs = sorted(set(root.values()))
    scored = _Scored.of(_comments(start, end).exclude(score=None), slugs, root)
    bought = _Bought.of(_comments(start - LATER * _DAY, end - (LATER + 1) * _DAY), slugs, root)
    costs, elsewhere = _costs(start, end, root)
    every = [
        _theme(slug, place, scored, bought, costs.get(slug, (0, Decimal(0))))
        for place, slug in enumerate(slugs)
    ]
    known = [one for one in every if one.n or one.customers or one.cases]
    return Found(
        start=start, end=end, currency=shop.current().currency, n=len(scored.values),
        mean=float(scored.values.mean()) if len(scored.values) else None, customers=len(bought.after),
        themes=tuple(sorted(known, key=_order)), elsewhere=elsewhere,
    )  # fmt: skip


def _order(one: Theme) -> tuple[bool, float, int, str]:
    """What costs the score most first; then those of which too little is known, the most frequent first."""
    return one.lost is None, one.lost.value if one.lost else 0, -one.n, one.slug


def _theme(slug: str, place: int, scored: "_Scored", bought: "_Bought", costs: tuple[int, Decimal]) -> Theme:
    n = int(scored.themes[:, place].sum())
    slope = scored.slopes[place]
    return Theme(
        slug=slug, n=n, without=effects.without(scored.values, scored.themes[:, place] > 0), score=slope,
        lost=slope.times(n / len(scored.values)) if slope else None,
        customers=int(bought.themes[:, place].sum()), spent=bought.slopes[place],
        cases=costs[0], cost=costs[1],
    )  # fmt: skip


def _comments(start: date, end: date) -> QuerySet[Comment]:
    return Comment.objects.current().filter(
        said_at__gte=shop.start_of(start), said_at__lt=shop.start_of(end + _DAY), read_at__isnull=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    """A row for each comment: its score from 0 to 100, and 1 for each theme that it complains of."""

    values: np.ndarray
    themes: np.ndarray
    slopes: list[Estimate | None]

    @classmethod
    def of(cls, comments: QuerySet[Comment], slugs: Sequence[str], root: Mapping[str, str]) -> "_Scored":
        columns = ("pk", "score", "scale", "channel", "why", "said_at")
        rows = list(comments.order_by("-said_at", "-pk").values_list(*columns)[:MOST])
        values = np.array([_in_hundredths(score, scale) for _pk, score, scale, *_rest in rows])
        themes = _complaints([row[0] for row in rows], slugs, root)
        zone = shop.zone()
        kinds = [f"{scale} {channel} {why}" for _pk, _score, scale, channel, why, _at in rows]
        months = [f"{at.astimezone(zone):%Y-%m}" for *_rest, at in rows]
        equal = np.hstack([effects.dummies(kinds), effects.dummies(months)])
        return cls(values=values, themes=themes, slopes=effects.regress(values, themes, equal))


def _in_hundredths(score: Decimal, scale: str) -> float:
    """Worst 0, best 100."""
    return float(score - 1) * 25 if scale == Comment.Scale.STARS else float(score) * 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bought:
    """A row for each customer, once, with the first comment of theirs in the time: what they spent in the
    LATER days after it."""

    after: np.ndarray
    themes: np.ndarray
    slopes: list[Estimate | None]

    @classmethod
    def of(cls, comments: QuerySet[Comment], slugs: Sequence[str], root: Mapping[str, str]) -> "_Bought":
        first = _first_of_each(comments)
        spent = _spent({customer: at for customer, (_pk, at) in first.items()})
        after = np.array([spent[customer][1] for customer in first])
        before = np.array([spent[customer][0] for customer in first])
        themes = _complaints([pk for pk, _at in first.values()], slugs, root)
        zone = shop.zone()
        months = effects.dummies([f"{at.astimezone(zone):%Y-%m}" for _pk, at in first.values()])
        equal = np.hstack([before.reshape(-1, 1), (before > 0).reshape(-1, 1), months]) if first else months
        return cls(after=after, themes=themes, slopes=effects.regress(after, themes, equal))


def _first_of_each(comments: QuerySet[Comment]) -> dict[int, tuple[int, datetime]]:
    """Key and time of it by customer; not of the shop's own people, nor by an address that anybody typed."""
    known = comments.filter(
        customer__isnull=False, customer_claimed=False, customer__is_insider=False, customer__erased_at=None
    )
    columns = ("pk", "said_at", "customer", "customer__merged_into")
    newest = known.order_by("-said_at", "-pk").values_list(*columns)[:MOST]
    first: dict[int, tuple[int, datetime]] = {}
    for pk, at, customer, merged_into in newest:
        first[merged_into or customer] = pk, at  # the last one written is the earliest
    return first


def _spent(since: Mapping[int, datetime]) -> dict[int, tuple[float, float]]:
    """In the LATER days before and after, by customer: orders in the shop's currency that were not cancelled,
    less what was ever paid back on them."""
    window, currency = LATER * _DAY, shop.current().currency
    found = {customer: [0.0, 0.0] for customer in since}
    if not since:
        return {}
    orders = Order.objects.filter(
        Q(customer__among=sorted(since)) | Q(customer__merged_into__among=sorted(since)),
        currency=currency,
        cancelled_at=None,
        placed_at__gte=min(since.values()) - window,
        placed_at__lte=max(since.values()) + window,
    )
    back: dict[int, Decimal] = {}
    for order, amount in Refund.objects.filter(order__in=orders.values("pk"), currency=currency).values_list(
        "order", "amount"
    ):
        back[order] = back.get(order, Decimal(0)) + amount
    columns = ("pk", "customer", "customer__merged_into", "placed_at", "total")
    for pk, customer, merged_into, at, total in orders.values_list(*columns).iterator(5000):
        who = merged_into or customer
        away = at - since[who]
        if timedelta(0) < away <= window or -window <= away < timedelta(0):
            found[who][away > timedelta(0)] += float(total - back.get(pk, Decimal(0)))
    return {customer: (before, after) for customer, (before, after) in found.items()}


def _complaints(keys: Sequence[int], slugs: Sequence[str], root: Mapping[str, str]) -> np.ndarray:
    """A row for each comment, a column for each theme: 1 where it complains of it."""
    place, column = {key: n for n, key in enumerate(keys)}, {slug: n for n, slug in enumerate(slugs)}
    found = np.zeros((len(keys), len(slugs)))
    for comment, slug in _negative(keys, root):
        found[place[comment], column[slug]] = 1
    return found


def _negative(keys: Sequence[int], root: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    told: dict[int, list[tuple[str, str]]] = {}
    for comment, slug, polarity in Mention.objects.filter(comment__among=sorted(keys)).told():
        told.setdefault(comment, []).append((slug, polarity))
    for comment, themes in told.items():
        for slug, polarity in totals.merged(themes, root).items():
            if polarity == "negative":
                yield comment, slug


def _costs(start: date, end: date, root: Mapping[str, str]) -> tuple[dict[str, tuple[int, Decimal]], Decimal]:
    """Cases and what their concessions cost by theme, and of cases without one. A case that complains of
    several themes is shared out among them evenly, so that the sum is what was spent."""
    booked = Concession.objects.filter(
        booked_at__gte=shop.start_of(start),
        booked_at__lt=shop.start_of(end + _DAY),
        currency=shop.current().currency,
    )
    cost: dict[int, Decimal] = {}
    for comment, amount in booked.annotate(cost_of_all=COST).values_list("case__comment", "cost_of_all"):
        cost[comment] = cost.get(comment, Decimal(0)) + amount
    themes: dict[int, list[str]] = {}
    for comment, slug in _negative(list(cost), root):
        themes.setdefault(comment, []).append(slug)
    found: dict[str, tuple[int, Decimal]] = {}
    for comment, its in themes.items():
        for slug in its:
            cases, so_far = found.get(slug, (0, Decimal(0)))
            found[slug] = cases + 1, so_far + cost[comment] / len(its)
    return found, sum((cost[one] for one in cost.keys() - themes.keys()), Decimal(0))


# As it is kept


def _as_data(found: Found) -> dict[str, Any]:
    return {
        "start": found.start.isoformat(), "end": found.end.isoformat(), "currency": found.currency,
        "n": found.n, "mean": found.mean, "customers": found.customers,
        "elsewhere": str(found.elsewhere),
        "themes": [
            {
                "slug": one.slug, "n": one.n, "customers": one.customers, "cases": one.cases,
                "cost": str(one.cost),
                **{name: _ends(getattr(one, name)) for name in _ESTIMATES},
            }
            for one in found.themes
        ],
    }  # fmt: skip


def _from_data(data: Mapping[str, Any]) -> Found:
    themes = [
        Theme(
            slug=one["slug"], n=one["n"], customers=one["customers"], cases=one["cases"],
            cost=Decimal(one["cost"]), **{name: _estimate(one[name]) for name in _ESTIMATES},
        )
        for one in data["themes"]
    ]  # fmt: skip
    return Found(
        start=date.fromisoformat(data["start"]), end=date.fromisoformat(data["end"]),
        currency=data["currency"], n=data["n"], mean=data["mean"], customers=data["customers"],
        themes=tuple(themes), elsewhere=Decimal(data["elsewhere"]),
    )  # fmt: skip


_ESTIMATES = ("without", "score", "lost", "spent")


def _ends(one: Estimate | None) -> list[float] | None:
    return None if one is None else [one.value, one.low, one.high]


def _estimate(ends: Sequence[float] | None) -> Estimate | None:
    return None if ends is None else Estimate(value=ends[0], low=ends[1], high=ends[2])
