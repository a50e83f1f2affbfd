"""A call-back that reached nobody: noted, and made again on the next working day (S0-6).

It answers nothing: the promise is neither kept nor broken, and stays open. After some attempts the page
proposes to ask in writing, with the one link, the way we may and can write to this customer.
"""

from datetime import date, datetime
from enum import StrEnum
from urllib.parse import quote

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from feedback import comments, handling, incoming_texts, journal, promises, quiet_numbers, shop, tokens
from feedback.addressee import address_of, language_of, mail_address
from feedback.models import CallAttempt, Case, Promise, User
from feedback.models.words import Channel
from feedback.promises import NotAllowed, Stale, TooEarly
from feedback.wording.phrases import addressed

LONGEST = CallAttempt._meta.get_field("note").max_length  # characters of a note
ENOUGH = 3  # attempts, after which writing is proposed


class Way(StrEnum):
    """How the customer can be asked in writing."""

    MAIL = "mail"
    TEXT = "text"  # SMS or Zalo, sent by hand: nothing of ours writes texts
    NONE = ""


def not_reached(promise: Promise, *, by: User, now: datetime, note: str = "") -> None:
    """Somebody called and nobody answered. Compare-and-set: of several who note it at once one is first, and
    after an answer none. Raises Stale; TooEarly before its day; NotAllowed where nobody is to call."""
    if handling.is_stopped(promise.case):
        raise NotAllowed
    today = shop.day(now)
    if promise.call_back_on > today:
        raise Stale if _is_tried_on(promise, today) else TooEarly
    again_on, number = shop.working_days_later(today, 1), promise.unreached + 1
    with journal.recording():
        case = promises.locked_case(promise)
        # Whoever is just being reminded of it has looked at its old day: that job finds its lease gone.
        changed = _as_it_was(promise).update(
            unreached=number,
            tried_at=now,
            first_call_on=promise.first_call_on or promise.call_back_on,
            call_back_on=again_on,
            remind_at=shop.office().opening(again_on),
            leased_by="",
            leased_until=None,
        )
        if not changed:
            raise Stale
        CallAttempt.objects.create(
            promise=promise, number=number, at=now, by=by, note=comments.clean(note).strip()[:LONGEST]
        )
        data = {"promise": promise.pk, "number": number, "again_on": again_on.isoformat()}
        journal.log("customer not reached", case, by=by, **data)
    promise.refresh_from_db()


def notes_of(case: Case) -> dict[tuple[int, int], str]:
    """What was noted, by promise and number of the attempt."""
    rows = CallAttempt.objects.filter(promise__case=case).exclude(note="")
    return {
        (promise, number): note for promise, number, note in rows.values_list("promise", "number", "note")
    }


def way_of(case: Case) -> Way:
    if mail_address(case):
        return Way.MAIL
    return Way.TEXT if text_number(case) else Way.NONE


def text_number(case: Case) -> str:
    """Where a text may go: a number that is known to be theirs, and that has not said no to texts."""
    customer = case.customer
    if customer is None or customer.erased_at or not customer.phone:
        return ""
    if case.comment.customer_claimed and case.comment.channel != Channel.SMS:
        return ""
    number = incoming_texts.number_of(customer.phone)
    if not number or quiet_numbers.is_quiet(number):
        return ""
    return incoming_texts.canonical(number)


def open_link(promise: Promise, *, by: User, now: datetime) -> None:
    """The link that a text takes to the customer answers from now on. As of a mail: after the promised day,
    once a day. Raises Stale, NotAllowed, TooEarly."""
    if not text_number(promise.case):
        raise NotAllowed
    if not promises.may_be_asked(promise, shop.day(now)):
        raise TooEarly
    with journal.recording():
        digest = tokens.digest(promises.token_of(promise))
        open_ = Promise.objects.filter(pk=promise.pk, state=Promise.State.OPEN, asked_at=promise.asked_at)
        if not open_.update(asked_at=now, link_digest=digest):
            raise Stale
        journal.log("promise asked about", promise.case, by=by, promise=promise.pk, way=Way.TEXT.value)
    promise.refresh_from_db()


def text_of(promise: Promise) -> str:
    """What to send them, in their language, once its link is open; else ""."""
    if not promise.link_digest:
        return ""
    case = promise.case
    said = {
        "shop": shop.current().name,
        "what": promise.what,
        "url": f"{settings.BASE_URL}{reverse('promise_answer', args=[promises.token_of(promise)])}",
    }
    with translation.override(language_of(case)):
        asking = _(
            "%(shop)s: we promised you: %(what)s. Is it done, or not yet? Tell us with one press: %(url)s"
        )
        return addressed(asking % said, address_of(case))


def sms_url(promise: Promise, text: str) -> str:
    """Opens the program for texts of the phone that the page is looked at on."""
    return f"sms:{text_number(promise.case)}?body={quote(text)}"


def _as_it_was(promise: Promise) -> QuerySet[Promise]:
    """If nobody has answered or tried since it was looked at."""
    return Promise.objects.filter(
        pk=promise.pk,
        state=Promise.State.OPEN,
        unreached=promise.unreached,
        call_back_on=promise.call_back_on,
    )


def _is_tried_on(promise: Promise, today: date) -> bool:
    return promise.tried_at is not None and shop.day(promise.tried_at) == today
