"""The import contracts of pyproject.toml: each is kept, and each is seen to fail when it is broken."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["feedback", "surveys", "reviews"]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

# One import that each contract exists to stop: the module that would say it, and what it would say.
OFFENCES = {
    "apps": ("surveys/rewards.py", "import reviews.models"),
    "front": ("feedback/urls.py", "import feedback.front"),
    "rules": ("feedback/policy/decide.py", "from django.conf import settings"),
    "threats": ("feedback/wording/compose.py", "from feedback.text import reader"),
    "textblob": ("feedback/text/themes.py", "from textblob import TextBlob"),
    "broker": ("reviews/views.py", "from feedback.tasks import run"),
    "layers": ("feedback/models/cases.py", "from feedback import cases"),
    "survey-layers": ("surveys/rewards.py", "from surveys import tasks"),
    "review-layers": ("reviews/models.py", "from reviews import replies"),
}


def _check(folder, *contracts):
    command = [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"]
    command += [f"--contract={contract}" for contract in contracts]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


@pytest.fixture
def copy(tmp_path):
    """The packages' source and the contracts, to be broken at will."""
    for package in PACKAGES:
        only_source = shutil.ignore_patterns("__pycache__", "static", "locale", "*.jsonl", "*.toml", "*.tsv")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=only_source)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_imports_go_one_way():
    result = _check(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_is_tried():
    assert {contract["id"] for contract in CONTRACTS} == OFFENCES.keys()


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract["id"])
def test_it_fails_when_broken(copy, contract):
    module, offence = OFFENCES[contract["id"]]
    with (copy / module).open("a") as source:
        source.write(f"\n\ndef offence():\n    {offence}\n")

    result = _check(copy, contract["id"])

    assert result.returncode == 1
    assert f"{contract['name']} BROKEN" in " ".join(result.stdout.split())


def test_a_new_module_needs_a_place(copy):
    (copy / "feedback" / "helpers.py").touch()

    result = _check(copy, "layers")

    assert result.returncode == 1
    assert "helpers" in result.stdout


RULES = [
    "feedback.defection.backtests",
    "feedback.policy.decide",
    "feedback.text.reader",
    "feedback.wording.compose",
]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_starts_alone(rule):
    """No environment, no Django, and TextBlob (a second to import) only once a text needs it."""
    program = f"import sys, {rule}; print({{'django', 'celery', 'textblob'}} & set(sys.modules))"

    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={}, capture_output=True, text=True, timeout=30
    )

    assert (result.stdout, result.stderr) == ("set()\n", "")


def test_rows_are_locked_without_their_keys():
    """FOR UPDATE waits for every transaction that refers to the row, and they for it: a deadlock between two
    who each did nothing wrong. Only who deletes a row needs its key."""
    sources = [
        path for package in ("feedback", "surveys", "reviews") for path in (ROOT / package).rglob("*.py")
    ]
    calls = re.compile(r"\.select_for_update\(([^)]*\)?[^)]*)\)")
    found = [
        (path.name, said)
        for path in sources
        for said in calls.findall(path.read_text())
        if "no_key=True" not in said
    ]

    assert found == []
