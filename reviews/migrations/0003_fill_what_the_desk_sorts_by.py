"""Urgency, standing and the words to search in, for what is there already."""

import re

from django.db import migrations

from feedback.orthography import fold

ROUTES = ("safety", "dispute", "privacy", "legal", "normal")
BATCH = 1000


def fill(apps, schema_editor):
    Reply, Decision = apps.get_model("reviews", "Reply"), apps.get_model("feedback", "Decision")
    Review, SearchText = apps.get_model("reviews", "Review"), apps.get_model("reviews", "SearchText")
    for urgency, route in enumerate(ROUTES):
        Reply.objects.filter(review__route=route).update(urgency=urgency)
    for standing in ("valued", "regular", "unknown"):
        of_them = Decision.objects.filter(facts__standing=standing).values("pk")
        Reply.objects.filter(decision__in=of_them).update(standing=standing)
    rows = []
    spoken = Review.objects.values_list("pk", "comment__title", "comment__text", "comment__author")
    for pk, *words in spoken.iterator(BATCH):
        folded = " ".join(re.findall(r"[^\W_]+", fold("\n".join(words))))
        rows.append(SearchText(review_id=pk, words=folded))
    SearchText.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0002_holds_and_what_the_desk_sorts_by")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
