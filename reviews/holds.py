"""A draft that waits for somebody: ask for a fact, hand it up, write down the answer."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from feedback import journal
from feedback.models import User
from feedback.roles import Role, roles_of
from reviews import replies
from reviews.models import Hold, Reply
from reviews.replies import NotAllowed, Stale, State

LONGEST = 500  # characters
_ANSWER = {
    Hold.Whom.COLLEAGUE: frozenset({Role.STAFF, Role.APPROVER, Role.MANAGER}),
    Hold.Whom.CUSTOMER: frozenset({Role.STAFF, Role.APPROVER, Role.MANAGER}),
    Hold.Whom.APPROVER: frozenset({Role.APPROVER}),
    Hold.Whom.MANAGER: frozenset({Role.MANAGER}),
}


def hold(reply: Reply, *, whom: str, words: str, by: User, edition: int, fact: str = "") -> Hold:
    """It waits until somebody answers. Handed to an approver, nobody else may approve it any more."""
    said = _line(words)
    if not said:
        raise NotAllowed(_("Write what you need to know, or why somebody else should decide."))
    with journal.recording():
        now = replies.as_it_stands(reply)
        if now.held:
            raise Stale(now)
        higher = {"needs_approver": True} if whom == Hold.Whom.APPROVER else {}
        replies.change(reply, edition, State.DRAFT, held=whom, **higher)
        made = Hold.objects.create(
            reply=reply, whom=whom, fact=fact, words=said, asked_by=by, asked_at=timezone.now()
        )
        journal.log("reply held", reply, by=by, whom=whom, fact=fact)
    return made


def answer(reply: Reply, words: str, *, by: User, edition: int, value: object = None) -> None:
    """What came back. A `value` sets the fact that was asked for; then all is decided and drafted anew.

    Without one the draft is made anew too, unless somebody has put their own words in it.
    """
    said = _line(words)
    if not said:
        raise NotAllowed(_("Write what the answer was: it is kept with the reply."))
    with journal.recording():
        now, asked = _open(reply, edition)
        if roles_of(by).isdisjoint(_ANSWER[Hold.Whom(asked.whom)]):
            raise NotAllowed(_("This answer is for somebody else to give."))
        _end(now, asked, by, edition, said)
        if asked.fact and value not in (None, ""):
            replies.correct_fact(now, asked.fact, value, reason=said[:300], by=by, edition=edition + 1)
        elif now.text == now.drafted_text:
            replies.draft_again(now, by=by, edition=edition + 1)


def take_back(reply: Reply, *, by: User, edition: int) -> None:
    """Whoever asked does not need it any more; an approver still has to look where one was asked."""
    with journal.recording():
        now, asked = _open(reply, edition)
        if asked.asked_by_id != by.pk:
            raise NotAllowed(_("Only who asked can take it back."))
        _end(now, asked, by, edition, "")


def may_answer(asked: Hold, by: User) -> bool:
    return not roles_of(by).isdisjoint(_ANSWER[Hold.Whom(asked.whom)])


def _open(reply: Reply, edition: int) -> tuple[Reply, Hold]:
    now = replies.as_it_stands(reply)
    asked = Hold.objects.filter(reply=reply, ended_at=None).first()
    if (now.edition, now.state) != (edition, State.DRAFT) or asked is None:
        raise Stale(now)
    return now, asked


def _end(reply: Reply, asked: Hold, by: User, edition: int, said: str) -> None:
    replies.change(reply, edition, State.DRAFT, held="")
    replies.end_hold(reply, by, answer=said)
    journal.log("reply let go", reply, by=by, hold=asked.pk, answered=bool(said))


def _line(words: str) -> str:
    return " ".join(replies.clean(words).split())[:LONGEST]
