"""Rewards: reserved when answering starts, issued when it ends, redeemed once; blind to the answers (L1)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest, Round
from django.utils import timezone, translation
from django.utils.formats import date_format

from feedback import bulk, journal, leases, shop, tokens
from feedback.models import User
from feedback.models.addressed import MoneyField
from feedback.models.queue import LeasableQuerySet
from surveys.models import Response, Reward, Survey

HELD_FOR = timedelta(hours=24)  # decision 13
_State = Reward.State
_TAKE = """
    UPDATE surveys_survey SET budget_used = ROUND(budget_used + %s, 2)
    WHERE id = %s AND (budget IS NULL OR budget >= ROUND(budget_used + %s, 2))
"""


class RewardError(ValueError):
    """A code that cannot be used, and why. `reward` is None when there is none."""

    def __init__(self, reward: Reward | None = None):
        super().__init__(type(self).__name__)
        self.reward = reward


class NoSuchCode(RewardError):
    pass


class Redeemed(RewardError):
    """With another order, before."""


class Expired(RewardError):
    pass


class Revoked(RewardError):
    pass


class OrderTooSmall(RewardError):
    pass


class OtherCurrency(RewardError):
    pass


def is_offered(survey: Survey) -> bool:
    """There is a reward and the budget holds one more. What a page says before anything is reserved."""
    if survey.reward_amount is None:
        return False
    return survey.budget is None or survey.budget_used + survey.reward_amount <= survey.budget


def reserve(response: Response, survey: Survey, now: datetime, **columns: Any) -> Reward | None:
    """Within the caller's transaction. None: the survey has no reward, or its budget is used up."""
    if survey.reward_amount is None or not _take_from_budget(survey, survey.reward_amount):
        return None
    reward = bulk.unsaved(
        Reward,
        response_id=response.pk,
        survey_id=survey.pk,
        amount=survey.reward_amount,
        currency=survey.reward_currency,
        minimum_order=survey.reward_minimum_order,
        reserved_at=now,
        **columns,
    )
    bulk.insert([reward])
    return reward


def grant(response: Response, survey: Survey, now: datetime) -> Reward | None:
    """`reserve` and `issue` at once, for who answers everything in one go."""
    reward = reserve(response, survey, now, **_issued(survey, now))
    if reward is not None:
        _log_issued(reward)
    return reward


def was_released(reward: Reward) -> bool:
    """Nobody finished in time; unlike a code that a person revoked, it may be held again."""
    return reward.state == _State.REVOKED and reward.code is None


def reserve_again(reward: Reward, now: datetime) -> bool:
    """For who comes back after the reservation was released. False: the budget is used up by now."""
    released = Reward.objects.filter(pk=reward.pk, state=_State.REVOKED, code=None)
    if not released.update(state=_State.RESERVED, reserved_at=now):
        return False
    if not _take_from_budget(reward.survey, reward.amount):
        Reward.objects.filter(pk=reward.pk).update(state=_State.REVOKED)
        return False
    reward.state, reward.reserved_at = _State.RESERVED, now
    return True


def issue(reward: Reward, survey: Survey, now: datetime) -> bool:
    """The code, whatever was answered. False: the reservation was released a moment ago."""
    columns = _issued(survey, now)
    if not Reward.objects.filter(pk=reward.pk, state=_State.RESERVED).update(**columns):
        return False
    for name, value in columns.items():
        setattr(reward, name, value)
    _log_issued(reward)
    return True


def last_day(reward: Reward, language: str) -> str:
    """Until when it can be used, as that language writes a day; '' before it is issued."""
    with translation.override(language):
        return date_format(reward.expires_on, "DATE_FORMAT") if reward.expires_on else ""


def find(code: str) -> Reward:
    """However it was typed. Raises NoSuchCode."""
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    if len(typed) != tokens.REWARD_LENGTH or not set(typed) <= set(tokens.REWARD_ALPHABET):
        raise NoSuchCode
    reward = Reward.objects.filter(code=typed).first()
    if reward is None:
        raise NoSuchCode
    return reward


def check(code: str, now: datetime | None = None) -> Reward:
    """The reward, if its code can be used now. Raises NoSuchCode, Redeemed, Expired or Revoked."""
    reward = find(code)
    refuse_unless_usable(reward, now or timezone.now())
    return reward


def redeem(
    code: str,
    *,
    order_number: str,
    order_total: Decimal,
    currency: str,
    now: datetime | None = None,
    by: User | None = None,
) -> Reward:
    """Once; the same order may ask again and gets the same answer. Raises one of the errors above."""
    now = now or timezone.now()
    with journal.recording():
        reward = find(code)
        if reward.state == _State.REDEEMED and reward.redeemed_order == order_number:
            return reward
        refuse_unless_usable(reward, now)
        if currency != reward.currency:
            raise OtherCurrency(reward)
        if order_total < reward.minimum_order:
            raise OrderTooSmall(reward)
        if _win(reward, order_number, now):
            journal.log("reward redeemed", reward, by=by, amount=str(reward.amount), currency=reward.currency)
        reward.refresh_from_db()
        if reward.redeemed_order != order_number:
            refuse_unless_usable(reward, now)
    return reward


def refuse_unless_usable(reward: Reward, now: datetime) -> None:
    if reward.state == _State.REDEEMED:
        raise Redeemed(reward)
    if reward.state == _State.REVOKED:
        raise Revoked(reward)
    if reward.state == _State.EXPIRED or (reward.expires_on and reward.expires_on < shop.day(now)):
        raise Expired(reward)


def to_release(now: datetime) -> LeasableQuerySet:
    return Reward.objects.filter(state=_State.RESERVED, reserved_at__lt=now - HELD_FOR)


def release(rewards: Sequence[Reward], now: datetime) -> None:
    """Nobody finished: the amounts go back to the budget. Who comes back may get one again."""
    _give_back(rewards, to_release(now), _State.REVOKED, "reward released")


def to_expire(now: datetime) -> LeasableQuerySet:
    return Reward.objects.filter(state=_State.ISSUED, expires_on__lt=shop.day(now))


def expire(rewards: Sequence[Reward], now: datetime) -> None:
    _give_back(rewards, to_expire(now), _State.EXPIRED, "reward expired")


RELEASE = leases.Job(name="release rewards", due=to_release, run=release)
EXPIRE = leases.Job(name="expire rewards", due=to_expire, run=expire)


def _issued(survey: Survey, now: datetime) -> dict[str, Any]:
    return {
        "state": _State.ISSUED,
        "code": tokens.reward_code(),
        "issued_at": now,
        "expires_on": shop.day(now) + timedelta(days=survey.reward_days),
    }


def _log_issued(reward: Reward) -> None:
    journal.log("reward issued", reward, amount=str(reward.amount), currency=reward.currency)


def _win(reward: Reward, order_number: str, now: datetime) -> bool:
    """Compare-and-set: however many tills ask at once, one of them gets it."""
    usable = Reward.objects.filter(pk=reward.pk, state=_State.ISSUED, expires_on__gte=shop.day(now))
    return bool(usable.update(state=_State.REDEEMED, redeemed_at=now, redeemed_order=order_number))


def _take_from_budget(survey: Survey, amount: Decimal) -> bool:
    """Compare-and-set on the survey's row; the last reward goes to one.

    In plain SQL: all who finish wait for this row, and Django takes five times as long to say it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [amount, survey.pk, amount])
        return cursor.rowcount == 1


def _give_back(rewards: Sequence[Reward], due: LeasableQuerySet, state: str, verb: str) -> None:
    """Only of rows that are still due: a customer may have finished since the lease."""
    with journal.recording():
        locked = due.select_for_update(no_key=True).filter(pk__in=[reward.pk for reward in rewards])
        still_due = {reward.pk for reward in locked}
        ending = [reward for reward in rewards if reward.pk in still_due]
        others = [reward for reward in rewards if reward.pk not in still_due]
        freed: dict[int, Decimal] = defaultdict(Decimal)
        for reward in ending:
            freed[reward.survey_id] += reward.amount
            journal.log(verb, reward, amount=str(reward.amount), currency=reward.currency)
        if ending:
            leases.finish(ending, state=state)
        if others:
            leases.finish(others)
        for survey, amount in sorted(freed.items()):  # in one order, so that two jobs never wait in a ring
            after = Greatest(_cents(F("budget_used") - amount), Decimal(0))
            Survey.objects.filter(pk=survey).update(budget_used=after)


def _cents(amount: Combinable) -> Round:
    # SQLite reckons in floating point; rounded at each step the sums stay what a person would write.
    return Round(amount, precision=2, output_field=MoneyField())
