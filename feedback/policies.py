"""The versions of the policy: which one counts, and a new one's way there.

Proposed by a manager, proved by a job, spoken to by an advocate (S2-8), adopted by a manager. The Terms that
come with the program are a version like any other.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from feedback import journal, shop
from feedback.models import Policy, PolicyTrial, User
from feedback.policy.prove import program
from feedback.policy.terms import BadTerms, Terms

TRIES = 20
FARTHEST = 2200  # the last year that a version may begin or end in
MONTHS = 6  # that a new version is replayed over, unless somebody asks for others
State = Policy.State


class Stale(RuntimeError):
    """It is not in the state any more that the act was meant for."""


class NotReady(RuntimeError):
    """It cannot be adopted yet; `reason`: unproved, fails, unspoken, over."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OwnWords(RuntimeError):
    """Whoever wrote a version cannot speak for the customers on it."""


def live(now: datetime) -> Policy | None:
    """The version that counts at `now`; None before anything was decided here.

    Two clocks need not agree to the second: a moment before the program's own first version is within it.
    """
    return Policy.objects.in_force_at(now).first() or _first_of_ours(now)


def _first_of_ours(now: datetime) -> Policy | None:
    counted = Policy.objects.filter(state__in=Policy.COUNTED)
    if counted.filter(starts_at__lte=now).exists():
        return None
    return counted.filter(author=None).order_by("starts_at").first()


def in_force(now: datetime) -> tuple[Policy, Terms]:
    """What to decide by. While the shop has no policy of its own, the shipped Terms become the next version
    whenever an update of the program brings other ones: what was decided before stays provable."""
    policy, shipped = live(now), Terms.shipped()
    if policy is None or _is_outdated(policy, shipped):
        policy = _adopt_shipped(shipped, now)
    return policy, Terms.from_dict(policy.terms)


def propose(
    data: Mapping[str, Any], *, comment: str, by: User, now: datetime, months: int = MONTHS
) -> Policy:
    """The next version, with its proof and a replay in the queue. Raises BadTerms naming the field.

    Its number is its name in the terms too, whatever a file called it.
    """
    terms = Terms.from_dict(dict(data) | {"comment": comment})  # before anything is locked
    _check_days(terms, shop.day(now))
    starts_at = _midnight(terms.starts_on) if terms.starts_on else now
    ends_at = _midnight(terms.ends_on + timedelta(days=1)) if terms.ends_on else None
    columns = {"author": by, "comment": comment, "made_at": now, "ends_at": ends_at}
    with journal.recording():
        policy = _next(terms.as_dict(), starts_at=max(starts_at, now), **columns)
        for kind, over in ((PolicyTrial.Kind.PROOF, None), (PolicyTrial.Kind.BACKTEST, months)):
            PolicyTrial.objects.create(policy=policy, kind=kind, months=over, asked_at=now, asked_by=by)
        journal.log("policy proposed", policy, by=by, version=policy.version, digest=policy.digest)
    return policy


def speak(policy: Policy, comment: str, *, by: User, now: datetime) -> None:
    """S2-8: what the customers' advocate says to it once the proof has run, whatever that found; it is said
    once, and kept. Raises OwnWords, NotReady, Stale."""
    if policy.author_id == by.pk:
        raise OwnWords
    with journal.recording():
        held = _locked(policy)
        if held.state == State.PROPOSED and why_not(held, now) == "unproved":
            raise NotReady("unproved")
        waiting = Policy.objects.filter(pk=policy.pk, state=State.PROPOSED, advocate=None)
        if not waiting.update(advocate=by, advocate_comment=comment, advocate_at=now):
            raise Stale
        journal.log("policy spoken to", policy, by=by, version=policy.version)


def why_not(policy: Policy, now: datetime) -> str:
    """Why it cannot be adopted yet: unproved, fails, unspoken, over; "" when it can."""
    if (
        policy.proof_holds is None
        or policy.proof_digest != policy.digest
        or policy.proof_program != program()
    ):
        return "unproved"
    if not policy.proof_holds:
        return "fails"
    if policy.advocate_id is None:
        return "unspoken"
    return "over" if policy.ends_at and policy.ends_at <= now else ""


def adopt(policy: Policy, *, by: User, now: datetime) -> Policy:
    """It counts from its day on, at the earliest from now. Raises NotReady, Stale.

    What is checked here is checked on the row as it is locked, and once more by the database
    (no_policy_counts_unproved_or_unspoken).
    """
    with journal.recording():
        held = _locked(policy)
        if held.state != State.PROPOSED:
            raise Stale
        if reason := why_not(held, now):
            raise NotReady(reason)
        adopted = {"state": State.ADOPTED, "adopted_by": by, "adopted_at": now}
        if not _still_proposed(policy).update(starts_at=max(held.starts_at, now), **adopted):
            raise Stale
        journal.log("policy adopted", policy, by=by, version=policy.version, digest=policy.digest)
    policy.refresh_from_db()
    return policy


def _locked(policy: Policy) -> Policy:
    return Policy.objects.select_for_update(no_key=True).get(pk=policy.pk)


def _still_proposed(policy: Policy) -> QuerySet[Policy]:
    """Compared as it is written: nobody may have adopted or withdrawn it meanwhile."""
    return Policy.objects.filter(pk=policy.pk, state=State.PROPOSED)


def withdraw(policy: Policy, *, by: User) -> None:
    """A proposal that is not meant any more. Raises Stale once it counts."""
    with journal.recording():
        if not _still_proposed(policy).update(state=State.WITHDRAWN):
            raise Stale
        PolicyTrial.objects.filter(policy=policy, finished_at=None).update(finished_at=timezone.now())
        journal.log("policy withdrawn", policy, by=by, version=policy.version)


def _next(terms: Mapping[str, Any], **columns: Any) -> Policy:
    """The row under the next free number. Two who write at once get one number each."""
    for _try in range(TRIES):
        version = (Policy.objects.aggregate(last=Max("version"))["last"] or 0) + 1
        named = Terms.from_dict(dict(terms) | {"version": str(version)})
        try:
            with transaction.atomic():
                return Policy.objects.create(
                    version=version, terms=named.as_dict(), digest=named.digest, **columns
                )
        except IntegrityError:
            continue
    raise Stale


def _is_outdated(policy: Policy, shipped: Terms) -> bool:
    return policy.author_id is None and policy.digest != shipped.digest


def _adopt_shipped(shipped: Terms, now: datetime) -> Policy:
    """Once, however many processes decide at the same moment: the number is taken first, then one looks
    again, so that who comes second finds either the row or its number."""
    for _try in range(TRIES):
        version = (Policy.objects.aggregate(last=Max("version"))["last"] or 0) + 1
        found = live(now)
        if found is not None and not _is_outdated(found, shipped):
            return found
        with journal.recording():
            policy, created = Policy.objects.get_or_create(
                version=version,
                defaults={
                    "terms": shipped.as_dict(),
                    "digest": shipped.digest,
                    "state": State.ADOPTED,
                    "starts_at": now,
                    "made_at": now,
                    "adopted_at": now,
                    "comment": shipped.comment,
                },
            )
            if created:
                journal.log("policy adopted", policy, version=version, digest=shipped.digest)
                return policy
    raise Stale


def _check_days(terms: Terms, today: date) -> None:
    for name in ("starts_on", "ends_on"):
        day = getattr(terms, name)
        if day and day.year > FARTHEST:
            raise BadTerms(name, _("is too far away"))
    if terms.starts_on and terms.starts_on < today:
        raise BadTerms("starts_on", _("is over already: leave it out to begin at once"))
    if terms.ends_on and terms.ends_on < today:
        raise BadTerms("ends_on", _("is over already"))


def _midnight(day: date) -> datetime:
    """The beginning of the shop's own day."""
    return datetime(day.year, day.month, day.day, tzinfo=shop.zone())
