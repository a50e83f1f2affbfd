"""Customers who stopped buying by the shop's own rule: the rule, who it found, and what was done about it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback.defection.rules import BadRule, Rule
from feedback.models.addressed import Addressed, CurrencyField, MoneyField
from feedback.models.people import Customer
from feedback.models.queue import Leasable, LeasableQuerySet


class DefectionRuleQuerySet(LeasableQuerySet):
    def in_force(self):
        return self.filter(ended_at=None)


class DefectionRule(Leasable):
    """One version of the shop's definition (S2-1). Never rewritten: a new one ends the one before.

    `result` is what the job found the last time, {"cohorts": [[first day of the month, n, left]],
    "tells_after": days, "tested": {"on": day, "window": days, "flagged": n, "came_back": n} or None}: a page
    never goes through the orders for it.
    """

    settings = models.JSONField()  # feedback.defection.rules.Rule.as_data()
    owner = models.ForeignKey("feedback.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    judge_at = models.DateTimeField()  # when the job looks at everybody the next time
    judged_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)

    objects = DefectionRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(ended_at=None), name="one_defection_rule_in_force"
            ),
        ]

    @property
    def rule(self) -> Rule | None:
        """None when an older program's settings cannot be read any more."""
        try:
            return Rule.from_data(self.settings)
        except BadRule:
            return None


class Defection(Addressed):
    """One customer's leaving: found once, with the pattern, an owner and a day to contact them by (S2-3).

    `before` and `now` are feedback.defection.patterns.Pattern's; `value_lost` is what they spent in the year
    up to their last visit.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("defection", "to be contacted")
        CONTACTED = "contacted", pgettext_lazy("defection", "contacted")
        CAME_BACK = "came_back", pgettext_lazy("defection", "came back")
        CLOSED = "closed", pgettext_lazy("defection", "closed")
        WITHDRAWN = "withdrawn", pgettext_lazy("defection", "definition replaced")  # nobody had worked on it

    ONGOING = (State.OPEN, State.CONTACTED)

    class Cause(models.TextChoices):
        """S2-4: why they left, as they said it."""

        CHEAPER = "cheaper", _("cheaper elsewhere")
        STAFF = "staff", _("how our staff behaved")
        PRODUCT = "product", _("product or quality")
        PRESSURE = "pressure", _("felt pressed to buy")
        NO_NEED = "no_need", _("moved away, or no need any more")
        NOT_OFFERED = "not_offered", _("we do not offer what they need")
        OTHER = "other", _("something else")
        NOT_SAID = "not_said", _("did not want to say")

    class Answer(models.TextChoices):
        """S2-4: what the shop decides to do about the cause."""

        PRICE = "price", _("change a price")
        TRAINING = "training", _("train staff")
        NOTHING = "nothing", _("do nothing")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="defections")
    rule = models.ForeignKey(DefectionRule, on_delete=models.PROTECT, related_name="defections")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    since = models.DateField()
    last_bought_on = models.DateField()
    found_at = models.DateTimeField()
    before = models.FloatField(null=True, blank=True)
    now = models.FloatField()
    was_once = models.BooleanField(default=False)
    value_lost = MoneyField()
    currency = CurrencyField()
    owner = models.ForeignKey("feedback.User", on_delete=models.PROTECT, related_name="+")
    contact_by = models.DateField()
    reminded_on = models.DateField(null=True, blank=True)  # a letter to the owner, once
    contacted_at = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=11, choices=Cause, blank=True, default="")
    said = models.CharField(max_length=1000, blank=True, default="")  # the customer's own words
    whys = models.CharField(max_length=1100, blank=True, default="", db_default="")  # at most five lines
    answer = models.CharField(max_length=8, choices=Answer, blank=True, default="")
    answer_reason = models.CharField(max_length=300, blank=True, default="")
    answered_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    came_back_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(state__in=["open", "contacted"]),
                name="one_open_defection_per_customer",
            ),
            # One silence is found once, whichever rule finds it; again, once its definition was replaced.
            models.UniqueConstraint(
                fields=["customer", "last_bought_on"],
                condition=~Q(state="withdrawn"),
                name="one_defection_after_a_purchase",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | Q(cause="", said="", whys="", contacted_at=None),
                name="no_defection_withdrawn_that_was_worked_on",
            ),
            models.CheckConstraint(
                condition=Q(state="came_back", came_back_on__isnull=False)
                | (~Q(state="came_back") & Q(came_back_on=None)),
                name="defection_ended_by_a_purchase_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | (~Q(answer="") & ~Q(cause="")),
                name="no_defection_closed_without_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_by=None, answered_at=None)
                | (
                    ~Q(answer="")
                    & ~Q(answer_reason="")
                    & Q(answered_by__isnull=False, answered_at__isnull=False)
                ),
                name="defection_answered_by_somebody_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "contact_by", "id"], name="defections_to_do"),
            models.Index(
                fields=["owner", "contact_by", "id"], condition=Q(state="open"), name="defections_to_contact"
            ),
        ]

    def __str__(self):
        return self.public_id

    @property
    def root(self) -> str:
        """What the whys end in (S2-4); empty where nobody asked so far."""
        return self.whys.splitlines()[-1] if self.whys else ""


class Departed(models.Model):
    """Who has left by the definition that counts, as the job found it with the rate (S2-6): one row for each
    customer that the rate counts. `visits`, `spent`: all of theirs, net of what was sent back. `usual`: days
    between their visits, None where there was but one.

    Nobody's history: a row that the job does not find again goes.
    """

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="+")
    first_on = models.DateField()
    last_on = models.DateField()
    since = models.DateField()
    visits = models.PositiveIntegerField()
    usual = models.FloatField(null=True)
    spent = MoneyField()
    currency = CurrencyField()

    class Meta:
        indexes = [
            models.Index(fields=["-spent", "id"], name="departed_dearest"),
            models.Index(fields=["first_on"], name="departed_by_first"),
        ]


class CauseDecision(models.Model):
    """What is done about a cause of leaving, and what that costs (S2-4, S2-5). Never rewritten: the newest
    of each cause counts."""

    cause = models.CharField(max_length=11, choices=Defection.Cause)
    answer = models.CharField(max_length=8, choices=Defection.Answer)
    what = models.CharField(max_length=200)  # "reprint the price list", "accuracy of statements"
    cost = MoneyField(null=True, blank=True)  # a year
    currency = CurrencyField()
    keeps = models.PositiveSmallIntegerField(default=50)  # per cent of those who would have left
    decided_by = models.ForeignKey("feedback.User", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(keeps__gte=1, keeps__lte=100), name="cause_decision_keeps_a_share"
            ),
            models.CheckConstraint(
                condition=Q(cost=None) | Q(cost__gt=0), name="cause_decision_costs_something_or_unknown"
            ),
            models.CheckConstraint(condition=~Q(what=""), name="cause_decision_says_what"),
        ]
