"""Rights by country, as data with a source."""

import pytest

from feedback.policy.statutory import right_for, shipped


@pytest.mark.parametrize(
    ("country", "problem", "days", "distance", "right"),
    [
        ("DE", "change_of_mind", 14, True, "refund"),
        ("DE", "change_of_mind", 15, True, None),
        ("DE", "change_of_mind", 3, False, None),
        ("fr", "defective", 700, False, "replacement"),
        ("GB", "defective", 30, False, "refund"),
        ("GB", "defective", 31, False, "replacement"),
        ("US", "not_received", None, True, "refund"),
        ("VN", "wrong_item", None, True, "replacement"),
        ("VN", "change_of_mind", 1, True, None),
        ("VN", "defective", None, True, None),
        ("JP", "defective", 1, True, None),
    ],
)
def test_it_knows_the_right_that_leads(country, problem, days, distance, right):
    """L13."""
    found = right_for(country=country, problem=problem, days=days, distance=distance)

    assert (found.right if found else None) == right


def test_it_holds_a_source_and_a_date_for_each():
    assert {right.country for right in shipped()} == {"VN", "EU", "UK", "US"}
    assert all(right.source and right.checked_on.year >= 2026 for right in shipped())
