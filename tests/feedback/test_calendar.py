"""The working calendar: weekends, public holidays, Tết, the shop's own days (L11, S1-7)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.calendar import Calendar, NeverOpen, countries, public_holidays

VIETNAM = Calendar()
SATURDAYS = Calendar(weekdays=frozenset(range(6)))
NOWHERE = Calendar(country="XX")
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
OWN = st.frozensets(DAYS, max_size=8)
CALENDARS = st.builds(
    Calendar,
    country=st.sampled_from(["VN", "US", "DE", "GB", "XX"]),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    opened=OWN,
    closed=OWN,
)


@pytest.mark.parametrize(
    ("calendar", "start", "days", "end"),
    [
        # ordinary weeks
        (NOWHERE, date(2026, 11, 16), 0, date(2026, 11, 16)),
        (NOWHERE, date(2026, 11, 21), 0, date(2026, 11, 23)),
        (NOWHERE, date(2026, 11, 16), 1, date(2026, 11, 17)),
        (NOWHERE, date(2026, 11, 20), 1, date(2026, 11, 23)),
        (NOWHERE, date(2026, 11, 21), 1, date(2026, 11, 23)),
        (NOWHERE, date(2026, 11, 22), 1, date(2026, 11, 23)),
        (NOWHERE, date(2026, 11, 20), 5, date(2026, 11, 27)),
        (NOWHERE, date(2026, 11, 22), 7, date(2026, 12, 1)),
        # seven working days in Vietnam, over the National Day's two days and its swapped Monday
        (VIETNAM, date(2026, 8, 28), 1, date(2026, 9, 3)),
        (VIETNAM, date(2026, 8, 28), 7, date(2026, 9, 11)),
        # Tết 2026: 16 to 20 February, between two weekends
        (VIETNAM, date(2026, 2, 12), 1, date(2026, 2, 13)),
        (VIETNAM, date(2026, 2, 13), 1, date(2026, 2, 23)),
        (VIETNAM, date(2026, 2, 10), 7, date(2026, 2, 26)),
        (VIETNAM, date(2026, 2, 18), 0, date(2026, 2, 23)),
        # Tết 2027: eve on Friday 5 February, back on Thursday 11
        (VIETNAM, date(2027, 2, 3), 1, date(2027, 2, 11)),
        # the Kings' day on a Sunday is made up for on Monday
        (VIETNAM, date(2026, 4, 24), 1, date(2026, 4, 28)),
        # 30 April and 1 May, Thursday and Friday
        (VIETNAM, date(2026, 4, 29), 1, date(2026, 5, 4)),
        (SATURDAYS, date(2026, 4, 29), 1, date(2026, 5, 2)),
        # over New Year
        (VIETNAM, date(2026, 12, 31), 1, date(2027, 1, 4)),
        (Calendar(country="US"), date(2026, 11, 25), 1, date(2026, 11, 27)),
        (Calendar(country="DE"), date(2026, 12, 24), 1, date(2026, 12, 28)),
        (Calendar(country="GB"), date(2026, 12, 24), 1, date(2026, 12, 29)),
        # 29 February
        (NOWHERE, date(2028, 2, 28), 1, date(2028, 2, 29)),
        (NOWHERE, date(2027, 2, 26), 1, date(2027, 3, 1)),
        # the shop's own days win, either way
        (Calendar(opened=frozenset({date(2026, 2, 14)})), date(2026, 2, 13), 1, date(2026, 2, 14)),
        (Calendar(opened=frozenset({date(2026, 2, 20)})), date(2026, 2, 13), 1, date(2026, 2, 20)),
        (Calendar(closed=frozenset({date(2026, 11, 17)})), date(2026, 11, 16), 1, date(2026, 11, 18)),
        (
            Calendar(opened=frozenset({date(2026, 11, 17)}), closed=frozenset({date(2026, 11, 17)})),
            date(2026, 11, 16), 1, date(2026, 11, 18),
        ),
    ],
)  # fmt: skip
def test_it_counts_working_days(calendar, start, days, end):
    """L11: the clock of a negotiation runs on Vietnam's working days, Tết included."""
    assert calendar.later(start, days) == end


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 2, 13), date(2026, 2, 22), 0),
        (date(2026, 2, 13), date(2026, 2, 23), 1),
        (date(2026, 11, 16), date(2026, 11, 16), 0),
        (date(2026, 11, 16), date(2026, 11, 10), 0),
        (date(2026, 11, 16), date(2026, 11, 23), 5),
    ],
)
def test_it_counts_the_days_between(start, end, days):
    assert VIETNAM.between(start, end) == days


@given(CALENDARS, DAYS, st.integers(0, 30))
def test_more_days_never_end_earlier(calendar, start, days):
    sooner, later = calendar.later(start, days), calendar.later(start, days + 1)

    assert start <= sooner <= later
    assert calendar.is_working(sooner)


@given(CALENDARS, DAYS, st.integers(1, 30))
def test_counting_forth_and_back_agree(calendar, start, days):
    assert calendar.between(start, calendar.later(start, days)) == days


@given(CALENDARS, DAYS, st.integers(0, 5), st.integers(1, 20))
def test_a_later_start_never_ends_earlier(calendar, start, wait, days):
    assert calendar.later(start, days) <= calendar.later(start + timedelta(days=wait), days)


def test_a_week_without_a_working_day_is_told():
    with pytest.raises(NeverOpen):
        Calendar(weekdays=frozenset()).later(date(2026, 11, 16), 1)


def test_days_are_not_counted_backwards():
    with pytest.raises(ValueError, match="negative"):
        VIETNAM.later(date(2026, 11, 16), -1)


@pytest.mark.parametrize(("language", "name"), [("vi", "Tết Nguyên Đán"), ("en", "Lunar New Year")])
def test_a_holiday_has_its_name_in_both_languages(language, name):
    assert public_holidays("VN", 2026, language)[date(2026, 2, 17)] == name


def test_a_country_nobody_knows_has_no_holidays():
    assert public_holidays("XX", 2026) == {}
    assert "VN" in countries()
