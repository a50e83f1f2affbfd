"""All rows that are one person's, found by the map (feedback.data_map.WHOSE), whatever app they lie in."""

import string
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import models
from django.db.models.functions import Lower

from feedback.data_map import WHOSE
from feedback.models import Customer

# SQLite's LOWER knows no other letters.
_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
Rows = Mapping[str, frozenset[int]]  # keys by model, as "feedback.Customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """From a row of `source` to those of `model` that are the same person's. `field` of the model leads
    back; `unless`: only where that one is empty. `same_as`: no key, but the words of this field there."""

    model: str
    source: str
    field: str
    unless: str = ""
    same_as: str = ""

    def follow(self, keys: Collection[int]) -> Iterator[int]:
        rows = model_of(self.model)._base_manager.all()
        if self.same_as:
            words = model_of(self.source)._base_manager.filter(pk__among=list(keys))
            said = words.exclude(**{self.same_as: ""}).values_list(self.same_as, flat=True)
            spelt = {form for one in said for form in (one.lower(), one.translate(_SMALL))}
            same = rows.annotate(spelt=Lower(self.field)).filter(spelt__among=sorted(spelt))
            yield from same.values_list("pk", flat=True)
            return
        if self.unless:
            rows = rows.filter(**{self.unless: None})
        yield from rows.filter(**{f"{self.field}__pk__among": list(keys)}).values_list("pk", flat=True)


def of(customer: Customer) -> Rows:
    """With those who were merged into this customer, or they into."""
    return _closure({"feedback.Customer": {customer.pk}})


def of_all(customers: Collection[int]) -> Rows:
    """Of many at once, by their keys."""
    return _closure({"feedback.Customer": customers})


def of_comments(comments: Collection[int]) -> Rows:
    return _closure({"feedback.Comment": comments})


def of_comment(key: int) -> Rows:
    """Of whoever said this, where no customer stands for them."""
    return _closure({"feedback.Comment": {key}})


def model_of(label: str) -> type[models.Model]:
    return apps.get_model(label)


@cache
def ways() -> tuple[Way, ...]:
    return tuple(_way(model, path) for model, paths in WHOSE.items() for path in paths)


def _way(model: str, path: str) -> Way:
    field, _equals, same = path.partition(" = ")
    if same:
        source, _dot, same_as = same.rpartition(".")
        return Way(model=model, source=source, field=field, same_as=same_as)
    field, _unless, empty = path.partition(" unless ")
    there = model_of(model)._meta.get_field(field).related_model
    assert isinstance(there, type), f"{model}.{field} leads to no row"
    return Way(model=model, source=there._meta.label, field=field, unless=empty)


def _closure(fresh: Mapping[str, Collection[int]]) -> Rows:
    """From what is found to what belongs to it, until nothing is new."""
    found: dict[str, set[int]] = {label: set(keys) for label, keys in fresh.items()}
    while fresh:
        following: dict[str, set[int]] = {}
        for way in ways():
            if keys := fresh.get(way.source):
                new = set(way.follow(keys)) - found.get(way.model, set())
                if new:
                    following.setdefault(way.model, set()).update(new)
        for label, new in following.items():
            found.setdefault(label, set()).update(new)
        fresh = following
    return {label: frozenset(keys) for label, keys in found.items()}
