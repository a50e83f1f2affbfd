"""Order facts and earlier answers inside a question's words: a list of names, never a template engine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import piping


@pytest.mark.parametrize(
    ("text", "known", "language", "said"),
    [
        ("How is {product}?", {"product": "the green bowl"}, "en", "How is the green bowl?"),
        ("How is {product}?", {}, "en", "How is what you bought?"),
        ("{product} thế nào?", {"product": "  "}, "vi", "món hàng đã mua thế nào?"),
        ("Why “{answer:word}”?", {"answer:word": "meh"}, "en", "Why “meh”?"),
        ("Why “{answer:word}”?", {}, "en", "Why “what you chose”?"),
        ("No braces", {"product": "x"}, "en", "No braces"),
    ],
)
def test_it_puts_in_what_is_known(text, known, language, said):
    assert piping.fill(text, known, language) == said


def test_what_a_customer_wrote_is_put_in_once_and_not_looked_through_again():
    text = "You said “{answer:word}” about {product}"

    said = piping.fill(text, {"answer:word": "{product} {{ secret }} {% load x %}", "product": "tea"}, "en")

    assert said == "You said “{product} {{ secret }} {% load x %}” about tea"


def test_a_long_answer_does_not_bury_the_question():
    assert len(piping.fill("{answer:word}", {"answer:word": "x" * 5_000}, "en")) == piping.LONGEST_PIECE


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("{product}", None),
        ("{answer:word}", None),
        ("{answer}", "answer"),
        ("{name}", "name"),
        ("{settings.SECRET_KEY}", "settings.SECRET_KEY"),
        ("{product.__class__}", "product.__class__"),
        ("{0}", "0"),
        ("a { b", "{"),
        ("{{product}}", "{"),
    ],
)
def test_only_names_on_the_list_may_stand_in_braces(text, strange):
    assert piping.unknown(text) == strange


@given(st.text(), st.dictionaries(st.sampled_from(["product", "order", "answer:a"]), st.text()))
def test_any_words_are_filled_without_a_fault(text, known):
    piping.fill(text, known, "vi")
