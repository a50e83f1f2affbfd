"""All who wrote some of a message's words, not the last of them only: none of them approves it (decision 14)."""

from django.db import migrations, models
from django.db.models.functions import Cast, Concat

APPROVER = Concat(models.Value(" "), Cast("approved_by", models.CharField()), models.Value(" "))


def written_since(Event, subjects, wrote, began):
    """By id of the row: who wrote in it since the program last drafted it, as the column has them."""
    authors = {}
    rows = Event.objects.filter(subject__in=subjects, verb__in=[wrote, began]).order_by("id")
    for subject, verb, by in rows.values_list("subject", "verb", "by"):
        key = int(subject.rpartition(":")[2])
        known = authors.setdefault(key, [])
        if verb == began:
            known.clear()
        elif by is not None and by not in known:
            known.append(by)
    return authors


def column(people):
    return f" {' '.join(map(str, people))} " if people else ""


def fill(apps, schema_editor):
    """Drafts only. Their Events are the case's, so that all who touched its messages are taken for authors."""
    Message, Event = apps.get_model("feedback", "Message"), apps.get_model("feedback", "Event")
    drafts = Message.objects.filter(state="draft").exclude(edited_by=None)
    for pk, case, last in list(drafts.values_list("pk", "case", "edited_by")):
        wrote = written_since(Event, [f"feedback.case:{case}"], "message edited", "")
        people = wrote.get(case, [])
        Message.objects.filter(pk=pk).update(authors=column(dict.fromkeys([*people, last])))


class Migration(migrations.Migration):
    dependencies = [("feedback", "0018_publish_permissions")]

    operations = [
        migrations.RemoveConstraint(model_name="message", name="message_needs_four_eyes"),
        migrations.AddField(
            model_name="message",
            name="authors",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(needs_approver=False)
                | models.Q(approved_by=None)
                | ~models.Q(authors__contains=APPROVER),
                name="message_needs_four_eyes",
            ),
        ),
    ]
