"""The map of personal data: every column that can hold words or contact data, and how it ends (L15, L16).

Plain data. A test compares it with the models: a new column has no place until it is given one here.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column says of a person."""

    IDENTITY = "identity"  # who they are
    CONTACT = "contact"  # how to reach them
    WORDS = "words"  # what they wrote or said, or we about it
    ORDER = "order"  # what they bought, and what became of it
    SECRET = "secret"  # noqa: S105 opens something: a password, a link, a code
    LOG = "log"  # who did what, kept as evidence


class Erasure(StrEnum):
    BLANK = "blank"  # the column is emptied, the row stays for the figures
    ANEW = "anew"  # must be there and differ from others: something made up takes its place
    DELETE = "delete"  # the row goes
    KEEP = "keep"  # stays by law or as evidence; holds no name


WHILE_CUSTOMER = None  # as long as they buy from us (settings.CUSTOMER_YEARS after that), or until they ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """`days` after the row was made or last used: then a rule of feedback.retention lets it go.

    `instead`: what stands there afterwards where the database wants a word. `cut`: of a column that holds
    figures and words, the function (by dotted path) that gives what stays of it.
    """

    kind: Kind
    days: int | None
    erasure: Erasure
    instead: str = ""
    cut: str = ""


_TEN_YEARS = 3653  # Vietnamese accounting documents: Law 88/2015/QH13, article 41
_IDENTITY = Personal(kind=Kind.IDENTITY, days=WHILE_CUSTOMER, erasure=Erasure.BLANK)
_CONTACT = Personal(kind=Kind.CONTACT, days=WHILE_CUSTOMER, erasure=Erasure.BLANK)
_WORDS = Personal(kind=Kind.WORDS, days=WHILE_CUSTOMER, erasure=Erasure.BLANK)
_WHY = Personal(kind=Kind.WORDS, days=WHILE_CUSTOMER, erasure=Erasure.BLANK, instead="–")
_ASKED = Personal(kind=Kind.WORDS, days=WHILE_CUSTOMER, erasure=Erasure.DELETE)
_PRINT = Personal(kind=Kind.WORDS, days=WHILE_CUSTOMER, erasure=Erasure.ANEW)
_ANSWER = Personal(
    kind=Kind.WORDS, days=WHILE_CUSTOMER, erasure=Erasure.BLANK, cut="surveys.forgetting.without_words"
)
_NAMED_THERE = Personal(kind=Kind.IDENTITY, days=WHILE_CUSTOMER, erasure=Erasure.ANEW)
_ORDER = Personal(kind=Kind.ORDER, days=_TEN_YEARS, erasure=Erasure.KEEP)
_CARD = Personal(kind=Kind.ORDER, days=WHILE_CUSTOMER, erasure=Erasure.BLANK)
_TYPED = Personal(kind=Kind.CONTACT, days=WHILE_CUSTOMER, erasure=Erasure.DELETE)
_STAFF = Personal(kind=Kind.IDENTITY, days=WHILE_CUSTOMER, erasure=Erasure.BLANK)
_STAFF_LINK = Personal(kind=Kind.SECRET, days=WHILE_CUSTOMER, erasure=Erasure.ANEW)
_LINK = Personal(kind=Kind.SECRET, days=365, erasure=Erasure.DELETE)
_WAY_IN = Personal(kind=Kind.SECRET, days=30, erasure=Erasure.DELETE)
_SUPPRESSED = Personal(kind=Kind.SECRET, days=WHILE_CUSTOMER, erasure=Erasure.KEEP)  # keyed hashes
_CODE = Personal(kind=Kind.SECRET, days=365, erasure=Erasure.KEEP)
_LETTER = Personal(kind=Kind.CONTACT, days=90, erasure=Erasure.BLANK)
_SESSION = Personal(kind=Kind.SECRET, days=1, erasure=Erasure.DELETE)
_PROOF = Personal(kind=Kind.LOG, days=_TEN_YEARS, erasure=Erasure.KEEP)

PERSONAL: dict[str, Personal] = {
    # People who buy
    "feedback.Customer.name": _IDENTITY,
    "feedback.Customer.email": _CONTACT,
    "feedback.Customer.phone": _CONTACT,
    "feedback.Customer.postal_address": _CONTACT,
    "feedback.Card.number": Personal(kind=Kind.IDENTITY, days=WHILE_CUSTOMER, erasure=Erasure.DELETE),
    "feedback.Order.number": _ORDER,
    "feedback.Order.card_number": _CARD,
    "feedback.Order.country": _ORDER,
    "feedback.Order.external_id": _ORDER,
    "feedback.Order.payment_ref": _ORDER,
    "feedback.Order.buyer": _CARD,
    "feedback.Delivery.body": Personal(kind=Kind.WORDS, days=30, erasure=Erasure.BLANK),
    "feedback.OrderImportPart.content": Personal(kind=Kind.WORDS, days=14, erasure=Erasure.DELETE),
    "feedback.OrderLine.sku": _ORDER,
    "feedback.OrderLine.name": _ORDER,
    "feedback.OrderLine.category": _ORDER,
    "feedback.Notice.subject": _WORDS,
    "feedback.Consent.purpose": _PROOF,
    "feedback.Consent.wording": _PROOF,
    "feedback.Consent.channel": _PROOF,
    "feedback.Refund.external_id": _ORDER,
    "feedback.Refund.reason": _WORDS,
    "feedback.Dispute.external_id": _ORDER,
    "feedback.Dispute.reason": _WORDS,
    "feedback.Dispute.outcome": _ORDER,
    # What they said, and what was read in it
    "feedback.Comment.text": _WORDS,
    "feedback.Comment.title": _WORDS,
    "feedback.Comment.author": _IDENTITY,
    "feedback.Analysis.leverage_spans": _WORDS,
    "feedback.Analysis.pii": _WORDS,
    "feedback.Mention.words": _WORDS,
    "feedback.Fingerprint.low": _ASKED,
    "feedback.Fingerprint.high": _ASKED,
    "feedback.Case.wish": _WORDS,
    "feedback.FactCorrection.reason": _WORDS,
    "feedback.Case.cause_removed": _WORDS,
    "feedback.Case.handover": _WORDS,
    "feedback.Case.satisfied_words": _WORDS,
    "feedback.Handling.chosen_why": _WHY,
    "feedback.Handling.evidence": _WHY,
    "feedback.Handling.worth_why": _WHY,
    "feedback.Handling.our_side": _WORDS,
    "feedback.Handling.stopped_why": _WHY,
    "feedback.Case.satisfaction_digest": Personal(kind=Kind.SECRET, days=365, erasure=Erasure.ANEW),
    "feedback.Enclosure.content": _ASKED,
    "feedback.Typed.order_number": _TYPED,
    "feedback.Typed.phone": _TYPED,
    "feedback.Promise.what": _WORDS,
    "feedback.Promise.told": _WORDS,
    "feedback.CallAttempt.note": _WORDS,
    "feedback.Promise.link_digest": Personal(kind=Kind.SECRET, days=365, erasure=Erasure.ANEW),
    "feedback.Override.reason": _WHY,
    "feedback.Concession.reason": _WORDS,
    "feedback.Contact.external_id": _ORDER,
    "feedback.Defection.said": _ASKED,
    "feedback.Defection.whys": _ASKED,
    "feedback.Defection.answer_reason": _ASKED,
    "surveys.Answer.value": _ANSWER,
    "surveys.Answer.value_words": _ANSWER,
    "reviews.Review.external_id": _NAMED_THERE,
    "reviews.Review.url": _IDENTITY,
    "reviews.Review.digest": _PRINT,
    "reviews.UnreadableReview.external_id": Personal(kind=Kind.IDENTITY, days=90, erasure=Erasure.DELETE),
    # What we wrote to them
    "feedback.Message.drafted_text": _WORDS,
    "feedback.Message.text": _WORDS,
    "feedback.Message.promises": _WORDS,
    "feedback.Message.cost_reason": _WORDS,
    "feedback.Message.reason": _WORDS,
    "reviews.Reply.drafted_text": _WORDS,
    "reviews.Reply.text": _WORDS,
    "reviews.Reply.external_ref": _IDENTITY,
    "reviews.Reply.reason": _WORDS,
    "reviews.SearchText.words": _WORDS,
    "reviews.Hold.words": _WORDS,
    "reviews.Hold.answer": _WORDS,
    "feedback.MailAddress.email": Personal(kind=Kind.CONTACT, days=WHILE_CUSTOMER, erasure=Erasure.ANEW),
    "feedback.MailAddress.token_digest": _SUPPRESSED,
    "feedback.OutgoingMail.to": _LETTER,
    "feedback.OutgoingMail.subject": _LETTER,
    "feedback.OutgoingMail.text": _LETTER,
    "feedback.OutgoingMail.html": _LETTER,
    "feedback.OutgoingMail.unsubscribe_url": _LETTER,
    "feedback.OutgoingMail.thread": _LETTER,
    "feedback.OutgoingMail.message_id": Personal(kind=Kind.CONTACT, days=90, erasure=Erasure.ANEW),
    # What opens something
    "surveys.InvitationToken.digest": _LINK,
    "surveys.Reward.code": _CODE,
    "surveys.Reward.redeemed_order": _ORDER,
    "surveys.RedeemCall.answer": Personal(kind=Kind.SECRET, days=7, erasure=Erasure.DELETE),
    # What they asked for about their own data
    "feedback.DataLink.digest": _WAY_IN,
    "feedback.DataLink.new_email": Personal(kind=Kind.CONTACT, days=30, erasure=Erasure.DELETE),
    "feedback.DataAsked.email": Personal(kind=Kind.CONTACT, days=1, erasure=Erasure.DELETE),
    "feedback.DataRequest.words": _ASKED,
    "feedback.DataRequest.answer": _ASKED,
    "feedback.Forgotten.digest": _SUPPRESSED,
    "feedback.QuietNumber.digest": _SUPPRESSED,
    # What Django keeps
    "admin.LogEntry.object_repr": Personal(kind=Kind.LOG, days=365, erasure=Erasure.BLANK, instead="–"),
    "admin.LogEntry.change_message": Personal(kind=Kind.LOG, days=365, erasure=Erasure.BLANK),
    "sessions.Session.session_key": _SESSION,
    "sessions.Session.session_data": _SESSION,
    "feedback.ContactImport.content": Personal(kind=Kind.WORDS, days=1, erasure=Erasure.BLANK),
    "surveys.AnswerImport.content": Personal(kind=Kind.WORDS, days=1, erasure=Erasure.BLANK),
    "surveys.ImportedAnswer.external_id": Personal(
        kind=Kind.IDENTITY, days=WHILE_CUSTOMER, erasure=Erasure.DELETE
    ),
    # People who work for the shop
    "feedback.User.username": _STAFF,
    "feedback.User.first_name": _STAFF,
    "feedback.User.last_name": _STAFF,
    "feedback.User.email": _STAFF,
    "feedback.User.feed_digest": _STAFF_LINK,
    "feedback.User.password": Personal(kind=Kind.SECRET, days=WHILE_CUSTOMER, erasure=Erasure.BLANK),
    "feedback.Event.verb": _PROOF,
    "feedback.Event.subject": _PROOF,
    "feedback.Event.data": _PROOF,
}

# Whose a row is: the fields that lead to a row of theirs, and so to a Customer. "order unless customer": only
# where nobody stands in `customer`. "email = Customer.email": no key leads there, the same words do.
WHOSE: dict[str, tuple[str, ...]] = {
    "feedback.Customer": ("merged_into", "merged"),
    "feedback.Card": ("customer",),
    "feedback.Order": ("customer",),
    "feedback.OrderLine": ("order",),
    "feedback.Notice": ("order",),
    "feedback.Consent": ("customer",),
    "feedback.Refund": ("order",),
    "feedback.Dispute": ("order",),
    "feedback.Comment": (
        *("customer", "order unless customer", "superseded_by", "supersedes"),
        *("case", "follow_up", "contact", "answer"),
    ),
    "feedback.Enclosure": ("comment",),
    "feedback.Typed": ("comment",),
    "feedback.FollowUp": ("comment", "case"),
    "feedback.Analysis": ("comment",),
    "feedback.Mention": ("comment",),
    "feedback.Fingerprint": ("comment",),
    "feedback.PublishPermission": ("comment",),
    "feedback.FactCorrection": ("comment",),
    "feedback.Case": ("customer", "comment"),
    "feedback.Handling": ("case",),
    "feedback.Promise": ("case",),
    "feedback.CallAttempt": ("promise",),
    "feedback.Override": ("case",),
    "feedback.Concession": ("case",),
    "feedback.Message": ("case",),
    "feedback.Contact": ("customer", "comment", "order unless customer"),
    "feedback.Defection": ("customer",),
    "feedback.OutgoingMail": ("customer", "message", "to = feedback.Customer.email"),
    "feedback.MailAddress": ("email = feedback.Customer.email",),
    "feedback.DataLink": ("customer",),
    "feedback.DataAsked": ("email = feedback.Customer.email",),
    "feedback.DataRequest": ("customer",),
    "surveys.Invitation": ("customer", "order unless customer"),
    "surveys.InvitationToken": ("invitation",),
    "surveys.Response": ("invitation",),
    "surveys.Answer": ("response",),
    "surveys.Reward": ("response",),
    "surveys.ImportedAnswer": ("response",),
    "reviews.Review": ("comment",),
    "reviews.SearchText": ("review",),
    "reviews.PublicInvitation": ("order",),
    "reviews.Reply": ("review", "case"),
    "reviews.Hold": ("reply",),
}

# What no rule lets go, and why.
_WORKS_HERE = "as long as they work here: an administrator empties or switches off the account in Set up"
_CHAINED = "names nobody, and is chained: without one act, none could be proved any more"
_NO_STAYS = "a keyed hash, so that a no to mail, or an erasure, holds for good"
STAYS: dict[str, str] = {
    "feedback.User.username": _WORKS_HERE,
    "feedback.User.first_name": _WORKS_HERE,
    "feedback.User.last_name": _WORKS_HERE,
    "feedback.User.email": _WORKS_HERE,
    "feedback.User.password": _WORKS_HERE,
    "feedback.User.feed_digest": _WORKS_HERE,
    "feedback.Event.verb": _CHAINED,
    "feedback.Event.subject": _CHAINED,
    "feedback.Event.data": _CHAINED,
    "feedback.MailAddress.token_digest": _NO_STAYS,
    "feedback.Forgotten.digest": _NO_STAYS,
    "feedback.QuietNumber.digest": _NO_STAYS,
    "feedback.Dispute.outcome": "won, lost or accepted: what a dispute cost is counted by it",
}

# Where rows of no customer lie, or rows that an erasure finds in another way.
NOBODYS: dict[str, str] = {
    "feedback.User": "people who work for the shop",
    "feedback.Event": "holds ids alone, and is chained: what happened stays provable",
    "feedback.QuietNumber": "a hash of a number that said no to texts: no key leads to it",
    "feedback.Forgotten": "the hashes by which somebody who was erased is not taken in again",
    "feedback.Delivery": "what a web shop told us: emptied once done; what cannot be used, after a month",
    "feedback.OrderImportPart": "rows of a file: gone once taken in; those refused, after two weeks",
    "feedback.ContactImport": "a file, emptied as soon as it was taken in, or the day after",
    "surveys.AnswerImport": "a file, emptied as soon as it was taken in, or the day after",
    "surveys.RedeemCall": "a code and its state, for seven days; names nobody",
    "reviews.UnreadableReview": "known by its id at the source alone: reviews.forgetting looks for it",
    "admin.LogEntry": "feedback.forgetting looks for what was done to a row of theirs",
    "sessions.Session": "of people who work here; feedback.forgetting looks for a name in them",
}

_PUBLIC_ID = "a random name for a row; says nothing of a person"
_QUEUE = "which process works on the row"
_SHARED = "phrases that at least five people used, personal data covered before"
_FAILURE = "the kind of error, never a customer's words"
_WORD = "one of the program's own words"
_SET_UP = "set up by the shop, about itself"
_DIGEST = "a hash of the program's own data"
_CURRENCY = "a currency code"

NOT_PERSONAL: dict[str, str] = {
    "feedback.User.public_id": _PUBLIC_ID,
    "feedback.Customer.public_id": _PUBLIC_ID,
    "feedback.Order.public_id": _PUBLIC_ID,
    "feedback.Comment.public_id": _PUBLIC_ID,
    "feedback.Case.public_id": _PUBLIC_ID,
    "feedback.Case.reason": _WORD,
    "feedback.Case.wished": _WORD,
    "feedback.Handling.reasons": "words of the program's own, with counts",
    "feedback.Promise.leased_by": _QUEUE,
    "feedback.Promise.failure": _FAILURE,
    "feedback.Improvement.public_id": _PUBLIC_ID,
    "feedback.Improvement.problem": _WORD,
    "feedback.Improvement.action": "the shop, about how it works",
    "feedback.Enclosure.public_id": _PUBLIC_ID,
    "feedback.IncomingMail.digest": "a hash of what a mail program calls one mail",
    "feedback.Contact.public_id": _PUBLIC_ID,
    "feedback.OutgoingMail.public_id": _PUBLIC_ID,
    "feedback.Message.public_id": _PUBLIC_ID,
    "surveys.Survey.public_id": _PUBLIC_ID,
    "surveys.Invitation.public_id": _PUBLIC_ID,
    "surveys.Entrance.public_id": _PUBLIC_ID,
    "surveys.Response.public_id": _PUBLIC_ID,
    "reviews.Review.public_id": _PUBLIC_ID,
    "reviews.Reply.public_id": _PUBLIC_ID,
    "feedback.Comment.leased_by": _QUEUE,
    "feedback.Combination.leased_by": _QUEUE,
    "feedback.HeadlineClock.leased_by": _QUEUE,
    "feedback.Case.leased_by": _QUEUE,
    "feedback.OutgoingMail.leased_by": _QUEUE,
    "surveys.Invitation.leased_by": _QUEUE,
    "surveys.Reward.leased_by": _QUEUE,
    "surveys.Plan.leased_by": _QUEUE,
    "reviews.Review.leased_by": _QUEUE,
    "reviews.Reply.leased_by": _QUEUE,
    "feedback.Comment.failure": _FAILURE,
    "feedback.Combination.failure": _FAILURE,
    "feedback.HeadlineClock.failure": _FAILURE,
    "feedback.Case.failure": _FAILURE,
    "feedback.OutgoingMail.failure": _FAILURE,
    "surveys.Invitation.failure": _FAILURE,
    "surveys.Reward.failure": _FAILURE,
    "surveys.Plan.failure": _FAILURE,
    "reviews.Review.failure": _FAILURE,
    "reviews.Reply.failure": _FAILURE,
    "feedback.DataAsked.leased_by": _QUEUE,
    "feedback.DataAsked.failure": _FAILURE,
    "feedback.Erasure.public_id": _PUBLIC_ID,
    "feedback.Erasure.leased_by": _QUEUE,
    "feedback.Erasure.failure": _FAILURE,
    "feedback.DataRequest.public_id": _PUBLIC_ID,
    "feedback.Consent.withdrawn_via": _WORD,
    "feedback.MailAddress.asked_again_wording": _WORD,
    "feedback.Keeping.rule": _WORD,
    "feedback.Keeping.leased_by": _QUEUE,
    "feedback.Keeping.failure": _FAILURE,
    "feedback.ApiToken.name": "names a program",
    "feedback.ApiToken.digest": "a program's key, hashed",
    "feedback.ApiToken.scopes": _WORD,
    "feedback.Location.code": _SET_UP,
    "feedback.Location.name_vi": _SET_UP,
    "feedback.Location.name_en": _SET_UP,
    "feedback.Product.sku": _SET_UP,
    "feedback.Product.name_vi": _SET_UP,
    "feedback.Product.name_en": _SET_UP,
    "feedback.Product.category": _SET_UP,
    "feedback.Product.currency": _CURRENCY,
    "feedback.Order.store": _SET_UP,
    "feedback.OrderSource.slug": _SET_UP,
    "feedback.OrderSource.name": _SET_UP,
    "feedback.OrderSource.base_url": _SET_UP,
    "feedback.OrderSource.store": _SET_UP,
    "feedback.OrderSource.bookmark": "a place in the source's list",
    "feedback.OrderSource.cursor": "a place in the source's list",
    "feedback.OrderSource.trouble": _WORD,
    "feedback.OrderSource.leased_by": _QUEUE,
    "feedback.OrderSource.failure": _FAILURE,
    "feedback.Delivery.topic": _WORD,
    "feedback.Delivery.event_id": "the source's own number of what it told",
    "feedback.Delivery.digest": "a number by which the same words are known again",
    "feedback.Delivery.reason": _WORD,
    "feedback.Delivery.field": "the name of a field",
    "feedback.Delivery.awaits_id": "the shop's own number of an order",
    "feedback.Delivery.awaits_number": "the shop's own number of an order",
    "feedback.Delivery.awaits_payment": "a number of the payment service's own",
    "feedback.Delivery.awaits_charge": "a number of the payment service's own",
    "feedback.Delivery.leased_by": _QUEUE,
    "feedback.Delivery.failure": _FAILURE,
    "feedback.Dispute.version": "a time and a hash of what its source said",
    "feedback.OrderImport.public_id": _PUBLIC_ID,
    "feedback.OrderImport.file_name": "names a file of the shop",
    "feedback.OrderImport.store": _SET_UP,
    "feedback.OrderImport.currency": _CURRENCY,
    "feedback.OrderImport.header": "names of columns in a file",
    "feedback.OrderImport.header_digest": _DIGEST,
    "feedback.OrderImport.columns": "places of columns in a file",
    "feedback.OrderImport.leased_by": _QUEUE,
    "feedback.OrderImport.failure": _FAILURE,
    "feedback.Order.version": "a time and a hash of what its source said",
    "feedback.Order.carrier": "names a company",
    "feedback.Order.currency": _CURRENCY,
    "feedback.Notice.kind": _WORD,
    "feedback.Notice.channel": _WORD,
    "feedback.Refund.currency": _CURRENCY,
    "feedback.Dispute.currency": _CURRENCY,
    "feedback.Dispute.evidence": _WORD,
    "feedback.Message.authors": "ids of people who work here",
    "feedback.Message.remedy": _WORD,
    "feedback.Message.costs": "amounts by part",
    "feedback.Override.remedy": _WORD,
    "feedback.Override.currency": _CURRENCY,
    "feedback.Override.role": _WORD,
    "feedback.Concession.remedy": _WORD,
    "feedback.Concession.currency": _CURRENCY,
    "feedback.Contact.reason": _SET_UP,
    "feedback.ContactReason.slug": _SET_UP,
    "feedback.ContactReason.name_vi": _SET_UP,
    "feedback.ContactReason.name_en": _SET_UP,
    "feedback.ContactTotal.dimension": _WORD,
    "feedback.ContactTotal.value": "a channel, or the key of a branch",
    "feedback.ContactTotal.reason": _SET_UP,
    "feedback.ContactImport.public_id": _PUBLIC_ID,
    "feedback.ContactImport.file_name": "names a file of the shop",
    "feedback.ContactImport.columns": "places of columns in a file",
    "feedback.ContactImport.faults": "row, column and kind of fault; quotes nothing",
    "feedback.ContactImport.leased_by": _QUEUE,
    "feedback.ContactImport.failure": _FAILURE,
    "feedback.Policy.terms": _SET_UP,
    "feedback.Policy.digest": _DIGEST,
    "feedback.Policy.comment": "the shop, about its own rules",
    "feedback.Policy.advocate_comment": "the shop, about its own rules",
    "feedback.Policy.proof": _SET_UP,
    "feedback.Policy.proof_digest": _DIGEST,
    "feedback.Policy.proof_program": _DIGEST,
    "feedback.Defection.public_id": _PUBLIC_ID,
    "feedback.Defection.currency": _CURRENCY,
    "feedback.DefectionRule.settings": _SET_UP,
    "feedback.CauseDecision.what": "the shop, about its own plans",
    "feedback.CauseDecision.currency": _CURRENCY,
    "feedback.DefectionRule.result": "counts by month and of its back-test",
    "feedback.DefectionRule.leased_by": _QUEUE,
    "feedback.DefectionRule.failure": _FAILURE,
    "feedback.ClockTimes.times": _SET_UP,
    "feedback.Touchpoint.slug": _SET_UP,
    "feedback.Touchpoint.name_vi": _SET_UP,
    "feedback.Touchpoint.name_en": _SET_UP,
    "feedback.Theme.slug": _SET_UP,
    "feedback.Theme.name_vi": _SET_UP,
    "feedback.Theme.name_en": _SET_UP,
    "feedback.Theme.words": _SET_UP,
    "feedback.Theme.examples": "sentences that the shop makes up, to show what a theme means",
    "feedback.Engine.name": _WORD,
    "feedback.Engine.base": _WORD,
    "feedback.Engine.delta": "weights of single words, in ABC order; personal data was covered before",
    "feedback.Engine.report": "shares and counts",
    "feedback.Engine.leased_by": _QUEUE,
    "feedback.Engine.failure": _FAILURE,
    "feedback.Rereading.leased_by": _QUEUE,
    "feedback.Rereading.failure": _FAILURE,
    "feedback.PolicyTrial.result": "sums and counts, and the names of cases",
    "feedback.PolicyTrial.leased_by": _QUEUE,
    "feedback.PolicyTrial.failure": _FAILURE,
    "feedback.Comment.source": _SET_UP,
    "feedback.Analysis.engine": _WORD,
    "feedback.Analysis.lang": _WORD,
    "feedback.Analysis.sentiment": _WORD,
    "feedback.Analysis.problem": _WORD,
    "feedback.Analysis.fault": _WORD,
    "feedback.Analysis.wish": _WORD,
    "feedback.Analysis.expectations": _WORD,
    "feedback.Analysis.leverage": _WORD,
    "feedback.Analysis.flags": _WORD,
    "feedback.Analysis.corrected_sentiment": _WORD,
    "feedback.Analysis.corrected_problem": _WORD,
    "feedback.Mention.polarity": _WORD,
    "feedback.Mention.corrected_polarity": _WORD,
    "feedback.FactCorrection.name": _WORD,
    "feedback.FactCorrection.value": _WORD,
    "feedback.Decision.terms_digest": _DIGEST,
    "feedback.Decision.facts": "amounts and the program's own words; no field for a person",
    "feedback.Decision.facts_digest": _DIGEST,
    "feedback.Decision.sources": _WORD,
    "feedback.Decision.decision": "amounts and the program's own words; no field for a person",
    "feedback.Decision.decision_digest": _DIGEST,
    "feedback.Decision.rule": _WORD,
    "feedback.Event.previous": _DIGEST,
    "feedback.Event.hash": _DIGEST,
    "feedback.OutgoingMail.about": "names a row",
    "feedback.Shop.name": _SET_UP,
    "feedback.Shop.currency": _CURRENCY,
    "feedback.Shop.zone": _SET_UP,
    "feedback.Shop.country": _SET_UP,
    "feedback.Shop.open_weekdays": _SET_UP,
    "feedback.OwnDay.name": _SET_UP,
    "feedback.Shop.reply_address": _SET_UP,
    "feedback.Shop.phone": _SET_UP,
    "feedback.Shop.postal_address": _SET_UP,
    "feedback.Shop.signature_vi": _SET_UP,
    "feedback.Shop.signature_en": _SET_UP,
    "feedback.Alert.public_id": _PUBLIC_ID,
    "feedback.Alert.theme": _SET_UP,
    "feedback.Alert.source": _SET_UP,
    "feedback.Alert.note": "what staff note of a trend, of no person",
    "feedback.DiscoveryClock.leased_by": _QUEUE,
    "feedback.DiscoveryClock.failure": _FAILURE,
    "feedback.Proposal.public_id": _PUBLIC_ID,
    "feedback.Proposal.key": _SHARED,
    "feedback.Proposal.name": _SHARED,
    "feedback.Proposal.phrases": _SHARED,
    "feedback.Proposal.weeks": "counts by week",
    "feedback.Proposal.near": _SET_UP,
    "feedback.Proposal.note": "why managers decided about a theme, of no person",
    "feedback.Proposal.leased_by": _QUEUE,
    "feedback.Proposal.failure": _FAILURE,
    "feedback.AlertClock.leased_by": _QUEUE,
    "feedback.AlertClock.failure": _FAILURE,
    "feedback.SavedView.public_id": _PUBLIC_ID,
    "feedback.SavedView.name": _SET_UP,
    "feedback.SavedView.query": _SET_UP,
    "feedback.Digest.leased_by": _QUEUE,
    "feedback.Digest.failure": _FAILURE,
    "feedback.Digest.token_digest": _DIGEST,
    "feedback.Impact.leased_by": _QUEUE,
    "feedback.Impact.failure": _FAILURE,
    "feedback.Impact.result": "counts, means and costs by theme",
    "feedback.Tenure.leased_by": _QUEUE,
    "feedback.Tenure.failure": _FAILURE,
    "feedback.Tenure.result": "counts and means by year of staying",
    "feedback.Expectation.leased_by": _QUEUE,
    "feedback.DefectionSplit.leased_by": _QUEUE,
    "feedback.DefectionSplit.failure": _FAILURE,
    "feedback.DefectionSplit.result": "counts by place, product and promise",
    "feedback.StaffTarget.name": _SET_UP,
    "feedback.Expectation.failure": _FAILURE,
    "feedback.Expectation.result": "means and shares of all customers together",
    "feedback.ExpectedValue.currency": _CURRENCY,
    "feedback.Departed.currency": _CURRENCY,
    "feedback.ListedCustomers.of": _WORD,
    "feedback.ListedCustomers.key": _SET_UP,
    "feedback.ListedCustomers.customers": "keys alone, of those whom a number counts when a job looks",
    "feedback.Headline.name": _WORD,
    "feedback.Headline.data": "counts and shares",
    "feedback.Combination.digest": _DIGEST,
    "feedback.Combination.where": _SET_UP,
    "feedback.Combination.grain": _WORD,
    "feedback.Combination.result": "counts by theme and day",
    "feedback.ThemeTotal.dimension": _WORD,
    "feedback.ThemeTotal.grain": _WORD,
    "feedback.ThemeTotal.value": _WORD,
    "feedback.ThemeTotal.theme": _SET_UP,
    "surveys.Survey.slug": _SET_UP,
    "surveys.Survey.name": _SET_UP,
    "surveys.Survey.reward_currency": _CURRENCY,
    "surveys.SurveyVersion.definition": _SET_UP,
    "surveys.Picture.name": _SET_UP,
    "surveys.Picture.content": _SET_UP,
    "surveys.Picture.alt_vi": _SET_UP,
    "surveys.Picture.alt_en": _SET_UP,
    "surveys.Quota.question": _SET_UP,
    "surveys.InvitationToken.purpose": _WORD,
    "surveys.Invitation.why_not": _WORD,
    "surveys.Plan.conditions": _SET_UP,
    "surveys.Entrance.name": _SET_UP,
    "surveys.Entrance.site": _SET_UP,
    "surveys.Plan.seed": "a random word for drawing lots",
    "surveys.Selection.rule": _WORD,
    "reviews.PublicPlan.url": _SET_UP,
    "reviews.PublicPlan.seed": "a random word for drawing lots",
    "reviews.PublicPlan.leased_by": _QUEUE,
    "reviews.PublicPlan.failure": _FAILURE,
    "reviews.PublicInvitation.rule": _WORD,
    "reviews.PublicInvitation.why_not": _WORD,
    "reviews.PublicInvitation.leased_by": _QUEUE,
    "reviews.PublicInvitation.failure": _FAILURE,
    "surveys.Response.cohort": _WORD,
    "surveys.Answer.question": _SET_UP,
    "surveys.Answer.kind": _WORD,
    "surveys.Answer.words": "the question as the shop asked it",
    "surveys.Reward.currency": _CURRENCY,
    "surveys.AnswerTotal.question": _SET_UP,
    "surveys.AnswerTotal.why": _WORD,
    "surveys.AnswerTotal.language": _WORD,
    "surveys.AnswerTotal.channel": _WORD,
    "surveys.AnswerTotal.touchpoint": _SET_UP,
    "surveys.AnswerTotal.location": _SET_UP,
    "surveys.AnswerTotal.product": "what the shop sells",
    "surveys.AnswerTotal.value": "how often an option, step, number or day was given; no text is counted",
    "surveys.AnswerTotal.digest": _DIGEST,
    "surveys.AnswerCount.edition": _WORD,
    "surveys.AnswerCount.leased_by": _QUEUE,
    "surveys.AnswerCount.failure": _FAILURE,
    "surveys.AnswerImport.public_id": _PUBLIC_ID,
    "surveys.AnswerImport.name": _SET_UP,
    "surveys.AnswerImport.file_name": "names a file of the shop",
    "surveys.AnswerImport.columns": "places of columns in a file",
    "surveys.AnswerImport.faults": "row, column and kind of fault; quotes nothing",
    "surveys.AnswerImport.leased_by": _QUEUE,
    "surveys.AnswerImport.failure": _FAILURE,
    "surveys.CouponShop.slug": _SET_UP,
    "surveys.CouponShop.name": _SET_UP,
    "surveys.CouponShop.base_url": _SET_UP,
    "surveys.CouponShop.currency": _CURRENCY,
    "surveys.CouponShop.trouble": _WORD,
    "surveys.CouponShop.leased_by": _QUEUE,
    "surveys.CouponShop.failure": _FAILURE,
    "surveys.Coupon.ref": "the number of a coupon in the shop's own program",
    "surveys.Coupon.reason": "what the shop's program answered to us",
    "surveys.Coupon.leased_by": _QUEUE,
    "surveys.Coupon.failure": _FAILURE,
    "surveys.Guesses.who": "the number of an account or a program",
    "surveys.RedeemCall.digest": _DIGEST,
    "surveys.RedeemCall.asked": _DIGEST,
    "reviews.Source.slug": _SET_UP,
    "reviews.Source.name": _SET_UP,
    "reviews.Polling.base_url": _SET_UP,
    "reviews.Polling.reply_account": "names the shop's own account; its password is nowhere in the database",
    "reviews.Polling.cursor": "a place in the source's list",
    "reviews.Polling.bookmark": "a place in the source's list",
    "reviews.Polling.trouble": _WORD,
    "reviews.Polling.reply_trouble": _WORD,
    "reviews.Polling.leased_by": _QUEUE,
    "reviews.Polling.failure": _FAILURE,
    "reviews.UnreadableReview.leased_by": _QUEUE,
    "reviews.UnreadableReview.failure": _FAILURE,
    "reviews.Review.routes": _WORD,
    "reviews.Reply.authors": "ids of people who work here",
    "reviews.Reply.standing": _WORD,
    "reviews.Reply.held": _WORD,
    "reviews.Reply.sentiment": _WORD,
    "reviews.Reply.themes": "keys of themes",
    "reviews.Hold.fact": _WORD,
    "reviews.SavedFilter.name": "somebody of the shop's own name for a list",
    "reviews.SavedFilter.query": "filters; what was searched for is not kept",
}


def columns(kind: Kind) -> list[str]:
    """The columns of one kind, as "feedback.Customer.name"."""
    return [name for name, personal in PERSONAL.items() if personal.kind is kind]


def of_model(model: str) -> dict[str, Personal]:
    """What is declared of a model, as "feedback.Customer", by field."""
    return {
        name.rpartition(".")[2]: personal
        for name, personal in PERSONAL.items()
        if name.rpartition(".")[0] == model
    }


def to_blank(model: str) -> list[str]:
    """The fields of a model, as "feedback.Customer", that an erasure empties."""
    return [name for name, personal in of_model(model).items() if personal.erasure is Erasure.BLANK]
