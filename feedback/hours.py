"""RULE: the hours in which mail that asks may go out (decision 12). Times are the shop's own, aware."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from feedback.calendar import Calendar, NeverOpen

_FARTHEST = 366  # days; as far as a calendar looks for a working day


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """From `opens` up to `closes`, which itself is outside."""

    opens: time
    closes: time
    working_days_only: bool = False

    def is_open(self, moment: datetime, calendar: Calendar) -> bool:
        return self._is_day(moment, calendar) and self.opens <= moment.time() < self.closes

    def next_opening(self, moment: datetime, calendar: Calendar) -> datetime:
        """`moment` itself when it is within the hours, else the next beginning. Raises NeverOpen."""
        if self.is_open(moment, calendar):
            return moment
        first = 0 if moment.time() < self.opens else 1
        for days in range(first, _FARTHEST):
            opening = self._opening(moment, days)
            if self._is_day(opening, calendar):
                return opening
        raise NeverOpen

    def tomorrow(self, moment: datetime, calendar: Calendar) -> datetime:
        """The next beginning on a later day than `moment`'s."""
        return self.next_opening(self._opening(moment, 1), calendar)

    def _opening(self, moment: datetime, days: int) -> datetime:
        day = moment.date() + timedelta(days=days)
        return datetime.combine(day, self.opens, tzinfo=moment.tzinfo)

    def _is_day(self, moment: datetime, calendar: Calendar) -> bool:
        return not self.working_days_only or calendar.is_working(moment.date())
