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


# What a text says, and the queue that follows. Insults stay in the normal queue: the claim is what counts.
_QUEUES = {
    "safety": Route.SAFETY,
    "dispute": Route.DISPUTE,
    "privacy": Route.PRIVACY,
    "legal": Route.LEGAL,
}
_DISPUTED = frozenset({"claimed", "open"})


def route(flags: Collection[str], *, dispute: str = "none", leverage: str = "") -> Routing:
    """`flags` and the kind of `leverage` are the reading's; `dispute` is the fact of the case."""
    found = {_QUEUES[flag] for flag in flags if flag in _QUEUES}
    if dispute in _DISPUTED:
        found.add(Route.DISPUTE)
    routes = tuple(queue for queue in Route if queue in found) or (Route.NORMAL,)
    return Routing(route=routes[0], routes=routes, wants_approver=bool(leverage))
