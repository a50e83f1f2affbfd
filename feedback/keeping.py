"""What the kernel lets go of when its time is over: rules of feedback.retention."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from feedback import belongings, data_map, erasure, lapsed
from feedback.belongings import Rows
from feedback.erasure import MADE_UP
from feedback.models import (
    Case,
    Comment,
    Consent,
    Contact,
    ContactImport,
    Customer,
    DataAsked,
    DataLink,
    Delivery,
    Dispute,
    Erasure,
    MailAddress,
    Order,
    OrderImport,
    OrderImportPart,
    OrderLine,
    OutgoingMail,
    Promise,
    Refund,
)
from feedback.retention import Keys, Rule, emptying, of_customers

_BOOKS = (
    "feedback.Order.number", "feedback.Order.country",
    "feedback.Order.external_id", "feedback.Order.payment_ref",
    "feedback.OrderLine.sku", "feedback.OrderLine.name", "feedback.OrderLine.category",
    "feedback.Refund.external_id", "feedback.Dispute.external_id",
)  # fmt: skip
_GONE = _("nothing")
_FIGURES = _("figures without a name")


def _ask_customers(keys: Keys, now: datetime) -> None:
    """Each goes as if they had asked: what is going out is waited for, and files are gone through."""
    for customer in Customer.objects.filter(pk__in=keys).order_by("pk"):
        erasure.ask(customer, how=Erasure.How.RETENTION)


def _ask_strangers(keys: Keys, now: datetime) -> None:
    for comment in Comment.objects.filter(pk__in=keys).order_by("pk"):
        erasure.ask(comment=comment, how=Erasure.How.RETENTION)


def _tables(rows: Rows) -> Mapping[str, int]:
    """Without rows of which an erasure keeps all that is declared."""
    keeps = data_map.Erasure.KEEP
    touched = (
        label for label in rows if any(one.erasure is not keeps for one in data_map.of_model(label).values())
    )
    return {label: len(rows[label]) for label in touched}


def _old_letters(before: datetime) -> models.QuerySet[OutgoingMail]:
    """Those that were sent, or given up."""
    found = OutgoingMail.objects.filter(made_at__lt=before)
    found = found.exclude(state=OutgoingMail.State.WAITING, failed_at=None)
    return found.exclude(to="", subject="", text="", html="", unsubscribe_url="")


def _drop_letters(keys: Keys, now: datetime) -> None:
    rows = OutgoingMail.objects.filter(pk__in=keys)
    rows.filter(state=OutgoingMail.State.WAITING).update(state=OutgoingMail.State.SUPPRESSED, failed_at=None)
    erasure.empty_columns(rows, _declared("feedback.OutgoingMail"))


def _letter_files(before: datetime) -> int:
    """Letters that were written into files instead of being sent."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    old = (
        [path for path in Path(folder).glob("*.log") if path.stat().st_mtime < before.timestamp()]
        if folder
        else []
    )
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _nobodys_addresses(before: datetime) -> models.QuerySet[MailAddress]:
    """No customer has them any more, and no letter to them is kept."""
    found = MailAddress.objects.exclude(email__startswith=MADE_UP)
    for model, column in ((Customer, "email"), (OutgoingMail, "to")):
        known = model._default_manager.exclude(**{column: ""})
        found = found.exclude(email__in=known.values(low=Lower(column)))
    return found


def _old_books(before: datetime) -> models.QuerySet[Order]:
    """A dispute that is still being fought keeps its order."""
    found = Order.objects.filter(placed_at__lt=before).exclude(number__startswith=MADE_UP)
    return found.exclude(pk__in=Dispute.objects.filter(state=Dispute.State.OPEN).values("order"))


def _close_books(keys: Keys, now: datetime) -> None:
    """Numbers and names of goods go; days, amounts and products stay for the figures."""
    numbers = ((Order, "pk", "number"), (Refund, "order", "external_id"), (Dispute, "order", "external_id"))
    for model, order, column in numbers:
        rows = model._default_manager.filter(**{f"{order}__in": keys})
        one = data_map.PERSONAL[f"{model._meta.label}.{column}"]
        erasure.empty_columns(rows, {column: replace(one, erasure=data_map.Erasure.ANEW)})
    Order.objects.filter(pk__in=keys).update(country="", external_id="", payment_ref="")
    OrderLine.objects.filter(order__in=keys).update(sku="", name="", category="")


def _books_tables(keys: Keys) -> Mapping[str, int]:
    by_order = {
        model._meta.label: model._default_manager.filter(order__in=keys).count()
        for model in (OrderLine, Refund, Dispute)
    }
    return {"feedback.Order": len(keys), **by_order}


def _drop_promise_links(keys: Keys, now: datetime) -> None:
    Promise.objects.filter(pk__in=keys).update(link_digest=None)


def _drop_satisfaction_links(keys: Keys, now: datetime) -> None:
    Case.objects.filter(pk__in=keys).update(satisfaction_digest=None)


def _drop_consents(keys: Keys, now: datetime) -> None:
    Consent.objects.filter(pk__in=keys).delete()


def _old_consents(before: datetime) -> models.QuerySet[Consent]:
    """Taken back, or of somebody who was erased; what stands is proof of what is being done."""
    over = Q(withdrawn_at__lt=before) | Q(customer__erased_at__lt=before, given_at__lt=before)
    return Consent.objects.filter(over)


def _hide_addresses(keys: Keys, now: datetime) -> None:
    rows = MailAddress.objects.filter(pk__in=keys)
    erasure.empty_columns(rows, {"email": data_map.PERSONAL["feedback.MailAddress.email"]})


def _declared(label: str) -> Mapping[str, data_map.Personal]:
    return data_map.of_model(label)


RULES = (
    Rule(
        name="customers",
        what=_("Customers: name, contact, words, what we wrote to them"),
        since=_("after the last order, word, call or open case"),
        becomes=_FIGURES,
        columns=of_customers(),
        past=lapsed.customers,
        let_go=_ask_customers,
        tables=lambda keys: _tables(belongings.of_all(keys)),
        batch=100,
    ),
    Rule(
        name="strangers",
        what=_("Words of people whom no customer stands for"),
        since=_("after they were said"),
        becomes=_("stars, themes and figures"),
        columns=tuple(f"feedback.Comment.{column}" for column in ("text", "title", "author")),
        past=lapsed.strangers,
        let_go=_ask_strangers,
        tables=lambda keys: _tables(belongings.of_comments(keys)),
        batch=100,
    ),
    Rule(
        name="letters",
        what=_("Letters: address, subject, text"),
        since=_("after they were written"),
        becomes=_("that one was sent, and when"),
        columns=tuple(f"feedback.OutgoingMail.{name}" for name in data_map.of_model("feedback.OutgoingMail")),
        past=_old_letters,
        let_go=_drop_letters,
        files=_letter_files,
    ),
    Rule(
        name="addresses",
        what=_("Addresses that no customer has any more"),
        since=_("once no letter to them is kept"),
        becomes=_("a no to mail, as a hash"),
        columns=("feedback.MailAddress.email",),
        is_timed=False,
        past=_nobodys_addresses,
        let_go=_hide_addresses,
    ),
    emptying(
        name="data_links",
        label="feedback.DataLink",
        columns=("digest", "new_email"),
        what=_("Links to own data"),
        since=_("after they ended"),
        becomes=_GONE,
        past=lambda before: DataLink.objects.filter(expires_at__lt=before),
    ),
    Rule(
        name="promise_links",
        what=_("Links by which customers say whether a promise was kept"),
        since=_("after they were asked"),
        becomes=_("what was promised, until its customer goes"),
        columns=("feedback.Promise.link_digest",),
        past=lambda before: Promise.objects.filter(asked_at__lt=before).exclude(link_digest=None),
        let_go=_drop_promise_links,
    ),
    Rule(
        name="satisfaction_links",
        what=_("Links by which customers say whether they are satisfied with how it ended"),
        since=_("after they were asked"),
        becomes=_("what they said, until they go as a customer"),
        columns=("feedback.Case.satisfaction_digest",),
        past=lambda before: Case.objects.filter(satisfaction_asked_at__lt=before).exclude(
            satisfaction_digest=None
        ),
        let_go=_drop_satisfaction_links,
    ),
    emptying(
        name="data_asked",
        label="feedback.DataAsked",
        columns=("email",),
        what=_("Addresses that somebody asked a link for"),
        since=_("after they asked"),
        becomes=_GONE,
        past=lambda before: DataAsked.objects.filter(asked_at__lt=before),
    ),
    emptying(
        name="sessions",
        label="sessions.Session",
        columns=("session_key", "session_data"),
        what=_("Sessions of people who work here"),
        since=_("after they ended"),
        becomes=_GONE,
        past=lambda before: Session.objects.filter(expire_date__lt=before),
    ),
    emptying(
        name="set_up_log",
        label="admin.LogEntry",
        columns=("object_repr", "change_message"),
        what=_("The set-up's log: what a row was called"),
        since=_("after the change"),
        becomes=_("who changed which row, and when"),
        past=lambda before: LogEntry.objects.filter(action_time__lt=before).exclude(
            object_repr="–", change_message=""
        ),
    ),
    Rule(
        name="consents",
        what=_("Consents that were taken back, or whose customer was erased"),
        since=_("after that"),
        becomes=_GONE,
        columns=tuple(f"feedback.Consent.{column}" for column in ("purpose", "wording", "channel")),
        past=_old_consents,
        let_go=_drop_consents,
    ),
    Rule(
        name="books",
        what=_("Orders, refunds, disputes: numbers, names of goods"),
        since=_("after the order (accounting law)"),
        becomes=_("days, amounts and products"),
        columns=_BOOKS,
        past=_old_books,
        let_go=_close_books,
        tables=_books_tables,
    ),
    emptying(
        name="deliveries",
        label="feedback.Delivery",
        columns=("body",),
        what=_("What web shops told us of orders, where it could not be used"),
        since=_("after it came"),
        becomes=_("that something came, and why it could not be used"),
        past=lambda before: Delivery.objects.filter(received_at__lt=before).exclude(body=b""),
    ),
    emptying(
        name="order_files",
        label="feedback.OrderImportPart",
        columns=("content",),
        what=_("Files of orders: rows that could not be used"),
        since=_("after the file was brought"),
        becomes=_GONE,
        past=lambda before: OrderImportPart.objects.filter(
            Q(of__state=OrderImport.State.DONE) | Q(of__failed_at__isnull=False), of__made_at__lt=before
        ),
    ),
    emptying(
        name="contact_files",
        label="feedback.ContactImport",
        columns=("content",),
        what=_("Files of contacts, once taken in or given up"),
        since=_("after they came"),
        becomes=_("how many rows came in, and what was wrong"),
        past=lambda before: ContactImport.objects.filter(
            Q(state=ContactImport.State.DONE) | Q(failed_at__isnull=False), made_at__lt=before
        ).exclude(content=b""),
    ),
    emptying(
        name="calls",
        label="feedback.Contact",
        columns=("external_id",),
        what=_("The numbers of calls and visits in your other programs"),
        since=_("after the call"),
        becomes=_("when, how and why they came"),
        past=lambda before: Contact.objects.filter(at__lt=before).exclude(external_id=""),
    ),
)  # fmt: skip
