"""Anyone can install from the lock files with any index of their own, and gets the same bytes."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ["requirements.lock", "requirements-dev.lock"]


def _pinned(name):
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", (ROOT / name).read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_it_names_no_host(name):
    assert not re.search(r"://|--index|--find-links|--extra-index|\bfile:", (ROOT / name).read_text())


@pytest.mark.parametrize("name", LOCKS)
def test_it_has_a_hash_for_every_package(name):
    packages = (ROOT / name).read_text().replace("\\\n", " ").splitlines()

    assert [line for line in packages if not re.search(r"==.* --hash=sha256:[0-9a-f]{64}", line)] == []


def test_it_develops_on_what_it_runs_on():
    run, dev = _pinned("requirements.lock"), _pinned("requirements-dev.lock")

    assert run.items() <= dev.items()


def test_it_locks_every_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]

    assert _names(wanted) <= _pinned("requirements-dev.lock").keys()


def test_it_tests_with_the_extras():
    """What is not there is skipped: nobody would notice that an extra works no more."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    wanted = [line for extra in extras.values() for line in extra]

    assert _names(wanted) <= _pinned("requirements-dev.lock").keys()
    assert not _names(extras["ltv"]) & _pinned("requirements.lock").keys()


def _names(wanted):
    return {re.match(r"[\w.-]+", line).group().lower().replace("_", "-") for line in wanted}
