"""Connect a web shop at which our codes become coupons, and disconnect it: one at a time.

Nothing is asked of the shop here but by `check`; what is to be made or taken out there, the jobs of
`surveys.coupons` do.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet

from feedback import journal
from feedback.models import User
from feedback.prepared import Prepared
from surveys import webshops
from surveys.models import Coupon, CouponShop, Reward
from surveys.webshops import Checked

PATIENCE = timedelta(hours=1)  # until a shop that does not answer is an alarm
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_State = Coupon.State


class Taken(RuntimeError):
    """Another shop is connected, or was in the same moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Coupons of one shop by what became of them; `stuck`: given up by the job after several tries."""

    waiting: int = 0
    made: int = 0
    refused: int = 0
    removing: int = 0
    removed: int = 0
    stuck: int = 0


def counts(shop: CouponShop) -> Counts:
    """Two queries."""
    rows = Coupon.objects.filter(shop=shop).values_list("state").annotate(n=Count("pk")).order_by()
    return Counts(**dict(rows), stuck=Coupon.objects.filter(shop=shop).given_up().count())


def connect(shop: CouponShop, *, with_earlier: bool, by: User, now: datetime) -> CouponShop:
    """A new row. `with_earlier`: codes that are out already become coupons too. Raises Taken."""
    shop.since = LONG_AGO if with_earlier else now
    with journal.recording():
        try:
            with transaction.atomic():
                shop.save()
        except IntegrityError:  # the database lets in one, whoever presses at the same time
            raise Taken from None
        journal.log("coupon shop connected", shop, by=by, kind=shop.kind, with_earlier=with_earlier)
    return shop


def change(shop: CouponShop, *, fields: list[str], by: User) -> None:
    """Only what a form holds: the worker writes the rest of the row at the same time."""
    with journal.recording():
        shop.save(update_fields=fields)
        journal.log("coupon shop changed", shop, by=by, fields=fields)


def disconnect(shop: CouponShop, *, take_out: bool, by: User) -> bool:
    """No new coupons from now on. Those that are there go on being looked at until they end, or, with
    `take_out`, are taken out of the shop. False: it was not connected."""
    with journal.recording():
        if not CouponShop.objects.filter(pk=shop.pk, is_active=True).update(is_active=False):
            return False
        gone = [_State.WAITING, _State.MADE] if take_out else [_State.WAITING]
        Coupon.objects.filter(shop=shop, state__in=gone).update(state=_State.REMOVING)
        journal.log("coupon shop disconnected", shop, by=by, take_out=take_out)
    return True


def connect_again(shop: CouponShop, *, by: User) -> bool:
    """As if it had never been away: codes given out meanwhile become coupons too. False: it was connected.
    Raises Taken."""
    away = CouponShop.objects.filter(pk=shop.pk, is_active=False)
    with journal.recording():
        try:
            with transaction.atomic():
                if not away.update(is_active=True, trouble="", trouble_since=None, quiet_until=None):
                    return False
        except IntegrityError:
            raise Taken from None
        out = Coupon.objects.filter(
            shop=shop, state__in=[_State.REMOVING, _State.REMOVED], reward__state=Reward.State.ISSUED
        )
        out.update(state=_State.WAITING, ref="", looked_at=None)
        journal.log("coupon shop connected", shop, by=by, kind=shop.kind, again=True)
    return True


def try_refused_again(shop: CouponShop, *, by: User) -> int:
    """What the shop refused is asked of it once more. Returns how many."""
    refused = Coupon.objects.filter(shop=shop, state=_State.REFUSED)
    with journal.recording():
        good = refused.filter(reward__state=Reward.State.ISSUED) if shop.is_active else refused.none()
        n = good.update(state=_State.WAITING, reason="")
        n += refused.update(state=_State.REMOVING, reason="")
        if n:
            journal.log("refused coupons tried again", shop, by=by, n=n)
    return n


def alarms(now: datetime) -> list[CouponShop]:
    """Connected shops that have not answered as they should for a while: somebody should look at them."""
    return _ALARMS.all(now - PATIENCE)


def wrong(since: datetime) -> QuerySet[CouponShop]:
    """Connected ones with a trouble from before `since`."""
    return CouponShop.objects.filter(is_active=True, trouble_since__lt=since).exclude(trouble="")


_ALARMS = Prepared(
    lambda since: wrong(since).order_by("name"),
    datetime,
)


def check(shop: CouponShop) -> Checked:
    """Asks the shop now. Raises Away."""
    return webshops.of(shop).check(shop)
