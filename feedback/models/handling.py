"""How a complaint is handled: what kind of complainer history shows, what was found true, our own side."""

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from feedback.models.cases import Case


class Handling(models.Model):
    """Internal, beside its Case: no Decision and no word to the customer ever looks at it (decision 4)."""

    class Archetype(models.TextChoices):
        """As feedback.archetypes judges; S1-6."""

        PASSIONATE = "passionate", pgettext_lazy("archetype", "still passionate, still satisfied")
        ANNOYED = "annoyed", pgettext_lazy("archetype", "once satisfied, now annoyed")
        CRITIC = "critic", pgettext_lazy("archetype", "sees every mistake")
        HATER = "hater", pgettext_lazy("archetype", "hates us whatever we do")

    class Verdict(models.TextChoices):
        TRUE = "true", pgettext_lazy("verdict", "true")
        FALSE = "false", pgettext_lazy("verdict", "not true")

    class Worth(models.TextChoices):
        WIN_BACK = "win_back", pgettext_lazy("worth", "win them back")
        LET_GO = "let_go", pgettext_lazy("worth", "put it right, and let them go")

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="handling", primary_key=True)
    archetype = models.CharField(max_length=10, choices=Archetype, blank=True, default="")  # "": none of them
    reasons = models.JSONField(default=dict)  # word of feedback.archetypes -> its numbers
    reckoned_at = models.DateTimeField()
    # What a person said instead, "" for none of them; counts once `chosen_at` is set.
    chosen = models.CharField(max_length=10, choices=Archetype, blank=True, default="")
    chosen_why = models.CharField(max_length=300, blank=True, default="")
    chosen_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    chosen_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(max_length=5, choices=Verdict, blank=True, default="")
    evidence = models.CharField(max_length=500, blank=True, default="")
    verdict_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    verdict_at = models.DateTimeField(null=True, blank=True)
    worth = models.CharField(max_length=8, choices=Worth, blank=True, default="")
    worth_why = models.CharField(max_length=300, blank=True, default="")
    worth_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    worth_at = models.DateTimeField(null=True, blank=True)
    # What the person or the team concerned says of it (S1-4).
    our_side = models.CharField(max_length=1000, blank=True, default="")
    our_side_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    our_side_at = models.DateTimeField(null=True, blank=True)
    # Nobody talks to them any more; what is right by them is done, and told in writing (S1-11).
    stopped_why = models.CharField(max_length=300, blank=True, default="")
    stopped_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(archetype__in=["", "passionate", "annoyed", "critic", "hater"])
                & Q(chosen__in=["", "passionate", "annoyed", "critic", "hater"]),
                name="handling_knows_its_archetype",
            ),
            models.CheckConstraint(
                condition=Q(chosen="", chosen_at=None, chosen_by=None)
                | Q(chosen_at__isnull=False, chosen_by__isnull=False) & ~Q(chosen_why=""),
                name="archetype_chosen_says_why",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", verdict_at=None, verdict_by=None)
                | Q(verdict__in=["true", "false"], verdict_at__isnull=False, verdict_by__isnull=False)
                & ~Q(evidence=""),
                name="verdict_has_its_evidence",
            ),
            models.CheckConstraint(
                condition=Q(worth="", worth_at=None, worth_by=None)
                | Q(worth__in=["win_back", "let_go"], worth_at__isnull=False, worth_by__isnull=False)
                & ~Q(worth_why=""),
                name="worth_says_why",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at=None, stopped_by=None)
                | Q(stopped_at__isnull=False, stopped_by__isnull=False) & ~Q(stopped_why=""),
                name="contact_stopped_says_why",
            ),
        ]

    @property
    def final(self) -> str:
        """A person's word, else what history shows."""
        return self.chosen if self.chosen_at else self.archetype
