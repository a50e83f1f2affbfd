"""Whole weeks and months make up a period, and nothing of it is counted twice or left out."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import buckets

DAYS = st.dates(date(2023, 12, 1), date(2026, 3, 31))


def days_of(grain, first, last):
    day, end = first, last if grain == "day" else buckets.after(last, grain) - timedelta(1)
    while day <= end:
        yield day
        day += timedelta(1)


@given(start=DAYS, length=st.integers(0, 500), grain=st.sampled_from(["day", "week", "month"]))
def test_the_pieces_of_a_period_are_its_days_once_each(start, length, grain):
    end = start + timedelta(length)

    pieces = list(buckets.pieces(start, end, grain))

    found = [day for piece in pieces for day in days_of(*piece)]
    assert found == [start + timedelta(n) for n in range(length + 1)]
    if grain != "day":
        assert sum((last - first).days + 1 for kind, first, last in pieces if kind == "day") <= 60


@pytest.mark.parametrize(
    ("grain", "first", "following"),
    [
        ("day", date(2026, 1, 31), date(2026, 2, 1)),
        ("week", date(2026, 1, 26), date(2026, 2, 2)),
        ("month", date(2026, 1, 1), date(2026, 2, 1)),
    ],
)
def test_a_day_lies_in_its_bucket(grain, first, following):
    assert buckets.first_day(date(2026, 1, 31), grain) == first
    assert buckets.after(date(2026, 1, 31), grain) == following


def test_the_first_bucket_may_be_a_cut_one():
    found = buckets.of(date(2025, 12, 15), date(2026, 2, 1), "month")

    assert found == (date(2025, 12, 15), date(2026, 1, 1), date(2026, 2, 1))
