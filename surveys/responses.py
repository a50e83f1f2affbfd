"""A customer answers: kept step by step, finished in one transaction, rewarded whatever was said (L1)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from feedback import bulk, cases, comments, consents, journal, mail, money
from feedback.models import Comment, User
from feedback.models.words import Channel, WhyItCame
from surveys import agreements, holds, invitations, questions, rewards, sheets
from surveys import answers as answering
from surveys.models import Answer, Invitation, Quota, Response, Reward, Survey
from surveys.questions import Kind, Meaning, Question, Value
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
    invitations.refuse_unless_open(invitation, now)
    filled = sheet.fill(answers, only=answers.keys())
    with transaction.atomic():
        response, is_new = _started(invitation, sheet, now, language=language)
        if is_new:
            rewards.reserve(response, invitation.survey, now, held_for=_held_for(invitation, now))
        # Takes the row's lock: nothing may change in a response that another tab is finishing.
        elif not Response.objects.filter(pk=response.pk, state=_State.STARTED).update(language=language):
            return _as_finished(response)
        else:
            response.answers.filter(question__in=filled.values.keys()).delete()
        bulk.write(Answer, _answers(response, filled, language, said={}))
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
    invitations.refuse_unless_open(invitation, now)
    filled = sheet.fill({**sheet.saved, **answers})
    finished = {"state": _State.FINISHED, "finished_at": now, "cohort": filled.cohort.value}
    with journal.recording():
        response, is_new = _started(invitation, sheet, now, language=language, **finished)
        if is_new:
            reward = rewards.grant(response, invitation.survey, now, held_for=_held_for(invitation, now))
        elif _win(response, language=language, **finished):
            reward = _issue_held(response, invitation.survey, now)
            response.answers.all().delete()
        else:
            return _as_finished(response)
        _write(invitation, response, reward, filled, language=language, now=now)
        journal.log("response finished", response, invitation=invitation.pk)
    return response


def give_held(reward: Reward, *, by: User, now: datetime) -> None:
    """A person looked, and nothing is in the way: the code, by mail and behind the same link. Raises
    holds.Stale."""
    with journal.recording():
        holds.give(reward, by=by, now=now)
        _mail_the_code(reward.response.invitation, reward, reward.response.language)


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


def _issue_held(response: Response, survey: Survey, now: datetime) -> Reward | None:
    """One that a person has to look at first stays reserved: it is promised all the same."""
    reward = reward_of(response)
    if reward is None:
        return None
    is_promised = rewards.issue(reward, survey, now) or (
        bool(reward.held_for) and reward.state == Reward.State.RESERVED
    )
    return reward if is_promised else None


def _held_for(invitation: Invitation, now: datetime) -> str:
    return holds.fact_of(invitation, now) if invitation.survey.reward_amount is not None else ""


def _write(
    invitation: Invitation,
    response: Response,
    reward: Reward | None,
    filled: Filled,
    *,
    language: str,
    now: datetime,
) -> None:
    """`reward`: the one issued for this response, or held."""
    why = WhyItCame.PAID if reward else WhyItCame.INVITED
    said = _comments(invitation, filled, language=language, why=why, now=now)
    bulk.insert(list(said.values()))
    bulk.write(Answer, _answers(response, filled, language, said))
    if filled.is_unsolved:
        wish = filled.of(Meaning.WISH)
        cases.open_for_new(said[filled.id_of(Meaning.COMMENT)], now=now, wish=str(wish or ""))
    if filled.definition.has_quotas:
        _count_for_quotas(invitation.survey_id, filled)
    _note_consents(invitation, response, filled, now)
    if reward is not None and reward.code:
        _mail_the_code(invitation, reward, language)


def _count_for_quotas(survey_id: int, filled: Filled) -> None:
    """In the order of their names, so that two submits never wait for each other."""
    counted = sorted(one.id for one in filled.definition.questions if one.asked_at_most)
    for name in counted:
        if filled.values.get(name) is not None:
            quota, _new = Quota.objects.get_or_create(survey_id=survey_id, question=name)
            Quota.objects.filter(pk=quota.pk).update(answered=F("answered") + 1)


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


def _mail_the_code(invitation: Invitation, reward: Reward, language: str) -> None:
    customer = invitation.customer
    if customer is None or not customer.email:
        return
    minimum = reward.minimum_order
    mail.write(
        to=customer.email,
        template="reward",
        context={
            "name": customer.name,
            "code": reward.code,
            "amount": money.format_money(reward.amount, reward.currency, language),
            "minimum": money.format_money(minimum, reward.currency, language) if minimum else "",
            "last_day": rewards.last_day(reward, language),
        },
        language=language,
        customer=customer,
        about=f"surveys.reward:{reward.pk}",
    )
