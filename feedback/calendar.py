"""RULE: the shop's working calendar. Which days count, in clocks, promises and what is sent (L11).

Public holidays and Tết come from the `holidays` library (its own data, no network). For years whose Tết the
state has not set yet they are the library's estimate; the shop's own days win over it in either direction.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

MONDAY_TO_FRIDAY = frozenset(range(5))
_DAY = timedelta(days=1)
_LONGEST_CLOSURE = 366  # days; a calendar that is closed for longer is a slip, not a holiday
_LANGUAGES = {"vi": ("vi",), "en": ("en_US", "en")}  # as the library spells them


class NeverOpen(ValueError):
    """No working day within a year: a clock on this calendar would never end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """`weekdays`: 0 Monday to 6 Sunday. `opened` and `closed` are the shop's own exceptions, and win.

    `country`: two letters, ISO 3166-1; one that the library does not know has no holidays.
    """

    country: str = "VN"
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    opened: frozenset[date] = field(default_factory=frozenset)
    closed: frozenset[date] = field(default_factory=frozenset)

    def is_working(self, day: date) -> bool:
        if day in self.closed:
            return False
        if day in self.opened:
            return True
        return day.weekday() in self.weekdays and day not in public_holidays(self.country, day.year)

    def later(self, start: date, days: int) -> date:
        """The working day that is `days` working days after `start`, which itself never counts.

        With 0: `start` when it is a working day, else the next one. Raises NeverOpen, ValueError.
        """
        if days < 0:
            raise ValueError("days: must not be negative")
        if days == 0 and self.is_working(start):
            return start
        left = max(days, 1)
        for day in self._working_after(start):
            left -= 1
            if not left:
                return day
        raise NeverOpen

    def between(self, start: date, end: date) -> int:
        """How many working days come after `start` up to and with `end`; 0 when `end` is not later."""
        return sum(self.is_working(start + n * _DAY) for n in range(1, (end - start).days + 1))

    def _working_after(self, start: date) -> Iterator[date]:
        day, idle = start, 0
        while idle < _LONGEST_CLOSURE:
            day += _DAY
            if self.is_working(day):
                idle = 0
                yield day
            else:
                idle += 1


def public_holidays(country: str, year: int, language: str = "en") -> dict[date, str]:
    """Days off by law with their names, in `language` where the library has it. Empty: country not known."""
    return _public_holidays(country, year, language)


@lru_cache(maxsize=256)
def _public_holidays(country: str, year: int, language: str) -> dict[date, str]:
    import holidays  # late: 0.2 s, and most processes never ask for a day

    try:  # not list_supported_countries: it reads the rules of all of them, which takes a second
        spoken = holidays.country_holidays(country).supported_languages
    except NotImplementedError:
        return {}
    wanted = next((one for one in _LANGUAGES.get(language, ()) if one in spoken), None)
    found = holidays.country_holidays(country, years=year, language=wanted)
    return {day: found[day] for day in sorted(found)}


def countries() -> tuple[str, ...]:
    """Countries whose public holidays are known, as two letters."""
    import holidays

    return tuple(sorted(holidays.list_supported_countries(include_aliases=False)))
