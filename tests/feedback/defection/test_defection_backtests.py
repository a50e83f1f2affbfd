"""A definition of defection tried on the past, and the chance that a customer does not come again."""

import numpy as np
import pytest

from feedback.defection import chances as chances_module
from feedback.defection.backtests import auc, back_test, best
from feedback.defection.chances import FEWEST, Chances, most_at_once, unevenness
from feedback.defection.histories import Histories
from feedback.defection.rules import Kind, Rule, judge

DAYS_30 = Rule(kind=Kind.DAYS, days=30)
CUT, WINDOW = 200, 60


def packed(visits):
    """From {customer: days}."""
    return Histories.of((customer, day, 10.0) for customer, days in visits.items() for day in days)


# Flagged on day 200 by thirty days: 1, 2 and 3. Without a visit in the 60 days after: 1, 2 and 4.
SHOP = packed({1: [100, 150], 2: [160], 3: [165, 210], 4: [190], 5: [195, 205], 6: [199, 260], 7: [201]})


def test_it_counts_who_was_flagged_and_who_came():
    """S2-1: the back-test of a rule."""
    found = back_test(DAYS_30, SHOP, CUT, window=WINDOW)

    assert (found.n, found.flagged, found.left, found.flagged_and_left) == (6, 3, 3, 2)
    assert found.came_back == 1
    assert (found.precision, found.recall) == (2 / 3, 2 / 3)
    assert found.accuracy == 4 / 6


def test_it_says_how_much_sooner_than_a_window_of_silence():
    found = back_test(DAYS_30, SHOP, CUT, window=WINDOW)

    assert found.lead_days == WINDOW - 30  # found on the 31st day away, known for sure on the 61st


def test_it_counts_the_alerts_of_a_week_and_those_that_were_false():
    """S2-3: an alert has a false-alarm rate. Of the last eight weeks: 1, 2 and 3 were new, 3 came back."""
    found = back_test(DAYS_30, SHOP, CUT, window=WINDOW, weeks=8)

    assert found.alerts_per_week == 3 / 8
    assert found.false_alarms_per_week == 1 / 8


def test_it_looks_no_farther_than_the_window():
    longer = packed(
        {1: [100, 150], 2: [160], 3: [165, 210], 4: [190, 261], 5: [195, 205], 6: [199, 260], 7: [201]}
    )

    assert back_test(DAYS_30, longer, CUT, window=WINDOW) == back_test(DAYS_30, SHOP, CUT, window=WINDOW)


def test_without_anybody_there_is_no_share():
    found = back_test(DAYS_30, SHOP, 50, window=WINDOW)

    assert (found.n, found.precision, found.recall, found.accuracy, found.lead_days) == (
        0,
        None,
        None,
        None,
        None,
    )


def test_the_best_of_some_rules_is_the_most_accurate():
    rules = [Rule(kind=Kind.DAYS, days=days) for days in (3, 30, 37, 300)]

    rule, found = best(rules, SHOP, CUT, window=WINDOW)

    assert rule.days == 37
    assert found.accuracy == max(back_test(one, SHOP, CUT, window=WINDOW).accuracy for one in rules)


@pytest.mark.parametrize(
    ("score", "left", "expected"),
    [
        ([1, 2, 3, 4], [0, 0, 1, 1], 1.0),
        ([4, 3, 2, 1], [0, 0, 1, 1], 0.0),
        ([1, 1, 1, 1], [0, 1, 0, 1], 0.5),
        ([1, 2, 2, 3], [0, 1, 0, 1], 0.875),
        ([1, 2], [1, 1], None),
    ],
)
def test_auc_counts_pairs_in_order(score, left, expected):
    assert auc(np.array(score, float), np.array(left, bool)) == expected


def _made_up(seed=3, customers=600, days=400):
    """Customers who come at their own rate and stop for good at a random day."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        day, every, end = rng.integers(0, 100), rng.uniform(5, 40), rng.exponential(250)
        while day < min(days, 100 + end):
            rows.append((customer, int(day), float(rng.integers(1, 50))))
            day += rng.exponential(every) + 1
    return Histories.of(rows)


def test_the_chance_tells_who_left_better_than_days_away_do():
    shop = _made_up()
    known = shop.on(300)
    left = ~known.came_back(60)

    chances = Chances.learn(shop, 300, 60)

    assert auc(chances.of(known), left) > auc(known.gap, left)


def test_the_chance_is_of_the_size_of_what_came():
    """Of those told 0.5 to 0.9, about that share left."""
    shop = _made_up(customers=2000)
    known = shop.on(300)

    chance = Chances.learn(shop, 300, 60).of(known)

    among = (chance > 0.5) & (chance < 0.9)
    assert abs((~known.came_back(60))[among].mean() - chance[among].mean()) < 0.1


def test_the_chance_is_learnt_from_the_past_alone():
    """What comes after the day changes nothing."""
    shop = _made_up()
    until = shop.days <= 300
    cut = Histories.pack(shop.customers[shop.owners][until], shop.days[until], shop.amounts[until])

    one, other = (Chances.learn(histories, 300, 60) for histories in (shop, cut))

    assert np.allclose(one.weights, other.weights)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([0], 1.0),
        ([0, 10, 20, 30], (1 / 4) ** 0.5),  # like a clock
        ([0, 10, 40], ((0.5**2 + 0.5**2 + 1) / 3) ** 0.5),  # 10 and 30 lie half of 20 away from it
        ([0, 10, 20, 30, 90], (1 / 4) ** 0.5),  # what comes after the day is not known
    ],
)
def test_unevenness_is_the_spread_of_the_days_between_visits(days, expected):
    known = packed({1: days, 2: [3, 4]}).on(50)

    assert unevenness(known)[0] == pytest.approx(expected)


def test_the_most_at_once_is_of_the_visits_so_far():
    shop = Histories.of([(1, 0, 5.0), (1, 9, 30.0), (1, 9, 4.0), (1, 20, 8.0), (1, 60, 99.0), (2, 60, 1.0)])

    assert most_at_once(shop.on(50)).tolist() == [34.0]


def test_the_chance_hears_who_comes_like_a_clock():
    """Away as long, as often here, as much spent: who came evenly until then has more likely stopped."""
    rng = np.random.default_rng(5)
    rows = []
    for customer in range(2000):
        is_even, day, end = customer % 2 == 0, rng.uniform(0, 60), rng.uniform(150, 500)
        while day < min(400, end):
            rows.append((customer, int(day), 10.0))
            day += 20 + (0 if is_even else rng.exponential(20) - 10)
    chances, one = Chances.learn(Histories.of(rows), 300, 60), [0, 20, 40, 60, 80, 100]

    even, uneven = chances.of(packed({1: one, 2: [0, 3, 6, 50, 53, 100]}).on(140))

    assert even > uneven


def test_of_a_big_shop_every_so_many_th_customer_teaches(monkeypatch):
    """The first, the third … with all of their visits, as if there were no others."""
    shop = _made_up()
    some = Histories.of(
        (int(c), int(d), float(a))
        for c, d, a in zip(shop.customers[shop.owners], shop.days, shop.amounts, strict=True)
        if list(shop.customers).index(c) % 2 == 0
    )
    expected = Chances.learn(some, 300, 60)

    monkeypatch.setattr(chances_module, "MOST", len(shop) // 2)

    assert Chances.learn(shop, 300, 60).weights.tolist() == expected.weights.tolist()


def test_nobody_known_has_no_chance():
    chances = Chances.learn(_made_up(), 300, 60)

    assert chances.of(packed({1: [100]}).on(50)).tolist() == []


def test_too_little_past_teaches_nothing_and_flags_nobody():
    few = packed({customer: [100, 150] for customer in range(FEWEST - 1)})

    assert Chances.learn(few, 300, 60) is None
    assert not judge(Rule(kind=Kind.CHANCE, days=60), few, 300).is_gone.any()


def test_since_is_the_day_on_which_the_chance_was_reached():
    shop = _made_up()
    rule = Rule(kind=Kind.CHANCE, percent=70, days=60)

    found = judge(rule, shop, 300)

    gone = found.is_gone
    assert gone.any()
    assert (found.since[gone] >= found.known.last[gone]).all()
    assert (found.since[gone] <= 300).all()


def test_one_past_serves_many_days():
    """A watch learns once and judges with it."""
    shop = _made_up()
    rule = Rule(kind=Kind.CHANCE, percent=70, days=60)

    given = judge(rule, shop, 300, chances=Chances.learn(shop, 300, 60))

    assert given.is_gone.tolist() == judge(rule, shop, 300).is_gone.tolist()
