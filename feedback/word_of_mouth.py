"""RULE: how many people hear of good and bad service, by figures that others found (S4-4, S1-14).

None of it is measured here: each figure is a claim with its source, for a page that says so. What the shop's
own customers did stands in other reports.
"""

from dataclasses import dataclass
from decimal import Decimal

# Per cent of customers after a contact with service (Harvard Business Review, as the article of S4-4 has it).
PRAISE, COMPLAIN = 25, 65  # say something good of it; something bad
GOOD_TO_MANY, BAD_TO_MANY = 23, 48  # of those with a good contact, with a bad one: tell MANY people or more
MANY = 10
# Claims of the article of S1-14, undated there: a customer who complained stays up to so many times as likely
# as one who stayed silent; a new customer costs so many times a kept one.
COMPLAINER_STAYS, NEW_COSTS = 10, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Of `n` customers. `tellers`: who tells MANY or more; `listeners`: whom they reach at the least."""

    n: int
    share: int  # per cent who tell MANY or more

    @property
    def tellers(self) -> int:
        """Rounded half up."""
        return (self.n * self.share + 50) // 100

    @property
    def listeners(self) -> int:
        return self.tellers * MANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """The claims in money, of `kept` customers: those whose complaint was solved the first time. In one
    currency; None: not known.

    `keeping`: what keeping one of them cost the shop. `winning`: what winning a new one costs it, by its own
    word. `year`: what one customer earns it in a year, margin only, as measured.
    """

    kept: int
    keeping: Decimal | None = None
    winning: Decimal | None = None
    year: Decimal | None = None

    @property
    def win_one(self) -> Decimal | None:
        """The shop's own word, else NEW_COSTS times what keeping one cost."""
        if self.winning is not None:
            return self.winning
        return None if self.keeping is None else NEW_COSTS * self.keeping

    @property
    def won_instead(self) -> Decimal | None:
        """What winning as many new ones would cost."""
        return None if self.win_one is None else self.kept * self.win_one

    @property
    def would_have_gone(self) -> Decimal | None:
        """What those earn in a year who would not have stayed as silent ones: of COMPLAINER_STAYS who stay
        after complaining, by the claim one would have stayed in silence."""
        if self.year is None:
            return None
        return self.kept * self.year * (COMPLAINER_STAYS - 1) / COMPLAINER_STAYS


def of_good(n: int) -> Heard:
    """`n`: customers whose contact was good; 0 or more."""
    return Heard(n=n, share=GOOD_TO_MANY)


def of_bad(n: int) -> Heard:
    """`n`: customers whose contact was bad. Of 100, 48 tell ten or more: at least 480 hear of it (S4-4)."""
    return Heard(n=n, share=BAD_TO_MANY)
