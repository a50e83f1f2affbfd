"""How it ended for the customer: told, asked by one link, satisfied or not (S4-6, ISO 10002 8.3).

One answer counts for one ending, whoever gives it and however; but the customer's own "no" counts after any
"yes", and what they add afterwards is kept in the case. "No" opens the case again: an answer is due anew, and
settled it is to be by the day that was promised before.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

from feedback import cases, comments, follow_ups, journal, mail, threads, tokens
from feedback.addressee import language_of, mail_address
from feedback.models import Case, Promise, User

LONGEST = 500  # characters of what they add
ONCE_IN = timedelta(hours=20)
ENDED = (Case.State.RESOLVED, Case.State.CLOSED)


class Stale(RuntimeError):
    """It was answered already, or the case is open again, or nobody solved it, or they were erased."""


class Owed(RuntimeError):
    """Something that was promised is still open: nobody writes that it is solved."""


class NotAllowed(RuntimeError):
    """There is no address that we may write to, or they were asked today already."""


def ask(case: Case, *, by: User | None, now: datetime) -> None:
    """A letter that tells them how it ended and takes yes or no by a link. Raises Stale, Owed, NotAllowed."""
    address, asked = mail_address(case), case.satisfaction_asked_at
    if not address or (asked is not None and asked > now - ONCE_IN):
        raise NotAllowed
    token = _token(case)
    with journal.recording():
        cases.hold(case)
        if case.promises.filter(state=Promise.State.OPEN).exists():
            raise Owed
        ended = Case.objects.filter(
            pk=case.pk, state__in=ENDED, satisfied=None, satisfaction_asked_at=asked, joined_to=None,
            resolved_at__isnull=False,  # it says that it is solved
        )  # fmt: skip
        if not ended.update(
            satisfaction_asked_at=now, satisfaction_digest=tokens.digest(token), end_told_at=now
        ):
            raise Stale
        mail.write(
            to=address,
            template="solved",
            context={
                "name": case.customer.name if case.customer else "",
                "url": f"{settings.BASE_URL}{reverse('solved', args=[token])}",
            },
            language=language_of(case),
            customer=case.customer,
            about=f"feedback.case:{case.pk}",
            thread=threads.token(case),
            now=now,
        )
        journal.log("satisfaction asked", case, by=by)
    case.refresh_from_db()


def find(token: str) -> Case | None:
    """The case that this link asks about, answered or not."""
    wanted = tokens.normalise(token)
    if not wanted:
        return None
    found = Case.objects.filter(satisfaction_digest=tokens.digest(wanted))
    return found.select_related("customer", "comment__analysis").first()


def note(case: Case, *, satisfied: bool, now: datetime, words: str = "", by: User | None = None) -> None:
    """`by`: who heard it; None: the customer themselves, by the link. Raises Stale."""
    said = comments.clean(words).strip()[:LONGEST]
    with journal.recording():
        cases.hold_words(case)
        if cases.is_gone(case):
            raise Stale
        ended = Case.objects.filter(pk=case.pk, state__in=ENDED, satisfied=None)
        if not ended.update(satisfied=satisfied, satisfied_at=now, satisfied_words=said):
            raise Stale
        journal.log("case rated", case, by=by, satisfied=satisfied)
        if not satisfied:
            follow_ups.hear_again(case, now=now, is_thanks=False, is_unsolved=True)
    case.refresh_from_db()


def hear(case: Case, *, satisfied: bool, words: str, now: datetime) -> bool:
    """The customer's own answer by the link, whatever was noted before. True: their words stand in the case.
    Raises Stale where nobody may be answered any more.
    """
    said = comments.clean(words).strip()[:LONGEST]
    with journal.recording():
        cases.hold_words(case)
        rows = Case.objects.select_for_update(no_key=True, of=("self",)).select_related("customer")
        held = rows.get(pk=case.pk)
        if held.customer is None or held.customer.erased_at:
            raise Stale
        has_ended = held.state in ENDED
        if has_ended and held.satisfied is None:
            note(case, satisfied=satisfied, words=said, now=now)
            return False
        breaks = has_ended and held.satisfied is True and not satisfied
        if breaks:
            _not_after_all(held, said, now)
            # Before their words: those alone would let it be due on a later day.
            follow_ups.hear_again(held, now=now, is_thanks=False, is_unsolved=True)
        if is_more := bool(said) and not _is_pressed_twice(held, said, now):
            follow_ups.say_more(held, said, now=now)
    case.refresh_from_db()
    return is_more


def _not_after_all(held: Case, said: str, now: datetime) -> None:
    """Of two at once one wins. What was heard before stays beside it."""
    words = "\n".join(filter(None, [held.satisfied_words, said]))[:LONGEST]
    was = Case.objects.filter(pk=held.pk, state__in=ENDED, satisfied=True)
    if not was.update(satisfied=False, satisfied_at=now, satisfied_words=words):
        raise Stale
    journal.log("case rated", held, satisfied=False)


def _is_pressed_twice(held: Case, said: str, now: datetime) -> bool:
    """The same words as in their answer a moment ago."""
    is_recent = held.satisfied_at is not None and held.satisfied_at > now - follow_ups.SAME_AGAIN
    return is_recent and held.satisfied_words == said


def _token(case: Case) -> str:
    """Of this case and this ending: nobody guesses it, and after a new ending an old letter opens nothing."""
    ended = case.resolved_at or case.closed_at
    keyed = salted_hmac("feedback.satisfaction", f"{case.pk}/{ended}", algorithm="sha256")
    return tokens.derived(keyed.digest())
