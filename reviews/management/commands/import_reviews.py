"""manage.py import_reviews FILE --source NAME: take in a CSV or JSONL file of reviews."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from reviews import imports
from reviews.files import BadFile
from reviews.models import Source

SOME_REFUSED, UNUSABLE = 1, 2


class Command(BaseCommand):
    help = (
        "Take reviews in from a CSV or JSONL file. A second import of the same file adds nothing. "
        "Exit code 0: every row was taken; 1: some rows were refused (see the report file); "
        "2: nothing could be used."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument(
            "--source", required=True, metavar="NAME", help="where the reviews come from; made if new"
        )
        parser.add_argument(
            "--kind", choices=[kind.value for kind in Source.Kind], default="", help="of a new source"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--report", metavar="FILE", help="errors as CSV (default: FILE.errors.csv)")

    def handle(self, *args, **options):
        path, dry_run = Path(options["file"]), options["dry_run"]
        try:
            with path.open("rb") as file:
                imports.check(file)  # before a new source is made for it
                source = imports.source_named(options["source"], kind=options["kind"], keep=not dry_run)
                report = self._take(source, file, path.stat().st_size, dry_run)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=UNUSABLE) from None
        except (BadFile, imports.UnknownSource) as error:
            raise CommandError(f"{path}: {error.message}", returncode=UNUSABLE) from None
        self._summarise(report, source, dry_run)
        if report.faults:
            self._write_faults(report, Path(options["report"] or f"{path}.errors.csv"))
            sys.exit(SOME_REFUSED)

    def _take(self, source, file, size, dry_run):
        console = Console(file=sys.stderr)
        look = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
        with Progress(*look, console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task("Reviews", total=size)
            return imports.take(
                source,
                file,
                now=timezone.now(),
                dry_run=dry_run,
                on_progress=lambda position: progress.update(task, completed=position),
            )

    def _summarise(self, report, source, dry_run):
        for note in report.notes:
            self.stdout.write(str(note))
        counts = _("%(created)s new, %(updated)s edited, %(unchanged)s unchanged, %(refused)s refused.") % {
            name: getattr(report, name) for name in ("created", "updated", "unchanged", "refused")
        }
        rest = " " + _("Nothing was written (dry run).") if dry_run else ""
        self.stdout.write(f"{source.name}: {counts}{rest}")

    def _write_faults(self, report, path):
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            imports.write_faults(report.faults, out)
        for fault in report.faults[:5]:
            where = _("row %(row)s") % {"row": fault.row} + (f", {fault.field}" if fault.field else "")
            self.stderr.write(f"{where}: {fault.message}")
        self.stderr.write(_("What was wrong, row by row: %(path)s") % {"path": path})
