"""What is held of one person, in groups that they can read, and as files to take away (L15).

The rows come from the map (feedback.belongings). `SHOWN` says which columns they see under which words; why a
column of the map is left out stands in `LEFT_OUT`. A test compares both with the map.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from feedback import belongings, consents, labels, shop
from feedback.models import Case, Customer, Defection, Dispute, Enclosure, OutgoingMail
from feedback.models import Promise as Promised
from feedback.models.addressed import MoneyField
from feedback.money import format_money
from feedback.spreadsheets import harmless

Words = str | Promise
WithdrawnWhy = Promised.WithdrawnWhy
SHOWN_ROWS = 50  # of one table on the page; the file has all


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`columns`: field and its words, in the order of reading. `at`: what rows are sorted by."""

    title: Words
    at: str
    columns: Mapping[str, Words]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The rows of one table: each as pairs of words and what stands there, empty columns left out."""

    name: str  # "feedback.Order"
    title: Words
    rows: Sequence[Sequence[tuple[Words, str]]]
    raw: Sequence[Mapping[str, Any]]

    @property
    def shown(self) -> Sequence[Sequence[tuple[Words, str]]]:
        return self.rows[:SHOWN_ROWS]

    @property
    def more(self) -> int:
        return max(0, len(self.rows) - SHOWN_ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    title: Words
    tables: Sequence[Held]


_when, _state, _words, _amount, _currency = (
    gettext_lazy("When"),
    gettext_lazy("State"),
    gettext_lazy("Words"),
    gettext_lazy("Amount"),
    gettext_lazy("Currency"),
)
_reason = gettext_lazy("Reason")
SHOWN: dict[Words, dict[str, Table]] = {
    gettext_lazy("Who you are"): {
        "feedback.Customer": Table(
            title=gettext_lazy("You"),
            at="since",
            columns={
                "name": gettext_lazy("Name"),
                "email": gettext_lazy("E-mail"),
                "phone": gettext_lazy("Phone"),
                "postal_address": gettext_lazy("Postal address"),
                "language": gettext_lazy("Language"),
                "form_of_address": gettext_lazy("How we address you"),
                "since": gettext_lazy("Customer since"),
            },
        ),
        "feedback.MailAddress": Table(
            title=gettext_lazy("Your address for mail"),
            at="pk",
            columns={
                "email": gettext_lazy("E-mail"),
                "unsubscribed_at": gettext_lazy("You said no to such mail"),
                "bounced_at": gettext_lazy("Mail came back"),
                "complained_at": gettext_lazy("You reported our mail as spam"),
                "asked_again_at": gettext_lazy("You asked for such mail again"),
                "asked_again_wording": gettext_lazy("Text"),
            },
        ),
    },
    gettext_lazy("What you agreed to"): {
        "feedback.Consent": Table(
            title=gettext_lazy("Consent"),
            at="given_at",
            columns={
                "purpose": gettext_lazy("For"),
                "wording": gettext_lazy("Text"),
                "channel": gettext_lazy("Where"),
                "given_at": pgettext_lazy("consent", "Given"),
                "withdrawn_at": gettext_lazy("Taken back"),
                "withdrawn_via": gettext_lazy("Taken back where"),
            },
        ),
    },
    gettext_lazy("What you bought"): {
        "feedback.Order": Table(
            title=gettext_lazy("Orders"),
            at="placed_at",
            columns={
                "number": pgettext_lazy("of an order or a review", "Number"),
                "placed_at": _when,
                "total": _amount,
                "currency": _currency,
                "discount": gettext_lazy("Taken off"),
                "card_number": gettext_lazy("Customer card"),
                "country": gettext_lazy("Country"),
                "promised_on": gettext_lazy("Promised for"),
                "delivered_on": gettext_lazy("Delivered"),
                "carrier": gettext_lazy("Carrier"),
                "cancelled_at": gettext_lazy("Cancelled"),
            },
        ),
        "feedback.Card": Table(
            title=gettext_lazy("Customer cards"),
            at="issued_at",
            columns={
                "number": pgettext_lazy("of an order or a review", "Number"),
                "state": _state,
                "issued_at": gettext_lazy("Issued"),
                "blocked_at": gettext_lazy("Blocked"),
            },
        ),
        "feedback.OrderLine": Table(
            title=gettext_lazy("What was in them"),
            at="pk",
            columns={
                "sku": gettext_lazy("SKU"),
                "name": gettext_lazy("Name"),
                "category": gettext_lazy("Category"),
                "quantity": gettext_lazy("Quantity"),
                "price": gettext_lazy("Price"),
            },
        ),
        "feedback.Notice": Table(
            title=gettext_lazy("What you were told about an order"),
            at="sent_at",
            columns={
                "sent_at": _when,
                "kind": gettext_lazy("Kind"),
                "channel": gettext_lazy("How"),
                "subject": gettext_lazy("Subject"),
            },
        ),
        "feedback.Refund": Table(
            title=gettext_lazy("Money paid back"),
            at="refunded_at",
            columns={
                "refunded_at": _when,
                "amount": _amount,
                "currency": _currency,
                "reason": _reason,
                "external_id": pgettext_lazy("of an order or a review", "Number"),
            },
        ),
        "feedback.Dispute": Table(
            title=gettext_lazy("Disputes at the bank"),
            at="opened_at",
            columns={
                "external_id": pgettext_lazy("of an order or a review", "Number"),
                "opened_at": gettext_lazy("Opened"),
                "closed_at": gettext_lazy("Closed"),
                "amount": _amount,
                "currency": _currency,
                "reason": _reason,
                "outcome": gettext_lazy("Outcome"),
            },
        ),
    },
    gettext_lazy("What you told us"): {
        "feedback.Comment": Table(
            title=pgettext_lazy("own data", "Your words"),
            at="said_at",
            columns={
                "said_at": _when,
                "channel": gettext_lazy("How"),
                "author": gettext_lazy("Name shown"),
                "score": gettext_lazy("Score"),
                "title": gettext_lazy("Title"),
                "text": _words,
            },
        ),
        "feedback.Analysis": Table(
            title=gettext_lazy("What our program read in them"),
            at="read_at",
            columns={
                "read_at": _when,
                "lang": gettext_lazy("Language"),
                "sentiment": gettext_lazy("Feeling"),
                "problem": gettext_lazy("What went wrong"),
            },
        ),
        "reviews.Review": Table(
            title=gettext_lazy("Public reviews"),
            at="pk",
            columns={
                "external_id": pgettext_lazy("of an order or a review", "Number"),
                "url": gettext_lazy("Address"),
            },
        ),
        "surveys.Answer": Table(
            title=gettext_lazy("Answers to surveys"),
            at="pk",
            columns={
                "words": gettext_lazy("Question"),
                "value_words": gettext_lazy("Answer"),
                "value": gettext_lazy("As kept"),
            },
        ),
        "feedback.Contact": Table(
            title=gettext_lazy("Calls, visits and messages"),
            at="at",
            columns={
                "at": _when,
                "channel": gettext_lazy("How"),
                "reason": gettext_lazy("About"),
                "waited_seconds": gettext_lazy("Seconds you waited"),
                "satisfied": gettext_lazy("Whether you were satisfied"),
                "external_id": pgettext_lazy("of an order or a review", "Number"),
            },
        ),
    },
    gettext_lazy("What you typed beside it"): {
        "feedback.Typed": Table(
            title=gettext_lazy("Numbers that we could not tie to anything of yours"),
            at="pk",
            columns={"order_number": gettext_lazy("Order number"), "phone": gettext_lazy("Phone")},
        ),
    },
    gettext_lazy("Pictures you sent"): {
        "feedback.Enclosure": Table(
            title=gettext_lazy("Pictures, in the file to take away"),
            at="taken_at",
            columns={"public_id": pgettext_lazy("of an order or a review", "Number"), "taken_at": _when},
        ),
    },
    gettext_lazy("What we did about it"): {
        "feedback.Case": Table(
            title=gettext_lazy("Complaints"),
            at="opened_at",
            columns={
                "opened_at": gettext_lazy("Opened"),
                "state": _state,
                "wish": gettext_lazy("What you wished for"),
                "resolved_at": gettext_lazy("Resolved"),
                "closed_at": gettext_lazy("Closed"),
                "cause_removed": gettext_lazy("What was done about the cause"),
                "satisfied": gettext_lazy("Whether you were satisfied"),
                "satisfied_words": gettext_lazy("What you said about how it ended"),
                "handover": gettext_lazy("Said when somebody else took it on"),
            },
        ),
        "feedback.Defection": Table(
            title=gettext_lazy("That you had not come for a while"),
            at="found_at",
            columns={
                "since": gettext_lazy("Since"),
                "state": _state,
                "contacted_at": gettext_lazy("We asked you why"),
                "said": gettext_lazy("What you said"),
                "whys": gettext_lazy("Why, and why again"),
                "answer_reason": gettext_lazy("What we decided, and why"),
            },
        ),
        "feedback.FactCorrection": Table(
            title=gettext_lazy("Facts that a person checked"),
            at="at",
            columns={"at": _when, "name": gettext_lazy("Fact"), "reason": gettext_lazy("How we know")},
        ),
        "feedback.Handling": Table(
            title=gettext_lazy("What we found out about it"),
            at="reckoned_at",
            columns={
                "verdict": gettext_lazy("Whether it is so"),
                "evidence": gettext_lazy("What shows it"),
                "our_side": gettext_lazy("What our own people say of it"),
                "stopped_at": gettext_lazy("From then on in writing only"),
                "stopped_why": gettext_lazy("Why"),
            },
        ),
        "feedback.Promise": Table(
            title=gettext_lazy("What we promised"),
            at="made_at",
            columns={
                "what": gettext_lazy("What"),
                "by_when": gettext_lazy("Until"),
                "state": _state,
                "withdrawn_why": gettext_lazy("Why it holds no more"),
                "told": gettext_lazy("What you said about it"),
            },
        ),
        "feedback.CallAttempt": Table(
            title=gettext_lazy("When we called about it and nobody answered"),
            at="at",
            columns={"at": _when, "note": gettext_lazy("What we noted")},
        ),
        "feedback.Concession": Table(
            title=gettext_lazy("What you were given"),
            at="booked_at",
            columns={
                "booked_at": _when,
                "refund": _amount,
                "currency": _currency,
                "reason": _reason,
            },
        ),
        "feedback.Override": Table(
            title=gettext_lazy("What a person decided otherwise than the rules"),
            at="at",
            columns={"at": _when, "reason": _reason},
        ),
        "feedback.Message": Table(
            title=gettext_lazy("What we wrote to you about it"),
            at="drafted_at",
            columns={
                "drafted_at": _when,
                "state": _state,
                "text": _words,
                "cost_reason": gettext_lazy("Why it cost otherwise than usual"),
                "reason": gettext_lazy("Why it was not sent"),
            },
        ),
        "reviews.Reply": Table(
            title=gettext_lazy("Our replies to your reviews"),
            at="drafted_at",
            columns={
                "drafted_at": _when,
                "state": _state,
                "text": _words,
                "external_ref": pgettext_lazy("of an order or a review", "Number"),
                "reason": gettext_lazy("Why it was not published"),
            },
        ),
        "reviews.Hold": Table(
            title=gettext_lazy("What we asked each other about a reply"),
            at="asked_at",
            columns={
                "asked_at": _when,
                "words": gettext_lazy("Question"),
                "answer": gettext_lazy("Answer"),
            },
        ),
    },
    gettext_lazy("Surveys and rewards"): {
        "surveys.Invitation": Table(
            title=gettext_lazy("Invitations"),
            at="made_at",
            columns={"made_at": _when, "sent_at": gettext_lazy("Sent"), "state": _state},
        ),
        "surveys.Response": Table(
            title=gettext_lazy("Surveys that you answered"),
            at="started_at",
            columns={"started_at": gettext_lazy("Started"), "finished_at": gettext_lazy("Finished")},
        ),
        "surveys.ImportedAnswer": Table(
            title=gettext_lazy("Answers you gave in another program"),
            at="pk",
            columns={"external_id": gettext_lazy("Number there")},
        ),
        "surveys.Reward": Table(
            title=gettext_lazy("Rewards"),
            at="reserved_at",
            columns={
                "code": gettext_lazy("Code"),
                "amount": _amount,
                "currency": _currency,
                "state": _state,
                "expires_on": gettext_lazy("Good until"),
                "redeemed_at": gettext_lazy("Used"),
                "redeemed_order": gettext_lazy("With order"),
            },
        ),
    },
    gettext_lazy("Letters"): {
        "feedback.OutgoingMail": Table(
            title=gettext_lazy("Mail to you"),
            at="made_at",
            columns={
                "made_at": _when,
                "to": pgettext_lazy("of a letter", "To"),
                "state": _state,
                "subject": gettext_lazy("Subject"),
                "text": _words,
            },
        ),
        "feedback.DataRequest": Table(
            title=gettext_lazy("What you asked about your data"),
            at="asked_at",
            columns={
                "asked_at": _when,
                "words": _words,
                "answer": gettext_lazy("Answer"),
                "settled_at": gettext_lazy("Answered"),
            },
        ),
        "feedback.DataAsked": Table(
            title=gettext_lazy("Links to this page"),
            at="asked_at",
            columns={"asked_at": _when, "email": gettext_lazy("E-mail")},
        ),
    },
}
_SAME = "the same words stand beside it already"
_PLACES = "numbers that say where in the text something stands"
_OURS = "how we go about it, not what was found out: customers never see it (S1-6)"
LEFT_OUT: dict[str, str] = {
    "feedback.Handling.chosen_why": _OURS,
    "feedback.Handling.worth_why": _OURS,
    "feedback.Order.external_id": _SAME,
    "feedback.Order.payment_ref": "a number of the payment service's own",
    "feedback.Order.buyer": "a number by which it is seen that an order has moved",
    "feedback.Analysis.leverage_spans": _PLACES,
    "feedback.Analysis.pii": _PLACES,
    "feedback.Mention.words": _SAME,
    "feedback.Fingerprint.low": "a number by which a copy of a text is known",
    "feedback.Fingerprint.high": "a number by which a copy of a text is known",
    "feedback.Message.drafted_text": _SAME,
    "feedback.Message.promises": _SAME,
    "reviews.Reply.drafted_text": _SAME,
    "reviews.SearchText.words": _SAME,
    "reviews.Review.digest": "a number by which an edit is known",
    "feedback.OutgoingMail.html": _SAME,
    "feedback.Enclosure.content": "a picture: a file of its own beside the others",
    "feedback.OutgoingMail.unsubscribe_url": "opens something: it is in the letter itself",
    "feedback.OutgoingMail.thread": "by which an answer to the letter is known",
    "feedback.OutgoingMail.message_id": "the letter's own number",
    "feedback.DataLink.new_email": "an address that is being proved: it has a letter of its own",
}
# The other words of a column are said to staff, of "the customer": here the customer reads them.
_TO_YOU: Mapping[str, Mapping[Any, Words]] = {
    "case.state": dict(Case.State.choices) | {Case.State.WAITING: gettext_lazy("waiting for you")},
    "defection.state": {
        Defection.State.OPEN: gettext_lazy("we have yet to ask you why"),
        Defection.State.CONTACTED: gettext_lazy("we have asked you why"),
        Defection.State.CAME_BACK: gettext_lazy("you came back"),
        Defection.State.CLOSED: pgettext_lazy("own data, a defection", "closed"),
    },
    "outgoingmail.state": dict(OutgoingMail.State.choices)
    | {OutgoingMail.State.SUPPRESSED: gettext_lazy("not sent: such mail does not go to your address")},
    "promise.withdrawn_why": {
        WithdrawnWhy.DECLINED: gettext_lazy("you do not want it any more"),
        WithdrawnWhy.REPLACED: gettext_lazy("we agreed on something else with you"),
        WithdrawnWhy.MISTAKE: gettext_lazy("we promised it by mistake, and have told you so"),
    },
}
# Stored words as people read them, by "column" or, where a name stands for several things, "model.column".
_NAMED: dict[str, Mapping[Any, Words]] = {
    "purpose": consents.PURPOSES,
    "sentiment": labels.POLARITIES,
    "problem": labels.PROBLEMS,
    "lang": labels.LANGUAGES,
    "wish": labels.WISHES,
    "withdrawn_via": labels.WAYS,
    "consent.channel": labels.WAYS,
    "notice.channel": labels.WAYS,
    "notice.kind": labels.NOTICES,
    "refund.reason": labels.REFUND_REASONS,
    "dispute.reason": labels.DISPUTE_REASONS,
    "dispute.outcome": dict(Dispute.Outcome.choices),
    "contact.reason": labels.PROBLEMS,
    "factcorrection.name": labels.FACTS,
    **_TO_YOU,
}
_CURRENCY_OF = {"feedback.OrderLine": "order"}  # whose currency amounts are in that have none beside them
_VERSIONS = {"wording", "asked_again_wording"}
_READ_BETTER_AS = {
    "answer.value": "value_words"
}  # the words are shown where there are any, the file has both


def held(customer: Customer) -> list[Group]:
    """All that is held, by group; tables without a row are left out. Some dozens of queries."""
    found = belongings.of(customer)
    groups = []
    for title, tables in SHOWN.items():
        there = [_held(name, table, found[name]) for name, table in tables.items() if found.get(name)]
        if there:
            groups.append(Group(title=title, tables=there))
    return groups


def as_json(customer: Customer) -> str:
    """For another program: the columns by their own names."""
    groups = held(customer)
    content = {
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "shop": shop.current().name,
        "tables": {table.name: table.raw for group in groups for table in group.tables},
    }
    return json.dumps(content, ensure_ascii=False, indent=2, default=str)


def as_zip(customer: Customer, language: str) -> bytes:
    """A page to read, a table a file for a spreadsheet, and the JSON of `as_json`."""
    groups = held(customer)
    page = render_to_string(
        "feedback/my_data_file.html",
        {"groups": groups, "shop": shop.current(), "made_at": timezone.now(), "language": language},
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("data.html", page)
        whole.writestr("data.json", as_json(customer))
        for group in groups:
            for table in group.tables:
                whole.writestr(f"{table.name.replace('.', '-').lower()}.csv", "\ufeff" + _csv(table))
        for one in Enclosure.objects.filter(pk__in=belongings.of(customer).get("feedback.Enclosure", ())):
            whole.writestr(f"picture-{one.public_id}.jpg", bytes(one.content))
    return out.getvalue()


def _csv(table: Held) -> str:
    out = io.StringIO()
    names = list(table.raw[0])
    writer = csv.writer(out)
    writer.writerow(names)
    for row in table.raw:
        writer.writerow([harmless("" if row[name] is None else str(row[name])) for name in names])
    return out.getvalue()


def _held(name: str, table: Table, keys: frozenset[int]) -> Held:
    model = belongings.model_of(name)
    found = model._base_manager.filter(pk__among=list(keys)).order_by(f"-{table.at}", "-pk")
    of = _CURRENCY_OF.get(name)
    rows = list(found.select_related(of) if of else found)
    return Held(
        name=name,
        title=table.title,
        rows=[list(_pairs(row, table.columns)) for row in rows],
        raw=[{column: _plain(getattr(row, column)) for column in table.columns} for row in rows],
    )


def _pairs(row: models.Model, columns: Mapping[str, Words]) -> Iterator[tuple[Words, str]]:
    """As people read them: the currency stands within each amount."""
    for column, words in columns.items():
        if column != "currency" and (said := _said(row, column)):
            yield words, said


def _currency_of(row: Any) -> str:
    of = _CURRENCY_OF.get(row._meta.label)
    return str((getattr(row, of) if of else row).currency)


def _said(row: models.Model, column: str) -> str:
    value, name = getattr(row, column), f"{row._meta.model_name}.{column}"
    better = _READ_BETTER_AS.get(name)
    if value in (None, "", [], {}) or (better and getattr(row, better)):
        return ""
    if words := _NAMED.get(name) or _NAMED.get(column):
        return str(words.get(value, value))
    field = row._meta.get_field(column)
    if isinstance(field, MoneyField):
        return format_money(value, _currency_of(row), (get_language() or "vi")[:2])
    if field.choices:  # type: ignore[union-attr]
        return str(getattr(row, f"get_{column}_display")())
    if column in _VERSIONS:
        return _("version %(name)s") % {"name": value}
    match value:
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return date_format(timezone.localtime(value), "DATETIME_FORMAT")
        case date():
            return date_format(value, "DATE_FORMAT")
        case Decimal():
            return number_format(f"{value.normalize():f}")
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, date | Decimal) else value
