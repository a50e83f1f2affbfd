"""A policy is data: what is wrong with it is said by name."""

import copy
from decimal import Decimal

import pytest

from feedback.policy.terms import BadTerms, Terms

SHIPPED = Terms.shipped().as_dict()


def changed(path: str, value: object = None) -> dict:
    """The shipped policy with one place changed; None takes it out."""
    data = copy.deepcopy(SHIPPED)
    *way, last = path.split(".")
    place = data
    for step in way:
        place = place.setdefault(step, {})
    if value is None:
        del place[last]
    else:
        place[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("own_fault", None, "own_fault"),
        ("alternatives.default", None, "alternatives.default"),
        ("alternatives.late", [], "alternatives.late"),
        ("alternatives.late", ["shrug"], "alternatives.late"),
        ("alternatives.late", [["talk_it_over"]], "alternatives.late"),
        ("alternatives.late", [{}], "alternatives.late"),
        ("alternatives.late", ["trace_parcel", "trace_parcel"], "alternatives.late"),
        ("alternatives.raining", ["trace_parcel"], "alternatives.raining"),
        ("own_fault.damaged", ["replacement", "redo"], "own_fault.damaged"),
        ("goodwill_by_problem.late", ["replacement"], "goodwill_by_problem.late"),
        ("money.VND.staff_limit", "-1", "money.VND.staff_limit"),
        ("money.VND.fee", None, "money.VND.fee"),
        ("money.VND.step", "0", "money.VND.step"),
        ("money.VND.step", "x", "money.VND.step"),
        ("money.VND.step", "0.5", "money.VND.step"),
        ("money.USD.step", "1e-400", "money.USD.step"),
        ("money.VND.valued_from", "1e99", "money.VND.valued_from"),
        ("money.VND.tip", "1", "money.VND.tip"),
        ("money.XXX", {}, "money.XXX"),
        ("money", {}, "money"),
        ("goodwill.share_of_order", "1.01", "goodwill.share_of_order"),
        ("goodwill.earlier_at_most", 1.5, "goodwill.earlier_at_most"),
        ("goodwill.tone", "0.1", "goodwill.tone"),
        ("costs.product_share", True, "costs.product_share"),
        ("windows.investigate", 8, "windows.investigate"),
        ("windows.investigate_by_problem.late", 0, "windows.investigate_by_problem.late"),
        ("windows.act", None, "windows.act"),
        ("version", "", "version"),
        ("comment", 5, "comment"),
        ("comment", "a\0b", "comment"),
        ("comment", "x" * 2001, "comment"),
        ("starts_on", "yesterday", "starts_on"),
        ("stars", {"1": "refund"}, "stars"),
    ],
)
def test_it_names_the_place_that_is_wrong(path, value, named):
    with pytest.raises(BadTerms) as refused:
        Terms.from_dict(changed(path, value))

    assert refused.value.field == named


def test_it_cannot_end_before_it_starts():
    with pytest.raises(BadTerms, match="ends_on"):
        Terms.from_dict(SHIPPED | {"starts_on": "2026-05-01", "ends_on": "2026-04-30"})


@pytest.mark.parametrize("text", ["version = ", "= 1", "a = [" * 5000, "version = '1'"])
def test_it_says_what_is_wrong_with_a_file(text):
    with pytest.raises(BadTerms):
        Terms.from_toml(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version = ", "line 1 is not TOML"),
        ("[money.VND]\nfee = 1\nfee = 2", "line 3 sets again what was set before it"),
        ("[money]\n[money]", "line 2 sets again what was set before it"),
        ("[alternatives]\nlate = ['hand_on']\nlate = ['talk_it_over']", "line 3 sets again"),
        (f"version = {'9' * 5000}", "is not TOML"),
        ("a = " + "[" * 5000, "is nested too deep"),
    ],
)
def test_it_says_where_a_file_is_wrong(text, said):
    """Two rules for one case are no policy: the second one is named."""
    with pytest.raises(BadTerms) as refused:
        Terms.from_toml(text)

    assert refused.value.field == "file"
    assert said in refused.value.message


def test_it_can_be_kept_and_read_again():
    terms = Terms.from_dict(SHIPPED)

    assert terms == Terms.shipped()
    assert hash(terms) == hash(Terms.shipped())
    assert terms.digest != Terms.from_dict(changed("goodwill.earlier_at_most", 3)).digest


@pytest.mark.parametrize(
    ("value", "currency", "standing"),
    [
        (None, "VND", "unknown"),
        (2_999_999, "VND", "regular"),
        (3_000_000, "VND", "valued"),
        (500, "JPY", "unknown"),
    ],
)
def test_it_tells_a_customers_standing(value, currency, standing):
    """S3-3."""
    assert Terms.shipped().standing(None if value is None else Decimal(value), currency) == standing
