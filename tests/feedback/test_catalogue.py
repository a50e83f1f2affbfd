"""feedback.catalogue: messages out of Python and templates, into .po and .mo."""

import os
import re

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation
from django.utils.translation import trans_real

from feedback import catalogue

PYTHON = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext_lazy
A = gettext_lazy("Call the customer")
B = pgettext_lazy("a month", "May")
def f(n):
    x = _("Nobody")
    y = _("Two "
          "halves")
    z = _(x)
    return ngettext("%(n)s call-back", "%(n)s call-backs", n) % {"n": n}
"""
TEMPLATE = """
  {% load i18n %}
{% block title %}{% translate "Replies" %}{% endblock %}
    {# Translators: never mind #}
      <p title="{% translate "It's here" %}">{% translate "Open" context "a state" %}</p>
  {% blocktranslate trimmed with name=shop.name %}
      Thank you from
      {{ name }}
  {% endblocktranslate %}
  {% blocktranslate count n=waiting %}{{ n }} waits{% plural %}{{ n }} wait{% endblocktranslate %}
  {% comment %}{% translate "Not said" %}{% endcomment %}
  {{ x|default:_("nothing") }} isn't (closed
"""


@pytest.fixture
def shop_tree(tmp_path, settings):
    (tmp_path / "feedback" / "migrations").mkdir(parents=True)
    (tmp_path / "templates" / "emails").mkdir(parents=True)
    (tmp_path / "feedback" / "words.py").write_text(PYTHON)
    (tmp_path / "feedback" / "migrations" / "0001.py").write_text('from x import _\n_("In a migration")\n')
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "templates" / "emails" / "code.txt").write_text('{% load i18n %}{% translate "Your code" %}')
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "feedback" / "locale"]
    return tmp_path


def said(root):
    return {message.id for message in catalogue.extract(root) if message.id}


def translate(language, words):
    path = catalogue.po_file(language)
    text = path.read_text()
    for english, vietnamese in words.items():
        text = text.replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{vietnamese}"')
    path.write_text(text)


def test_it_finds_the_messages_of_python(shop_tree):
    plural = ("%(n)s call-back", "%(n)s call-backs")

    assert {"Call the customer", "May", "Nobody", "Two halves", plural} <= said(shop_tree)
    assert catalogue.extract(shop_tree).get("May", context="a month") is not None
    assert "In a migration" not in said(shop_tree)


def test_it_finds_the_messages_of_templates(shop_tree):
    found = said(shop_tree)

    assert {"Replies", "It's here", "Thank you from %(name)s", ("%(n)s waits", "%(n)s wait")} <= found
    assert {"nothing", "Your code"} <= found
    assert "Not said" not in found
    assert catalogue.extract(shop_tree).get("Open", context="a state") is not None


def test_an_update_keeps_what_was_translated_and_drops_what_nobody_says(shop_tree):
    catalogue.update(shop_tree, "vi")
    translate("vi", {"Replies": "Phản hồi", "Nobody": "Không ai"})
    (shop_tree / "feedback" / "words.py").write_text("")

    catalogue.update(shop_tree, "vi")

    known = catalogue.load("vi")
    assert known.get("Replies").string == "Phản hồi"
    assert known.get("Nobody") is None


def test_an_update_without_news_changes_no_byte(shop_tree):
    catalogue.update(shop_tree, "vi")
    before = catalogue.po_file("vi").read_bytes()

    catalogue.update(shop_tree, "vi")

    assert catalogue.po_file("vi").read_bytes() == before
    assert b"Creation-Date" not in before
    assert str(shop_tree).encode() not in before


def test_a_check_names_what_has_no_words(shop_tree, capsys):
    with pytest.raises(CommandError, match="messages need attention"):
        call_command("catalogue", "--check")

    assert "vi untranslated: 'Replies'" in capsys.readouterr().err


def test_a_check_names_words_that_ask_for_more_than_the_page_gives(shop_tree):
    catalogue.update(shop_tree, "vi")
    translate("vi", {"Thank you from %(name)s": "Cảm ơn từ %(shop)s"})

    faults = {fault.message: fault.kind for fault in catalogue.check(shop_tree, "vi")}

    assert faults["Thank you from %(name)s"] == "placeholders"


def test_it_compiles_only_what_changed(shop_tree):
    catalogue.update(shop_tree, "vi")

    assert catalogue.compile_all() == []

    os.utime(catalogue.po_file("vi"), (2e9, 2e9))
    assert [path.name for path in catalogue.compile_all()] == ["django.mo"]


def test_a_page_speaks_what_was_compiled_and_english_for_the_rest(shop_tree, monkeypatch):
    catalogue.update(shop_tree, "vi")
    translate("vi", {"Replies": "Phản hồi"})
    os.utime(catalogue.po_file("vi"), (2e9, 2e9))
    catalogue.compile_all()
    monkeypatch.setattr(trans_real, "_translations", {})

    with translation.override("vi"):
        assert translation.gettext("Replies") == "Phản hồi"
        assert translation.ngettext("%(n)s waits", "%(n)s wait", 2) == "%(n)s wait"


def test_e_mail_is_one_word_everywhere():
    """One thing has one name. Django's own sentence stays for its admin; our forms say another."""
    with open(settings.BASE_DIR / "feedback/locale/vi/LC_MESSAGES/django.po", "rb") as file:
        said = [
            message.id if isinstance(message.id, str) else " ".join(message.id) for message in read_po(file)
        ]
    bare = [re.sub(r"%\(\w+\)s|name@\S+", "", one) for one in said]

    assert [one for one in bare if re.search(r"(?i)\bemails?\b", one)] == ["Enter a valid email address."]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "field"),
    [("/my-data/", "email"), ("/tell-us/", "email"), ("/account/forgotten/", "email")],
)
def test_what_is_no_address_is_told_in_these_words(client, address, field):
    answer = client.post(address, {field: "lan at home"}, headers={"accept-language": "en"})

    assert "This is no e-mail address. One looks like name@example.com." in answer.content.decode()
    assert "email address" not in answer.content.decode()
