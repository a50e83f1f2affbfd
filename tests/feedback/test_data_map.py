"""L15, L16: no column can hold words or contact data without having said so, and how it ends."""

import subprocess
import sys

import pytest
from django.apps import apps
from django.db import models

from feedback import data_map
from feedback.data_map import NOT_PERSONAL, PERSONAL, Erasure, Kind

WIDE = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.FileField,
    models.GenericIPAddressField,
    models.UUIDField,
)


def can_hold_words(field):
    """Columns with choices hold one of the program's own words."""
    return isinstance(field, WIDE) and not field.choices


def wide_columns():
    return {
        f"{model._meta.label}.{field.name}"
        for app in ("feedback", "surveys", "reviews")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.concrete_fields
        if can_hold_words(field)
    }


def test_every_column_that_can_hold_words_is_declared():
    assert wide_columns() - PERSONAL.keys() - NOT_PERSONAL.keys() == set()


def test_no_declared_column_is_gone():
    assert (PERSONAL.keys() | NOT_PERSONAL.keys()) - wide_columns() == set()


def test_no_column_is_declared_both_ways():
    assert PERSONAL.keys() & NOT_PERSONAL.keys() == set()


def test_what_is_not_personal_says_why():
    assert all(NOT_PERSONAL.values())


@pytest.mark.parametrize("kind", [Kind.IDENTITY, Kind.CONTACT, Kind.WORDS])
def test_nothing_that_names_or_quotes_a_person_outlives_their_wish(kind):
    """An address that wants no mail is kept for exactly that purpose."""
    kept = {name for name in data_map.columns(kind) if PERSONAL[name].erasure is Erasure.KEEP}

    assert kept <= {"feedback.MailAddress.email"}


def test_what_is_emptied_may_be_empty():
    """Erasure blanks the column. What may be neither empty nor there twice is made up anew."""
    made_anew = {"feedback.User.username", "reviews.Review.external_id", "feedback.OutgoingMail.message_id"}
    for name, personal in PERSONAL.items():
        model, _dot, column = name.rpartition(".")
        field = apps.get_model(model)._meta.get_field(column)
        if personal.erasure is Erasure.BLANK and name not in made_anew:
            assert not field.unique, name


def test_it_names_what_an_erasure_empties():
    assert data_map.to_blank("feedback.Customer") == ["name", "email", "phone"]
    assert data_map.to_blank("feedback.Event") == []


def test_it_needs_no_django():
    code = "import sys, feedback.data_map; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
