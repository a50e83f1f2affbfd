"""Customers and what they bought: orders, their lines, refunds, disputes, notices, consents."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback.models.addressed import Addressed, CurrencyField, Language, MoneyField


class Location(models.Model):
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)

    class Meta:
        verbose_name, verbose_name_plural = _("location"), _("locations")

    def __str__(self):
        return self.name_en


class Product(models.Model):
    sku = models.CharField(_("SKU"), max_length=80, unique=True)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    category = models.CharField(_("category"), max_length=120, blank=True, default="")
    cost = MoneyField(verbose_name=_("cost of one"), null=True, blank=True)
    currency = CurrencyField(verbose_name=_("currency"))

    class Meta:
        verbose_name, verbose_name_plural = _("product"), _("products")
        constraints = [
            models.CheckConstraint(condition=Q(cost=None) | Q(cost__gte=0), name="product_cost_not_negative")
        ]

    def __str__(self):
        return self.sku

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


class Customer(Addressed):
    """A person who buys. Contact data is blanked on erasure; the row stays for the figures."""

    class Address(models.TextChoices):
        UNKNOWN = "", _("not known")
        BROTHER = "anh", "anh"
        SISTER = "chị", "chị"
        GUEST = "quý khách", "quý khách"

    name = models.CharField(max_length=200, blank=True, default="")
    email = models.EmailField(max_length=254, blank=True, default="")  # lower case
    phone = models.CharField(max_length=32, blank=True, default="")  # E.164 where it could be read
    # Only of whoever wrote us a letter, to answer it; with line breaks.
    postal_address = models.CharField(max_length=300, blank=True, default="", db_default="")
    language = models.CharField(max_length=2, choices=Language, blank=True, default="")
    form_of_address = models.CharField(max_length=12, choices=Address, blank=True, default="")
    is_insider = models.BooleanField(default=False)  # staff or family: no rewarded surveys (L10)
    since = models.DateTimeField()
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["email"], condition=~Q(email=""), name="one_customer_per_email"),
        ]
        indexes = [models.Index(fields=["phone"], condition=~Q(phone=""), name="customer_by_phone")]

    def __str__(self):
        return self.name or self.email or self.public_id


class Order(Addressed):
    """One purchase, with its promised and real delivery date."""

    # Where the number was given out. By it and by customer alone, the longer keys below serve as well.
    store = models.SlugField(max_length=40, default="shop", db_index=False)
    number = models.CharField(max_length=64)
    external_id = models.CharField(max_length=64, blank=True, default="", db_default="")  # its id there
    payment_ref = models.CharField(
        max_length=80, blank=True, default="", db_default=""
    )  # at who took the money
    # How new what we know is, and whom the source named (a keyed hash): see feedback.purchases.
    version = models.CharField(max_length=44, blank=True, default="", db_default="", editable=False)
    buyer = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders", db_index=False)
    placed_at = models.DateTimeField()
    currency = CurrencyField()
    total = MoneyField()
    discount = MoneyField(default=0, db_default=0)  # what was taken off; the total is after it
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.PROTECT, related_name="orders"
    )
    card_number = models.CharField(max_length=64, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")  # ISO 3166; "": the shop's own
    promised_on = models.DateField(null=True, blank=True)
    delivered_on = models.DateField(null=True, blank=True)
    carrier = models.CharField(max_length=80, blank=True, default="")
    terms_shown_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "number"], name="one_order_per_store_and_number"),
            models.UniqueConstraint(
                fields=["store", "external_id"], condition=~Q(external_id=""), name="one_order_per_id_there"
            ),
            models.CheckConstraint(condition=Q(total__gte=0), name="order_total_not_negative"),
            models.CheckConstraint(condition=Q(discount__gte=0), name="order_discount_not_negative"),
        ]
        indexes = [
            models.Index(fields=["payment_ref"], condition=~Q(payment_ref=""), name="orders_by_payment"),
            models.Index(fields=["card_number"], condition=~Q(card_number=""), name="orders_by_card"),
            models.Index(fields=["customer", "placed_at"], name="orders_of_a_customer"),
            models.Index(fields=["placed_at"], name="orders_by_time"),
            models.Index(
                fields=["promised_on"],
                condition=Q(promised_on__isnull=False, delivered_on=None, cancelled_at=None),
                name="orders_on_their_way",
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def days_late(self) -> int | None:
        """Days between the promised and the real delivery; None while either is not known."""
        if not self.promised_on or not self.delivered_on:
            return None
        return (self.delivered_on - self.promised_on).days


class OrderLine(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sku = models.CharField(max_length=80, blank=True, default="")
    name = models.CharField(max_length=200)
    category = models.CharField(max_length=120, blank=True, default="")
    quantity = models.DecimalField(max_digits=12, decimal_places=3, default=1)
    price = MoneyField()  # of one
    cost = MoneyField(null=True, blank=True)  # of one; None when the shop did not say

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_line_quantity_above_zero"),
            models.CheckConstraint(condition=Q(price__gte=0), name="order_line_price_not_negative"),
        ]


class Notice(models.Model):
    """What the customer was told about the order, and when (S3-2: evidence)."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="notices")
    kind = models.SlugField(max_length=40)
    channel = models.SlugField(max_length=20)
    sent_at = models.DateTimeField()
    subject = models.CharField(max_length=200, blank=True, default="")


class Consent(models.Model):
    """Given for one purpose under one wording; withdrawn as easily (L14)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    order = models.ForeignKey(
        Order, null=True, blank=True, on_delete=models.SET_NULL, related_name="consents"
    )
    purpose = models.SlugField(max_length=40)
    wording = models.CharField(max_length=64)
    channel = models.SlugField(max_length=20)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_via = models.SlugField(max_length=20, blank=True, default="", db_default="")


class Refund(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="refunds")
    external_id = models.CharField(max_length=80)
    amount = MoneyField()
    currency = CurrencyField()
    reason = models.CharField(max_length=120, blank=True, default="")
    refunded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "external_id"], name="each_refund_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_above_zero"),
        ]


class Dispute(models.Model):
    """A chargeback or inquiry at the bank. While open, nothing else may be conceded (S3-5)."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    class Outcome(models.TextChoices):
        WON = "won", pgettext_lazy("dispute", "won")
        LOST = "lost", pgettext_lazy("dispute", "lost")
        ACCEPTED = "accepted", pgettext_lazy("dispute", "accepted by us")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="disputes")
    external_id = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    reason = models.CharField(max_length=80, blank=True, default="")
    outcome = models.CharField(max_length=40, blank=True, default="")
    version = models.CharField(max_length=44, blank=True, default="", db_default="", editable=False)
    amount = MoneyField()
    fee = MoneyField(default=0)
    currency = CurrencyField()
    opened_at = models.DateTimeField()
    due_by = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    evidence = models.JSONField(
        default=list
    )  # what a person ticked as attached, by feedback.disputes.EVIDENCE

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | Q(state="closed", closed_at__isnull=False),
                name="dispute_closed_has_its_time",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0, fee__gte=0), name="dispute_money_not_negative"),
        ]
        indexes = [
            models.Index(fields=["due_by"], condition=Q(state="open"), name="disputes_to_answer"),
        ]

    def __str__(self):
        return self.external_id

    @property
    def cost(self):
        """What it took from us so far: the fee, and the money itself once it is lost or given up."""
        gone = self.outcome in (self.Outcome.LOST, self.Outcome.ACCEPTED)
        return self.fee + (self.amount if gone else 0)
