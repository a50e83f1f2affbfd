"""What cohorts spent before and after: the article's figures, the windows, and when nothing is said."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import spending
from surveys.cohorts import Cohort
from surveys.resampling import Estimate
from surveys.spending import Respondent

A, B, C, D = Cohort.NO_PROBLEM, Cohort.NOT_RESOLVED, Cohort.RESOLVED_FIRST, Cohort.UNKNOWN
JANUARY = date(2014, 1, 1)


def people(cohort, afters, befores=None, *, is_open=False):
    befores = afters if befores is None else befores
    return [
        Respondent(
            customer=number,
            cohort=cohort,
            month=JANUARY,
            is_open=is_open,
            before=float(before),
            after=float(after),
        )
        for number, (after, before) in enumerate(zip(afters, befores, strict=True))
    ]


def around(mean, n):
    """n amounts whose mean is this, to the cent, and which are not all the same."""
    return [mean * share for share in ([0.5, 1.5] * n)[:n]]


def article(**options):
    """S0-2: about a thousand respondents of January, $100, $20 and $106 in February to April."""
    asked = people(A, around(100, 800)) + people(B, around(20, 100)) + people(C, around(106, 100))
    return spending.compare(asked, **{"margin": 1.0} | options)


def test_the_article_s_figures():
    found = article()

    means = {one.cohort: one.after.value for one in found.groups if one.after}
    assert means == pytest.approx({A: 100, B: 20, C: 106})
    shares = {(one.one, one.other): one.after.value for one in found.comparisons if one.after}
    assert shares == pytest.approx({(B, A): -0.8, (C, A): 0.06, (C, B): 4.3})


def test_what_is_at_stake_in_the_article():
    """S0-5: $86 for each customer whose problem was not solved, in a quarter."""
    stake = article().stake

    assert stake.each.value == pytest.approx(86)
    assert stake.lost.value == pytest.approx(8600)
    assert stake.each.low < 86 < stake.each.high


def test_the_margin_and_the_cost_of_a_case():
    third = article(margin=0.3, cost=10).stake

    assert third.each.value == pytest.approx(25.8)
    assert third.verdict == "pays"
    assert article(margin=0.3, cost=60).stake.verdict == "does_not_pay"
    assert article(margin=0.3, cost=25.8).stake.verdict == "unclear"
    assert article().stake.verdict == ""


def test_a_margin_that_was_measured_widens_what_is_at_stake():
    """Both intervals are in it: wider than either, narrower than the two laid end to end."""
    fixed = article(margin=0.3).stake.each
    measured = article(margin=0.3, margin_ends=(0.25, 0.35)).stake.each

    assert measured.value == fixed.value
    for own, wider in ((fixed.low, measured.low), (fixed.high, measured.high)):
        off = abs(own - fixed.value)
        assert abs(wider - fixed.value) == pytest.approx((off**2 + (86 * 0.05) ** 2) ** 0.5)


@pytest.mark.parametrize(
    ("own", "low", "high"), [((10, 8, 13), 10 * 0.5 - 5**0.5, 10 * 0.5 + 3.25**0.5),
                             ((-10, -12, -8), -5 - 2**0.5, -5 + 5**0.5), ((0, -1, 1), -0.5, 0.5)],
)  # fmt: skip
def test_two_figures_measured_apart_are_multiplied(own, low, high):
    found = spending.product(
        Estimate(value=own[0], low=own[1], high=own[2]), Estimate(value=0.5, low=0.3, high=0.6)
    )

    assert found.value == own[0] * 0.5
    assert (found.low, found.high) == pytest.approx((low, high))


def test_an_end_that_is_not_known_stays_so():
    found = spending.product(Estimate(value=3, low=1, high=None), Estimate(value=0.5, low=0.4, high=0.6))

    assert found.high is None


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        (date(2014, 1, 31), (date(2013, 10, 1), date(2014, 1, 1)), (date(2014, 2, 1), date(2014, 5, 1))),
        (date(2024, 2, 29), (date(2023, 11, 1), date(2024, 2, 1)), (date(2024, 3, 1), date(2024, 6, 1))),
        (date(2025, 11, 1), (date(2025, 8, 1), date(2025, 11, 1)), (date(2025, 12, 1), date(2026, 3, 1))),
        (date(2025, 9, 30), (date(2025, 6, 1), date(2025, 9, 1)), (date(2025, 10, 1), date(2026, 1, 1))),
    ],
)
def test_the_windows_are_whole_months(day, before, after):
    found = spending.windows(day)

    assert (found.before, found.after) == (before, after)


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_the_order_is_in_neither_window(day):
    found = spending.windows(day)

    assert found.before[1] <= day < found.after[0]
    months = [
        (end.year - start.year) * 12 + end.month - start.month for start, end in (found.before, found.after)
    ]
    assert months == [3, 3]


def test_it_is_open_until_the_last_day_is_over():
    found = spending.windows(JANUARY)

    assert not found.are_over(date(2014, 4, 30))
    assert found.are_over(date(2014, 5, 1))


def test_whose_months_still_run_counts_for_nothing():
    asked = people(B, around(20, 40)) + people(B, [10**9] * 7, is_open=True)

    group = spending.compare(asked, margin=1).group(B)

    assert (group.n, group.still_open) == (40, 7)
    assert group.after.value == pytest.approx(20)


def test_few_are_no_headline():
    """S0-4, decision 10."""
    asked = people(A, around(100, 500)) + people(B, around(20, 29)) + people(C, around(106, 30))
    found = spending.compare(asked, margin=1)

    assert (found.group(B).why_not, found.group(B).after) == ("few", None)
    assert {(one.one, one.other): one.why_not for one in found.comparisons} == {
        (B, A): "few",
        (C, A): "",
        (C, B): "few",
        (D, A): "few",
    }
    assert found.stake is None


def test_many_of_whom_hardly_anybody_bought_are_no_headline_either():
    asked = people(A, around(100, 500)) + people(B, [0] * 60 + [20] * 4)
    found = spending.compare(asked, margin=1)

    assert found.group(B).why_not == "few_bought"
    assert found.comparisons[0].after is None


def test_a_difference_that_was_there_before_is_said():
    """S0-4: "C spends more" must not be who they are."""
    asked = people(A, around(100, 300), around(100, 300)) + people(C, around(150, 100), around(150, 100))
    compared = spending.compare(asked, margin=1).comparisons[1]

    assert compared.after.is_certain
    assert compared.was_different_before
    assert compared.beyond.value == pytest.approx(0, abs=1e-6)


def test_nobody_and_nothing():
    found = spending.compare([], margin=1)

    assert [(one.cohort, one.n, one.why_not) for one in found.groups] == [(one, 0, "few") for one in Cohort]
    assert found.stake is None


def test_everybody_spends_the_same():
    """Without any spread there is no interval, and nothing that is certain."""
    found = spending.compare(people(A, [100] * 50) + people(B, [20] * 50), margin=1)

    assert found.comparisons[0].after.value == pytest.approx(-0.8)
    assert not found.comparisons[0].after.is_certain


amounts = st.lists(
    st.sampled_from([0, 0, 0, 50_000, 320_000, 1_000_000, 99_999_999]), min_size=2, max_size=70
)


@given(st.dictionaries(st.sampled_from(list(Cohort)), amounts), st.booleans())
def test_everybody_is_in_one_place(given_by_cohort, are_open):
    asked = [
        one for cohort, spent in given_by_cohort.items() for one in people(cohort, spent, is_open=are_open)
    ]
    found = spending.compare(asked, margin=0.5, draws=99)

    assert sum(one.n + one.still_open for one in found.groups) == len(asked)
    for group in found.groups:
        assert (group.after is None) == (group.n < spending.FEWEST)
        for one in (group.after, group.before, group.change):
            if one is not None and None not in (one.low, one.high):
                assert one.low <= one.value <= one.high


@given(st.integers(2, 1000))
def test_money_of_another_size_gives_the_same_shares(factor):
    """VND or dollars: only the sums change."""
    dice = np.random.default_rng(1)
    spent = {cohort: dice.gamma(1, 100, 40) for cohort in (A, B, C)}
    few, many = (
        spending.compare(
            [one for cohort, each in spent.items() for one in people(cohort, each * times)],
            margin=1,
            draws=99,
        )
        for times in (1, factor)
    )

    for one, other in zip(few.comparisons[:3], many.comparisons[:3], strict=True):
        assert (one.after.low, one.after.high) == pytest.approx((other.after.low, other.after.high))
    assert many.stake.each.low == pytest.approx(few.stake.each.low * factor)


def test_the_same_rows_give_the_same_interval():
    assert article() == article()


@pytest.mark.parametrize(("n", "low", "high"), [(30, 9, 22), (100, 40, 61), (7, 0, 7)])
def test_the_median_s_interval_stands_in_the_rows(n, low, high):
    found = spending.middle(np.arange(1.0, n + 1))

    assert found.value == (n + 1) / 2
    assert (found.low, found.high) == (max(low, 1), min(high, n))
