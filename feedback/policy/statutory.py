"""Rights that the law gives whatever the policy says: which one an order's facts bring about (L13)."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from feedback.policy.facts import Problem, Right

# fmt: off
EU = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})
# fmt: on


@dataclass(frozen=True, slots=True, kw_only=True)
class StatutoryRight:
    """`days` from delivery, or from the promised day when nothing came; None: no end that we know."""

    country: str
    right: str
    problems: tuple[str, ...]
    source: str
    source_vi: str
    checked_on: date
    days: int | None = None
    distance: bool = False

    def source_in(self, language: str) -> str:
        return self.source_vi if language == "vi" else self.source

    def covers(self, *, country: str, problem: str, days: int | None, distance: bool) -> bool:
        if self.country != country or problem not in self.problems:
            return False
        if self.distance and not distance:
            return False
        return self.days is None or (days is not None and days <= self.days)


@cache
def shipped() -> tuple[StatutoryRight, ...]:
    text = Path(__file__).with_name("statutory.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["right"]
    rights = tuple(StatutoryRight(**row | {"problems": tuple(row["problems"])}) for row in rows)
    for right in rights:
        if right.right not in set(Right) or not set(right.problems) <= set(Problem):
            raise ValueError(f"statutory.toml: {right.country} {right.right} {right.problems}")
    return rights


def right_for(
    *,
    country: str,
    problem: str,
    days: int | None,
    distance: bool,
    rights: Sequence[StatutoryRight] | None = None,
) -> StatutoryRight | None:
    """The right that leads for an order to `country` (ISO 3166, two letters); None when we know of none."""
    place = _place(country)
    for right in shipped() if rights is None else rights:
        if right.covers(country=place, problem=problem, days=days, distance=distance):
            return right
    return None


def _place(country: str) -> str:
    code = country.upper()
    if code in EU:
        return "EU"
    return "UK" if code == "GB" else code
