"""The audit trail: `log` inside `recording`, one hash-chained Event per act, in the act's own transaction.

The chain has one end, so writers must queue for it. Events are therefore gathered and written as the very
last thing of the outermost `recording` block: the lock is held for a moment and never while other rows are
being locked, which is what would make two acts wait for each other.
"""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone as clock

from feedback import bulk
from feedback.models import Event, User

GENESIS = "0" * 64
_LAST = f"SELECT hash FROM {Event._meta.db_table} ORDER BY id DESC LIMIT 1"  # noqa: S608 the table's own name
_LOCK_KEY = 0x6665656462  # "feedb": PostgreSQL's advisory lock of the chain's end


class _Pending(threading.local):
    depth = 0

    def __init__(self) -> None:
        self.events: list[Event] = []


_pending = _Pending()


class NotRecording(RuntimeError):
    """`log` was called outside `recording`: the act would not be in one transaction with its Event."""


@contextmanager
def recording() -> Iterator[None]:
    """A transaction whose Events are written at its end. Nests; a failed inner block drops its own Events."""
    mark = len(_pending.events)
    _pending.depth += 1
    try:
        with transaction.atomic():
            yield
            if _pending.depth == 1:
                _write(_pending.events)
                _pending.events.clear()
    except BaseException:
        del _pending.events[mark:]
        raise
    finally:
        _pending.depth -= 1


def log(verb: str, subject: models.Model | str, *, by: User | None = None, **data: Any) -> None:
    """Note one act. `data` holds ids, states and amounts, never a customer's words or contact data."""
    if _pending.depth == 0:
        raise NotRecording(verb)
    name = subject if isinstance(subject, str) else f"{subject._meta.label_lower}:{subject.pk}"
    who = by.pk if by else None
    _pending.events.append(
        bulk.unsaved(
            Event, at=clock.now(), verb=verb, subject=name, by_id=who, data=data, previous="", hash=""
        )
    )


def verify(events: Iterator[Event] | None = None) -> int | None:
    """The id of the first Event that does not fit the chain, or None when all do. Reads all, in order."""
    previous = GENESIS
    for event in events if events is not None else Event.objects.order_by("id").iterator(2000):
        if event.previous != previous or event.hash != _hash(event):
            return event.pk
        previous = event.hash
    return None


def _write(events: list[Event]) -> None:
    if not events:
        return
    previous = _end_of_chain()
    for event in events:
        event.previous = previous
        previous = event.hash = _hash(event)
    bulk.insert(events)


def _end_of_chain() -> str:
    """In plain SQL, and in one go: whoever records an act waits for whoever is here. On PostgreSQL the second
    statement sees what is there when it begins: all that was written before the lock was had."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT pg_advisory_xact_lock({_LOCK_KEY}); {_LAST}")
            cursor.nextset()
        else:
            cursor.execute(_LAST)
        found = cursor.fetchone()
    return found[0] if found else GENESIS


def _hash(event: Event) -> str:
    at: datetime = event.at.astimezone(UTC)
    content = [
        event.previous,
        at.isoformat(timespec="microseconds"),
        event.verb,
        event.subject,
        event.by_id,
        event.data,
    ]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
