"""What a version goes through before it counts: its proof, and the cases of the last months under it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from feedback import journal, leases, policies, shop
from feedback.models import Decision, Policy, PolicyTrial, User
from feedback.models.queue import LeasableQuerySet
from feedback.policy.compare import compare
from feedback.policy.facts import BadFacts, Facts
from feedback.policy.prove import program, prove
from feedback.policy.replay import Helped, Past, Step, by_threshold, replay
from feedback.policy.replay import helped as helped_from
from feedback.policy.terms import Terms

MONTH = timedelta(days=30.4375)
MOST_MONTHS = 36
MOST_CASES = 20_000  # that the page of thresholds looks at, the newest
Kind = PolicyTrial.Kind


class Busy(RuntimeError):
    """One is under way already."""


def ask(policy: Policy, kind: str, *, by: User, now: datetime, months: int | None = None) -> PolicyTrial:
    """Put a proof or a replay into the queue. Raises Busy, and policies.Stale once the version counts."""
    with journal.recording():
        if policy.state != Policy.State.PROPOSED:
            raise policies.Stale
        try:
            with transaction.atomic():
                # One that was given up makes room.
                PolicyTrial.objects.filter(policy=policy, kind=kind).given_up().update(finished_at=now)
                trial = PolicyTrial.objects.create(
                    policy=policy, kind=kind, months=months, asked_at=now, asked_by=by
                )
        except IntegrityError:
            raise Busy from None
        journal.log("policy tried", policy, by=by, kind=kind)
    return trial


def run(rows: Sequence[PolicyTrial], now: datetime) -> None:
    """The job, one at a time."""
    (trial,) = rows
    policy = Policy.objects.get(pk=trial.policy_id)
    terms = Terms.from_dict(policy.terms)
    if trial.kind == Kind.BACKTEST:
        result = backtest(terms, trial.months or 1, now)
        with journal.recording():
            leases.finish(rows, finished_at=timezone.now(), result=result)
        return
    proof = prove(terms)
    otherwise = _otherwise(terms, now) if proof.holds else None
    proved = {
        "proof": proof.as_dict(),
        "proof_holds": proof.holds,
        "proof_digest": terms.digest,
        "proof_program": program(),
        "proved_at": timezone.now(),
    }
    with journal.recording():
        leases.finish(rows, finished_at=timezone.now(), result=otherwise)
        if Policy.objects.filter(pk=policy.pk, state=Policy.State.PROPOSED).update(**proved):
            journal.log("policy proved", policy, holds=proof.holds, digest=terms.digest)


def _otherwise(terms: Terms, now: datetime) -> dict[str, Any]:
    """Which kinds of cases get another answer than by the version that counts now. Safe for JSON."""
    counts, before = policies.in_force(now)
    return compare(before, terms).as_dict() | {"against": counts.version}


def backtest(terms: Terms, months: int, now: datetime) -> dict[str, Any]:
    """The current decision of every case since then, answered again under the version that counts now and
    under `terms`. Safe for JSON."""
    counts, before = policies.in_force(now)
    currency = shop.current().currency
    unread: list[int] = []
    found = replay(past(now - months * MONTH, unread), before, terms, currency)
    found.skipped = len(unread)
    return found.as_dict() | {"currency": currency, "against": counts.version, "until": now.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """`steps` evenly from nothing to three times the threshold that counts; `asked`: at the reader's own.
    `is_all`: whether every case of the time was looked at."""

    steps: list[Step]
    asked: Step | None
    cases: int
    is_all: bool


def thresholds(terms: Terms, months: int, now: datetime, *, more: Decimal | None = None) -> Thresholds:
    currency = shop.current().currency
    sums = terms.money.get(currency)
    counts = sums.valued_from if sums and sums.valued_from else Decimal(1)
    wanted = [counts * step / 4 for step in range(13)]
    cases, is_all = looked_at(months, now)
    steps = by_threshold(cases, terms, currency, [*wanted, *([] if more is None else [more])])
    return Thresholds(
        steps=steps[:13],
        asked=steps[13] if more is not None else None,
        cases=len(cases),
        is_all=is_all,
    )


def looked_at(months: int, now: datetime) -> tuple[list[Past], bool]:
    """What `thresholds` looks at, and whether that is every case of the time."""
    cases = list(past(now - months * MONTH, [], most=MOST_CASES + 1))
    return cases[:MOST_CASES], len(cases) <= MOST_CASES


def helped(terms: Terms, months: int, now: datetime, threshold: Decimal) -> list[Helped]:
    """Whom `thresholds` counts at one of its steps."""
    cases, _is_all = looked_at(months, now)
    return helped_from(cases, terms, shop.current().currency, threshold)


def past(since: datetime, unread: list[int], *, most: int | None = None) -> Iterator[Past]:
    """Cases that were opened since then, the newest first, in one query. `unread` gathers the decisions
    whose facts cannot be read any more."""
    rows = Decision.objects.filter(is_current=True, case__opened_at__gte=since)
    columns = rows.order_by("-case__opened_at", "-pk").values_list(
        "pk", "facts_digest", "facts", "case__public_id", "case__customer", "case__opened_at"
    )
    zone = shop.zone()
    known: dict[str, Facts | None] = {}
    for pk, digest, given, name, customer, opened_at in columns[:most].iterator(chunk_size=2000):
        if digest not in known:
            known[digest] = _facts(given)
        if (facts := known[digest]) is None:
            unread.append(pk)
            continue
        month = opened_at.astimezone(zone).strftime("%Y-%m")
        yield Past(facts=facts, name=name, customer=customer, month=month)


def _facts(given: Any) -> Facts | None:
    try:
        return Facts.from_dict(given)
    except (BadFacts, TypeError, ValueError):
        return None


def to_try(now: datetime) -> LeasableQuerySet[PolicyTrial]:
    return PolicyTrial.objects.unfinished()


TRY = leases.Job(name="try policies", due=to_try, run=run, batch=1, tries=3)
