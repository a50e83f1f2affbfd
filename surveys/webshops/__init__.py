"""Web shops that make a coupon of a code: one module per kind, called only from jobs (docs/rewards.md).

A module knows nothing of our rows' states. Whether a coupon was made is asked by its code, which is the same
however often we ask: after an answer that was lost nobody has to guess.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings

from feedback.web import Away, Trouble
from surveys.models import CouponShop, Reward


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a coupon stands at the shop. `ref`: its id there."""

    ref: str
    times_used: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a test of the connection found. `currency`: of the shop, ISO 4217; '' when it does not say.
    `may_write`: our key may make coupons and take them out."""

    currency: str
    may_write: bool


class Refused(RuntimeError):
    """The shop understood, and will not have it; the message is its own."""


class Webshop(Protocol):
    SECRETS: tuple[str, ...]  # SOURCE_<SHORT NAME>_<one of these>, in the environment

    def check(self, shop: CouponShop) -> Checked:
        """Changes nothing. Raises Away when we cannot even read."""

    def find(self, shop: CouponShop, code: str) -> Standing | None:
        """By its code. Raises Away."""

    def make(self, shop: CouponShop, reward: Reward) -> Standing | None:
        """None: there is one of this code already. Raises Away, Refused."""

    def remove(self, shop: CouponShop, ref: str) -> None:
        """It cannot be used from now on; gone before is fine. Raises Away, Refused."""


def of(shop: CouponShop) -> Webshop:
    return cast(Webshop, import_module(f"surveys.webshops.{CouponShop.Kind(shop.kind).value}"))


def secrets(shop: CouponShop) -> list[tuple[str, bool]]:
    """For the set-up page: the name of each variable, and whether it is set. Never its value."""
    names = [secret_name(shop, what) for what in of(shop).SECRETS]
    return [(name, bool(settings.SOURCE_SECRETS.get(name))) for name in names]


def secret_name(shop: CouponShop, what: str) -> str:
    """`my-shop`, `KEY` → `SOURCE_MY_SHOP_KEY`."""
    return f"SOURCE_{shop.slug.upper().replace('-', '_')}_{what}"


def secret(shop: CouponShop, what: str) -> str:
    """Raises Away when it is not set."""
    found: str = settings.SOURCE_SECRETS.get(secret_name(shop, what), "")
    if not found:
        raise Away(Trouble.NO_CREDENTIALS)
    return found
