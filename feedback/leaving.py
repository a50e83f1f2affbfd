"""Find where customers leave: by place, product, promise and group of buyers (S2-6, S2-10). Once a day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Avg, F, Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from feedback import defections, departed, journal, leases, listed, shop, streams
from feedback.defection.histories import Whole
from feedback.defection.leaving import Part, Tally, by_group, by_part, judged, size_of
from feedback.defection.rules import Verdicts, judge
from feedback.models import (
    Case,
    Customer,
    Defection,
    DefectionSplit,
    Location,
    OrderLine,
    Product,
    StaffTarget,
    User,
)
from feedback.models.queue import LeasableQuerySet

EVERY = timedelta(days=1)
LISTS = "part"  # feedback.listed
MOST_PRODUCTS = 200  # kept, those with most buyers
LOCATION, CATEGORY, PRODUCT = "location", "category", "product"
PROMISE, FIT = "promise", "fit"
_WHOLE = "whole"  # the shop
_BUYER = Coalesce("customer__merged_into", "customer")
_SIZES = {
    "1": (0, 1.5),
    "2": (1.5, 3.5),
    "4": (3.5, 1e18),
}  # as size_of rounds a mean
_LINE_BUYER = Coalesce("order__customer__merged_into", "order__customer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`whole`: all known customers. `rule`: the definition's key; None: an older program's."""

    at: datetime
    rule: int | None
    whole: Part
    parts: Sequence[Part]

    def of(self, kind: str) -> list[Part]:
        return [one for one in self.parts if one.kind == kind]


def due(now: datetime) -> LeasableQuerySet[DefectionSplit]:
    return DefectionSplit.objects.filter(look_at__lte=now)


def find(rows: Sequence[DefectionSplit], now: datetime) -> None:
    """The job. Done twice it writes the same. Without a definition nobody has left, and nothing is kept."""
    version = defections.in_force()
    rule = version.rule if version else None
    if version is None or rule is None:
        leases.finish(rows, look_at=now + EVERY)
        return
    verdicts = judge(rule, defections.load(category=rule.category), shop.day(now).toordinal())
    known = set(verdicts.customers.tolist())
    gone = set(verdicts.customers[verdicts.is_gone].tolist())
    complained = _who_complained()
    with streams.streamed():
        found = _parts(_Known(known, gone, complained))
    listed.keep(LISTS, _lists(found, verdicts, complained), now)
    with transaction.atomic():
        result = {
            "rule": version.pk, "whole": [len(known), len(gone)], "parts": [_row(one) for one in found],
        }  # fmt: skip
        still = defections.in_force() == version  # else whoever changed it asked for another look meanwhile
        leases.finish(rows, look_at=now + EVERY if still else now, found_at=now, result=result)


FIND = leases.Job(name="find where customers leave", due=due, run=find, batch=1, lease=timedelta(hours=1))


def find_now(now: datetime) -> None:
    """Here, at once: for the demo shop and for tests."""
    if not DefectionSplit.objects.update(look_at=now):
        DefectionSplit.objects.create(look_at=now)
    leases.run_once(FIND, now)


def newest() -> Found | None:
    """None before the job has looked. One query."""
    row = DefectionSplit.objects.exclude(found_at=None).first()
    if row is None or row.found_at is None:
        return None
    n, left = row.result["whole"]
    parts = [Part(**one) for one in row.result["parts"]]
    whole = Part(kind="whole", key="", n=n, left=left)
    return Found(at=row.found_at, rule=row.result.get("rule"), whole=whole, parts=parts)


def is_of_an_earlier(found: Found | None) -> bool:
    """Definition than the one that counts: the job counts anew, and has not yet. One query."""
    version = defections.in_force()
    return found is not None and version is not None and found.rule not in (None, version.pk)


def set_target(*, name: str, pushes: str, location: Location | None, by: User, now: datetime) -> StaffTarget:
    with journal.recording():
        made = StaffTarget.objects.create(
            name=name, pushes=pushes, location=location, made_by=by, made_at=now
        )
        journal.log("staff target noted", made, by=by, pushes=pushes)
    return made


def end_target(key: int, *, by: User, now: datetime) -> bool:
    """False: somebody ended it before, or it never was."""
    with journal.recording():
        target = StaffTarget.objects.filter(pk=key, ended_at=None).first()
        if target is None or not StaffTarget.objects.filter(pk=key, ended_at=None).update(ended_at=now):
            return False
        journal.log("staff target ended", target, by=by)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A target that pushes customers to leave for `cause`: `named` of the `said` who said why in the last
    year left for it."""

    target: StaffTarget
    cause: str
    named: int
    said: int

    @property
    def cause_label(self) -> str:
        return str(Defection.Cause(self.cause).label)


def targets() -> list[StaffTarget]:
    rows = StaffTarget.objects.filter(ended_at=None).select_related("location", "made_by")
    return list(rows.order_by("pk"))


def said_why(now: datetime) -> QuerySet[Defection]:
    """Found in the last year, whatever became of them, and said why they left."""
    found = Defection.objects.filter(found_at__gte=now - timedelta(days=365))
    return found.exclude(cause__in=["", "not_said"])


def warned(known: Iterable[StaffTarget], now: datetime) -> list[Warned]:
    """One query."""
    causes = list(said_why(now).values_list("cause", flat=True))
    found = []
    for one in known:
        cause = StaffTarget.AGAINST.get(StaffTarget.Pushes(one.pushes))
        if cause:
            found.append(Warned(target=one, cause=cause, named=causes.count(cause), said=len(causes)))
    return sorted(found, key=lambda one: -one.named)


@dataclass(frozen=True, slots=True)
class _Known:
    """Customers by their keys: all, those who have left, those who complained."""

    everybody: set[int]
    gone: set[int]
    complained: set[int]

    def count(self, pairs: Iterable[tuple[Any, ...]]) -> dict[Any, Tally]:
        """By key, of (customer, key) rows that hold no pair twice: one pass, nobody is kept."""
        counts: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0])
        for who, *key in pairs:
            if who in self.everybody:
                tally = counts[key[0] if len(key) == 1 else tuple(key)]
                tally[0] += 1
                tally[1] += who in self.gone
                tally[2] += who in self.complained
        return {key: (n, left, complained) for key, (n, left, complained) in counts.items()}


def _parts(known: _Known) -> list[Part]:
    whole = len(known.everybody), len(known.gone), len(known.complained & known.everybody)
    places = by_part(LOCATION, known.count(_by_location()), whole)
    categories = by_part(CATEGORY, known.count(_by_category()), whole)
    products = by_part(PRODUCT, known.count(_by_product()), whole)[:MOST_PRODUCTS]
    promises = by_group(PROMISE, known.count(_by_promise()))
    kept = {one.key for one in products}
    sizes = {key: of for key, of in known.count(_by_size()).items() if key[0] in kept}
    return judged([*places, *categories, *products, *promises, *by_group(FIT, sizes)])


def _who_complained() -> set[int]:
    rows = Case.objects.exclude(customer=None).values_list("customer", flat=True).distinct()
    return set(rows.order_by().iterator(chunk_size=5000))


def _lists(found: Sequence[Part], verdicts: Verdicts, complained: set[int]) -> Iterator[tuple[str, Whole]]:
    """Of each part, and of the whole shop: those who left, the dearest first; all, and those who complained,
    the longest customers first."""
    customers = verdicts.customers
    if not listed.are_many(customers):
        return
    spent = verdicts.known.spent(-1, verdicts.known.day)
    by_spending = _ranks(customers, customers[np.lexsort((customers, -spent))])
    by_time = _ranks(customers, _keys(Customer.objects.order_by("since", "pk").values_list("pk", flat=True)))
    has_complained = np.isin(customers, np.fromiter(complained, np.int64))

    def of(part: tuple[str, str, str], places: Whole) -> Iterator[tuple[str, Whole]]:
        gone = places[verdicts.is_gone[places]]
        yield list_of("left", *part), customers[gone[np.argsort(by_spending[gone])]]
        longest = places[np.argsort(by_time[places])]
        yield list_of("all", *part), customers[longest]
        yield list_of("complained", *part), customers[longest[has_complained[longest]]]

    yield from of((_WHOLE, "", ""), np.arange(len(customers)))
    for one in found:
        wanted = one.kind, one.key, one.group
        yield from of(wanted, _places(customers, _buyers(*wanted)))


def _places(customers: Whole, some: Whole) -> Whole:
    """Of those of some who are customers, their places among them."""
    place = np.minimum(np.searchsorted(customers, some), len(customers) - 1)
    return place[customers[place] == some]


def _ranks(customers: Whole, in_order: Whole) -> Whole:
    """By customer, which place in an order they have."""
    places = _places(customers, in_order)
    ranks = np.zeros(len(customers), np.int64)
    ranks[places] = np.arange(len(places))
    return ranks


def list_of(who: str, kind: str, key: str, group: str) -> str:
    """The key of the list of those of a part who left ("left"), complained, or "all"."""
    return " ".join([who, kind, group, key])


def listed_of(who: str, kind: str, key: str, group: str) -> listed.Listed | None:
    """As the page of a part asks for them; `who` with "others": of those whom the part is set beside. None:
    there are few, and no list."""
    rows: listed.Rows = departed.of if who.endswith("left") else listed.customers
    if not who.startswith("others"):
        return listed.find(LISTS, list_of(who, kind, key, group), rows)
    whom = who.removeprefix("others").removeprefix("_") or "all"
    base = (PRODUCT, key, "") if kind == FIT else (_WHOLE, "", "")
    if kind == PROMISE:  # kept, or not: the others are the other list
        other = "kept" if group == "late" else "late"
        return listed.find(LISTS, list_of(whom, kind, key, other), rows)
    everybody = listed.find(LISTS, list_of(whom, *base), rows)
    if everybody is None:
        return None
    theirs = listed.find(LISTS, list_of("all", kind, key, group), rows)
    return everybody.without(_buyers(kind, key, group) if theirs is None else theirs.keys())


def _buyers(kind: str, key: str, group: str) -> Whole:
    return _keys(buyers(kind, key, group).order_by().values_list("root", flat=True).distinct())


def _keys(rows: QuerySet[Any, Any]) -> Whole:
    with streams.streamed():
        return np.fromiter(rows.iterator(chunk_size=5000), np.int64)


def buyers(kind: str, key: str, group: str) -> QuerySet[Any, Any]:
    """Whom a part counts, by their keys (`root`): the same rows as the job goes through, of one part. No part
    of that kind: nobody."""
    if kind == LOCATION:
        return _placed().filter(location__code=key).values("root")
    if kind == CATEGORY:
        return _sorted().filter(of=key).values("root")
    if kind == PRODUCT:
        return _lines().filter(product__sku=key).values("root")
    if kind == PROMISE:
        late = _promised().filter(delivered_on__gt=F("promised_on")).values("root")
        return late if group == "late" else _promised().exclude(root__in=late).values("root")
    low, high = _SIZES.get(group, (0, 0))
    sized = _lines().filter(product__sku=key).values("root").annotate(size=Avg("quantity"))
    return sized.filter(size__gte=low, size__lt=high).order_by().values("root")


def bought_in(who: str, kind: str, key: str, group: str) -> Q:
    """The same of each row of another query, whose customer stands in `who`. All its buyers are found first,
    once: asked of one customer at a time, a database may go through the product's every sale for each."""
    return Q(**{f"{who}__in": buyers(kind, key, group)})


def beside(who: str, kind: str, key: str, group: str) -> Q:
    """The customers whom a part is set beside: those in the other groups of the same product or promise, else
    all others of the shop."""
    base = {
        FIT: lambda: _lines().filter(product__sku=key).values("root"),
        PROMISE: lambda: _promised().values("root"),
    }.get(kind, lambda: defections.orders().annotate(root=_BUYER).values("root"))()
    return Q(**{f"{who}__in": base}) & ~bought_in(who, kind, key, group)


def newcomers(start: date | None, end: date | None) -> QuerySet[Customer]:
    """Whom the rate counts of those who first bought on these days, `end` not included; None: whenever."""
    category = _category()
    bought: QuerySet[Any, Any] = (
        _sorted().filter(of=category) if category else defections.orders().annotate(root=_BUYER)
    )
    rows = Customer.objects.filter(merged_into=None)
    if start is None or end is None:
        return rows.filter(pk__in=bought.values("root")).order_by("since", "pk")
    placed = "order__placed_at" if category else "placed_at"
    first = bought.order_by().values("root").annotate(first=Min(placed))
    then = first.filter(first__gte=shop.start_of(start), first__lt=shop.start_of(end))
    return rows.filter(pk__in=then.values("root")).order_by("since", "pk")


def _category() -> str:
    version = defections.in_force()
    rule = version.rule if version else None
    return rule.category if rule is not None else ""


def customers(of: Q, *, complained: bool = False) -> QuerySet[Customer]:
    """All of whom `of` is so (bought_in, beside), or those of them who complained: whom the definition judges
    at all."""
    rows = Customer.objects.filter(of, merged_into=None)
    if category := _category():
        rows = rows.filter(pk__in=_sorted().filter(of=category).values("root"))
    if complained:
        rows = rows.filter(pk__in=Case.objects.exclude(customer=None).order_by().values("customer"))
    return rows.order_by("since", "pk")


def _by_location() -> Iterator[tuple[Any, ...]]:
    return _pairs(_placed().values_list("root", "location__code"))


def _by_category() -> Iterator[tuple[Any, ...]]:
    return _pairs(_sorted().values_list("root", "of"))


def _by_product() -> Iterator[tuple[Any, ...]]:
    return _pairs(_lines().exclude(product=None).values_list("root", "product__sku"))


def _by_promise() -> Iterator[tuple[Any, ...]]:
    """Those to whom each promised day was kept, and those to whom one was not."""
    rows = _promised()
    broken = set(rows.filter(delivered_on__gt=F("promised_on")).values_list("root", flat=True))
    for who in rows.values_list("root", flat=True).distinct().order_by().iterator(chunk_size=5000):
        yield who, "delivery", "late" if who in broken else "kept"


def _by_size() -> Iterator[tuple[Any, ...]]:
    """By product: those who take one at once, two or three, or more, on average."""
    rows = _lines().exclude(product=None).values("root", "product__sku").annotate(size=Avg("quantity"))
    sized = rows.order_by().values_list("root", "product__sku", "size")
    for who, sku, size in sized.iterator(chunk_size=5000):
        yield who, sku, size_of(float(size))


def _placed() -> QuerySet[Any, Any]:
    return defections.orders().exclude(location=None).annotate(root=_BUYER)


def _promised() -> QuerySet[Any, Any]:
    return defections.orders().exclude(promised_on=None).exclude(delivered_on=None).annotate(root=_BUYER)


def _sorted() -> QuerySet[Any, Any]:
    """A line's own category, else its product's."""
    rows = _lines().annotate(of=Coalesce(NullIf("category", Value("")), "product__category"))
    return rows.exclude(of=None).exclude(of="")


def _lines() -> QuerySet[Any, Any]:
    return OrderLine.objects.filter(order__in=defections.orders()).annotate(root=_LINE_BUYER)


def _pairs(rows: QuerySet[Any, Any]) -> Iterator[tuple[Any, ...]]:
    return iter(rows.distinct().order_by().iterator(chunk_size=5000))


def _row(part: Part) -> dict[str, object]:
    return {name: getattr(part, name) for name in Part.__dataclass_fields__}


def product_names(language: str) -> dict[str, str]:
    """By SKU."""
    column = "name_vi" if language == "vi" else "name_en"
    return dict(Product.objects.values_list("sku", column))


def location_names(language: str) -> dict[str, str]:
    column = "name_vi" if language == "vi" else "name_en"
    return dict(Location.objects.values_list("code", column))
