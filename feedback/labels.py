"""The stored words as people read them: problems, faults, remedies, facts, polarity, languages of texts."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext_lazy, pgettext_lazy

from feedback.money import format_money

PROBLEMS = {
    "late": _("came late"),
    "not_received": _("not received"),
    "delivered_not_received": _("marked delivered, not received"),
    "damaged": _("came damaged"),
    "defective": _("does not work"),
    "not_as_described": _("not as described"),
    "missing_feature": _("something is missing that they expected"),
    "wrong_item": _("wrong item"),
    "missing_item": _("item missing from the parcel"),
    "wrong_address": _("wrong address given"),
    "terms_not_read": _("terms not read"),
    "change_of_mind": _("changed their mind"),
    "staff_conduct": _("how our staff behaved"),
    "waiting": _("waited too long"),
    "overcharged": _("charged too much"),
    "refund_pending": _("waits for a refund"),
    "pushed_to_buy": _("felt pushed to buy"),
    "safety": _("safety"),
    "other": _("something else"),
    "none": _("no problem"),
}
FAULTS = {
    "ours": _("ours"),
    "carrier": _("the carrier's"),
    "customer": _("the customer's"),
    "unknown": _("not known yet"),
    "none": _("nobody's"),
}
WISHES = {
    "refund": _("their money back"),
    "replacement": _("a new one"),
    "repair": _("a repair"),
    "apology": _("an apology"),
    "explanation": _("an explanation"),
    "call_back": _("a call"),
    "other": _("something else"),
    "none": _("nothing named"),
}
EXPECTATIONS = {
    "attention": _("to be looked after without having to ask"),
    "trust": _("to be able to rely on us"),
    "accuracy_speed": _("the right thing, in good time"),
    "understanding": _("to be understood"),
}
RIGHTS = {
    "": _("none that we know of"),
    "refund": _("refund"),
    "replacement": _("replacement"),
    "repair": _("repair"),
    "price_reduction": _("lower price"),
}
DISPUTES = {
    "none": _("none"),
    "claimed": _("the customer says so, not checked"),
    "open": _("open at the bank"),
    "closed": _("closed"),
}
STANDINGS = {
    "valued": _("valued customer"),
    "regular": _("customer"),
    "unknown": _("no orders that we know of"),
}
OTHER_CURRENCY_ONLY = _("orders in another currency only: %(sums)s")
REMEDIES = {
    "replacement": _("send a new one"),
    "refund": _("refund"),
    "redo": _("do it again"),
    "repair": _("repair"),
    "price_reduction": _("lower the price"),
    "pay_difference": _("pay the difference"),
    "send_again": _("send it again"),
    "exchange": _("exchange"),
    "credit": _("credit for the next order"),
}
ALTERNATIVES = {
    "explain_and_show": _("explain, and show what we have"),
    "explain_bill": _("go through the bill together"),
    "explain_use": _("explain how it is used"),
    "talk_it_over": _("talk it over"),
    "trace_parcel": _("trace the parcel"),
    "ask_nearby": _("ask where it may have been left"),
    "redirect_parcel": _("redirect the parcel"),
    "send_at_cost": _("send it again at cost"),
    "repair_at_cost": _("repair at cost"),
    "replace_at_cost": _("replace at cost"),
    "exchange_at_cost": _("exchange at cost"),
    "stop_renewal": _("stop the renewal"),
    "hand_on": _("hand it on to whoever can decide"),
    "safety_check": _("check that it is safe"),
}
FACTS = {
    "problem": _("Problem"),
    "fault": _("Whose fault"),
    "investigated": _("Looked into"),
    "statutory_right": _("Right by law"),
    "promise_broken": _("We broke a promise"),
    "dispute": _("Dispute"),
    "standing": _("Standing"),
    "lifetime_value": _("Lifetime value"),
    "order_value": pgettext_lazy("purchase", "Order"),
    "margin": _("Earned on this customer"),
    "earlier_concessions": _("Earlier concessions"),
}
# What a person may set by hand (feedback.facts.CORRECTABLE), and to what. Vietnamese has one "no" for what
# was not done yet and another for what never was.
FACT_CHOICES = {
    "problem": list(PROBLEMS.items()),
    "fault": [(word, label) for word, label in FAULTS.items() if word != "none"],
    "investigated": [
        ("yes", pgettext_lazy("looked into", "yes")),
        ("no", pgettext_lazy("looked into", "no")),
    ],
    "statutory_right": list(RIGHTS.items()),
    "promise_broken": [
        ("yes", pgettext_lazy("a promise broken", "yes")),
        ("no", pgettext_lazy("a promise broken", "no")),
    ],
    "dispute": [("none", DISPUTES["none"]), ("claimed", DISPUTES["claimed"])],
}
SOURCES = {
    "text": _("from the text"),
    "order": _("from the orders"),
    "dispute": _("from the bank"),
    "person": _("set by a person"),
    "policy": _("from the policy"),
    "record": _("from our records"),
    "law": _("by law"),
    "nobody": _("nobody has said so yet"),
}
POLARITIES = {
    "negative": _("negative"),
    "neutral": _("neutral"),
    "positive": _("positive"),
    "unknown": _("unknown"),
}
SIGNS = {"negative": "▼", "neutral": "●", "positive": "▲", "unknown": "?"}
TONES = {"negative": "bad", "positive": "good"}
SIDES = {
    "sentiment": _("feeling"),
    "themes": _("themes"),
    "problem": _("what went wrong"),
}
DIMENSIONS = {
    "channel": _("channel"),
    "source": _("source"),
    "touchpoint": _("touchpoint"),
    "location": _("location"),
    "language": _("language"),
    "why": _("why it came"),
    "leverage": _("threat"),
    "product": _("product"),
}
LEVERAGE = {
    "review_threat": _("threatens with bad reviews"),
    "posted_then_demand": _("posted first, then demands"),
    "removal_for_money": _("offers to remove it for money"),
    "chargeback_leverage": _("threatens with a chargeback"),
}
LANGUAGES = {
    "vi": _("Vietnamese"),
    "en": _("English"),
    "mixed": _("both mixed"),
    "other": _("another language"),
    "unknown": _("cannot be told"),
}
FLAGS = {
    "safety": _("safety"),
    "dispute": _("speaks of a dispute"),
    "privacy": _("privacy"),
    "legal": _("legal"),
    "abuse": _("abusive words"),
    "may_leave": _("may leave us"),
    "contradicts_stars": _("stars say otherwise"),
    "spam:gibberish": _("gibberish"),
    "spam:off_topic": _("off the topic"),
    "spam:brand_only": _("praises only the shop"),
    "spam:copied": _("copied from another answer"),
}
# What other programs send along as a word; what is none of these was written by a person and stays.
REFUND_REASONS = {
    "late": _("came late"),
    "damaged": _("came damaged"),
    "defective": _("does not work"),
    "lost": _("was lost"),
    "not_received": _("not received"),
    "wrong_item": _("wrong item"),
    "missing_item": _("item missing from the parcel"),
    "not_as_described": _("not as described"),
    "change_of_mind": _("changed their mind"),
    "returned": _("sent back"),
    "goodwill": _("goodwill"),
    "out_of_stock": _("no longer in stock"),
    "order_change": _("the order was changed"),
    "duplicate": _("paid twice"),
    "fraudulent": _("not paid by the cardholder"),
    "requested_by_customer": _("the customer asked for it"),
    "other": _("something else"),
}
DISPUTE_REASONS = {  # as card schemes name them (connectors §7)
    "product_not_received": _("the goods did not come"),
    "product_unacceptable": _("the goods were not as they should be"),
    "not_as_described": _("not as described"),
    "fraudulent": _("not paid by the cardholder"),
    "unrecognized": _("the payment is not recognised"),
    "duplicate": _("paid twice"),
    "credit_not_processed": _("a refund did not come"),
    "subscription_canceled": _("a subscription had been ended"),
    "incorrect_account_details": _("wrong account details"),
    "insufficient_funds": _("not enough money in the account"),
    "debit_not_authorized": _("the debit was not allowed"),
    "bank_cannot_process": _("the bank could not process it"),
    "customer_initiated": _("the customer asked for it"),
    "noncompliant": _("against the rules of the card"),
    "general": _("no reason named"),
}
NOTICES = {
    "confirmed": _("the order was confirmed"),
    "paid": _("the payment came"),
    "packed": _("the order was packed"),
    "sent": _("the order was sent"),
    "shipped": _("the order was sent"),
    "out_for_delivery": _("it comes today"),
    "delivered": _("it was delivered"),
    "delayed": _("it comes later"),
    "cancelled": _("the order was cancelled"),
    "refunded": _("money was paid back"),
    "terms": _("the terms"),
    "renewal": _("the renewal"),
}
# Where somebody agreed to something or took it back, and by which way they were told.
WAYS = {
    "web": _("in the web shop"),
    "checkout": _("at the checkout"),
    "counter": _("at the counter"),
    "store": _("in the store"),
    "survey": _("in a survey"),
    "mail": _("at the link in a mail"),
    "my-data": _("on the page of their own data"),
    "email": _("by e-mail"),
    "letter": _("by letter"),
    "phone": _("by telephone"),
    "sms": _("by SMS"),
    "zalo": _("by Zalo"),
    "app": _("in the app"),
    "form": _("on a form"),
    "api": _("by another program"),
}
# What is the matter with a platform that we call (feedback.web.Trouble).
TROUBLES = {
    "no_credentials": _("Its key is not set in the environment."),
    "denied": _("It does not accept the key or the password, or they may not do this there."),
    "busy": _("It asked us to wait for a while."),
    "broken": _("It answers with an error of its own."),
    "silent": _("It does not answer, or breaks off."),
    "nonsense": _("It answers, but not as a shop of this kind does. Is the address right?"),
    "elsewhere": _("It sends us on to another address. Set that one, if it is right."),
    "forbidden": _("This address is not one of the public internet with https."),
    "too_big": _("Its answer is too big."),
}
EVENTS = {
    "case opened": _("Case opened"),
    "case acknowledged": _("Told that we have it"),
    "case assessed": _("Judged how serious it is"),
    "case handed over": _("Handed over"),
    "case taken": _("Taken on"),
    "case joined": _("Another case was joined to this one"),
    "case escalated": _("Shown to a manager"),
    "customer wrote again": _("The customer wrote again"),
    "case step": _("A step was recorded"),
    "archetype chosen": _("Said how they are handled"),
    "complaint verified": _("Looked into whether it is true"),
    "worth judged": _("Said whether they are worth winning back"),
    "our side noted": _("Our own side was noted"),
    "contact stopped": _("The contact was stopped: in writing only"),
    "settled on the spot": _("Settled on the spot"),
    "contact resumed": _("The contact was taken up again"),
    "case decided": _("Decided by the policy"),
    "case open": _("Opened again"),
    "case waiting": _("Waiting for the customer"),
    "case resolved": _("Resolved"),
    "customer confirmed": _("Customer checked"),
    "address noted": _("Postal address noted"),
    "case closed": _("Closed"),
    "fact corrected": _("A fact was corrected"),
    "message edited": _("Message edited"),
    "message composed": _("Message put into words again"),
    "message approved": _("Message approved"),
    "message sent": _("Message sent by hand"),
    "message discarded": _("Message discarded"),
    "concession booked": _("Something was granted"),
    "promise kept": _("A promise was kept"),
    "promise broken": _("A promise was not kept"),
    "promise withdrawn": _("A promise was taken back"),
    "satisfaction asked": _("Asked by mail whether it is solved"),
    "case rated": _("Said whether they are satisfied"),
    "promise reminded of": _("Somebody was reminded of a promise"),
    "defection reminded of": _("Somebody was reminded to ask why a customer left"),
    "promise asked about": _("Asked in writing whether a promise was kept"),
    "customer not reached": _("Called about a promise, and nobody answered"),
    "decision overridden": _("Decided otherwise than the policy"),
    "reading corrected": _("The reading was corrected"),
    "reading correction withdrawn": _("The correction was taken back"),
}
# Django's own words on forms and in its admin: our catalogue says them in better Vietnamese than its own.
DJANGO_SAYS = (
    gettext_noop("This field is required."),
    gettext_noop("This field cannot be blank."),
    gettext_noop("This field cannot be null."),
    gettext_noop("Enter a whole number."),
    gettext_noop("Enter a number."),
    gettext_noop("Enter a valid date."),
    gettext_noop("Enter a valid time."),
    gettext_noop("Enter a valid date/time."),
    gettext_noop("Enter a valid value."),
    gettext_noop("Enter a valid email address."),
    gettext_noop("Enter a valid URL."),
    gettext_noop("Enter a list of values."),
    gettext_noop("Enter a valid JSON."),
    gettext_noop("Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
    gettext_noop("Ensure this value is less than or equal to %(limit_value)s."),
    gettext_noop("Ensure this value is greater than or equal to %(limit_value)s."),
    gettext_noop("Null characters are not allowed."),
    gettext_noop("No file was submitted."),
    gettext_noop("No file was submitted. Check the encoding type on the form."),
    gettext_noop("The submitted file is empty."),
    gettext_noop("Select a valid choice. %(value)s is not one of the available choices."),
    gettext_noop("Select a valid choice. That choice is not one of the available choices."),
    gettext_noop("%(model_name)s with this %(field_label)s already exists."),
    gettext_noop("A user with that username already exists."),
    gettext_noop("The two password fields didn’t match."),
    gettext_noop("This password is too common."),
    gettext_noop("The password is too similar to the %(verbose_name)s."),
    gettext_noop("Password"),
    gettext_noop("Password confirmation"),
    gettext_noop("Reset password"),
    gettext_noop("Model name"),
    gettext_noop("Add link"),
    gettext_noop("Change or view list link"),
    gettext_noop("Show counts"),
    gettext_noop("Hide counts"),
    ngettext_lazy(
        "Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at least %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
    ngettext_lazy(
        "Ensure that there are no more than %(max)s digit in total.",
        "Ensure that there are no more than %(max)s digits in total.",
        "max",
    ),
    ngettext_lazy(
        "Ensure that there are no more than %(max)s decimal place.",
        "Ensure that there are no more than %(max)s decimal places.",
        "max",
    ),
    ngettext_lazy(
        "Ensure that there are no more than %(max)s digit before the decimal point.",
        "Ensure that there are no more than %(max)s digits before the decimal point.",
        "max",
    ),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
        "min_length",
    ),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
        "min_length",
    ),
)


# Of corrected facts, where it is we who give the reason; a person's own words stay as they are.
REASONS = {"seen on the spot": _("seen on the spot")}


def known(words: Mapping[str, Any], word: Any) -> Any:
    """The label, or the word itself when the shop added one of its own."""
    return words.get(str(word or ""), word)


def elsewhere(sums: Mapping[str, Decimal], language: str) -> str:
    """Of who paid in currencies that are not the shop's: what, by currency; '' for nothing."""
    if not sums:
        return ""
    said = ", ".join(format_money(amount, currency, language) for currency, amount in sums.items())
    return str(OTHER_CURRENCY_ONLY % {"sums": said})
