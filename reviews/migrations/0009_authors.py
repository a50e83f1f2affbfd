"""All who wrote some of a reply's words, not the last of them only: none of them approves it (decision 14)."""

from importlib import import_module

from django.db import migrations, models

BEFORE = import_module("feedback.migrations.0019_authors")
BATCH = 500


def fill(apps, schema_editor):
    """Drafts only: what was approved before was approved by the rule of then."""
    Reply, Event = apps.get_model("reviews", "Reply"), apps.get_model("feedback", "Event")
    drafts = list(Reply.objects.filter(state="draft").exclude(edited_by=None).values_list("pk", "edited_by"))
    for start in range(0, len(drafts), BATCH):
        batch = dict(drafts[start : start + BATCH])
        subjects = [f"reviews.reply:{pk}" for pk in batch]
        wrote = BEFORE.written_since(Event, subjects, "reply edited", "reply drafted again")
        for pk, last in batch.items():
            people = dict.fromkeys([*wrote.get(pk, []), last])
            Reply.objects.filter(pk=pk).update(authors=BEFORE.column(people))


class Migration(migrations.Migration):
    dependencies = [("feedback", "0019_authors"), ("reviews", "0008_public_invitations")]

    operations = [
        migrations.AddField(
            model_name="reply",
            name="authors",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=models.Q(needs_approver=False)
                | models.Q(approved_by=None)
                | ~models.Q(authors__contains=BEFORE.APPROVER),
                name="reply_needs_four_eyes",
            ),
        ),
    ]
