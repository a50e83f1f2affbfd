import itertools

import pytest

from reviews.routing import Route, is_complaint, route

FLAGS = ["safety", "dispute", "privacy", "legal", "abuse", "may_leave", "contradicts_stars"]


@pytest.mark.parametrize(
    ("flags", "dispute", "expected"),
    [
        ([], "none", "normal"),
        (["abuse", "may_leave"], "none", "normal"),
        (["legal"], "none", "legal"),
        (["legal", "privacy"], "none", "privacy"),
        (["dispute"], "none", "dispute"),
        (["legal"], "open", "dispute"),
        ([], "claimed", "dispute"),
        ([], "closed", "normal"),
        (["legal", "safety"], "open", "safety"),
    ],
)
def test_it_takes_the_most_urgent_route(flags, dispute, expected):
    assert route(flags, dispute=dispute).route == expected


def test_it_lists_all_routes_that_apply():
    """interfaces.md: safety > dispute > privacy > legal > normal."""
    routing = route(["legal", "privacy", "safety"], dispute="open")

    assert routing.routes == (Route.SAFETY, Route.DISPUTE, Route.PRIVACY, Route.LEGAL)


@pytest.mark.parametrize("flags", [c for n in range(3) for c in itertools.combinations(FLAGS, n)])
@pytest.mark.parametrize("dispute", ["none", "open"])
def test_leverage_changes_the_approver_and_nothing_else(flags, dispute):
    """Decision 5: a threat chooses who approves; the queue follows from the facts. So does abuse (S1-11)."""
    calm = route(flags, dispute=dispute)
    threatened = route(flags, dispute=dispute, leverage="review_threat")

    assert (threatened.route, threatened.routes) == (calm.route, calm.routes)
    assert (calm.wants_approver, threatened.wants_approver) == ("abuse" in flags, True)


@pytest.mark.parametrize(
    ("problem", "flags", "stars", "expected"),
    [
        ("damaged", [], 5, True),
        ("other", ["contradicts_stars"], 5, False),
        ("none", [], 5, False),
        ("other", [], 4, True),
        ("other", [], None, True),
        ("none", ["safety"], 5, True),
    ],
)
def test_five_stars_are_a_complaint_only_where_a_certain_problem_is_told(problem, flags, stars, expected):
    """S1-1: stars are no fact (decisions 3), but with the best of them nobody says "something was wrong"."""
    told = is_complaint(complaint=True, sentiment="negative", problem=problem, flags=flags, stars=stars)

    assert told is expected
