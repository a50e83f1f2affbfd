"""What history says of whoever complains (S1-6): a table, and what no reason may ever be."""

from dataclasses import replace
from decimal import Decimal

import pytest

from feedback.archetypes import FIRST, REASONS, STEPS, Archetype, History, Step, judge

LOYAL = History(days=400, orders=6, spent=Decimal(900), spent_before=Decimal(1000), ratings=4, stars=4.5)


@pytest.mark.parametrize(
    ("known", "kind", "reasons"),
    [
        (History(), "", ()),
        (History(days=30, orders=1), "", ()),
        (LOYAL, "passionate", ("loyal", "fond")),
        (replace(LOYAL, ratings=0, stars=None), "passionate", ("loyal",)),
        (replace(LOYAL, stars=2.8), "", ()),
        (replace(LOYAL, orders=2), "", ()),
        (replace(LOYAL, days=179), "", ()),
        (replace(LOYAL, may_leave=True), "annoyed", ("loyal", "leaves")),
        (replace(LOYAL, spent=Decimal(599)), "annoyed", ("loyal", "fell")),
        (replace(LOYAL, spent=Decimal(600)), "passionate", ("loyal", "fond")),
        (replace(LOYAL, complaints=3), "critic", ("often",)),
        (replace(LOYAL, complaints=3, may_leave=True), "annoyed", ("loyal", "leaves")),
        (replace(LOYAL, complaints=3, true=2, checked=3), "critic", ("often", "mostly_true")),
        (History(complaints=2, ratings=3, stars=2.4), "critic", ("harsh", "often")),
        (History(complaints=2, ratings=3, stars=1.2), "hater", ("harsh", "often")),
        (History(complaints=2, insults=2), "hater", ("insults", "often")),
        (History(complaints=2, insults=2, checked=2), "hater", ("insults", "often", "never_true")),
        (History(complaints=1, insults=2), "", ()),
        (History(complaints=2, insults=2, checked=2, true=1), "", ()),
        (History(complaints=3, insults=2, checked=2, true=1), "critic", ("often", "mostly_true")),
    ],
)
def test_it_follows_from_history_with_its_reasons(known, kind, reasons):
    """S1-6: whoever was once found right is nobody who hates us whatever we do."""
    judged = judge(known)

    assert (judged.archetype, tuple(judged.reasons)) == (Archetype(kind), reasons)


def test_each_kind_has_the_steps_of_the_table():
    """Article 001: verify, weigh the worth, act and tell; with whom nothing helps nothing more is asked."""
    assert STEPS[Archetype.CRITIC] == (Step.VERDICT,)
    assert STEPS[Archetype.ANNOYED] == (Step.WORTH,)
    assert STEPS[Archetype.PASSIONATE] == (Step.DONE, Step.TOLD)
    assert Archetype.HATER not in STEPS
    assert frozenset({Archetype.PASSIONATE}) == FIRST


def test_each_reason_has_words():
    from feedback import handling_words

    assert set(handling_words._SAY) == set(REASONS)


def test_nobody_is_judged_by_who_they_are():
    """Decision 3, L19: history has no place for a name, an address, an age or a language."""
    assert set(History.__dataclass_fields__) == {
        "days", "orders", "spent", "spent_before", "ratings", "stars", "complaints", "checked", "true",
        "insults", "may_leave",
    }  # fmt: skip
