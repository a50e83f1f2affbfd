"""Decision 12: the hours in which mail that asks may go out."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from feedback.calendar import Calendar, NeverOpen
from feedback.hours import Hours

BY_DAY = Hours(opens=time(8), closes=time(21))
AT_WORK = Hours(opens=time(8), closes=time(21), working_days_only=True)
WEEK = Calendar(country="VN")


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.mark.parametrize(
    ("hours", "moment", "opening"),
    [
        (BY_DAY, at(16, 8), at(16, 8)),
        (BY_DAY, at(16, 20, 59), at(16, 20, 59)),
        (BY_DAY, at(16, 21), at(17, 8)),
        (BY_DAY, at(16, 3), at(16, 8)),
        (BY_DAY, at(20, 23), at(21, 8)),  # a Saturday
        (AT_WORK, at(20, 23), at(23, 8)),  # from Friday night to Monday
        (AT_WORK, at(22, 10), at(23, 8)),
    ],
)
def test_it_waits_for_the_next_opening(hours, moment, opening):
    assert hours.next_opening(moment, WEEK) == opening
    assert hours.is_open(moment, WEEK) == (moment == opening)


def test_tomorrow_is_a_later_day_even_within_the_hours():
    assert BY_DAY.tomorrow(at(16, 10), WEEK) == at(17, 8)
    assert AT_WORK.tomorrow(at(20, 10), WEEK) == at(23, 8)


def test_a_calendar_that_never_opens_is_said_to():
    closed = Calendar(country="XX", closed=frozenset(date.fromordinal(n) for n in range(739_000, 741_000)))

    with pytest.raises(NeverOpen):
        AT_WORK.next_opening(at(16, 10), closed)
