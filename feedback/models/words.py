"""What customers said: comments, what the machine read in them, themes."""

from hashlib import blake2b
from typing import Self

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

from feedback.models.addressed import Addressed, Language
from feedback.models.people import Consent, Customer, Location, Order, Product
from feedback.models.queue import Leasable, LeasableQuerySet
from feedback.text import reader

ABUSE = "abuse"  # the flag of a Reading


class Touchpoint(models.Model):
    """Where in dealing with us it happened (S1-13)."""

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name, verbose_name_plural = _("touchpoint"), _("touchpoints")
        ordering = ["position", "slug"]

    def __str__(self):
        return self.name_en

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


class Channel(models.TextChoices):
    SURVEY = "survey", _("survey")
    REVIEW = "review", _("public review")
    FORM = "form", _("feedback form")
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")
    SMS = "sms", _("text message")
    LETTER = "letter", _("letter")
    IN_PERSON = "in_person", _("in person")


class WhyItCame(models.TextChoices):
    """S4-1: never mix means without showing this mix."""

    UNSOLICITED = "unsolicited", _("on their own")
    INVITED = "invited", _("asked, unpaid")
    PAID = "paid", _("asked, with a reward")


class CommentQuerySet(LeasableQuerySet):
    def unread(self):
        return self.filter(read_at=None)

    def current(self):
        """Without the earlier versions of edited reviews."""
        return self.filter(superseded_by=None)

    def wordless(self):
        """Stars alone, or erased: nothing that could be read again."""
        return self.filter(text="", title="")


class Comment(Addressed, Leasable):
    """One utterance, never edited: an edited review is a new Comment and the old one is superseded."""

    class Scale(models.TextChoices):
        NONE = "", _("no score")
        STARS = "stars_5", _("stars, 1 to 5")
        NPS = "nps_10", _("recommendation, 0 to 10")

    text = models.TextField(blank=True, default="")  # NFC, as the customer wrote it
    title = models.CharField(max_length=300, blank=True, default="")
    author = models.CharField(max_length=200, blank=True, default="")  # the displayed name
    language = models.CharField(max_length=2, choices=Language, blank=True, default="")  # as the source says
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    scale = models.CharField(max_length=8, choices=Scale, blank=True, default="")
    why = models.CharField(max_length=12, choices=WhyItCame)
    channel = models.CharField(max_length=12, choices=Channel)
    source = models.SlugField(max_length=40)  # a review source's or a survey's slug
    touchpoint = models.ForeignKey(
        Touchpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    location = models.ForeignKey(Location, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="comments"
    )
    # Only an address that somebody typed says that it is this customer; nobody has checked it.
    customer_claimed = models.BooleanField(default=False)
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.PROTECT, related_name="comments")
    said_at = models.DateTimeField()
    received_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True, editable=False)
    superseded_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes", editable=False
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scale="", score=None)
                # A comparison with NULL is not false, and so would pass.
                | Q(scale="stars_5", score__isnull=False, score__gte=1, score__lte=5)
                | Q(scale="nps_10", score__isnull=False, score__gte=0, score__lte=10),
                name="comment_score_fits_its_scale",
            ),
            models.CheckConstraint(
                condition=Q(why__in=["unsolicited", "invited", "paid"]), name="comment_says_why_it_came"
            ),
        ]
        indexes = [
            models.Index(fields=["-said_at", "-id"], condition=Q(read_at=None), name="comments_to_read"),
            models.Index(fields=["said_at"], name="comments_by_time"),
            models.Index(fields=["id"], condition=Q(failed_at__isnull=False), name="comments_given_up"),
        ]

    def __str__(self):
        return self.public_id

    @property
    def words(self) -> str:
        """What is read and shown: the title, if any, above the text. An Analysis's spans count in this."""
        return f"{self.title}\n{self.text}" if self.title else self.text

    @property
    def is_abusive(self) -> bool:
        """Its words are covered until somebody opens them (S1-11). Load `analysis` where rows are listed.

        What the job has not come to read yet is read here, in some milliseconds, once in each process.
        """
        if hasattr(self, "analysis"):
            return ABUSE in self.analysis.flags
        return _reads_abusive(self.words)

    @property
    def stars(self) -> int | None:
        return round(self.score) if self.scale == self.Scale.STARS and self.score is not None else None


_found_abusive: dict[bytes, bool] = {}  # by a digest: no words are kept
_MOST_FOUND = 10_000


def _reads_abusive(words: str) -> bool:
    """A list shows the same forty rows again and again: read each time, they would take most of the page."""
    key = blake2b(words.encode(errors="surrogatepass"), digest_size=16).digest()
    known = _found_abusive.get(key)
    if known is None:
        known = ABUSE in reader.read(words).flags
        if len(_found_abusive) >= _MOST_FOUND:
            _found_abusive.clear()
        _found_abusive[key] = known
    return known


class Enclosure(Addressed):
    """A picture that came with words: a scanned page of a letter, a photograph in a mail. Drawn anew."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="enclosures")
    position = models.PositiveSmallIntegerField(default=1)
    content = models.BinaryField()  # JPEG
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "position"], name="each_enclosure_has_its_place")
        ]


class Typed(models.Model):
    """What somebody typed beside their words of which we hold nothing that is surely theirs: a person looks.

    `order_number`: of no order of the address or number that they gave; `phone`: not the one that we know.
    """

    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, related_name="typed")
    order_number = models.CharField(max_length=64, blank=True, default="")
    phone = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(order_number="", phone=""), name="typed_is_something")
        ]


class PublishPermissionQuerySet(models.QuerySet["PublishPermission"]):
    def standing(self) -> Self:
        return self.filter(consent__withdrawn_at=None)


class PublishPermission(models.Model):
    """That these words may stand on our own review page: as long as the author's consent stands (L14).

    `is_rewarded`: a reward was promised or given for the survey they come from, which is told wherever the
    words are shown (L5). It is set when it is allowed, never from what was said.
    """

    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, related_name="publish_permission")
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="publish_permissions")
    is_rewarded = models.BooleanField()

    objects = PublishPermissionQuerySet.as_manager()


class Analysis(models.Model):
    """A stored Reading, with the engine that made it. A person's correction stands beside, not over it."""

    comment = models.OneToOneField(
        Comment, on_delete=models.CASCADE, related_name="analysis", primary_key=True
    )
    engine = models.CharField(max_length=40)
    lang = models.CharField(max_length=8)
    sentiment = models.CharField(max_length=8)
    score = models.FloatField()  # -1 bad to 1 good
    probability = models.FloatField(null=True, blank=True)  # of the sentiment, as the engine sees it
    complaint = models.BooleanField()
    problem = models.CharField(max_length=24)
    fault = models.CharField(max_length=8)
    wish = models.CharField(max_length=12)
    expectations = models.JSONField(default=list)  # those that were missed (S1-1)
    leverage = models.CharField(max_length=24, blank=True, default="")
    leverage_spans = models.JSONField(default=list)  # [[start, end], …] into the comment's text
    flags = models.JSONField(default=list)
    pii = models.JSONField(default=list)  # [{"kind", "span": [start, end]}, …]
    read_at = models.DateTimeField()
    # A person looked at the words: "" here means that nobody did. Their themes stand in the mentions.
    corrected_sentiment = models.CharField(max_length=8, blank=True, default="")
    corrected_problem = models.CharField(max_length=24, blank=True, default="")
    corrected_themes = models.BooleanField(default=False)
    edition = models.PositiveIntegerField(default=1)  # raised by each correction: compare-and-set
    corrected_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    corrected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sentiment__in=["negative", "neutral", "positive", "unknown"]),
                name="analysis_sentiment_word",
            ),
            models.CheckConstraint(condition=Q(score__gte=-1, score__lte=1), name="analysis_score_range"),
            models.CheckConstraint(
                condition=Q(
                    corrected_at=None, corrected_by=None, corrected_sentiment="", corrected_problem=""
                )
                & Q(corrected_themes=False)
                | Q(corrected_at__isnull=False, corrected_by__isnull=False, corrected_themes=True)
                & Q(corrected_sentiment__in=["negative", "neutral", "positive"])
                & ~Q(corrected_problem=""),
                name="correction_is_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["corrected_at"], condition=Q(corrected_at__isnull=False), name="corrections_by_time"
            )
        ]

    @property
    def final_sentiment(self) -> str:
        return self.corrected_sentiment or self.sentiment

    @property
    def final_problem(self) -> str:
        return self.corrected_problem or self.problem


class Theme(models.Model):
    """A kind of complaint or praise. The first migration brings the shipped ones; shops add their own."""

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged",
    )
    words = models.JSONField(default=list, blank=True)  # the shop's own words for it, used by the reader
    examples = models.JSONField(default=list, blank=True)  # sentences of the shop's own, learned from

    class Meta:
        verbose_name, verbose_name_plural = _("theme"), _("themes")
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")), name="theme_not_merged_into_itself"
            )
        ]

    def __str__(self):
        return self.name_en

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


_SAID = Coalesce(NullIf(F("corrected_polarity"), Value("")), F("polarity"))


class MentionQuerySet(models.QuerySet["Mention"]):
    def counted(self) -> Self:
        """Those that stand, with their polarity as `final`: a person's, else the machine's."""
        return self.annotate(final=_SAID).exclude(final=Mention.GONE)

    def told(self) -> models.QuerySet["Mention", tuple[int, str, str]]:
        """Comment's key, theme's slug and polarity of those that stand, in the order of the themes."""
        rows = self.annotate(final=_SAID).exclude(final=Mention.GONE)
        return rows.order_by("theme__position", "theme__slug").values_list("comment", "theme__slug", "final")


class Mention(models.Model):
    """One theme in one comment, with its own polarity and the words that show it.

    `polarity` is the machine's, "" where only a person saw the theme; `corrected_polarity` the person's:
    "" where nobody looked, `GONE` where they looked and it is not there.
    """

    GONE = "none"

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="mentions")
    polarity = models.CharField(max_length=8, blank=True, default="")
    corrected_polarity = models.CharField(max_length=8, blank=True, default="")
    words = models.JSONField(default=list)

    objects = MentionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "theme"], name="each_theme_once_per_comment"),
            models.CheckConstraint(
                condition=Q(polarity__in=["", "negative", "neutral", "positive", "unknown"]),
                name="mention_polarity_word",
            ),
            models.CheckConstraint(
                condition=Q(corrected_polarity__in=["", "none", "negative", "neutral", "positive"]),
                name="mention_corrected_polarity_word",
            ),
            models.CheckConstraint(
                condition=~Q(polarity="", corrected_polarity__in=["", "none"]), name="mention_by_somebody"
            ),
        ]

    @property
    def final_polarity(self) -> str:
        """`GONE` where a person says that it is not there."""
        return self.corrected_polarity or self.polarity
