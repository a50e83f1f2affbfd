"""Answering for practice (S1-8): complaints of our own, and a score with a reason for each point lost."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from feedback.orthography import normalise, unmark
from feedback.policy.facts import Facts
from feedback.wording.compose import PUBLIC
from feedback.wording.findings import Finding

FULL = 100
FIRST_OF_A_KIND, AGAIN, PART = 20, 5, 10
"""Points lost for breaking a rule, for breaking it once more, and for a part that is missing."""

# Words without marks that show that a part of a public reply is there; the private parts are the lint's.
_PUBLIC_PARTS = {
    "part_thanks": re.compile(r"thank|appreciate|grateful|cam on|cam on|biet on|tran trong"),
    "part_understanding": re.compile(
        r"sorry|understand|regret|apolog|disappoint|frustrat|annoy|worr|upset|serious|nuisance|pity"
        r"|matter|concern|rat tiec|xin loi|hieu|chia se|buon|that vong"
        r"|dang tiec|thay tiec|dang lo|coi trong|quan trong|suy nghi|safety|an toan|binh thuong|half a joy"
        r"|all right|surprise"
    ),
    "part_next_step": re.compile(
        r"privat|message|write to us|contact us|call us|look(?:ing)? into|nhan rieng|tin nhan"
        r"|lien he|viet rieng"
        r"|trao doi rieng|nhan cho|xem lai|tim hieu|dang xem|dang theo doi|dang lo viec"
        r"|tra loi (?:day du|o noi)|xem xet|dung kenh|giai quyet|follow(?:ing)? (?:it"
        r"|this) up|being followed|answer (?:it|there|this)|dealing with"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """`route` and `manner` are for choosing; what is decided comes from `facts` alone."""

    slug: str
    language: str
    problem: str
    route: str
    manner: str
    stars: int
    text: str
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`points`: 0 to 100. `parts`: the codes of the parts of a public reply that are missing."""

    points: int
    parts: tuple[str, ...]


@cache
def samples(language: str) -> tuple[Sample, ...]:
    file = Path(__file__).with_name("samples") / f"{language}.toml"
    return tuple(
        _sample(slug, language, data) for slug, data in tomllib.loads(file.read_text("utf-8")).items()
    )


def _sample(slug: str, language: str, data: Mapping[str, Any]) -> Sample:
    facts = Facts.from_dict({"problem": data["problem"], **data["facts"]})
    told = {name: data[name] for name in ("problem", "route", "manner", "stars", "text")}
    return Sample(slug=slug, language=language, facts=facts, **told)


def score(text: str, findings: Sequence[Finding], audience: str) -> Score:
    """An empty answer is worth nothing, a perfect one 100."""
    if any(finding.code == "empty" for finding in findings):
        return Score(points=0, parts=tuple(_PUBLIC_PARTS) if audience == PUBLIC else ())
    parts = _missing(text) if audience == PUBLIC else ()
    codes = [finding.code for finding in findings if finding.blocks]
    kinds = set(codes)
    missing = {code for code in kinds if code.startswith("missing_")}
    lost = FIRST_OF_A_KIND * len(kinds - missing) + PART * (len(missing) + len(parts))
    lost += AGAIN * (len(codes) - len(kinds))
    return Score(points=max(0, FULL - lost), parts=parts)


def _missing(text: str) -> tuple[str, ...]:
    said = unmark(normalise(text).lower())
    return tuple(code for code, part in _PUBLIC_PARTS.items() if not part.search(said))
