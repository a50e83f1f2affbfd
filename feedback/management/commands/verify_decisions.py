"""Prove that history still holds: recompute every decision from its own facts and policy version."""

import sys

from django.core.management.base import BaseCommand

from feedback import cases
from feedback.models import Decision


class Command(BaseCommand):
    help = "Recompute all decisions; 0 mismatches, or each is named and the exit code is 1."

    def handle(self, **options):
        rows = Decision.objects.select_related("policy").order_by("pk")
        wrong = 0
        for decision, difference in cases.mismatches(rows.iterator(chunk_size=2000)):
            wrong += 1
            self.stderr.write(f"decision {decision.pk} (comment {decision.comment_id}): {difference}")
        self.stdout.write(f"{rows.count()} decisions recomputed, {wrong} mismatches")
        if wrong:
            sys.exit(1)
