"""Which of a customer's four expectations a complaint says were missed (S1-1).

attention       being looked after without having to ask: told in time, answered, noticed
trust           being able to rely on us: word kept, goods sound and as shown, no tricks, nothing harmful
accuracy_speed  the right thing, complete, at the right price, in good time: the customer's time is precious
understanding   being met as a person, with the answer that suits them best
"""

from collections.abc import Iterable

from feedback.text.reading import Mention, Sentiment

ORDER = ("attention", "trust", "accuracy_speed", "understanding")
OTHERWISE = "trust"  # a complaint that names nothing: they counted on us and it went wrong
_of_sign = {f"sign_no_{name}": name for name in ORDER}
OF_PROBLEM = {
    "late": ("accuracy_speed",),
    "not_received": ("trust", "accuracy_speed"),
    "delivered_not_received": ("trust", "accuracy_speed"),
    "damaged": ("trust",),
    "defective": ("trust",),
    "not_as_described": ("trust",),
    "missing_feature": ("understanding",),
    "wrong_item": ("accuracy_speed",),
    "missing_item": ("accuracy_speed",),
    "wrong_address": ("accuracy_speed",),
    "terms_not_read": ("attention",),
    "change_of_mind": ("understanding",),
    "staff_conduct": ("understanding",),
    "waiting": ("attention", "accuracy_speed"),
    "overcharged": ("trust", "accuracy_speed"),
    "refund_pending": ("attention", "accuracy_speed"),
    "pushed_to_buy": ("trust", "understanding"),
    "safety": ("trust",),
}
OF_THEME = {
    "product_quality": "trust",
    "not_as_described": "trust",
    "missing_feature": "understanding",
    "size_fit": "understanding",
    "damaged": "trust",
    "packaging": "attention",
    "wrong_or_missing_item": "accuracy_speed",
    "late_delivery": "accuracy_speed",
    "not_received": "accuracy_speed",
    "courier": "understanding",
    "price_value": "trust",
    "payment_billing": "accuracy_speed",
    "refund_return": "understanding",
    "staff_attitude": "understanding",
    "waiting_response": "attention",
    "information": "attention",
    "website_app": "accuracy_speed",
    "subscription_terms": "attention",
    "place_cleanliness": "attention",
    "food_drink": "trust",
    "safety": "trust",
}


def expectations(problem: str, signs: set[str], mentions: Iterable[Mention]) -> tuple[str, ...]:
    """What a complaint says was missed, in the order above; never empty.

    From the problem, from themes that are blamed, and from phrases ("sign_no_trust" and the like in `signs`,
    as `problems.found` gives them).
    """
    missed = {*OF_PROBLEM.get(problem, ()), *(_of_sign[sign] for sign in signs if sign in _of_sign)}
    for theme, polarity, _ in mentions:
        if polarity is Sentiment.NEGATIVE and theme in OF_THEME:
            missed.add(OF_THEME[theme])
    if len(missed) < 2:
        return tuple(missed) or (OTHERWISE,)
    return tuple(name for name in ORDER if name in missed)
