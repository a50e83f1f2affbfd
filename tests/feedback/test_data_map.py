"""L15, L16: no column can hold words or contact data without having said so, and how it ends."""

import subprocess
import sys

import pytest
from django.apps import apps
from django.db import models
from django.utils.module_loading import import_string

from feedback import belongings, data_map
from feedback.data_map import NOBODYS, NOT_PERSONAL, PERSONAL, WHOSE, Erasure, Kind

OURS = ("feedback", "surveys", "reviews")
WIDE = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.FileField,
    models.GenericIPAddressField,
    models.UUIDField,
)
# Of Django's own tables: names of its models and of our roles.
FIXED = {
    *("auth.Permission.name", "auth.Permission.codename", "auth.Group.name"),
    *("contenttypes.ContentType.app_label", "contenttypes.ContentType.model", "admin.LogEntry.object_id"),
}


def can_hold_words(field):
    """Columns with choices hold one of the program's own words."""
    return isinstance(field, WIDE) and not field.choices


def wide_columns():
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if can_hold_words(field)
    } - FIXED


def test_every_column_that_can_hold_words_is_declared():
    assert wide_columns() - PERSONAL.keys() - NOT_PERSONAL.keys() == set()


def test_no_declared_column_is_gone():
    """Numbers made of words, such as fingerprints, are declared as well."""
    numbers = {"feedback.Fingerprint.low", "feedback.Fingerprint.high"}

    assert (PERSONAL.keys() | NOT_PERSONAL.keys()) - wide_columns() == numbers


def test_no_column_is_declared_both_ways():
    assert PERSONAL.keys() & NOT_PERSONAL.keys() == set()


def test_what_is_not_personal_says_why():
    assert all(NOT_PERSONAL.values())


@pytest.mark.parametrize("kind", [Kind.IDENTITY, Kind.CONTACT, Kind.WORDS])
def test_nothing_that_names_or_quotes_a_person_outlives_their_wish(kind):
    assert {name for name in data_map.columns(kind) if PERSONAL[name].erasure is Erasure.KEEP} == set()


def test_what_is_emptied_may_be_empty():
    """Erasure blanks the column. What may be neither empty nor there twice is made up anew."""
    for name, personal in PERSONAL.items():
        model, _dot, column = name.rpartition(".")
        field = apps.get_model(model)._meta.get_field(column)
        if personal.erasure is Erasure.BLANK and model != "feedback.User":
            assert not field.unique, name


def test_every_row_with_something_of_a_person_says_whose_it_is():
    """A new table that nobody leads to would be left out by an erasure."""
    models_with = {name.rpartition(".")[0] for name in PERSONAL}

    assert models_with - WHOSE.keys() - NOBODYS.keys() == set()
    assert WHOSE.keys() & NOBODYS.keys() == set()


def test_what_is_nobodys_hangs_on_nobody():
    """A table with a key to something of a customer's is theirs."""
    for label in NOBODYS.keys() - {"feedback.Forgotten"}:
        linked = {
            field.related_model._meta.label
            for field in apps.get_model(label)._meta.concrete_fields
            if field.is_relation
        }
        assert linked.isdisjoint(WHOSE), label


def test_every_way_to_a_person_can_be_gone():
    reached, fresh = set(), {"feedback.Customer"}
    while fresh:
        reached |= fresh
        fresh = {way.model for way in belongings.ways() if way.source in reached} - reached

    assert reached == WHOSE.keys()


def test_what_cuts_words_out_of_figures_can_be_called():
    assert all(callable(import_string(one.cut)) for one in PERSONAL.values() if one.cut)


def test_it_names_what_an_erasure_empties():
    assert data_map.to_blank("feedback.Customer") == ["name", "email", "phone", "postal_address"]
    assert data_map.to_blank("feedback.Event") == []


def test_it_needs_no_django():
    code = "import sys, feedback.data_map; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
