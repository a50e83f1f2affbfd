"""What a text says, as a value. The words are those of the product's interfaces and are stored."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One theme in one text, and the words that show it, as they were written."""

    theme: str
    polarity: Sentiment
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leverage:
    """An "or else". Spans are (start, end) in the text as given."""

    kind: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Score runs from -1 (bad) to 1 (good); it is 0.0 when the sentiment is unknown."""

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

    def as_dict(self) -> dict[str, Any]:
        return {
            "lang": self.lang.value,
            "sentiment": self.sentiment.value,
            "score": self.score,
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
