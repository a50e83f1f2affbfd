"""Fill an empty database with the demo shop."""

import time

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from feedback.front import demo_shop, seeding


class Command(BaseCommand):
    help = "Make the demo shop with its customers, orders, reviews and answers. A second run adds nothing."

    def handle(self, **options):
        started = time.monotonic()
        self.stdout.write(f"Seeding {demo_shop.NAME}, about a minute …", ending="\n")
        self.stdout.flush()
        try:
            added = seeding.seed(timezone.now())
        except seeding.NotTheDemo as error:
            raise CommandError(f"This database holds a real shop, “{error}”. Nothing was changed.") from None
        took = time.monotonic() - started
        self.stdout.write(f"Seeded in {took:.0f} s." if added else "It is there already; nothing was added.")
