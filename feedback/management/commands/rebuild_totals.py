"""Prove that the kept totals equal a recount of the raw rows, or write them anew."""

import sys

from django.core.management.base import BaseCommand
from django.db import transaction

from feedback import totals


class Command(BaseCommand):
    help = "Compare the kept totals with a recount; --write replaces them. Exit code 1 when they differ."

    def add_arguments(self, parser):
        parser.add_argument("--write", action="store_true", help="replace the kept totals by the recount")

    def handle(self, *, write: bool, **options):
        with transaction.atomic():
            right, kept = totals.recount(), totals.kept()
            wrong = sum(right.get(key) != kept.get(key) for key in right.keys() | kept.keys())
            if write:
                totals.rebuild()
        self.stdout.write(f"{len(right)} totals recounted, {wrong} differed")
        if wrong and not write:
            sys.exit(1)
