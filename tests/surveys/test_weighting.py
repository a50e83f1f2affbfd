"""What all buyers would have said: corrected where facts explain who answers, refused where they do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.weighting import FEWEST, Buyers, correct


def buyers(facts, value, *, late=None, promised=None, least=0.0, most=100.0):
    n = len(value)
    return Buyers(
        facts=[(one,) for one in facts],
        value=np.array([np.nan if one is None else one for one in value], float),
        late=np.array(late or [False] * n, np.bool_),
        promised=np.array(promised or [False] * n, np.bool_),
        asked=np.ones(n, np.bool_),
        least=least,
        most=most,
    )


def two_kinds():
    """1,000 buyers in time, all pleased, of whom 50 answer; 1,000 late, none pleased, of whom 200 answer."""
    facts = ["in_time"] * 1000 + ["late"] * 1000
    value = [100] * 50 + [None] * 950 + [0] * 200 + [None] * 800
    return buyers(facts, value)


def test_naive_is_wrong_and_each_correction_finds_the_truth():
    """S4-3, differentiator 6: of all buyers half are pleased; of those who answered one in five."""
    found = correct(two_kinds())

    assert found.said.value == pytest.approx(20)
    assert found.cells == pytest.approx(50, abs=2)
    assert found.weighted == pytest.approx(50, abs=2)
    assert found.all.value == pytest.approx(50, abs=2)
    assert found.all.low < 50 < found.all.high
    assert found.why_not == ""


def test_weighted_answers_are_worth_less_than_their_number():
    found = correct(two_kinds())

    assert found.answers == 250
    assert 50 < found.effective < 250


def test_the_bounds_hold_whatever_the_silent_think():
    """5 of 10 spoke, 100 each: between 50 and 100 on a scale of 0 to 100."""
    assert correct(buyers(["x"] * 10, [100] * 5 + [None] * 5)).bounds == (50, 100)


def test_too_few_answers_say_nothing_but_bounds():
    found = correct(buyers(["x"] * 100, [100] * (FEWEST - 1) + [None] * (101 - FEWEST)))

    assert (found.why_not, found.said, found.all) == ("few", None, None)
    assert found.bounds[0] == FEWEST - 1


def test_nobody_at_all_is_no_error():
    assert correct(buyers([], [])).bounds == (0, 100)


def test_it_refuses_where_a_kind_of_buyers_never_answers():
    """Of every fourth buyer nobody of the same kind spoke."""
    facts = ["shop"] * 300 + ["market"] * 100
    found = correct(buyers(facts, [100, 0] * 30 + [None] * 340))

    assert found.unseen == 0.25
    assert found.why_not == "unseen"


def late_ones(pleased_when_late):
    """100 answer at once, 70 of them pleased; 100 after a reminder."""
    value = [100] * 70 + [0] * 30 + [100] * pleased_when_late + [0] * (100 - pleased_when_late)
    return buyers(["x"] * 400, value + [None] * 200, late=[False] * 100 + [True] * 100 + [False] * 200)


def test_it_says_that_it_cannot_where_the_late_ones_answer_otherwise():
    """Differentiator 6: whatever made them wait is no fact of the order."""
    found = correct(late_ones(30))

    assert found.why_not == "still_differ"
    assert [(trial.name, trial.n, trial.fails) for trial in found.trials] == [("late", 100, True)]
    assert found.trials[0].difference == pytest.approx(-40, abs=1)


def test_it_corrects_where_the_late_ones_answer_alike():
    found = correct(late_ones(68))

    assert found.why_not == ""
    assert found.is_tried


def test_without_a_reminder_or_a_reward_nothing_is_tried():
    assert not correct(two_kinds()).is_tried


def test_a_reward_is_a_trial_only_where_it_made_more_of_them_answer():
    """200 promised of whom 120 answer, 200 not promised of whom 40 do; the promised are less pleased."""
    promised = [True] * 200 + [False] * 200
    value = [100] * 40 + [0] * 80 + [None] * 80 + [100] * 36 + [0] * 4 + [None] * 160
    found = correct(buyers(["x"] * 400, value, promised=promised))
    assert [(trial.name, trial.fails) for trial in found.trials] == [("promised", True)]

    alike = [100] * 40 + [0] * 20 + [None] * 140
    assert correct(buyers(["x"] * 400, alike * 2, promised=promised)).trials == ()


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"), st.sampled_from([None, -100.0, 0.0, 100.0]), st.booleans(), st.booleans()
        ),
        max_size=120,
    )
)
def test_whatever_is_said_it_stays_on_the_scale(rows):
    facts, value, late, promised = ([row[place] for row in rows] for place in range(4))
    found = correct(buyers(facts, value, late=late, promised=promised, least=-100.0))

    assert -100 <= found.bounds[0] <= found.bounds[1] <= 100
    for one in (found.said, found.all):
        assert one is None or -100 <= one.low <= one.value <= one.high <= 100
    if found.said:
        assert 0 < found.effective <= found.answers + 1e-6
        assert found.bounds[0] - 1e-6 <= found.cells <= found.bounds[1] + 1e-6 or found.answers < found.buyers
