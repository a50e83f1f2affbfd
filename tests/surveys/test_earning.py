"""S0-10: what service earned beside what it cost."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.earning import Balance
from surveys.resampling import Estimate

EACH = Estimate(value=86.0, low=60.0, high=110.0)  # the article's: S0-5


def balance(each=EACH, solved=10, unsolved=3, **costs):
    return Balance(
        each=each, solved=solved, unsolved=unsolved,
        costs={name: Decimal(sum_) for name, sum_ in costs.items()},
    )  # fmt: skip


def test_the_sums():
    """S0-10."""
    found = balance(remedies=200, rewards=50)

    assert found.spent == 250
    assert found.earned == Estimate(value=860.0, low=600.0, high=1100.0)
    assert found.missed == Estimate(value=258.0, low=180.0, high=330.0)
    assert found.left == Estimate(value=610.0, low=350.0, high=850.0)


@pytest.mark.parametrize(
    ("each", "solved", "spent", "verdict"),
    [
        (EACH, 10, 599, "earns"),
        (EACH, 10, 600, "unclear"),  # nothing is left at the lower end
        (EACH, 10, 1100, "unclear"),
        (EACH, 10, 1101, "costs"),
        (EACH, 0, 1, "costs"),
        (EACH, 0, 0, "unclear"),
        (Estimate(value=86.0, low=60.0, high=None), 10, 599, "earns"),
        (Estimate(value=86.0, low=60.0, high=None), 10, 10**6, "unclear"),  # no upper end is known
        (Estimate(value=86.0, low=60.0, high=None), 0, 1, "costs"),  # of nobody it is known
        (Estimate(value=86.0, low=None, high=None), 10, 0, "unclear"),
        (Estimate(value=-5.0, low=-9.0, high=-1.0), 10, 0, "costs"),
        (None, 10, 5, ""),
    ],
)
def test_the_verdict(each, solved, spent, verdict):
    """S0-10: only where the whole interval says so."""
    assert balance(each, solved=solved, remedies=spent).verdict == verdict


def test_nothing_is_said_of_too_few():
    found = balance(None, remedies=5)

    assert (found.earned, found.missed, found.left, found.spent) == (None, None, None, 5)


@given(st.integers(0, 10**6), st.integers(0, 10**9), st.integers(0, 10**9))
def test_another_cost_never_makes_it_better(solved, spent, more):
    better, worse = balance(solved=solved, a=spent), balance(solved=solved, a=spent, b=more)

    assert worse.left.value <= better.left.value
    order = ["costs", "unclear", "earns"]
    assert order.index(worse.verdict) <= order.index(better.verdict)
