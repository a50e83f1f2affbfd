"""What the desk's list is chosen by stands in the reply, and one index for each order of the list holds it.

The same for the public page: when it was said stands in the review.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

MOST_THEMES, BATCH = 100, 2000
CHOSEN_BY = [
    "review", "source", "language", "standing", "sentiment", "has_leverage", "themes", "needs_approver", "held",
    "review_version",
]  # fmt: skip


def fill(apps, schema_editor):
    Reply, Review = apps.get_model("reviews", "Reply"), apps.get_model("reviews", "Review")
    Analysis, Mention = apps.get_model("feedback", "Analysis"), apps.get_model("feedback", "Mention")
    review = Review.objects.filter(pk=OuterRef("review"))
    reading = Analysis.objects.filter(comment__review=OuterRef("review"))
    said = Coalesce(NullIf(F("corrected_sentiment"), Value("")), F("sentiment"))
    Reply.objects.update(
        source=Subquery(review.values("source")[:1]),
        sentiment=Coalesce(Subquery(reading.annotate(said=said).values("said")[:1]), Value("")),
    )
    threatening = Analysis.objects.exclude(leverage="").values("comment")
    Reply.objects.filter(review__comment__in=threatening).update(has_leverage=True)
    said_at = Review.objects.filter(pk=OuterRef("pk")).values("comment__said_at")[:1]
    Review.objects.update(said_at=Subquery(said_at))
    rows = list(Reply.objects.order_by("pk").values_list("pk", "review__comment"))
    for start in range(0, len(rows), BATCH):
        of_comment = {}
        comments = [comment for _reply, comment in rows[start : start + BATCH]]
        told = Mention.objects.filter(comment__in=comments).exclude(corrected_polarity="none")
        for comment, theme in told.order_by("theme").values_list("comment", "theme"):
            of_comment.setdefault(comment, []).append(str(theme))
        alike = {}
        for reply, comment in rows[start : start + BATCH]:
            if themes := of_comment.get(comment):
                alike.setdefault(f" {' '.join(themes[:MOST_THEMES])} ", []).append(reply)
        for themes, replies in alike.items():
            Reply.objects.filter(pk__in=replies).update(themes=themes)
    if schema_editor.connection.vendor == "postgresql":
        # The keys are checked now, not at the end: until then the table could not be altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [("reviews", "0005_outside_sources")]

    operations = [
        migrations.AddField(
            model_name="reply",
            name="source",
            field=models.ForeignKey(
                null=True, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to="reviews.source",
            ),
        ),
        migrations.AddField(
            model_name="reply",
            name="sentiment",
            field=models.CharField(blank=True, default="", max_length=8),
        ),
        migrations.AddField(model_name="reply", name="has_leverage", field=models.BooleanField(default=False)),
        migrations.AddField(
            model_name="reply",
            name="themes",
            field=models.CharField(blank=True, default="", max_length=1000),
        ),
        migrations.AddField(model_name="review", name="said_at", field=models.DateTimeField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="reply",
            name="source",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to="reviews.source",
            ),
        ),
        migrations.AlterField(model_name="review", name="said_at", field=models.DateTimeField()),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["said_at", "id", "source", "hidden_at"], name="reviews_by_time"),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                fields=["hidden_at"], condition=models.Q(hidden_at__isnull=False), name="reviews_hidden"
            ),
        ),
        migrations.RemoveIndex(model_name="reply", name="replies_by_state"),
        migrations.RemoveIndex(model_name="reply", name="replies_by_urgency"),
        migrations.RemoveIndex(model_name="reply", name="replies_by_time"),
        migrations.AddIndex(
            model_name="reply",
            index=models.Index(
                fields=["state", "urgency", "drafted_at", "id", *CHOSEN_BY], name="replies_by_urgency"
            ),
        ),
        migrations.AddIndex(
            model_name="reply",
            index=models.Index(
                fields=["state", "drafted_at", "id", "urgency", *CHOSEN_BY], name="replies_by_state"
            ),
        ),
        migrations.AddIndex(
            model_name="reply",
            index=models.Index(
                fields=["drafted_at", "id", "state", "urgency", *CHOSEN_BY], name="replies_by_time"
            ),
        ),
    ]  # fmt: skip
