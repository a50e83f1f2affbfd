"""What answers are known again by."""

from django.db import models

from feedback.models.words import Comment


class Fingerprint(models.Model):
    """Two numbers of an answer's words, made by `feedback.text.spam`: a copy mostly shares one."""

    comment = models.OneToOneField(
        Comment, on_delete=models.CASCADE, related_name="fingerprint", primary_key=True
    )
    low = models.BigIntegerField(db_index=True)
    high = models.BigIntegerField(db_index=True)
    copy_of = models.ForeignKey(
        Comment, null=True, blank=True, on_delete=models.SET_NULL, related_name="copies"
    )  # the earliest answer of somebody else with the same words
