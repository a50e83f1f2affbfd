"""A threat cannot change the answer: the code that answers has nowhere to receive it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MAY_IMPORT = {
    "feedback.policy",
    "feedback.wording",
    "feedback.orthography",
    "feedback.personal_data",
    "feedback.unmarked",
    "feedback.money",
    "feedback.wishes",  # a closed list of words for what was asked for, and the remedies that give it
}
MODULES = sorted((ROOT / "feedback" / "policy").glob("*.py")) + sorted(
    (ROOT / "feedback" / "wording").glob("*.py")
)
FORBIDDEN = {
    "django",
    "rest_framework",
    "celery",
    "textblob",
    "surveys",
    "reviews",
    "time",
    "random",
    "secrets",
}


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_it_knows_nothing_of_texts_rows_or_clocks(path):
    """S3-4."""
    names = imported(path)

    assert not {name for name in names if name.split(".")[0] in FORBIDDEN}
    ours = {".".join(name.split(".")[:2]) for name in names if name.startswith("feedback")}
    assert ours <= MAY_IMPORT
