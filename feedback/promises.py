"""What we promised: asked about on the working day after it, and ended by an answer alone (S0-6), or taken
back before its day, with a reason.

One answer wins, whoever gives it and however: the customer by the link in our mail, or somebody of the shop.
But the customer's own "no" counts after any "yes" and any taking back, and what they add after the answer is
kept in the case. "No" opens the case again and has it decided anew, now that a promise to this customer is
broken. While nobody picks up, it stays open: see feedback.call_backs.
"""

from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from feedback import case_clocks, cases, comments, follow_ups, journal, mail, reminders, shop, threads, tokens
from feedback.addressee import address_of, language_of, mail_address, name_of
from feedback.models import Case, Comment, Promise, User
from feedback.wording import titles
from feedback.wording.phrases import addressed

LONGEST = 500  # characters of what a customer adds
NEXT = 7  # days that "soon" reaches
_State, _Via = Promise.State, Promise.Via


class Stale(RuntimeError):
    """It was answered already, by somebody else or in another tab."""


class NotAllowed(RuntimeError):
    """There is no address that we may write to."""


class TooEarly(RuntimeError):
    """Its day has not come, or they were asked today already."""


class TooLate(RuntimeError):
    """Its day has passed: now only the customer can say how it ended."""


def to_ask(today: date) -> QuerySet[Promise]:
    """Whose day has passed, and nobody has said whether it was kept. The longest ago first."""
    return _open().filter(call_back_on__lte=today).order_by("call_back_on", "pk")


def coming(today: date) -> QuerySet[Promise]:
    """What is still to be done, or is asked about on a later day. The next first."""
    return _open().filter(call_back_on__gt=today).order_by("by_when", "pk")


def settled() -> QuerySet[Promise]:
    ended = Promise.objects.filter(state__in=[_State.KEPT, _State.BROKEN])
    return ended.order_by("-settled_at", "-pk")


def taken_back() -> QuerySet[Promise]:
    """With a reason; what was made to somebody who was erased is none of them."""
    rows = Promise.objects.filter(state=_State.WITHDRAWN).exclude(withdrawn_why="")
    return rows.order_by("-settled_at", "-pk")


def settle(promise: Promise, *, kept: bool, via: str, by: User | None, now: datetime, told: str = "") -> None:
    """Compare-and-set. `told`: the customer's words, if they said more than yes or no.

    Before its day has passed a promise can be kept, not broken. Raises Stale, TooEarly.
    """
    if not kept and promise.by_when >= shop.day(now):
        raise TooEarly
    state = _State.KEPT if kept else _State.BROKEN
    with journal.recording():
        case = locked_case(promise)
        open_ = Promise.objects.filter(pk=promise.pk, state=_State.OPEN)
        if not open_.update(state=state, settled_at=now, settled_by=by, told_via=via, told=clean(told)):
            raise Stale
        journal.log(f"promise {state}", case, by=by, promise=promise.pk, via=via)
        if not kept:
            _open_again(case, now, by=by)
    promise.refresh_from_db()


def withdraw(promise: Promise, *, why: str, by: User, now: datetime) -> None:
    """It holds no more: compare-and-set. After its day it is kept or not, unless they want it no more:
    else a broken promise would look as if it had never been made. Raises Stale, TooLate.
    """
    why = Promise.WithdrawnWhy(why)
    if why != Promise.WithdrawnWhy.DECLINED and promise.by_when < shop.day(now):
        raise TooLate
    with journal.recording():
        case = locked_case(promise)
        open_ = Promise.objects.filter(pk=promise.pk, state=_State.OPEN)
        if not open_.update(state=_State.WITHDRAWN, settled_at=now, settled_by=by, withdrawn_why=why):
            raise Stale
        journal.log("promise withdrawn", case, by=by, promise=promise.pk, why=why.value)
    promise.refresh_from_db()


def hear(promise: Promise, *, kept: bool, told: str, now: datetime) -> bool:
    """The customer's own answer by the link, whatever was noted before: "no" breaks what was taken for kept,
    or back.
    True: their words stand in the case. Raises Stale where nobody may be answered any more.
    """
    said = clean(told)
    with journal.recording():
        case = locked_case(promise)
        held = Promise.objects.select_for_update(no_key=True).get(pk=promise.pk)
        if is_closed(held, promise.case):
            raise Stale
        is_first, breaks = held.state == _State.OPEN, not kept and held.state != _State.BROKEN
        if is_first or breaks:
            _answered_by_link(held, case, kept=kept, said=said, now=now)
        if is_more := bool(said) and not is_first and not _is_pressed_twice(held, said, now):
            follow_ups.say_more(case, said, now=now)
        if breaks:
            _open_again(case, now, by=None)
            reminders.not_yet(held, case.owner, now)
    promise.refresh_from_db()
    return is_more


def is_closed(promise: Promise, case: Case) -> bool:
    """Nothing may be kept of this customer any more. Of what we took back ourselves they still say no."""
    is_erased = promise.state == _State.WITHDRAWN and not promise.withdrawn_why
    return is_erased or bool(case.customer and case.customer.erased_at)


def ask_by_mail(promise: Promise, *, by: User, now: datetime) -> None:
    """A letter with a link that takes the answer: after the promised day, and once a day. All letters about
    one promise have the same link. Raises Stale, NotAllowed, TooEarly.
    """
    case, today = promise.case, shop.day(now)
    address = mail_address(case)
    if not address:
        raise NotAllowed
    if not may_be_asked(promise, today):
        raise TooEarly
    token = token_of(promise)
    with journal.recording():
        open_ = Promise.objects.filter(pk=promise.pk, state=_State.OPEN, asked_at=promise.asked_at)
        if not open_.update(asked_at=now, link_digest=tokens.digest(token)):
            raise Stale
        language = language_of(case)
        mail.write(
            to=address,
            template="call_back",
            context={
                "name": case.customer.name if case.customer else "",
                "what": promise.what,
                "day": promise.by_when,
                "url": f"{settings.BASE_URL}{reverse('promise_answer', args=[token])}",
            },
            language=language,
            customer=case.customer,
            about=f"feedback.promise:{promise.pk}",
            thread=threads.token(case),
            now=now,
        )
        journal.log("promise asked about", case, by=by, promise=promise.pk)
    promise.refresh_from_db()


def may_be_asked(promise: Promise, today: date) -> bool:
    """In writing, today: its day has passed, and nobody has asked so since it began."""
    return promise.by_when < today and not (promise.asked_at and shop.day(promise.asked_at) >= today)


def find(token: str) -> Promise | None:
    """The promise that this link asks about, answered or not."""
    wanted = tokens.normalise(token)
    found = Promise.objects.filter(link_digest=tokens.digest(wanted)) if wanted else Promise.objects.none()
    return found.select_related("case__customer", "case__comment__analysis").first()


def proposed(promise: Promise, by: str) -> str:
    """What to say on the telephone, in the customer's language."""
    case = promise.case
    with translation.override(language_of(case)):
        words = {
            "name": titles.greeted(name_of(case), language_of(case)),
            "by": by,
            "shop": shop.current().name,
            "what": promise.what,
        }
        named = _("Hello %(name)s, this is %(by)s of %(shop)s.")
        hello = named if words["name"] else _("Hello, this is %(by)s of %(shop)s.")
        asking = _(
            "We promised you: %(what)s. I only want to be sure that it is done. Is all as it should be?"
        )
        return addressed(f"{hello % words} {asking % words}", address_of(case))


def clean(words: str) -> str:
    return comments.clean(words).strip()[:LONGEST]


def token_of(promise: Promise) -> str:
    """As of the preferences of mail: nobody guesses it, and it needs no column that would open anything."""
    keyed = salted_hmac("feedback.promises", str(promise.pk), algorithm="sha256")
    return tokens.derived(keyed.digest())


def locked_case(promise: Promise) -> Case:
    """Words, case, promise: in this order, as an edit and an erasure take them."""
    list(Comment.objects.select_for_update(no_key=True).filter(case=promise.case_id).values("pk"))
    return Case.objects.select_for_update(no_key=True, of=("self",)).get(pk=promise.case_id)


def _answered_by_link(held: Promise, case: Case, *, kept: bool, said: str, now: datetime) -> None:
    """Of two at once one wins. What was heard before stays beside it."""
    state = _State.KEPT if kept else _State.BROKEN
    words = "\n".join(filter(None, [held.told, said]))[:LONGEST]
    columns = {"state": state, "settled_at": now, "settled_by": None, "told_via": _Via.LINK, "told": words}
    columns |= {"withdrawn_why": ""}
    if not Promise.objects.filter(pk=held.pk, state=held.state).update(**columns):
        raise Stale
    journal.log(f"promise {state}", case, promise=held.pk, via=_Via.LINK.value)


def _is_pressed_twice(held: Promise, said: str, now: datetime) -> bool:
    """The same words as in their answer a moment ago."""
    is_recent = held.settled_at is not None and held.settled_at > now - follow_ups.SAME_AGAIN
    return is_recent and held.told_via == _Via.LINK and held.told == said


def _open() -> QuerySet[Promise]:
    return Promise.objects.unsettled()


def _open_again(case: Case, now: datetime, *, by: User | None) -> None:
    """Due on this working day, or the next one, or since an earlier day: it is late already."""
    again = Case.objects.filter(pk=case.pk).exclude(state=Case.State.OPEN)
    columns = {"resolved_at": None, "closed_at": None, "resolved_first_time": None, "cause_removed": ""}
    columns |= {"joined_to": None}
    if again.update(state=Case.State.OPEN, **columns):
        journal.log("case open", case, by=by, reason="a promise was not kept")
    today = shop.working_days_later(shop.day(now), 0)
    due_on = case_clocks.no_later(case, today)
    Case.objects.filter(pk=case.pk).update(due_on=due_on, escalate_at=shop.office().opening(today))
    if case.decided_at is not None:
        words = Comment.objects.select_related("analysis", "order").get(pk=case.comment_id)
        cases.decide_many([words], now, cases={words.pk: case})
