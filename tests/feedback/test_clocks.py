"""The clocks of a complaint: office hours, weekends, holidays, Tết, summer time, zones (S1-7, L11)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from feedback.calendar import Calendar, NeverOpen
from feedback.clocks import LAWS, USUAL, Office, Severity, allowed, due, first_severity

SAIGON, NEW_YORK, BERLIN = (ZoneInfo(n) for n in ("Asia/Ho_Chi_Minh", "America/New_York", "Europe/Berlin"))
SYDNEY, KABUL, CAIRO = (ZoneInfo(n) for n in ("Australia/Sydney", "Asia/Kabul", "Africa/Cairo"))
SIX = frozenset(range(6))


def office(zone=SAIGON, opens=8, closes=18, **calendar):
    return Office(opens=time(opens), closes=time(closes), zone=zone, calendar=Calendar(**calendar))


VN = office()
SATURDAYS = office(weekdays=SIX)
LATE = office(opens=8, closes=20, weekdays=frozenset(range(7)))
OWN = office(opened=frozenset({date(2026, 11, 21)}), closed=frozenset({date(2026, 11, 18)}))
US, DE = office(NEW_YORK, country="US"), office(BERLIN, country="DE")
AU = office(SYDNEY, opens=9, closes=17, country="AU")
SUNDAYS = frozenset(range(7))
NIGHT_US = Office(opens=time(0), closes=time(6), zone=NEW_YORK,
                  calendar=Calendar(country="XX", weekdays=SUNDAYS))  # fmt: skip
NIGHT_DE = Office(opens=time(1), closes=time(4), zone=BERLIN,
                  calendar=Calendar(country="XX", weekdays=SUNDAYS))  # fmt: skip


def at(words, zone=SAIGON):
    return datetime.fromisoformat(words).replace(tzinfo=zone)


# office, start on its own clock, hours of work, end on its own clock
LATER = [
    # within one day of the office
    (VN, "2026-11-16 10:00", 0, "2026-11-16 10:00"),
    (VN, "2026-11-16 10:00", 4, "2026-11-16 14:00"),
    (VN, "2026-11-16 08:00", 4, "2026-11-16 12:00"),
    (VN, "2026-11-16 14:00", 4, "2026-11-16 18:00"),
    (VN, "2026-11-16 08:00", 10, "2026-11-16 18:00"),
    # before it opens, at its very end, after it closes
    (VN, "2026-11-16 03:12", 0, "2026-11-16 08:00"),
    (VN, "2026-11-16 03:12", 2, "2026-11-16 10:00"),
    (VN, "2026-11-16 18:00", 0, "2026-11-17 08:00"),
    (VN, "2026-11-16 18:00", 1, "2026-11-17 09:00"),
    (VN, "2026-11-16 23:59", 2, "2026-11-17 10:00"),
    # over the night, over two
    (VN, "2026-11-16 16:00", 4, "2026-11-17 10:00"),
    (VN, "2026-11-16 17:59", 1, "2026-11-17 08:59"),
    (VN, "2026-11-16 12:00", 16, "2026-11-17 18:00"),
    (VN, "2026-11-16 12:00", 17, "2026-11-18 09:00"),
    # over the weekend
    (VN, "2026-11-20 16:00", 2, "2026-11-20 18:00"),
    (VN, "2026-11-20 16:00", 3, "2026-11-23 09:00"),
    (VN, "2026-11-21 12:00", 0, "2026-11-23 08:00"),
    (VN, "2026-11-22 23:00", 4, "2026-11-23 12:00"),
    (SATURDAYS, "2026-11-20 16:00", 3, "2026-11-21 09:00"),
    (SATURDAYS, "2026-11-21 17:00", 2, "2026-11-23 09:00"),
    (LATE, "2026-11-21 19:00", 2, "2026-11-22 09:00"),
    # holidays: 24 November (from 2026), the National Day's two, 30 April and 1 May, New Year
    (VN, "2026-11-23 17:00", 2, "2026-11-25 09:00"),
    (VN, "2026-09-01 09:00", 1, "2026-09-03 09:00"),
    (VN, "2026-08-28 17:00", 2, "2026-09-03 09:00"),
    (VN, "2026-04-29 16:00", 4, "2026-05-04 10:00"),
    (SATURDAYS, "2026-04-29 16:00", 4, "2026-05-02 10:00"),
    (VN, "2026-12-31 17:30", 1, "2027-01-04 08:30"),
    # Tết 2026: 16 to 20 February; Tết 2027: 4 to 10 February
    (VN, "2026-02-13 17:00", 1, "2026-02-13 18:00"),
    (VN, "2026-02-13 17:00", 2, "2026-02-23 09:00"),
    (VN, "2026-02-17 09:00", 0, "2026-02-23 08:00"),
    (VN, "2026-02-14 20:00", 20, "2026-02-24 18:00"),
    (VN, "2027-02-03 16:00", 4, "2027-02-11 10:00"),
    # the shop's own days win in either direction
    (OWN, "2026-11-17 17:00", 2, "2026-11-19 09:00"),
    (OWN, "2026-11-20 17:00", 2, "2026-11-21 09:00"),
    # other countries' holidays
    (US, "2026-11-25 17:00", 2, "2026-11-27 09:00"),
    (DE, "2026-12-24 17:00", 2, "2026-12-28 09:00"),
    (AU, "2026-01-23 16:00", 2, "2026-01-27 10:00"),
    # clocks are put forward or back outside office hours: nothing changes
    (US, "2026-03-06 17:00", 2, "2026-03-09 09:00"),
    (US, "2026-10-30 17:00", 2, "2026-11-02 09:00"),
    (DE, "2026-03-27 17:00", 2, "2026-03-30 09:00"),
    (DE, "2026-10-23 17:00", 2, "2026-10-26 09:00"),
    # within them: on the short night six hours on the clock are five of work, on the long one seven
    (NIGHT_US, "2026-03-08 00:00", 5, "2026-03-08 06:00"),
    (NIGHT_US, "2026-03-08 01:30", 1, "2026-03-08 03:30"),
    (NIGHT_US, "2026-03-08 00:00", 6, "2026-03-09 01:00"),
    (NIGHT_US, "2026-11-01 00:00", 7, "2026-11-01 06:00"),
    (NIGHT_US, "2026-11-01 00:00", 6, "2026-11-01 05:00"),
    (NIGHT_DE, "2026-03-29 01:00", 2, "2026-03-29 04:00"),
    (NIGHT_DE, "2026-10-25 01:00", 4, "2026-10-25 04:00"),
    (NIGHT_DE, "2026-10-25 01:00", 3, "2026-10-25 03:00"),
    # a zone half an hour off
    (office(KABUL, country="XX"), "2026-11-16 17:00", 2, "2026-11-17 09:00"),
    # 29 February
    (office(country="XX"), "2028-02-28 17:00", 2, "2028-02-29 09:00"),
    (office(country="XX"), "2028-02-29 17:00", 2, "2028-03-01 09:00"),
]


@pytest.mark.parametrize(("where", "start", "hours", "end"), LATER)
def test_office_hours_pass(where, start, hours, end):
    found = where.later(at(start, where.zone), timedelta(hours=hours))

    assert found == at(end, where.zone)
    assert found.tzinfo is where.zone


# the same moment, said in another zone
ELSEWHERE = [
    ("2026-11-16 03:00", UTC, 4, "2026-11-16 14:00"),
    ("2026-11-15 22:00", NEW_YORK, 4, "2026-11-16 14:00"),
    ("2026-11-16 04:00", BERLIN, 4, "2026-11-16 14:00"),
    ("2026-11-16 14:00", SYDNEY, 4, "2026-11-16 14:00"),
    # Saturday in Saigon, still Friday in New York
    ("2026-11-20 20:00", NEW_YORK, 1, "2026-11-23 09:00"),
    ("2026-11-22 20:30", NEW_YORK, 1, "2026-11-23 09:30"),
]


@pytest.mark.parametrize(("start", "zone", "hours", "end"), ELSEWHERE)
def test_the_offices_own_clock_counts(start, zone, hours, end):
    assert VN.later(at(start, zone), timedelta(hours=hours)) == at(end)


BETWEEN = [
    (VN, "2026-11-16 10:00", "2026-11-16 12:00", 2),
    (VN, "2026-11-16 12:00", "2026-11-16 10:00", 0),
    (VN, "2026-11-16 16:00", "2026-11-17 10:00", 4),
    (VN, "2026-11-20 17:00", "2026-11-23 09:00", 2),
    (VN, "2026-11-21 09:00", "2026-11-22 09:00", 0),
    (VN, "2026-02-13 17:00", "2026-02-23 09:00", 2),
    (NIGHT_US, "2026-03-08 00:00", "2026-03-08 06:00", 5),
    (NIGHT_US, "2026-11-01 00:00", "2026-11-01 06:00", 7),
]


@pytest.mark.parametrize(("where", "start", "end", "hours"), BETWEEN)
def test_office_hours_between(where, start, end, hours):
    assert where.between(at(start, where.zone), at(end, where.zone)) == timedelta(hours=hours)


# channel, severity, told, answer by, settled on: Vietnam, office from 8 to 18
CLOCKS = [
    ("in_person", "minor", "2026-11-16 10:00", "2026-11-16 11:00", date(2026, 11, 18)),
    ("in_person", "ordinary", "2026-11-16 10:00", "2026-11-16 10:30", date(2026, 11, 17)),
    ("in_person", "serious", "2026-11-16 10:00", "2026-11-16 10:15", date(2026, 11, 17)),
    # the customer stands there on a Saturday evening: no clock waits for Monday
    ("in_person", "ordinary", "2026-11-21 19:50", "2026-11-21 20:20", date(2026, 11, 23)),
    ("phone", "ordinary", "2026-11-16 10:00", "2026-11-16 14:00", date(2026, 11, 19)),
    ("phone", "serious", "2026-11-16 17:00", "2026-11-17 09:00", date(2026, 11, 18)),
    ("sms", "ordinary", "2026-11-20 17:00", "2026-11-23 11:00", date(2026, 11, 26)),
    ("email", "minor", "2026-11-16 10:00", "2026-11-16 18:00", date(2026, 11, 23)),
    ("email", "ordinary", "2026-02-13 17:00", "2026-02-23 11:00", date(2026, 2, 25)),
    ("form", "ordinary", "2026-11-16 10:00", "2026-11-16 18:00", date(2026, 11, 26)),
    ("survey", "ordinary", "2026-11-16 12:00", "2026-11-17 10:00", date(2026, 11, 26)),
    ("review", "serious", "2026-11-16 10:00", "2026-11-16 14:00", date(2026, 11, 23)),
    ("letter", "serious", "2026-11-16 10:00", "2026-11-17 09:00", date(2026, 11, 25)),
    ("letter", "ordinary", "2026-11-16 10:00", "2026-11-17 16:00", date(2026, 11, 26)),
    ("letter", "minor", "2026-11-16 08:00", "2026-11-18 12:00", date(2026, 11, 26)),
    ("pigeon", "ordinary", "2026-11-16 10:00", "2026-11-16 18:00", date(2026, 11, 26)),
]


@pytest.mark.parametrize(("channel", "severity", "told", "answer_by", "settle_on"), CLOCKS)
def test_clocks_by_channel_and_severity(channel, severity, told, answer_by, settle_on):
    """S1-7"""
    found = due(channel, severity, at(told), VN, LAWS["VN"])

    assert (found.answer_by, found.settle_on) == (at(answer_by), settle_on)


def test_there_are_as_many_examples_as_were_asked_for():
    assert len(LATER) + len(ELSEWHERE) + len(BETWEEN) + len(CLOCKS) >= 60


def test_the_law_wins_over_what_the_shop_allows_itself():
    """L11: where no law says so the shop's own days count."""
    told = at("2026-11-16 10:00")

    assert due("letter", "minor", told, VN, 2).settle_on == date(2026, 11, 18)
    assert due("letter", "minor", told, VN, None).settle_on == date(2026, 11, 26)
    assert due("phone", "serious", told, VN, 7).settle_on == date(2026, 11, 18)


@pytest.mark.parametrize(
    ("channel", "route", "severity"),
    [("in_person", "normal", "minor"), ("phone", "normal", "ordinary"), ("letter", "normal", "serious"),
     ("in_person", "safety", "serious"), ("review", "normal", "ordinary")],
)  # fmt: skip
def test_what_it_is_first_taken_for(channel, route, severity):
    """S1-7: the severity's order is the reverse of the urgency's."""
    assert first_severity(channel, route) == severity


def test_an_office_that_never_opens_says_so():
    shut = office(weekdays=frozenset())

    with pytest.raises(NeverOpen):
        shut.later(at("2026-11-16 10:00"), timedelta(hours=1))


@pytest.mark.parametrize(("opens", "closes"), [(8, 8), (18, 8)])
def test_an_office_closes_later_than_it_opens(opens, closes):
    with pytest.raises(ValueError, match="closes"):
        office(opens=opens, closes=closes)


def test_time_does_not_run_backwards():
    with pytest.raises(ValueError, match="work"):
        VN.later(at("2026-11-16 10:00"), timedelta(seconds=-1))


MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31)).map(lambda one: one.replace(tzinfo=UTC))
WORK = st.timedeltas(timedelta(0), timedelta(hours=90))
DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))
OFFICES = st.builds(
    lambda zone, opens, length, calendar: Office(
        opens=time(opens), closes=time(min(opens + length, 23), 59), zone=zone, calendar=calendar
    ),
    st.sampled_from([SAIGON, NEW_YORK, BERLIN, SYDNEY, KABUL, CAIRO]),
    st.integers(0, 22),
    st.integers(0, 12),
    st.builds(
        Calendar,
        country=st.sampled_from(["VN", "US", "DE", "XX"]),
        weekdays=st.frozensets(st.integers(0, 6), min_size=1),
        opened=st.frozensets(DAYS, max_size=4),
        closed=st.frozensets(DAYS, max_size=4),
    ),
)
CHANNELS, SEVERITIES = st.sampled_from(sorted(USUAL)), st.sampled_from(list(Severity))


@given(OFFICES, MOMENTS, MOMENTS, WORK)
def test_who_came_later_is_never_due_earlier(where, one, other, work):
    assert (one <= other) <= (where.later(one, work) <= where.later(other, work))


@given(OFFICES, MOMENTS, WORK, WORK)
def test_more_work_never_ends_earlier(where, start, some, more):
    assert where.later(start, some) <= where.later(start, some + more)
    assert where.later(start, some) >= start


@given(OFFICES, MOMENTS, WORK)
def test_later_and_between_agree(where, start, work):
    assume(work)

    assert where.between(start, where.later(start, work)) == work


@given(OFFICES, st.lists(MOMENTS, min_size=3, max_size=3))
def test_between_adds_up(where, moments):
    first, middle, last = sorted(moments)

    assert where.between(first, middle) + where.between(middle, last) == where.between(first, last)


@given(OFFICES, MOMENTS, SEVERITIES)
def test_in_person_is_answered_before_the_phone_and_that_before_a_letter(where, told, severity):
    """S1-7, whenever it was told."""
    in_person, *quick, letter = (
        due(channel, severity, told, where, 7) for channel in ("in_person", "phone", "email", "sms", "letter")
    )

    assert {one.answer_by for one in quick} == {quick[0].answer_by}
    assert in_person.answer_by < quick[0].answer_by < letter.answer_by
    assert in_person.settle_on <= quick[0].settle_on <= letter.settle_on


@given(OFFICES, MOMENTS, CHANNELS)
def test_the_more_serious_is_never_due_later(where, told, channel):
    minor, ordinary, serious = (due(channel, severity, told, where) for severity in Severity)

    assert minor.answer_by > ordinary.answer_by > serious.answer_by
    assert minor.settle_on >= ordinary.settle_on >= serious.settle_on


@given(OFFICES, MOMENTS, CHANNELS, SEVERITIES, st.integers(1, 12))
def test_no_clock_runs_longer_than_the_law(where, told, channel, severity, law):
    """L11"""
    today = told.astimezone(where.zone).date()

    assert due(channel, severity, told, where, law).settle_on <= where.calendar.later(today, law)


@given(OFFICES, MOMENTS, MOMENTS, CHANNELS, SEVERITIES)
def test_of_two_alike_the_one_told_first_is_due_first(where, one, other, channel, severity):
    first, last = (due(channel, severity, told, where, 7) for told in sorted([one, other]))

    assert first.answer_by <= last.answer_by
    assert first.settle_on <= last.settle_on


def test_every_channel_knows_every_severity():
    assert all(set(rows) == set(Severity) for rows in USUAL.values())
    assert allowed("letter", "serious").answer == timedelta(hours=9)
