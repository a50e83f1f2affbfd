"""What a message of a case grants and promises: proposed from the decision, and what nobody may promise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext

from feedback import addressee, channels, granted, handling, shop
from feedback.models import Case, Decision, Message, Promise
from feedback.models.words import Channel
from feedback.policy.decision import Decision as Decided
from feedback.policy.decision import Remedy
from feedback.wording import commitments
from feedback.wording.compose import SAID_OTHERWISE
from feedback.wording.given import Given
from feedback.wording.phrases import Phrases, addressed, phrases

SOON = 7  # working days, where neither the case nor the policy says (L11)
FURTHEST = 60  # working days: beyond any reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A promise that the message will make. `who`: the id of a User; None: the team. `why`: it is later than
    usual."""

    what: str
    by: date
    who: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is done with the message. `remedy`: the kind that is granted, "" for none yet.

    `costs`: by column of Concession; {}: as the policy reckons them.
    """

    remedy: str = ""
    costs: Mapping[str, Decimal] = field(default_factory=dict)
    cost_reason: str = ""
    promises: tuple[Planned, ...] = ()


def plan_of(message: Message) -> Plan:
    return Plan(
        remedy=message.remedy,
        costs={name: Decimal(amount) for name, amount in message.costs.items()},
        cost_reason=message.cost_reason,
        promises=tuple(
            Planned(
                what=one["what"], who=one["who"], by=date.fromisoformat(one["by"]), why=one.get("why", "")
            )
            for one in message.promises
        ),
    )


def proposal(case: Case, decision: Decision, decided: Decided, now: datetime, *, remedy: str = "") -> Plan:
    """The decision's commitments as promises with days, each saying what will be done. `remedy`: granted with
    it. What this decision promised already is not promised twice."""
    made = set(case.promises.filter(decision=decision).values_list("what", flat=True))
    if made and not remedy:
        return Plan()
    today = shop.day(now)
    decided, _given = offered(case, decision, decided, remedy)
    owed = dict.fromkeys(
        Planned(what=what, who=case.owner_id, by=shop.working_days_later(today, within))
        for what, within in _owed(case, decided, remedy)
        if what not in made
    )
    return Plan(promises=(*_meeting(case, today), *owed))


def _owed(case: Case, decided: Decided, remedy: str) -> Iterator[tuple[str, int]]:
    """What is to be done, within how many working days."""
    book, granted = _book(case), chosen(decided, remedy)
    for one in decided.commitments:
        if one.what == "carry_out":
            # By post they have to have it before they can choose.
            later = 0 if granted else _post_takes(case)
            yield commitments.to_carry_out(decided, granted, book), one.within + later
        elif one.what == "keep_promise":
            yield _broken(case) or book.word("words", one.what), one.within
        else:
            yield book.word("words", one.what), one.within


def _book(case: Case) -> Phrases:
    """In their language, as they are addressed, about what went wrong."""
    facts = case.comment.decisions.filter(is_current=True).values_list("facts", flat=True).first() or {}
    problem = facts.get("problem", "")
    about = problem if problem in SAID_OTHERWISE else ""
    return phrases(addressee.language_of(case), addressee.address_of(case), about=about)


def _broken(case: Case) -> str:
    """What we promised them last and did not do; "" where nobody could tell what it was."""
    rows = Promise.objects.filter(state=Promise.State.BROKEN)
    same = Q(case=case) | (Q(case__customer=case.customer_id) if case.customer_id else Q())
    last = rows.filter(same).order_by("-settled_at", "-pk").values_list("what", flat=True).first() or ""
    return "" if commitments.says_nothing(last) else last


def with_what_is_granted(case: Case, decided: Decided, plan: Plan) -> Plan:
    """Where a row still asks what they choose, or names another remedy of ours: what is granted instead."""
    book = _book(case)
    then = commitments.to_carry_out(decided, chosen(decided, plan.remedy), book)
    ours = {commitments.to_carry_out(decided, one, book) for one in (None, *decided.remedies)} - {then}
    return replace(
        plan,
        promises=tuple(replace(one, what=then) if one.what in ours else one for one in plan.promises),
    )


def promised_with(case: Case, decided: Decided, remedy: str) -> str:
    """What is still to be done when this is granted, in the customer's language."""
    book = _book(case)
    return commitments.to_carry_out(decided, chosen(decided, remedy), book)


def _meeting(case: Case, today: date) -> list[Planned]:
    """A formal letter is answered by meeting whoever wrote it, once (the channel table of article 001); not
    before an invitation by post has come."""
    if channels.advice(case.comment.channel).next is not channels.Next.MEET or case.promises.exists():
        return []
    if handling.is_stopped(case):
        return []
    with translation.override(addressee.language_of(case)):
        place = shop.current().postal_address.strip()
        said = gettext("meet you in person at %(place)s and talk it over") % {"place": place}
        what = said if place else gettext("meet you in person and talk it over")
        what = addressed(what, addressee.address_of(case))
    by = shop.working_days_later(today, channels.MEETING_WITHIN + _post_takes(case))
    return [Planned(what=what, who=case.owner_id, by=by)]


def _post_takes(case: Case) -> int:
    """Working days until they read what we write: by post to whoever sent a letter and no other address, even
    before somebody checked that it is them."""
    customer = case.customer
    is_unreached = customer is None or not (customer.email or customer.phone)
    is_by_post = case.comment.channel == Channel.LETTER and is_unreached
    return channels.POST_TAKES if is_by_post or addressee.is_only_by_post(case) else 0


def why_not_what(what: str) -> str:
    """Why nobody can promise this; "" where they can."""
    if commitments.says_nothing(what):
        return gettext("Say what will be done: afterwards it must be plain whether it was.")
    return ""


def latest(case: Case, decided: Decided, today: date) -> date:
    """The last day that may be promised without a reason: of the case (by the clocks, and the law where there
    is one), or that of the policy's own window from today, whichever is later."""
    windows = [one.within for one in decided.commitments]
    if channels.advice(case.comment.channel).next is channels.Next.MEET:
        windows.append(channels.MEETING_WITHIN)
    own = shop.working_days_later(today, max(windows, default=SOON) + _post_takes(case))
    return max(own, case.due_on) if case.due_on else own


def why_not_by(day: date, usual: date | None = None, why: str = "", *, now: datetime | None = None) -> str:
    """Why nobody can promise something by this day; "" where they can. `usual`: later ones need a reason,
    `why`, and the longest reach is for nobody to go beyond."""
    today = shop.day(now or timezone.now())
    if day < today:
        return gettext("This day is over: promise one that is still to come.")
    if day > (furthest := shop.working_days_later(today, FURTHEST)):
        words = gettext("Nobody can promise that far ahead: %(day)s at the latest.")
        return words % {"day": date_format(furthest)}
    if not shop.calendar().is_working(day):
        then = date_format(shop.working_days_later(day, 0))
        return gettext("Nobody works here on this day. The next working day is %(day)s.") % {"day": then}
    if usual is not None and day > usual and not why.strip():
        words = gettext("This complaint has time until %(day)s. For a later day say why below.")
        return words % {"day": date_format(usual)}
    return ""


def is_late(case: Case, decided: Decided, plan: Plan) -> bool:
    """Promised for later than usual: an approver agrees who did not write it (decision 14)."""
    usual = latest(case, decided, shop.day(timezone.now()))
    return any(one.by > usual for one in plan.promises)


def offered(
    case: Case, decision: Decision, decided: Decided, remedy: str
) -> tuple[Decided, tuple[Given, ...]]:
    """What a message offers that grants `remedy` ("" for none), and what they got or are to get already."""
    given = granted.of(case, decided)
    if remedy and all(one.remedy.kind != remedy for one in given):
        return narrowed(decided, remedy), given
    return granted.left(case, decision, decided, given), given


def narrowed(decided: Decided, remedy: str) -> Decided:
    """The decision with that remedy alone, where it offers it."""
    return replace(decided, remedies=(only,)) if (only := chosen(decided, remedy)) else decided


def chosen(decided: Decided, remedy: str) -> Remedy | None:
    return next((one for one in decided.remedies if one.kind == remedy), None) if remedy else None
