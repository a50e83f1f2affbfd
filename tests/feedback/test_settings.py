"""Settings come from the environment; a wrong one stops the program and is named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def settings_with(**environment):
    """Load the settings in a process of their own; (exit code, what it said)."""
    code = "from django.conf import settings as s; print(s.ALLOWED_HOSTS, s.SECURE)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("BASE_URL", "gom.example"),
        ("PORT", "http"),
        ("IMPORT_MAX_BYTES", "50 MB"),
        ("DEBUG", "perhaps"),
        ("TIME_ZONE", "Asia/Saigon City"),
        ("LANGUAGE_CODE", "xx"),
        ("DATABASE_URL", "mysql://root@localhost/shop"),
        ("DATABASE_URL", "nonsense"),
        ("EMAIL_URL", "pigeon://home"),
        ("CELERY_BROKER_URL", "pigeon://home"),
        ("LOG_LEVEL", "LOUD"),
        ("SSL_REDIRECT", "2"),
    ],
)
def test_a_wrong_value_stops_the_program_by_name(name, given):
    code, said = settings_with(**{name: given})

    assert code != 0, said
    assert name in said.splitlines()[-1]


def test_a_shop_on_the_web_is_served_under_its_own_name_over_https():
    assert settings_with(BASE_URL="https://gom.example") == (
        0,
        "['gom.example', 'localhost', '127.0.0.1', '[::1]'] True\n",
    )


_HOOKS = {"MAIL_HOOK_SECRET": "gom:a-long-secret-indeed"}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"MAIL_HOOKS": "pigeon"}, "MAIL_HOOKS"),
        ({"MAIL_HOOKS": "postmark", "MAIL_HOOK_SECRET": "gom:short"}, "MAIL_HOOK_SECRET"),
        ({"MAIL_HOOKS": "resend"}, "MAIL_HOOK_SIGNING_KEY"),
        ({"MAIL_HOOKS": "resend", "MAIL_HOOK_SIGNING_KEY": "re_123"}, "MAIL_HOOK_SIGNING_KEY"),
        ({"MAIL_HOOKS": "sendgrid", "MAIL_HOOK_SIGNING_KEY": "SG.123"}, "MAIL_HOOK_SIGNING_KEY"),
        ({"MAIL_HOOKS": "resend,mailgun", "MAIL_HOOK_SIGNING_KEY": "x"}, "MAIL_HOOKS"),
        ({"MAIL_HOOKS": "amazon_ses"}, "MAIL_HOOK_TOPIC"),
        ({"SMS_HOOK_SECRET": "geheim"}, "SMS_HOOK_SECRET"),
        ({"SMS_HOOK_SECRET": "whsec_c2hvcnQ="}, "SMS_HOOK_SECRET"),
    ],
)
def test_a_mail_service_that_could_not_be_believed_stops_the_program(given, named):
    code, said = settings_with(**_HOOKS | given)

    assert code != 0, said
    assert named in said.splitlines()[-1]


def test_a_password_is_not_said_again():
    assert "geheim" not in settings_with(DATABASE_URL="mysql://root:geheim@localhost/shop")[1]


@pytest.mark.parametrize("url", ["postgres://shop@localhost/shop", "sqlite:////tmp/shop.sqlite3"])
def test_it_knows_two_databases(url):
    assert settings_with(DATABASE_URL=url)[0] == 0
