"""What mending a cause of leaving would bring (S2-5)."""

from decimal import Decimal

import pytest

from feedback.defection.investment import Cause, Verdict, check

HALF = Decimal("0.5")


def cause(name, n, spent, **more):
    return Cause(name=name, n=n, spent=Decimal(spent), **more)


def test_the_bank_that_invests_in_the_accuracy_of_statements():
    """S2-5: heavy investment in statement accuracy while few leave because of it: low return, and the true
    cause ranks higher."""
    accuracy = cause("statements", 2, 4_000, cost=Decimal(500_000), keeps=100)
    rude = cause("staff", 90, 180_000)
    fees = cause("cheaper", 40, 80_000)

    found = check([accuracy, fees, rude], HALF)

    assert [line.cause.name for line in found.lines] == ["staff", "cheaper", "statements"]
    [(line, better)] = found.misplaced
    assert (line.cause, line.verdict, better.cause) == (accuracy, Verdict.LOW, rude)
    assert (line.returns, line.left) == (Decimal(2_000), Decimal(-498_000))


@pytest.mark.parametrize(
    ("n", "cost", "verdict"),
    [
        (10, None, Verdict.NO_COST),
        (10, 249, Verdict.PAYS),
        (10, 250, Verdict.PAYS),
        (10, 251, Verdict.LOW),
        (4, 249, Verdict.FEW),
        (4, 251, Verdict.LOW),
        (4, None, Verdict.FEW),
    ],
)
def test_a_verdict(n, cost, verdict):
    """1,000 spent, half of it margin, half of that kept: mending may cost 250."""
    [line] = check([cause("staff", n, 1_000, cost=cost and Decimal(cost))], HALF).lines

    assert line.returns == 250
    assert line.verdict == verdict


def test_what_one_spent_brings():
    [line] = check([cause("staff", 10, 1_000, cost=Decimal(100), keeps=100)], HALF).lines

    assert line.per_one == 5


def test_no_better_cause_is_named_where_too_few_left_for_it():
    few = cause("staff", 3, 9_000)
    dear = cause("product", 9, 1_000, cost=Decimal(5_000))

    [(line, better)] = check([few, dear], HALF).misplaced
    assert (line.cause, better) == (dear, None)


def test_a_cause_that_is_too_dear_itself_is_not_named_as_the_better_one():
    dearer = cause("staff", 20, 9_000, cost=Decimal(90_000))
    dear = cause("product", 9, 1_000, cost=Decimal(5_000))

    assert [better for _line, better in check([dearer, dear], HALF).misplaced] == [None, None]


def test_nobody_left():
    assert check([], HALF).lines == []
