"""What the kernel has to do for an erasure beside the columns: cases end, mail stops, files and logs are gone
through. A feedback.erasure.Part."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Q

from feedback import data_map, leases
from feedback.belongings import Rows
from feedback.erasure import Part
from feedback.models import (
    Case,
    Customer,
    Departed,
    ExpectedValue,
    MailAddress,
    Message,
    OutgoingMail,
    Promise,
    WalletShare,
)

_BETWEEN_MAILS = b"\n" + b"-" * 79 + b"\n"  # as Django's file backend writes them
_SHORTEST = 3  # letters of a name that is looked for in a session


def stop(rows: Rows, now: datetime) -> None:
    cases = Case.objects.filter(pk__among=list(rows.get("feedback.Case", ())))
    cases.exclude(state=Case.State.CLOSED).update(
        state=Case.State.CLOSED, closed_at=now, leased_by="", leased_until=None
    )
    Promise.objects.filter(case__in=cases, state=Promise.State.OPEN).update(
        state=Promise.State.WITHDRAWN, settled_at=now
    )
    unsent = [Message.State.DRAFT, Message.State.APPROVED]
    Message.objects.filter(case__in=cases, state__in=unsent).update(state=Message.State.DISCARDED)
    waiting = _mails(rows).filter(Q(leased_until=None) | Q(leased_until__lt=now))
    waiting.update(state=OutgoingMail.State.SUPPRESSED, text="", html="", leased_by="", leased_until=None)


def is_going_out(rows: Rows, now: datetime) -> bool:
    """A letter is in a worker's hands. What a dead one held is stopped the next time."""
    leases.take_over_from_the_dead(_mails(rows))
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    _mails(rows).filter(free).update(state=OutgoingMail.State.SUPPRESSED, text="", html="")
    return _mails(rows).exists()


def files(rows: Rows, now: datetime) -> None:
    """Letters that were written into files instead of being sent (EMAIL_URL is empty, or a folder)."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    needles = [email.encode() for email in _known(rows, "email")]
    if not folder or not needles:
        return
    for path in sorted(Path(folder).glob("*.log")):
        _take_out(path, needles)


def first(rows: Rows, now: datetime) -> None:
    """While the names are still known: what was noted elsewhere, and that this address wants no mail."""
    emails = [email.lower() for email in _known(rows, "email")]
    for kept in (Departed, ExpectedValue, WalletShare):
        kept.objects.filter(customer__among=list(rows.get("feedback.Customer", ()))).delete()
    MailAddress.objects.filter(email__in=emails, unsubscribed_at=None).update(unsubscribed_at=now)
    _clear_admin_log(rows)
    _end_sessions([*_known(rows, "name"), *emails, *_known(rows, "phone")])


PART = Part(stop=stop, is_going_out=is_going_out, files=files, first=first)


def _mails(rows: Rows):  # type: ignore[no-untyped-def]
    mails = OutgoingMail.objects.filter(pk__among=list(rows.get("feedback.OutgoingMail", ())))
    return mails.filter(state=OutgoingMail.State.WAITING)


def _known(rows: Rows, column: str) -> list[str]:
    customers = Customer.objects.filter(pk__among=list(rows.get("feedback.Customer", ())))
    return list(customers.exclude(**{column: ""}).values_list(column, flat=True))


def _take_out(path: Path, needles: Iterable[bytes]) -> None:
    """A letter goes as a whole, the others in the file stay. A crash leaves the one file or the other."""
    whole = path.read_bytes()
    letters = whole.split(_BETWEEN_MAILS)
    kept = [one for one in letters if not any(needle in one.lower() for needle in needles)]
    if len(kept) == len(letters):
        return
    if not any(one.strip() for one in kept):
        path.unlink()
        return
    fresh = path.with_suffix(".part")
    fresh.write_bytes(_BETWEEN_MAILS.join(kept))
    fresh.replace(path)


def _clear_admin_log(rows: Rows) -> None:
    instead = data_map.PERSONAL["admin.LogEntry.object_repr"].instead
    for kind in ContentType.objects.filter(pk__in=LogEntry.objects.values("content_type")):
        model = kind.model_class()
        keys = rows.get(model._meta.label, ()) if model else ()
        if keys:
            LogEntry.objects.filter(content_type=kind, object_id__in=[str(key) for key in keys]).update(
                object_repr=instead, change_message=""
            )


def _end_sessions(words: Iterable[str]) -> None:
    """A message on a staff member's page may still name them: whoever has it logs in again."""
    needles = [word.lower() for word in words if len(word) >= _SHORTEST]
    for session in Session.objects.iterator():
        held = json.dumps(session.get_decoded(), ensure_ascii=False, default=str).lower()
        if any(needle in held for needle in needles):
            session.delete()
