"""Complaints to be put right: cases, decisions, corrected facts, promises, concessions."""

from typing import Self

from django.db import models
from django.db.models import F, Q, Value, When
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback.models.addressed import Addressed, CurrencyField, MoneyField
from feedback.models.people import Customer, Order
from feedback.models.policies import Policy
from feedback.models.queue import Leasable, LeasableQuerySet
from feedback.models.words import Comment
from feedback.policy.decide import ESTABLISHED, is_ours
from feedback.policy.facts import Facts

# The most urgent first: by route as Case.Route has them, then by day, those without a day last. SQLite has no
# index with "nulls last".
URGENCY = models.Case(
    *(
        When(route=route, then=Value(place))
        for place, route in enumerate(("safety", "dispute", "privacy", "legal", "normal"))
    ),
    output_field=models.IntegerField(),
)
UNDATED = IsNull(F("due_on"), True)


class CaseQuerySet(LeasableQuerySet):
    def unsettled(self) -> Self:
        """Open, or waiting for the customer: `case_ended_has_its_time` says that these have no end."""
        return self.filter(resolved_at=None, closed_at=None)


class Case(Addressed, Leasable):
    """One complaint, private or public."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        WAITING = "waiting", _("waiting for the customer")
        RESOLVED = "resolved", _("resolved")
        CLOSED = "closed", _("closed")

    class Route(models.TextChoices):
        SAFETY = "safety", _("safety")
        DISPUTE = "dispute", _("dispute")
        PRIVACY = "privacy", _("privacy")
        LEGAL = "legal", _("legal")
        NORMAL = "normal", _("normal")

    class Severity(models.TextChoices):
        """As feedback.clocks has them, the least first."""

        MINOR = "minor", pgettext_lazy("severity", "minor")
        ORDINARY = "ordinary", pgettext_lazy("severity", "ordinary")
        SERIOUS = "serious", pgettext_lazy("severity", "serious")

    class ClosedWhy(models.TextChoices):
        """Why one ended that nobody solved. In the Event alone, which is chained: so no free words."""

        NO_COMPLAINT = "no_complaint", _("it is no complaint")
        TOLD_BEFORE = "told_before", _("they told us of it before")
        WITHDRAWN = "withdrawn", _("the customer withdrew it")
        NO_AGREEMENT = "no_agreement", _("we could not agree")
        NO_ANSWER = "no_answer", _("the customer does not answer any more")

    class Cause(models.TextChoices):
        """What it came from (S1-15)."""

        PERSON = "person", pgettext_lazy("cause", "a person")
        PROCESS = "process", pgettext_lazy("cause", "how we work")
        PRODUCT = "product", pgettext_lazy("cause", "the product")
        SUPPLIER = "supplier", pgettext_lazy("cause", "a supplier or carrier")
        CUSTOMER = "customer", pgettext_lazy("cause", "the customer")

    comment = models.OneToOneField(Comment, on_delete=models.PROTECT, related_name="case")
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    route = models.CharField(max_length=8, choices=Route, default=Route.NORMAL)
    wish = models.TextField(blank=True, default="")  # the customer's own preferred solution, verbatim (S4-6)
    # What kind of solution that is, else what their words name (feedback.text); None: not read yet.
    wished = models.CharField(max_length=12, null=True, blank=True, editable=False)  # noqa: DJ001
    owner = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    severity = models.CharField(
        max_length=8, choices=Severity, default=Severity.ORDINARY, db_default=Severity.ORDINARY
    )
    # The problem as whoever heard it understood it: the customer's word, and no proof. "": nobody said.
    reason = models.CharField(max_length=24, blank=True, default="", db_default="")
    # What the owner before says to the next one.
    handover = models.CharField(max_length=300, blank=True, default="", db_default="")
    joined_to = models.ForeignKey(  # the same matter, told before: the answer is given there
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="joined"
    )
    # When the shop got it, from when the clocks run: a letter lies before somebody notes it (L11).
    opened_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)  # told that we have it
    acknowledge_by = models.DateTimeField(null=True, blank=True)  # to be told by then; None: no clock
    answer_by = models.DateTimeField(null=True, blank=True)  # the first real answer (S1-7); None: no clock
    answered_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)  # settled by the end of this day (L11)
    escalate_at = models.DateTimeField(null=True, blank=True, editable=False)  # when its age is looked at
    escalations = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    resolved_first_time = models.BooleanField(null=True, blank=True)
    # What was done so that it does not happen to the next customer (S2-9).
    cause_removed = models.CharField(max_length=300, blank=True, default="")
    root_cause = models.CharField(max_length=8, choices=Cause, blank=True, default="", db_default="")
    end_told_at = models.DateTimeField(null=True, blank=True)  # they were told how it ended (S4-6)
    # Whether they are satisfied with how it ended, by their own word; None: they have not said.
    satisfied = models.BooleanField(null=True, blank=True)
    satisfied_at = models.DateTimeField(null=True, blank=True)
    satisfied_words = models.CharField(max_length=500, blank=True, default="", db_default="")
    satisfaction_asked_at = models.DateTimeField(null=True, blank=True)
    satisfaction_digest = models.CharField(max_length=64, null=True, blank=True, unique=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "waiting"], resolved_at=None, closed_at=None)
                | Q(state="resolved", resolved_at__isnull=False, closed_at=None)
                | Q(state="closed", closed_at__isnull=False),
                name="case_ended_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(severity__in=["minor", "ordinary", "serious"]), name="case_has_a_known_severity"
            ),
            models.CheckConstraint(
                condition=Q(root_cause__in=["", "person", "process", "product", "supplier", "customer"]),
                name="case_has_a_known_cause",
            ),
            models.CheckConstraint(
                condition=Q(satisfied=None, satisfied_at=None)
                | Q(satisfied__isnull=False, satisfied_at__isnull=False),
                name="case_satisfied_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(joined_to=None) | (Q(state="closed") & ~Q(joined_to=F("pk"))),
                name="case_joined_to_another_is_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(failed_at__isnull=False), name="cases_given_up"),
            models.Index(fields=["state", "opened_at"], name="cases_by_state"),
            # All that the list is sorted and Today is counted by: no row is looked at in vain.
            models.Index(fields=["state", "route", "due_on", "opened_at", "id"], name="cases_to_do"),
            models.Index(fields=["id"], condition=Q(decided_at=None), name="cases_to_decide"),
            # Of the board and the day lists: whose, and how late. What is settled is in none of them; SQLite
            # knows that of a column that is empty, not of a state among two.
            models.Index(
                # The last two are always empty here: SQLite would look at the row to see that.
                fields=[
                    *("owner", "due_on", "state", "escalations", "route", "opened_at", "id"),
                    *("resolved_at", "closed_at"),
                ],
                condition=Q(resolved_at=None, closed_at=None),
                name="cases_on_the_board",
            ),
            models.Index(
                URGENCY,
                UNDATED,
                *("due_on", "opened_at", "id"),
                condition=Q(resolved_at=None, closed_at=None),
                name="cases_by_urgency",
            ),
            models.Index(
                fields=["due_on", "id"], condition=Q(resolved_at=None, closed_at=None), name="cases_by_day"
            ),
            models.Index(
                fields=["escalate_at"],
                condition=Q(resolved_at=None, closed_at=None),
                name="cases_to_escalate",
            ),
            models.Index(
                fields=["customer", "opened_at"],
                condition=Q(resolved_at=None, closed_at=None),
                name="cases_open_of_a_customer",
            ),
        ]

    def __str__(self):
        return self.public_id


class FollowUp(models.Model):
    """Further words of the customer in a case: each utterance is a Comment of its own."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="follow_ups")
    comment = models.OneToOneField(Comment, on_delete=models.PROTECT, related_name="follow_up")


class Watch(models.Model):
    """Somebody who wants to see how a case goes on, and is told when it goes late."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="watches")
    user = models.ForeignKey("feedback.User", on_delete=models.CASCADE, related_name="watches")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="each_watches_a_case_once")]


class Improvement(Addressed):
    """One line of the work plan: what is done so that it does not happen again, and whether it helped.

    S1-13: touchpoint, problem, owner, action, due, measured again.

    `touchpoint` and `problem` say where and what is measured: complaints in the weeks before it was done, and
    in as many weeks up to `measure_on`.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("improvement", "to do")
        DONE = "done", pgettext_lazy("improvement", "done, to be measured")
        MEASURED = "measured", pgettext_lazy("improvement", "measured")
        DROPPED = "dropped", pgettext_lazy("improvement", "dropped")

    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="improvements"
    )
    touchpoint = models.ForeignKey(
        "feedback.Touchpoint", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    problem = models.CharField(max_length=24)  # as policy knows it
    cause = models.CharField(max_length=8, choices=Case.Cause)
    action = models.CharField(max_length=300)
    owner = models.ForeignKey("feedback.User", on_delete=models.PROTECT, related_name="improvements")
    due_on = models.DateField()
    measure_on = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("feedback.User", on_delete=models.PROTECT, related_name="+")
    done_on = models.DateField(null=True, blank=True)
    before = models.PositiveIntegerField(null=True, blank=True)  # complaints, in `days`
    after = models.PositiveIntegerField(null=True, blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    measured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(measure_on__gt=F("due_on")), name="improvement_measured_after_it_is_due"
            ),
            models.CheckConstraint(
                condition=(Q(state="measured") & Q(after__isnull=False, before__isnull=False, days__gte=1))
                | (~Q(state="measured") & Q(after=None, before=None)),
                name="improvement_measured_has_its_figures",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "dropped"]) | Q(done_on__isnull=False),
                name="improvement_done_has_its_day",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on", "id"], name="improvements_to_do")]


class FactCorrection(models.Model):
    """A fact that a person set, with the reason; the newest per name counts."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="fact_corrections")
    name = models.CharField(max_length=24)
    value = models.JSONField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey("feedback.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Decision(models.Model):
    """What we may offer, under which policy, for which reason; recomputable from its own columns."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="decisions")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    policy = models.ForeignKey(Policy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    terms_digest = models.CharField(max_length=64)
    facts = models.JSONField()
    facts_digest = models.CharField(max_length=64)
    sources = models.JSONField(default=dict)  # fact -> order | dispute | text | person | record | law
    decision = models.JSONField()
    decision_digest = models.CharField(max_length=64)
    rule = models.CharField(max_length=40)
    needs_approver = models.BooleanField()
    made_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comment"], condition=Q(is_current=True), name="one_current_decision_per_comment"
            ),
        ]
        indexes = [models.Index(fields=["made_at", "id"], name="decisions_by_time")]

    @property
    def confirm_problem(self) -> bool:
        """Decision 2: the law gives a right for a problem that so far only the customer's text tells of.

        Our own fault, once established, is put right as fully by the policy itself.
        """
        by_law = self.facts.get("statutory_right") and self.sources.get("statutory_right") == "law"
        if not by_law or self.sources.get("problem") != "text":
            return False
        known = Facts.from_dict(self.facts)
        return not (is_ours(known) and known.fault_from in ESTABLISHED)


class Override(models.Model):
    """A person with the role decided otherwise than the policy. Stands beside the Decision, which stays as it
    is and provable; it ends with it, when the case is decided anew."""

    class Direction(models.TextChoices):
        MORE = "more", _("more generous")
        LESS = "less", _("less generous")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="overrides")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="override")
    direction = models.CharField(max_length=4, choices=Direction)
    remedy = models.CharField(max_length=24, blank=True, default="")  # what is offered beside the policy's
    amount = MoneyField(null=True, blank=True)  # what the customer gets in money, if that is what they get
    cost = MoneyField(default=0)  # expected, to us; of less: what the policy would have spent
    currency = CurrencyField()
    reason = models.CharField(max_length=300)
    role = models.CharField(max_length=16)  # by which the person might do it
    by = models.ForeignKey("feedback.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["approver", "manager"]), name="override_by_those_who_may"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="override_says_why"),
            models.CheckConstraint(
                condition=Q(cost__gte=0) & (Q(amount=None) | Q(amount__gt=0)),
                name="override_money_not_negative",
            ),
            models.CheckConstraint(
                condition=(Q(direction="more") & ~Q(remedy="")) | Q(direction="less", remedy="", amount=None),
                name="override_offers_more_or_nothing",
            ),
        ]
        indexes = [models.Index(fields=["at"], name="overrides_by_time")]


class PromiseQuerySet(LeasableQuerySet):
    def unsettled(self) -> Self:
        """Still open: `promise_settled_has_its_time` says that these have no end."""
        return self.filter(settled_at=None)


class Promise(Leasable):
    """Who does what by when; on the working day after it somebody asks the customer whether it was done
    (S0-6). Only their answer, or what we know ourselves, ends it: a "thanks" in between does not."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        KEPT = "kept", _("kept")
        BROKEN = "broken", _("broken")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Via(models.TextChoices):
        PHONE = "phone", _("by phone")
        SHOP = "shop", _("in the shop")
        WRITING = "writing", _("in writing")
        LINK = "link", _("by our link")
        KNOWN = "known", _("we know it ourselves")

    class WithdrawnWhy(models.TextChoices):
        """Why one ended that nobody answered. "": whoever it was made to was erased."""

        DECLINED = "declined", _("the customer does not want it any more")
        REPLACED = "replaced", _("we agreed on something else with them")
        MISTAKE = "mistake", _("it was promised by mistake, and they know")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="promises")
    decision = models.ForeignKey(
        Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="promises"
    )
    who = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="promises"
    )
    what = models.CharField(max_length=300)
    by_when = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    made_at = models.DateTimeField()
    # The working day after `by_when`; while nobody picks up, the one after the last attempt.
    call_back_on = models.DateField()
    unreached = models.PositiveSmallIntegerField(default=0, db_default=0)  # calls that reached nobody
    tried_at = models.DateTimeField(null=True, blank=True)  # the last of them
    first_call_on = models.DateField(null=True, blank=True)  # where `call_back_on` stood before any
    # When somebody is reminded next: before its day, and after it. None: not any more.
    remind_at = models.DateTimeField(null=True, blank=True, editable=False)
    reminders = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    asked_at = models.DateTimeField(null=True, blank=True)  # in writing, with a link to answer
    link_digest = models.CharField(max_length=64, null=True, blank=True, unique=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    told_via = models.CharField(max_length=8, choices=Via, blank=True, default="", db_default="")
    told = models.CharField(max_length=500, blank=True, default="", db_default="")  # the customer's own words
    withdrawn_why = models.CharField(
        max_length=8, choices=WithdrawnWhy, blank=True, default="", db_default=""
    )

    objects = PromiseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None) | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="promise_settled_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(call_back_on__gt=F("by_when")), name="promise_is_asked_about_after_its_day"
            ),
            models.CheckConstraint(
                condition=Q(unreached=0, tried_at=None, first_call_on=None)
                | Q(
                    unreached__gte=1,
                    tried_at__isnull=False,
                    first_call_on__gt=F("by_when"),
                    call_back_on__gt=F("first_call_on"),
                ),
                name="promise_tried_has_its_days",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_why="")
                | Q(state="withdrawn", withdrawn_why__in=["declined", "replaced", "mistake"]),
                name="promise_withdrawn_for_a_reason_we_know",
            ),
            models.CheckConstraint(
                condition=Q(told_via__in=["", "phone", "shop", "writing", "link", "known"]),
                name="promise_told_in_a_way_we_know",
            ),
            models.CheckConstraint(
                condition=Q(told_via="", withdrawn_why="", settled_by=None)
                | (Q(told_via="", settled_by__isnull=False) & ~Q(withdrawn_why=""))
                | Q(told_via="link", settled_by=None)
                | (~Q(told_via__in=["", "link"]) & Q(settled_by__isnull=False)),
                name="promise_settled_by_somebody",
            ),
        ]
        indexes = [
            # Open ones, by what SQLite knows of an index: as of cases above.
            models.Index(fields=["by_when"], condition=Q(settled_at=None), name="promises_by_day"),
            models.Index(fields=["call_back_on", "id"], condition=Q(settled_at=None), name="promises_to_ask"),
            models.Index(fields=["settled_at"], condition=~Q(settled_at=None), name="promises_settled"),
            models.Index(
                fields=["remind_at"],
                condition=Q(settled_at=None, remind_at__isnull=False),
                name="promises_to_remind_of",
            ),
            # All that the board counts: no row is looked at for it.
            models.Index(
                fields=["who", "call_back_on", "unreached", "tried_at", "id", "settled_at"],
                condition=Q(settled_at=None),
                name="promises_of_a_person",
            ),
            # Of the day's list: "not yet", said by the link.
            models.Index(
                fields=["case"], condition=Q(state="broken", told_via="link"), name="promises_not_yet_done"
            ),
        ]

    def __str__(self):
        return self.what


class Concession(models.Model):
    """What a remedy cost us, booked. The database refuses one while a dispute on its order is open."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="concessions")
    order = models.ForeignKey(
        Order, null=True, blank=True, on_delete=models.PROTECT, related_name="concessions"
    )
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="concessions")
    remedy = models.CharField(max_length=24)
    currency = CurrencyField()
    product_cost = MoneyField(default=0)
    shipping_cost = MoneyField(default=0)
    refund = MoneyField(default=0)
    return_cost = MoneyField(default=0)
    fee = MoneyField(default=0)
    reason = models.CharField(max_length=300, blank=True, default="")  # why the parts are not the policy's
    booked_at = models.DateTimeField()
    booked_by = models.ForeignKey("feedback.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["booked_at"], name="concessions_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    product_cost__gte=0, shipping_cost__gte=0, refund__gte=0, return_cost__gte=0, fee__gte=0
                ),
                name="concession_costs_not_negative",
            ),
            models.UniqueConstraint(fields=["decision", "remedy"], name="each_remedy_booked_once"),
        ]

    @property
    def cost(self):
        return self.product_cost + self.shipping_cost + self.refund + self.return_cost + self.fee


COST = F("product_cost") + F("shipping_cost") + F("refund") + F("return_cost") + F("fee")
