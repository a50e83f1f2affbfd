"""RULE: what kind of complainer history shows (the archetype table of article 001, S1-6), with its reasons.

Internal: it says who looks first and which steps are needed before a case may end, never what the customer
gets (decision 4) – nothing of the policy can see it. It looks at what somebody bought, said and complained
of, and at no name, place, age or language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType


class Archetype(StrEnum):
    HATER = "hater"
    CRITIC = "critic"
    ANNOYED = "annoyed"
    PASSIONATE = "passionate"
    NONE = ""  # too little is known, or none of them


class Step(StrEnum):
    """What has to be done before the case may end."""

    VERDICT = "verdict"  # whether it is true, with what shows it
    WORTH = "worth"  # whether winning them back is worth it
    DONE = "done"  # what we did about it
    TOLD = "told"  # that they were told so


LOYAL_DAYS, LOYAL_ORDERS = 180, 3  # since the first order, and how many
FELL = Decimal("0.6")  # of what they spent in the half year before
OFTEN, AGAIN = 3, 2  # complaints within a year
RATINGS = 3  # as many say something
HATEFUL, HARSH, FOND = 1.5, 2.5, 3.5  # mean stars
INSULTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All but the complaint at hand, except for `may_leave` and `insults`, which its words count for too.

    `days` since the first order, None without one. Money in the shop's currency, over the last half year and
    the one before. `stars`: earlier ratings, their mean None when there are none. `complaints` of the last
    year; `checked` of all that were verified, `true` among them.
    """

    days: int | None = None
    orders: int = 0
    spent: Decimal = Decimal(0)
    spent_before: Decimal = Decimal(0)
    ratings: int = 0
    stars: float | None = None
    complaints: int = 0
    checked: int = 0
    true: int = 0
    insults: int = 0
    may_leave: bool = False

    @property
    def is_loyal(self) -> bool:
        return self.orders >= LOYAL_ORDERS and (self.days or 0) >= LOYAL_DAYS

    @property
    def fell(self) -> bool:
        return self.spent_before > 0 and self.spent < FELL * self.spent_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`reasons`: a word of `REASONS` to the numbers that it is said with."""

    archetype: Archetype
    reasons: Mapping[str, tuple[float, ...]]


STEPS: Mapping[Archetype, tuple[Step, ...]] = {
    Archetype.CRITIC: (Step.VERDICT,),
    Archetype.ANNOYED: (Step.WORTH,),
    Archetype.PASSIONATE: (Step.DONE, Step.TOLD),
}
FIRST = frozenset({Archetype.PASSIONATE})  # looked at before others: the clocks of the next severity
REASONS = ("loyal", "leaves", "fell", "fond", "insults", "harsh", "often", "never_true", "mostly_true")


def judge(known: History) -> Judged:
    """The first that fits. Whoever was once found right is nobody who hates us whatever we do."""
    if _hates(known):
        return Judged(archetype=Archetype.HATER, reasons=_reasons(known, "insults harsh often never_true"))
    if known.is_loyal and (known.may_leave or known.fell):
        return Judged(archetype=Archetype.ANNOYED, reasons=_reasons(known, "loyal leaves fell"))
    if known.complaints >= OFTEN or (known.complaints >= AGAIN and _harsh(known, HARSH)):
        return Judged(
            archetype=Archetype.CRITIC, reasons=_reasons(known, "harsh often mostly_true never_true")
        )
    if known.is_loyal and (known.stars is None or known.stars >= FOND):
        return Judged(archetype=Archetype.PASSIONATE, reasons=_reasons(known, "loyal fond"))
    return Judged(archetype=Archetype.NONE, reasons=MappingProxyType({}))


def _hates(known: History) -> bool:
    if known.complaints < AGAIN or known.true:
        return False
    return known.insults >= INSULTS or _harsh(known, HATEFUL)


def _harsh(known: History, most: float) -> bool:
    return known.ratings >= RATINGS and known.stars is not None and known.stars <= most


def _reasons(known: History, names: str) -> Mapping[str, tuple[float, ...]]:
    said = {
        "loyal": (known.is_loyal, (known.orders, known.days or 0)),
        "leaves": (known.may_leave, ()),
        "fell": (known.fell, (_percent(known),)),
        "fond": (known.ratings > 0, (round(known.stars or 0, 1), known.ratings)),
        "harsh": (_harsh(known, HARSH), (round(known.stars or 0, 1), known.ratings)),
        "insults": (known.insults > 0, (known.insults,)),
        "often": (known.complaints > 0, (known.complaints,)),
        "never_true": (known.checked > 0 and not known.true, (known.checked,)),
        "mostly_true": (known.true > 0, (known.true, known.checked)),
    }
    return {name: said[name][1] for name in names.split() if said[name][0]}


def _percent(known: History) -> int:
    """By how much less they bought, 0 to 100."""
    return round(100 - 100 * known.spent / known.spent_before) if known.spent_before else 0
