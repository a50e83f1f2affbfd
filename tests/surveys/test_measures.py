"""What the answers to a question come to: formulas on known numbers, intervals that behave (S1-2)."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.intervals import wilson
from surveys import definitions, measures
from tests.surveys.test_answers import BY_ID
from tests.surveys.test_logic import one


def measure(name, *values):
    return measures.measure(BY_ID[name], Counter(map(measures.key, values)), "en")


def shares(measured):
    return {share.id: share.count for share in measured.shares}


@pytest.mark.parametrize(
    ("promoters", "passives", "detractors", "score", "margin"),
    [
        (0, 0, 0, None, None),
        (1, 0, 0, 100, None),
        (50, 30, 20, 30, 15.4),
        (0, 0, 10, -100, 0),
        (5, 0, 5, 0, 65.3),
    ],
)
def test_nps_comes_with_its_interval(promoters, passives, detractors, score, margin):
    found = measures.nps({9: promoters, 8: passives, 3: detractors})

    assert found.value == score
    assert found.margin == (None if margin is None else pytest.approx(margin, abs=0.1))


def test_csat_is_the_share_of_the_two_best_faces():
    found = measure("happy", 5, 5, 4, 3, 1)

    assert found.score.value == 60
    assert found.score.is_thin


def test_ces_and_stars_are_means():
    assert measure("easy", 7, 5).score.value == 6
    assert measure("stars", 5, 4, 3).score.value == 4
    assert measure("people", "4.5", "1.5").score.value == 3


def test_options_are_counted():
    assert shares(measure("why", "late", "late", "lost")) == {"late": 2, "lost": 1}
    assert shares(measure("liked", ["colour", "box"], ["box"])) == {"colour": 1, "shape": 0, "box": 2}
    assert shares(measure("met", "yes", "no", "no")) == {"yes": 1, "no": 2}
    assert shares(measure("mail", "yes")) == {"yes": 1}
    assert shares(measure("stars", 5, 5, 1)) == {"5": 2, "4": 0, "3": 0, "2": 0, "1": 1}


def test_several_choices_add_up_to_more_than_one():
    found = measure("liked", ["colour", "box"], ["box"])

    assert (found.n, [share.share for share in found.shares]) == (2, [0.5, 0.0, 1.0])


def test_each_row_of_a_grid_has_its_own_number():
    found = measure("parts", {"price": "good", "staff": "bad"}, {"staff": "good"})

    assert [(name, [(one.id, one.count, one.n) for one in row]) for name, row in found.groups] == [
        ("Price", [("good", 1, 1), ("bad", 0, 1)]),
        ("Staff", [("good", 1, 2), ("bad", 1, 2)]),
    ]


def test_the_best_mean_place_stands_first():
    found = measure("order", ["kind", "fast", "cheap"], ["kind", "cheap", "fast"], ["fast", "kind", "cheap"])

    assert [name for name, _places in found.groups] == ["Kindness", "Speed", "Price"]


def test_days_are_counted_by_month():
    assert shares(measure("when", "2026-10-03", "2026-11-01", "2026-11-28")) == {"2026-10": 1, "2026-11": 2}


@pytest.mark.parametrize("name", sorted(set(BY_ID) - {"word", "story", "reach"}))
def test_nobody_has_answered_yet(name):
    found = measure(name)

    assert found.n == 0
    assert found.score is None or found.score.value is None


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1.0), (81, 263, 0.255, 0.366)],
)
def test_wilson(count, n, low, high):
    """263 and 81: Newcombe 1998, table I."""
    assert wilson(count, n) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_and_stays_within_bounds(pair):
    count, n = pair
    low, high = wilson(count, n)

    assert 0 <= low <= count / n + 1e-12
    assert count / n - 1e-12 <= high <= 1


def test_more_answers_make_it_narrower():
    def width(n):
        low, high = wilson(n // 2, n)
        return high - low

    assert width(10) > width(100) > width(1000)


def test_few_numbers_are_each_shown():
    assert shares(measure("people", "4", "4", "1.5")) == {"1.5": 1, "4": 2}


def test_many_numbers_are_put_into_spans_of_one_round_width():
    found = measure("people", *map(str, range(12)))

    assert shares(found) == {f"{low}/{low + 2}": 2 for low in range(0, 12, 2)}
    assert found.score.value == 5.5


@given(st.lists(st.decimals(-(10**9), 10**9, places=2), max_size=60))
def test_every_number_is_in_one_span(numbers):
    found = measure("people", *map(str, numbers))

    assert sum(share.count for share in found.shares) == len(numbers)
    assert len(found.shares) <= measures.MOST_BARS + 2


@pytest.mark.parametrize("faces", [(5,), (1,), (5, 5, 5, 1), (1, 1, 1, 5)])
def test_an_interval_of_a_share_stays_between_none_and_all(faces):
    """CSAT: Wilson's ends, which are not even on both sides."""
    found = measure("happy", *faces).score

    assert 0 <= found.low <= found.value <= found.high <= 100
    assert found.high - found.low == pytest.approx(2 * found.margin)


def test_an_interval_of_nps_stays_within_what_it_can_be():
    found = measures.nps({0: 19, 10: 1})

    assert found.low == -100
    assert found.value - found.margin < -100


def test_a_result_names_no_placeholder():
    """The question as everybody reads it, without one order's product."""
    asked = definitions.load_question(
        one("a", words={"vi": "{product} ổn chứ?", "en": "Was {product} fine?"})
    )

    assert measures.measure(asked, {}, "en").words == "Was what you bought fine?"
