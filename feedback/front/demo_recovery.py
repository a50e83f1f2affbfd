"""The demo shop's survey of the year before, and what its customers did afterwards.

Most of those whose problem was not solved bought little or left; whoever was helped stayed, and some came
back sooner. That is made up so that the report has something to find; nothing in the program knows it.
"""

import random
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from feedback.models import Order, OrderLine, User
from surveys import definitions, publishing
from surveys.cohorts import Problem, cohort
from surveys.models import Answer, Invitation, Response, Survey

SLUG = "last-year"
_LONG_AGO = (490, 200)  # days; then the survey of today began
_ANSWERS = (
    (Problem.NONE, 38),
    (Problem.FIRST_TIME, 26),
    (Problem.NOT_SOLVED, 22),
    (Problem.LATER, 8),
    (Problem.NOT_TOLD, 6),
)
_REGULAR = 3  # orders; who bought more often answers more often
_UNHAPPY = frozenset({Problem.NOT_SOLVED, Problem.LATER})
_RECOMMENDS = {
    Problem.NONE: (7, 8, 9, 9, 10),
    Problem.FIRST_TIME: (8, 9, 9, 10, 10),
    Problem.LATER: (3, 5, 6, 7),
    Problem.NOT_SOLVED: (0, 1, 2, 3, 5),
    Problem.NOT_TOLD: (4, 5, 6, 7),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody answered about an order."""

    order: Order
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """An order that is still to be written, with its lines. `ends_wordless`: who placed it left, and never
    said a word of it."""

    order: Order
    lines: tuple[OrderLine, ...]
    ends_wordless: bool = False


def afterwards(
    dice: random.Random, history: Sequence[Bought], now: datetime
) -> tuple[list[Bought], Told | None]:
    """One person's orders as they then were, and what that person answered about one of them."""
    first, last = (now - timedelta(days=days) for days in _LONG_AGO)
    asked = [one for one in history if first < one.order.placed_at < last and not one.ends_wordless]
    answers = dice.random() < (0.98 if len(history) > _REGULAR else 0.8)
    if not asked or not answers or history[0].order.customer.is_insider:
        return list(history), None
    told = Told(order=dice.choice(asked).order, problem=_problem(dice))
    before = [one for one in history if one.order.placed_at <= told.order.placed_at]
    after = list(history[len(before) :])
    if told.problem in _UNHAPPY:
        after = [] if dice.random() < 0.5 else [_little(one) for one in after if dice.random() < 0.5]
    elif told.problem == Problem.FIRST_TIME and dice.random() < 0.25:
        after.append(_sooner(dice, before[-1]))
    return before + after, told


def last_year(
    dice: random.Random, told: Sequence[Told], placed: Sequence[Order], now: datetime, by: User
) -> None:
    """A closed survey without a reward, which more people left unanswered. Rows in bulk: it is long over, and
    its cases with it."""
    survey = publishing.start_post_purchase(
        name="Năm trước · The year before", slug=SLUG, reward_amount=None, currency="VND",
        now=now - timedelta(days=520), by=by,
    )  # fmt: skip
    Survey.objects.filter(pk=survey.pk).update(state=Survey.State.CLOSED)
    invitations = Invitation.objects.bulk_create([_invitation(survey, one.order) for one in told])
    Invitation.objects.bulk_create([_invitation(survey, one) for one in _silent(dice, told, placed, now)])
    version = survey.versions.get()
    responses = Response.objects.bulk_create(
        [
            Response(
                invitation=invitation,
                version=version,
                state=Response.State.FINISHED,
                language=invitation.language,
                cohort=cohort(one.problem).value,
                started_at=invitation.made_at + timedelta(hours=dice.uniform(1, 60)),
                finished_at=invitation.made_at + timedelta(hours=61),
            )
            for invitation, one in zip(invitations, told, strict=True)
        ]
    )
    asked = {one.id: one for one in definitions.load(version.definition).questions}
    Answer.objects.bulk_create(
        [
            Answer(
                response=response,
                question=name,
                kind=asked[name].kind,
                words=asked[name].words[response.language],
                value=value,
                value_words=asked[name].words_of(value, response.language),
                number=value if isinstance(value, int) else None,
            )
            for response, one in zip(responses, told, strict=True)
            for name, value in (
                ("problem", one.problem.value),
                ("recommend", dice.choice(_RECOMMENDS[one.problem])),
            )
        ]
    )


def _problem(dice: random.Random) -> Problem:
    answers, weights = zip(*_ANSWERS, strict=True)
    return dice.choices(answers, weights)[0]


def _little(one: Bought) -> Bought:
    """Only what they came for."""
    line = min(one.lines, key=lambda line: line.price)
    line.quantity, one.order.total = Decimal(1), line.price
    return replace(one, lines=(line,))


def _sooner(dice: random.Random, like: Bought) -> Bought:
    """Bought once more within the three months, the same again."""
    order = copy(like.order)
    order._state = copy(like.order._state)
    order.public_id = Order._meta.get_field("public_id").get_default()
    days = timedelta(days=dice.uniform(32, 85))
    order.placed_at = order.received_at = like.order.placed_at + days
    for name in ("promised_on", "delivered_on"):
        day = getattr(order, name)
        setattr(order, name, day and day + days)
    lines = tuple(copy(line) for line in like.lines)
    for line in lines:
        line._state, line.order = copy(line._state), order
    return Bought(order=order, lines=lines)


def _silent(dice: random.Random, told: Sequence[Told], placed: Sequence[Order], now: datetime) -> list[Order]:
    """One and a half times as many, of the same months."""
    first, last = (now - timedelta(days=days) for days in _LONG_AGO)
    answered = {one.order.pk for one in told}
    asked = [one for one in placed if first < one.placed_at < last and one.pk not in answered]
    return dice.sample(asked, min(len(asked), len(told) * 3 // 2))


def _invitation(survey: Survey, order: Order) -> Invitation:
    asked_at = order.placed_at + timedelta(days=6)
    return Invitation(
        survey=survey,
        order=order,
        customer=order.customer,
        state=Invitation.State.LINK,
        language=order.customer.language or "vi",
        made_at=asked_at,
        send_at=asked_at,
        sent_at=asked_at,
        expires_at=asked_at + timedelta(days=30),
    )
