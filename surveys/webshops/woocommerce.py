"""A WooCommerce shop: a coupon over REST v3, for the whole cart, to be used once (connectors §5).

The key must be allowed to write. WooCommerce compares codes without regard to capitals, and takes none twice.
"""

from collections.abc import Mapping
from typing import Any

from feedback import money, web
from feedback.web import Away, Trouble
from surveys.models import CouponShop, Reward
from surveys.webshops import Checked, Refused, Standing, secret

SECRETS = ("KEY", "SECRET")
_COUPONS = "/wp-json/wc/v3/coupons"
_CURRENCY = "/wp-json/wc/v3/data/currencies/current"
_THERE_IS_ONE = "woocommerce_rest_coupon_code_already_exists"
_THERE_IS_NONE = "woocommerce_rest_shop_coupon_invalid_id"


def check(shop: CouponShop) -> Checked:
    """An empty batch makes nothing, and is refused to a key that may only read."""
    found = _good(_call(shop, "GET", _COUPONS, query={"per_page": 1})).content
    if not isinstance(found, list):
        raise Away(Trouble.NONSENSE)
    written = _call(shop, "POST", f"{_COUPONS}/batch", send={})
    currency = _call(shop, "GET", _CURRENCY)
    said = currency.content if currency.is_good and isinstance(currency.content, dict) else {}
    return Checked(currency=str(said.get("code") or "")[:3].upper(), may_write=written.is_good)


def find(shop: CouponShop, code: str) -> Standing | None:
    found = _good(_call(shop, "GET", _COUPONS, query={"code": code})).content
    if not isinstance(found, list):
        raise Away(Trouble.NONSENSE)
    same = [one for one in found if isinstance(one, dict) and str(one.get("code")).upper() == code]
    return _standing(same[0]) if same else None


def make(shop: CouponShop, reward: Reward) -> Standing | None:
    said = _call(shop, "POST", _COUPONS, send=_coupon(reward))
    if said.code == _THERE_IS_ONE:
        return None
    return _standing(_good(said).content)


def remove(shop: CouponShop, ref: str) -> None:
    said = _call(shop, "DELETE", f"{_COUPONS}/{ref}", query={"force": "true"})
    if said.code != _THERE_IS_NONE:
        _good(said)


def _coupon(reward: Reward) -> dict[str, Any]:
    """Good to the end of its last day, by the clock of the shop."""
    after = reward.expires_on
    least = reward.minimum_order
    return {
        "code": reward.code,
        "discount_type": "fixed_cart",
        "amount": _amount(reward, reward.amount),
        "individual_use": True,
        "usage_limit": 1,
        "usage_limit_per_user": 1,
        "date_expires": f"{after.isoformat()}T23:59:59" if after else None,
        "minimum_amount": _amount(reward, least) if least else "0",
    }


def _amount(reward: Reward, amount: Any) -> str:
    return str(money.quantize(amount, reward.currency))


def _call(shop: CouponShop, method: str, path: str, **more: Any) -> web.Said:
    return web.call(
        method, shop.base_url, path, user=secret(shop, "KEY"), password=secret(shop, "SECRET"), **more
    )


def _good(said: web.Said) -> web.Said:
    if said.status in (401, 403):
        raise Away(Trouble.DENIED)
    if said.is_good:
        return said
    if not said.code:
        raise Away(Trouble.NONSENSE)
    message = said.content.get("message") if isinstance(said.content, Mapping) else ""
    raise Refused(f"{said.code}: {message}"[:200])


def _standing(raw: Any) -> Standing:
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), int):
        raise Away(Trouble.NONSENSE)
    used = raw.get("usage_count")
    return Standing(ref=str(raw["id"]), times_used=used if isinstance(used, int) else 0)
