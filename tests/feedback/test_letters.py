"""The letters: what is kept is what the source compiles to; readable without pictures, in both languages."""

import re

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from feedback.management.commands import letters
from tests.factories import a_shop

SOURCES = sorted(letters.FOLDER.glob("*.mjml"))
CONTEXT = {"url": "https://gom.example/s/x/", "name": "<Lan>", "unsubscribe_url": "https://gom.example/u/x/"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_the_kept_html_is_that_of_its_source(source):
    """Else: manage.py letters."""
    assert source.with_suffix(".html").read_text(encoding="utf-8") == letters.compiled(source)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_opening_a_letter_fetches_nothing(source):
    html = source.with_suffix(".html").read_text(encoding="utf-8")

    assert not re.search(r"""<(img|link|script)\b|@import|url\(\s*['"]?http""", html)


@pytest.mark.django_db
@pytest.mark.parametrize("letter", ["invitation", "reminder"])
@pytest.mark.parametrize(("language", "word"), [("vi", "Chào"), ("en", "Hello")])
@pytest.mark.parametrize("reward", ["", "50.000 ₫"])
def test_it_says_the_same_in_html_and_in_plain_words(letter, language, word, reward):
    context = CONTEXT | {"shop": a_shop(postal_address="12 Hàng Gai"), "reward": reward}

    with translation.override(language):
        html = render_to_string(f"emails/{letter}.html", context)
        text = render_to_string(f"emails/{letter}.txt", context)

    assert f'<html lang="{language}"' in html
    assert "{{" not in html
    assert "{%" not in html
    for said in (word, CONTEXT["url"], CONTEXT["unsubscribe_url"], "12 Hàng Gai"):
        assert said in html
        assert said in text
    assert "&lt;Lan&gt;" in html
    assert reward in html
    assert reward in text
    assert ("gift" in html.partition("</head>")[2]) == bool(reward)
