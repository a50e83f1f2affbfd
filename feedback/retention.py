"""Let go of what is past its days (L16): a rule for each kind of data, run by a job at night, in batches.

How long is the map's to say (feedback.data_map); the apps name the rows, by `settings.RETENTION`. Each batch
is one transaction: its rows, its Event and the place where the next one goes on. Killed, it was done or not.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from feedback import belongings, data_map, erasure, journal, lapsed, leases, shop
from feedback.data_map import WHILE_CUSTOMER, WHOSE, Personal
from feedback.models import Event, Keeping
from feedback.models.queue import LeasableQuerySet

AT_NIGHT = time(3)  # on the shop's own clock
VERB = "data let go"
Keys = Sequence[Any]


def _nothing_beside(before: datetime) -> int:
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of data. `columns` of the map (all kept equally long) end here.

    `past`: rows from before a moment that still hold something. `let_go`: does away with it, within a
    transaction; safe to repeat. `files`: the same for what lies outside the database, how many went.
    """

    name: str
    what: str | Promise  # the kind of data, in plain words
    since: str | Promise  # what the days are counted from
    becomes: str | Promise  # what stays afterwards
    columns: tuple[str, ...]
    past: Callable[[datetime], models.QuerySet[Any]]
    let_go: Callable[[Keys, datetime], None]
    tables: Callable[[Keys], Mapping[str, int]] | None = None  # rows that go, by model; None: the keys'
    files: Callable[[datetime], int] = _nothing_beside
    batch: int = 500
    is_timed: bool = True  # False: it ends with something else, not after days of its own

    @property
    def days(self) -> int:
        return days_of(data_map.PERSONAL[self.columns[0]])

    def before(self, now: datetime) -> datetime:
        return now - timedelta(days=self.days)


def days_of(one: Personal) -> int:
    """WHILE_CUSTOMER is what the shop sets: years after whatever came last (feedback.lapsed)."""
    return lapsed.days() if one.days is WHILE_CUSTOMER else one.days


def of_customers() -> tuple[str, ...]:
    """The columns that end with the customer they are about, found as an erasure finds them."""
    return tuple(
        name
        for name, one in data_map.PERSONAL.items()
        if one.days is WHILE_CUSTOMER and name.rpartition(".")[0] in WHOSE and name not in data_map.STAYS
    )


@cache
def rules() -> dict[str, Rule]:
    """By name, in the order in which they are shown."""
    return {rule.name: rule for path in settings.RETENTION for rule in import_string(path)}


def due(now: datetime) -> LeasableQuerySet:
    set_up(now)
    return Keeping.objects.filter(rule__in=list(rules()), next_at__lte=now)


def set_up(now: datetime) -> None:
    """A row for each rule. A new one begins in the night: whoever installed it can look first."""
    if Keeping.objects.filter(rule__in=list(rules())).count() < len(rules()):
        rows = [Keeping(rule=name, next_at=next_night(now)) for name in rules()]
        Keeping.objects.bulk_create(rows, ignore_conflicts=True)


def run(rows: Sequence[Keeping], now: datetime) -> None:
    """The job: one batch of one rule. A full batch: it goes on at once; else the next night."""
    (kept,) = rows
    rule = rules()[kept.rule]
    before = rule.before(now)
    with journal.recording():
        keys = _some(rule, before)
        rule.let_go(keys, now)
        _note(kept, rule, len(keys), now)
    if len(keys) < rule.batch and (files := rule.files(before)):
        with journal.recording():
            journal.log(VERB, kept, rule=rule.name, files=files)


KEEP = leases.Job(name="let go of old data", due=due, run=run, batch=1)


def _some(rule: Rule, before: datetime) -> list[Any]:
    past = rule.past(before).order_by("pk")
    return list(past.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True)[: rule.batch])


def _note(kept: Keeping, rule: Rule, gone: int, now: datetime) -> None:
    """`done` counts on while a run goes on: it began at `next_at`, which stays until nothing is left."""
    goes_on = kept.done_at is not None and kept.next_at is not None and kept.done_at >= kept.next_at
    is_full = gone == rule.batch
    leases.finish(
        [kept],
        days=rule.days,
        done=gone + (kept.done if goes_on else 0),
        done_at=now,
        next_at=kept.next_at if is_full else next_night(now),
    )
    if gone:
        journal.log(VERB, kept, rule=rule.name, rows=gone, days=rule.days)


def next_night(now: datetime) -> datetime:
    today = shop.day(now)
    tonight = datetime.combine(today, AT_NIGHT, shop.zone())
    return (tonight if tonight > now else tonight + timedelta(days=1)).astimezone(UTC)


def begin(now: datetime) -> None:
    """Do not wait for the night."""
    set_up(now)
    Keeping.objects.filter(rule__in=list(rules())).update(next_at=now, retry_at=None, failed_at=None, tries=0)


def foresee(now: datetime) -> Iterator[tuple[Rule, dict[str, int]]]:
    """What would go: each rule, and its rows by table. Writes nothing."""
    for rule in rules().values():
        keys = list(rule.past(rule.before(now)).values_list("pk", flat=True))
        if rule.tables is not None:
            yield rule, {label: n for label, n in sorted(rule.tables(keys).items()) if n} if keys else {}
        else:
            yield rule, {rule.columns[0].rpartition(".")[0]: len(keys)} if keys else {}


def kept() -> list[Keeping]:
    """In the order of the rules."""
    rows = {row.rule: row for row in Keeping.objects.all()}
    return [rows[name] for name in rules() if name in rows]


def lately(most: int) -> list[Event]:
    """What went, the newest first, as the audit trail has it."""
    subjects = [f"{Keeping._meta.label_lower}:{pk}" for pk in Keeping.objects.values_list("pk", flat=True)]
    return list(Event.objects.filter(subject__in=subjects, verb=VERB).order_by("-pk")[:most])


def emptying(
    *, label: str, columns: Sequence[str], past: Callable[[datetime], models.QuerySet[Any]], **told: Any
) -> Rule:
    """A rule that does with columns of one table what the map says of an erasure, or deletes their rows. What
    an erasure keeps for the law's sake is emptied here: the law's time is over."""
    declared = {column: _ended(data_map.PERSONAL[f"{label}.{column}"]) for column in columns}
    deletes = any(one.erasure is data_map.Erasure.DELETE for one in declared.values())

    def let_go(keys: Keys, now: datetime) -> None:
        rows = belongings.model_of(label)._base_manager.filter(pk__in=keys)
        if deletes:
            rows.delete()
        else:
            erasure.empty_columns(rows, declared)

    names = tuple(f"{label}.{column}" for column in columns)
    return Rule(columns=names, past=past, let_go=let_go, **told)


def _ended(one: Personal) -> Personal:
    return replace(one, erasure=data_map.Erasure.BLANK) if one.erasure is data_map.Erasure.KEEP else one
