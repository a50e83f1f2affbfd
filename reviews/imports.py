"""Import a file of reviews: read, check, take in, and say row by row what could not be taken."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, TextIO

from anyascii import anyascii
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from feedback import journal, shop
from feedback.models import User
from feedback.spreadsheets import harmless
from reviews import files, intake
from reviews.intake import Outcome
from reviews.models import Source
from reviews.records import ReviewRecord

MOST_FAULTS = 10_000  # beyond it the file is not what it says it is; counting goes on


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    row: int
    field: str
    message: str | Promise


@dataclass(slots=True, kw_only=True)
class Report:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0  # rows
    faults: list[RowFault] = field(default_factory=list)
    notes: list[str | Promise] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged + self.refused


class UnknownSource(ValueError):
    """`message` says what is wrong with the name of the source."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__("unknown source")
        self.message = message


def source_named(name: str, *, kind: str = "", by: User | None = None, keep: bool = True) -> Source:
    """The source of this name or slug, made when it is new (a file source unless `kind` says otherwise).

    `keep=False`: a new one is not saved, for a look at what would happen.
    """
    slug = slugify(anyascii(name))[:40].strip("-")
    if not slug:
        raise UnknownSource(_("The source needs a name with letters or digits."))
    known = Source.objects.filter(slug=slug).first() or Source.objects.filter(name=name.strip()).first()
    if known is not None and known.kind in Source.POLLED and not kind:
        raise UnknownSource(_("This source gives its reviews by itself. Import a file under another name."))
    if known is None and kind in Source.POLLED:
        raise UnknownSource(_("A source of this kind is set up in the browser first."))
    if known is None:
        new = {"name": name.strip()[:120], "kind": kind or Source.Kind.FILE}
        known = _made(slug, new, by) if keep else Source(slug=slug, **new)
    elif kind and known.kind != kind:
        raise UnknownSource(
            _("This source is known as another kind: %(kind)s.") % {"kind": known.get_kind_display()}
        )
    return known


def _made(slug: str, new: dict[str, str], by: User | None) -> Source:
    """Two imports under one new name at the same moment make one source."""
    with journal.recording():
        source, is_new = Source.objects.get_or_create(slug=slug, defaults=new)
        if is_new:
            journal.log("source made", source, by=by, kind=source.kind)
    return source


def check(file: BinaryIO) -> None:
    """Raises BadFile when nothing of it could be used; single rows are not looked at."""
    files.read(file, now=timezone.now(), zone=shop.zone())


def take(
    source: Source,
    file: BinaryIO,
    *,
    now: datetime,
    dry_run: bool = False,
    on_progress: Callable[[int], None] = lambda position: None,
) -> Report:
    """Import `file`, or only say what would happen. `on_progress` gets the place in the file, in bytes.

    Batches are transactions; after an interruption the same file goes on where it stopped. Raises BadFile.
    """
    sheet = files.read(file, now=now, zone=shop.zone())
    report = Report(notes=sheet.notes)
    batch: list[ReviewRecord] = []
    for record in _good(sheet.rows, report):
        batch.append(record)
        if len(batch) == intake.BATCH:
            _receive(source, batch, report, now, dry_run)
            on_progress(file.tell())
            batch = []
    _receive(source, batch, report, now, dry_run)
    on_progress(file.tell())
    if not report.rows:
        report.notes.append(_("The file holds no rows, only the names of the columns."))
    return report


def write_faults(faults: Iterable[RowFault], out: TextIO) -> None:
    """As CSV that a spreadsheet opens without starting any formula in it."""
    writer = csv.writer(out)
    writer.writerow(["row", "field", "message"])
    for fault in faults:
        writer.writerow([fault.row, harmless(fault.field), harmless(str(fault.message))])


def _good(rows: Iterator[files.Row], report: Report) -> Iterator[ReviewRecord]:
    for row in rows:
        if row.record is not None:
            yield row.record
            continue
        report.refused += 1
        for fault in row.faults:
            if len(report.faults) < MOST_FAULTS:
                report.faults.append(RowFault(row=row.number, field=fault.field, message=fault.message))


def _receive(source: Source, batch: list[ReviewRecord], report: Report, now: datetime, dry_run: bool) -> None:
    if not batch:
        return
    received = intake.foresee(source, batch) if dry_run else intake.receive_many(source, batch, now=now)
    created, updated = received.count(Outcome.CREATED), received.count(Outcome.UPDATED)
    report.created += created
    report.updated += updated
    report.unchanged += len(batch) - created - updated
