"""Intervals: they cover what is true, and say when there is no end to tell."""

import numpy as np
import pytest

from surveys import resampling


def drawn(n, *, seed=1, draws=999, of=7):
    dice = np.random.default_rng(of)
    after, before = dice.gamma(1, 100, n), dice.gamma(1, 100, n)
    return resampling.sample(after, before, seed=seed, draws=draws)


def test_one_row_tells_nothing():
    assert resampling.sample(np.array([1.0]), np.array([1.0]), seed=1) is None


def test_the_seed_alone_decides():
    first, again, other = (
        resampling.estimate(resampling.mean_after, drawn(40, seed=seed)) for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other


def test_large_groups_come_to_the_same():
    """Above MOST_DRAWN the means are drawn from a normal: both ways agree where both can be taken."""
    n = resampling.MOST_DRAWN
    by_rows, by_means = (resampling.estimate(resampling.mean_after, drawn(n + more)) for more in (0, 1))

    assert by_means.low == pytest.approx(by_rows.low, rel=0.01)
    assert by_means.high == pytest.approx(by_rows.high, rel=0.01)


def test_a_hundred_thousand_rows_take_no_longer():
    assert drawn(100_000).drawn.after.shape == (999,)


def test_a_ratio_to_nothing_is_none():
    nothing = resampling.sample(np.zeros(40), np.zeros(40), seed=1, draws=999)

    assert resampling.estimate_share(resampling.ratio_after, drawn(40), nothing) is None


def test_there_is_no_upper_end_where_one_bought():
    once = np.zeros(40)
    once[0] = 100.0
    found = resampling.estimate(resampling.mean_after, resampling.sample(once, once, seed=1))

    assert found.value == 2.5
    assert found.high is None
    assert not found.is_certain
