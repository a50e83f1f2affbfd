"""Remedies that a private message speaks of and the decision does not offer."""

import re
from collections.abc import Iterator

from feedback.policy.decision import Decision

_SPOKEN = {
    # words without marks: what they offer, and the kinds in a decision that cover them
    "refund": (
        r"refund(?:s|ed)?|money back|reimburse(?:d|ment)?|hoan (?:lai |du |tra )?(?:toan bo )?"
        r"(?:so )?(?:tien|phi)|hoan lai|tra lai (?:du |so |toan bo )*tien",
        {"refund", "pay_difference", "price_reduction"},
    ),
    "replacement": (
        r"replacements?|replace (?:it|the|your|this)|(?:doi|thay) (?:mon |hang |cai |san pham )?moi"
        r"|gui (?:mon|hang) moi",
        {"replacement", "send_again", "exchange", "replace_at_cost", "exchange_at_cost", "send_at_cost"},
    ),
    "credit": (
        r"vouchers?|coupons?|gift cards?|(?:store )?credit"
        r"|phieu (?:qua|mua hang|giam gia)|ma giam(?: gia)?|tang (?:anh|chi|anh/chi) ",
        {"credit"},
    ),
    "discount": (r"discount(?:s|ed)?|price reduction|giam gia", {"price_reduction", "credit"}),
    "repair": (
        r"repair(?:s|ed)?|sua chua (?:mien phi|san pham)|sua (?:san pham|mien phi)",
        {"repair", "repair_at_cost"},
    ),
    "compensation": (r"compensat(?:e|es|ed|ion)|damages|boi thuong|den bu|den tien|boi hoan", set()),
    "extra": (
        r"free (?:gift|item|product|meal|upgrade|shipping|delivery)|bonus|qua tang|tang qua|tang kem",
        set(),
    ),
}
_PATTERNS = {
    group: (re.compile(rf"(?<!\w)(?:{expression})(?!\w)"), frozenset(kinds))
    for group, (expression, kinds) in _SPOKEN.items()
}
_NOT_OFFERED = re.compile(
    r"(?:can ?not|can't|unable to|no|without|not|n't|instead of a|asked (?:for|about)|want(?:ed)?|"
    r"wish(?:ed)? for|request(?:ed)?|about|khong|chua|muon|yeu cau|mong|de nghi|hoi ve|thay vi|ve viec)"
    r"(?:\s[\w'/]{1,12}){0,3}\s$"
)


def not_decided(bare: str, decision: Decision) -> Iterator[tuple[int, int]]:
    """Spans in a text in small letters without marks. "We cannot refund" offers nothing."""
    offered = {remedy.kind for remedy in decision.remedies} | set(decision.alternatives)
    for pattern, kinds in _PATTERNS.values():
        if not kinds.isdisjoint(offered):
            continue
        for match in pattern.finditer(bare):
            if not _NOT_OFFERED.search(bare[max(0, match.start() - 50) : match.start()]):
                yield match.start(), match.end()
