"""Where reviews come from, the reviews, and our public replies to them."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from feedback.models.addressed import Addressed, Language
from feedback.models.authors import Authored, four_eyes
from feedback.models.cases import Case, Decision
from feedback.models.mail import OutgoingMail
from feedback.models.people import Order
from feedback.models.queue import Leasable, LeasableQuerySet
from feedback.models.words import Comment
from feedback.tokens import public_id


class Source(models.Model):
    """A place reviews come from. `kind` names the module in reviews/sources that fetches and publishes."""

    class Kind(models.TextChoices):
        OWN = "own", _("our own review page")
        FILE = "file", _("a file to paste from")
        WOOCOMMERCE = "woocommerce", _("a WooCommerce shop")

    POLLED = (Kind.WOOCOMMERCE.value,)  # asked over the web: these have a Polling row

    class LimitKind(models.TextChoices):
        NONE = "", _("no limit")
        BYTES = "bytes", _("bytes")
        CHARACTERS = "characters", _("characters")

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    is_active = models.BooleanField(_("in use"), default=True)
    allows_reply = models.BooleanField(_("replies are possible"), default=True)
    solicitation_allowed = models.BooleanField(_("we may ask for reviews there"), default=False)  # L2
    limit_kind = models.CharField(
        _("length of a reply is counted in"), max_length=10, choices=LimitKind, blank=True, default=""
    )
    limit_size = models.PositiveIntegerField(_("longest reply"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("source of reviews"), _("sources of reviews")
        constraints = [
            models.CheckConstraint(
                # A comparison with NULL is not false, and would pass.
                condition=Q(limit_kind="", limit_size=None)
                | (~Q(limit_kind="") & Q(limit_size__isnull=False, limit_size__gt=0)),
                name="source_limit_is_whole",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def is_polled(self):
        return self.kind in self.POLLED


class PollingQuerySet(LeasableQuerySet):
    def to_fetch(self, now):
        return self.filter(
            Q(next_at=None) | Q(next_at__lte=now),
            Q(quiet_until=None) | Q(quiet_until__lte=now),
            source__is_active=True,
        )


class Polling(Leasable):
    """How a source is asked over the web: where, how often, how far we are, and what is the matter.

    A pass reads pages until `cursor` ends: *news* up to what is known, a *sweep* all of them, after which
    the reviews that it did not see are looked for one by one (*missing*). One page is one lease.
    """

    class Stage(models.TextChoices):
        RESTING = "", _("resting")
        NEWS = "news", _("reading what is new")
        SWEEP = "sweep", _("reading everything")
        MISSING = "missing", _("looking for what is missing")

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="polling")
    base_url = models.URLField(max_length=300)
    reply_account = models.CharField(max_length=60, blank=True, default="")  # its password: the environment
    every_minutes = models.PositiveSmallIntegerField(default=15)
    sweep_hours = models.PositiveSmallIntegerField(default=12)
    stage = models.CharField(max_length=8, choices=Stage, blank=True, default=Stage.RESTING)
    began_at = models.DateTimeField(null=True, blank=True)  # of the pass
    cursor = models.JSONField(default=dict)  # the connector's own; committed with the page before it
    bookmark = models.CharField(max_length=200, blank=True, default="")  # the newest that is known
    next_at = models.DateTimeField(null=True, blank=True)
    polled_at = models.DateTimeField(null=True, blank=True)  # the last whole pass
    swept_at = models.DateTimeField(null=True, blank=True)
    # The circuit: while it is quiet nothing is asked and nothing published there.
    quiet_until = models.DateTimeField(null=True, blank=True)
    misses = models.PositiveSmallIntegerField(default=0)  # in a row
    trouble = models.CharField(max_length=20, blank=True, default="")  # a reviews.sources.Trouble
    alarmed_at = models.DateTimeField(null=True, blank=True)  # once per outage
    # A locked door for our replies alone: reading goes on.
    reply_trouble = models.CharField(max_length=20, blank=True, default="")
    replies_quiet_until = models.DateTimeField(null=True, blank=True)

    objects = PollingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(every_minutes__gte=1, sweep_hours__gte=1), name="polling_rests_between_passes"
            )
        ]


class UnreadableReview(Leasable):
    """A review that the source gives and we cannot keep: a dead letter with its reason, without its words."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="unreadable")
    external_id = models.CharField(max_length=200)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    objects = LeasableQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="each_unreadable_review_once")
        ]


class ReviewQuerySet(LeasableQuerySet):
    def to_answer(self):
        """Read by the machine, without a draft for this version. An answer on its way out goes first."""
        on_its_way = Reply.objects.filter(review=OuterRef("pk"), state__in=Reply.ON_THE_WAY)
        ready = self.filter(state=Review.State.RECEIVED, comment__read_at__isnull=False, deleted_at=None)
        return ready.filter(~Exists(on_its_way))

    def not_seen_since(self, moment):
        """Those that a sweep which began then did not meet."""
        return self.filter(Q(seen_at=None) | Q(seen_at__lt=moment), deleted_at=None)

    def shown(self):
        """What the public page shows: everything that is not hidden for a listed reason (L6), nor taken
        back by its author."""
        return self.filter(source__kind=Source.Kind.OWN, hidden_at=None, deleted_at=None)


HIDDEN_FOR = {
    "illegal": _("against the law"),
    "hateful": _("hateful or obscene"),
    "personal_data": _("personal data of others"),
    "fake": _("clearly fake"),
    "unrelated": _("not about the shop"),
    "trade_secret": _("trade secret"),
}


class Review(Addressed, Leasable):
    """A public comment at a source, once per external id; an edit raises `version` and swaps `comment`."""

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        DRAFTED = "drafted", _("has a draft")

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="reviews")
    external_id = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    digest = models.CharField(max_length=64)  # of title, text and stars: tells an edit
    comment = models.OneToOneField(Comment, on_delete=models.PROTECT, related_name="review")
    said_at = models.DateTimeField()  # the comment's: our page is in this order
    state = models.CharField(max_length=8, choices=State, default=State.RECEIVED)
    url = models.URLField(max_length=500, blank=True, default="")
    verified = models.BooleanField(null=True, blank=True)
    incentivised = models.BooleanField(default=False)  # shown wherever the review is (L5)
    # Route: routing only; never the remedy, never the words (decision 5).
    route = models.CharField(max_length=8, choices=Case.Route, default=Case.Route.NORMAL)
    routes = models.JSONField(default=list)
    wants_approver = models.BooleanField(default=False)
    edited_at = models.DateTimeField(null=True, blank=True)  # by its author, where the source says so
    seen_at = models.DateTimeField(null=True, blank=True)  # the last sweep that met it at its source
    deleted_at = models.DateTimeField(null=True, blank=True)  # found to be gone there; totals keep it (L6)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_reason = models.CharField(
        max_length=20,
        blank=True,
        default="",
        choices=list(HIDDEN_FOR.items()),
    )

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="each_review_once_per_source"),
            models.CheckConstraint(
                condition=Q(hidden_at=None, hidden_reason="")
                | (Q(hidden_at__isnull=False) & ~Q(hidden_reason="")),
                name="hidden_only_with_a_listed_reason",
            ),
            # None of them asks whether the review is good or bad: no other word can be written here (L6).
            models.CheckConstraint(
                condition=Q(hidden_reason__in=["", *HIDDEN_FOR]), name="hidden_reason_is_listed"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(failed_at__isnull=False), name="reviews_given_up"),
            models.Index(fields=["id"], condition=Q(state="received"), name="reviews_to_answer"),
            models.Index(
                fields=["said_at", "id", "source", "hidden_at", "deleted_at"], name="reviews_by_time"
            ),
            models.Index(fields=["hidden_at"], condition=Q(hidden_at__isnull=False), name="reviews_hidden"),
        ]

    def __str__(self):
        return self.public_id


class SearchText(models.Model):
    """A review's words as the desk's search knows them: folded, without signs. The index stands beside it.

    A table of its own: SQLite makes a table anew when a column is added, and forgets its triggers.
    """

    review = models.OneToOneField(
        Review, on_delete=models.CASCADE, related_name="search_text", primary_key=True
    )
    words = models.TextField()


class ReplyQuerySet(LeasableQuerySet):
    def waiting(self):
        return self.filter(state=Reply.State.DRAFT)

    def with_all_around(self):
        """With the review, its words and what was read in them, the customer, the decision: one query."""
        words = "review__comment"
        return self.select_related(
            "review__source", f"{words}__analysis", f"{words}__customer", f"{words}__order",
            "decision__policy", "case", "edited_by", "approved_by",
        )  # fmt: skip

    def to_publish(self, now):
        return self.filter(state__in=[Reply.State.APPROVED, Reply.State.PUBLISHING])._answering(now)

    def to_check(self, now):
        """Handed over; the platform has not said yes or no yet."""
        return self.filter(state=Reply.State.PENDING)._answering(now)

    def _answering(self, now):
        """Not at a source that asked us to wait, or that we leave in peace for a while."""
        there = "review__source__polling__"
        return self.exclude(
            Q(**{f"{there}quiet_until__gt": now}) | Q(**{f"{there}replies_quiet_until__gt": now})
        )


_CHOSEN_BY = (
    *("review", "source", "language", "standing", "sentiment", "has_leverage", "themes"),
    *("needs_approver", "held", "review_version"),
)


class Reply(Addressed, Authored, Leasable):
    """Our public answer: draft → approved → publishing → published | pending | refused, or discarded."""

    class State(models.TextChoices):
        DRAFT = "draft", _("waiting for approval")
        APPROVED = "approved", _("approved")
        PUBLISHING = "publishing", _("being published")
        PUBLISHED = "published", _("published")
        PENDING = "pending", _("being checked by the platform")
        REFUSED = "refused", _("refused by the platform")
        DISCARDED = "discarded", _("discarded")

    ON_THE_WAY = (State.PUBLISHING, State.PENDING)
    UNSENT = (State.DRAFT, State.APPROVED, State.REFUSED)

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="replies")
    review_version = models.PositiveIntegerField()
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="replies")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="replies")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    language = models.CharField(max_length=2, choices=Language)
    # Of the review and the decision, as they were when it was drafted: what the list is sorted and chosen by.
    urgency = models.PositiveSmallIntegerField(default=4)  # place of the route, 0 the most urgent
    standing = models.CharField(max_length=8, blank=True, default="")
    # Of the review as it stands (reviews.listing): one index answers every filter of the list.
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False)
    sentiment = models.CharField(max_length=8, blank=True, default="")  # what counts; "" while nobody read it
    has_leverage = models.BooleanField(default=False)
    themes = models.CharField(max_length=1000, blank=True, default="")  # keys with a space before and after
    drafted_text = models.TextField()  # as composed
    text = models.TextField()  # as it will go out
    edition = models.PositiveIntegerField(default=1)  # raised by each edit: compare-and-set
    needs_approver = models.BooleanField(default=False)
    held = models.CharField(max_length=8, blank=True, default="")  # the open Hold's `whom`, "" for none
    drafted_at = models.DateTimeField()
    edited_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)  # first attempt: before another, ask the source
    published_at = models.DateTimeField(null=True, blank=True)
    external_ref = models.CharField(max_length=200, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="")  # of our no, or the platform's

    objects = ReplyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "discarded"])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="no_reply_goes_out_unapproved",
            ),
            four_eyes("reply_needs_four_eyes"),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | (~Q(state="published") & Q(published_at=None))
                | Q(state="discarded"),
                name="published_reply_has_its_time",
            ),
            models.UniqueConstraint(
                fields=["review"],
                condition=~Q(state__in=["discarded", "published"]),
                name="one_reply_at_work_per_review",
            ),
            models.UniqueConstraint(
                fields=["review", "review_version"],
                condition=~Q(state="discarded"),
                name="one_reply_per_review_version",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(failed_at__isnull=False), name="replies_given_up"),
            # The list in each of its orders, with all that it is chosen by: no row is looked at in vain.
            models.Index(
                fields=["state", "urgency", "drafted_at", "id", *_CHOSEN_BY], name="replies_by_urgency"
            ),
            # Of thousands with the words that are looked for: what else is asked of them, and their order.
            models.Index(
                fields=[*("review", "state", "language", "sentiment"), *("drafted_at", "urgency", "id")],
                name="replies_of_a_review",
            ),
            models.Index(
                fields=["state", "drafted_at", "id", "urgency", *_CHOSEN_BY], name="replies_by_state"
            ),
            models.Index(
                fields=["drafted_at", "id", "state", "urgency", *_CHOSEN_BY], name="replies_by_time"
            ),
            models.Index(
                fields=["id"], condition=Q(state__in=["approved", "publishing"]), name="replies_to_publish"
            ),
        ]


class Hold(models.Model):
    """Why a draft waits: a question, or a word from somebody higher. It ends with their answer."""

    class Whom(models.TextChoices):
        COLLEAGUE = "staff", _("a colleague")
        CUSTOMER = "customer", _("the customer")
        APPROVER = "approver", _("an approver")
        MANAGER = "manager", _("a manager")

    ASKED = (Whom.COLLEAGUE, Whom.CUSTOMER)

    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, related_name="holds")
    whom = models.CharField(max_length=8, choices=Whom)
    fact = models.CharField(max_length=24, blank=True, default="")  # the fact that is asked for, if one is
    words = models.CharField(max_length=500)
    asked_by = models.ForeignKey("feedback.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=500, blank=True, default="")  # "" for a question that was taken back
    ended_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reply"], condition=Q(ended_at=None), name="one_open_hold_per_reply"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, answer="")
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="hold_ends_by_somebody",
            ),
        ]


class SavedFilter(models.Model):
    """A list that somebody looks at often: the tail of its address under a name, for this person."""

    by = models.ForeignKey("feedback.User", on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["by", "name"], name="one_saved_filter_of_a_name")]


class PublicPlan(Leasable):
    """Whom we ask to write about us at one public place, and when: a mail of its own, after any survey's.

    There is no column for a reward, and none for how it went (decision 1; L2, L3, L4).
    """

    class Way(models.TextChoices):
        EVERYONE = "everyone", _("everyone")
        EVERY_NTH = "every_nth", _("every n-th order")
        SHARE = "share", _("a share, drawn by lot")

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="public_plan")
    url = models.URLField(max_length=300)  # where one writes a review there: the same for everybody
    delay = models.PositiveSmallIntegerField(default=15)  # working days after the delivery
    since = models.DateField()  # what was delivered before this day is not asked about
    way = models.CharField(max_length=10, choices=Way, default=Way.EVERYONE)
    every = models.PositiveSmallIntegerField(default=2)
    percent = models.PositiveSmallIntegerField(default=50)
    seed = models.CharField(max_length=16, default=public_id)
    counted = models.PositiveIntegerField(default=0)  # orders that fitted: places in the line
    apart_days = models.PositiveSmallIntegerField(default=180)
    made_at = models.DateTimeField()
    look_at = models.DateTimeField(null=True, blank=True)  # when the job looks next; None: switched off

    objects = LeasableQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(delay__gte=7), name="public_plan_asks_later_than_a_survey"),
            models.CheckConstraint(condition=Q(every__gte=2), name="public_plan_every_second_at_most"),
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=100), name="public_plan_share_in_percent"
            ),
            models.CheckConstraint(condition=~Q(url=""), name="public_plan_leads_somewhere"),
        ]
        indexes = [
            models.Index(
                fields=["look_at"], condition=Q(look_at__isnull=False), name="public_plans_to_look_at"
            )
        ]

    @property
    def is_on(self) -> bool:
        return self.look_at is not None


class PublicInvitation(Leasable):
    """One order, looked at once by a PublicPlan: asked, or why not. The log that proves the draw (L4)."""

    class Outcome(models.TextChoices):
        INVITED = "invited", _("asked")
        CANCELLED = "cancelled", _("the order was cancelled")
        TOO_LATE = "too_late", _("it was too long ago")
        NOT_DRAWN = "not_drawn", _("not drawn")
        ERASED = "erased", _("the customer was erased")
        INSIDER = "insider", _("staff or family")
        NO_ADDRESS = "no_address", _("no e-mail address")
        STOPPED = "stopped", _("the customer wants no such mail")
        CAME_BACK = "came_back", _("mail to the address came back")
        ASKED_LATELY = "asked_lately", _("asked for a public review shortly before")

    plan = models.ForeignKey(PublicPlan, on_delete=models.CASCADE, related_name="invitations")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome)
    rule = models.CharField(max_length=40)  # feedback.selecting.Draw.rule at that moment
    place = models.PositiveIntegerField(null=True)  # in the line of those that fitted; None: did not fit
    at = models.DateTimeField()
    send_at = models.DateTimeField(null=True, blank=True)  # None: nothing is to be sent any more
    sent_at = models.DateTimeField(null=True, blank=True)
    why_not = models.CharField(max_length=16, blank=True, default="")  # drawn, and not sent all the same
    mail = models.ForeignKey(OutgoingMail, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = LeasableQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "order"], name="public_invitation_once_per_order"),
            models.UniqueConstraint(fields=["plan", "place"], name="public_invitation_once_per_place"),
            models.CheckConstraint(
                condition=Q(outcome="invited") | Q(send_at=None, sent_at=None, why_not=""),
                name="public_invitation_only_to_whom_was_drawn",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(failed_at__isnull=False), name="public_invitations_given_up"
            ),
            models.Index(
                fields=["send_at"], condition=Q(send_at__isnull=False), name="public_invitations_to_send"
            ),
        ]
