"""The suite's own promises: no network, and no silence about what did not run."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
NO_PROGRAMS = "/nowhere"


@pytest.fixture
def run(tmp_path):
    """Run one test under this suite's conftest, with a little environment of its own."""

    def run(source, **environment):
        (tmp_path / "test_one.py").write_text(source)
        plugins = ["-p", "conftest", "-p", "no:django", "-p", "no:cacheprovider"]
        command = [sys.executable, "-m", "pytest", *plugins, "test_one.py"]
        environment = {"PATH": NO_PROGRAMS, "PYTHONPATH": str(TESTS), "TMPDIR": str(tmp_path), **environment}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
        )

    return run


def test_it_stays_on_this_machine():
    with pytest.raises(OSError, match="tests stay on this machine"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_it_says_that_browser_tests_did_not_run(run):
    result = run("def test_page(browser): pass")

    assert result.returncode == 0
    assert "Browser tests did not run: no Chromium found." in result.stdout
    assert "1 skipped" in result.stdout.splitlines()[-1]


@pytest.mark.parametrize("service", ["browser", "broker_url"])
def test_it_fails_where_every_service_is_promised(run, service):
    result = run(f"def test_service({service}): pass", REQUIRE_SERVICES="1")

    assert result.returncode == 1
    assert "1 error" in result.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("database", "outcome"), [("sqlite:////nowhere", "1 deselected"), ("postgres://nowhere", "1 passed")]
)
def test_it_keeps_postgres_tests_for_postgres(run, database, outcome):
    source = "import pytest\n@pytest.mark.postgres\ndef test_lock(): pass"

    result = run(source, DATABASE_URL=database)

    assert outcome in result.stdout.splitlines()[-1]
