"""How unlikely something is by chance alone, against sums that can be written out and tables of the books."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.tails import beta_share, binomial, false_discoveries, student, student_bound


def summed(count, n, share):
    """The same by adding up every outcome."""
    chances = [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    return min(1.0, 2 * min(sum(chances[: count + 1]), sum(chances[count:])))


@given(n=st.integers(1, 60), part=st.floats(0, 1), share=st.floats(0.01, 0.99))
def test_a_binomial_tail_is_the_sum_of_its_outcomes(n, part, share):
    count = round(part * n)

    assert binomial(count, n, share) == pytest.approx(summed(count, n, share), abs=1e-9)


@pytest.mark.parametrize(
    ("freedom", "bound"), [(1, 12.706), (2, 4.303), (5, 2.571), (10, 2.228), (30, 2.042), (1000, 1.962)]
)
def test_students_bounds_are_those_of_the_tables(freedom, bound):
    assert student_bound(freedom) == pytest.approx(bound, abs=5e-4)
    assert student(bound, freedom) == pytest.approx(0.05, abs=1e-4)


@given(a=st.floats(0.2, 900), b=st.floats(0.2, 900), x=st.floats(0.001, 0.999))
def test_the_two_sides_of_a_beta_are_all_of_it(a, b, x):
    assert beta_share(a, b, x) + beta_share(b, a, 1 - x) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    ("chances", "told"),
    [
        ([], []),
        ([0.04], [0]),
        ([0.04, 0.5], []),
        ([0.02, 0.04], [0, 1]),  # the second carries itself: .04 ≤ .05 × 2 / 2
        ([0.011, 0.03, 0.9, 0.8], [0]),
        ([0.9, None, 0.001, None], [2]),
        ([None, None, None, None, 0.012], []),  # all that were looked at count
    ],
)
def test_of_many_looks_few_are_told(chances, told):
    """Benjamini and Hochberg 1995."""
    assert false_discoveries(chances, 0.05) == told
