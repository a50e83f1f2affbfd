"""The door: read(text) -> Reading. Plain Python, importable without Django, never raises on a text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from threading import Lock

import numpy as np

from feedback.personal_data import PersonalData, find
from feedback.text import leverage as leverages
from feedback.text import spam
from feedback.text.batch import LONGEST, Batch, batch
from feedback.text.expectations import expectations
from feedback.text.language import detect
from feedback.text.lexicon import Hit, lexicon
from feedback.text.problems import GUESSED, fault, found, problem
from feedback.text.reading import READ, Lang, Leverage, Mention, Reading, Sentiment
from feedback.text.safety import ORDER, contradicts, flags
from feedback.text.sentiment import Feeling, feel, only_pressure
from feedback.text.themes import themes
from feedback.text.tokens import Tokens
from feedback.text.vocabulary import Vocabulary
from feedback.text.wishes import wish

__all__ = [
    "ENGINE",
    "Lang",
    "Leverage",
    "Mention",
    "PersonalData",
    "Reader",
    "Reading",
    "Sentiment",
    "read",
    "read_many",
]

ENGINE = "rules-1"
ENOUGH = 3  # words left after the leverage is cut out; with fewer the whole text is read
AT_ONCE = 256  # texts of a batch
LETTERS_AT_ONCE = 100_000

FLAGS = (*ORDER, *spam.ORDER, "contradicts_stars")
Row = tuple[str, str | None, float | None]  # text, language, stars


class Reader:
    """Reads texts. One may serve several threads: a batch is read by one of them at a time."""

    def __init__(self) -> None:
        self._vocabulary = Vocabulary()
        self._turn = Lock()

    def read(self, text: str, *, lang: str | None = None, stars: float | None = None) -> Reading:
        """What a text says. A given language beats the detected one; stars (1 to 5) only raise a flag."""
        return self._read([(text[:LONGEST], lang, stars)])[0]

    def read_many(
        self,
        texts: Iterable[str],
        *,
        langs: Iterable[str | None] | None = None,
        stars: Iterable[float | None] | None = None,
    ) -> Iterator[Reading]:
        """One Reading a text, in order, read by hundreds. `langs` and `stars` run beside the texts."""
        chunk: list[Row] = []
        letters = 0
        for text, lang, given in zip(texts, langs or repeat(None), stars or repeat(None), strict=False):
            chunk.append((text[:LONGEST], lang, given))
            letters += len(chunk[-1][0])
            if len(chunk) == AT_ONCE or letters > LETTERS_AT_ONCE:
                yield from self._read(chunk)
                chunk, letters = [], 0
        yield from self._read(chunk)

    def _read(self, rows: list[Row]) -> list[Reading]:
        if not rows:
            return []
        with self._turn:
            if self._vocabulary.is_full:
                self._vocabulary = Vocabulary()
            return self._readings(rows)

    def _readings(self, rows: list[Row]) -> list[Reading]:
        texts = [text for text, _, _ in rows]
        given = [_language(lang) for _, lang, _ in rows]
        words = batch(self._vocabulary, texts, given)
        looks = zip(lexicon().hits(words), spam.suspects(words).tolist(), words.private.tolist(), strict=True)
        pressing = leverages.signs(words, texts)
        heard = [
            _heard(Tokens(words, number, texts[number]), pressing.get(number), *look)
            for number, look in enumerate(looks)
        ]
        _leave_out(heard, words)
        return [
            _reading(one, words.langs[number], given[number], rows[number][2])
            for number, one in enumerate(heard)
        ]


@dataclass(slots=True)
class Heard:
    """What the phrases of a text say, and the same text without its leverage."""

    tokens: Tokens
    hits: list[Hit]
    raised: set[str]
    leverage: Leverage | None
    cut: set[int]
    told: Tokens
    told_hits: list[Hit]
    is_suspect: bool  # worth a look for gibberish
    is_private: bool  # worth a search for personal data


def _heard(
    tokens: Tokens, signs: leverages.Signs | None, hits: list[Hit], is_suspect: bool, is_private: bool
) -> Heard:
    raised = flags(hits)
    held, cut = leverages.find(signs, hits, is_disputed="dispute" in raised)
    return Heard(tokens, hits, raised, held, cut, tokens, hits, is_suspect, is_private)


def _leave_out(heard: list[Heard], words: Batch) -> None:
    """Of texts with leverage, if enough is left of them, only what is left is read any further."""
    less = [
        number for number, one in enumerate(heard) if one.cut and len(one.tokens) - len(one.cut) >= ENOUGH
    ]
    if not less:
        return
    kept = np.zeros(len(words.word), np.bool_)
    for number in less:
        one = heard[number]
        kept[one.tokens.first : one.tokens.past] = True
        kept[[one.tokens.first + word for word in one.cut]] = False
    left = words.only(np.flatnonzero(kept), less)
    for number, (place, hits) in zip(less, enumerate(lexicon().hits(left)), strict=True):
        heard[number].told = Tokens(left, place, heard[number].tokens.text)
        heard[number].told_hits = hits


def _reading(heard: Heard, language: Lang, given: Lang | None, stars: float | None) -> Reading:
    tokens, told, hits, raised = heard.tokens, heard.told, heard.told_hits, heard.raised
    if told is not tokens and not given:
        language = _narrowed(told, language)
    feeling = feel(told, hits, language, tokens.text)
    if heard.cut and told is tokens:
        feeling = only_pressure(feeling)
    signs = found(hits, told, feeling)
    name = problem(signs, feeling, is_safety="safety" in raised)
    mentions = themes(told, hits, feeling, tokens.text) if language in READ else ()
    complains = _is_complaint("other" if GUESSED in signs else name, feeling)
    raised |= spam.signs(
        tokens,
        heard.hits,
        mentions,
        lang=language,
        sentiment=feeling.sentiment,
        is_suspect=heard.is_suspect,
        is_complaint=complains,
        is_serious=bool(heard.leverage or raised or name not in ("none", "other")),
    )
    if contradicts(feeling.sentiment, feeling.score, stars):
        raised.add("contradicts_stars")
    return Reading(
        lang=language,
        sentiment=feeling.sentiment,
        score=feeling.score,
        complaint=complains,
        themes=mentions,
        problem=name,
        fault=fault(name, signs),
        wish=wish(hits),
        expectations=expectations(name, signs, mentions) if complains else (),
        leverage=heard.leverage,
        flags=tuple(flag for flag in FLAGS if flag in raised),
        pii=find(tokens.text) if heard.is_private else (),
        engine=ENGINE,
    )


@cache
def _shipped() -> Reader:
    return Reader()


def read(text: str, *, lang: str | None = None, stars: float | None = None) -> Reading:
    """What a text says, to the shipped reader."""
    return _shipped().read(text, lang=lang, stars=stars)


def read_many(
    texts: Iterable[str],
    *,
    langs: Iterable[str | None] | None = None,
    stars: Iterable[float | None] | None = None,
) -> Iterator[Reading]:
    """One Reading a text, in order, by the shipped reader."""
    return _shipped().read_many(texts, langs=langs, stars=stars)


def _language(given: str | None) -> Lang | None:
    """The given language; None when none is given. A language that is not ours ("fr") is other."""
    if not given or given == Lang.UNKNOWN:
        return None
    short = given.lower().replace("_", "-").split("-")[0]
    return Lang(short) if short in set(Lang) else Lang.OTHER


def _narrowed(told: Tokens, language: Lang) -> Lang:
    """The language of the complaint itself, so that a threat in another changes nothing."""
    left = detect(told.words)
    return language if left in (Lang.UNKNOWN, Lang.OTHER) else left


def _is_complaint(name: str, feeling: Feeling) -> bool:
    """The learned answer, leaning to yes where a problem was named; never for a text full of praise."""
    if name == "safety":
        return True
    if name not in ("none", "other") and feeling.score < 0:
        return True
    least = 0.2 if name in ("none", "other") else -0.3
    return feeling.complaint > least and feeling.score < 0.6
