"""feedback.effects: what goes with a theme, with honest intervals."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import effects
from feedback.effects import Estimate, regress

NONE = np.empty((200, 0))


def a_theme(n, having):
    return np.array([[1.0]] * having + [[0.0]] * (n - having))


def test_alone_it_is_the_difference_of_two_means_with_its_spread():
    """Of two groups least squares gives the difference of means, HC3 the variances over n − 1."""
    dice = np.random.default_rng(1)
    bad, good = dice.normal(40, 20, 60), dice.normal(80, 5, 140)

    (one,) = regress(np.concatenate([bad, good]), a_theme(200, 60), NONE)

    error = sqrt(bad.var(ddof=1) / 59 + good.var(ddof=1) / 139)
    assert one.value == pytest.approx(bad.mean() - good.mean())
    assert (one.high - one.low) / 2 == pytest.approx(1.972017 * error, rel=1e-4)  # Student's t, 198 free


@pytest.mark.parametrize(("free", "t"), [(20, 2.085963), (30, 2.042272), (60, 2.000298), (198, 1.972017)])
def test_its_points_of_student_are_right(free, t):
    assert effects._student(free) == pytest.approx(t, abs=2e-4)


def test_themes_that_come_together_are_told_apart_where_they_can_be():
    """The courier costs thirty; late parcels cost nothing, but half of them are the courier's."""
    dice = np.random.default_rng(2)
    courier = dice.random(2000) < 0.3
    late = np.where(courier, dice.random(2000) < 0.5, dice.random(2000) < 0.05)
    scores = 80 - 30 * courier + dice.normal(0, 10, 2000)

    of_courier, of_late = regress(scores, np.column_stack([courier, late]), np.empty((2000, 0)))

    assert of_courier.high < -25
    assert of_late.low < 0 < of_late.high
    assert effects.without(scores, late).low > 0  # the simple figure alone would have blamed it


def test_what_always_comes_together_is_not_told_apart():
    dice = np.random.default_rng(3)
    one, other = dice.random(300) < 0.5, dice.random(300) < 0.5

    found = regress(dice.normal(0, 1, 300), np.column_stack([one, one, other]), np.empty((300, 0)))

    assert [each is None for each in found] == [True, True, False]


def test_what_only_one_channel_says_is_not_told_apart_from_the_channel():
    dice = np.random.default_rng(4)
    by_phone = dice.random(300) < 0.5

    assert regress(dice.normal(0, 1, 300), by_phone.reshape(-1, 1), by_phone.reshape(-1, 1)) == [None]


@pytest.mark.parametrize(("n", "having"), [(0, 0), (29, 10), (200, 29), (200, 171), (200, 0), (200, 200)])
def test_of_too_few_nothing_is_said(n, having):
    values = np.arange(n, dtype=float)
    theme = a_theme(n, having) if n else np.empty((0, 1))

    assert regress(values, theme, np.empty((n, 0))) == [None]
    if n:
        assert effects.without(values, theme[:, 0] > 0) is None


def test_overall_minus_theme_is_what_it_says():
    scores = np.array([20.0, 40.0] * 20 + [80.0, 100.0] * 30)
    has = np.arange(100) < 40

    found = effects.without(scores, has)

    assert found.value == pytest.approx(scores[~has].mean() - scores.mean())
    assert found.is_sure


@given(st.floats(0.01, 1e7), st.floats(-1e6, 1e6), st.integers(0, 10**6))
def test_another_unit_is_another_number_and_no_other_finding(factor, shift, seed):
    """Scores times ten, or dong for dollars: the same in that unit; a constant changes nothing."""
    dice = np.random.default_rng(seed)
    themes = np.column_stack([dice.random(150) < 0.5, dice.random(150) < 0.4]).astype(float)
    values = dice.normal(0, 1, 150)

    plain, other = (regress(one, themes, np.empty((150, 0))) for one in (values, values * factor + shift))

    for one, same in zip(plain, other, strict=True):
        tolerance = 1e-6 * factor + 1e-7 * abs(shift)
        assert same.value == pytest.approx(one.value * factor, rel=1e-6, abs=tolerance)
        assert same.low == pytest.approx(one.low * factor, rel=1e-6, abs=tolerance)


def test_money_beside_yes_and_no_loses_nothing():
    """What was spent before, in dong, is held equal beside months that are 0 or 1."""
    dice = np.random.default_rng(5)
    before = dice.lognormal(13, 1, 1000)
    theme = (dice.random(1000) < 0.3).astype(float)
    after = before * 0.8 - 200_000 * theme + dice.normal(0, 1000, 1000)
    months = effects.dummies([n % 12 for n in range(1000)])

    (one,) = regress(after, theme.reshape(-1, 1), np.hstack([before.reshape(-1, 1), months]))

    assert one.value == pytest.approx(-200_000, rel=0.01)


def test_its_intervals_hold_what_is_true_as_often_as_they_say():
    """400 simulated shops with skewed spend, whose spread differs: 95 of 100, within what chance allows."""
    dice, held = np.random.default_rng(6), 0
    for _shop in range(400):
        theme = (dice.random(250) < 0.3).astype(float)
        values = dice.gamma(2, 50, 250) * (1 + 2 * theme) + 10
        (one,) = regress(values, theme.reshape(-1, 1), np.empty((250, 0)))
        held += one.low <= 200 <= one.high

    assert 0.92 <= held / 400 <= 0.98


@given(st.lists(st.sampled_from("abcd"), max_size=30))
def test_dummies_say_each_word_but_the_first(words):
    found = effects.dummies(words)

    assert found.shape == (len(words), max(len(set(words)) - 1, 0))
    assert set(found.sum(1)) <= {0.0, 1.0}


def test_less_than_nothing_turns_the_interval_around():
    assert Estimate(value=-2, low=-3, high=-1).times(-2) == Estimate(value=4, low=2, high=6)
