"""Which way one takes through a survey, and what the checker finds (issue "Ask", item 2)."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import conditions, definitions, logic, reach
from surveys.conditions import BadCondition, Circumstances
from surveys.definitions import BadDefinition
from tests.surveys.test_answers import EVERY_KIND, SURVEY

WORDS = {"vi": "?", "en": "?"}


def asked(*questions):
    return definitions.load({"questions": list(questions)})


def one(name, kind="yes_no", **fields):
    return {"id": name, "kind": kind, "words": WORDS} | fields


def when(*tests, match="all"):
    return {"match": match, "of": list(tests)}


def way(definition, answers=None, **known):
    return [question.id for question in logic.path(definition, answers or {}, Circumstances(**known))]


@pytest.mark.parametrize(
    ("test", "answer", "is_asked"),
    [
        ({"question": "a", "is": ["yes"]}, "yes", True),
        ({"question": "a", "is": ["yes"]}, "no", False),
        ({"question": "a", "is": ["yes", "no"]}, "no", True),
        ({"question": "a", "is": ["yes"]}, None, False),
        ({"question": "a", "is_not": ["yes"]}, None, True),
        ({"question": "a", "is_not": ["yes"]}, "yes", False),
        ({"question": "a", "answered": True}, "no", True),
        ({"question": "a", "answered": True}, None, False),
        ({"question": "a", "answered": False}, None, True),
    ],
)
def test_a_question_is_asked_after_certain_answers(test, answer, is_asked):
    survey = asked(one("a"), one("b", show_if=when(test)))

    assert ("b" in way(survey, {"a": answer})) is is_asked


@pytest.mark.parametrize(("answer", "is_asked"), [(6, True), (7, False), (0, True), (None, False)])
def test_numbers_are_compared(answer, is_asked):
    survey = asked(one("a", "scale_10"), one("b", show_if=when({"question": "a", "at_most": 6})))

    assert ("b" in way(survey, {"a": answer})) is is_asked


@pytest.mark.parametrize(
    ("test", "known", "is_asked"),
    [
        ({"fact": "days_late", "at_least": 3}, {"days_late": Decimal(3)}, True),
        ({"fact": "days_late", "at_least": 3}, {"days_late": Decimal(2)}, False),
        ({"fact": "days_late", "at_least": 3}, {}, False),
        ({"fact": "category", "is": ["tea"]}, {"category": ("bowls", "tea")}, True),
        ({"fact": "category", "is_not": ["tea"]}, {"category": ("bowls",)}, True),
        ({"fact": "first_order", "is": ["yes"]}, {"first_order": "yes"}, True),
        ({"fact": "channel", "is": ["shop"]}, {}, False),
        ({"language": "en"}, {}, False),
        ({"language": "vi"}, {}, True),
    ],
)
def test_order_facts_and_language_decide_too(test, known, is_asked):
    survey = asked(one("a"), one("b", show_if=when(test)))

    assert ("b" in way(survey, facts=known)) is is_asked


def test_all_and_any():
    tests = {"question": "a", "is": ["yes"]}, {"language": "en"}

    assert "b" not in way(asked(one("a"), one("b", show_if=when(*tests))), {"a": "yes"})
    assert "b" in way(asked(one("a"), one("b", show_if=when(*tests, match="any"))), {"a": "yes"})


def test_an_answer_to_what_was_not_asked_leads_nowhere():
    survey = asked(
        one("a"),
        one("b", show_if=when({"question": "a", "is": ["yes"]})),
        one("c", show_if=when({"question": "b", "is": ["yes"]})),
    )

    assert way(survey, {"a": "no", "b": "yes"}) == ["a"]
    assert way(survey, {"a": "yes", "b": "yes"}) == ["a", "b", "c"]


def test_a_question_that_enough_have_answered_is_left_out():
    survey = asked(one("a"), one("b", asked_at_most=100))

    assert way(survey, full=frozenset({"b"})) == ["a"]
    assert way(survey, {"b": "yes"}, full=frozenset({"b"})) == ["a", "b"]


def test_points_are_added_up():
    given = {"why": "late", "liked": ("colour", "box"), "recommend": 10}

    assert logic.score(SURVEY, given) == 0
    assert logic.score(asked(one("a")), {"a": "yes"}) is None


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (None, "match"),
        ({"match": "all"}, "match"),
        ({"match": "some", "of": [{"language": "vi"}]}, "match"),
        ({"match": "all", "of": []}, "1 to 12"),
        ({"match": "all", "of": [3]}, "object"),
        ({"match": "all", "of": [{"language": "fr"}]}, "language"),
        ({"match": "all", "of": [{"fact": "sentiment", "is": ["bad"]}]}, "sentiment"),
        ({"match": "all", "of": [{"fact": "refund", "is": ["yes"]}]}, "refund"),
        ({"match": "all", "of": [{"fact": "days_late", "is": ["3"]}]}, "number"),
        ({"match": "all", "of": [{"fact": "channel", "at_least": 3}]}, "words"),
        ({"match": "all", "of": [{"question": "a", "is": "yes"}]}, "value"),
        ({"match": "all", "of": [{"question": "a", "at_least": "many"}]}, "number"),
        ({"match": "all", "of": [{"question": "a", "is": ["yes"], "answered": True}]}, "one of"),
        ({"match": "all", "of": [{"question": "a", "fact": "channel", "is": ["yes"]}]}, "one question"),
    ],
)
def test_it_says_what_is_no_condition(raw, said):
    """Decision 15: refunds, disputes and complaints are no facts here; nor is what a text says."""
    with pytest.raises(BadCondition, match=said):
        conditions.load(raw)


def test_a_condition_is_written_as_it_was_read():
    for question in EVERY_KIND["questions"]:
        if raw := question.get("show_if"):
            again = conditions.load(json.loads(json.dumps(conditions.written(conditions.load(raw)))))
            assert again == conditions.load(raw)


@pytest.mark.parametrize(
    ("questions", "named"),
    [
        ([one("a", show_if=when({"question": "a", "answered": True}))], "a"),
        ([one("a", show_if=when({"question": "b", "answered": True})), one("b")], "a"),
        ([one("a"), one("b", show_if=when({"question": "a", "is": ["perhaps"]}))], "b"),
        ([one("a"), one("b", show_if=when({"question": "a", "at_least": 3}))], "b"),
    ],
)
def test_no_condition_looks_forward_or_at_what_cannot_be(questions, named):
    """So no survey can go round in a circle."""
    with pytest.raises(BadDefinition) as caught:
        asked(*questions)

    assert (caught.value.question, caught.value.field) == (named, "show_if")


def test_the_checker_finds_a_question_that_nobody_would_see():
    survey = asked(
        one("a", required=True),
        one("b", show_if=when({"question": "a", "is": ["yes"]}, {"question": "a", "is": ["no"]})),
    )

    assert [(fault.question, fault.key) for fault in reach.explore(survey).faults] == [("b", "unreachable")]


def test_the_checker_finds_where_nobody_could_go_on():
    survey = asked(one("a", "touchpoint", required=True))

    assert [(fault.question, fault.key) for fault in reach.explore(survey).faults] == [("a", "dead_end")]


def test_the_checker_finds_a_way_on_which_nothing_is_asked():
    survey = asked(one("a", show_if=when({"language": "en"})))

    assert [fault.key for fault in reach.explore(survey).faults] == ["nothing"]


def test_the_checker_says_when_there_are_too_many_ways():
    numbers = [one(f"n{place}", "scale_10") for place in range(6)]
    last = one("z", show_if=when(*({"question": f"n{place}", "at_least": 3} for place in range(6))))

    assert [fault.key for fault in reach.explore(asked(*numbers, last)).faults] == ["too_many"]


def test_the_checker_tries_what_conditions_can_tell_apart():
    found = reach.explore(SURVEY.with_touchpoints(SURVEY.questions[1].choices))

    assert not found.faults
    assert len(found.ways) == 4  # with and without the reason, with and without the story


@given(st.data())
def test_the_checker_misses_no_way(data):
    """Whatever is answered, the way taken is one of those the checker found."""
    survey = asked(
        one("a", "scale_10"),
        one("b", "number", least=-5, most=5),
        one("c", "choices", choices=[{"id": x, "words": WORDS} for x in ("x", "y", "z")]),
        one(
            "d", show_if=when({"question": "a", "at_most": 4}, {"question": "b", "at_least": 2}, match="any")
        ),
        one("e", show_if=when({"question": "c", "is": ["x"]}, {"question": "c", "is_not": ["z"]})),
        one("f", show_if=when({"question": "d", "answered": True}, {"fact": "order_total", "at_least": 500})),
    )
    given_answers = {
        "a": data.draw(st.none() | st.integers(0, 10)),
        "b": data.draw(st.none() | st.integers(-5, 5).map(str)),
        "c": data.draw(
            st.none() | st.lists(st.sampled_from(["x", "y", "z"]), min_size=1, unique=True).map(tuple)
        ),
        "d": data.draw(st.none() | st.sampled_from(["yes", "no"])),
    }
    facts = data.draw(st.fixed_dictionaries({}, optional={"order_total": st.integers(0, 1000).map(Decimal)}))

    assert tuple(way(survey, given_answers, facts=facts)) in reach.explore(survey).ways


@pytest.mark.parametrize("number", ["1e999999999", "-1e999999999", "1e13"])
def test_a_number_too_large_to_reckon_with_is_refused(number):
    with pytest.raises(definitions.BadDefinition):
        definitions.load_question(one("a", "number", least=number))
    with pytest.raises(conditions.BadCondition):
        conditions.load(when({"fact": "order_total", "at_least": number}))
