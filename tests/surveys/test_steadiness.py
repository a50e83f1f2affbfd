"""S0-8: a spread that rises while the mean stays. How often it finds and errs: benchmarks/consistency.py."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.steadiness import FEWEST, Marks, Verdict, change, change_within, verdicts

SAME = [50, 75, 75, 75, 75, 100] * 20  # mean 75
APART = [0, 75, 75, 100, 100, 100] * 20  # mean 75 as well
LOWER = [0, 25, 50, 50, 75, 100] * 20  # mean 50


def marks(was, now, scale=None):
    every = [*was, *now]
    return Marks(
        mark=np.array(every, dtype=float),
        scale=np.array(scale or [0] * len(every), dtype=np.int64),
        is_now=np.array([False] * len(was) + [True] * len(now), dtype=bool),
    )


def said(was, now):
    return verdicts([change(marks(was, now))])[0]


@pytest.mark.parametrize(
    ("was", "now", "verdict"),
    [
        (SAME, APART, Verdict.RISING),
        (SAME, SAME, Verdict.STEADY),
        (APART, SAME, Verdict.STEADY),  # good news is no alarm
        (SAME, LOWER, Verdict.MOVED),
        (SAME, [mark - 25 for mark in SAME], Verdict.STEADY),  # the mean alone: no matter of steadiness
        (SAME, [75] * 120, Verdict.STEADY),
        ([75] * 120, [75] * 120, Verdict.STEADY),
        ([75] * 120, APART, Verdict.RISING),  # all alike before: any number of times as far apart
        (SAME[: FEWEST - 1], APART, Verdict.TOO_FEW),
        (SAME, APART[: FEWEST - 1], Verdict.TOO_FEW),
        ([], APART, Verdict.TOO_FEW),
        ([], [], Verdict.TOO_FEW),
    ],
)
def test_only_a_rise_at_an_unchanged_mean_is_the_alarm(was, now, verdict):
    assert said(was, now) == verdict


def test_the_figures_are_those_of_the_textbook():
    one = change(marks(SAME, APART))

    assert one.was.value == pytest.approx(np.std(SAME, ddof=1))
    assert one.now.value == pytest.approx(np.std(APART, ddof=1))
    assert one.times.value == pytest.approx(np.std(APART, ddof=1) / np.std(SAME, ddof=1))
    assert one.times.low > 1
    assert (one.mean_was, one.mean_now) == pytest.approx((75, 75))


def test_another_mix_of_scales_is_no_rise():
    """Marks of ten lie farther apart than smileys; more of them now must not look like less steadiness."""
    close, wide = [70, 75, 80] * 40, [0, 50, 100] * 40
    was, now = close + wide[:30], close[:30] + wide
    scale = [0] * 120 + [1] * 30 + [0] * 30 + [1] * 120

    one = change(marks(was, now, scale))

    assert one.times.value == pytest.approx(1, abs=0.05)
    assert verdicts([one]) == [Verdict.STEADY]


def test_a_scale_that_only_one_of_the_times_has_is_left_out():
    one = change(marks(SAME, [*SAME, *[0, 100] * 50], [0] * 240 + [1] * 100))

    assert (one.n_was, one.n_now) == (120, 120)
    assert one.times.value == pytest.approx(1)


def test_the_same_people_from_one_time_to_the_next():
    steady, swinging = ([75.0, 75.0, 50.0], False), ([0.0, 100.0, 100.0], True)

    one = change_within([steady] * 40 + [swinging] * 40)

    assert verdicts([one]) == [Verdict.RISING]
    assert one.now.value > 3 * one.was.value
    assert change_within([steady] * 40 + [swinging] * 29) is None
    assert change_within([]) is None


def test_looking_at_many_places_is_controlled_for():
    """One of twenty with a chance of 3 % is what chance alone would have."""
    weak = change(marks(SAME, SAME[:60] + [25, 100] * 3))
    assert 0.005 < weak.chance < 0.05

    quiet = [change(marks(SAME, SAME))] * 19

    assert verdicts([weak]) == [Verdict.RISING]
    assert Verdict.RISING not in verdicts([weak, *quiet])


people = st.lists(st.sampled_from([0, 25, 50, 75, 100]), min_size=FEWEST, max_size=60)


@settings(max_examples=40, deadline=None)
@given(was=people, now=people)
def test_it_is_never_a_rise_both_ways(was, now):
    forth, back = change(marks(was, now)), change(marks(now, was))

    assert 0 < forth.chance <= 1
    assert min(forth.chance, back.chance) > 0.0004
    assert forth.was.value == pytest.approx(back.now.value)
    assert not (verdicts([forth])[0] == verdicts([back])[0] == Verdict.RISING)
    assert forth.was.low <= forth.was.value <= forth.was.high


@settings(max_examples=40, deadline=None)
@given(was=people, now=people, by=st.sampled_from([-50.0, 10.0, 200.0]))
def test_moving_every_mark_alike_changes_no_spread(was, now, by):
    one, moved = change(marks(was, now)), change(marks([m + by for m in was], [m + by for m in now]))

    assert moved.chance == pytest.approx(one.chance)
    assert moved.now.value == pytest.approx(one.now.value)
