"""Rewards: reserved when answering starts, issued when it ends, redeemed once; blind to the answers (L1)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest, Round
from django.utils import timezone, translation
from django.utils.formats import date_format

from feedback import bulk, journal, leases, shop, tokens
from feedback.models import User
from feedback.models.addressed import MoneyField
from feedback.models.queue import LeasableQuerySet
from surveys.models import Coupon, Response, Reward, Survey

RESERVED_FOR = timedelta(hours=24)  # decision 13
_State = Reward.State
_OUT = [Coupon.State.REMOVING, Coupon.State.REMOVED]
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


class NotRedeemed(RewardError):
    """There is nothing to take back."""


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


def grant(
    response: Response, survey: Survey, now: datetime, *, issued: Mapping[str, Any], held_for: str = ""
) -> Reward | None:
    """`reserve` and `issue` at once, for who answers everything in one go; one that is held waits."""
    reward = reserve(response, survey, now, **({"held_for": held_for} if held_for else issued))
    if reward is not None and not held_for:
        _log_issued(reward)
    return reward


def was_released(reward: Reward) -> bool:
    """Nobody finished in time; unlike one that a person revoked, it may be reserved again."""
    return reward.state == _State.REVOKED and not reward.revoked_for


def reserve_again(reward: Reward, now: datetime) -> bool:
    """For who comes back after the reservation was released. False: the budget is used up by now."""
    released = Reward.objects.filter(pk=reward.pk, state=_State.REVOKED, revoked_for="")
    if not released.update(state=_State.RESERVED, reserved_at=now):
        return False
    if not _take_from_budget(reward.survey, reward.amount):
        Reward.objects.filter(pk=reward.pk).update(state=_State.REVOKED)
        return False
    reward.state, reward.reserved_at = _State.RESERVED, now
    return True


def issue(
    reward: Reward,
    survey: Survey,
    now: datetime,
    *,
    issued: Mapping[str, Any] | None = None,
    held: bool = False,
) -> bool:
    """The code, whatever was answered. False: the reservation was released a moment ago, or a person has to
    look at it first; with `held`, somebody did."""
    columns = issued if issued is not None else issuing(survey, now)
    waiting = Reward.objects.filter(pk=reward.pk, state=_State.RESERVED)
    if not (waiting.exclude(held_for="") if held else waiting.filter(held_for="")).update(**columns):
        return False
    for name, value in columns.items():
        setattr(reward, name, value)
    _log_issued(reward)
    return True


@lru_cache(maxsize=128)
def last_day(expires_on: date | None, language: str) -> str:
    """Until when it can be used, as that language writes a day; '' before it is issued."""
    with translation.override(language):
        return date_format(expires_on, "DATE_FORMAT") if expires_on else ""


def find(code: str) -> Reward:
    """However it was typed, look-alikes included. Raises NoSuchCode."""
    meant = tokens.reward_codes(code)
    found = {reward.code: reward for reward in Reward.objects.filter(code__in=meant)} if meant else {}
    for one in meant:
        if one in found:
            return found[one]
    raise NoSuchCode


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
            take_coupon_out(reward)
            journal.log("reward redeemed", reward, by=by, amount=str(reward.amount), currency=reward.currency)
        reward.refresh_from_db()
        if reward.redeemed_order != order_number:
            refuse_unless_usable(reward, now)
    return reward


def take_back(reward: Reward, *, reason: str, by: User, now: datetime) -> Reward:
    """A redemption that was a mistake: the code can be used again until its last day. Raises NotRedeemed."""
    with journal.recording():
        redeemed = Reward.objects.filter(pk=reward.pk, state=_State.REDEEMED)
        if not redeemed.update(state=_State.ISSUED, redeemed_at=None, redeemed_order=""):
            raise NotRedeemed(reward)
        Coupon.objects.filter(reward=reward.pk, state__in=_OUT).update(state=Coupon.State.WAITING, ref="")
        journal.log("reward redemption taken back", reward, by=by, reason=reason)
    reward.refresh_from_db()
    return reward


def used_elsewhere(reward: Reward, where: str, now: datetime) -> bool:
    """Within the caller's `journal.recording`: a web shop says that its coupon was used."""
    if not _win(reward, where, now):
        return False
    journal.log("reward redeemed", reward, amount=str(reward.amount), currency=reward.currency, where=where)
    return True


def take_coupon_out(reward: Reward) -> None:
    """Within the caller's transaction: used or revoked here, it must not work in the web shop either."""
    there = Coupon.objects.filter(reward=reward.pk, state__in=[Coupon.State.WAITING, Coupon.State.MADE])
    there.update(state=Coupon.State.REMOVING)


def refuse_unless_usable(reward: Reward, now: datetime) -> None:
    if reward.state == _State.REDEEMED:
        raise Redeemed(reward)
    if reward.state == _State.REVOKED:
        raise Revoked(reward)
    if reward.state == _State.EXPIRED or (reward.expires_on and reward.expires_on < shop.day(now)):
        raise Expired(reward)


def to_release(now: datetime) -> LeasableQuerySet:
    """One that waits for a person does not run out: the customer has done their part."""
    waiting = ~Q(held_for="") & Q(response__state=Response.State.FINISHED)
    return Reward.objects.filter(state=_State.RESERVED, reserved_at__lt=now - RESERVED_FOR).exclude(waiting)


def release(rewards: Sequence[Reward], now: datetime) -> None:
    """Nobody finished: the amounts go back to the budget. Who comes back may get one again."""
    _give_back(rewards, to_release(now), _State.REVOKED, "reward released")


def to_expire(now: datetime) -> LeasableQuerySet:
    return Reward.objects.filter(state=_State.ISSUED, expires_on__lt=shop.day(now))


def expire(rewards: Sequence[Reward], now: datetime) -> None:
    _give_back(rewards, to_expire(now), _State.EXPIRED, "reward expired")


RELEASE = leases.Job(name="release rewards", due=to_release, run=release)
EXPIRE = leases.Job(name="expire rewards", due=to_expire, run=expire)


def issuing(survey: Survey, now: datetime) -> dict[str, Any]:
    """What makes a reserved reward one that can be used: a new code, and its last day."""
    return {
        "state": _State.ISSUED,
        "code": tokens.reward_code(),
        "issued_at": now,
        "expires_on": shop.day(now) + timedelta(days=survey.reward_days),
    }


def give_back(survey_id: int, amount: Decimal) -> None:
    """Within the caller's transaction: what was promised no longer is."""
    after = Greatest(_cents(F("budget_used") - amount), Decimal(0))
    Survey.objects.filter(pk=survey_id).update(budget_used=after)


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
            give_back(survey, amount)


def _cents(amount: Combinable) -> Round:
    # SQLite reckons in floating point; rounded at each step the sums stay what a person would write.
    return Round(amount, precision=2, output_field=MoneyField())
