"""The database can be built from nothing, taken back to nothing, and built again."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent.parent
BACK = ["reviews", "surveys", "admin", "feedback"]


def in_a_database_of_its_own(file, code):
    """On SQLite, whatever the suite's database is."""
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{file}", "DATA_DIR": str(file.parent)}
    start = "import django; django.setup()\nfrom django.core.management import call_command as call\n"
    subprocess.run([sys.executable, "-c", start + code], cwd=ROOT, env=environment, check=True)
    return sqlite3.connect(file)


@pytest.mark.django_db
def test_none_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.prove
def test_they_go_back_to_nothing_and_forward_again(tmp_path):
    code = f"call('migrate', verbosity=0)\nfor app in {BACK}: call('migrate', app, 'zero', verbosity=0)\n"

    with in_a_database_of_its_own(tmp_path / "shop.sqlite3", code) as database:
        ours = "SELECT name FROM sqlite_master WHERE name LIKE 'feedback%' OR type = 'trigger'"
        assert database.execute(ours).fetchall() == []
    with in_a_database_of_its_own(tmp_path / "shop.sqlite3", "call('migrate', verbosity=0)") as database:
        assert database.execute("SELECT count(*) FROM feedback_theme").fetchone() == (22,)
        assert database.execute("SELECT count(*) FROM auth_group").fetchone() == (6,)
