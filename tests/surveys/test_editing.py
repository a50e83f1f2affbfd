"""One change of a definition at a time; what is incomplete is kept and named (issue "Ask", item 3)."""

import copy

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from surveys import definitions, editing, spoken
from surveys.questions import Kind
from tests.surveys.test_answers import EVERY_KIND
from tests.surveys.test_logic import one, when


def names(definition):
    return [question["id"] for question in definition["questions"]]


def form_of(question):
    """What the question's page would send, were nothing changed on it."""
    sent, several = {}, {}
    for name in ("words", "help", "low", "high"):
        for language, text in (question.get(name) or {}).items():
            sent[f"{name}-{language}"] = text
    for name, listed in (("choice", question.get("choices")), ("row", question.get("rows"))):
        for line, choice in enumerate(listed or []):
            sent |= {
                f"{name}-{line}-id": choice["id"],
                f"{name}-{line}-points": str(choice.get("points", "")),
            }
            sent |= {f"{name}-{line}-words-{language}": text for language, text in choice["words"].items()}
            sent[f"{name}-{line}-picture"] = choice.get("picture", "")
    for name in ("required", "meaning", "least", "most", "purpose", "asked_at_most"):
        if name in question:
            sent[name] = str(question[name])
    several["fields"] = question.get("fields", [])
    for line, (_test, drawn) in enumerate(spoken.lines(question.get("show_if"))):
        sent |= {f"test-{line}": drawn.chosen, f"test-{line}-value": drawn.typed}
    sent["match"] = (question.get("show_if") or {}).get("match", "all")
    return sent, several


@pytest.mark.parametrize("question", EVERY_KIND["questions"], ids=lambda question: question["kind"])
def test_a_page_that_is_sent_unchanged_changes_nothing(question):
    again = editing.from_form(question, *form_of(question))

    assert definitions.load_question(again) == definitions.load_question(question)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_new_question_of_every_kind_waits_for_its_words(kind):
    definition, name = editing.add(editing.blank(), kind)

    assert names(definition) == [name]
    assert [(fault.question, fault.message) for fault in editing.faults(definition)] == [
        (name, "has no words in %(languages)s")
    ]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_question_without_words_can_be_drawn(kind):
    question = editing.find(*editing.add(editing.blank(), kind))
    drawn = editing.sketch(question)

    assert definitions.load_question(drawn).words == {"vi": "…", "en": "…"}
    assert question["words"] == {"vi": "", "en": ""}


def test_an_empty_survey_is_told_in_plain_words():
    [fault] = editing.faults(editing.blank() | {"title": {"vi": "Chợ", "en": "Market"}})

    assert (fault.field, fault.message) == ("questions", "there is none yet; a survey needs at least one")


@pytest.mark.parametrize(
    ("meaning", "ids"),
    [
        ("expectation", ["above", "as_expected", "below"]),
        ("problem", ["none", "first_time", "later", "not_solved", "not_told"]),
    ],
)
def test_what_the_shop_acts_on_gets_its_choices(meaning, ids):
    """S0-1, S1-2: no page asks for ids, so they are laid down to be reworded, and what was typed stays."""
    definition, name = editing.add(editing.blank(), Kind.CHOICE)
    question = editing.find(definition, name)
    sent = {"words-vi": "Thế nào?", "words-en": "How?", "meaning": meaning}

    made = editing.from_form(question, sent, {})
    typed = editing.from_form(
        question, sent | {"choice-0-words-vi": "Khác", "choice-0-words-en": "Other"}, {}
    )

    assert [one["id"] for one in made["choices"]] == ids
    assert definitions.load_question(made).meaning == meaning
    assert [one["id"] for one in typed["choices"]] == [*ids, "other"]
    again = editing.from_form(made, form_of(made)[0] | {"choice-0-words-en": "Ours"}, {})
    assert again["choices"][0]["words"]["en"] == "Ours"


def test_ids_stay_apart():
    definition = editing.blank()
    for _number in range(3):
        definition, _name = editing.add(definition, Kind.TEXT_SHORT)

    assert len(set(names(editing.duplicate(definition, names(definition)[0])))) == 4


def test_a_copy_stands_behind_and_means_nothing_yet():
    definition = {"questions": [one("a", "scale_10", meaning="recommendation"), one("b")]}

    copied = editing.duplicate(definition, "a")

    assert names(copied)[0::2] == ["a", "b"]
    assert "meaning" not in copied["questions"][1]


def test_conditions_go_with_the_question_they_looked_at():
    definition = {
        "questions": [
            one("a"),
            one("b", show_if=when({"question": "a", "is": ["yes"]})),
            one("c", show_if=when({"question": "a", "is": ["yes"]}, {"language": "vi"})),
        ]
    }

    left = editing.remove(definition, "a")

    assert "show_if" not in left["questions"][0]
    assert left["questions"][1]["show_if"]["of"] == [{"language": "vi"}]
    assert editing.faults(left) == []


@given(st.lists(st.sampled_from(["up", "down", "order"]), max_size=12), st.randoms())
def test_no_order_loses_a_question(acts, chance):
    definition = {"questions": [one(name) for name in "abcd"]}
    for act in acts:
        name = chance.choice("abcd")
        if act == "order":
            definition = editing.order(definition, chance.sample("abcd", 3))
        else:
            definition = editing.move(definition, name, -1 if act == "up" else 1)

    assert sorted(names(definition)) == list("abcd")


def test_it_moves_and_stays_at_the_ends():
    definition = {"questions": [one(name) for name in "abc"]}

    assert names(editing.move(definition, "b", -1)) == ["b", "a", "c"]
    assert names(editing.move(definition, "a", -1)) == ["a", "b", "c"]
    assert names(editing.move(definition, "c", 1)) == ["a", "b", "c"]


def test_nothing_changes_what_it_was_given():
    before = copy.deepcopy(EVERY_KIND)

    editing.remove(EVERY_KIND, "met")
    editing.duplicate(EVERY_KIND, "met")
    editing.move(EVERY_KIND, "met", 1)

    assert before == EVERY_KIND


def test_a_question_that_is_gone_is_told():
    with pytest.raises(editing.NoSuchQuestion):
        editing.move(EVERY_KIND, "nowhere", 1)


def test_what_cannot_be_right_is_kept_and_named():
    sent = {"words-vi": "Mấy người?", "words-en": "How many?", "least": "a few", "asked_at_most": "some"}

    question = editing.from_form({"id": "q", "kind": "number"}, sent, {})

    assert question["least"] == "a few"
    assert [fault.field for fault in editing.faults({"questions": [question]})] == ["least"]


def test_a_new_choice_gets_an_id_from_its_english_words():
    sent = {
        "choice-0-words-vi": "Trễ",
        "choice-0-words-en": "Too late!",
        "choice-1-words-vi": "Mất",
        "choice-1-words-en": "",
    }

    made = editing.from_form({"id": "q", "kind": "choice"}, sent, {})

    assert [choice["id"] for choice in made["choices"]] == ["too_late", "c_1"]


def test_conditions_read_as_a_sentence():
    earlier = EVERY_KIND["questions"]

    with translation.override("en"):
        said = spoken.condition_in_words(earlier[-1]["show_if"], earlier[:-1], "en")

    assert said.count("or less") == 2
    assert "“Would you recommend us?”" in said


@pytest.mark.parametrize(
    ("typed", "means"),
    [("500.000", "500000"), ("1,200", "1200"), (" 12,5 ", "12.5"), ("1.000.000", "1000000"), ("7", "7"),
     ("-3", "-3"), ("half", "half"), ("1.2.3", "1.2.3")],
)  # fmt: skip
def test_a_number_is_read_as_it_is_written_here(typed, means):
    """500.000 is half a million: in a condition, as a bound, and as it is shown again."""
    sent = {"test-0": "fact:order_total:at_least", "test-0-value": typed, "least": typed}

    question = editing.from_form({"id": "q", "kind": "number"}, sent, {})

    assert str(question["least"]) == means
    assert question["show_if"]["of"] == [{"fact": "order_total", "at_least": means}]
    (line,) = [line for _test, line in spoken.lines(question["show_if"])]
    again = editing.condition({"test-0": line.chosen, "test-0-value": line.typed})
    assert again == question["show_if"]


@pytest.mark.parametrize(("language", "said"), [("vi", "500.000"), ("en", "500,000")])
def test_a_condition_is_said_in_the_readers_figures(language, said):
    with translation.override(language):
        words = spoken.in_words({"fact": "order_total", "at_least": "500000"}, [], language)

    assert said in words


@pytest.mark.parametrize("given", ["many", "NaN", "Infinity", "", None, [], "1" * 400])
def test_what_is_no_number_is_said_as_it_stands(given):
    assert spoken.in_words({"fact": "order_total", "at_least": given}, [], "en")


def test_earlier_answers_are_named_as_they_are_put_in():
    """What a builder has to write in braces stands beside the question."""
    earlier = [one("a", words={"vi": "Màu gì?", "en": "Which colour?"}), one("b", "contact", fields=["name"])]

    assert list(spoken.pieces(earlier, "en")) == [("{answer:a}", "Which colour?")]
