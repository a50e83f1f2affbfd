"""What the phrases of a text add to its learned feeling."""

from collections.abc import Sequence

from feedback.text.lexicon import Hit
from feedback.text.problems import ORDER

WOE = 0.05  # of a problem that is told, for the first two: the model hears it already
TURN = 1.5  # of a turn of phrase of feelings.toml
_problems = frozenset(ORDER)


def turn(hits: Sequence[Hit]) -> float:
    """What to take from the bad side and add to the good one."""
    added, told = 0.0, 0
    for hit in hits:
        if hit.area == "problems":
            told += not (hit.denied or hit.unreal) and hit.name in _problems
        elif hit.area == "feelings":
            added += TURN if (hit.name == "good") != hit.denied else -TURN
    return added - WOE * min(told, 2)


def covered(hits: Sequence[Hit]) -> list[int]:
    """Numbers of the words of praise made of blame ("not a bad idea"): alone they would say the opposite."""
    return [
        number
        for hit in hits
        if hit.area == "feelings" and hit.name == "good"
        for number in range(hit.first, hit.past)
    ]
