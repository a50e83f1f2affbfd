"""RULE: which queue a review goes to, and whether an approver must see the answer; never what it says."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Route(StrEnum):
    """The most urgent first."""

    SAFETY = "safety"
    DISPUTE = "dispute"
    PRIVACY = "privacy"
    LEGAL = "legal"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    route: Route
    routes: tuple[Route, ...]  # all that apply, the most urgent first
    wants_approver: bool

    @property
    def urgency(self) -> int:
        """Place of the route, 0 the most urgent: what the desk's list is sorted by."""
        return tuple(Route).index(self.route)


# What a text says, and the queue that follows. Insults stay in the normal queue, the claim is what counts;
# but somebody senior bears them (S1-11).
_QUEUES = {
    "safety": Route.SAFETY,
    "dispute": Route.DISPUTE,
    "privacy": Route.PRIVACY,
    "legal": Route.LEGAL,
}
_DISPUTED = frozenset({"claimed", "open"})


_A_BAD_RATING, BEST_RATING = 2, 5  # stars
_NOTHING_SAID = frozenset({"none", "other"})


def is_complaint(
    *, complaint: bool, sentiment: str, problem: str, flags: Collection[str], stars: float | None
) -> bool:
    """What they wrote; where that names no problem, a bad rating says that there is one, the best none.

    So do words that a certain person must see. This opens a case, no more: the facts have no place for stars.
    """
    if not _QUEUES.keys().isdisjoint(flags):
        return True
    if problem in _NOTHING_SAID and stars is not None and stars >= BEST_RATING:
        return False  # "no crazing, no drip" is praise, however it reads
    rated_badly = stars is not None and stars <= _A_BAD_RATING
    is_glad = sentiment == "positive" and problem == "none"
    return complaint or (rated_badly and not is_glad)


def route(flags: Collection[str], *, dispute: str = "none", leverage: str = "") -> Routing:
    """`flags` and the kind of `leverage` are the reading's; `dispute` is the fact of the case."""
    found = {_QUEUES[flag] for flag in flags if flag in _QUEUES}
    if dispute in _DISPUTED:
        found.add(Route.DISPUTE)
    routes = tuple(queue for queue in Route if queue in found) or (Route.NORMAL,)
    return Routing(route=routes[0], routes=routes, wants_approver=bool(leverage) or "abuse" in flags)
