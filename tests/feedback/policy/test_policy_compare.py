"""Which kinds of cases another policy decides otherwise, and whether the change speaks of them (S3-2)."""

import json

import pytest

from feedback.policy.compare import compare
from feedback.policy.terms import Terms

SHIPPED = Terms.shipped()
LAW = ("statutory_right", "statutory_right", "choice")


def terms(path, value):
    """The shipped ones with one place changed."""
    *sections, name = path.split(".")
    data = SHIPPED.as_dict()
    table = data
    for section in sections:
        table = table[section]
    table[name] = value
    return Terms.from_dict(data | {"version": "2"})


def changed(path, value):
    found = compare(SHIPPED, terms(path, value)).as_dict()
    assert json.loads(json.dumps(found)) == found
    kinds = [(row["rule"], row["rule_after"], row["differs"]) for row in found["kinds"]]
    return (
        [kind for kind, row in zip(kinds, found["kinds"], strict=True) if row["is_meant"]],
        [kind for kind, row in zip(kinds, found["kinds"], strict=True) if not row["is_meant"]],
        {problem for row in found["kinds"] for problem in row["problems"]},
    )


def test_the_same_terms_decide_nothing_otherwise():
    found = compare(SHIPPED, SHIPPED).as_dict()

    assert found["cases"] > 50_000
    assert (found["changed"], found["kinds"]) == (0, [])


def test_what_is_offered_beside_a_right_by_law_was_not_meant():
    """A list of our own fault also stands beside a right: whoever changes it for the one sees the other."""
    meant, unmeant, problems = changed("own_fault.late", ["refund", "replacement", "redo"])

    assert meant == [("own_fault", "own_fault", "choice")]
    assert unmeant == [LAW]
    assert problems == {"late"}


def test_a_threshold_speaks_of_goodwill():
    """In the grid of money: of words alone the standing is given."""
    meant, unmeant, _problems = changed("money.VND.valued_from", "1500000")

    assert meant == [("standard", "goodwill", "rule")]
    assert unmeant == [LAW]


@pytest.mark.parametrize(
    ("path", "value", "rules", "problems"),
    [
        ("windows.investigate_by_problem.safety", 2, {"investigate"}, {"safety"}),
        ("alternatives.late", ["talk_it_over"], {"standard"}, {"late"}),
        ("money.USD.staff_limit", "10", {"statutory_right", "own_fault", "goodwill"}, None),
    ],
)
def test_a_change_that_stays_where_it_was_made_warns_of_nothing(path, value, rules, problems):
    meant, unmeant, of = changed(path, value)

    assert ({rule for rule, _after, _differs in meant}, unmeant) == (rules, [])
    assert problems is None or of == problems


def test_a_list_taken_away_falls_back_to_the_usual_one():
    """In a file: the problem is answered by the usual list, and that is what the change says; with an
    example that holds both answers."""
    data = SHIPPED.as_dict()
    del data["alternatives"]["late"]
    found = compare(SHIPPED, Terms.from_dict(data | {"version": "2"})).as_dict()

    (row,) = found["kinds"]
    assert (row["rule"], row["is_meant"], list(row["problems"])) == ("standard", True, ["late"])
    assert row["facts"]["problem"] == "late"
    assert row["before"]["alternatives"] == ["trace_parcel", "talk_it_over"]
    assert row["after"]["alternatives"] == ["explain_and_show", "talk_it_over"]
