"""Prove that the audit trail was not changed: every Event fits the one before it."""

import sys

from django.core.management.base import BaseCommand

from feedback import journal
from feedback.models import Event


class Command(BaseCommand):
    help = "Follow the hash chain of all events; the first that does not fit is named and the exit code is 1."

    def add_arguments(self, parser):
        parser.add_argument(
            "--noted",
            metavar="HASH",
            help="an earlier end of the chain, noted elsewhere: shows a cut-off end",
        )

    def handle(self, *, noted, **options):
        end = Event.objects.order_by("-id").values_list("hash", flat=True).first() or journal.GENESIS
        wrong = journal.verify()
        if wrong is not None:
            self.stderr.write(f"event {wrong} does not fit the one before it, or was changed")
        cut_off = bool(noted) and noted != journal.GENESIS and not Event.objects.filter(hash=noted).exists()
        if cut_off:
            self.stderr.write("the noted hash is not in the chain: its end was cut off")
        if wrong is not None or cut_off:
            sys.exit(1)
        self.stdout.write(f"{Event.objects.count()} events, the chain holds; it ends with {end}")
