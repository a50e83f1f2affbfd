"""RULE: the touchpoint at which something happened, from the words of who names none (S1-13). Values only."""

from collections.abc import Collection, Iterable

# The shop's shipped touchpoints. Waiting, prices and safety may be anywhere, and so tell of no place.
_OF_PROBLEM = {
    "late": "delivery", "not_received": "delivery", "delivered_not_received": "delivery",
    "wrong_address": "delivery", "damaged": "packing", "wrong_item": "packing", "missing_item": "packing",
    "defective": "product", "not_as_described": "product", "missing_feature": "product",
    "change_of_mind": "product", "staff_conduct": "staff", "pushed_to_buy": "staff", "overcharged": "payment",
    "refund_pending": "after_sales", "terms_not_read": "website",
}  # fmt: skip
_OF_THEME = {
    "product_quality": "product", "not_as_described": "product", "missing_feature": "product",
    "size_fit": "product", "food_drink": "product", "damaged": "packing", "packaging": "packing",
    "wrong_or_missing_item": "packing", "late_delivery": "delivery", "not_received": "delivery",
    "courier": "delivery", "payment_billing": "payment", "refund_return": "after_sales",
    "staff_attitude": "staff", "website_app": "website", "subscription_terms": "website",
    "place_cleanliness": "store",
}  # fmt: skip


def of_words(problem: str, themes: Iterable[str], known: Collection[str]) -> str:
    """Its slug: where the problem is, else the one place that all themes speak of; "" for none or several.

    `known`: touchpoints that the shop has; none else is ever named.
    """
    named = _OF_PROBLEM.get(problem) or ""
    spoken = {_OF_THEME[theme] for theme in themes if theme in _OF_THEME}
    if not named and len(spoken) == 1:
        (named,) = spoken
    return named if named in known else ""
