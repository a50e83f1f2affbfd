"""Do all the work that waits, once, in this process."""

from django.core.management.base import BaseCommand

from feedback import work


class Command(BaseCommand):
    help = "Run every job once, until nothing is left to do."

    def handle(self, **options):
        self.stdout.write(f"{work.sweep(work.jobs())} rows done")
