import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import answers, definitions, questions
from surveys.answers import BadAnswer
from surveys.definitions import BadDefinition
from surveys.questions import Choice, Kind, Meaning

SHIPPED = Path(questions.__file__).parent / "shipped" / "post_purchase.json"


def words(text="?"):
    return {"vi": text, "en": text}


def definition(**question):
    one = {"id": "one", "kind": "text_long", "words": words()} | question
    return {"title": {}, "questions": [one]}


def options(*ids):
    return [{"id": one, "words": words(one)} for one in ids]


@pytest.fixture(scope="module")
def shipped():
    return definitions.load(json.loads(SHIPPED.read_text()))


def question(**fields):
    return definitions.load(definition(**fields)).questions[0]


def test_the_shipped_survey_asks_what_it_must(shipped):
    """S0-1, S1-2, S4-6, the recommendation, free text and where it happened."""
    assert [one.meaning for one in shipped.questions] == [
        Meaning.PROBLEM,
        Meaning.EXPECTATION,
        Meaning.RECOMMENDATION,
        Meaning.TOUCHPOINT,
        Meaning.COMMENT,
        Meaning.WISH,
    ]
    assert shipped.means(Meaning.WISH).required is False


def test_the_shipped_survey_speaks_of_no_public_site():
    """L2: the page that earns a reward holds no word about reviewing in public."""
    text = SHIPPED.read_text().lower()

    assert not any(word in text for word in ["google", "facebook", "review", "đánh giá", "stars"])


@pytest.mark.parametrize(
    ("bad", "named", "field"),
    [
        ([], "", "definition"),
        ({}, "", "questions"),
        ({"questions": "what?"}, "", "questions"),
        ({"questions": [3]}, "", "questions"),
        (definition(id="One question"), "", "id"),
        (definition(kind=["choice"]), "one", "kind"),
        (definition(kind="telepathy"), "one", "kind"),
        (definition(required="yes"), "one", "required"),
        (definition(words={"vi": "?"}), "one", "words"),
        (definition(words="?"), "one", "words"),
        (definition(help={"en": "only"}), "one", "help"),
        (definition(kind="choice", choices=options("a")), "one", "choices"),
        (definition(kind="choice", choices=options("a", "a")), "one", "choices"),
        (definition(kind="choice", choices=[1, 2]), "one", "choices"),
        (definition(words={"vi": "x\ud800", "en": "x"}), "one", "words"),
        (definition(words={"vi": "x", "en": "a\x00b"}), "one", "words"),
        (definition(kind="contact", fields=[[]]), "one", "fields"),
        (definition(kind="contact", fields=[{"a": 1}]), "one", "fields"),
        (definition(meaning={}), "one", "meaning"),
        (definition(meaning="recommendation"), "one", "meaning"),
        (definition(kind="choice", meaning="problem", choices=options("yes", "no")), "one", "choices"),
        ({"questions": [definition()["questions"][0]] * 2}, "", "questions"),
    ],
)
def test_it_names_what_is_wrong_in_a_definition(bad, named, field):
    with pytest.raises(BadDefinition) as caught:
        definitions.load(bad)

    assert (caught.value.question, caught.value.field) == (named, field)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["title", "questions", "id", "kind", "words", "choices", "meaning"]), inner
            )
        ),
    )
)
def test_it_refuses_any_other_json_by_name(json_value):
    with contextlib.suppress(BadDefinition):
        definitions.load(json_value)


@pytest.mark.parametrize(
    ("fields", "raw", "kept"),
    [
        ({"kind": "choice", "choices": options("a", "b")}, "b", "b"),
        ({"kind": "choice", "choices": options("a", "b")}, ["a", "b"], "b"),
        ({"kind": "choice", "choices": options("a", "b")}, "", None),
        ({"kind": "choices", "choices": options("a", "b", "c")}, ["c", "a", "c"], ("a", "c")),
        ({"kind": "scale_10"}, "0", 0),
        ({"kind": "scale_10"}, " 10 ", 10),
        ({}, "  hay lắm \n", "hay lắm"),
        ({}, "👍🏽", "👍🏽"),
        ({}, "\u200b\u2060\ufeff", None),
        ({}, None, None),
        ({}, [], None),
    ],
)
def test_it_keeps_an_answer(fields, raw, kept):
    assert answers.check(question(**fields), raw) == kept


@pytest.mark.parametrize(
    ("fields", "raw", "key"),
    [
        ({"required": True}, " \u200b ", "required"),
        ({"required": True}, None, "required"),
        ({"kind": "choice", "choices": options("a", "b")}, "c", "not_a_choice"),
        ({"kind": "choice", "choices": options("a", "b")}, "A", "not_a_choice"),
        ({"kind": "choices", "choices": options("a", "b")}, ["a", "x"], "not_a_choice"),
        ({"kind": "scale_10"}, "11", "not_a_choice"),
        ({"kind": "scale_10"}, "-1", "not_a_choice"),
        ({"kind": "scale_10"}, "٥", "not_a_choice"),
        ({"kind": "scale_10"}, "1_0", "not_a_choice"),
        ({"kind": "touchpoint"}, "moon", "not_a_choice"),
        ({"kind": "text_short"}, "x" * 201, "too_long"),
        ({}, "x" * 5_001, "too_long"),
    ],
)
def test_it_refuses_an_answer(fields, raw, key):
    with pytest.raises(BadAnswer) as caught:
        answers.check(question(**fields), raw)

    assert caught.value.key == key


def test_it_says_how_much_too_long():
    with pytest.raises(BadAnswer) as caught:
        answers.check(question(), "x" * 5_432)

    assert (caught.value.limit, caught.value.length) == (5_000, 5_432)


def test_touchpoints_are_the_shops_own(shipped):
    offered = shipped.with_touchpoints([Choice(id="store", words=words("Store"), help={})])

    where = offered.means(Meaning.TOUCHPOINT)
    assert answers.check(where, "store") == "store"
    assert where.words_of("store", "en") == "Store"
    assert where.kind == Kind.TOUCHPOINT


def test_it_speaks_whichever_language_there_is():
    assert questions.said({"vi": "có"}, "en") == "có"
    assert questions.said({}, "en") == ""
