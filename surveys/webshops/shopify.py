"""A Shopify shop: a basic code discount over the Admin API in GraphQL, to be used once (connectors §6).

The access token of a custom app with `write_discounts`. One mutation makes the discount with its code, and
Shopify takes no code twice, so that nothing is ever half made.
"""

from datetime import UTC, datetime, time
from typing import Any

from feedback import money, web
from feedback import shop as our_shop
from feedback.web import Away, Trouble
from surveys.models import CouponShop, Reward
from surveys.webshops import Checked, Refused, Standing, secret

SECRETS = ("KEY",)
VERSION = "2025-10"
_MAY = "write_discounts"
_CHECK = """query {
  shop { currencyCode }
  currentAppInstallation { accessScopes { handle } }
}"""
_FIND = """query($code: String!) {
  codeDiscountNodeByCode(code: $code) {
    id codeDiscount { ... on DiscountCodeBasic { asyncUsageCount } }
  }
}"""
_MAKE = """mutation($discount: DiscountCodeBasicInput!) {
  discountCodeBasicCreate(basicCodeDiscount: $discount) {
    codeDiscountNode { id } userErrors { code field message }
  }
}"""
_REMOVE = """mutation($id: ID!) {
  discountCodeDelete(id: $id) { deletedCodeDiscountId userErrors { code field message } }
}"""
_TAKEN, _NOT_THERE = "TAKEN", "DOES_NOT_EXIST"
_TOO_FAST = "THROTTLED"


def check(shop: CouponShop) -> Checked:
    said = _ask(shop, _CHECK, {})
    there, ours = said.get("shop"), said.get("currentAppInstallation")
    scopes = ours.get("accessScopes") if isinstance(ours, dict) else None
    if not isinstance(there, dict) or not isinstance(scopes, list):
        raise Away(Trouble.NONSENSE)
    may_write = any(isinstance(scope, dict) and scope.get("handle") == _MAY for scope in scopes)
    return Checked(currency=str(there.get("currencyCode") or "")[:3].upper(), may_write=may_write)


def find(shop: CouponShop, code: str) -> Standing | None:
    node = _ask(shop, _FIND, {"code": code}).get("codeDiscountNodeByCode")
    if node is None:
        return None
    return _standing(node)


def make(shop: CouponShop, reward: Reward) -> Standing | None:
    said = _ask(shop, _MAKE, {"discount": _discount(reward)}).get("discountCodeBasicCreate") or {}
    if error := _error(said):
        if error[0] == _TAKEN:
            return None
        raise Refused(": ".join(error)[:200])
    return _standing(said.get("codeDiscountNode"))


def remove(shop: CouponShop, ref: str) -> None:
    said = _ask(shop, _REMOVE, {"id": ref}).get("discountCodeDelete") or {}
    error = _error(said)
    if error and error[0] != _NOT_THERE:
        raise Refused(": ".join(error)[:200])


def _discount(reward: Reward) -> dict[str, Any]:
    amount, least = reward.amount, reward.minimum_order
    subtotal = {"subtotal": {"greaterThanOrEqualToSubtotal": _amount(reward, least)}}
    ends = datetime.combine(reward.expires_on, time.max, our_shop.zone()) if reward.expires_on else None
    return {
        "title": reward.code,
        "code": reward.code,
        "startsAt": _moment(reward.issued_at),
        "endsAt": _moment(ends),
        "context": {"all": "ALL"},
        "customerGets": {
            "items": {"all": True},
            "value": {"discountAmount": {"amount": _amount(reward, amount), "appliesOnEachItem": False}},
        },
        "minimumRequirement": subtotal if least else None,
        "usageLimit": 1,
        "appliesOncePerCustomer": True,
    }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def _amount(reward: Reward, amount: Any) -> str:
    return str(money.quantize(amount, reward.currency))


def _ask(shop: CouponShop, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    said = web.call(
        "POST",
        shop.base_url,
        f"/admin/api/{VERSION}/graphql.json",
        headers={"x-shopify-access-token": secret(shop, "KEY")},
        send={"query": query, "variables": variables},
    )
    if said.status in (401, 403):
        raise Away(Trouble.DENIED)
    content = said.content
    if not said.is_good or not isinstance(content, dict):
        raise Away(Trouble.NONSENSE)
    for error in content.get("errors") or ():
        extensions = error.get("extensions") if isinstance(error, dict) else None
        code = str(extensions.get("code")) if isinstance(extensions, dict) else ""
        raise Away({_TOO_FAST: Trouble.BUSY, "ACCESS_DENIED": Trouble.DENIED}.get(code, Trouble.NONSENSE))
    data = content.get("data")
    if not isinstance(data, dict):
        raise Away(Trouble.NONSENSE)
    return data


def _error(said: dict[str, Any]) -> tuple[str, str] | None:
    errors = said.get("userErrors") or []
    if not errors or not isinstance(errors[0], dict):
        return None
    return str(errors[0].get("code") or ""), str(errors[0].get("message") or "")


def _standing(node: Any) -> Standing:
    if not isinstance(node, dict) or not isinstance(node.get("id"), str):
        raise Away(Trouble.NONSENSE)
    discount = node.get("codeDiscount")
    used = discount.get("asyncUsageCount") if isinstance(discount, dict) else 0
    return Standing(ref=node["id"][:120], times_used=used if isinstance(used, int) else 0)
