"""What an erasure does to surveys beside the columns: links open nothing, answers keep figures alone."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from feedback import leases
from feedback.belongings import Rows
from feedback.erasure import Part
from surveys.models import Answer, Invitation, InvitationToken
from surveys.questions import Kind

# What is counted. Any other kind of answer may hold words, those of kinds that are yet to come as well.
FIGURES = frozenset(Kind) - {Kind.TEXT_SHORT, Kind.TEXT_LONG, Kind.CONTACT}


def without_words(answer: Answer, field: str) -> Any:
    """A choice, a number and a day stay for the figures."""
    return getattr(answer, field) if answer.kind in FIGURES else ""


def stop(rows: Rows, now: datetime) -> None:
    """Their links open nothing any more. A reward that was only reserved is released by its own job."""
    InvitationToken.objects.filter(pk__among=list(rows.get("surveys.InvitationToken", ()))).delete()
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    _waiting(rows).filter(free).update(state=Invitation.State.SUPPRESSED, leased_by="", leased_until=None)


def is_going_out(rows: Rows, now: datetime) -> bool:
    leases.take_over_from_the_dead(_waiting(rows))
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    _waiting(rows).filter(free).update(state=Invitation.State.SUPPRESSED)
    return _waiting(rows).exists()


PART = Part(stop=stop, is_going_out=is_going_out)


def _waiting(rows: Rows):  # type: ignore[no-untyped-def]
    invitations = Invitation.objects.filter(pk__among=list(rows.get("surveys.Invitation", ())))
    return invitations.filter(state=Invitation.State.WAITING)
