"""Codes as coupons of a web shop: made once each, taken out when used or revoked elsewhere, and looked at.

The code is good at the counter whatever becomes of this: nothing here is waited for when it is given out.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from feedback import bulk, journal, leases
from feedback.models.queue import LeasableQuerySet
from feedback.web import Away
from surveys import rewards, webshops
from surveys.models import Coupon, CouponShop, Reward
from surveys.webshops import Refused, Standing

BATCH = 500
LOOK_EVERY = timedelta(hours=6)
LEFT_IN_PEACE = timedelta(minutes=10)  # a shop that does not answer; one alarm, not thousands
_State = Coupon.State


def _without_one(currency: Any, since: Any) -> LeasableQuerySet:
    """Codes that could still be used, of the shop's currency, given out since it was set up: those that never
    had a coupon, and those whose coupon was taken out of a shop that was disconnected."""
    was_taken_out = Q(coupon__state=_State.REMOVED, coupon__shop__is_active=False)
    return Reward.objects.filter(
        Q(coupon=None) | was_taken_out,
        state=Reward.State.ISSUED,
        currency=currency,
        issued_at__gte=since,
    )


def to_plan(now: datetime) -> LeasableQuerySet:
    wanting = _without_one(OuterRef("currency"), OuterRef("since"))
    return CouponShop.objects.filter(Exists(wanting), is_active=True)


def plan(shops: Sequence[CouponShop], now: datetime) -> None:
    """A row for each code that has none: what is to be made at the shop."""
    for shop in shops:
        with transaction.atomic():
            wanting = _without_one(shop.currency, shop.since).order_by("pk").values_list("pk", flat=True)
            rewards_of_batch = list(wanting[:BATCH])
            left = Coupon.objects.filter(
                reward__in=rewards_of_batch, state=_State.REMOVED, shop__is_active=False
            )
            left.update(shop=shop, state=_State.WAITING, ref="", looked_at=None, failed_at=None, tries=0)
            for reward in rewards_of_batch:
                bulk.insert_first(bulk.unsaved(Coupon, reward_id=reward, shop_id=shop.pk), of="reward_id")
            leases.finish([shop])


def to_do(now: datetime) -> LeasableQuerySet:
    """What a shop that may be asked is to be told; one that was disconnected is told what to take out."""
    return _at_a_shop_that_may_be_asked(now).filter(state__in=[_State.WAITING, _State.REMOVING])


def do(coupons: Sequence[Coupon], now: datetime) -> None:
    for coupon in coupons:
        act = _make if coupon.state == _State.WAITING else _remove
        _outside(coupon, now, act)


def to_look_at(now: datetime) -> LeasableQuerySet:
    """Made, not used as far as we know, and not looked at for a while."""
    return _at_a_shop_that_may_be_asked(now).filter(
        Q(looked_at=None) | Q(looked_at__lt=now - LOOK_EVERY),
        state=_State.MADE,
        reward__state=Reward.State.ISSUED,
    )


def look(coupons: Sequence[Coupon], now: datetime) -> None:
    for coupon in coupons:
        _outside(coupon, now, _look)


PLAN = leases.Job(name="plan coupons", due=to_plan, run=plan, batch=1)
DO = leases.Job(name="make coupons", due=to_do, run=do, batch=1)
LOOK = leases.Job(name="look at coupons", due=to_look_at, run=look, batch=1)


def _at_a_shop_that_may_be_asked(now: datetime) -> LeasableQuerySet:
    return Coupon.objects.filter(Q(shop__quiet_until=None) | Q(shop__quiet_until__lte=now))


Act = Callable[[Coupon, datetime], None]


def _outside(coupon: Coupon, now: datetime, act: Act) -> None:
    """A shop that does not answer costs the coupon no try: all of them wait until it may be asked again."""
    coupon = Coupon.objects.select_related("shop", "reward").get(pk=coupon.pk)
    try:
        act(coupon, now)
    except Away as away:
        stumbled(coupon.shop, away, now)
        leases.let_go([coupon])
        return
    if coupon.shop.trouble:
        answered(coupon.shop)


def stumbled(shop: CouponShop, away: Away, now: datetime) -> None:
    """No usable answer: nobody asks again for a while. `trouble_since` is the first of a row of them."""
    CouponShop.objects.filter(pk=shop.pk).update(
        trouble=away.trouble.value,
        trouble_since=Coalesce(F("trouble_since"), now, output_field=DateTimeField()),
        quiet_until=now + (away.wait or LEFT_IN_PEACE),
    )


def answered(shop: CouponShop) -> None:
    CouponShop.objects.filter(pk=shop.pk).update(trouble="", trouble_since=None, quiet_until=None)


def _make(coupon: Coupon, now: datetime) -> None:
    """Asked for by its code first, and again when it is there already: an answer may have been lost."""
    webshop, code = webshops.of(coupon.shop), coupon.reward.code or ""
    if coupon.reward.state != Reward.State.ISSUED:
        _note(coupon, state=_State.REMOVED)
        return
    if not coupon.shop.is_active:  # disconnected meanwhile; an answer may have been lost before
        _note(coupon, state=_State.REMOVING)
        return
    try:
        found = webshop.find(coupon.shop, code) or webshop.make(coupon.shop, coupon.reward)
        found = found or webshop.find(coupon.shop, code)
    except Refused as refused:
        _note(coupon, state=_State.REFUSED, reason=str(refused)[:200])
        return
    _note(coupon, state=_State.MADE, ref=found.ref if found else "")


def _remove(coupon: Coupon, now: datetime) -> None:
    webshop = webshops.of(coupon.shop)
    found = Standing(ref=coupon.ref) if coupon.ref else webshop.find(coupon.shop, coupon.reward.code or "")
    try:
        if found is not None:
            webshop.remove(coupon.shop, found.ref)
    except Refused as refused:
        _note(coupon, state=_State.REFUSED, reason=str(refused)[:200])
        return
    _note(coupon, state=_State.REMOVED)


def _look(coupon: Coupon, now: datetime) -> None:
    """Used there: it is used up here too, by compare-and-set as at any till."""
    found = webshops.of(coupon.shop).find(coupon.shop, coupon.reward.code or "")
    with journal.recording():
        if found is not None and found.times_used:
            rewards.used_elsewhere(coupon.reward, coupon.shop.slug, now)
        leases.finish([coupon], looked_at=now)


def _note(coupon: Coupon, *, state: Coupon.State, **columns: str) -> None:
    """Unless it is to be something else by now: then only what is known of it, and the job comes again."""
    with journal.recording():
        as_it_was = Coupon.objects.filter(pk=coupon.pk, state=coupon.state)
        if as_it_was.update(state=state, **columns):
            journal.log(f"coupon {state.value}", coupon, reward=coupon.reward_id, shop=coupon.shop_id)
        elif ref := columns.get("ref"):
            Coupon.objects.filter(pk=coupon.pk).update(ref=ref)
        leases.finish([coupon])
