"""What a person sees of what is held of them: which columns of the map, under which words (L15).

A test compares `SHOWN` and `LEFT_OUT` with the map (feedback.data_map).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

Words = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`columns`: field and its words, in the order of reading. `at`: what rows are sorted by."""

    title: Words
    at: str
    columns: Mapping[str, Words]


_when, _state, _words = gettext_lazy("When"), gettext_lazy("State"), gettext_lazy("Words")
_amount, _currency, _reason = gettext_lazy("Amount"), gettext_lazy("Currency"), gettext_lazy("Reason")
_number = pgettext_lazy("of an order or a review", "Number")
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
                "number": _number,
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
                "number": _number,
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
                "external_id": _number,
            },
        ),
        "feedback.Dispute": Table(
            title=gettext_lazy("Disputes at the bank"),
            at="opened_at",
            columns={
                "external_id": _number,
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
                "external_id": _number,
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
                "external_id": _number,
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
            columns={"public_id": _number, "taken_at": _when},
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
                "external_ref": _number,
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
