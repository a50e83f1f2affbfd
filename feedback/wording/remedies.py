"""Remedies that a private message speaks of and the decision does not offer."""

import re
from collections.abc import Iterator

from feedback.policy.decision import Decision

_SPOKEN = {
    # words without marks: what they offer, and the kinds in a decision that cover them
    "refund": (
        r"refund(?:s|ed|ing)?|money back|your money (?:is|will be|goes)|pay (?:it|you|everything) back"
        r"|reimburs(?:e|ed|ement|ing)|hoan (?:lai |du |tra )?(?:toan bo )?"
        r"(?:so )?(?:tien|phi)|hoan lai|hoan tra|tra lai (?:du |so |toan bo )*tien|tien (?:dang |se |da"
        r" )?(?:duoc )?(?:tra|hoan|chuyen) lai",
        {"refund", "pay_difference", "price_reduction"},
    ),
    "replacement": (
        r"replacements?|replace (?:it|the|your|this)"
        r"|(?:sen[dt]|ship(?:ped)?|get|give|post(?:ed)?) (?:you )?(?:out )?(?:a new|another|a second|a fresh)"
        r"|brand new|(?:doi|thay) (?:mon |hang |cai |san pham |chiec )?moi|doi (?:mon |cai |chiec )khac"
        r"|gui (?:lai |cho anh/chi |bu |them )?(?:mot |them mot )?(?:mon|hang|cai|chiec|san pham)"
        r" (?:moi|khac)",
        {"replacement", "send_again", "exchange", "replace_at_cost", "exchange_at_cost", "send_at_cost"},
    ),
    "credit": (
        r"vouchers?|coupons?|gift cards?|(?:store )?credit(?! card)"
        r"|phieu (?:qua|mua hang|giam gia)|ma giam(?: gia)?|tang (?:anh|chi|anh/chi) ",
        {"credit"},
    ),
    "discount": (
        r"discount(?:s|ed)?|price reduction|percent off|reduced price|giam gia|bot tien|chiet khau",
        {"price_reduction", "credit"},
    ),
    "repair": (
        r"repair(?:s|ed)?|sua chua (?:mien phi|san pham)|sua (?:san pham|mien phi)",
        {"repair", "repair_at_cost"},
    ),
    "compensation": (r"compensat(?:e|es|ed|ion)|damages|boi thuong|den bu|den tien|boi hoan", set()),
    "free": (
        r"free of charge|at no (?:extra )?(?:cost|charge)|for nothing|on us"
        r"|mien phi|khong (?:tinh|thu|mat|ton) (?:them )?(?:tien|phi)",
        {"refund", "replacement", "repair", "redo", "send_again", "credit", "exchange"},
    ),
    "extra": (
        r"free (?:gift|item|product|meal|upgrade|shipping|delivery|month|drink|coffee)|complimentary|on"
        r" the house|bonus"
        r"|small gift|qua tang|tang qua|tang kem|phan qua|mien phi (?:lan|don|van|ship|giao)|freeship|free"
        r" ship"
        r"|mien phi ship|phi (?:ship|gui|van chuyen) [\w\s]{0,15}mien",
        set(),
    ),
}
_PATTERNS = {
    group: (re.compile(rf"(?<!\w)(?:{expression})(?!\w)"), frozenset(kinds))
    for group, (expression, kinds) in _SPOKEN.items()
}
_NOT_OFFERED = re.compile(
    r"(?:can ?not|can't|unable to|no|without|not|n't|instead of a|asked (?:for|about)|want(?:ed)?|"
    r"wish(?:ed)? for|hoped? for|request(?:ed)?|about|khong|chua|muon|yeu cau|mong|de nghi|hoi ve|thay vi"
    r"|ve viec)"
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
