"""Answers that say nothing: gibberish, off the topic, praise of the shop alone, copies.

A flag for people and for the trend, never a reason to withhold a reward by itself.
"""

import re
import zlib
from collections.abc import Sequence, Set
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from feedback.orthography import fold, unmark
from feedback.text.batch import Batch, steps
from feedback.text.language import is_known
from feedback.text.lexicon import SPAM, Hits
from feedback.text.reading import Lang, Mention, Sentiment
from feedback.text.tokens import Tokens

ORDER = ("spam:gibberish", "spam:off_topic", "spam:brand_only", "spam:copied")
PROBABLE, FEWEST = 0.6, 6  # from here on the model's word counts; off the topic only in so many words
_shop = frozenset({"shop", "sop"})  # who speaks to it or of it is not off the topic
LONG = 40  # words in which somebody who speaks of a shop names something of it
REPEATED = 12  # words from which saying the same again is noticed
VARIED = 0.5  # share of different words from which on nothing is said again and again
FEW = 0.25  # share of different words in what says the same again
COPYABLE = 12  # words: shorter ones are alike by chance
ALIKE = 0.7  # share of three words in a row that a copy has in common with another text
HASHTAGS = 8
MOST_OF_LINK = 3  # words of a text that is but an address
SHEET = 4  # different words of a description
# Mean logarithm of the letters of a word, from LONG_WORD letters on and before; of letters never seen.
UNLIKELY, UNLIKELY_SHORT, NEVER = -3.65, -3.9, -6.0
SHORTEST, LONG_WORD = 5, 8
_of_the_thing = frozenset(
    "product_quality size_fit missing_feature not_as_described food_drink place_cleanliness website_app "
    "safety general damaged".split()
)
_i = frozenset("mình tôi em tui minh toi mk anh chị bé nhà i my we me our".split())
_addressed = re.compile(r"(?<!\w)[@#]\w+|https?://\S+|www\.\S+|(?<!\S)\S{1,80}\.(?:com|vn|net|co)\S*")
_not_letters = re.compile(r"[\W\d_]+")
_words = re.compile(r"[^\W_]+")
_hashtag = re.compile(r"#[^\W\d]\w+")
_word = re.compile(r"[a-z0-9]+")
_run = re.compile(r"(.)\1+")


def suspects(batch: Batch) -> NDArray[np.bool_]:
    """One a text: it holds words that nobody can say, or many of the same. Such a text is worth a look."""
    strange = batch.vocabulary.beside("strange", strangeness)[batch.word]
    return np.bincount(batch.text, weights=strange, minlength=len(batch)) >= 2 * SHORTEST


def repeating(batch: Batch) -> NDArray[np.bool_]:
    """One a text: it may hold few different words for its length. Words are told apart by one bit of 128."""
    many = steps(batch.starts)
    different = np.zeros(len(batch), np.int64)
    for half in (0, 64):
        bits = np.zeros(len(batch.word) + 1, np.int64)  # one more, for texts without a word at the end
        bits[:-1] = np.left_shift(batch.word & 64 == half, batch.word & 63)
        different += np.bitwise_count(np.bitwise_or.reduceat(bits, batch.starts[:-1]).view(np.uint64))
    return (many >= REPEATED) & (different <= VARIED * many)


def strangeness(words: Sequence[str]) -> list[int]:
    """For each word its letters if nobody can say it, else 0."""
    return [_strangeness(word) for word in words]


def _strangeness(word: str) -> int:
    bare = _not_letters.sub("", unmark(word)) if word[:1] != ":" else ""
    if len(bare) < SHORTEST or not bare.isascii() or (len(bare) < len(word) and len(bare) < LONG_WORD):
        return 0
    if len(set(bare)) <= 3:  # laughter; too much of it fills the space
        return len(bare) if len(bare) >= 16 else 0
    if is_known(bare):
        return 0
    likely = _likelihood(bare)
    return len(bare) if likely < (UNLIKELY_SHORT if len(bare) < LONG_WORD else UNLIKELY) else 0


def _likelihood(bare: str) -> float:
    table = _following()
    pairs = list(zip("^" + bare, bare + "$", strict=True))
    return sum(table.get(pair, NEVER) for pair in pairs) / len(pairs)


@cache
def _following() -> dict[tuple[str, str], float]:
    lines = (files(__package__) / "lexicons" / "letters.tsv").read_text("utf-8").splitlines()
    _, *after = lines[1].split("\t")
    return {
        (before, letter): float(number)
        for before, *numbers in (line.split("\t") for line in lines[2:])
        for letter, number in zip(after, numbers, strict=True)
    }


def signs(
    tokens: Tokens,
    hits: Hits,
    mentions: Sequence[Mention],
    *,
    lang: Lang,
    sentiment: Sentiment,
    is_suspect: bool,
    is_repeating: bool,
    is_complaint: bool,
    is_serious: bool,
    off_topic: float = 0.0,
    brand_only: float = 0.0,
) -> set[str]:
    """Words of ORDER but copied. Serious is a named problem, a threat, a flag: whoever says that means it.

    `off_topic` and `brand_only` are what the model thinks of it, from 0 to 1. It learned the former from one
    market place and takes other trades for it, so it is asked only where the text names nothing of a shop.
    """
    found = set()
    means_it = is_serious or is_complaint  # who is angry says it twice
    if (is_suspect and _is_gibberish(tokens.text)) or (
        is_repeating and not means_it and _says_it_again(tokens)
    ):
        found.add("spam:gibberish")
    if is_serious or not len(tokens):
        return found
    told = {hit.name for hit in hits if hit.area == "spam"} if hits.areas & SPAM else set()
    if told & {"advert", "chain"} or _is_pasted(tokens, hits):
        found.add("spam:off_topic")
    elif is_complaint:
        return found
    elif not mentions:
        is_likely = off_topic > PROBABLE and len(tokens) >= FEWEST and _shop.isdisjoint(tokens.bare)
        if is_likely or _names_nothing(len(tokens), lang, sentiment):
            found.add("spam:off_topic")
    elif sentiment is not Sentiment.NEGATIVE and (
        brand_only > PROBABLE or ("unused" in told and not _is_of_the_thing(hits))
    ):
        found.add("spam:brand_only")
    return found


def is_worth_a_look(tokens: Tokens, hits: Hits, mentions: Sequence[Mention], brand_only: float) -> bool:
    """False where `signs` finds nothing in a text that is neither suspect nor repeating, as in most."""
    if not mentions or hits.areas & SPAM or brand_only > PROBABLE:
        return True
    return "#" in tokens.text or len(tokens) <= MOST_OF_LINK


def _is_of_the_thing(hits: Hits) -> bool:
    return any(hit.area == "themes" and hit.name in _of_the_thing for hit in hits)


def _is_gibberish(text: str) -> bool:
    """Enough of the letters are in words nobody can say, names of people and pages left out."""
    words = _words.findall(_run.sub(r"\1", _addressed.sub(" ", text.lower())))
    strange = sum(strangeness(words))
    return strange >= 24 or (strange >= 2 * SHORTEST and strange >= 0.15 * sum(map(len, words)))


def _says_it_again(tokens: Tokens) -> bool:
    """A few words fill it, again and again; faces are no words."""
    if len(tokens) < REPEATED or tokens.different > VARIED * len(tokens):
        return False
    spoken = [word for word in tokens.words if word.isalpha()]
    return len(spoken) >= REPEATED and len(set(spoken)) <= FEW * len(spoken)


def _is_pasted(tokens: Tokens, hits: Hits) -> bool:
    """A description of wares, a row of hashtags, or an address alone."""
    if len(tokens) <= MOST_OF_LINK and ":link:" in tokens.words:
        return True
    if "#" in tokens.text and len(_hashtag.findall(tokens.text)) >= HASHTAGS:
        return True
    if not hits.areas & SPAM:
        return False
    sheet = [hit.first for hit in hits if hit.area == "spam" and hit.name == "sheet"]
    return (
        len(sheet) >= SHEET
        and len({tokens.words[first] for first in sheet}) >= SHEET
        and _i.isdisjoint(tokens.words)
    )


def _names_nothing(words: int, lang: Lang, sentiment: Sentiment) -> bool:
    return words >= LONG and lang is not Lang.OTHER and sentiment is Sentiment.NEUTRAL


def fingerprints(text: str) -> tuple[int, int] | None:
    """Two numbers below 2**32, of which texts that differ in few words mostly share one; None if short."""
    return prints_of(threes(text))


def prints_of(rows: Set[str]) -> tuple[int, int] | None:
    numbers = [zlib.crc32(row.encode()) for row in rows]
    return (min(numbers), max(numbers)) if numbers else None


def is_copy(text: str, other: str) -> bool:
    """The same words but for a few; case, marks, signs and numbers of letters do not count."""
    return are_alike(threes(text), threes(other))


def are_alike(rows: Set[str], others: Set[str]) -> bool:
    return bool(rows) and len(rows & others) >= ALIKE * len(rows | others)


def threes(text: str) -> set[str]:
    """Three words in a row, each; none of a short text."""
    words = _word.findall(_run.sub(r"\1", fold(text)))
    if len(words) < COPYABLE:
        return set()
    return {" ".join(words[at : at + 3]) for at in range(len(words) - 2)}
