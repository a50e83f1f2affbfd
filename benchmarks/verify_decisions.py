"""How many decisions one core recomputes in a second: `python benchmarks/verify_decisions.py [COUNT]`.

Makes COUNT decisions (50,000) in a database of its own, nearly all with facts of their own, so that no cache
helps, then runs what `manage.py verify_decisions` runs. CPU time of one process; the database's own is not
in it with PostgreSQL (DATABASE_URL), and is with SQLite.
"""

import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
ROUNDS = 5  # the best one counts: who shares the cores takes from the others
AT_LEAST = 5_000  # a second and core: issue 4, Figures

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
_FOLDER = tempfile.mkdtemp(prefix="feedback-bench-")
os.environ.setdefault("SECRET_KEY", "only for this benchmark")
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_FOLDER}/bench.sqlite3")
os.environ.setdefault("DATA_DIR", _FOLDER)
os.environ["DJANGO_SETTINGS_MODULE"] = "feedback.settings"

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from feedback import bulk, history, policies  # noqa: E402
from feedback.models import Comment, Decision  # noqa: E402
from feedback.policy.decide import decide  # noqa: E402
from feedback.policy.facts import Facts, Fault, Problem  # noqa: E402
from feedback.policy.terms import Terms  # noqa: E402

NOW = datetime(2026, 11, 16, 3, tzinfo=UTC)


def facts(number: int, terms: Terms) -> Facts:
    value = Decimal(1000 * (number % 9_973))
    return Facts(
        problem=list(Problem)[number % len(Problem)].value,
        fault=list(Fault)[number // 7 % len(Fault)].value,
        fault_from="record",
        investigated=number % 3 > 0,
        lifetime_value=value,
        order_value=Decimal(50_000 + 10 * number),
        standing=str(terms.standing(value, "VND")),
        promise_broken=number % 11 == 0,
    )


def fill(count: int) -> None:
    policy, terms = policies.in_force(NOW)
    for start in range(0, count, 10_000):
        rows = []
        numbers = range(start, min(start + 10_000, count))
        words = {"said_at": NOW, "received_at": NOW, "channel": "review", "why": "unsolicited", "text": "…"}
        said = bulk.insert([bulk.unsaved(Comment, **words) for _ in numbers])
        for number, comment in zip(numbers, said, strict=True):
            known = facts(number, terms)
            decided = decide.__wrapped__(known, terms)
            rows.append(
                bulk.unsaved(
                    Decision,
                    comment_id=comment.pk,
                    policy_id=policy.pk,
                    terms_digest=terms.digest,
                    facts=known.as_dict(),
                    facts_digest=known.digest,
                    decision=decided.as_dict(),
                    decision_digest=decided.digest,
                    rule=str(decided.rule),
                    needs_approver=decided.needs_approver,
                    made_at=NOW,
                )
            )
        with transaction.atomic():
            bulk.insert(rows)


def main() -> None:
    call_command("migrate", verbosity=0)
    known = Decision.objects.count()
    if known < COUNT:
        fill(COUNT - known)
    distinct = Decision.objects.values("facts_digest").distinct().count()
    rates = []
    for _round in range(ROUNDS):
        decide.cache_clear()  # type: ignore[attr-defined]
        cpu = time.process_time()
        found = [difference for _row, difference in history.differences()]
        rates.append(len(found) / (time.process_time() - cpu))
    wrong = sum(map(bool, found))
    print(f"{len(found)} decisions ({distinct} different facts), {wrong} mismatches")
    print(
        f"a second of CPU time, {ROUNDS} rounds: best {max(rates):,.0f}, "
        f"median {statistics.median(rates):,.0f} (wanted: {AT_LEAST:,})"
    )
    sys.exit(0 if max(rates) >= AT_LEAST and not wrong else 1)


if __name__ == "__main__":
    main()
