"""What a customer will buy in the next year (S2-7)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.defection import bgnbd
from feedback.defection.expected import YEAR, Model, Stay, expect, kind_of, kinds, learn
from feedback.defection.histories import Histories
from feedback.defection.rules import Kind, Rule

RULE = Rule(kind=Kind.DAYS, days=90)


def regular(who, every, until, amount=100.0, since=0):
    return [(who, day, amount) for day in range(since, until + 1, every)]


def one_who_comes_often_beside_those_who_seldom_do(day=800):
    rows = [row for who in range(40) for row in regular(who, 200, day)]
    return Histories.of(rows + regular(99, 20, day))


def test_the_formulas_of_the_methods_page():
    """Shop: 2 visits in 400 days weigh beforehand, ₫300 as 4 visits. Lan: 7 visits in 200 days, ₫500."""
    stays = dict.fromkeys(kinds(), Stay(foretold=0, came=0, share=0.5))
    model = Model(shape=2, days=400, basket=300, basket_visits=4, stays=stays, tried=None)
    lan = Histories.of([(1, day, 500.0) for day in (0, 30, 60, 90, 120, 150, 200)])

    found = expect(model, lan, 200, RULE)

    assert found.rate[0] == pytest.approx((6 + 2) / (200 + 400))
    assert found.basket[0] == pytest.approx(7 / 11 * 500 + 4 / 11 * 300)
    assert found.visits[0] == pytest.approx(8 / 600 * YEAR * 0.5)
    assert found.spend[0] == pytest.approx(found.visits[0] * found.basket[0])


def test_a_rate_lies_between_their_own_and_the_shops():
    histories = one_who_comes_often_beside_those_who_seldom_do()

    found = expect(learn(histories, 800, RULE), histories, 800, RULE)

    assert 1 / 200 < found.rate[0] < found.rate[-1] < 1 / 20


def test_who_has_left_is_worth_less_than_who_stays():
    rows = [row for who in range(40) for row in regular(who, 30, 600)]
    left = [row for who in range(40, 80) for row in regular(who, 30, 300)]
    histories = Histories.of(rows + left)

    found = expect(learn(histories, 600, RULE), histories, 600, RULE)

    assert found.is_gone[-1]
    assert not found.is_gone[0]
    assert found.share[-1] < found.share[0] / 2


def test_a_dozen_orders_are_enough():
    """No past to try on, and three customers: finite, above nothing, leaned to a visit a year."""
    rows = regular(1, 5, 25) + regular(2, 10, 20) + regular(3, 12, 24)
    histories = Histories.of(rows)

    model = learn(histories, 28)
    found = expect(model, histories, 28)

    assert (len(rows), model.tried) == (12, None)
    assert np.isfinite(found.spend).all()
    assert (found.spend > 0).all()
    assert (found.visits < YEAR / 5).all()


def test_money_scales_and_changes_nothing_else():
    """VND amounts beside the same in units of 25,000: the same visits, the same money."""
    dice = np.random.default_rng(3)
    who, days = dice.integers(0, 60, 500), dice.integers(0, 700, 500)
    amounts = dice.lognormal(2, 1, 500)
    small, huge = (Histories.pack(who, days, amounts * one) for one in (1, 25_000))

    few, many = (expect(learn(one, 700), one, 700) for one in (small, huge))

    assert many.visits == pytest.approx(few.visits)
    assert many.spend == pytest.approx(few.spend * 25_000)


def test_kinds_are_by_visits_and_by_the_definition():
    assert [kind_of(n, False) for n in (1, 2, 3, 4, 400)] == ["1", "2", "2", "4", "4"]
    assert kind_of(3, True) == "2 gone"


def test_a_model_survives_being_kept():
    model = learn(one_who_comes_often_beside_those_who_seldom_do(), 800)

    assert Model.from_data(model.as_data()) == model


def test_the_trial_sees_nothing_of_the_future():
    histories = one_who_comes_often_beside_those_who_seldom_do()
    known = zip(histories.owners.tolist(), histories.days.tolist(), histories.amounts.tolist(), strict=True)
    later = Histories.of([*known, *regular(7, 1, 900, since=801)])

    assert learn(later, 800) == learn(histories, 800)


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 900), st.floats(-1e14, 1e14)), min_size=1, max_size=40
    )
)
def test_whatever_was_bought_the_figures_are_finite_and_never_below_nothing(rows):
    histories = Histories.of(rows)

    found = expect(learn(histories, 900), histories, 900)

    for figures in (found.visits, found.share, found.basket, found.spend):
        assert np.isfinite(figures).all()
        assert (figures >= 0).all()


def test_nobody_makes_nothing():
    histories = Histories.of([])

    assert len(expect(learn(histories, 1), histories, 1).spend) == 0


def test_the_library_is_asked_only_with_enough_customers():
    """An extra: without it, or with few who came again, the plain model stands alone."""
    assert bgnbd.visits(one_who_comes_often_beside_those_who_seldom_do(), 800, ahead=90) is None


@pytest.mark.skipif(not bgnbd.is_there(), reason="the extra ltv is not installed")
def test_the_library_foretells_about_what_the_plain_model_does():
    rows = [row for who in range(bgnbd.FEWEST) for row in regular(who, 20 + who % 60, 500)]
    histories = Histories.of(rows)

    theirs, ours = bgnbd.visits(histories, 500, ahead=90), expect(learn(histories, 500), histories, 500)

    assert theirs.sum() == pytest.approx(ours.visits.sum() * 90 / YEAR, rel=0.2)
