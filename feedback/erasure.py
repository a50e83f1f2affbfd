"""Erase one person: what stops at once, what is waited for, what goes, and what stays for the figures (L15).

A job in steps, each safe to repeat: *asked* → nothing goes out any more → what is just going out has ended
→ files → every table, in one transaction → a moment later once more, for whoever was writing just then. What
goes is the map's to say (feedback.data_map); the apps add what no column can, by `settings.FORGETTING`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Value
from django.utils import timezone
from django.utils.module_loading import import_string

from feedback import belongings, data_map, forgotten, journal, lapsed, leases, tokens
from feedback.belongings import Rows, model_of
from feedback.data_map import Personal
from feedback.models import Comment, Customer, Erasure, User
from feedback.models.own_data import ErasureQuerySet

Stage = Erasure.Stage
MADE_UP = "erased-"  # how a name begins that stands where one has to
GOES_OUT = timedelta(seconds=5)  # what a mail server or a platform is just being told
ONCE_MORE = timedelta(minutes=1)  # longer than any request


def _nothing(rows: Rows, now: datetime) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What an app has to do beside the columns, each safe to repeat.

    `line`: locks of its own, before those of the kernel. `stop`: nothing of theirs goes out any more.
    `is_going_out`: something is, just now. `files`: outside the database. `first` and `last`: in the
    transaction that empties the tables, before and after.
    """

    line: Callable[[Rows, datetime], None] = _nothing
    stop: Callable[[Rows, datetime], None] = _nothing
    is_going_out: Callable[[Rows, datetime], bool] = lambda rows, now: False
    files: Callable[[Rows, datetime], None] = _nothing
    first: Callable[[Rows, datetime], None] = _nothing
    last: Callable[[Rows, datetime], None] = _nothing


def ask(
    customer: Customer | None = None, *, comment: Comment | None = None, how: str, by: User | None = None
) -> Erasure:
    """Put it into the queue, once. `by`: who of the shop noted it; None: they themselves."""
    whose = {"customer": customer, "comment": comment}
    with journal.recording():
        # Two presses stand in line here: no insert has to fail.
        (Customer if customer else Comment).objects.select_for_update(no_key=True).get(
            pk=(customer or comment).pk  # type: ignore[union-attr]
        )
        found = Erasure.objects.unfinished().filter(**whose).first()
        if found is not None:
            return found
        asked = Erasure.objects.create(**whose, how=how, asked_by=by, asked_at=timezone.now())
        journal.log("erasure asked for", asked, by=by, how=how, customer=customer.pk if customer else None)
    return asked


def due(now: datetime) -> ErasureQuerySet:
    return Erasure.objects.unfinished()


def step(rows: Sequence[Erasure], now: datetime) -> None:
    """The job."""
    (asked,) = rows
    found = _rows(asked)
    if asked.stage == Stage.ASKED:
        with journal.recording():
            if not _is_called_off(asked, found, now):
                _stop(found, now)
                leases.finish(rows, stage=Stage.STOPPED)
        return
    if asked.stage == Stage.EMPTIED:  # whoever wrote at the same moment
        with journal.recording():
            _stop(found, now)
    if _is_going_out(found, now):
        _wait(asked, now, GOES_OUT)
        return
    for part in _parts():
        part.files(found, now)
    _leave_no_trace_on_the_disk()
    with journal.recording():
        _empty_and_note(asked, now)
    _tidy()


ERASE = leases.Job(name="erase a person", due=due, run=step, batch=1, tries=8)


def _is_called_off(asked: Erasure, found: Rows, now: datetime) -> bool:
    """Nobody asked but the clock, and meanwhile they bought or wrote: then they are a customer still."""
    if asked.how != Erasure.How.RETENTION or asked.customer is None:
        return False
    _lock(found, now)
    if lapsed.is_lapsed(asked.customer, lapsed.before(now)):
        return False
    journal.log("erasure called off", asked, customer=asked.customer_id)
    asked.delete()
    return True


def _rows(asked: Erasure) -> Rows:
    if asked.customer is not None:
        return belongings.of(asked.customer)
    assert asked.comment_id is not None
    return belongings.of_comment(asked.comment_id)


def _parts() -> list[Part]:
    return [import_string(path) for path in settings.FORGETTING]


def _stop(found: Rows, now: datetime) -> None:
    _lock(found, now)
    customers = Customer.objects.filter(pk__among=list(found.get("feedback.Customer", ())))
    customers.filter(erased_at=None).update(erased_at=now)
    for part in _parts():
        part.stop(found, now)


def _lock(found: Rows, now: datetime) -> None:
    """In the order in which granting, approving and reading lock: orders, customers, words."""
    for part in _parts():
        part.line(found, now)
    for label in ("feedback.Order", "feedback.Customer", "feedback.Comment"):
        rows = model_of(label)._base_manager.filter(pk__among=list(found.get(label, ())))
        list(rows.select_for_update(no_key=True).order_by("pk").values("pk"))


def _is_going_out(found: Rows, now: datetime) -> bool:
    """Words that the machine reads first, so that they count; letters and replies in somebody's hands."""
    unread = Comment.objects.unread().filter(
        pk__among=list(found.get("feedback.Comment", ())), failed_at=None
    )
    return unread.exists() or any(part.is_going_out(found, now) for part in _parts())


def _wait(asked: Erasure, now: datetime, pause: timedelta) -> None:
    held = Erasure.objects.filter(pk=asked.pk, leased_by=leases.owner())
    held.update(leased_by="", leased_until=None, retry_at=now + pause)


def _empty_and_note(asked: Erasure, now: datetime) -> None:
    _lock(_rows(asked), now)
    found = _rows(asked)  # with what came in before the lock
    customers = Customer.objects.filter(pk__among=list(found.get("feedback.Customer", ())))
    root = asked.customer
    for what, column in ((forgotten.What.EMAIL, "email"), (forgotten.What.PHONE, "phone")):
        known = customers.exclude(**{column: ""}).values_list(column, flat=True)
        forgotten.note(what, list(known), root, now)
    for part in _parts():
        part.first(found, now)
    emptied, deleted = empty(found)
    for part in _parts():
        part.last(found, now)
    if asked.stage == Stage.EMPTIED:
        leases.finish([asked], stage=Stage.FINISHED, finished_at=now)
        journal.log("erasure finished", asked, by=asked.asked_by, customer=asked.customer_id)
        return
    leases.finish([asked], stage=Stage.EMPTIED, emptied_at=now, emptied=emptied, deleted=deleted)
    Erasure.objects.filter(pk=asked.pk).update(retry_at=now + ONCE_MORE)
    journal.log(
        "person erased",
        asked,
        by=asked.asked_by,
        customer=asked.customer_id,
        emptied=emptied,
        deleted=deleted,
    )


def empty(found: Rows) -> tuple[int, int]:
    """Do what the map says with every row. How many were emptied, and how many deleted."""
    emptied = deleted = 0
    gone = [label for label in found if _goes(label)]
    for label in found.keys() - set(gone):
        rows = model_of(label)._base_manager.filter(pk__among=list(found[label]))
        emptied += empty_columns(rows, data_map.of_model(label))
    for label in gone:
        _all, by_model = model_of(label)._base_manager.filter(pk__among=list(found[label])).delete()
        deleted += sum(by_model.values())
    return emptied, deleted


def _goes(label: str) -> bool:
    """The row itself goes."""
    return any(one.erasure is data_map.Erasure.DELETE for one in data_map.of_model(label).values())


def empty_columns(rows: models.QuerySet[Any], declared: Mapping[str, Personal]) -> int:
    """What the map says of each of these columns; how many rows there were."""
    fields = {name: rows.model._meta.get_field(name) for name in declared}
    blank = {
        name: nothing(fields[name], one)
        for name, one in declared.items()
        if one.erasure is data_map.Erasure.BLANK and not one.cut
    }
    anew = [name for name, one in declared.items() if one.erasure is data_map.Erasure.ANEW]
    cut = {name: import_string(one.cut) for name, one in declared.items() if one.cut}
    if anew or cut:
        each = list(rows)
        for row in each:
            for name in anew:
                setattr(row, name, made_up(fields[name]))
            for name, without_words in cut.items():
                setattr(row, name, without_words(row, name))
        rows.model._base_manager.bulk_update(each, [*anew, *cut], batch_size=200)
    if blank:
        return rows.update(**blank)
    return len(each) if anew or cut else 0


def nothing(field: models.Field, one: Personal) -> Any:
    """What an empty column holds."""
    if isinstance(field, models.JSONField):
        return Value(field.get_default() if field.has_default() else "", models.JSONField())
    if isinstance(field, models.CharField | models.TextField):
        return one.instead
    return b"" if isinstance(field, models.BinaryField) else None


def made_up(field: models.Field) -> str:
    """Fits where something has to stand and to differ; says nothing."""
    name = f"{MADE_UP}{tokens.public_id()}"
    return f"{name}@erased.invalid" if isinstance(field, models.EmailField) else name[: field.max_length]


def _leave_no_trace_on_the_disk() -> None:
    """SQLite leaves what was deleted in the pages of its file, unless it is told to overwrite it."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def _tidy() -> None:
    """What SQLite wrote ahead goes into the file, and its log is cut; unless somebody else reads just now."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
