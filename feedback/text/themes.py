"""What a text is about, each theme with its own polarity and the words that show it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from feedback.orthography import unmark
from feedback.text.batch import Batch, Flags, Numbers, begins, steps
from feedback.text.kinds import ABOUT, AS_A_WHOLE, TOLD, UNKNOWN, WRONG, bit
from feedback.text.lexicon import FEELINGS, Found, Hits, Lexicon, table
from feedback.text.problems import outshone
from feedback.text.reading import READ, Mention, Sentiment
from feedback.text.sentiment import Feeling, Felt

CLEAR = 0.2  # a clause's score beyond this counts as a side taken
UNDECIDED = 0.15  # votes below which a theme is only spoken of
MOST_WORDS = 4
SIDES = (Sentiment.NEGATIVE, Sentiment.POSITIVE)
_mention = cast(Callable[[tuple], Mention], partial(tuple.__new__, Mention))  # Mention() costs twice that

# Chances of the model's heads from which on a theme is heard without any phrase, chosen as those of `kinds`.
LIKELY = 0.5  # for heads that a shop taught
LEAST_HEARD = {"common:product": 0.5, "common:service": 0.45, "common:other": 0.55}
OTHERS_HEARD = 0.4
LEAST_LEFT = 0.2  # where nothing else is heard
OTHER = "common:other"
STRONG = 0.7  # score of a feeling from which on it is told beside what no theme names
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
STAFF = "staff_attitude"
RATING = ("đánh", "giá")  # "to rate", though "giá" alone is the price
DELIVERER = ("nhân", "viên", "giao", "hàng")


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


def themes(
    batch: Batch, texts: Sequence[str], lexicon: Lexicon, told: tuple[Found, list[Hits]], felt: Felt
) -> list[list[Mention]]:
    """For each text its mentions in the order in which they first appear, `ELSE` too; "general" when only a
    feeling is there, `ELSE` where nothing is. `told` is what the lexicon found in the batch.

    Phrases name a theme, the model's heads tell of one that no phrase names, and doubt some that one does,
    unless that would leave nothing.
    """
    found, meanings = told[0], _meanings(lexicon, felt.outputs)
    score = np.array([feeling.score for feeling in felt.each])
    kept = _kept(*told) & ~_rates(batch, found) & ~_of_courier(batch, found, meanings)
    named = _named(found, *_votes(batch, found, felt, meanings, score, kept))
    mentions: list[list[Mention]] = [[] for _ in texts]
    columns = (
        map(meanings.names.__getitem__, named.theme.tolist()),
        map(_side, named.vote.tolist()),
        _words(named, found, texts),
    )
    for text, mention in zip(named.text.tolist(), map(_mention, zip(*columns, strict=True)), strict=True):
        mentions[text].append(mention)
    for text, heard in _heard(batch, texts, named, felt, meanings):
        mentions[text].append(heard)
    for its, feeling, lang, bits in zip(mentions, felt.each, batch.langs, felt.doubted.tolist(), strict=True):
        if len(its) < 2 and _only_feels(its, feeling, bits):
            its.append(_mention(("general", feeling.sentiment, ())))
        elif not its and lang in READ:
            its.append(_mention((ELSE, Sentiment.NEUTRAL, ())))
    return mentions


def _only_feels(its: Sequence[Mention], feeling: Feeling, bits: int) -> bool:
    """Whether nothing else is told of the text; or nothing that has a name, where the kind of shop is not
    known, or is spoken of as a whole by somebody who feels strongly.
    """
    if feeling.sentiment not in SIDES:
        return False
    if bits & UNKNOWN or (bits & AS_A_WHOLE and abs(feeling.score) > STRONG):
        return not its or its[0].theme == ELSE
    return not its and OTHER not in feeling.heads


class Meaning(NamedTuple):
    """What a phrase says of a theme: praise (1.0), blame (-1.0) or that it is spoken of (0.0).

    The model must not doubt the `bit`; where there is a rival, it must not be sure of that.
    """

    theme: str
    value: float
    bit: int
    rival: str | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Meanings:
    """Of the phrases of a lexicon and the heads of a model, as arrays; themes by number, -1 for none."""

    names: list[str]
    theme: Numbers  # [phrases]; the next five are `Meaning`
    value: NDArray[np.float64]
    doubt: Numbers
    rival: Numbers  # its column; 0, of which nobody is sure, for none
    is_flag: Flags
    is_staff: Flags
    columns: Numbers  # [heads] that tell of a theme
    of_head: Numbers  # [heads]: that theme
    least: NDArray[np.float64]  # [heads]: chance from which on it is heard
    is_own: list[bool]  # [heads]: taught by a shop
    is_told: Flags  # [heads]: of one of the nine
    is_other: Flags  # [heads]: of what no theme names
    hides: Flags  # [themes, heads]: where a phrase names the theme, the head tells nothing new


@lru_cache(maxsize=8)
def _meanings(lexicon: Lexicon, outputs: tuple[str, ...]) -> Meanings:
    shows = [_meaning(phrase.area, phrase.name, phrase.kind) for phrase in lexicon.phrases]
    each = [one or _NONE for one in shows]
    heads = {head: theme for head in outputs if (theme := _theme_of(head))}
    names = list(dict.fromkeys([*(one.theme for one in shows if one), *heads.values()]))
    number = {name: at for at, name in enumerate(names)} | {_NONE.theme: -1}
    return Meanings(
        names=names,
        theme=np.array([number[one.theme] for one in each], np.int64),
        value=np.array([one.value for one in each], np.float64),
        doubt=np.array([one.bit for one in each], np.int64),
        rival=np.array([outputs.index(one.rival) if one.rival in outputs else 0 for one in each], np.int64),
        is_flag=np.array([phrase.area == "flags" for phrase in lexicon.phrases], np.bool_),
        is_staff=np.array([one.theme == STAFF for one in each], np.bool_),
        columns=np.array([outputs.index(head) for head in heads], np.int64),
        of_head=np.array([number[theme] for theme in heads.values()], np.int64),
        least=np.array([_least(head) for head in heads], np.float64),
        is_own=[head not in _firsts for head in heads],
        is_told=np.array([head in _firsts for head in heads], np.bool_),
        is_other=np.array([head == OTHER for head in heads], np.bool_),
        hides=np.array([[_is_of(head, name) for head in heads] for name in names], np.bool_).reshape(
            len(names), len(heads)
        ),
    )


_NONE = Meaning("", 0.0, 0)
_firsts = {f"common:{common}": theme for common, theme in FIRST.items()}


def _theme_of(head: str) -> str | None:
    """One of the nine tells of the first of ours, a head that a shop taught of its own."""
    return _firsts.get(head) or (head.removeprefix("theme:") if head.startswith("theme:") else None)


def _least(head: str) -> float:
    return LEAST_HEARD.get(head, OTHERS_HEARD) if head in _firsts else LIKELY


def _is_of(head: str, theme: str) -> bool:
    return head in (f"theme:{theme}", f"common:{COMMON.get(theme)}")


def _kept(found: Found, hits: list[Hits]) -> Flags:
    """But for blame that is part of praise."""
    kept = np.ones(len(found.phrase), np.bool_)
    for its, begin in zip(hits, found.bounds, strict=False):
        if its.areas & FEELINGS:
            for number in outshone(its):
                kept[begin + number] = False
    return kept


def _rates(batch: Batch, found: Found) -> Flags:
    """Whether it begins with the "giá" of "đánh giá": no price."""
    rated = np.zeros(len(batch.word), np.bool_)
    rated[_runs(batch, RATING) + 1] = True
    return rated[found.first]


def _of_courier(batch: Batch, found: Found, meanings: Meanings) -> Flags:
    """Whether it speaks of staff in a clause about those who deliver: phrases of the courier hear them."""
    clauses = batch.clause[_runs(batch, DELIVERER)]
    return meanings.is_staff[found.phrase] & np.isin(batch.clause[found.first], clauses)


def _runs(batch: Batch, words: Sequence[str]) -> Numbers:
    """The first word of each place where those stand side by side in a clause, with or without marks."""
    first = np.arange(len(batch.word) - len(words) + 1)
    for ahead, word in enumerate(words):
        numbers = [batch.vocabulary.number(way) for way in (word, unmark(word))]
        first = first[np.isin(batch.word[first + ahead], numbers)]
    return first[batch.clause[first] == batch.clause[first + len(words) - 1]]


def _votes(
    batch: Batch, found: Found, felt: Felt, meanings: Meanings, score: NDArray, kept: Flags
) -> tuple[Numbers, Numbers, NDArray]:
    """Numbers of hits, and of each the theme and 1 to -1 for what is said of it.

    Denied praise is blame, a denied problem is quiet praise. Not of praise and blame that are only imagined,
    nor of what the model does not hear.
    """
    phrase, text = found.phrase, found.text
    theme, value = meanings.theme[phrase], meanings.value[phrase]
    kept &= (theme >= 0) & (felt.chances[text, meanings.rival[phrase]] <= SURE)
    kept &= (value == 0) | ~(found.unreal | (found.denied & meanings.is_flag[phrase]))
    kept &= ~_is_doubted(found, felt, meanings, kept)
    leaning, score = felt.leanings[batch.clause[found.first]], score[text]
    whole = np.where(score > 0.5, 0.2, np.where(score < -0.5, -0.2, 0.0))
    about = np.where(leaning > CLEAR, 0.5, np.where(leaning < -CLEAR, -0.5, whole))
    vote = np.where(value == 0, about, np.where(found.denied, -value, value))
    hits = kept.nonzero()[0]
    return hits, theme[hits], vote[hits]


def _is_doubted(found: Found, felt: Felt, meanings: Meanings, kept: Flags) -> Flags:
    """By the model; but praise and blame are not where nothing else names a theme in the text.

    Where the kind of shop is not known, that the model hears something else names none.
    """
    phrase, text = found.phrase, found.text
    doubted = meanings.doubt[phrase] & felt.doubted[text] != 0
    chances = felt.chances[:, meanings.columns]
    heard = chances > meanings.least
    silent = np.ones((len(heard), 1), np.bool_)
    silent[heard.nonzero()[0]] = False
    heard |= silent & meanings.is_told & (chances > LEAST_LEFT)
    heard[felt.doubted & UNKNOWN > 0] &= ~meanings.is_other
    named = np.zeros(len(heard), np.bool_)
    named[heard.nonzero()[0]] = named[text[kept & ~doubted]] = True
    return doubted & (named[text] | (meanings.value[phrase] == 0))


class Named(NamedTuple):
    """One entry a theme that phrases name in a text; `shown` are the hits that show them, so `many` each."""

    text: Numbers
    theme: Numbers
    vote: NDArray
    shown: Numbers
    many: list[int]


def _named(found: Found, hits: Numbers, theme: Numbers, vote: NDArray) -> Named:
    """In the order of the texts, and of what comes first in each; of two phrases the longer one shows it."""
    if not len(hits):
        return Named(hits, theme, vote, hits, [])
    key = found.text[hits] * (int(theme.max()) + 1) + theme
    by_key = key.argsort(kind="stable")
    opens = begins(key[by_key])
    first = np.empty(len(hits), np.int64)  # of the same theme in the same text
    first[by_key] = by_key[opens].repeat(_many(opens, len(hits)))
    order = first.argsort(kind="stable")
    opens = begins(first[order])
    number = np.arange(len(opens)).repeat(_many(opens, len(hits)))
    past = found.past[hits[order]]
    reach = past + number * (int(past.max()) + 1)
    is_shown = np.ones(len(hits), np.bool_)
    is_shown[1:] = reach[1:] > np.maximum.accumulate(reach)[:-1]
    leads = order[opens]
    return Named(
        text=found.text[hits[leads]],
        theme=theme[leads],
        vote=np.add.reduceat(vote[order], opens),
        shown=hits[order[is_shown]],
        many=np.bincount(number[is_shown]).tolist(),
    )


def _many(opens: Numbers, past: int) -> Numbers:
    """From each beginning up to the next."""
    return steps(np.concatenate((opens, (past,))))


def _words(named: Named, found: Found, texts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The words as written, longest finds first come first, none inside another."""
    columns = (column[named.shown].tolist() for column in (found.text, found.start, found.end))
    written = [texts[text][start:end] for text, start, end in zip(*columns, strict=True)]
    words = [one if one.isalnum() else " ".join(one.split()) for one in written]
    past = 0
    for many in named.many:
        first, past = past, past + many
        yield (words[first],) if many == 1 else tuple(dict.fromkeys(words[first:past]))[:MOST_WORDS]


def _heard(
    batch: Batch, texts: Sequence[str], named: Named, felt: Felt, meanings: Meanings
) -> Iterator[tuple[int, Mention]]:
    """Text and mention of what no phrase names: it feels as the clause of its loudest word does, else as the
    whole text.
    """
    hidden = np.zeros((len(texts), len(meanings.columns)), np.bool_)
    which, head = meanings.hides[named.theme].nonzero()
    hidden[named.text[which], head] = True
    chances = felt.chances[:, meanings.columns]
    heard = (chances > meanings.least) & ~hidden
    heard |= _likeliest(chances, heard, named, meanings)
    text, head = heard.nonzero()
    if not len(text):
        return
    loudest = _loudest(batch, felt, text, meanings.columns[head])
    vote = felt.leanings[batch.clause[loudest]]
    columns = (text, head, meanings.of_head[head], loudest, vote)
    for its, told, theme, word, leaning in zip(*(column.tolist() for column in columns), strict=True):
        name, whole = meanings.names[theme], felt.each[its].sentiment
        side = whole if whole in SIDES else Sentiment.NEUTRAL
        if word >= 0 and name != "general" and abs(leaning) > CLEAR:
            side = _side(leaning)
        words: tuple[str, ...] = ()  # a single word seldom shows why the model thinks of one of the nine
        if word >= 0 and meanings.is_own[told]:
            words = (texts[its][batch.start[word] : batch.end[word]],)
        yield its, _mention((name, side, words))


def _likeliest(chances: NDArray, heard: Flags, named: Named, meanings: Meanings) -> Flags:
    """Where nothing else is told, the likeliest of the nine."""
    silent = np.ones(len(heard), np.bool_)
    silent[heard.nonzero()[0]] = silent[named.text] = False
    most = np.where(meanings.is_told, chances, 0.0)
    likeliest = np.zeros_like(heard)
    texts = (silent & (most.max(axis=1, initial=0.0) > LEAST_LEFT)).nonzero()[0]
    likeliest[texts, most[texts].argmax(axis=1)] = True
    return likeliest


def _loudest(batch: Batch, felt: Felt, text: Numbers, column: Numbers) -> Numbers:
    """For each the word of the text that speaks most for that output; -1 where none does."""
    first = batch.starts[text]
    many = batch.starts[text + 1] - first
    past = many.cumsum()
    words = (first - past + many).repeat(many) + np.arange(past[-1])
    said = felt.said[words, column.repeat(many)]
    most = np.maximum.reduceat(said, past - many)
    whose = np.arange(len(text)).repeat(many)
    loud = (said == most[whose]).nonzero()[0]
    loud = loud[begins(whose[loud])]
    return np.where(most > 0, words[loud], -1)


def _side(vote: float) -> Sentiment:
    if abs(vote) < UNDECIDED:
        return Sentiment.NEUTRAL
    return Sentiment.POSITIVE if vote > 0 else Sentiment.NEGATIVE
