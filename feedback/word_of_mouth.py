"""RULE: how many people hear of good and bad service, by figures that others found (S4-4, S1-14).

None of it is measured here: each figure is a claim with its source, for a page that says so. What the shop's
own customers did stands in other reports.
"""

from dataclasses import dataclass

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


def of_good(n: int) -> Heard:
    """`n`: customers whose contact was good; 0 or more."""
    return Heard(n=n, share=GOOD_TO_MANY)


def of_bad(n: int) -> Heard:
    """`n`: customers whose contact was bad. Of 100, 48 tell ten or more: at least 480 hear of it (S4-4)."""
    return Heard(n=n, share=BAD_TO_MANY)
