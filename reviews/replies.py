"""What people do with a reply: edit, approve, take back, discard, correct a fact; each in one transaction."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from feedback import cases, journal, shop
from feedback.models import Case, Decision, User
from feedback.orthography import in_one_direction
from feedback.policy.decision import Decision as Decided
from feedback.roles import Role, roles_of
from feedback.wording.compose import PUBLIC
from feedback.wording.findings import Finding
from feedback.wording.lint import lint
from reviews import drafting
from reviews.models import Hold, Reply, Review

State = Reply.State
LONGEST = 10_000  # characters; no source takes more
# Who it is handed up to as an approver may answer by approving.
WAITS_FOR_WORD = frozenset(Hold.Whom.values) - {Hold.Whom.APPROVER.value}
# The one reason that goes away as one writes: by taking the own words out again.
OWN_WORDS = _("You wrote some of these words: another approver must look at them.")
_EDITORS = frozenset({Role.STAFF, Role.APPROVER})


class Stale(RuntimeError):
    """Somebody else was faster. `reply` is how it stands now."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.state)
        self.reply = reply


class NotAllowed(RuntimeError):
    """`why` says so to the person who tried."""

    def __init__(self, why: str | Promise) -> None:
        super().__init__("not allowed")
        self.why = why


class Blocked(RuntimeError):
    """The words may not go out like this: `findings` that block."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(", ".join(finding.code for finding in findings))
        self.findings = tuple(findings)


def edit(reply: Reply, text: str, *, by: User, edition: int) -> int:
    """Save other words; the edition they are now. Saving the same words changes nothing, whoever does it."""
    words = clean(text)
    with journal.recording():
        now = as_it_stands(reply)
        if now.state == State.DRAFT and now.text == words:
            return edition
        # As the program drafted it, it is nobody's. Should `now` be over, then so is this edition.
        authors = "" if words == now.drafted_text else now.authors_with(by)
        change(reply, edition, State.DRAFT, text=words, edited_by=by, authors=authors)
        journal.log("reply edited", reply, by=by, edition=edition + 1)
    return edition + 1


def approve(reply: Reply, *, by: User, edition: int) -> None:
    """The words that were on the page go out: `edition` is theirs."""
    with journal.recording():
        is_newest = answers_the_newest(reply)
        now = as_it_stands(reply)
        if (now.edition, now.state) != (edition, State.DRAFT) or not is_newest:
            raise Stale(now)
        # The words first: what cannot go out at all is no question of who lets it go out.
        if stops := [finding for finding in findings(now, now.text) if finding.blocks]:
            raise Blocked(stops)
        if why := why_not(now, by):
            raise NotAllowed(why)
        at = timezone.now()
        change(now, edition, State.DRAFT, state=State.APPROVED, approved_by=by, approved_at=at, held="")
        end_hold(now, by)
        journal.log("reply approved", reply, by=by, edition=edition, decision=now.decision_id)


def take_back(reply: Reply, *, by: User) -> None:
    """Undo an approval, as long as no worker has taken the reply up."""
    with journal.recording():
        waiting = Reply.objects.filter(pk=reply.pk, state=State.APPROVED, leased_by="", sent_at=None)
        if not waiting.update(
            state=State.DRAFT, approved_by=None, approved_at=None, edition=F("edition") + 1
        ):
            raise Stale(as_it_stands(reply))
        journal.log("approval taken back", reply, by=by)


def discard(reply: Reply, *, reason: str, by: User, edition: int) -> None:
    reason = " ".join(clean(reason).split())
    if not reason:
        raise NotAllowed(_("Say why: the reason is kept with the reply."))
    with journal.recording():
        change(reply, edition, State.DRAFT, state=State.DISCARDED, reason=reason[:300], held="")
        end_hold(reply, by)
        journal.log("reply discarded", reply, by=by)


def correct_fact(reply: Reply, name: str, value: object, *, reason: str, by: User, edition: int) -> Decision:
    """A person sets a fact; the decision and the draft are made anew. Raises BadFacts naming the field."""
    reason = " ".join(clean(reason).split())
    if not reason:
        raise NotAllowed(_("Say how you know: the reason is kept with the fact."))
    with journal.recording():
        now = as_it_stands(reply)
        if (now.edition, now.state) != (edition, State.DRAFT):
            raise Stale(now)
        comment = now.review.comment
        if now.case is None and name == "problem" and value != "none":
            now.case = cases.open_case(comment, now=timezone.now(), route=now.review.route, by=by)
            Case.objects.filter(pk=now.case.pk).update(decided_at=timezone.now())
        cases.correct_fact(comment, name, value, reason=reason, by=by)
        return _draft_again(now, by)


def draft_again(reply: Reply, *, by: User, edition: int) -> Decision:
    """The facts or the policy changed elsewhere, or the edits are not wanted: the draft as it is now."""
    with journal.recording():
        now = as_it_stands(reply)
        if (now.edition, now.state) != (edition, State.DRAFT):
            raise Stale(now)
        comment = now.review.comment
        given = {comment.pk: now.case} if now.case else {}
        cases.decide_many([comment], timezone.now(), cases=given)
        return _draft_again(now, by)


def answer_again(reply: Reply, *, by: User) -> Reply:
    """After our no or the platform's: a new draft for the same version of the review."""
    with journal.recording():
        review = Review.objects.select_for_update(no_key=True).get(pk=reply.review_id)
        now = as_it_stands(reply)
        if review.version != now.review_version or now.state not in (State.DISCARDED, State.REFUSED):
            raise Stale(now)
        rivals = Reply.objects.filter(review=review, review_version=review.version)
        if rivals.exclude(state=State.DISCARDED).exclude(pk=now.pk).exists():
            raise Stale(now)
        if now.state == State.REFUSED:
            change(now, now.edition, State.REFUSED, state=State.DISCARDED)
        again = Reply.objects.create(
            review=review, review_version=review.version, case=now.case, decision=now.decision,
            language=now.language, drafted_text=now.drafted_text, text=now.text,
            needs_approver=now.needs_approver, drafted_at=timezone.now(), edited_by=now.edited_by,
            authors=now.authors,
            urgency=now.urgency, standing=now.standing, source=review.source,
            sentiment=now.sentiment, has_leverage=now.has_leverage, themes=now.themes,
        )  # fmt: skip
        journal.log("reply drafted again", again, by=by, after=now.pk)
    return again


def why_not(reply: Reply, by: User) -> str | Promise:
    """Why this person may not approve this reply; '' when they may."""
    held = roles_of(by)
    if held.isdisjoint(_EDITORS):
        return _("Only staff and approvers approve replies.")
    if reply.state != State.DRAFT:
        return _("This reply is not waiting for approval.")
    if reply.held in WAITS_FOR_WORD:
        return _("This reply waits for an answer. Write it down below, or take the question back.")
    if reply.needs_approver and Role.APPROVER not in held:
        return _("This reply needs an approver.")
    if reply.needs_approver and reply.is_by(by):
        return OWN_WORDS
    if not reply.decision.is_current:
        return _("The facts have changed since this was drafted. Draft it again first.")
    return ""


def may_edit(by: User) -> bool:
    return not roles_of(by).isdisjoint(_EDITORS)


def findings(reply: Reply, text: str) -> tuple[Finding, ...]:
    """What the lint says to `text` as this reply's words. Needs the review with its comment and source."""
    here = shop.current()
    return lint(
        text,
        audience=PUBLIC,
        language=reply.language,
        decision=Decided.from_dict(reply.decision.decision),
        needles=needles(reply),
        limit=drafting.limit_of(reply.review.source),
        own=tuple(filter(None, (here.name, here.signature(reply.language), here.reply_address))),
    )


def needles(reply: Reply) -> tuple[str, ...]:
    """What we know of this customer and they did not show in public (L9)."""
    comment = reply.review.comment
    customer, order = comment.customer, comment.order
    known: list[str] = []
    if customer is not None:
        known += [customer.name, customer.email, customer.phone]
    if order is not None:
        known += [order.number, order.card_number]
    shown = comment.author.casefold()
    return tuple(needle for needle in known if len(needle) > 1 and needle.casefold() != shown)


def clean(text: str) -> str:
    """`tidy`, and no longer than can be kept. Raises NotAllowed."""
    kept = tidy(text)
    if len(kept) > LONGEST:
        raise NotAllowed(_("A reply of more than %(most)s characters cannot be kept.") % {"most": LONGEST})
    return kept


def tidy(text: str) -> str:
    """NFC with one kind of line break; control characters and lone surrogates have no place in a reply."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(
        letter for letter in composed if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cs")
    )
    return in_one_direction(kept).strip()


def _draft_again(reply: Reply, by: User) -> Decision:
    review, case = reply.review, reply.case
    decision = Decision.objects.get(comment=review.comment_id, is_current=True)
    words = drafting.words_of(
        reply.language,
        decision,
        review.source,
        drafting.seed_of(review, case),
        shop.current(),
    )
    change(
        reply,
        reply.edition,
        State.DRAFT,
        case=case,
        decision=decision,
        standing=decision.facts["standing"],
        drafted_text=words,
        text=words,
        edited_by=None,
        authors="",
        needs_approver=decision.needs_approver or review.wants_approver or reply.held == Hold.Whom.APPROVER,
    )
    journal.log("reply drafted again", reply, by=by, decision=decision.pk)
    return decision


def as_it_stands(reply: Reply) -> Reply:
    return Reply.objects.with_all_around().get(pk=reply.pk)


def answers_the_newest(reply: Reply) -> bool:
    """Whether the review still stands as it was answered (C7).

    Holds the review: an edit of it comes wholly before this transaction, or wholly after it.
    """
    held = Review.objects.select_for_update(no_key=True).filter(pk=reply.review_id)
    return held.values_list("version", flat=True).get() == reply.review_version


def change(reply: Reply, edition: int, was: str, /, **changes: Any) -> None:
    """Compare and set: one winner, whoever else presses a button at the same time."""
    mine = Reply.objects.filter(pk=reply.pk, state=was, edition=edition)
    if not mine.update(edition=edition + 1, **changes):
        raise Stale(as_it_stands(reply))


def end_hold(reply: Reply, by: User, *, answer: str = "") -> None:
    """Whatever the reply waited for. Within the transaction that cleared `held`."""
    Hold.objects.filter(reply=reply, ended_at=None).update(
        answer=answer, ended_by=by, ended_at=timezone.now()
    )
