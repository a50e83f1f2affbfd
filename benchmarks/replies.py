"""Replies: composed and looked at by the lint, a second of CPU time and one core.

    .venv/bin/python benchmarks/replies.py [--rounds 5] [--many 400]

Every round makes a public and a private text in each language for a spread of decisions, each with its own
seed, and looks at it as before an approval: with the decision, a name and the customer's own data. The
fastest round counts. "Lint, unseen" looks at texts whose every sentence is new to it, so that nothing that it
remembers helps.
"""

import argparse
import sys
import time
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from feedback.policy.decide import decide  # noqa: E402
from feedback.policy.facts import Facts  # noqa: E402
from feedback.policy.terms import Terms  # noqa: E402
from feedback.wording.compose import compose  # noqa: E402
from feedback.wording.lint import lint  # noqa: E402

CASES = [
    {"problem": "damaged", "fault": "ours", "fault_from": "record", "order_value": 250_000},
    {"problem": "late"},
    {"problem": "wrong_address", "fault": "customer", "order_value": 250_000},
    {"problem": "safety"},
    {"problem": "none", "fault": "none"},
    {"problem": "not_received", "dispute": "open"},
]
NEEDLES = ("Nguyễn Thị Lan", "lan@example.com", "0912345678", "AB-7781")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--many", type=int, default=400)
    chosen = options.parse_args()
    terms = Terms.shipped()
    decisions = [(case["problem"], decide(Facts.from_dict(case), terms)) for case in CASES]
    print(f"{'':22}{'compose + lint':>16}{'lint, unseen':>16}   a second of CPU")
    for audience in ("public", "private"):
        for language in ("vi", "en"):
            made = islice(cycle(decisions), chosen.many)
            jobs = [(problem, decision, f"{n}") for n, (problem, decision) in enumerate(made)]
            both = _fastest(chosen.rounds, lambda: _round(jobs, audience, language))  # noqa: B023
            unseen = _fastest(1, lambda: _unseen(jobs, audience, language))  # noqa: B023
            print(f"{audience:10}{language:12}{chosen.many / both:16,.0f}{chosen.many / unseen:16,.0f}")


def _fastest(rounds, work) -> float:
    took = []
    for _ in range(rounds):
        begun = time.process_time()
        spared = work() or 0.0
        took.append(time.process_time() - begun - spared)
    return min(took)


def _round(jobs, audience, language) -> None:
    for problem, decision, seed in jobs:
        text = compose(decision, audience=audience, language=language, problem=problem, seed=seed, name="Lan")
        _look(text, audience, language, decision)


def _unseen(jobs, audience, language) -> float:
    """A number in every sentence makes it a new one; making the texts is not counted."""
    begun = time.process_time()
    texts = [
        (compose(decision, audience=audience, language=language, problem=problem, seed=seed), decision)
        for problem, decision, seed in jobs
    ]
    new = [(text.replace(".", f" x{n}."), decision) for n, (text, decision) in enumerate(texts)]
    spared = time.process_time() - begun
    for text, decision in new:
        _look(text, audience, language, decision)
    return spared


def _look(text, audience, language, decision) -> None:
    name = "Lan" if audience == "private" else ""
    lint(text, audience=audience, language=language, decision=decision, name=name, needles=NEEDLES)


if __name__ == "__main__":
    main()
