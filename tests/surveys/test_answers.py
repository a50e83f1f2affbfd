"""Every kind of question: what is kept, what is refused, how it reads (issue "Ask", item 1)."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import answers, definitions
from surveys.answers import BadAnswer
from surveys.questions import Kind

EVERY_KIND = json.loads((Path(__file__).parent / "every_kind.json").read_text(encoding="utf-8"))
SURVEY = definitions.load(EVERY_KIND)
BY_ID = {question.id: question for question in SURVEY.questions}


def test_all_kinds_are_tried_here():
    assert {question.kind for question in SURVEY.questions} == set(Kind)


@pytest.mark.parametrize(
    ("name", "raw", "kept", "words"),
    [
        ("met", "yes", "yes", "yes"),
        ("why", "late", "late", "Late"),
        ("liked", ["box", "colour"], ("colour", "box"), "Colour · Box"),
        ("glaze", "green", "green", "Green"),
        ("city", "hue", "hue", "Hue"),
        ("recommend", "10", 10, ""),
        ("stars", "5", 5, ""),
        ("happy", "1", 1, ""),
        ("easy", "7", 7, ""),
        ("parts", {"price": ["good"], "staff": "bad"}, {"price": "good", "staff": "bad"},
         "Price: Good · Staff: Bad"),
        ("parts", {"staff": "bad"}, {"staff": "bad"}, "Staff: Bad"),
        ("order", {"fast": "2", "cheap": "3", "kind": "1"}, ("kind", "fast", "cheap"),
         "Kindness > Speed > Price"),
        ("order", ["kind", "fast", "cheap"], ("kind", "fast", "cheap"), "Kindness > Speed > Price"),
        ("order", {"fast": "", "cheap": "", "kind": ""}, None, ""),
        ("people", "4", "4", ""),
        ("people", " 4,5 ", "4.5", ""),
        ("when", "2026-11-28", "2026-11-28", ""),
        ("when", "28/11/2026", "2026-11-28", ""),
        ("when", "1.2.2026", "2026-02-01", ""),
        ("mail", "yes", "yes", "yes"),
        ("mail", "no", None, ""),
        ("mail", [], None, ""),
        ("reach", {"name": " Lan ", "email": "lan@example.com", "phone": "+84 912 345 678"},
         {"name": "Lan", "email": "lan@example.com", "phone": "+84 912 345 678"},
         "Lan · lan@example.com · +84 912 345 678"),
        ("reach", {"name": "\u200b"}, None, ""),
        ("word", "đẹp", "đẹp", ""),
    ],
)  # fmt: skip
def test_it_keeps_an_answer(name, raw, kept, words):
    question = BY_ID[name]

    assert answers.check(question, raw) == kept
    assert question.words_of(kept, "en") == words


@pytest.mark.parametrize(
    ("name", "raw", "key", "part"),
    [
        ("met", "maybe", "not_a_choice", ""),
        ("glaze", "blue", "not_a_choice", ""),
        ("stars", "0", "not_a_choice", ""),
        ("stars", "6", "not_a_choice", ""),
        ("stars", "５", "not_a_choice", ""),
        ("easy", "8", "not_a_choice", ""),
        ("parts", {"price": "so-so"}, "not_a_choice", "price"),
        ("parts", {"colour": "good"}, "not_a_choice", "colour"),
        ("parts", "good", "not_a_choice", ""),
        ("order", {"fast": "1", "cheap": "1", "kind": "2"}, "rank_twice", "cheap"),
        ("order", {"fast": "1"}, "rank_missing", "cheap"),
        ("order", {"fast": "4", "cheap": "1", "kind": "2"}, "not_a_rank", "fast"),
        ("order", {"fast": "x", "cheap": "1", "kind": "2"}, "not_a_rank", "fast"),
        ("order", ["kind", "kind", "fast"], "rank_missing", "cheap"),
        ("people", "four", "not_a_number", ""),
        ("people", "٤", "not_a_number", ""),
        ("people", "1e3", "not_a_number", ""),
        ("people", "NaN", "not_a_number", ""),
        ("people", "1,2,3", "not_a_number", ""),
        ("people", "-1", "too_small", ""),
        ("people", "1.200", "too_large", ""),
        ("when", "2025-12-31", "too_small", ""),
        ("when", "30/2/2026", "not_a_day", ""),
        ("when", "tomorrow", "not_a_day", ""),
        ("mail", "certainly", "not_a_choice", ""),
        ("reach", {"email": "lan at home"}, "not_an_email", "email"),
        ("reach", {"phone": "12"}, "not_a_phone", "phone"),
        ("reach", {"phone": "call me maybe"}, "not_a_phone", "phone"),
        ("reach", {"name": "x" * 121}, "too_long", "name"),
        ("reach", {"address": "Huế"}, "not_a_choice", "address"),
        ("word", "x" * 201, "too_long", ""),
    ],
)
def test_it_refuses_an_answer_and_names_the_part(name, raw, key, part):
    with pytest.raises(BadAnswer) as caught:
        answers.check(BY_ID[name], raw)

    assert (caught.value.key, caught.value.part) == (key, part)


def test_it_says_the_bound_that_was_passed():
    with pytest.raises(BadAnswer) as number:
        answers.check(BY_ID["people"], "21")
    with pytest.raises(BadAnswer) as day:
        answers.check(BY_ID["when"], "2025-01-01")

    assert (number.value.limit, day.value.limit) == (Decimal(20), date(2026, 1, 1))


@pytest.mark.parametrize("name", ["parts", "reach", "order"])
def test_a_required_question_of_several_parts_wants_each(name):
    asked = next(q for q in EVERY_KIND["questions"] if q["id"] == name) | {"required": True}
    question = definitions.load({"questions": [asked]}).questions[0]

    with pytest.raises(BadAnswer) as nothing:
        answers.check(question, {})
    with pytest.raises(BadAnswer) as half:
        answers.check(question, {question.parts[0]: {"parts": "good", "reach": "Lan", "order": "1"}[name]})

    assert nothing.value.key == "required"
    assert half.value.part == question.parts[1]


@given(
    st.sampled_from(sorted(BY_ID)),
    st.recursive(
        st.none()
        | st.text(max_size=12)
        | st.integers()
        | st.sampled_from(["yes", "1", "good", "2026-11-28"]),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["price", "fast", "name"]), inner)
        ),
        max_leaves=6,
    ),
)
def test_any_answer_is_kept_or_refused(name, raw):
    try:
        kept = answers.check(BY_ID[name], raw)
    except BadAnswer:
        return
    again = json.loads(json.dumps(kept))

    assert answers.check(BY_ID[name], str(again) if isinstance(again, int) else again) == kept


def test_only_steps_and_numbers_enter_means():
    assert answers.number_of(BY_ID["stars"], 4) == 4
    assert answers.number_of(BY_ID["people"], "4.5") == Decimal("4.5")
    assert answers.number_of(BY_ID["city"], "hue") is None
    assert answers.number_of(BY_ID["when"], "2026-11-28") is None
