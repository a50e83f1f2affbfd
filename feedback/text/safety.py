"""Flags: what must reach a certain person soon, whatever else the text says."""

from feedback.text.lexicon import FLAGS, Hits
from feedback.text.reading import Sentiment

ORDER = ("safety", "dispute", "privacy", "legal", "abuse", "may_leave")


def flags(hits: Hits) -> set[str]:
    """Words of ORDER that the phrases found call for.

    And "violence" where the only danger is one from or to people: the goods are not to blame for it.
    """
    if not hits.areas & FLAGS:
        return set()
    raised = {hit.name for hit in hits if hit.area == "flags" and not (hit.denied or hit.unreal)}
    if "violence" in raised:
        return raised - {"violence"} if "safety" in raised else raised | {"safety"}
    return raised


def contradicts(sentiment: Sentiment, score: float, stars: float | None) -> bool:
    """Stars run from 1 to 5; the words say the clear opposite."""
    if stars is None:
        return False
    if stars <= 2:
        return sentiment is Sentiment.POSITIVE and score > 0.5
    return stars >= 4 and sentiment is Sentiment.NEGATIVE and score < -0.5
