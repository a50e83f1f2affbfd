"""Which kinds of cases a version decides otherwise, as its page shows it (feedback.policy.compare)."""

from collections.abc import Iterator, Mapping
from typing import Any

from feedback import labels, policy_words
from feedback.models import Policy, PolicyTrial
from feedback.policy.facts import Problem

_NAMED = 5  # problems in a row; the rest as a number


def of(policy: Policy) -> dict[str, Any] | None:
    """As the newest proof found it; None where none did: it failed, or an older program made it."""
    done = PolicyTrial.objects.filter(policy=policy, kind=PolicyTrial.Kind.PROOF, result__isnull=False)
    newest = done.order_by("-finished_at", "-pk").first()
    return newest.result if newest else None


def shown(found: Mapping[str, Any], language: str) -> dict[str, Any]:
    rows = [_row(one, language) for one in found["kinds"]]
    return {
        "cases": found["cases"],
        "changed": found["changed"],
        "against": found["against"],
        "unmeant": [row for row in rows if not row["is_meant"]],
        "meant": [row for row in rows if row["is_meant"]],
        "is_beside_a_right": any(row["is_by_right"] and not row["is_meant"] for row in rows),
    }


def _row(one: Mapping[str, Any], language: str) -> dict[str, Any]:
    before, after = (labels.known(policy_words.RULES, one[name]) for name in ("rule", "rule_after"))
    return {
        "is_meant": one["is_meant"],
        "is_by_right": one["rule"] == one["rule_after"] == "statutory_right",
        "answer": before,
        "answer_after": "" if one["rule"] == one["rule_after"] else after,
        "differs": policy_words.DIFFERS[one["differs"]],
        "is_of_all": len(one["problems"]) >= len(Problem) - 1,  # "no problem" is none
        "problems": ", ".join(_problems(one["problems"])),
        "more": max(0, len(one["problems"]) - _NAMED),
        "n": one["n"],
        "facts": policy_words.facts_in_a_sentence(one["facts"], language),
        "before": policy_words.answer_in_words(one["before"], language),
        "after": policy_words.answer_in_words(one["after"], language),
    }


def _problems(counts: Mapping[str, int]) -> Iterator[str]:
    """Those of the most kinds of cases first."""
    for name, _n in sorted(counts.items(), key=lambda one: -one[1])[:_NAMED]:
        yield str(labels.known(labels.PROBLEMS, name))
