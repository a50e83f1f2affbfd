"""What a text is about, each theme with its own polarity and the words that show it."""

from collections.abc import Iterable, Iterator
from functools import cache

from feedback.text.lexicon import Hit, table
from feedback.text.reading import Mention, Sentiment
from feedback.text.sentiment import Feeling
from feedback.text.tokens import Tokens

CLEAR = 0.2  # a clause's score beyond this counts as a side taken
MOST_WORDS = 4
SIDES = (Sentiment.NEGATIVE, Sentiment.POSITIVE)

# Chances of the model's heads, chosen on the dev splits (docs/accuracy.md): from which on a theme is heard
# without any phrase; below which a phrase that touches one, or praises or blames it, is doubted.
LIKELY = 0.5  # for heads that a shop taught
LEAST_HEARD = 0.35
LEAST_ABOUT = 0.27
LEAST_TOLD = 0.38
OTHER = "common:other"
COMMON = {  # ours -> the nine that the model was trained on
    "product_quality": "product",
    "size_fit": "product",
    "missing_feature": "product",
    "not_as_described": "product",
    "food_drink": "product",
    "price_value": "price",
    "staff_attitude": "service",
    "waiting_response": "service",
    "information": "service",
    "late_delivery": "delivery",
    "not_received": "delivery",
    "courier": "delivery",
    "packaging": "packaging_damage",
    "damaged": "packaging_damage",
    "place_cleanliness": "place",
    "website_app": "process",
    "payment_billing": "process",
    "refund_return": "process",
    "subscription_terms": "process",
    "wrong_or_missing_item": "process",
    "general": "general",
}
FIRST = {common: theme for theme, common in reversed(COMMON.items())}  # the first of ours for each
UNSURE = frozenset({"delivery", "packaging_damage", "process"})  # heads that know few kinds of shop
_heads = {theme: f"common:{common}" for theme, common in COMMON.items() if common not in UNSURE}


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
    """Mentions in the order in which they first appear; "general" when only a feeling is there.

    Phrases name a theme, the model's heads tell of one that no phrase names, and doubt some that one does.
    """
    votes: dict[str, list[float]] = {}
    shown: dict[str, list[Hit]] = {}
    for hit in hits:
        found = _theme(hit)
        if found and not (hit.unreal and found[1] != "about") and not _is_doubted(*found, hit, feeling):
            theme, kind = found
            votes.setdefault(theme, []).append(_vote(hit, kind, tokens, feeling))
            shown.setdefault(theme, []).append(hit)
    mentions = [
        Mention(theme=theme, polarity=_side(votes[theme]), words=_words(shown[theme], tokens, text))
        for theme in votes
    ]
    mentions += [_heard(theme, head, tokens, feeling, text) for theme, head in _only_heard(votes, feeling)]
    if not mentions and feeling.sentiment in SIDES and len(tokens) and OTHER not in feeling.heads:
        return (Mention(theme="general", polarity=feeling.sentiment, words=()),)
    return tuple(mentions)


def _is_doubted(theme: str, kind: str, hit: Hit, feeling: Feeling) -> bool:
    """The model does not hear what a word that only touches a theme, or praises and blames it, may mean."""
    if not feeling.heads or hit.area != "themes" or theme not in _heads:
        return False
    return feeling.heads.get(_heads[theme], 0.0) < (LEAST_ABOUT if kind == "about" else LEAST_TOLD)


def _only_heard(named: Iterable[str], feeling: Feeling) -> Iterator[tuple[str, str]]:
    """Themes that only the model tells of, and its head: a shop's own, or the first of ours."""
    taken = {COMMON.get(theme) for theme in named}
    for head, chance in feeling.heads.items():
        kind, _, name = head.partition(":")
        if kind == "theme" and chance > LIKELY and name not in named:
            yield name, head
        elif kind == "common" and chance > LEAST_HEARD and name in FIRST and name not in taken:
            yield FIRST[name], head


def _heard(theme: str, head: str, tokens: Tokens, feeling: Feeling, text: str) -> Mention:
    """It feels as the clause of its loudest word does, else as the whole text."""
    number = None if theme == "general" else feeling.loudest(head)
    if number is None:
        return Mention(theme=theme, polarity=_whole_side(feeling), words=())
    vote = feeling.of_clause(tokens.clause[number])
    start, end = tokens.span(number, number + 1)
    polarity = _side([vote]) if abs(vote) > CLEAR else _whole_side(feeling)
    return Mention(theme=theme, polarity=polarity, words=(text[start:end],))


def _whole_side(feeling: Feeling) -> Sentiment:
    return feeling.sentiment if feeling.sentiment in SIDES else Sentiment.NEUTRAL


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
    shown: dict[str, None] = {}
    reach = 0
    for hit in hits:  # in the order of the text, the longer first
        if hit.past > reach:
            reach = hit.past
            start, end = tokens.span(hit.first, hit.past)
            shown[" ".join(text[start:end].split())] = None
            if len(shown) == MOST_WORDS:
                break
    return tuple(shown)
