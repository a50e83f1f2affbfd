"""reviews.independence: Fisher's exact test and the exact interval of the odds ratio."""

from math import comb, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews import independence
from reviews.independence import Table

few = st.integers(0, 12)
tables = st.builds(Table, low_hidden=few, low_shown=few, high_hidden=few, high_shown=few)


def table(a, b, c, d):
    return Table(low_hidden=a, low_shown=b, high_hidden=c, high_shown=d)


@pytest.mark.parametrize(
    ("counts", "chance", "odds", "low", "high"),
    [
        # Fisher's tea (The Design of Experiments, 1935, II), and the twins of convicts that he took as an
        # example of the exact test (JRSS 1935;98:39); the figures are scipy 1.17's, by another way.
        ((3, 1, 1, 3), 0.485714, 6.408320, 0.2117356, 626.2435),
        ((2, 15, 10, 3), 0.000536724, 0.0469366, 0.003317164, 0.3631896),
        ((8, 12, 0, 20), 0.003276003, inf, 2.261064, inf),
        ((4, 96, 10, 890), 0.04293949, 3.700535, 0.8311673, 13.14008),
    ],
)
def test_it_is_the_exact_test_that_everybody_means(counts, chance, odds, low, high):
    found = independence.tested(table(*counts))

    assert found.chance == pytest.approx(chance, rel=1e-5)
    assert found.odds == pytest.approx(odds, rel=1e-5)
    assert (found.low, found.high) == (pytest.approx(low, rel=1e-5), pytest.approx(high, rel=1e-5))


@given(tables)
def test_its_chance_is_the_sum_over_all_tables_as_unlikely(one):
    """By plain counting: in how many ways could so many be hidden by lot?"""
    found = independence.tested(one)
    high = one.n - one.low
    if found is None:
        assert not 0 < one.hidden < one.n or not 0 < one.low < one.n
        return
    ways = {
        x: comb(one.low, x) * comb(high, one.hidden - x)
        for x in range(max(0, one.hidden - high), min(one.hidden, one.low) + 1)
    }
    as_unlikely = sum(n for n in ways.values() if n <= ways[one.low_hidden])

    assert found.chance == pytest.approx(as_unlikely / comb(one.n, one.hidden))
    assert found.smallest == pytest.approx(
        sum(n for n in ways.values() if n == min(ways.values())) / comb(one.n, one.hidden)
    )


@given(tables)
def test_its_interval_holds_the_odds_and_says_when_it_cannot_tell(one):
    found = independence.tested(one)
    if found is None:
        return

    assert 0 <= found.low <= found.odds <= found.high
    assert found.smallest <= found.chance + 1e-12
    if not found.can_tell:
        assert not found.is_suspicious


@given(tables)
def test_who_is_called_low_makes_no_difference(one):
    turned = table(one.high_hidden, one.high_shown, one.low_hidden, one.low_shown)
    found, other = independence.tested(one), independence.tested(turned)
    if found is None:
        assert other is None
        return

    assert found.chance == pytest.approx(other.chance)
    assert found.hides_low_ones + other.hides_low_ones <= 1
    if found.low > 0 and found.high < inf:
        assert other.low == pytest.approx(1 / found.high, rel=1e-5)


def test_a_hand_that_hides_what_is_bad_is_found_out():
    """Ten of a hundred hidden, all of them among the ten with one star."""
    found = independence.tested(table(10, 0, 0, 90))

    assert found.is_suspicious
    assert found.hides_low_ones
    assert found.low > 10


def test_of_one_hidden_among_many_nothing_is_claimed():
    found = independence.tested(table(1, 9, 0, 10))

    assert not found.can_tell
    assert not found.is_suspicious


def test_it_is_as_exact_for_many():
    found = independence.tested(table(40, 99_960, 60, 899_940))

    assert found.is_suspicious
    assert found.odds == pytest.approx(6.0, rel=0.01)
