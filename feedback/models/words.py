"""What customers said: comments, what the machine read in them, themes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from feedback.models.addressed import Addressed, Language
from feedback.models.people import Customer, Location, Order, Product
from feedback.models.queue import Leasable, LeasableQuerySet


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
            models.Index(fields=["id"], condition=Q(read_at=None), name="comments_to_read"),
            models.Index(fields=["said_at"], name="comments_by_time"),
        ]

    def __str__(self):
        return self.public_id

    @property
    def words(self) -> str:
        """What is read and shown: the title, if any, above the text. An Analysis's spans count in this."""
        return f"{self.title}\n{self.text}" if self.title else self.text

    @property
    def stars(self) -> int | None:
        return round(self.score) if self.scale == self.Scale.STARS and self.score is not None else None


class Analysis(models.Model):
    """A stored Reading, with the engine that made it. A person's correction stands beside, not over it."""

    comment = models.OneToOneField(
        Comment, on_delete=models.CASCADE, related_name="analysis", primary_key=True
    )
    engine = models.CharField(max_length=40)
    lang = models.CharField(max_length=8)
    sentiment = models.CharField(max_length=8)
    score = models.FloatField()  # -1 bad to 1 good
    complaint = models.BooleanField()
    problem = models.CharField(max_length=24)
    fault = models.CharField(max_length=8)
    wish = models.CharField(max_length=12)
    leverage = models.CharField(max_length=24, blank=True, default="")
    leverage_spans = models.JSONField(default=list)  # [[start, end], …] into the comment's text
    flags = models.JSONField(default=list)
    pii = models.JSONField(default=list)  # [{"kind", "span": [start, end]}, …]
    read_at = models.DateTimeField()
    corrected_sentiment = models.CharField(max_length=8, blank=True, default="")
    corrected_problem = models.CharField(max_length=24, blank=True, default="")
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

    class Meta:
        verbose_name, verbose_name_plural = _("theme"), _("themes")
        ordering = ["position", "slug"]

    def __str__(self):
        return self.name_en

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


class Mention(models.Model):
    """One theme in one comment, with its own polarity and the words that show it."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="mentions")
    polarity = models.CharField(max_length=8)
    words = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "theme"], name="each_theme_once_per_comment"),
            models.CheckConstraint(
                condition=Q(polarity__in=["negative", "neutral", "positive", "unknown"]),
                name="mention_polarity_word",
            ),
        ]
