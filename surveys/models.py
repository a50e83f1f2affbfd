"""Surveys, who was asked, what they answered, and the reward that each answer earned."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from feedback.models.access import User
from feedback.models.addressed import Addressed, CurrencyField, Language, MoneyField
from feedback.models.mail import OutgoingMail
from feedback.models.people import Customer, Order
from feedback.models.queue import Leasable, LeasableQuerySet
from feedback.models.words import Comment, WhyItCame
from feedback.tokens import public_id


class Survey(Addressed):
    """The reward is a constant of the survey: no column here, and no code, ties it to an answer (L1)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        LIVE = "live", _("live")
        CLOSED = "closed", _("closed")

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT)
    reward_amount = MoneyField(verbose_name=_("reward"), null=True, blank=True)
    reward_currency = CurrencyField(verbose_name=_("currency of the reward"))
    reward_days = models.PositiveSmallIntegerField(_("days the code is good for"), default=90)
    reward_minimum_order = MoneyField(verbose_name=_("least order for the code"), default=0)
    budget = MoneyField(verbose_name=_("budget for all rewards"), null=True, blank=True)  # None: no cap
    # Reserved, issued and redeemed rewards together.
    budget_used = MoneyField(verbose_name=_("promised or spent"), default=0)
    days_to_answer = models.PositiveSmallIntegerField(_("days to answer"), default=30)
    made_at = models.DateTimeField(_("made at"))
    archived_at = models.DateTimeField(_("put away at"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("survey"), _("surveys")
        constraints = [
            models.CheckConstraint(
                condition=Q(reward_amount=None) | Q(reward_amount__gt=0), name="survey_reward_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(budget_used__gte=0) & (Q(budget=None) | Q(budget_used__lte=F("budget"))),
                name="survey_rewards_within_budget",
            ),
        ]

    def __str__(self):
        return self.name


class SurveyVersion(models.Model):
    """The questions, under work or as published; then the database lets nobody change them."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    definition = models.JSONField(_("questions"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)  # None: under work
    edition = models.PositiveIntegerField(default=1)  # raised by each change under work: compare-and-set

    class Meta:
        verbose_name, verbose_name_plural = _("version of the questions"), _("versions of the questions")
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="survey_version_numbers_differ"),
            models.UniqueConstraint(
                fields=["survey"], condition=Q(published_at=None), name="one_version_under_work_per_survey"
            ),
        ]

    def __str__(self):
        return f"{self.survey_id}/{self.number}"


class Quota(models.Model):
    """How many answered a question that only so many are to be asked (`asked_at_most`)."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="quotas")
    question = models.SlugField(max_length=40)
    answered = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["survey", "question"], name="one_quota_per_question")]


class Picture(models.Model):
    """A picture that a choice shows. Served by the program itself: no other site learns who answers."""

    class Type(models.TextChoices):
        PNG = "image/png", "PNG"
        JPEG = "image/jpeg", "JPEG"
        WEBP = "image/webp", "WebP"

    name = models.SlugField(max_length=40, unique=True)
    media_type = models.CharField(max_length=10, choices=Type)
    content = models.BinaryField()
    # What it shows, for whoever cannot see it; '' for one that a program put here before that was asked for.
    alt_vi = models.CharField(max_length=150, blank=True, default="", db_default="")
    alt_en = models.CharField(max_length=150, blank=True, default="", db_default="")
    uploaded_at = models.DateTimeField()


class Entrance(Addressed):
    """A way in for whoever comes by: no name, no order, no reward. Closed ones stay, for their answers."""

    class Kind(models.TextChoices):
        DOOR = "door", _("code on a door or in a parcel")
        KIOSK = "kiosk", _("tablet in the shop")
        FRAME = "frame", _("frame on a web page")

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="entrances")
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=80)
    site = models.CharField(max_length=200, blank=True, default="")  # "https://shop.example", of a frame
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="frame") & ~Q(site="")) | (~Q(kind="frame") & Q(site="")),
                name="entrance_frame_names_its_page",
            )
        ]


class InvitationQuerySet(LeasableQuerySet):
    pass


class Invitation(Addressed, Leasable):
    """One person asked about one order. Several tokens may lead here; one response comes of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("to be sent")
        SENT = "sent", _("sent")
        LINK = "link", _("handed over as a link")
        IMPORTED = "imported", _("answered elsewhere, imported")
        SUPPRESSED = "suppressed", _("not sent")
        BOUNCED = "bounced", _("bounced")

    survey = models.ForeignKey(
        Survey, verbose_name=_("survey"), on_delete=models.PROTECT, related_name="invitations"
    )
    order = models.ForeignKey(
        Order,
        verbose_name=_("order"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="invitations",
    )
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="invitations",
    )
    entrance = models.ForeignKey(
        Entrance, null=True, blank=True, on_delete=models.PROTECT, related_name="invitations"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    made_at = models.DateTimeField(_("made at"))
    send_at = models.DateTimeField(_("to be sent at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"))
    why_not = models.CharField(max_length=16, blank=True, default="")  # NotAsked.key of what was not sent
    mail = models.ForeignKey(OutgoingMail, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    remind_at = models.DateTimeField(null=True, blank=True)  # None: no more reminders
    reminded = models.PositiveSmallIntegerField(default=0)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("invitation"), _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "order"],
                condition=Q(order__isnull=False),
                name="one_invitation_per_survey_and_order",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="invitation_expires_later"),
        ]
        indexes = [
            models.Index(
                fields=["survey", "state"],
                condition=Q(state__in=["waiting", "suppressed", "bounced", "imported"]),
                name="invitations_nobody_got",
            ),
            models.Index(fields=["id"], condition=Q(failed_at__isnull=False), name="invitations_given_up"),
            models.Index(fields=["send_at"], condition=Q(state="waiting"), name="invitations_to_send"),
            models.Index(
                fields=["remind_at"], condition=Q(remind_at__isnull=False), name="invitations_to_remind"
            ),
        ]


class Plan(Leasable):
    """Whom a survey asks by itself, and when. One per survey.

    `conditions` as surveys.conditions writes them, about facts of the order alone; None: every order.
    """

    class Event(models.TextChoices):
        ORDERED = "ordered", _("the order was placed")
        PROMISED = "promised", _("the promised day of delivery has come")
        DELIVERED = "delivered", _("the order was delivered")

    class Unit(models.TextChoices):
        WORKING_DAYS = "working_days", _("working days")
        HOURS = "hours", _("hours")

    class Way(models.TextChoices):
        EVERYONE = "everyone", _("everyone")
        EVERY_NTH = "every_nth", _("every n-th order")
        SHARE = "share", _("a share, drawn by lot")

    survey = models.OneToOneField(Survey, on_delete=models.CASCADE, related_name="plan")
    event = models.CharField(max_length=10, choices=Event, default=Event.DELIVERED)
    delay = models.PositiveSmallIntegerField(default=3)
    unit = models.CharField(max_length=12, choices=Unit, default=Unit.WORKING_DAYS)
    since = models.DateField()  # what happened before this day is not asked about
    conditions = models.JSONField(null=True, blank=True)
    way = models.CharField(max_length=10, choices=Way, default=Way.EVERYONE)
    every = models.PositiveSmallIntegerField(default=2)
    percent = models.PositiveSmallIntegerField(default=50)
    seed = models.CharField(max_length=16, default=public_id)
    counted = models.PositiveIntegerField(default=0)  # orders that fitted: places in the line
    cooldown_days = models.PositiveSmallIntegerField(default=30)
    reminders = models.PositiveSmallIntegerField(default=1)
    reminder_days = models.PositiveSmallIntegerField(default=5)  # working days
    made_at = models.DateTimeField()
    look_at = models.DateTimeField(null=True, blank=True)  # when the job looks next; None: switched off

    objects = LeasableQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(every__gte=2), name="plan_every_second_at_most"),
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=100), name="plan_share_in_percent"
            ),
            models.CheckConstraint(condition=Q(reminders__lte=3), name="plan_reminds_three_times_at_most"),
            models.CheckConstraint(condition=Q(reminder_days__gte=1), name="plan_reminds_on_a_later_day"),
            # Of a delivery only the day is known.
            models.CheckConstraint(
                condition=Q(unit="working_days") | Q(event="ordered"), name="plan_hours_after_the_order_only"
            ),
        ]
        indexes = [
            models.Index(fields=["look_at"], condition=Q(look_at__isnull=False), name="plans_to_look_at")
        ]

    @property
    def is_on(self) -> bool:
        return self.look_at is not None


class Selection(models.Model):
    """One order, looked at once by a plan: asked, or why not. The log that proves the draw neutral (L4)."""

    class Outcome(models.TextChoices):
        INVITED = "invited", _("asked")
        CANCELLED = "cancelled", _("the order was cancelled")
        TOO_LATE = "too_late", _("it was too long ago")
        NOT_MEANT = "not_meant", _("the plan is not about such orders")
        NOT_DRAWN = "not_drawn", _("not drawn")
        ERASED = "erased", _("the customer was erased")
        ASKED_BEFORE = "asked_before", _("asked about this order before")
        INSIDER = "insider", _("staff or family, and there is a reward")
        NO_ADDRESS = "no_address", _("no e-mail address")
        STOPPED = "stopped", _("the customer wants no such mail")
        CAME_BACK = "came_back", _("mail to the address came back")
        NOT_AGREED = "not_agreed", _("has not agreed to mail that offers a reward")
        ASKED_LATELY = "asked_lately", _("asked by a survey shortly before")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="selections")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome)
    rule = models.CharField(max_length=40)  # feedback.selecting.Draw.rule at that moment
    place = models.PositiveIntegerField(null=True)  # in the line of those that fitted; None: did not fit
    at = models.DateTimeField()
    invitation = models.OneToOneField(
        Invitation, null=True, blank=True, on_delete=models.PROTECT, related_name="selection"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "order"], name="one_selection_per_plan_and_order"),
            models.UniqueConstraint(fields=["plan", "place"], name="one_selection_per_place_in_line"),
            models.CheckConstraint(
                condition=Q(outcome="invited", invitation__isnull=False)
                | (~Q(outcome="invited") & Q(invitation=None)),
                name="selection_invited_has_its_invitation",
            ),
        ]


class InvitationToken(models.Model):
    """A secret link, by its digest; each mail, reminder, export or QR code mints another."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    purpose = models.SlugField(max_length=20, default="mail")
    minted_at = models.DateTimeField()


class Response(Addressed):
    """Exists from the first POST; one per invitation, so that a double click is harmless."""

    class State(models.TextChoices):
        STARTED = "started", _("started")
        FINISHED = "finished", _("finished")

    invitation = models.OneToOneField(Invitation, on_delete=models.PROTECT, related_name="response")
    version = models.ForeignKey(SurveyVersion, on_delete=models.PROTECT, related_name="responses")
    state = models.CharField(max_length=8, choices=State, default=State.STARTED)
    language = models.CharField(max_length=2, choices=Language)
    cohort = models.CharField(max_length=16, blank=True, default="")  # surveys.cohorts; '' until finished
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True, editable=False)  # in AnswerTotal

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="started", finished_at=None)
                | Q(state="finished", finished_at__isnull=False),
                name="response_finished_has_its_time",
            )
        ]
        indexes = [
            models.Index(fields=["finished_at"], name="responses_by_time"),
            models.Index(fields=["started_at"], condition=Q(state="started"), name="responses_begun"),
            models.Index(
                fields=["id"], condition=Q(state="finished", counted_at=None), name="responses_to_count"
            ),
        ]


class Answer(models.Model):
    """An answer keeps the question's words: later edits of the survey do not rewrite history."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="answers")
    question = models.SlugField(max_length=40)
    kind = models.CharField(max_length=20)
    words = models.TextField()  # the question as it was asked, in the language it was asked in
    value = models.JSONField()  # option id, list of ids, number or text
    value_words = models.TextField(blank=True, default="")  # the chosen options as they were read
    number = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)  # for totals
    comment = models.OneToOneField(
        Comment, null=True, blank=True, on_delete=models.PROTECT, related_name="answer"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "question"], name="one_answer_per_question")
        ]


class Reward(Leasable):
    """The code one customer got for answering, whatever the answers.

    A hold and a revocation name one fact of the order or the person. There is no column for words about
    either: nothing that was said can be the reason (L1, decision 13).
    """

    class State(models.TextChoices):
        RESERVED = "reserved", _("reserved while answering")
        ISSUED = "issued", _("issued")
        REDEEMED = "redeemed", _("redeemed")
        EXPIRED = "expired", _("expired")
        REVOKED = "revoked", _("revoked")

    class Fact(models.TextChoices):
        INSIDER = "insider", _("staff, or family of staff")
        SAME_PERSON = "same_person", _("one person under several names or orders")
        ORDER_VOID = "order_void", _("the order was cancelled, returned or never paid")
        NOT_BUYER = "not_buyer", _("somebody else than the buyer used the link")

    response = models.OneToOneField(Response, on_delete=models.PROTECT, related_name="reward")
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="rewards")
    state = models.CharField(max_length=8, choices=State, default=State.RESERVED)
    code = models.CharField(max_length=16, unique=True, null=True, blank=True)
    amount = MoneyField()
    currency = CurrencyField()
    minimum_order = MoneyField(default=0)
    reserved_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    redeemed_at = models.DateTimeField(null=True, blank=True)
    redeemed_order = models.CharField(max_length=64, blank=True, default="")
    # Settled before the first question: a person has to look first (decision 13). '': nothing in the way.
    held_for = models.CharField(max_length=12, choices=Fact, blank=True, default="", db_default="")
    revoked_for = models.CharField(max_length=12, choices=Fact, blank=True, default="", db_default="")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = LeasableQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0, minimum_order__gte=0), name="reward_above_zero"),
            models.CheckConstraint(
                condition=Q(state__in=["reserved", "revoked"])
                | Q(code__isnull=False, issued_at__isnull=False, expires_on__isnull=False),
                name="reward_issued_has_code_and_dates",
            ),
            models.CheckConstraint(
                condition=Q(state="redeemed", redeemed_at__isnull=False)
                | (~Q(state="redeemed") & Q(redeemed_at=None)),
                name="reward_redeemed_has_its_time",
            ),
            # By a person, for a fact; or released by the clock before there was a code.
            models.CheckConstraint(
                condition=Q(
                    state="revoked",
                    revoked_for__in=["insider", "same_person", "order_void", "not_buyer"],
                    revoked_at__isnull=False,
                    revoked_by__isnull=False,
                )
                | Q(state="revoked", code=None, revoked_for="", revoked_at=None, revoked_by=None)
                | (~Q(state="revoked") & Q(revoked_for="", revoked_at=None, revoked_by=None)),
                name="reward_revoked_by_a_person_for_a_fact",
            ),
            models.CheckConstraint(
                condition=Q(held_for__in=["", "insider", "same_person", "order_void"]),
                name="reward_held_for_what_was_known_before",
            ),
        ]
        indexes = [
            models.Index(fields=["reserved_at"], condition=Q(state="reserved"), name="rewards_reserved"),
            models.Index(fields=["expires_on"], condition=Q(state="issued"), name="rewards_issued"),
            models.Index(fields=["redeemed_at"], condition=Q(state="redeemed"), name="rewards_redeemed"),
            models.Index(
                fields=["reserved_at"], condition=Q(state="reserved") & ~Q(held_for=""), name="rewards_held"
            ),
        ]


class AnswerCount(Leasable):
    """That a survey's finished responses are to be counted into its totals: the row that the job leases."""

    survey = models.OneToOneField(Survey, on_delete=models.CASCADE, related_name="count")
    # Another name each time something was counted: what was added up before it is out of date.
    edition = models.CharField(max_length=16, blank=True, default="", db_default="", editable=False)
    # How they were counted (surveys.counting.WAY). 0: as before there was a number.
    way = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    objects = LeasableQuerySet.as_manager()


class AnswerTotal(models.Model):
    """How often a value was given on one day of the shop, by all that the results page tells apart.

    No person is in it: whoever is erased still counts. `question` '': the cohort of the whole response.
    """

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="totals")
    question = models.CharField(max_length=40)
    day = models.DateField()
    why = models.CharField(max_length=12)  # S4-1
    language = models.CharField(max_length=2)
    channel = models.CharField(max_length=12)
    touchpoint = models.CharField(max_length=40)
    location = models.CharField(max_length=40)
    product = models.CharField(max_length=80)
    value = models.TextField()  # JSON, as the answer is kept
    digest = models.CharField(max_length=32)  # of `value`, which may be too long for an index
    n = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "day", "question", "digest", "why", "language", "channel", "touchpoint",
                        "location", "product"],
                name="one_total_per_value_and_part",
            )
        ]  # fmt: skip


class AnswerImport(Addressed, Leasable):
    """A file of answers given elsewhere: looked at, then taken in by a job, row by row."""

    class State(models.TextChoices):
        LOOKED_AT = "looked_at", _("looked at")
        WAITING = "waiting", _("being taken in")
        DONE = "done", _("taken in")

    class Scale(models.TextChoices):
        NPS = "scale_10", _("recommendation, 0 to 10 (NPS)")
        SMILEYS = "smileys", _("satisfaction, 1 to 5 (CSAT)")
        EFFORT = "effort", _("effort, 1 to 7 (CES)")
        STARS = "stars", _("stars, 1 to 5")

    survey = models.ForeignKey(
        Survey, null=True, blank=True, on_delete=models.PROTECT, related_name="imports"
    )
    state = models.CharField(max_length=10, choices=State, default=State.LOOKED_AT)
    name = models.CharField(max_length=120)  # of the survey that its answers are kept as
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()  # emptied once it is taken in
    scale = models.CharField(max_length=10, choices=Scale)
    why = models.CharField(max_length=12, choices=WhyItCame, default=WhyItCame.INVITED)
    columns = models.JSONField(default=dict)  # field -> place of the column in the file
    place = models.PositiveIntegerField(default=0)  # rows done
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list)  # [[row, column, what is wrong], …], the first ones
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = LeasableQuerySet.as_manager()


class ImportedAnswer(models.Model):
    """Which row of another program a response was: the same row again is known."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="imported")
    external_id = models.CharField(max_length=120)
    response = models.OneToOneField(Response, on_delete=models.CASCADE, related_name="imported")
    why = models.CharField(max_length=12, choices=WhyItCame)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "external_id"], name="each_imported_answer_once")
        ]


class CouponShop(Leasable):
    """A web shop at which every code that is given out becomes a coupon. Its keys are in the environment."""

    class Kind(models.TextChoices):
        WOOCOMMERCE = "woocommerce", "WooCommerce"
        SHOPIFY = "shopify", "Shopify"

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind)
    base_url = models.CharField(max_length=300)
    currency = CurrencyField()
    is_active = models.BooleanField(default=True)
    since = models.DateTimeField()  # codes given out from then on
    trouble = models.CharField(max_length=16, blank=True, default="")
    trouble_since = models.DateTimeField(null=True, blank=True)
    quiet_until = models.DateTimeField(null=True, blank=True)  # it asked us to wait

    objects = LeasableQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"], condition=Q(is_active=True), name="one_active_coupon_shop"
            )
        ]

    def __str__(self):
        return self.name


class Coupon(Leasable):
    """One code as the web shop has it. The code is good at the counter whatever becomes of this."""

    class State(models.TextChoices):
        WAITING = "waiting", _("to be made")
        MADE = "made", _("made")
        REFUSED = "refused", _("refused by the shop")
        REMOVING = "removing", _("to be taken out")
        REMOVED = "removed", _("taken out")

    reward = models.OneToOneField(Reward, on_delete=models.CASCADE, related_name="coupon")
    shop = models.ForeignKey(CouponShop, on_delete=models.PROTECT, related_name="coupons")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    ref = models.CharField(max_length=120, blank=True, default="")  # its id in the shop
    reason = models.CharField(max_length=200, blank=True, default="")  # why it was refused
    looked_at = models.DateTimeField(null=True, blank=True)  # was it used there?

    objects = LeasableQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["waiting", "removing"]), name="coupons_to_do"),
            models.Index(fields=["looked_at"], condition=Q(state="made"), name="coupons_to_look_at"),
        ]


class Guesses(models.Model):
    """How often one user or program asked for a code that there is not, lately. Shared by all processes."""

    who = models.CharField(max_length=40, unique=True)  # "user:5", "token:2"
    began_at = models.DateTimeField()
    misses = models.PositiveIntegerField(default=0)


class RedeemCall(models.Model):
    """A redemption by program under its own key: asked again, it gets the same answer (C10)."""

    digest = models.CharField(max_length=64, unique=True)  # of who asked, and the key
    asked = models.CharField(max_length=64)  # digest of what was asked
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(default=dict)
    made_at = models.DateTimeField(db_index=True)
