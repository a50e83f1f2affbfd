"""Keep whom a job counted, so that any page of a list of a million customers is there at once.

Which customers a number counts takes seconds to find out, and leaving out the first half million rows of
a query takes as long as reading them. So the job that counts keeps their keys in order, some thousand to a
row, and a page reads the row that it lies in. What is listed of each is looked up then: whoever was erased,
or made one with somebody, since the job looked is left out there.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from django.core.cache import caches
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from feedback.defection.histories import Whole
from feedback.models import Customer, Erasure, ListedCustomers

FEWEST = 5_000  # customers that a number was picked from, below which its list is found out when asked for
_TOGETHER = 2_500  # in a part
_KEY = np.dtype("<i8")
_KEEP_SECONDS = 600
Rows = Callable[[Sequence[int]], Mapping[int, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """As a paginator takes it. `rows`: what is listed of some customers, by their keys; one query or some.
    `still_so`: of how many it still is so, where that was counted otherwise."""

    of: str
    key: str
    n: int
    found_at: datetime
    rows: Rows
    known: Whole | None = None  # their keys, where they were put together just now
    still_so: int | None = None

    def count(self) -> int:
        """Places. Whoever is gone since the job looked has one and is on no page."""
        return self.n

    @property
    def still(self) -> int:
        """How many are listed on all pages. Two queries; who was gone is looked for among all once."""
        return self.n - self._left_out() if self.still_so is None else self.still_so

    def _left_out(self) -> int:
        lost = gone(self.found_at)
        if not len(lost):
            return 0
        of_this = f"{self.of}/{self.key}/{self.n}/{self.found_at.isoformat()}/"
        name = "left-out-" + hashlib.sha256(of_this.encode() + lost.tobytes()).hexdigest()
        found: int | None = caches["sums"].get(name)
        if found is None:
            found = int(are_among(self.keys(), lost).sum())
            caches["sums"].set(name, found, _KEEP_SECONDS)
        return found

    def __getitem__(self, places: slice) -> list[Any]:
        """Of whom it still is so."""
        begin, end, _step = places.indices(self.n)
        keys = self._keys(begin, end).tolist()
        found = self.rows(keys) if keys else {}
        return [found[key] for key in keys if key in found]

    def iterator(self, chunk_size: int) -> Iterator[Any]:
        for begin in range(0, self.n, chunk_size):
            yield from self[begin : begin + chunk_size]

    def _keys(self, begin: int, end: int) -> Whole:
        if self.known is not None:
            return self.known[begin:end]
        first = begin // _TOGETHER
        parts = ListedCustomers.objects.filter(of=self.of, key=self.key, part__gte=first)
        parts = parts.filter(part__lte=max(end - 1, 0) // _TOGETHER).order_by("part")
        together = b"".join(bytes(one) for one in parts.values_list("customers", flat=True))
        skipped = first * _TOGETHER
        return np.frombuffer(together, _KEY)[begin - skipped : end - skipped].astype(np.int64)

    def without(self, customers: Whole) -> "Listed":
        """Those who are none of these."""
        every = self.keys()
        rest = every[~np.isin(every, customers)]
        return replace(self, n=len(rest), known=rest)

    def keys(self) -> Whole:
        """Of all. Of a million 8 MB are read."""
        return self._keys(0, self.n)


def find(of: str, key: str, rows: Rows) -> Listed | None:
    """None: there is none, since so few were looked through that nobody needs one. One query."""
    kept = ListedCustomers.objects.filter(of=of, key=key, part=0).values_list("n", "found_at").first()
    return kept and Listed(of=of, key=key, n=kept[0], found_at=kept[1], rows=rows)


def gone(since: datetime) -> Whole:
    """Keys, in order, of whoever stands for nobody any more and did when a job looked at that time: erased
    since then, or made one with somebody (whoever was that before is in no list). Two queries."""
    lately = Q(emptied_at=None) | Q(emptied_at__gte=since)
    erased = Erasure.objects.filter(lately, customer__erased_at__isnull=False)
    merged = Customer.objects.exclude(merged_into=None).values_list("pk", flat=True)
    keys = {*erased.values_list(Coalesce("customer__merged_into", "customer"), flat=True), *merged}
    return np.array(sorted(keys), np.int64)


def are_among(customers: Whole, some: Whole) -> NDArray[np.bool_]:
    """For each of the customers whether they are one of some, which are in order."""
    if not len(some):
        return np.zeros(len(customers), bool)
    places = np.minimum(np.searchsorted(some, customers), len(some) - 1)
    return some[places] == customers


def customers(keys: Sequence[int]) -> dict[int, Customer]:
    """Rows of a list that shows nothing else which was kept: whoever is still themselves. One query."""
    return Customer.objects.filter(merged_into=None, erased_at=None).in_bulk(list(keys))


def are_many(customers: Sized) -> bool:
    """Whether lists of some of them are kept, short ones too: to find three of a million takes as long."""
    return len(customers) >= FEWEST


def keep(of: str, lists: Iterable[tuple[str, Whole]], now: datetime) -> None:
    """All lists of a report, by their keys; what is not among them goes. Done twice it writes the same.

    Each by itself: to find the next one may take a minute, in which a transaction of SQLite would keep
    everybody from writing.
    """
    keys = []
    for key, customers in lists:
        keys.append(key)
        with transaction.atomic():
            _write(of, key, customers, now)
    ListedCustomers.objects.filter(of=of).exclude(key__in=keys).delete()


def _write(of: str, key: str, customers: Whole, now: datetime) -> None:
    """Parts that are so already stay."""
    rows = ListedCustomers.objects.filter(of=of, key=key)
    kept = {part: bytes(known) for part, known in rows.values_list("part", "customers").iterator()}
    changed = []
    for part, begin in enumerate(range(0, max(len(customers), 1), _TOGETHER)):
        known = customers[begin : begin + _TOGETHER].astype(_KEY).tobytes()
        if kept.pop(part, None) != known:
            changed.append(ListedCustomers(of=of, key=key, part=part, n=0, found_at=now, customers=known))
    ListedCustomers.objects.bulk_create(
        changed,
        batch_size=100,
        update_conflicts=True,
        unique_fields=["of", "key", "part"],
        update_fields=["customers"],
    )
    rows.filter(part__in=list(kept)).delete()
    rows.update(n=len(customers), found_at=now)
