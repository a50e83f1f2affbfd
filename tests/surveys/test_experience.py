"""S1-2, S1-13: how a dealing with us was found, from what was said of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.experience import MARKS, Felt, Said, felt, in_hundredths

RANK = {one: place for place, one in enumerate(reversed(Felt))}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"expectation": "above"}, "satisfied"),
        ({"expectation": "above", "scale": "recommend", "mark": 8}, "satisfied"),
        ({"expectation": "above", "scale": "recommend", "mark": 9}, "delighted"),
        ({"expectation": "above", "scale": "smileys", "mark": 5}, "delighted"),
        ({"expectation": "above", "scale": "smileys", "mark": 4}, "satisfied"),
        ({"expectation": "as_expected"}, "indifferent"),
        ({"expectation": "as_expected", "scale": "recommend", "mark": 10}, "indifferent"),
        ({"expectation": "below"}, "dissatisfied"),
        ({"expectation": "below", "scale": "recommend", "mark": 10}, "dissatisfied"),
        ({"scale": "stars", "mark": 5}, "delighted"),
        ({"scale": "stars", "mark": 4}, "satisfied"),
        ({"scale": "stars", "mark": 3}, "indifferent"),
        ({"scale": "stars", "mark": 2}, "dissatisfied"),
        ({"scale": "recommend", "mark": 10}, "delighted"),
        ({"scale": "recommend", "mark": 7}, "satisfied"),
        ({"scale": "recommend", "mark": 6}, "dissatisfied"),
        ({"scale": "stars", "mark": 5, "complained": True}, "delighted"),
        ({"complained": True, "tone": "positive"}, "dissatisfied"),
        ({"tone": "positive"}, "satisfied"),
        ({"tone": "neutral"}, "indifferent"),
        ({"tone": "negative"}, "dissatisfied"),
        ({"tone": "unknown"}, None),
        ({"scale": "effort", "mark": 7}, None),
        ({}, None),
    ],
)
def test_what_was_expected_decides_then_the_mark_then_the_words(said, expected):
    """S1-2: equal to what was expected is a class of its own, and not satisfied."""
    assert felt(Said(**said)) == expected


@given(
    scale=st.sampled_from(sorted(MARKS)),
    marks=st.tuples(st.floats(0, 10), st.floats(0, 10)),
    expectation=st.sampled_from(["", "above", "as_expected", "below"]),
)
def test_a_better_mark_is_never_a_worse_class(scale, marks, expectation):
    low, high = (felt(Said(expectation=expectation, scale=scale, mark=mark)) for mark in sorted(marks))

    assert RANK[low] <= RANK[high]


@given(scale=st.sampled_from(sorted(MARKS)), mark=st.none() | st.integers(0, 10))
def test_worse_than_expected_is_never_above_as_expected_nor_that_above_better(scale, mark):
    said = [Said(expectation=one, scale=scale, mark=mark) for one in ("below", "as_expected", "above")]

    ranks = [RANK[felt(one)] for one in said]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("scale", "mark", "found"), [("stars", 1, 0), ("stars", 3, 50), ("smileys", 5, 100), ("recommend", 7, 70)]
)
def test_every_scale_goes_from_nought_to_a_hundred(scale, mark, found):
    assert in_hundredths(scale, mark) == found
