"""What the log says of an error: where it happened, and nothing of what a customer wrote."""

import io
import logging
import sys

import pytest
from django.db import IntegrityError

from feedback.leases import LeaseLost
from feedback.logs import LineFormatter, StrangersDoing, said

SECRET = "Failing row contains (Lan, 0903 123 456)"


def logged(error, text="a row failed"):
    try:
        try:
            raise error
        except Exception as first:
            raise RuntimeError(SECRET) from first
    except RuntimeError:
        record = logging.LogRecord("feedback.leases", logging.ERROR, "", 1, text, (), sys.exc_info())
    return LineFormatter().format(record)


def test_it_names_the_errors_and_their_places():
    line = logged(IntegrityError(SECRET))

    assert "IntegrityError" in line
    assert "RuntimeError" in line
    assert "test_logs.py:" in line


def test_it_leaves_out_what_an_error_quotes():
    assert "0903" not in logged(IntegrityError(SECRET))


def test_it_shows_all_of_it_to_who_develops(settings):
    settings.DEBUG = True

    assert SECRET in logged(IntegrityError(SECRET))


def test_a_text_cannot_forge_a_line():
    record = logging.LogRecord("feedback", logging.INFO, "", 1, "%s", ("a\n2026 INFO b\x1b[2J",), None)

    assert "\n" not in LineFormatter().format(record)
    assert "\x1b" not in LineFormatter().format(record)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (LeaseLost("two rows were taken over"), "LeaseLost: two rows were taken over"),
        (KeyError("Lan"), "KeyError"),
    ],
)
def test_only_our_own_errors_are_quoted(error, words):
    assert said(error) == words


def refused(client):
    """What the log says when a stranger sends a form of too many fields."""
    lines, console = io.StringIO(), logging.StreamHandler()
    console.setStream(lines)
    console.setFormatter(LineFormatter())
    console.addFilter(StrangersDoing())
    logging.getLogger().addHandler(console)
    try:
        client.post("/login/", {f"field{n}": "" for n in range(501)})
    finally:
        logging.getLogger().removeHandler(console)
    return lines.getvalue()


@pytest.mark.django_db
def test_a_stranger_s_form_is_no_error_of_ours(client):
    line = refused(client)

    assert "WARNING django.security.TooManyFieldsSent" in line
    assert line.count("\n") == 1


def test_the_console_listens_so(settings):
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["strangers"]
