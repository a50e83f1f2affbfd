"""What went wrong as policy knows it, and whose fault the text says it is."""

from feedback.text.lexicon import Hit
from feedback.text.sentiment import Feeling

# When a text tells several, the first of these is the one to put right.
ORDER = (
    "wrong_address",
    "delivered_not_received",
    "not_received",
    "refund_pending",
    "damaged",
    "missing_item",
    "wrong_item",
    "overcharged",
    "terms_not_read",
    "change_of_mind",
    "missing_feature",
    "not_as_described",
    "defective",
    "pushed_to_buy",
    "staff_conduct",
    "late",
    "waiting",
)
OURS = frozenset(
    {
        "defective",
        "not_as_described",
        "wrong_item",
        "missing_item",
        "staff_conduct",
        "waiting",
        "overcharged",
        "refund_pending",
        "pushed_to_buy",
    }
)
CUSTOMERS = frozenset({"change_of_mind", "terms_not_read"})
ON_THE_WAY = frozenset(
    {"late", "damaged", "not_received", "delivered_not_received", "staff_conduct", "wrong_address"}
)
MAY_BE_CUSTOMERS = frozenset(
    {
        "wrong_address",
        "change_of_mind",
        "terms_not_read",
        "damaged",
        "missing_feature",
        "wrong_item",
        "not_received",
    }
    | {"delivered_not_received", "defective", "late", "missing_item", "other"}
)
MILD = frozenset({"late", "waiting", "change_of_mind", "terms_not_read", "missing_feature", "defective"})


def found(hits: list[Hit]) -> set[str]:
    """Names of the phrase groups of problems.toml that fired and were not denied."""
    return {hit.name for hit in hits if hit.area == "problems" and not (hit.denied or hit.unreal)}


def problem(signs: set[str], feeling: Feeling, *, is_safety: bool) -> str:
    """One word of policy's vocabulary; "other" for a complaint that none of them fits."""
    if is_safety:
        return "safety"
    told = signs & set(ORDER)
    if "not_received" in told and "says_delivered" in signs:
        told.add("delivered_not_received")
    if "wrong_address" in told and not {"by_customer", "by_us"} & signs and "delivered_not_received" in told:
        told.discard("wrong_address")
    if feeling.score > 0.6:
        told -= MILD  # "took a while but worth it": praise with a remark
    for name in ORDER:
        if name in told:
            return name
    return "other" if feeling.score < -0.4 else "none"


def fault(name: str, signs: set[str]) -> str:
    """Suggested by the text only: ours, carrier, customer, unknown; none without a problem."""
    if name == "none":
        return "none"
    if "by_customer" in signs and name in MAY_BE_CUSTOMERS:
        return "customer"
    if name in CUSTOMERS:
        return "customer"
    if name in ON_THE_WAY and "by_carrier" in signs and "by_us" not in signs:
        return "carrier"
    if name in OURS or "by_us" in signs:
        return "ours"
    return "unknown"
