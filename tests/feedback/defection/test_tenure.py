"""What a customer brings in each year of staying (S2-7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.defection.histories import Histories
from feedback.defection.tenure import FEWEST, LONGEST, YEAR, curve


def people(*years, n=FEWEST):
    """So many who each spend `years[k]` on the first day of year k; None: they bought nothing in it."""
    return [
        (who, k * YEAR, amount + who % 2)
        for who in range(n)
        for k, amount in enumerate(years)
        if amount is not None
    ]


def test_each_year_stands_beside_the_first_of_the_same_people():
    [first, second] = curve(Histories.of(people(100, 150)), 2 * YEAR)

    assert (first.number, first.n, first.stayed, first.mean, first.first) == (1, 30, 30, 100.5, 100.5)
    assert (second.mean, second.first) == (150.5, 100.5)
    assert second.low < 150.5 < second.high


def test_who_stopped_is_counted_and_in_no_mean():
    """Those who stay bought more from the beginning: that is no growth."""
    small = [(who + 1000, day, amount) for who, day, amount in people(10, n=60)]

    first, second = curve(Histories.of(people(100, 100) + small), 2 * YEAR)

    assert (second.n, second.stayed, second.mean, second.first) == (90, 30, 100.5, 100.5)
    assert first.mean == pytest.approx(30 * 100.5 / 90 + 60 * 10.5 / 90)


@pytest.mark.parametrize(
    ("today", "years"), [(YEAR - 1, 0), (YEAR, 1), (2 * YEAR - 1, 1), (99 * YEAR, LONGEST)]
)
def test_a_year_counts_when_it_is_over(today, years):
    assert len(curve(Histories.of(people(100)), today)) == years


def test_few_are_counted_and_not_named():
    [year] = curve(Histories.of(people(100, n=FEWEST - 1)), YEAR)

    assert (year.n, year.stayed, year.mean, year.low, year.first) == (29, 29, None, None, None)


def test_what_was_sent_back_is_taken_off():
    back = [(who, 5, -40.0) for who in range(FEWEST)]

    [year] = curve(Histories.of(people(100) + back), YEAR)

    assert year.mean == 60.5


def test_nobody_makes_no_year():
    assert curve(Histories.of([]), 9 * YEAR) == []


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 4 * YEAR), st.floats(0, 1e6)), min_size=1, max_size=300
    )
)
def test_of_all_years_no_more_stay_than_there_were(purchases):
    found = curve(Histories.of(purchases), 6 * YEAR)

    assert all(one.stayed <= one.n for one in found)
    assert [one.n for one in found] == sorted((one.n for one in found), reverse=True)
    assert all(one.low <= one.mean <= one.high for one in found if one.mean is not None)
