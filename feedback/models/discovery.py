"""Themes that the shop lacks: proposed by a job, decided by managers."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from feedback.models.addressed import Addressed, Language
from feedback.models.queue import Leasable, LeasableQuerySet
from feedback.models.words import Comment, Theme


class ProposalQuerySet(LeasableQuerySet):
    def open(self) -> Self:
        """Found at the last look, and nobody has decided."""
        return self.filter(state=Proposal.State.OPEN)

    def to_reread(self) -> Self:
        return self.filter(reread=True)


class Proposal(Addressed, Leasable):
    """A topic that comes up in comments which no theme caught.

    `phrases`: [{"text", "key", "people", "forms"}, …], the most telling first; `forms`: as they were written;
    `key` is the first one's when it was found. `weeks`: people by week, the oldest first; `before` and
    `lately` those of either half. `near`: slug of the theme whose comments are worded most alike, "" for
    none. `faded`: a later look did not find it; found again it is open again. `reread`: comments are to be
    read anew for it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("to decide")
        FADED = "faded", _("no longer comes up")
        ACCEPTED = "accepted", _("made a theme")
        MERGED = "merged", _("added to a theme")
        IGNORED = "ignored", _("ignored")

    language = models.CharField(max_length=2, choices=Language)
    key = models.CharField(max_length=120)
    name = models.CharField(max_length=80)
    phrases = models.JSONField(default=list)
    people = models.PositiveIntegerField()
    before = models.PositiveIntegerField()
    lately = models.PositiveIntegerField()
    weeks = models.JSONField(default=list)
    near = models.CharField(max_length=40, blank=True, default="")
    first_found_at = models.DateTimeField()
    found_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("feedback.User", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True, default="")
    theme = models.ForeignKey(Theme, null=True, on_delete=models.PROTECT, related_name="proposals")
    reread = models.BooleanField(default=False)
    comments = models.ManyToManyField(Comment, through="ProposalComment", related_name="+")

    objects = ProposalQuerySet.as_manager()

    @property
    def words(self) -> list[str]:
        """Every form of its phrases once: themes find words as they are written, proposals by stems."""
        forms = (form for phrase in self.phrases for form in phrase.get("forms") or [phrase["text"]])
        return list(dict.fromkeys(forms))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["language", "key"], name="one_proposal_of_each_phrase"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "faded"], decided_at=None, decided_by=None, theme=None)
                | Q(state__in=["accepted", "merged"], decided_at__isnull=False, decided_by__isnull=False)
                & Q(theme__isnull=False)
                | Q(state="ignored", decided_at__isnull=False, decided_by__isnull=False, theme=None)
                & ~Q(note=""),
                name="proposal_is_decided_whole",
            ),
        ]


class ProposalComment(models.Model):
    """One of the comments that a proposal was found in; `place`: those that tell most of it first."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="members")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "comment"], name="each_comment_once_per_proposal")
        ]


class DiscoveryClock(Leasable):
    """When the job looks the next time, and the last look: how many comments no theme caught, and of how
    many. The migration makes the one row."""

    look_at = models.DateTimeField()
    found_at = models.DateTimeField(null=True)
    missed = models.PositiveIntegerField(default=0)
    looked_through = models.PositiveIntegerField(default=0)

    objects = LeasableQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(models.Value(1), name="one_discovery_clock")]
