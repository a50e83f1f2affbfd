"""What the phrases of a text add to its learned feeling."""

from feedback.text.lexicon import FEELINGS, PROBLEMS, Hits
from feedback.text.problems import ORDER
from feedback.text.reading import Sentiment
from feedback.text.sentiment import Feeling
from feedback.text.tokens import Tokens

WOE = 0.05  # of a problem that is told, for the first two: the model hears it already
TURN = 1.5  # of a turn of phrase of feelings.toml
SHORT, FIRST = 14, 4  # words of a text that may take no side; word with which it begins to say so
ANGRY = -0.7  # score below which a question is none
_sides = frozenset({"good", "bad"})
_problems = frozenset(ORDER)


def turn(hits: Hits) -> float:
    """What to take from the bad side and add to the good one."""
    if not hits.areas & (FEELINGS | PROBLEMS):
        return 0.0
    added, told = 0.0, 0
    for hit in hits:
        if hit.area == "problems":
            told += not (hit.denied or hit.unreal) and hit.name in _problems
        elif hit.area == "feelings" and hit.name in _sides:
            added += TURN if (hit.name == "good") != hit.denied else -TURN
    return added - WOE * min(told, 2)


def is_even(hits: Hits, tokens: Tokens, feeling: Feeling) -> bool:
    """A short text with a turn of phrase that takes no side, and nothing beside it that does."""
    if not hits.areas & FEELINGS or len(tokens) > SHORT:
        return False
    those = [hit for hit in hits if hit.area == "feelings"]
    if any(hit.name in _sides for hit in those):
        return False
    if any(hit.area in ("problems", "flags") and not hit.denied for hit in hits):
        return False
    if feeling.sentiment is Sentiment.UNKNOWN or those[0].first > FIRST:
        return False
    asks = those[0].name == "asks"
    return tokens.text.rstrip().endswith("?") and feeling.score > ANGRY if asks else feeling.score < 0


def covered(hits: Hits) -> list[int]:
    """Numbers of the words of praise made of blame ("not a bad idea"): alone they would say the opposite."""
    if not hits.areas & FEELINGS:
        return []
    return [
        number
        for hit in hits
        if hit.area == "feelings" and hit.name == "good"
        for number in range(hit.first, hit.past)
    ]
