"""manage.py import_orders FILE: take in a CSV or XLSX file of orders."""

import csv
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from feedback import order_imports
from feedback.order_words import FAULTS
from feedback.spreadsheets import harmless
from feedback.table_words import NO_TABLE
from feedback.tables import NoTable

SOME_REFUSED, UNUSABLE = 1, 2


class Command(BaseCommand):
    help = (
        "Take orders in from a CSV or XLSX file. A second import of the same file adds nothing. Exit code 0: "
        "every row was taken; 1: some rows were refused (see the report file); 2: nothing could be used."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--store", default="", help="short name of the store of rows that name none")
        parser.add_argument("--currency", default="", help="of rows that name none (default: the shop's)")
        parser.add_argument("--month-first", action="store_true", help="03/04/2026 is the fourth of March")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--report", metavar="FILE", help="refused rows as CSV (default: FILE.errors.csv)")

    def handle(self, *args, **options):
        path = Path(options["file"])
        try:
            with path.open("rb") as file:
                one = order_imports.begin(
                    file, file_name=path.name, by=None, now=timezone.now(), store=options["store"],
                    currency=options["currency"].upper(), day_first=False if options["month_first"] else None,
                )  # fmt: skip
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=UNUSABLE) from None
        except NoTable as error:
            raise CommandError(f"{path}: {NO_TABLE[error.key]}", returncode=UNUSABLE) from None
        if not order_imports.is_ready(one):
            one.delete()
            missing = _("It needs columns for the order's number, its date, and its total or its prices.")
            raise CommandError(f"{path}: {missing}", returncode=UNUSABLE)
        if options["dry_run"]:
            self._foresee(one)
            return
        self._take(one)
        if one.refused:
            self._write_refused(one, Path(options["report"] or f"{path}.errors.csv"))
            sys.exit(SOME_REFUSED)

    def _foresee(self, one):
        seen = order_imports.preview(one, timezone.now())
        one.delete()
        counts = _("%(orders)s orders, %(known)s of them known already, %(refused)s rows refused.")
        self.stdout.write(counts % {"orders": seen.orders, "known": seen.known, "refused": seen.refused})
        for fault in seen.faults[:20]:
            self._say(fault)
        self.stdout.write(_("Nothing was written (dry run)."))

    def _take(self, one):
        console = Console(file=sys.stderr)
        look = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
        with Progress(*look, console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task("Orders", total=one.rows)
            order_imports.take_all(  # raises Stuck
                one,
                by=None,
                now=timezone.now(),
                on_progress=lambda rows: progress.update(task, completed=rows),
            )
        counts = _("%(created)s new, %(updated)s changed, %(unchanged)s unchanged, %(refused)s rows refused.")
        names = ("created", "updated", "unchanged", "refused")
        self.stdout.write(counts % {name: getattr(one, name) for name in names})

    def _say(self, fault):
        where = _("row %(row)s") % {"row": fault.row} + (f", {fault.field}" if fault.field else "")
        self.stderr.write(f"{where}: {FAULTS[fault.key]}")

    def _write_refused(self, one, path):
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            write = csv.writer(out).writerow
            for row in order_imports.refused_rows(one):
                write([harmless(cell) for cell in row])
        self.stderr.write(_("The rows that were refused, with what is wrong: %(path)s") % {"path": path})
