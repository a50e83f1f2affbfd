"""The shop's own definition of defection: who has left on a day, since when, and how the pattern reads."""

from datetime import date, timedelta
from itertools import pairwise
from math import floor, isnan
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.defection.histories import Histories
from feedback.defection.rules import BadRule, Kind, Rule, judge, judge_one

START = date(2026, 1, 1)


def bought(*days, amount=100.0):
    return [(START + timedelta(days=day), amount) for day in days]


def on(day):
    return START + timedelta(days=day)


EVERY_12 = bought(0, 12, 24, 36)


@pytest.mark.parametrize(
    ("rule", "purchases", "day", "since"),
    [
        (Rule(kind=Kind.INTERVAL, times=2), EVERY_12, 60, None),  # 24 days away is not over 2 × 12
        (Rule(kind=Kind.INTERVAL, times=2), EVERY_12, 61, 61),
        (Rule(kind=Kind.INTERVAL, times=2), EVERY_12, 67, 61),
        (Rule(kind=Kind.INTERVAL, times=2.5), EVERY_12, 67, 67),
        (Rule(kind=Kind.INTERVAL, times=2, at_least=45), EVERY_12, 81, None),
        (Rule(kind=Kind.INTERVAL, times=2, at_least=45), EVERY_12, 82, 82),
        (Rule(kind=Kind.INTERVAL, times=9, at_most=30), EVERY_12, 67, 67),
        (Rule(kind=Kind.INTERVAL, times=2), bought(0), 41, 41),  # once: twice the shop's 20 days
        (Rule(kind=Kind.INTERVAL, times=2), bought(0), 40, None),
        (Rule(kind=Kind.INTERVAL, times=2, once_days=7), bought(0), 8, 8),
        (
            Rule(kind=Kind.INTERVAL, times=2, once_days=7, once_visits=3),
            EVERY_12,
            61,
            61,
        ),  # four times: a habit
        (Rule(kind=Kind.INTERVAL, times=2, once_days=7, once_visits=4), EVERY_12, 61, 44),
        (Rule(kind=Kind.INTERVAL, times=2, once_visits=4), EVERY_12, 77, 77),  # twice the shop's 20 days
        (Rule(kind=Kind.INTERVAL, times=2, least=2), bought(0), 400, None),
        (Rule(kind=Kind.DAYS, days=30), EVERY_12, 66, None),
        (Rule(kind=Kind.DAYS, days=30), EVERY_12, 67, 67),
        (
            Rule(kind=Kind.VISITS, days=30, drop=50),
            bought(1, 9, 17, 25, 40, 50),
            60,
            31,
        ),  # half of them elsewhere
        (Rule(kind=Kind.VISITS, days=30, drop=50), bought(1, 9, 17, 25, 40, 50, 55), 60, None),
        (Rule(kind=Kind.VISITS, days=30, drop=50), bought(40), 60, None),  # nothing to fall from
        (Rule(kind=Kind.SPEND, days=30, drop=60), bought(5) + bought(45, amount=40), 60, 31),
        (Rule(kind=Kind.SPEND, days=30, drop=60), bought(5) + bought(45, amount=41), 60, None),
        (Rule(kind=Kind.SPEND, days=15, periods=2, drop=60), bought(5) + bought(45, amount=40), 60, 31),
    ],
)
def test_it_names_who_left_and_since_when(rule, purchases, day, since):
    """S2-1."""
    verdict = judge_one(rule, purchases, on(day), shop_usual=20.0)

    assert verdict.is_gone == (since is not None)
    assert verdict.since == (None if since is None else on(since))


def test_a_purchase_brings_them_back():
    assert judge_one(Rule(kind=Kind.DAYS, days=30), EVERY_12, on(80)).is_gone
    assert not judge_one(Rule(kind=Kind.DAYS, days=30), [*EVERY_12, *bought(80)], on(80)).is_gone


def test_what_is_bought_later_is_not_known_yet():
    verdict = judge_one(Rule(kind=Kind.DAYS, days=30), [*EVERY_12, *bought(90)], on(80))

    assert verdict.is_gone


def test_two_orders_of_a_day_are_one_visit():
    rule = Rule(kind=Kind.INTERVAL, times=2)

    assert judge_one(rule, EVERY_12 + EVERY_12, on(61)) == judge_one(rule, EVERY_12, on(61))


def test_a_return_is_no_visit_and_is_taken_off_the_visit_before():
    packed = Histories.of([(7, 10, 100.0), (7, 12, -30.0), (7, 10, 5.0), (8, 3, -4.0)])

    assert packed.customers.tolist() == [7]
    assert (packed.days.tolist(), packed.amounts.tolist()) == ([10], [75.0])


def test_without_a_usual_interval_anywhere_nobody_has_left_by_it():
    verdict = judge_one(Rule(kind=Kind.INTERVAL), bought(0), on(900))

    assert not verdict.is_gone
    assert verdict.pattern.words("en") == "900 days without a purchase"


def test_nothing_bought_cannot_be_judged():
    with pytest.raises(ValueError, match="nothing bought"):
        judge_one(Rule(kind=Kind.DAYS), bought(10), on(9))


@pytest.mark.parametrize(
    ("rule", "purchases", "vi", "en"),
    [
        (
            Rule(kind=Kind.INTERVAL),
            EVERY_12,
            "cứ 12 ngày một lần → đã 31 ngày chưa quay lại",
            "every 12 days → 31 days",
        ),
        (
            Rule(kind=Kind.INTERVAL, category="coffee"),
            EVERY_12,
            "cứ 12 ngày một lần → đã 31 ngày chưa quay lại, thôi mua coffee",
            "every 12 days → 31 days, stopped buying coffee",
        ),
        (
            Rule(kind=Kind.DAYS),
            bought(36),
            "mới mua một lần (khách thường quay lại sau 20 ngày) → đã 31 ngày chưa quay lại",
            "bought once (this shop's customers come every 20 days) → 31 days",
        ),
        (
            Rule(kind=Kind.VISITS, days=30),
            bought(8, 20, 36, 50),
            "3 lần mua trong 30 ngày → 1 lần trong 30 ngày gần đây",
            "3 visits in 30 days → 1 in the last 30 days",
        ),
        (
            Rule(kind=Kind.SPEND, days=30),
            bought(20, amount=400_000) + bought(50, amount=90_000),
            "400.000\xa0₫ trong 30 ngày → 90.000\xa0₫ trong 30 ngày gần đây",
            "₫400,000 in 30 days → ₫90,000 in the last 30 days",
        ),
    ],
)
def test_it_puts_the_pattern_in_words(rule, purchases, vi, en):
    """S2-3: each alert names the pattern."""
    pattern = _pattern(rule, purchases, on(67))

    assert (pattern.words("vi", "VND"), pattern.words("en", "VND")) == (vi, en)


def _pattern(rule, purchases, day):
    shop = [(1, START.toordinal(), 1.0), (1, START.toordinal() + 20, 1.0)]
    rows = [(0, when.toordinal(), amount) for when, amount in purchases]
    found = judge(rule, Histories.of(rows + shop * (len(purchases) == 1)), day.toordinal())
    return found.pattern(0)


@pytest.mark.parametrize(
    ("field", "given_values"),
    [
        ("times", {"times": 0}),
        ("times", {"times": float("nan")}),
        ("days", {"days": 0}),
        ("days", {"days": 1.5}),
        ("days", {"days": True}),
        ("drop", {"drop": 101}),
        ("at_most", {"at_least": 40, "at_most": 39}),
        ("periods", {"kind": "visits", "periods": 60, "days": 365}),
        ("kind", {"kind": "sometimes"}),
        ("percent", {"percent": "9"}),
        ("once_visits", {"once_visits": 0}),
    ],
)
def test_it_refuses_a_rule_that_cannot_be(field, given_values):
    with pytest.raises(BadRule) as refused:
        Rule.from_data({"kind": "interval"} | given_values)

    assert refused.value.field == field


def test_a_rule_is_the_same_after_it_was_kept():
    rule = Rule(kind=Kind.VISITS, periods=3, days=30, drop=40, category="tea", least=2)

    assert Rule.from_data(rule.as_data()) == rule


KINDS = [Kind.INTERVAL, Kind.DAYS, Kind.VISITS, Kind.SPEND]
rules = st.builds(
    Rule,
    kind=st.sampled_from(KINDS),
    times=st.floats(0.5, 5),
    at_least=st.integers(1, 20),
    at_most=st.integers(20, 90),
    once_days=st.sampled_from([0, 0, 15]),
    once_visits=st.integers(1, 3),
    days=st.integers(1, 40),
    periods=st.integers(1, 3),
    drop=st.integers(1, 100),
    least=st.integers(1, 3),
)
purchases = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 120), st.integers(0, 500).map(float)), min_size=1, max_size=40
)


@given(rules, purchases, st.integers(0, 200))
def test_many_are_judged_as_one_by_one_by_hand(rule, rows, day):
    """The arrays against a plain reading of the definition."""
    start = START.toordinal()
    found = judge(rule, Histories.of((c, start + d, a) for c, d, a in rows), start + day)
    by_hand = _by_hand(rule, rows, day)

    assert found.customers.tolist() == sorted(by_hand)
    for place, customer in enumerate(found.customers.tolist()):
        gone, since = by_hand[customer]
        assert bool(found.is_gone[place]) == gone
        assert not gone or int(found.since[place]) == start + since


def _by_hand(rule, rows, day):
    visits = {}
    for customer, when, amount in rows:
        if when <= day:
            days = visits.setdefault(customer, {})
            days[when] = days.get(when, 0) + amount
    usual = {c: median(b - a for a, b in pairwise(d)) for c, v in visits.items() if (d := sorted(v))[1:]}
    shop = median(usual.values()) if usual else float("nan")
    own = {c: usual[c] for c, v in visits.items() if c in usual and len(v) > rule.once_visits}
    return {c: _one_by_hand(rule, v, own.get(c, shop), day) for c, v in visits.items()}


def _one_by_hand(rule, visits, usual, day):
    last, span = max(visits), rule.periods * rule.days
    if rule.kind in (Kind.VISITS, Kind.SPEND):
        worth = (lambda when: visits[when]) if rule.kind is Kind.SPEND else (lambda when: 1)
        before = sum(worth(d) for d in visits if day - 2 * span < d <= day - span)
        now = sum(worth(d) for d in visits if day - span < d <= day)
        fell = before > 0 and now <= before * (100 - rule.drop) / 100
        return fell and len(visits) >= rule.least, day - span + 1
    limit = float(rule.days)
    if rule.kind is Kind.INTERVAL:
        limit = usual if isnan(usual) else min(max(rule.times * usual, rule.at_least), rule.at_most)
        if rule.once_days and len(visits) <= rule.once_visits:
            limit = rule.once_days
    gone = not isnan(limit) and day - last > limit and len(visits) >= rule.least
    return gone, 0 if isnan(limit) else last + floor(limit) + 1


@given(rules, purchases, st.integers(0, 200), st.randoms())
def test_the_order_of_the_rows_does_not_matter(rule, rows, day, random):
    mixed = rows.copy()
    random.shuffle(mixed)

    one, other = (judge(rule, Histories.of(given_rows), day) for given_rows in (rows, mixed))

    assert one.is_gone.tolist() == other.is_gone.tolist()
    assert np.array_equal(one.before, other.before, equal_nan=True)


@given(purchases, st.integers(0, 150), st.integers(1, 60))
def test_silence_alone_never_brings_anybody_back(rows, day, later):
    """Who has left by an interval or a number of days has left still, while they buy nothing."""
    known = [row for row in rows if row[1] <= day] or [(0, day, 1.0)]
    for kind in (Kind.INTERVAL, Kind.DAYS):
        now, then = (judge(Rule(kind=kind), Histories.of(known), at) for at in (day, day + later))

        assert not (now.is_gone & ~then.is_gone).any()
        assert (now.since[now.is_gone] == then.since[now.is_gone]).all()
        assert (now.since[now.is_gone] <= day).all()
