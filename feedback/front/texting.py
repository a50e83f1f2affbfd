"""A customer's text message becomes words: of the case that they wrote in lately, or of a new one.

What is said back goes with the answer to the gateway, which sends it on: nothing of ours writes texts.
"""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from feedback import acknowledgement, comments, forgotten, journal, limits, procedure, quiet_numbers, shop
from feedback.front import answering, capturing
from feedback.incoming_texts import Text, Wants, canonical, spellings
from feedback.models import Case, Comment, Customer, IncomingMail
from feedback.models.cases import CaseQuerySet
from feedback.models.words import Channel, WhyItCame
from feedback.orthography import can_be_seen
from feedback.text import reader

SOURCE = "sms"
MOST, AN_HOUR = 20, 3600  # texts from one number in an hour
MOST_SAID, A_DAY = 3, 24 * 3600  # answers to one number in a day
LATELY = timedelta(days=14)  # after it ended, what they write still belongs to it
WhyNot = IncomingMail.WhyNot


def take(text: Text, *, now: datetime) -> str:
    """What to say back; "": nothing. The same text again: the same answer. Raises IntegrityError while it is
    taken in."""
    known = IncomingMail.objects.filter(digest=text.digest).select_related("comment__case").first()
    if known is not None:
        return _said_before(text, known)
    if why_not := _why_not(text):
        IncomingMail.objects.create(digest=text.digest, received_at=now, why_not=why_not)
        return ""
    with journal.recording():
        if text.wants is Wants.START:
            quiet_numbers.start(text.number)
        elif text.wants:
            quiet_numbers.stop(text.number, now=now)
        if text.wants in (Wants.START, Wants.STOP):
            IncomingMail.objects.create(digest=text.digest, received_at=now, why_not=WhyNot.WANTS)
            return _about_texts(text)
        comment = _take_in(text, now)
    return _answer(text, comment, now)


def _why_not(text: Text) -> str:
    if not any(map(can_be_seen, text.words)):
        return WhyNot.EMPTY
    if text.wants:  # a no is heard however many came before it
        return ""
    who = canonical(text.number)
    return WhyNot.FLOOD if limits.is_past("incoming-text", who, most=MOST, seconds=AN_HOUR) else ""


def _take_in(text: Text, now: datetime) -> Comment:
    owners = list(_owners(text.number))
    case = _case_of(owners, now)
    comment = _comment(text, case, owners, now)
    IncomingMail.objects.create(digest=text.digest, received_at=now, comment=comment)
    if case is not None:
        answering.follow(case, comment, now)
        return comment
    opened = answering.open_for(comment, now, is_urgent=text.wants is Wants.MAYBE_STOP)
    if opened is not None and not quiet_numbers.is_quiet(text.number):
        procedure.acknowledge(opened, now=now, via="sms")
    return comment


def _owners(number: str) -> models.QuerySet[Customer]:
    """Whoever has this number, those first that nobody was merged into."""
    rows = Customer.objects.filter(phone__in=spellings(number), erased_at=None)
    return rows.order_by(models.F("merged_into").asc(nulls_first=True), "pk")


def _case_of(owners: list[Customer], now: datetime) -> Case | None:
    """The newest that is open, or ended lately; of a number that somebody else only typed, none."""
    keys = {one.merged_into_id or one.pk for one in owners}
    if not keys:
        return None
    theirs = Case.objects.filter(customer__in=keys).filter(
        Q(comment__channel=Channel.SMS) | Q(comment__customer_claimed=False)
    )
    rows = theirs.select_related("customer", "comment").order_by("-opened_at")
    found = rows.filter(resolved_at=None, closed_at=None).first() or _ended(rows, now).first()
    if found is not None and found.joined_to_id:
        return Case.objects.select_related("customer", "comment").get(pk=found.joined_to_id)
    return found


def _ended(rows: CaseQuerySet, now: datetime) -> CaseQuerySet:
    return rows.filter(Q(resolved_at__gt=now - LATELY) | Q(closed_at__gt=now - LATELY))


def _comment(text: Text, case: Case | None, owners: list[Customer], now: datetime) -> Comment:
    if case is not None:
        customer, claimed = case.customer, case.comment.customer_claimed
    else:
        customer, claimed = _customer(text, owners, now), True
    return comments.record(
        text=text.words,
        channel=Channel.SMS,
        source=SOURCE,
        why=WhyItCame.UNSOLICITED,
        said_at=text.sent_at,
        received_at=now,
        customer=customer,
        customer_claimed=claimed,
        order=case.order if case is not None else None,
    )


def _customer(text: Text, owners: list[Customer], now: datetime) -> Customer | None:
    if owners:
        return owners[0].merged_into or owners[0]
    gone = [forgotten.customer_of("", one, now) for one in spellings(text.number)]
    known = next(filter(None, gone), None)
    return known or capturing.customer_of(phone=canonical(text.number), now=now)


def _answer(text: Text, comment: Comment, now: datetime) -> str:
    """At most three a day to one number: whoever answers by machine gets no more."""
    if text.wants:
        return _about_texts(text)
    if quiet_numbers.is_quiet(text.number):
        return ""
    if limits.is_past("text-answer", canonical(text.number), most=MOST_SAID, seconds=A_DAY):
        return ""
    return _have_it(text, comment)


def _said_before(text: Text, known: IncomingMail) -> str:
    if text.wants:
        return _about_texts(text)
    if known.comment is None or quiet_numbers.is_quiet(text.number):
        return ""
    return _have_it(text, known.comment)


def _have_it(text: Text, comment: Comment) -> str:
    """That we have it, and by when they hear from us; in their language, and none of their words."""
    case = Case.objects.filter(Q(comment=comment) | Q(follow_ups__comment=comment)).first()
    with translation.override(_language(text, case)):
        if case is None:
            return _("%(shop)s: thank you for your words. STOP: no more texts.") % {"shop": _name()}
        told = {"shop": _name(), "number": case.public_id.upper()}
        if case.due_on is None:
            return _("%(shop)s: we have your message, number %(number)s. STOP: no more texts.") % told
        told["day"] = date_format(case.due_on)
        return (
            _(
                "%(shop)s: we have your message, number %(number)s."
                " You hear from us by %(day)s. STOP: no more texts."
            )
            % told
        )


def _about_texts(text: Text) -> str:
    with translation.override(shop.current().language):
        if text.wants is Wants.START:
            return _("%(shop)s: we answer you by text again. STOP ends it.") % {"shop": _name()}
        return _("%(shop)s: no more texts from us. START undoes it.") % {"shop": _name()}


def _language(text: Text, case: Case | None) -> str:
    lang = reader.read(text.words).lang
    return acknowledgement.language(case, lang) if case is not None else shop.current().language


def _name() -> str:
    return shop.current().name
