"""A list to choose from, written without a template for each of its words."""

import pytest
from django import forms
from django.test.html import parse_html
from django.utils.translation import gettext_lazy as _

from feedback.forms import Choice

CHOICES = [("", "any"), ("<b>", "& <i>"), ("late", _("came late")), (3, "three")]


class Written(forms.Form):
    ours = Choice(choices=CHOICES, required=False, help_text="?")
    theirs = forms.ChoiceField(choices=CHOICES, required=False, help_text="?")


@pytest.mark.parametrize("given", [{}, {"": ""}, {"it": "<b>"}, {"it": "3"}, {"it": "nothing of this"}])
def test_it_says_what_django_says(given):
    form = Written({name: given.get("it", "") for name in ("ours", "theirs")} if given else None)

    ours, theirs = (str(form[name]).replace(name, "it") for name in ("ours", "theirs"))

    assert parse_html(ours) == parse_html(theirs)
