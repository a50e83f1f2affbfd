"""What a text says, as a value. The words are those of the product's interfaces and are stored."""

from enum import StrEnum
from typing import Any, NamedTuple

from feedback.personal_data import PersonalData


class Lang(StrEnum):
    VI = "vi"
    EN = "en"
    MIXED = "mixed"
    OTHER = "other"
    UNKNOWN = "unknown"


READ = frozenset({Lang.VI, Lang.EN, Lang.MIXED})  # the languages that are ours


class Sentiment(StrEnum):
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    UNKNOWN = "unknown"


class Mention(NamedTuple):
    """One theme in one text, and the words that show it, as they were written."""

    theme: str
    polarity: Sentiment
    words: tuple[str, ...]


class Leverage(NamedTuple):
    """An "or else". Spans are (start, end) in the text as given."""

    kind: str
    spans: tuple[tuple[int, int], ...]


class Reading(NamedTuple):
    """Score runs from -1 (bad) to 1 (good); it is 0.0 when the sentiment is unknown.

    Named tuples, as they are made by the thousand: dataclasses that cannot be changed cost five times that.
    """

    lang: Lang
    sentiment: Sentiment
    score: float
    complaint: bool
    themes: tuple[Mention, ...]
    problem: str
    fault: str
    wish: str
    leverage: Leverage | None
    flags: tuple[str, ...]
    pii: tuple[PersonalData, ...]
    engine: str
    expectations: tuple[str, ...] = ()  # those that a complaint says were missed (S1-1)
    probability: float = 0.0  # chance that the sentiment is right; 0.0 when it is unknown
    is_beyond: bool = False  # speaks of something that no theme of ours names

    def as_dict(self) -> dict[str, Any]:
        return {
            "lang": self.lang.value,
            "sentiment": self.sentiment.value,
            "score": self.score,
            "probability": self.probability,
            "complaint": self.complaint,
            "themes": [
                {"theme": mention.theme, "polarity": mention.polarity.value, "words": list(mention.words)}
                for mention in self.themes
            ],
            "problem": self.problem,
            "fault": self.fault,
            "wish": self.wish,
            "expectations": list(self.expectations),
            "leverage": self.leverage
            and {"kind": self.leverage.kind, "spans": [list(span) for span in self.leverage.spans]},
            "flags": list(self.flags),
            "pii": [{"kind": one.kind, "span": [one.start, one.end]} for one in self.pii],
            "engine": self.engine,
        }
