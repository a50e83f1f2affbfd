"""Phrases from TOML, looked up in one pass over a text.

A phrase is words with, between them, how far apart they may be:
    "giao|gửi ~3 nhầm|sai"    one of, then within three words one of, in the same sentence
    "not work|working"        one straight after the other; "_" joins words of one choice: "không_đúng|sai"
    "$send ~3 wrong"          "$name" is a word list of the file's [words] table
    "=bẩn"                    only with its marks; a lone marked word is also found without marks in a text
                              that has none, unless it begins with "="
    "hỏng ^"                  fires even when a negation stands before it
Words are written as `tokens` writes them (contractions open, abbreviations spelt out), with their marks.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from feedback.orthography import align, unmark
from feedback.text.batch import Batch, Flags, Numbers
from feedback.text.features import negators
from feedback.text.matching import Matcher
from feedback.text.meant import FEWEST, Slot, is_meant, slots_of
from feedback.text.patterns import Choice, Pattern
from feedback.text.reading import READ
from feedback.text.tokens import tokenise
from feedback.unmarked import chances_of

FILES = ("themes", "problems", "flags", "wishes", "feelings", "spam")
THEMES, PROBLEMS, FLAGS, WISHES, FEELINGS, SPAM = (1 << number for number in range(len(FILES)))
_bits = {name: 1 << number for number, name in enumerate(FILES)}
NEGATION_REACH = 3
FEAR_REACH, NOBODY_REACH = 6, 2  # "I was worried that it would arrive broken", "nobody was rude"
DENIES, SUPPOSES, EXCEPTED = 1, 2, 4  # EXCEPTED: a denial before it denies nothing
IN_PLAIN = 3  # bits
LONGEST_OWN = 12  # words of a phrase of a shop's own
_unreal = frozenset({"if", "sợ", "lo", "nếu", "tưởng", "hopefully", "afraid", "worried"})
_GONE_WRONG = frozenset({"damaged", "defective", "missing_item", "wrong_item"})
_bare_unreal = frozenset({"so", "neu"})
_bare_denials = frozenset({"khong", "chua"})
_fears = frozenset({"worried", "worry", "afraid", "feared", "fear", "scared", "sợ", "lo", "ngại"})
_nobody = frozenset({"nobody", "nothing", "none", "neither"})
_not_only = frozenset({"only", "just", "những", "chỉ"})
_no_denial = frozenset(  # "can not believe it broke", "không biết sao giao nhầm": nothing is denied
    {"biết", "hiểu", "hài", "ngờ", "thể", "biet", "hieu", "hai", "ngo", "the"}
    | {"know", "understand", "happy", "sure", "believe", "satisfied", "recommend", "impressed", "pleased"}
)
_between_words = re.compile("[-_]")
_nothing_denied = _not_only | _no_denial
_lack = frozenset({"hết", "thiếu", "nothing", "none"})  # negations for feelings, no denial of a problem


@dataclass(frozen=True, slots=True)
class Phrase:
    area: str
    name: str
    kind: str
    pattern: Pattern
    always: bool


class Hit(NamedTuple):
    """A phrase found: what it shows, its first word, the one past its last; denied or only imagined.

    It shows what its place in the files says: area is the file, name the group, kind the list in it. Feared
    is what somebody was afraid of, or what nobody met; start and end count in the text as given.
    """

    area: str
    name: str
    kind: str
    first: int
    past: int
    denied: bool
    unreal: bool
    feared: bool = False
    clause: int = 0  # of its first word, from 0 in each text
    start: int = 0
    end: int = 0


class Hits(list[Hit]):
    """Those of one text, in its order. `areas` has the bit of each area that some of them are of."""

    __slots__ = ("areas",)

    def __init__(self, hits: Iterable[Hit] = (), areas: int = 0) -> None:
        super().__init__(hits)
        self.areas = areas


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """What all texts of a batch hold, one entry a hit, in order."""

    phrase: NDArray  # number of the phrase in its lexicon
    text: Numbers
    first: Numbers  # words of the batch
    past: Numbers
    start: Numbers  # in the text as given
    end: Numbers
    denied: Flags
    unreal: Flags
    bounds: list[int]  # where the hits of each text begin


_hit = cast(Callable[[tuple], Hit], partial(tuple.__new__, Hit))  # Hit._make costs three times that


def table(name: str) -> dict[str, Any]:
    """What a file of lexicons says, by its sections: the caller's own dict, of what is not to be changed."""
    return dict(_table(name))


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "lexicons" / f"{name}.toml").read_text("utf-8"))


def compile_phrase(area: str, name: str, kind: str, written: str, lists: dict[str, list[str]]) -> Phrase:
    """Raises ValueError when the phrase is too long, KeyError when it names a list that is not there."""
    slots: list[tuple[Choice, ...]] = []
    gaps, gap = [], 0
    for part in written.removesuffix(" ^").split():
        if part[0] == "~":
            gap = int(part[1:])
            continue
        choices = (
            one
            for choice in part.split("|")
            for one in (lists[choice[1:]] if choice[0] == "$" and choice[1:] else [choice])
        )
        slots.append(tuple(map(_choice, choices)))
        gaps.append(gap)
        gap = 0
    pattern = Pattern(
        tuple(slots),
        tuple(gaps),
        within_clause=area == "themes",
        blocked=area in ("themes", "problems"),
    )
    return Phrase(area, name, kind, pattern, always=written.endswith(" ^"))


@cache
def _choice(written: str) -> Choice:
    plain = written.removeprefix("=")
    marked = tuple(_between_words.split(plain.lower() if plain.isascii() else _aligned(plain)))
    return marked, marked if written[0] == "=" else tuple(map(unmark, marked))


def _aligned(written: str) -> str:
    return "_".join(map(_aligned_word, written.lower().split("_")))


@cache
def _aligned_word(word: str) -> str:
    return align(word).text


class Lexicon:
    """Phrases to be found."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self.phrases = tuple(phrases)
        self._matcher = Matcher([phrase.pattern for phrase in self.phrases])
        self._by_first: dict[int, tuple[Slot, ...]] = {}
        self._always = np.array([phrase.always for phrase in self.phrases], np.bool_)
        labels = [(phrase.area, phrase.name, phrase.kind) for phrase in self.phrases]
        self._labels = np.array(labels, object).reshape(-1, 3).T  # by area, name and kind
        self._blames = np.array([phrase.name in _GONE_WRONG for phrase in self.phrases], np.bool_)
        self._bits = np.array([_bits.get(phrase.area, 0) for phrase in self.phrases], np.uint8)

    def hits(self, batch: Batch) -> list[Hits]:
        """What each text holds, in its order; nothing in a text whose language is not ours."""
        return self.look(batch)[1]

    def look(self, batch: Batch) -> tuple[Found, list[Hits]]:
        """The same, as arrays beside it."""
        signs = batch.vocabulary.beside("denials", _denials)[batch.word]
        signs |= (signs >> IN_PLAIN) * batch.plain
        denies, supposes, excepted = (signs & sign > 0 for sign in (DENIES, SUPPOSES, EXCEPTED))
        pattern, first, past = self._matcher.find(batch, denies)
        ours = np.array([lang in READ for lang in batch.langs], np.bool_)[batch.text[first]]
        pattern, first, past = pattern[ours], first[ours], past[ours]
        meant = self._meant(batch, pattern, first, past)
        pattern, first, past = pattern[meant], first[meant], past[meant]
        denied, unreal = _turned(batch.clause, first, denies, supposes, excepted)
        unreal |= self._blames[pattern] & _within(supposes, first, past)
        free = self._always[pattern]
        denied &= ~free
        unreal &= ~free
        found = Found(
            phrase=pattern,
            text=batch.text[first],
            first=first,
            past=past,
            start=batch.start[first],
            end=batch.end[past - 1],
            denied=denied,
            unreal=unreal,
            bounds=first.searchsorted(batch.starts).tolist(),
        )
        return found, self._by_text(batch, found)

    def _by_text(self, batch: Batch, found: Found) -> list[Hits]:
        phrase, first = found.phrase, found.first
        begin = batch.starts[found.text]
        columns = (
            *(first - begin, found.past - begin, found.denied, found.unreal, _feared(batch, first)),
            *(batch.clause[first] - batch.clause[begin], found.start, found.end),
        )
        labels = (column[phrase] for column in self._labels)
        hits = list(map(_hit, zip(*(column.tolist() for column in (*labels, *columns)), strict=True)))
        bits = np.zeros(len(phrase) + 1, np.uint8)  # one more, for texts without a word at the end
        bits[:-1] = self._bits[phrase]
        bounds = np.array(found.bounds)
        areas = np.bitwise_or.reduceat(bits, bounds[:-1])
        areas[bounds[1:] == bounds[:-1]] = 0
        cuts = zip(pairwise(found.bounds), areas.tolist(), strict=True)
        return [Hits(hits[begin:past], areas) for (begin, past), areas in cuts]

    def _meant(self, batch: Batch, pattern: NDArray, first: NDArray, past: NDArray) -> Flags:
        """Not what only looks like blame because its marks are left out."""
        meant = np.ones(len(pattern), np.bool_)
        read: dict[int, tuple[list[str], list[dict[str, float]]]] = {}  # by where their sentence begins
        doubted = (batch.plain[first] & (self._bits[pattern] == PROBLEMS)).nonzero()[0]
        if not len(doubted):
            return meant
        its = batch.sentence[first[doubted]]
        lines = (np.searchsorted(batch.sentence, number).tolist() for number in (its, its + 1))
        for number, begin, end in zip(doubted.tolist(), *lines, strict=True):  # few
            if end - begin < FEWEST:
                continue
            if begin not in read:
                words = [batch.vocabulary.words[word] for word in batch.word[begin:end].tolist()]
                read[begin] = words, chances_of(words)
            words, chances = read[begin]
            its = slice(first[number] - begin, past[number] - begin)
            meant[number] = is_meant(self._slots(int(pattern[number])), words[its], chances[its])
        return meant

    def _slots(self, phrase: int) -> tuple[Slot, ...]:
        """Made when first asked for: few phrases are."""
        if phrase not in self._by_first:
            self._by_first[phrase] = slots_of(self.phrases[phrase].pattern)
        return self._by_first[phrase]


def _turned(
    clause: Numbers, first: NDArray, denies: Flags, supposes: Flags, excepted: Flags
) -> tuple[Flags, Flags]:
    """Whether the words before deny the phrase that begins there, whether they only imagine it."""
    denied, unreal = np.zeros(len(first), np.bool_), np.zeros(len(first), np.bool_)
    looking = np.ones(len(first), np.bool_)
    for back in range(1, NEGATION_REACH + 1):
        place = np.maximum(first - back, 0)
        looking &= (first >= back) & (clause[place] == clause[first])
        unreal |= looking & supposes[place]
        looking &= ~supposes[place]
        denied |= looking & denies[place] & ~excepted[np.minimum(place + 1, len(clause) - 1)]
        looking &= ~denies[place]
    return denied, unreal


def _within(signs: Flags, first: NDArray, past: NDArray) -> Flags:
    """Whether such a word stands inside: "phin gốm, tưởng dễ bể" tells of nothing broken."""
    so_far = np.concatenate(([0], np.cumsum(signs)))
    return so_far[past] > so_far[first]


def _denials(words: list[str]) -> NDArray[np.uint8]:
    """What each word does: signs as bits; those that it has in a plain text only stand IN_PLAIN higher."""
    denials = negators() - _lack
    return np.array(
        [
            DENIES * (word in denials)
            | SUPPOSES * (word in _unreal)
            | EXCEPTED * (word in _nothing_denied)
            | (DENIES * (word in _bare_denials) | SUPPOSES * (word in _bare_unreal)) << IN_PLAIN
            for word in words
        ],
        np.uint8,
    )


def _feared(batch: Batch, first: NDArray) -> Flags:
    """Whether a fear stands before the phrase that begins there, or close before it a nobody."""
    reaches = batch.vocabulary.beside("fears", _fears_reach)[batch.word]
    fears = reaches.nonzero()[0]  # few
    feared = np.zeros(len(reaches) + FEAR_REACH, np.bool_)
    for ahead in range(1, FEAR_REACH + 1) if len(fears) else ():
        place = np.minimum(fears + ahead, len(reaches) - 1)
        near = (reaches[fears] >= ahead) & (batch.clause[place] == batch.clause[fears])
        feared[fears[near] + ahead] = True
    return feared[first]


def _fears_reach(words: list[str]) -> NDArray[np.uint8]:
    return np.array(
        [FEAR_REACH if word in _fears else NOBODY_REACH * (word in _nobody) for word in words], np.uint8
    )


def phrases(name: str) -> Iterator[Phrase]:
    """Those of one file."""
    content = table(name)
    lists = content.pop("words", {})
    for group, entry in content.items():
        for kind, written in entry.items():
            if isinstance(written, list):
                for one in written:
                    yield compile_phrase(name, group, kind, one, lists)


@cache
def lexicon() -> Lexicon:
    return Lexicon(phrase for name in FILES for phrase in phrases(name))


def lexicon_with(themes: Mapping[str, Mapping[str, Iterable[str]]]) -> Lexicon:
    """The phrases of the files, and a shop's own: theme -> {"words": [words or phrases, as people type]}."""
    own = (_typed(theme, written) for theme, entry in themes.items() for written in entry.get("words", ()))
    return Lexicon([*lexicon().phrases, *filter(None, own)])


def _typed(theme: str, written: str) -> Phrase | None:
    """What somebody typed, word by word as it is read in either language; None when it holds no word."""
    both = [tokenise(written, vietnamese=vietnamese) for vietnamese in (True, False)]
    choices = {(tuple(tokens.words[:LONGEST_OWN]), tuple(tokens.bare[:LONGEST_OWN])): None for tokens in both}
    slot = tuple(choice for choice in choices if choice[0])
    pattern = Pattern((slot,), (0,), within_clause=True, blocked=True)
    return Phrase("themes", theme, "about", pattern, always=False) if slot else None
