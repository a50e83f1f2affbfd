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
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from feedback.orthography import align, unmark
from feedback.text.features import negators
from feedback.text.tokens import Tokens

FILES = ("themes", "problems", "leverage", "flags", "wishes", "feelings")
NEGATION_REACH = 3
_unreal = frozenset({"if", "sợ", "lo", "nếu", "tưởng", "hopefully", "afraid", "worried"})
_bare_denials = frozenset({"khong", "chua"})
_not_only = frozenset({"only", "just", "những", "chỉ"})
_no_denial = frozenset(  # "can not believe it broke", "không biết sao giao nhầm": nothing is denied
    {"biết", "hiểu", "hài", "ngờ", "thể", "biet", "hieu", "hai", "ngo", "the"}
    | {"know", "understand", "happy", "sure", "believe", "satisfied", "recommend", "impressed", "pleased"}
)
_nothing_denied = _not_only | _no_denial
_lack = frozenset({"hết", "thiếu", "nothing", "none"})  # negations for feelings, no denial of a problem

# Bits of the phrases a word may begin: whatever comes after, if the right word comes after, and the same
# two for a lone word typed without marks where nothing carries any.
Opener = list[int]
COUNTED_SLOTS = 3  # of a phrase with more, the first three must be there before it is tried

Choice = tuple[tuple[str, ...], tuple[str, ...], bool]  # words without marks, as written, marks needed


@dataclass(frozen=True, slots=True)
class Phrase:
    area: str
    name: str
    kind: str
    slots: tuple[dict[str, list[Choice]], ...]  # first word without marks -> the choices that begin with it
    gaps: tuple[int, ...]
    always: bool
    within_clause: bool
    blocked: bool


@dataclass(slots=True)
class Hit:
    """A phrase found: what it shows, its first word, the one past its last; denied or only imagined.

    It shows what its place in the files says: area is the file, name the group, kind the list in it.
    """

    area: str
    name: str
    kind: str
    first: int
    past: int
    denied: bool
    unreal: bool


def table(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "lexicons" / f"{name}.toml").read_text("utf-8"))


def compile_phrase(area: str, name: str, kind: str, written: str, lists: dict[str, list[str]]) -> Phrase:
    always = written.endswith(" ^")
    slots, gaps, gap = [], [], 0
    for part in written.removesuffix(" ^").split():
        if part[0] == "~":
            gap = int(part[1:])
            continue
        choices = [
            one
            for choice in part.split("|")
            for one in (lists[choice[1:]] if choice[0] == "$" and choice[1:] else [choice])
        ]
        slot: dict[str, list[Choice]] = defaultdict(list)
        for choice in choices:
            marked = tuple(re.split("[-_]", align(choice.removeprefix("=")).text.lower()))
            bare = tuple(unmark(word) for word in marked)
            slot[bare[0]].append((bare, marked, choice[0] == "="))
        slots.append(dict(slot))
        gaps.append(gap)
        gap = 0
    return Phrase(
        area,
        name,
        kind,
        tuple(slots),
        tuple(gaps),
        always,
        within_clause=area == "themes",
        blocked=area in ("themes", "problems"),
    )


class Lexicon:
    """All phrases. Which of them a text could hold at all is found first, with one bit a phrase and slot."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self.phrases = tuple(phrases)
        self.openers: dict[str, Opener] = defaultdict(lambda: [0, 0, 0, 0])  # first word, as typed
        self.seconds: dict[str, int] = defaultdict(int)  # word -> phrases in which it may come second
        self.shown: dict[str, int] = defaultdict(int)  # word, as typed -> slots that it may fill
        self.given = 0  # slots that a phrase does not have
        self.all = (1 << len(self.phrases)) - 1
        uses = Counter(
            word
            for phrase in self.phrases
            for slot in phrase.slots
            for bare, *_ in _choices(slot)
            for word in bare
        )
        for number, phrase in enumerate(self.phrases):
            self._note_beginning(phrase, 1 << number)
            self._note_slots(phrase, number, uses)

    def _note_beginning(self, phrase: Phrase, bit: int) -> None:
        for choice in _choices(phrase.slots[0]):
            bare, marked, exact = choice
            seconds = _seconds(phrase, choice)
            for word in seconds:
                self.seconds[word] |= bit
            column = 1 if seconds else 0
            self.openers[marked[0]][column] |= bit
            if not exact:
                self.openers[bare[0]][column if len(bare) > 1 else column + 2] |= bit

    def _note_slots(self, phrase: Phrase, number: int, uses: Counter[str]) -> None:
        """The rarest word of a choice tells most about whether it could be there."""
        for slot in range(COUNTED_SLOTS):
            bit = 1 << (slot * len(self.phrases) + number)
            if slot >= len(phrase.slots):
                self.given |= bit
                continue
            for _, marked, exact in _choices(phrase.slots[slot]):
                rarest = min(marked, key=lambda word: (uses[unmark(word)], word))
                for word in _typed(rarest, exact):
                    self.shown[word] |= bit

    def _possible(self, words: list[str]) -> int:
        """Phrases of which every slot could be filled by the words, as bits."""
        shown, bits, size = self.shown, self.given, len(self.phrases)
        for word in words:
            if word in shown:
                bits |= shown[word]
        return bits & bits >> size & bits >> 2 * size & self.all

    def _beginnings(self, tokens: Tokens) -> Iterator[tuple[int, Phrase]]:
        """The numbers of words at which a phrase could begin, and the phrase."""
        possible = self._possible(tokens.words)
        openers, seconds, words = self.openers, self.seconds, tokens.words
        for number, word in enumerate(words, 1):
            if word not in openers:
                continue
            free, paired, bare_free, bare_paired = openers[word]
            if (bare_free or bare_paired) and tokens.sentence[number - 1] in tokens.unmarked_sentences:
                free, paired = free | bare_free, paired | bare_paired
            if paired and number < len(words):
                free |= paired & seconds.get(words[number], 0)
            bits = free & possible
            while bits:
                lowest = bits & -bits
                bits ^= lowest
                yield number - 1, self.phrases[lowest.bit_length() - 1]

    def hits(self, tokens: Tokens) -> list[Hit]:
        found: list[Hit] = []
        for number, phrase in self._beginnings(tokens):
            past = _match(tokens, phrase, 0, number)
            if past:
                before = "" if phrase.always else _turned_by(tokens, number)
                denied, unreal = before == "not", before == "if"
                found.append(Hit(phrase.area, phrase.name, phrase.kind, number, past, denied, unreal))
        found.sort(key=lambda hit: (hit.first, -hit.past))
        return found


def _seconds(phrase: Phrase, choice: Choice) -> set[str]:
    """Words of which one must follow the first word of the choice; empty when any word may."""
    _, marked, exact = choice
    if len(marked) > 1:
        return _typed(marked[1], exact)
    if len(phrase.slots) == 1 or phrase.gaps[1]:
        return set()
    return {word for _, after, its in _choices(phrase.slots[1]) for word in _typed(after[0], its)}


def _typed(word: str, exact: bool) -> set[str]:
    """The ways to type a word that a phrase accepts."""
    return {word} if exact else {word, unmark(word)}


def _choices(slot: dict[str, list[Choice]]) -> Iterator[Choice]:
    for choices in slot.values():
        yield from choices


def _match(tokens: Tokens, phrase: Phrase, slot: int, at: int) -> int:
    """Number past the last word of the phrase from `slot` on, its word at `at`; 0 when it is not there."""
    bare, length = tokens.bare, len(tokens.bare)
    for choice_bare, choice_marked, exact in phrase.slots[slot].get(bare[at], ()):
        past = at + len(choice_bare)
        if past > at + 1 and (past > length or tuple(bare[at:past]) != choice_bare):
            continue
        if not _same_marks(tokens, at, past, choice_marked, exact):
            continue
        if slot + 1 == len(phrase.slots):
            return past
        end = _match_further(tokens, phrase, slot + 1, past)
        if end:
            return end
    return 0


def _match_further(tokens: Tokens, phrase: Phrase, slot: int, past: int) -> int:
    """The same for the slots after the first, their word somewhere within reach of the one before `past`."""
    bare, wanted = tokens.bare, phrase.slots[slot]
    unit = tokens.clause if phrase.within_clause else tokens.sentence
    here = unit[past - 1]
    for there in range(past, min(past + phrase.gaps[slot] + 1, len(bare))):
        if unit[there] != here:
            break
        if phrase.blocked and there > past and _denies(tokens, there - 1):
            break  # "was not damaged" is no "was … damaged"
        if bare[there] in wanted:
            end = _match(tokens, phrase, slot, there)
            if end:
                return end
    return 0


def _same_marks(tokens: Tokens, at: int, past: int, marked: tuple[str, ...], exact: bool) -> bool:
    """Each word as written, or typed without marks: alone only in a text without them, in company always."""
    words = tokens.words
    for place, meant in enumerate(marked, at):
        word = words[place]
        if word == meant:
            continue
        if exact or word != tokens.bare[place]:
            return False
        if past == at + 1 and tokens.sentence[at] not in tokens.unmarked_sentences:
            return False
    return True


def _turned_by(tokens: Tokens, first: int) -> str:
    """ "not" when the words before deny the phrase, "if" when they only imagine it, else nothing."""
    clause = tokens.clause[first]
    for place in range(first - 1, max(-1, first - 1 - NEGATION_REACH), -1):
        if tokens.clause[place] != clause:
            return ""
        word = tokens.words[place]
        if word in _unreal or (word in {"so", "neu"} and tokens.sentence[place] in tokens.unmarked_sentences):
            return "if"
        if _denies(tokens, place):
            return "" if tokens.words[place + 1] in _nothing_denied else "not"
    return ""


@cache
def _denials() -> frozenset[str]:
    return negators() - _lack


def _denies(tokens: Tokens, place: int) -> bool:
    word = tokens.words[place]
    return word in _denials() or (
        word in _bare_denials and tokens.sentence[place] in tokens.unmarked_sentences
    )


def _phrases(name: str) -> Iterator[Phrase]:
    content = table(name)
    lists = content.pop("words", {})
    for group, entry in content.items():
        for kind, written in entry.items():
            if isinstance(written, list):
                for one in written:
                    yield compile_phrase(name, group, kind, one, lists)


@cache
def lexicon() -> Lexicon:
    return Lexicon(phrase for name in FILES for phrase in _phrases(name))
