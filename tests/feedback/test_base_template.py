"""templates/base.html, base_public.html and the pages for what went wrong."""

import re

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.utils import translation

from tests.factories import user

NAVIGATION = [
    {"url": "/", "label": "Today", "current": False, "count": 0},
    {"url": "/replies/", "label": "Replies", "current": True, "count": 14},
]


@pytest.fixture
def visit(db, rf):
    def visit(template, theme="", language="en", **context):
        request = rf.get("/replies/?page=2")
        request.user = AnonymousUser()
        if theme:
            request.COOKIES["theme"] = theme
        with translation.override(language):
            return render_to_string(template, {"setup_url": "", "navigation": ()} | context, request=request)

    return visit


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("template", ["base.html", "base_public.html"])
def test_it_says_its_language(visit, template, language):
    assert f'<html lang="{language}">' in visit(template, language=language)


@pytest.mark.parametrize(
    ("theme", "attribute"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ('"><b>', "")]
)
def test_it_is_dark_when_the_person_chose_so(visit, theme, attribute):
    assert f'<html lang="en"{attribute}>' in visit("base_public.html", theme=theme)


def test_it_offers_the_other_language_by_its_own_name(visit):
    page = visit("base_public.html")

    assert 'value="vi" lang="vi">Tiếng Việt</button>' in page
    assert 'value="en"' not in page
    assert 'name="next" value="/replies/?page=2"' in page


def test_it_shows_where_one_is_and_what_waits(visit):
    page = visit("base.html", navigation=NAVIGATION)

    assert '<a href="/replies/" aria-current="page">Replies' in page
    assert '<span class="count">14' in page
    assert page.count("aria-current") == 1
    assert page.count('class="count"') == 1


def test_it_says_that_more_wait_than_were_counted(visit):
    page = visit("base.html", navigation=[NAVIGATION[1] | {"count": 1000, "are_more": True}])

    assert '<span class="count">1000+<' in page


def test_its_bar_keeps_nothing_of_one_person(db, client):
    """It is drawn once, and filled with each one's name and token."""
    bars = []
    for name in ("Mai", "Bảo"):
        client.force_login(user("staff", name))
        bars.append(client.get("/trends/").content.decode().partition("</header>")[0])

    tokens = [set(re.findall(r'csrfmiddlewaretoken" value="(\w+)"', bar)) for bar in bars]
    assert ("Mai" in bars[0], "Bảo" in bars[0], "Mai" in bars[1], "Bảo" in bars[1]) == (1, 0, 0, 1)
    assert tokens[0]
    assert not tokens[0] & tokens[1]


@pytest.mark.parametrize(
    "template", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "503.html"]
)
def test_what_went_wrong_has_one_heading_and_a_title(visit, template):
    page = visit(template)

    assert page.count("<h1>") == 1
    assert "<title></title>" not in page


@pytest.mark.parametrize("template", ["500.html", "503.html"])
def test_what_broke_is_not_asked_for_messages(visit, template):
    assert "not for now" not in visit(template, messages=["not for now"])


class Colours(forms.Form):
    name = forms.CharField(help_text="As on the parcel.")
    tone = forms.ChoiceField(
        choices=[("a", "Green"), ("b", "Blue")], widget=forms.RadioSelect, required=False
    )
    gift = forms.BooleanField(required=False)


def test_a_field_has_label_help_and_error_tied_to_it(visit):
    page = visit("feedback/_fields.html", form=Colours({}))

    assert '<label for="id_name">' in page
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'id="id_name_helptext">As on the parcel.' in page
    assert 'id="id_name_error"' in page
    assert "<legend>Tone" in page


def test_a_scrolling_table_is_no_second_landmark_of_its_section():
    """axe landmark-unique: a section and what scrolls in it have one name; the inner one is a group."""
    for page in (settings.BASE_DIR / "templates").rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        sections = set(re.findall(r'<section\b[^>]*aria-labelledby="([^"]+)"', html))
        regions = re.findall(r'role="region" aria-labelledby="([^"]+)"', html)

        assert not sections & set(regions), page
