import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.text.hints import hinted
from feedback.text.problems import ORDER
from feedback.text.reader import read
from feedback.text.tokens import tokenise


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("The technician kept swearing and smirking at us", "staff_conduct"),
        ("The postcode, the street, the house number: a mess", "wrong_address"),
        ("Renewal, trial, subscription, whatever you call it", "terms_not_read"),
    ],
)
def test_it_guesses_from_words_where_no_phrase_stands_whole(text, problem):
    """S0-7, S3-2"""
    assert hinted(tokenise(text, vietnamese=False), ORDER) == problem


def test_it_guesses_nothing_from_words_that_are_at_home_everywhere():
    assert hinted(tokenise("I am deeply sad about the whole thing", vietnamese=False), ORDER) is None
    assert hinted(tokenise("", vietnamese=True), ORDER) is None


@given(st.lists(st.sampled_from("queue swore wrong cũ địa_chỉ giao trễ the a not".split()), max_size=30))
def test_it_names_a_problem_of_those_asked_for_or_nothing(words):
    text = " ".join(words).replace("_", " ")

    for vietnamese in (True, False):
        assert hinted(tokenise(text, vietnamese=vietnamese), ("late", "wrong_address")) in {
            "late",
            "wrong_address",
            None,
        }


def test_it_guesses_nothing_in_praise():
    reading = read("Lovely queue of smiling staff at the counter, I love this place!")

    assert reading.problem == "none"
