import pytest

from surveys.cohorts import Cohort, Problem, cohort, is_unsolved


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("none", Cohort.NO_PROBLEM),
        ("first_time", Cohort.RESOLVED_FIRST),
        ("later", Cohort.NOT_RESOLVED),
        ("not_solved", Cohort.NOT_RESOLVED),
        ("not_told", Cohort.UNKNOWN),
        (None, Cohort.UNKNOWN),
        ("", Cohort.UNKNOWN),
        ("something else", Cohort.UNKNOWN),
    ],
)
def test_it_puts_each_answer_in_one_cohort(answer, expected):
    """S0-1: A no problem, B not resolved at the first report, C resolved at the first report, and unknown."""
    assert cohort(answer) == expected


def test_only_what_is_still_wrong_is_unsolved():
    assert {answer for answer in Problem if is_unsolved(answer)} == {Problem.NOT_SOLVED, Problem.NOT_TOLD}
    assert not is_unsolved(None)
