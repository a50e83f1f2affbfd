"""RULE: which cohort one answer puts a customer in (S0-1). Values only."""

from enum import StrEnum


class Problem(StrEnum):
    """The five answers to "was there a problem?"."""

    NONE = "none"
    FIRST_TIME = "first_time"
    LATER = "later"
    NOT_SOLVED = "not_solved"
    NOT_TOLD = "not_told"


class Cohort(StrEnum):
    NO_PROBLEM = "no_problem"
    RESOLVED_FIRST = "resolved_first"
    NOT_RESOLVED = "not_resolved"
    UNKNOWN = "unknown"


_COHORTS = {
    Problem.NONE: Cohort.NO_PROBLEM,
    Problem.FIRST_TIME: Cohort.RESOLVED_FIRST,
    # S0-1 asks for the first report: what took several is not resolved there, even if it is by now.
    Problem.LATER: Cohort.NOT_RESOLVED,
    Problem.NOT_SOLVED: Cohort.NOT_RESOLVED,
    # There was no first report that could have solved it.
    Problem.NOT_TOLD: Cohort.UNKNOWN,
}
_UNSOLVED = frozenset({Problem.NOT_SOLVED, Problem.NOT_TOLD})


def cohort(answer: str | None) -> Cohort:
    """Exactly one cohort; None (not answered) and words that are not one of the five are unknown."""
    return _COHORTS.get(Problem(answer), Cohort.UNKNOWN) if answer in set(Problem) else Cohort.UNKNOWN


def is_unsolved(answer: str | None) -> bool:
    """There is a problem to be put right now, so that a case is opened."""
    return answer in _UNSOLVED
