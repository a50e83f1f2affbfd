"""What a text is about, each theme with its own polarity and the words that show it."""

from collections.abc import Callable, Container, Iterator
from functools import cache, partial
from typing import NamedTuple, cast

from feedback.text.kinds import ABOUT, TOLD, WRONG, bit
from feedback.text.lexicon import FLAGS, PROBLEMS, THEMES, Hit, Hits, table
from feedback.text.problems import unpraised
from feedback.text.reading import Mention, Sentiment
from feedback.text.sentiment import Feeling
from feedback.text.tokens import Tokens

CLEAR = 0.2  # a clause's score beyond this counts as a side taken
MOST_WORDS = 4
SIDES = (Sentiment.NEGATIVE, Sentiment.POSITIVE)
TELLING = THEMES | PROBLEMS | FLAGS
_mention = cast(Callable[[tuple], Mention], partial(tuple.__new__, Mention))  # Mention() costs twice that

# Chances of the model's heads from which on a theme is heard without any phrase, chosen on the dev splits.
LIKELY = 0.5  # for heads that a shop taught, and for what no theme names
LEAST_HEARD = 0.35
OTHER = "common:other"
ELSE = "other"  # the theme of what none of ours names; no theme of interfaces.md, so pages leave it out
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
    "wrong_or_missing_item": "delivery",
    "packaging": "packaging_damage",
    "damaged": "packaging_damage",
    "place_cleanliness": "place",
    "website_app": "process",
    "payment_billing": "process",
    "refund_return": "process",
    "subscription_terms": "process",
    "general": "general",
    ELSE: "other",
}
UNWORDED = {  # no phrase names them
    "general": {"name_vi": "Chung", "name_en": "General"},
    ELSE: {"name_vi": "Chuyện khác", "name_en": "Something else"},
}
FIRST = {common: theme for theme, common in reversed(COMMON.items())}  # the first of ours for each
RIVALS = {"website_app": "common:product"}  # where the goods are a device, an app and an update are theirs
SURE = 0.9  # chance of the rival from which on
_firsts = {f"common:{common}": theme for common, theme in FIRST.items()}
_common = {theme: f"common:{common}" for theme, common in COMMON.items()}


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
        for theme, entry in (table("themes") | UNWORDED).items()
        if "name_en" in entry
    }


def themes(tokens: Tokens, hits: Hits, feeling: Feeling, text: str) -> tuple[Mention, ...]:
    """Mentions in the order in which they first appear; "general" when only a feeling is there.

    Phrases name a theme, the model's heads tell of one that no phrase names, and doubt some that one does.
    """
    votes: dict[str, float] = {}
    shown: dict[str, list[Hit]] = {}
    if hits.areas & TELLING:
        for theme, vote, hit in _votes(unpraised(hits), feeling):
            if theme in votes:
                votes[theme] += vote
                shown[theme].append(hit)
            else:
                votes[theme] = vote
                shown[theme] = [hit]
    mentions = [_mention((theme, _side(votes[theme]), _words(its, text))) for theme, its in shown.items()]
    if feeling.heads:
        taken = {_common.get(theme) for theme in votes}
        for head, chance in feeling.heads.items():
            if chance > (LIKELY if head == OTHER else LEAST_HEARD) and head not in taken:
                only_heard = _firsts.get(head) or (chance > LIKELY and _own(head, votes))
                if only_heard:
                    mentions.append(_heard(only_heard, head, tokens, feeling, text))
    if not mentions and feeling.sentiment in SIDES and len(tokens) and OTHER not in feeling.heads:
        return (Mention("general", feeling.sentiment, ()),)
    return tuple(mentions)


class Meaning(NamedTuple):
    """What a phrase says of a theme: praise (1.0), blame (-1.0) or that it is spoken of (0.0).

    The model must not doubt the `bit`; where there is a rival, it must not be sure of that.
    """

    theme: str
    value: float
    bit: int
    rival: str | None = None


class _Meanings(dict[tuple[str, str, str], Meaning | None]):
    """By area, name and kind of a phrase; None where it tells of no theme."""

    def __missing__(self, shows: tuple[str, str, str]) -> Meaning | None:
        self[shows] = meaning = _meaning(*shows)
        return meaning


def _meaning(area: str, name: str, kind: str) -> Meaning | None:
    if area == "themes":
        value = 0.0 if kind == "about" else 1.0 if kind == "good" else -1.0
        doubt = _bit(TOLD if value else ABOUT, name)
        return Meaning(name, value, doubt, RIVALS.get(name) if kind == "about" else None)
    theme = theme_of_problem().get(name) if area == "problems" else None
    if (area, name) == ("flags", "safety"):
        theme = "safety"
    return Meaning(theme, -1.0, _bit(WRONG, theme)) if theme else None


def _bit(sort: int, theme: str) -> int:
    """What the model may doubt; nothing of a theme of the shop's own, or of danger."""
    return bit(sort, COMMON[theme]) if theme in COMMON else 0


_meanings = _Meanings()


def _votes(hits: Hits, feeling: Feeling) -> Iterator[tuple[str, float, Hit]]:
    """Theme, 1 to -1 for what a phrase says of it; denied praise is blame, a denied problem is quiet praise.

    Not of praise and blame that are only imagined, nor of what the model does not hear.
    """
    heads, leanings, whole, doubted = feeling.heads, feeling.leanings, _whole(feeling), feeling.doubted
    for hit in hits:
        meaning = _meanings[hit[:3]]
        if meaning is None:
            continue
        theme, value, doubt, rival = meaning
        if doubt & doubted or (rival and heads.get(rival, 0.0) > SURE):
            continue
        if not value:
            score = leanings[hit.clause] if leanings else 0.0
            yield theme, 0.5 if score > CLEAR else -0.5 if score < -CLEAR else whole, hit
        elif not (hit.unreal or (hit.denied and hit.area == "flags")):
            yield theme, -value if hit.denied else value, hit


def _own(head: str, named: Container[str]) -> str | None:
    """The theme of a head that a shop taught, if no phrase names it."""
    theme = head.removeprefix("theme:")
    return theme if theme != head and theme not in named else None


def _heard(theme: str, head: str, tokens: Tokens, feeling: Feeling, text: str) -> Mention:
    """It feels as the clause of its loudest word does, else as the whole text."""
    number = None if theme == "general" else feeling.loudest(head)
    if number is None:
        return Mention(theme, _whole_side(feeling), ())
    vote = feeling.of_clause(tokens.clause_of(number))
    side = _side(vote) if abs(vote) > CLEAR else _whole_side(feeling)
    if head in _firsts:  # a single word seldom shows why the model thinks of one of the nine
        return Mention(theme, side, ())
    start, end = tokens.span(number, number + 1)
    return Mention(theme, side, (text[start:end],))


def _whole_side(feeling: Feeling) -> Sentiment:
    return feeling.sentiment if feeling.sentiment in SIDES else Sentiment.NEUTRAL


def _whole(feeling: Feeling) -> float:
    return 0.2 if feeling.score > 0.5 else -0.2 if feeling.score < -0.5 else 0.0


def _side(votes: float) -> Sentiment:
    if abs(votes) < 0.15:
        return Sentiment.NEUTRAL
    return Sentiment.POSITIVE if votes > 0 else Sentiment.NEGATIVE


def _words(hits: list[Hit], text: str) -> tuple[str, ...]:
    """The words as written, longest finds first come first, none inside another."""
    if len(hits) == 1:
        return (_one_line(text[hits[0].start : hits[0].end]),)
    shown: dict[str, None] = {}
    reach = 0
    for hit in hits:  # in the order of the text, the longer first
        past = hit.past
        if past > reach:
            reach = past
            shown[_one_line(text[hit.start : hit.end])] = None
            if len(shown) == MOST_WORDS:
                break
    return tuple(shown)


def _one_line(words: str) -> str:
    return words if words.isalnum() else " ".join(words.split())
