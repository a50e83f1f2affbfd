"""What is past its days, by table; with --now it goes at once instead of in the night."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from feedback import erasure, lapsed, retention, work


class Command(BaseCommand):
    help = "List what is past its days (feedback.data_map), by table. --now: let it go."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", action="store_true", help="do it, instead of saying what would be done")

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        if options["now"]:
            return self._let_go()
        self.stdout.write(f"Customers are kept {lapsed.days()} days after the last of them (CUSTOMER_YEARS).")
        total = 0
        for rule, tables in retention.foresee(now):
            self.stdout.write(f"{rule.name} ({rule.days} days): {'nothing' if not tables else ''}".rstrip())
            for label, rows in tables.items():
                self.stdout.write(f"  {label}: {rows}")
            total += sum(tables.values())
        self.stdout.write(f"{total} rows would lose something, or go. Nothing was changed; --now does it.")
        return None

    def _let_go(self) -> None:
        """People go by erasures; each looks once more a minute later, which is left to the worker."""
        retention.begin(timezone.now())
        work.drain(retention.KEEP)
        work.drain(erasure.ERASE)
        for kept in retention.kept():
            self.stdout.write(f"{kept.rule}: {kept.done}{' FAILED: ' + kept.failure if kept.failure else ''}")
        waiting = erasure.due(timezone.now()).count()
        if waiting:
            self.stdout.write(f"{waiting} erasures are looked at once more by the worker, in a minute.")
