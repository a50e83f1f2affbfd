"""How sure a share is, and a difference of two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.intervals import difference, wilson

COUNTS = st.tuples(st.integers(0, 500), st.integers(1, 500)).map(lambda pair: (min(pair), pair[1]))


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [  # Newcombe 1998, table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_the_published_examples(one, other, low, high):
    """Decision 10: a change carries its interval."""
    assert difference(*one, *other) == pytest.approx((low, high), abs=0.00006)


def test_of_nothing_there_is_none():
    assert wilson(0, 0) is None
    assert difference(0, 0, 3, 10) is None
    assert difference(3, 10, 0, 0) is None


@given(one=COUNTS, other=COUNTS)
def test_it_holds_what_was_seen_and_turns_round(one, other):
    low, high = difference(*one, *other)

    assert -1 <= low <= one[0] / one[1] - other[0] / other[1] + 1e-9
    assert one[0] / one[1] - other[0] / other[1] - 1e-9 <= high <= 1
    assert difference(*other, *one) == pytest.approx((-high, -low))
