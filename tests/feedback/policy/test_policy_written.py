"""A policy as a file, and what differs between two."""

from hypothesis import given
from hypothesis import strategies as st

from feedback.policy.terms import Terms
from feedback.policy.written import changes, to_toml

SHIPPED = Terms.shipped().as_dict()


def test_a_file_says_all_of_it():
    assert Terms.from_toml(to_toml(SHIPPED)) == Terms.shipped()


@given(st.text(max_size=200).filter(lambda text: ("\0" not in text and text.isprintable()) or "\n" in text))
def test_whatever_the_comment(comment):
    data = SHIPPED | {"comment": comment.replace("\0", ""), "starts_on": "2026-12-01"}

    assert Terms.from_toml(to_toml(data)) == Terms.from_dict(data)


def test_it_names_what_is_otherwise():
    sums = SHIPPED["money"]["VND"] | {"valued_from": "1500000", "fee": "15000.0"}
    data = SHIPPED | {"money": SHIPPED["money"] | {"VND": sums}, "version": "9", "comment": "why"}
    data["alternatives"] = {name: kinds for name, kinds in data["alternatives"].items() if name != "late"}

    found = changes(SHIPPED, data)

    assert [(one.path, one.before, one.after) for one in found] == [
        ("money.VND.valued_from", "3000000", "1500000"),
        ("alternatives.late", ["trace_parcel", "talk_it_over"], None),
    ]


def test_a_policy_says_what_it_says():
    assert changes(SHIPPED, SHIPPED) == []
