"""How orders come in from elsewhere: files of them, and what web shops and payment services tell us."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback.models.access import User
from feedback.models.addressed import Addressed, CurrencyField
from feedback.models.people import Order
from feedback.models.queue import Leasable, LeasableQuerySet


class OrderImport(Addressed, Leasable):
    """A file of orders: looked at, then taken in by a job. What was refused can be tried again."""

    class State(models.TextChoices):
        LOOKED_AT = "looked_at", pgettext_lazy("a file of orders", "looked at")
        WAITING = "waiting", pgettext_lazy("a file of orders", "being taken in")
        DONE = "done", pgettext_lazy("a file of orders", "taken in")

    state = models.CharField(max_length=10, choices=State, default=State.LOOKED_AT)
    file_name = models.CharField(max_length=200)
    store = models.SlugField(max_length=40)  # of orders whose row names none
    currency = CurrencyField()  # the same
    day_first = models.BooleanField(default=True)  # 03/04 is the third of April
    header = models.JSONField(default=list)
    header_digest = models.CharField(max_length=64)  # by which the columns are known again
    columns = models.JSONField(default=dict)  # field -> place of the column in the file
    are_together = models.BooleanField(default=False)  # rows of one order follow each other within one part
    place = models.PositiveIntegerField(default=0)  # rows done
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)  # orders
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)  # rows
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = LeasableQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["header_digest"], name="imports_with_these_columns")]

    def __str__(self):
        return self.file_name


class OrderImportPart(models.Model):
    """Some rows of the file, packed: they go once they are taken in. Those that were refused stay a while."""

    of = models.ForeignKey(OrderImport, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    is_refused = models.BooleanField(default=False)
    rows = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of", "is_refused", "number"], name="one_part_per_number")
        ]


class OrderSource(Leasable):
    """A web shop or payment service that tells us of orders, and can be asked for them. Its secrets are in
    the environment (docs/orders.md)."""

    class Kind(models.TextChoices):
        WOOCOMMERCE = "woocommerce", "WooCommerce"
        SHOPIFY = "shopify", "Shopify"
        STRIPE = "stripe", "Stripe"
        API = "api", _("a program of our own")

    ASKED = (Kind.WOOCOMMERCE, Kind.SHOPIFY)  # those with a list of orders

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    base_url = models.CharField(_("address"), max_length=300, blank=True, default="")
    store = models.SlugField(
        max_length=40
    )  # of the orders it tells of; of a payment service, those it pays for
    is_active = models.BooleanField(_("in use"), default=True)
    made_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True, blank=True)  # the last delivery
    missed = models.PositiveIntegerField(default=0)  # orders since then that we only found by asking
    # Asking it: the place in its list, as feedback.pulls goes on, and what is the matter.
    every_minutes = models.PositiveSmallIntegerField(_("ask every … minutes"), default=30)
    bookmark = models.CharField(max_length=40, blank=True, default="")
    cursor = models.JSONField(default=dict, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    pulled_at = models.DateTimeField(null=True, blank=True)  # the last whole pass
    misses = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=16, blank=True, default="")
    quiet_until = models.DateTimeField(null=True, blank=True)
    alarmed_at = models.DateTimeField(null=True, blank=True)
    # Does it send orders as usual? (feedback.silence)
    looked_at = models.DateTimeField(null=True, blank=True)
    silent_since = models.DateTimeField(null=True, blank=True)
    usual = models.FloatField(null=True, blank=True)  # orders in such a stretch of the week

    objects = LeasableQuerySet.as_manager()

    def __str__(self):
        return self.name


class DeliveryQuerySet(LeasableQuerySet):
    def to_work(self) -> Self:
        """What is new, and what waited for an order that is there by now."""
        orders = Order.objects.all()
        by_id = orders.filter(store=OuterRef("source__store"), external_id=OuterRef("awaits_id"))
        by_number = orders.filter(store=OuterRef("source__store"), number=OuterRef("awaits_number"))
        by_payment = orders.filter(payment_ref=OuterRef("awaits_payment"))
        by_charge = orders.filter(payment_ref=OuterRef("awaits_charge"))
        has_come = (
            (~Q(awaits_id="") & Exists(by_id))
            | (~Q(awaits_number="") & Exists(by_number))
            | (~Q(awaits_payment="") & Exists(by_payment))
            | (~Q(awaits_charge="") & Exists(by_charge))
        )
        return self.filter(Q(state=Delivery.State.NEW) | (Q(state=Delivery.State.WAITS) & has_come))


class Delivery(Leasable):
    """What a source told us, as it came: checked, kept, answered, and only then worked on. The body goes once
    it is done."""

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("a delivery", "new")
        WAITS = "waits", pgettext_lazy("a delivery", "waits for its order")
        ASKS = "asks", pgettext_lazy("a delivery", "asks for a decision")
        UNUSABLE = "unusable", pgettext_lazy("a delivery", "cannot be used")
        DONE = "done", pgettext_lazy("a delivery", "done")
        IGNORED = "ignored", pgettext_lazy("a delivery", "nothing for us")

    source = models.ForeignKey(OrderSource, on_delete=models.CASCADE, related_name="deliveries")
    topic = models.CharField(max_length=80)
    event_id = models.CharField(max_length=120, blank=True, default="")  # the source's own, sent again or not
    digest = models.CharField(max_length=64)  # of topic and body: the same words under another id
    body = models.BinaryField()
    received_at = models.DateTimeField()
    triggered_at = models.DateTimeField(null=True, blank=True)  # as its source says
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    reason = models.CharField(max_length=20, blank=True, default="")
    field = models.CharField(max_length=60, blank=True, default="")
    awaits_id = models.CharField(max_length=64, blank=True, default="")
    awaits_number = models.CharField(max_length=64, blank=True, default="")
    awaits_payment = models.CharField(max_length=80, blank=True, default="")
    awaits_charge = models.CharField(max_length=80, blank=True, default="")
    about = models.BigIntegerField(null=True, blank=True)  # the order it turned out to be about
    done_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "event_id"], condition=~Q(event_id=""), name="each_delivery_once"
            ),
            models.UniqueConstraint(fields=["source", "digest"], name="the_same_words_once"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["new", "waits"]), name="deliveries_to_work"),
            models.Index(fields=["state", "id"], name="deliveries_by_state"),
        ]

    def __str__(self):
        return self.topic
