"""What a text is about, each theme with its own polarity and the words that show it."""

from collections import defaultdict
from functools import cache

from feedback.text.lexicon import Hit, table
from feedback.text.reading import Mention, Sentiment
from feedback.text.sentiment import Feeling
from feedback.text.tokens import Tokens

CLEAR = 0.2  # a clause's score beyond this counts as a side taken
MOST_WORDS = 4


@cache
def theme_of_problem() -> dict[str, str]:
    return {
        problem: theme
        for theme, entry in table("themes").items()
        for problem in entry.get("problems", "").split()
    }


@cache
def names() -> dict[str, dict[str, str]]:
    """Theme -> its name in Vietnamese and in English."""
    return {
        theme: {"vi": entry["name_vi"], "en": entry["name_en"]}
        for theme, entry in (
            table("themes") | {"general": {"name_vi": "Chung", "name_en": "General"}}
        ).items()
        if "name_en" in entry
    }


def themes(tokens: Tokens, hits: list[Hit], feeling: Feeling, text: str) -> tuple[Mention, ...]:
    """Mentions in the order in which they first appear; "general" when only a feeling is there."""
    votes: dict[str, list[float]] = defaultdict(list)
    shown: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        found = _theme(hit)
        if found and not (hit.unreal and found[1] != "about"):
            theme, kind = found
            votes[theme].append(_vote(hit, kind, tokens, feeling))
            shown[theme].append(hit)
    if not votes and feeling.sentiment in (Sentiment.NEGATIVE, Sentiment.POSITIVE) and len(tokens):
        return (Mention(theme="general", polarity=feeling.sentiment, words=()),)
    return tuple(
        Mention(theme=theme, polarity=_side(votes[theme]), words=_words(shown[theme], tokens, text))
        for theme in votes
    )


def _theme(hit: Hit) -> tuple[str, str] | None:
    if hit.area == "themes":
        return hit.name, hit.kind
    if hit.area == "problems" and hit.name in theme_of_problem():
        return theme_of_problem()[hit.name], "bad"
    return ("safety", "bad") if (hit.area, hit.name, hit.denied) == ("flags", "safety", False) else None


def _vote(hit: Hit, kind: str, tokens: Tokens, feeling: Feeling) -> float:
    """1 to -1 for what this phrase says; denied praise is blame, a denied problem is quiet praise."""
    if kind == "about":
        score = feeling.of_clause(tokens.clause[hit.first])
        return (0.5 if score > CLEAR else -0.5 if score < -CLEAR else 0.0) or _whole(feeling)
    value = 1.0 if kind == "good" else -1.0
    return -value if hit.denied else value


def _whole(feeling: Feeling) -> float:
    return 0.2 if feeling.score > 0.5 else -0.2 if feeling.score < -0.5 else 0.0


def _side(votes: list[float]) -> Sentiment:
    total = sum(votes)
    if abs(total) < 0.15:
        return Sentiment.NEUTRAL
    return Sentiment.POSITIVE if total > 0 else Sentiment.NEGATIVE


def _words(hits: list[Hit], tokens: Tokens, text: str) -> tuple[str, ...]:
    """The words as written, longest finds first come first, none inside another."""
    spans: list[tuple[int, int]] = []
    for hit in hits[: 3 * MOST_WORDS]:
        start, end = tokens.span(hit.first, hit.past)
        if not any(other_start <= start and end <= other_end for other_start, other_end in spans):
            spans.append((start, end))
    return tuple(dict.fromkeys(" ".join(text[start:end].split()) for start, end in spans[:MOST_WORDS]))
