"""Alerts that a replaced definition of leaving raised, and that hold no more by the one that counts."""

from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from feedback import journal
from feedback.defections import CONTACTED, Stale, State
from feedback.models import Defection, DefectionRule, Departed, Event, User


def of_earlier(version: DefectionRule) -> QuerySet[Defection]:
    """Alerts of definitions before this one that nobody has worked on yet, whether they hold or not."""
    key = Concat(Value(f"{Defection._meta.label_lower}:"), Cast(OuterRef("pk"), CharField()))
    worked_on = Event.objects.filter(subject=key, verb=CONTACTED)  # also that nobody was reached
    untouched = Defection.objects.filter(state=State.OPEN, cause="", said="", whys="", contacted_at=None)
    return untouched.exclude(rule=version).exclude(Exists(worked_on))


def has_judged(version: DefectionRule, now: datetime) -> bool:
    """The job has looked at everybody by this definition, and nobody asked for another look since."""
    return version.rule is not None and version.judged_at is not None and version.judge_at > now


def outdated(version: DefectionRule, now: datetime) -> QuerySet[Defection]:
    """Those `of_earlier` who have not left by this definition. None of them until the job has judged."""
    if not has_judged(version, now):
        return Defection.objects.none()
    left = Departed.objects.filter(customer=OuterRef("customer"))
    return of_earlier(version).exclude(Exists(left))


def withdraw(version: DefectionRule, *, by: User, now: datetime) -> int:
    """Closes what is `outdated`, all of it or nothing; how many. `version` as the page showed it: raises
    Stale where another definition counts, or the job has looked since. Done twice it closes nobody twice."""
    with journal.recording():
        counts = DefectionRule.objects.in_force().select_for_update(no_key=True).first()
        if counts != version or counts is None or counts.judged_at != version.judged_at:
            raise Stale
        rows = list(outdated(counts, now).select_for_update(no_key=True, of=("self",)).order_by("pk"))
        Defection.objects.filter(pk__among=[row.pk for row in rows]).update(state=State.WITHDRAWN)
        for row in rows:
            journal.log("defection withdrawn", row, by=by, rule=row.rule_id, replaced_by=counts.pk)
    return len(rows)
