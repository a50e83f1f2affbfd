"""The database can be built from nothing, taken back to nothing, and built again."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def manage(tmp_path):
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/shop.sqlite3",
        "DATA_DIR": str(tmp_path),
    }

    def run(*arguments):
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)

    return run


@pytest.mark.django_db
def test_none_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_they_go_back_to_nothing_and_forward_again(manage, tmp_path):
    manage("migrate", "--verbosity=0")
    for app in ("reviews", "surveys"):
        manage("migrate", app, "zero", "--verbosity=0")
    manage("migrate", "admin", "zero", "--verbosity=0")
    manage("migrate", "feedback", "zero", "--verbosity=0")
    with sqlite3.connect(tmp_path / "shop.sqlite3") as database:
        left = database.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE 'feedback%' OR type = 'trigger'"
        )
        assert left.fetchall() == []

    manage("migrate", "--verbosity=0")

    with sqlite3.connect(tmp_path / "shop.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM feedback_theme").fetchone() == (22,)
        assert database.execute("SELECT count(*) FROM auth_group").fetchone() == (6,)
