"""RULE: an alert goes on as long as it is found again; what is found for the first time is a new one."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass, field

QUIET = 14  # days without being found: then it is over, and found again it is a new one


@dataclass(slots=True)
class Episodes:
    """By what it is about, the number of the day on which it was found the last time."""

    last: dict[Hashable, int] = field(default_factory=dict)

    def new(self, found: Collection[Hashable], day: int) -> set[Hashable]:
        """What of this day's is a new alert."""
        fresh = {one for one in found if is_over(self.last.get(one), day)}
        self.last.update(dict.fromkeys(found, day))
        return fresh


def is_over(last: int | None, day: int) -> bool:
    return last is None or day - last > QUIET
