"""A customer answers: kept step by step, finished in one transaction, rewarded whatever was said (L1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from feedback import bulk, cases, comments, consents, journal, mail, money, wallet
from feedback.kept import Own
from feedback.models import Comment, OutgoingMail, User
from feedback.models.words import Channel, WhyItCame
from surveys import agreements, holds, invitations, questions, rewards, sheets
from surveys import answers as answering
from surveys.models import Answer, Invitation, Quota, Response, Reward, Survey
from surveys.questions import SHARES, Kind, Meaning, Question, Value
from surveys.sheets import Filled, Sheet

_State = Response.State


def save(
    invitation: Invitation,
    answers: Mapping[str, object],
    *,
    language: str,
    now: datetime | None = None,
    sheet: Sheet | None = None,
) -> Response:
    """Keep some answers, and hold a reward from the first of them on. Raises BadAnswers, NotOpen."""
    now, sheet = now or timezone.now(), sheet or sheets.sheet(invitation, language)
    invitations.refuse_unless_answerable(invitation, now)
    filled = sheet.fill(answers, only=answers.keys())
    with transaction.atomic():
        response, is_new = _started(invitation, sheet, now, language=language)
        # Takes the row's lock: nothing may change in a response that another tab is finishing.
        if not is_new and not Response.objects.filter(pk=response.pk, state=_State.STARTED).update(
            language=language
        ):
            return _as_finished(response)
        held_for = _held_for(invitation, now) if is_new else ""
        if not is_new:
            response.answers.filter(question__in=filled.values.keys()).delete()
        bulk.write(Answer, _answers(response, filled, language, said={}))
        if is_new:  # last: everybody who begins waits for the row of the budget
            rewards.reserve(response, invitation.survey, now, held_for=held_for)
    return response


def submit(
    invitation: Invitation,
    answers: Mapping[str, object],
    *,
    language: str,
    now: datetime | None = None,
    sheet: Sheet | None = None,
) -> Response:
    """Finish with these answers over those already kept; asked again, it gives the response that there is.

    One transaction writes the response, its answers, comments and reward, a case for what is still wrong, and
    the mail with the code. Raises BadAnswers, NotOpen.
    """
    found = invitations.response_of(invitation)
    if found and found.state == _State.FINISHED:
        return found
    now, sheet = now or timezone.now(), sheet or sheets.sheet(invitation, language)
    invitations.refuse_unless_answerable(invitation, now)
    filled = sheet.fill({**sheet.saved, **answers})
    finished = {"state": _State.FINISHED, "finished_at": now, "cohort": filled.cohort.value}
    terms, issued = _terms(invitation, found), rewards.issuing(invitation.survey, now)
    letter = _letter(invitation, terms, issued, language=language, now=now) if terms else None
    with journal.recording():
        response, is_new = _started(invitation, sheet, now, language=language, **finished)
        held_for = _held_for(invitation, now) if is_new else ""
        if not is_new and not _win(response, language=language, **finished):
            return _as_finished(response)
        if not is_new:
            response.answers.all().delete()
        why = WhyItCame.PAID if terms else WhyItCame.INVITED
        said = _write(invitation, response, filled, why=why, language=language, now=now)
        # From here on others wait: for the row of the budget, then for the end of the chain of events.
        reward = (
            rewards.grant(response, invitation.survey, now, issued=issued, held_for=held_for)
            if is_new
            else _issue_held(response, invitation.survey, now, issued)
        )
        _say_why(said, WhyItCame.PAID if reward else WhyItCame.INVITED)
        if reward is not None and reward.code:
            _send(invitation, reward, letter if terms == _terms_of(reward) else None, language)
        journal.log("response finished", response, invitation=invitation.pk)
    return response


def give_held(reward: Reward, *, by: User, now: datetime) -> None:
    """A person looked, and nothing is in the way: the code, by mail and behind the same link. Raises
    holds.Stale."""
    with journal.recording():
        holds.give(reward, by=by, now=now)
        _send(reward.response.invitation, reward, None, reward.response.language)


def reward_of(response: Response) -> Reward | None:
    """None: the survey has none, or its budget was used up."""
    try:
        return response.reward
    except Reward.DoesNotExist:
        return None


def _started(invitation: Invitation, sheet: Sheet, now: datetime, **columns: Any) -> tuple[Response, bool]:
    """The one response of the invitation, and whether it was made here, with these columns."""
    response = invitations.response_of(invitation)
    if response is None:
        return _start(invitation, sheet, now, columns)
    reward = reward_of(response)
    if reward is not None and rewards.was_released(reward):
        rewards.reserve_again(reward, now)
    return response, False


def _start(
    invitation: Invitation, sheet: Sheet, now: datetime, columns: Mapping[str, Any]
) -> tuple[Response, bool]:
    response = bulk.unsaved(
        Response,
        invitation_id=invitation.pk,
        version_id=sheet.asked.version_id,
        started_at=now,
        **columns,
    )
    if bulk.insert_first(response, of="invitation_id"):
        return response, True
    # The second click of two: the first one's transaction is over by now.
    return Response.objects.select_related("reward").get(invitation=invitation), False


def _win(response: Response, **changes: Any) -> bool:
    """Compare-and-set: of two tabs and a double click, one finishes."""
    if not Response.objects.filter(pk=response.pk, state=_State.STARTED).update(**changes):
        return False
    for name, value in changes.items():
        setattr(response, name, value)
    return True


def _as_finished(response: Response) -> Response:
    """By another tab, a moment ago."""
    response.refresh_from_db(fields=["state", "finished_at", "cohort", "language"])
    return response


def _issue_held(
    response: Response, survey: Survey, now: datetime, issued: Mapping[str, Any]
) -> Reward | None:
    """One that a person has to look at first stays reserved: it is promised all the same."""
    reward = reward_of(response)
    if reward is None:
        return None
    is_promised = rewards.issue(reward, survey, now, issued=issued) or (
        bool(reward.held_for) and reward.state == Reward.State.RESERVED
    )
    return reward if is_promised else None


def _held_for(invitation: Invitation, now: datetime) -> str:
    return holds.fact_of(invitation, now) if invitation.survey.reward_amount is not None else ""


def _write(
    invitation: Invitation,
    response: Response,
    filled: Filled,
    *,
    why: WhyItCame,
    language: str,
    now: datetime,
) -> Mapping[str, Comment]:
    """All that was said, by question id."""
    said = _comments(invitation, filled, language=language, why=why, now=now)
    bulk.insert(list(said.values()))
    bulk.write(Answer, _answers(response, filled, language, said))
    if filled.is_unsolved:
        wish = filled.of(Meaning.WISH)
        cases.open_for_new(said[filled.id_of(Meaning.COMMENT)], now=now, wish=str(wish or ""))
    if filled.definition.has_quotas:
        _count_for_quotas(invitation.survey_id, filled)
    _note_consents(invitation, response, filled, now)
    _note_share(invitation, filled, now)
    return said


def _say_why(said: Mapping[str, Comment], why: WhyItCame) -> None:
    """The budget was used up a moment ago, or another tab had reserved a reward after all."""
    others = [comment for comment in said.values() if comment.why != why.value]
    if others:
        Comment.objects.filter(pk__in=[comment.pk for comment in others]).update(why=why.value)


def _count_for_quotas(survey_id: int, filled: Filled) -> None:
    """In the order of their names, so that two submits never wait for each other."""
    counted = sorted(one.id for one in filled.definition.questions if one.asked_at_most)
    for name in counted:
        if filled.values.get(name) is not None:
            quota, _new = Quota.objects.get_or_create(survey_id=survey_id, question=name)
            Quota.objects.filter(pk=quota.pk).update(answered=F("answered") + 1)


def _note_share(invitation: Invitation, filled: Filled, now: datetime) -> None:
    """S2-1: how much of what they buy they buy with us."""
    customer, said = agreements.whose(invitation), filled.of(Meaning.SHARE)
    if customer is not None and isinstance(said, str) and said in SHARES:
        wallet.note(customer, SHARES[said], now=now)


def _note_consents(invitation: Invitation, response: Response, filled: Filled, now: datetime) -> None:
    """L14: who agreed to what, under which words, when. The reward does not look at it."""
    customer = agreements.whose(invitation)
    if customer is None:
        return
    for question in filled.definition.questions:
        if question.kind == Kind.CONSENT and filled.values.get(question.id) == "yes":
            given = consents.Given(
                purpose=question.purpose,
                wording=agreements.wording(response, question.id),
                channel=Channel.SURVEY.value,
                given_at=now,
            )
            consents.note(customer, given, order=invitation.order)


def _comments(
    invitation: Invitation, filled: Filled, *, language: str, why: WhyItCame, now: datetime
) -> dict[str, Comment]:
    """What was said in words, by question id; without words only where a case needs a comment to stand on."""
    main, score = filled.id_of(Meaning.COMMENT), filled.of(Meaning.RECOMMENDATION)
    asked = filled.definition.questions
    wanted = [question.id for question in asked if question.is_text and filled.values.get(question.id)]
    if filled.is_unsolved and main not in wanted:
        wanted.append(main)
    rated: dict[str, Any] = {"score": score, "scale": Comment.Scale.NPS.value} if score is not None else {}
    return {
        name: bulk.unsaved(
            Comment,
            **comments.columns(
                text=str(filled.values.get(name) or ""),
                channel=Channel.SURVEY.value,
                source=invitation.survey.slug,
                why=why.value,
                said_at=now,
                received_at=now,
                language=language,
                customer_id=invitation.customer_id,
                order_id=invitation.order_id,
                location_id=invitation.order.location_id if invitation.order else None,
                touchpoint_id=filled.touchpoint_id,
                **(rated if name == main else {}),
            ),
        )
        for name in wanted
    }


def _answers(
    response: Response, filled: Filled, language: str, said: Mapping[str, Comment]
) -> list[bulk.Columns]:
    return [
        _answer(response, question, filled.values.get(question.id), language, said.get(question.id))
        for question in filled.definition.questions
        if filled.values.get(question.id) is not None or question.id in said
    ]


def _answer(
    response: Response, question: Question, value: Value | None, language: str, comment: Comment | None
) -> bulk.Columns:
    return {
        "response_id": response.pk,
        "question": question.id,
        "kind": question.kind.value,
        "words": questions.said(question.words, language),
        "value": "" if value is None else value,
        "value_words": question.words_of(value, language),
        "number": answering.number_of(question, value),
        "comment_id": comment.pk if comment else None,
    }


@dataclass(frozen=True, slots=True)
class _Terms:
    """What finishing earns, whatever is said."""

    amount: Decimal
    minimum: Decimal
    currency: str


def _terms(invitation: Invitation, response: Response | None) -> _Terms | None:
    """None: nothing. As it looks before the budget's row is asked, or the reward's own."""
    survey, reward = invitation.survey, reward_of(response) if response else None
    if reward is not None:
        return _terms_of(reward)
    if response is not None or survey.reward_amount is None:
        return None
    return _Terms(survey.reward_amount, survey.reward_minimum_order, survey.reward_currency)


def _terms_of(reward: Reward) -> _Terms:
    return _Terms(reward.amount, reward.minimum_order, reward.currency)


def _send(invitation: Invitation, reward: Reward, letter: OutgoingMail | None, language: str) -> None:
    """The code by mail, to whoever has an address. `letter`: drawn already."""
    if letter is None:
        issued = {"code": reward.code, "expires_on": reward.expires_on}
        letter = _letter(invitation, _terms_of(reward), issued, language=language, now=timezone.now())
    if letter is not None:
        letter.about = f"surveys.reward:{reward.pk}"
        bulk.insert([letter])


def _letter(
    invitation: Invitation, terms: _Terms, issued: Mapping[str, Any], *, language: str, now: datetime
) -> OutgoingMail | None:
    """Not in the queue yet."""
    customer = invitation.customer
    if customer is None or customer.erased_at or not customer.email:
        return None
    minimum = money.format_money(terms.minimum, terms.currency, language) if terms.minimum else ""
    return mail.drawn(
        to=customer.email,
        template="reward",
        context={
            "name": Own(customer.name),
            "code": Own(issued["code"]),
            "amount": money.format_money(terms.amount, terms.currency, language),
            "minimum": minimum,
            "last_day": Own(rewards.last_day(issued["expires_on"], language)),
        },
        language=language,
        customer=customer,
        now=now,
    )
