"""The shop's rules, versioned and append-only, and what a version goes through before it counts."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from feedback.models.queue import Leasable, LeasableQuerySet


class PolicyQuerySet(models.QuerySet):
    def in_force_at(self, now):
        """The version that counts comes first: of those adopted whose days these are, the last to begin."""
        counted = self.filter(state__in=Policy.COUNTED, starts_at__lte=now)
        return counted.filter(Q(ends_at=None) | Q(ends_at__gt=now)).order_by("-starts_at", "-version")


class Policy(models.Model):
    """One version of the Terms.

    A person's version is proposed, proved, spoken to by an advocate and then adopted, and the database holds
    it to that. What was written is never rewritten (0010_policies_stay). Without an author: the Terms that
    came with the program.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        ADOPTED = "adopted", _("adopted")
        WITHDRAWN = "withdrawn", _("withdrawn")
        EARLIER = "earlier", _("adopted before proofs were kept")

    COUNTED = (State.ADOPTED, State.EARLIER)

    version = models.PositiveIntegerField(_("version"), unique=True)
    terms = models.JSONField(_("terms"))
    digest = models.CharField(_("fingerprint"), max_length=64)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.PROPOSED)
    # While it is proposed: the day that was asked for, or the time of the proposal for "at once".
    starts_at = models.DateTimeField(_("in force from"))
    ends_at = models.DateTimeField(_("in force until"), null=True, blank=True)
    # None: the Terms that came with the program
    author = models.ForeignKey(
        "feedback.User",
        verbose_name=_("proposed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    comment = models.TextField(_("why"))
    made_at = models.DateTimeField(_("made at"))
    # {"cases": 147840, "invariants": [{"name", "holds", "example": {"facts", "decision"} | null}]}
    proof = models.JSONField(_("proof"), null=True, blank=True)
    proof_holds = models.BooleanField(_("keeps its rules"), null=True, blank=True)
    proof_digest = models.CharField(_("fingerprint that was proved"), max_length=64, blank=True, default="")
    proof_program = models.CharField(_("rules it was proved with"), max_length=64, blank=True, default="")
    proved_at = models.DateTimeField(_("proved at"), null=True, blank=True)
    advocate = models.ForeignKey(
        "feedback.User",
        verbose_name=_("spoke for the customers"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    advocate_comment = models.TextField(_("what they said for them"), blank=True, default="")
    advocate_at = models.DateTimeField(_("said at"), null=True, blank=True)
    adopted_by = models.ForeignKey(
        "feedback.User",
        verbose_name=_("adopted by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    adopted_at = models.DateTimeField(_("adopted at"), null=True, blank=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("policy"), _("policies")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="adopted")
                | Q(author=None)
                | Q(
                    proof_holds__isnull=False,  # a CHECK lets pass what is unknown
                    proof_holds=True,
                    proof_digest=F("digest"),
                    advocate__isnull=False,
                    adopted_by__isnull=False,
                    adopted_at__isnull=False,
                )
                & ~Q(advocate_comment="")
                & ~Q(advocate=F("author")),
                name="no_policy_counts_unproved_or_unspoken",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="policy_ends_after_its_start"
            ),
        ]

    def __str__(self):
        return f"{self.version}"


class PolicyTrialQuerySet(LeasableQuerySet):
    def unfinished(self):
        return self.filter(finished_at=None)


class PolicyTrial(Leasable):
    """Work done on a version before it counts: its proof, or a replay of the cases of some months."""

    class Kind(models.TextChoices):
        PROOF = "proof", _("proof")
        BACKTEST = "backtest", _("replay of past cases")

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="trials")
    kind = models.CharField(max_length=8, choices=Kind)
    months = models.PositiveSmallIntegerField(null=True, blank=True)  # of a backtest
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    # Of a backtest policy.replay.Replay, of a proof that holds policy.compare.Otherwise; each as_dict().
    result = models.JSONField(null=True, blank=True)

    objects = PolicyTrialQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "kind"], condition=Q(finished_at=None), name="one_trial_of_a_kind_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(kind="proof", months=None) | Q(kind="backtest", months__gte=1, months__lte=36),
                name="a_backtest_has_its_months",
            ),
        ]
