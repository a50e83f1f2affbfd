"""A page drawn once is for each visitor what drawing it anew would be, and keeps nothing of anybody's."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from feedback import kept, shop
from feedback.kept import Own, OwnHtml

pytestmark = pytest.mark.django_db
HOSTILE = '<script>own-0- & "quotes" {{ x }}'


@pytest.fixture(autouse=True)
def _fresh():
    kept.forget()
    yield
    kept.forget()


@pytest.fixture
def template(settings, tmp_path):
    """Writes one, and gives its name."""
    folders = [*settings.TEMPLATES[0]["DIRS"], tmp_path]
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": folders}]

    def write(content, name="letter.html"):
        (tmp_path / name).write_text(content, encoding="utf-8")
        engines["django"].engine.template_loaders[0].reset()
        return name

    return write


def test_it_is_what_drawing_anew_gives(template):
    name = template(
        '{% if a %}<p title="{{ a }}">{{ b }}{% for one in c %}<i>{{ one.x }}</i>{% endfor %}</p>{% endif %}'
    )
    context = {
        "a": Own(HOSTILE),
        "b": OwnHtml("<b>x</b>"),
        "c": [{"x": Own("1")}, {"x": Own("")}, {"x": "2"}],
    }

    drawn = kept.text(name, context, escaped=True)

    plain = {"a": HOSTILE, "b": mark_safe("<b>x</b>"), "c": [{"x": "1"}, {"x": ""}, {"x": "2"}]}
    assert drawn == engines["django"].get_template(name).render(plain)


def test_each_gets_their_own_words_and_none_of_them_is_kept(template):
    name = template("Xin chào {{ name }}, mã {{ code }}.")

    letters = [
        kept.text(name, {"name": Own(who), "code": Own(code)}, escaped=True)
        for who, code in (("Lan", "A1"), ("Hạnh", "B2"))
    ]

    assert letters == ["Xin chào Lan, mã A1.", "Xin chào Hạnh, mã B2."]
    assert len(kept._kept) == 1
    assert not [word for word in ("Lan", "Hạnh", "A1", "B2") if word in str(kept._kept)]


def test_what_is_nobodys_own_is_drawn_for_itself(template):
    name = template("{% if is_new %}new{% else %}old{% endif %} {{ amount }} {{ word }}")

    with translation.override("vi"):
        said = [
            kept.text(name, {"is_new": is_new, "amount": amount, "word": word}, escaped=True)
            for is_new, amount, word in (
                (True, 1, _("yes")),
                (1, 1, "yes"),
                (False, Decimal("1.0"), mark_safe("<b>")),
                (False, Decimal("1.0"), "<b>"),
                (False, Decimal("1.00"), "<b>"),
            )
        ]

    assert said[2:] == ["old 1,0 <b>", "old 1,0 &lt;b&gt;", "old 1,00 &lt;b&gt;"]
    assert len(kept._kept) == 5


def test_words_in_plain_text_are_not_escaped(template):
    name = template("{% autoescape off %}{{ name }}{% endautoescape %}", "letter.txt")

    assert kept.text(name, {"name": Own("Lan & Minh")}, escaped=False) == "Lan & Minh"


def test_each_language_is_drawn_for_itself(template):
    name = template("{% load i18n %}{% translate 'Thank you' %}")

    with translation.override("en"):
        english = kept.text(name, {}, escaped=True)
    with translation.override("vi"):
        assert kept.text(name, {}, escaped=True) != english


def test_it_follows_the_shop(template):
    name = template("{{ shop.name }}")
    row = shop.current()

    row.name = "Gốm Nhà Mình"
    first = kept.text(name, {}, escaped=True)
    row.name = "Gốm Khác"

    assert (first, kept.text(name, {}, escaped=True)) == ("Gốm Nhà Mình", "Gốm Khác")


@pytest.mark.parametrize("value", [datetime(2026, 11, 29, tzinfo=UTC), object(), {1, 2}, 1.5])
def test_what_may_change_beneath_it_is_refused(template, value):
    with pytest.raises(kept.NotKept):
        kept.text(template("{{ value }}"), {"value": [value]}, escaped=True)


def test_a_day_is_a_day(template):
    name = template("{{ day|date:'j' }}")

    days = [kept.text(name, {"day": date(2026, 11, day)}, escaped=True) for day in (3, 4)]

    assert days == ["3", "4"]


def test_nothing_of_a_request_gets_into_another(template):
    """Form token and address are each visitor's; the theme is asked for."""
    name = template(
        "{% csrf_token %}{{ request.get_full_path }}|{{ request.COOKIES.theme }}|{{ request.META }}"
    )
    first, second = RequestFactory().get("/s/ONE/?all=1&x=<"), RequestFactory().get("/s/TWO/")
    second.COOKIES["theme"] = "dark"

    pages = [kept.page(request, name, {}).content.decode() for request in (first, second)]

    assert ["/s/ONE/?all=1&amp;x=" in page for page in pages] == [True, False]
    assert pages[1].endswith("/s/TWO/|dark|")
    assert pages[0].count("csrfmiddlewaretoken") == 1
    assert "ONE" not in str(kept._kept)


def test_it_stays_small(template, monkeypatch):
    monkeypatch.setattr(kept, "MOST", 3)
    name = template("{{ n }}")

    assert [kept.text(name, {"n": n}, escaped=True) for n in range(10)] == [str(n) for n in range(10)]
    assert len(kept._kept) <= 3
