"""The door: read(text) -> Reading. Plain Python, importable without Django, never raises on a text."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import repeat
from threading import Lock
from typing import cast

import numpy as np

from feedback.personal_data import PersonalData, find
from feedback.text import leverage as leverages
from feedback.text import spam
from feedback.text.batch import LONGEST, Batch, batch
from feedback.text.expectations import expectations
from feedback.text.lexicon import Found, Hits, lexicon, lexicon_with
from feedback.text.model import Model, load
from feedback.text.pressure import words as listed
from feedback.text.problems import GUESSED, fault, found, problem
from feedback.text.reading import READ, Lang, Leverage, Mention, Reading, Sentiment
from feedback.text.safety import ORDER, contradicts, flags
from feedback.text.sentiment import UNREAD, Feeling, Felt, even, feelings, only_pressure
from feedback.text.themes import ELSE, themes
from feedback.text.tokens import Tokens
from feedback.text.turns import covered, is_even, turn
from feedback.text.vocabulary import Vocabulary
from feedback.text.wishes import wish

__all__ = [
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

ENOUGH = 3  # words left after the leverage is cut out; with fewer the whole text is read
LIKELY, LIKELY_OF_PROBLEM = 0.55, 0.43  # chances of a complaint from which on it is one
PRAISE = 0.6  # score from which on a text complains of nothing
GLAD = 0.2  # the same where it names no problem either
AT_ONCE = 512  # texts of a batch
LETTERS_AT_ONCE = 200_000

FLAGS = (*ORDER, *spam.ORDER, "contradicts_stars")
_made = cast(Callable[[tuple], Reading], partial(tuple.__new__, Reading))  # by name costs four times that
_nothing: frozenset[int] = frozenset()
_signs_of_end = " ?!.,;:…\"'”’)"
_serious = frozenset({"safety", "privacy", "legal"})
Row = tuple[str, str | None, float | None]  # text, language, stars


class Reader:
    """Reads texts. One may serve several threads: a batch is read by one of them at a time."""

    def __init__(
        self,
        model: Model | None = None,
        themes: Mapping[str, Mapping[str, Iterable[str]]] | None = None,
        engine: str | None = None,
    ) -> None:
        """Without arguments the shipped reader.

        `themes` holds a shop's own words: {theme: {"words": [words or phrases, as somebody types them]}}.
        """
        self._model = model or load()
        self._engine = engine or self._model.engine
        self._lexicon = lexicon_with(themes) if themes else lexicon()
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
        with self._turn, _uncollected():
            if self._vocabulary.is_full:
                self._vocabulary = Vocabulary()
            return self._readings(rows)

    def _readings(self, rows: list[Row]) -> list[Reading]:
        texts = [text for text, _, _ in rows]
        given = [_language(lang) for _, lang, _ in rows]
        words = batch(self._vocabulary, texts, given)
        found, hits = self._lexicon.look(words)
        raised = list(map(flags, hits))
        disputed = {number for number, its in enumerate(raised) if "dispute" in its}
        pressing = leverages.signs(words, texts, disputed)
        looks = (one.tolist() for one in (spam.suspects(words), spam.repeating(words), words.private))
        heard = [
            _heard(Tokens(words, number, text), pressing.get(number), *look)
            for number, (text, *look) in enumerate(zip(texts, hits, raised, *looks, strict=True))
        ]
        less = _with_less(heard)
        told: list[tuple[Feeling, list[Mention]]] = [(UNREAD, [])] * len(heard)
        if len(less) < len(heard):
            told = self._told(words, heard, (found, hits))
        if less:
            for one, its in zip(less, self._told_less(words, less, given), strict=True):
                told[one.tokens.number] = its
        return [
            self._reading(one, *its, stars) for one, its, (_, _, stars) in zip(heard, told, rows, strict=True)
        ]

    def _told(
        self, words: Batch, heard: list["Heard"], found: tuple[Found, list[Hits]]
    ) -> list[tuple[Feeling, list[Mention]]]:
        """What each text feels and speaks of."""
        felt = self._feelings(words, heard)
        for number, (one, feeling) in enumerate(zip(heard, felt.each, strict=True)):
            if one.cut and one.told is one.tokens:
                felt.each[number] = only_pressure(feeling)
            elif is_even(one.told_hits, one.told, feeling):
                felt.each[number] = even(feeling)
        mentions = themes(words, [one.tokens.text for one in heard], self._lexicon, found, felt)
        return list(zip(felt.each, mentions, strict=True))

    def _feelings(self, words: Batch, heard: list["Heard"]) -> Felt:
        turns = [turn(one.told_hits) for one in heard]
        covering = [one.told.first + word for one in heard for word in covered(one.told_hits)]
        return feelings(words, turns, covering, [one.told.text for one in heard], self._model)

    def _told_less(
        self, words: Batch, less: list["Heard"], given: list[Lang | None]
    ) -> list[tuple[Feeling, list[Mention]]]:
        """Read what is left of the texts that hold leverage as if nothing else had been written.

        But what was typed with its marks throughout is not taken for Vietnamese without them.
        """
        texts = [_blanked(one.tokens.text, one.leverage.spans if one.leverage else ()) for one in less]
        left = batch(self._vocabulary, texts, [given[one.tokens.number] for one in less])
        may_be_plain = np.array([_may_be_plain(words, one.tokens) for one in less], np.bool_)
        left = replace(
            left, plain=left.plain & may_be_plain[left.text], unmarked=left.unmarked & may_be_plain
        )
        found, hits = self._lexicon.look(left)
        for number, (one, text, its) in enumerate(zip(less, texts, hits, strict=True)):
            one.told, one.told_hits = Tokens(left, number, text), its
        return self._told(left, less, (found, hits))

    def _reading(
        self, heard: "Heard", feeling: Feeling, heard_of: list[Mention], stars: float | None
    ) -> Reading:
        tokens, told, hits, raised = heard.tokens, heard.told, heard.told_hits, heard.raised
        language = told.batch.langs[told.number]
        signs = found(hits, told, feeling)
        name = problem(signs, feeling, is_safety="safety" in raised and "violence" not in raised)
        mentions: tuple[Mention, ...] = ()
        if language in READ:
            mentions = tuple([one for one in heard_of if one.theme != ELSE])  # no theme of interfaces.md
        wanted = wish(hits)
        complains = _is_complaint("other" if GUESSED in signs else name, feeling) or (
            feeling.score < 0 and (not _serious.isdisjoint(raised) or wanted == "refund")
        )
        brand_only = feeling.heads.get("spam:brand_only", 0.0)
        is_odd = heard.is_suspect or heard.is_repeating
        if is_odd or spam.is_worth_a_look(tokens, heard.hits, mentions, brand_only):
            raised |= spam.signs(
                tokens,
                heard.hits,
                mentions,
                lang=language,
                sentiment=feeling.sentiment,
                is_suspect=heard.is_suspect,
                is_repeating=heard.is_repeating,
                is_complaint=complains,
                is_serious=bool(heard.leverage or raised or name not in ("none", "other")),
                off_topic=feeling.heads.get("spam:off_topic", 0.0),
                brand_only=brand_only,
            )
        if contradicts(feeling.sentiment, feeling.score, stars):
            raised.add("contradicts_stars")
        return _made(
            (
                language,
                feeling.sentiment,
                feeling.score,
                complains,
                mentions,
                name,
                fault(name, signs),
                wanted,
                heard.leverage,
                tuple(flag for flag in FLAGS if flag in raised) if raised else (),
                find(tokens.text) if heard.is_private else (),
                self._engine,
                expectations(name, signs, mentions) if complains else (),
                feeling.probability,
                len(mentions) < len(heard_of),
            )
        )


@dataclass(slots=True)
class Heard:
    """What the phrases of a text say, and the same text without its leverage."""

    tokens: Tokens
    hits: Hits
    raised: set[str]
    leverage: Leverage | None
    cut: Set[int]
    told: Tokens
    told_hits: Hits
    is_suspect: bool  # worth a look for gibberish
    is_repeating: bool  # worth a look for the same again and again
    is_private: bool  # worth a search for personal data


def _heard(
    tokens: Tokens,
    signs: leverages.Signs | None,
    hits: Hits,
    raised: set[str],
    is_suspect: bool,
    is_repeating: bool,
    is_private: bool,
) -> Heard:
    if "dispute" in raised and leverages.is_only_threatened(tokens, hits, signs):
        raised.discard("dispute")
    if signs is None:
        return Heard(tokens, hits, raised, None, _nothing, tokens, hits, is_suspect, is_repeating, is_private)
    held, cut = leverages.find(signs, hits, is_disputed="dispute" in raised)
    if "may_leave" in raised and leverages.is_within(cut, hits, "may_leave"):
        raised.discard("may_leave")
    if "safety" in raised and leverages.is_torn(cut, hits, "safety"):
        raised.discard("safety")
    return Heard(tokens, hits, raised, held, cut, tokens, hits, is_suspect, is_repeating, is_private)


def _with_less(heard: list[Heard]) -> list[Heard]:
    """Texts with leverage, if enough is left without it: only what is left is read any further."""
    return [one for one in heard if one.cut and _says_enough(one)]


def _says_enough(heard: Heard) -> bool:
    """Some words, or what went wrong in two of them ("Vỡ rồi, không …"), or a sentence that the cut did not
    touch: "Spout chipped." But no mere greeting.
    """
    tokens, cut = heard.tokens, heard.cut
    if len(tokens) - len(cut) >= ENOUGH:
        return True
    if any(hit.area == "problems" and cut.isdisjoint(range(hit.first, hit.past)) for hit in heard.hits):
        return True
    torn = {tokens.sentence[number] for number in cut}
    whole = [number for number, its in enumerate(tokens.sentence) if its not in torn]
    return sum(tokens.bare[number] not in listed("greeting") for number in whole) > 1


def _may_be_plain(words: Batch, tokens: Tokens) -> bool:
    """Whether some sentence of the text is Vietnamese without marks, or it is read as another language."""
    if words.langs[tokens.number] not in (Lang.VI, Lang.MIXED):
        return True
    return bool(words.plain[tokens.first : tokens.past].any())


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with spaces for its leverage and for the signs that end it: its "?" is no question of ours."""
    for start, end in spans:
        end += len(text[end:]) - len(text[end:].lstrip(_signs_of_end))
        text = text[:start] + " " * (end - start) + text[end:]
    return text


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


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing that reading makes goes round in circles: looking for that costs a seventh of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _language(given: str | None) -> Lang | None:
    """The given language; None when none is given. A language that is not ours ("fr") is other."""
    if not given or given == Lang.UNKNOWN:
        return None
    short = given.lower().replace("_", "-").split("-")[0]
    return Lang(short) if short in set(Lang) else Lang.OTHER


def _is_complaint(name: str, feeling: Feeling) -> bool:
    """The learned answer, leaning to yes where a problem was named; never for a text full of praise.

    Who is rather glad and names no problem does not complain.
    """
    if name == "safety" or (name not in ("none", "other") and feeling.score < 0):
        return True
    least, glad = (LIKELY, GLAD) if name in ("none", "other") else (LIKELY_OF_PROBLEM, PRAISE)
    return feeling.complaint >= least and feeling.score < glad
