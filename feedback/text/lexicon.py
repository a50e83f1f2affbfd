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
from collections import defaultdict
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
_lack = frozenset({"hết", "thiếu", "nothing", "none"})  # negations for feelings, no denial of a problem

Choice = tuple[tuple[str, ...], tuple[str, ...], bool]  # words without marks, as written, marks needed


@dataclass(frozen=True, slots=True)
class Phrase:
    tag: str
    slots: tuple[dict[str, list[Choice]], ...]  # first word without marks -> the choices that begin with it
    gaps: tuple[int, ...]
    always: bool
    lone: bool
    within_clause: bool
    blocked: bool


@dataclass(slots=True)
class Hit:
    """A phrase found: what it shows, its first word, the one past its last; denied or only imagined."""

    tag: str
    first: int
    past: int
    denied: bool
    unreal: bool


def table(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "lexicons" / f"{name}.toml").read_text("utf-8"))


def compile_phrase(tag: str, written: str, lists: dict[str, list[str]]) -> Phrase:
    always = written.endswith(" ^")
    slots, gaps, gap = [], [], 0
    for part in written.removesuffix(" ^").split():
        if part[0] == "~":
            gap = int(part[1:])
            continue
        choices = [
            one
            for name in part.split("|")
            for one in (lists[name[1:]] if name[0] == "$" and name[1:] else [name])
        ]
        slot: dict[str, list[Choice]] = defaultdict(list)
        for choice in choices:
            marked = tuple(re.split("[-_]", align(choice.removeprefix("=")).text.lower()))
            bare = tuple(unmark(word) for word in marked)
            slot[bare[0]].append((bare, marked, choice[0] == "="))
        slots.append(dict(slot))
        gaps.append(gap)
        gap = 0
    lone = len(slots) == 1
    return Phrase(
        tag,
        tuple(slots),
        tuple(gaps),
        always,
        lone,
        tag.startswith("themes."),
        tag.startswith(("themes.", "problems.")),
    )


class Lexicon:
    """All phrases, by the first word (without marks) of their first slot."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self.by_first: dict[str, list[Phrase]] = defaultdict(list)
        for phrase in phrases:
            for first in phrase.slots[0]:
                self.by_first[first].append(phrase)

    def hits(self, tokens: Tokens) -> list[Hit]:
        bare, by_first = tokens.bare, self.by_first
        bag = set(bare)
        found: list[Hit] = []
        for first in bag & by_first.keys():
            phrases = [
                phrase for phrase in by_first[first] if phrase.lone or not bag.isdisjoint(phrase.slots[-1])
            ]
            if not phrases:
                continue
            number = bare.index(first)
            while True:
                for phrase in phrases:
                    past = _match(tokens, phrase, 0, number)
                    if past:
                        before = "" if phrase.always else _turned_by(tokens, number)
                        found.append(Hit(phrase.tag, number, past, before == "not", before == "if"))
                try:
                    number = bare.index(first, number + 1)
                except ValueError:
                    break
        found.sort(key=lambda hit: (hit.first, -hit.past))
        return found


def _match(tokens: Tokens, phrase: Phrase, slot: int, at: int) -> int:
    """Number past the last word of the phrase from `slot` on, its word at `at`; 0 when it is not there."""
    bare, length = tokens.bare, len(tokens.bare)
    for choice_bare, choice_marked, exact in phrase.slots[slot].get(bare[at], ()):
        past = at + len(choice_bare)
        if past > length or (len(choice_bare) > 1 and tuple(bare[at:past]) != choice_bare):
            continue
        if not _same_marks(tokens, at, past, choice_marked, exact):
            continue
        if slot + 1 == len(phrase.slots):
            return past
        unit = tokens.clause if phrase.within_clause else tokens.sentence
        for there in range(past, min(past + phrase.gaps[slot + 1] + 1, length)):
            if unit[there] != unit[past - 1]:
                break
            if phrase.blocked and there > past and _denies(tokens, there - 1):
                break  # "was not damaged" is no "was … damaged"
            if bare[there] in phrase.slots[slot + 1]:
                end = _match(tokens, phrase, slot + 1, there)
                if end:
                    return end
    return 0


def _same_marks(tokens: Tokens, at: int, past: int, marked: tuple[str, ...], exact: bool) -> bool:
    """Each word as written, or typed without marks: alone only in a text without them, in company always."""
    alone, is_bare = len(marked) == 1, tokens.sentence[at] in tokens.unmarked_sentences
    for place, meant in zip(range(at, past), marked, strict=True):
        word = tokens.words[place]
        if word == meant:
            continue
        if exact or word != tokens.bare[place] or (alone and not is_bare):
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
            return "" if tokens.words[place + 1] in _not_only | _no_denial else "not"
    return ""


def _denies(tokens: Tokens, place: int) -> bool:
    word = tokens.words[place]
    return (word in negators() and word not in _lack) or (
        word in _bare_denials and tokens.sentence[place] in tokens.unmarked_sentences
    )


def _phrases(name: str) -> Iterator[Phrase]:
    content = table(name)
    lists = content.pop("words", {})
    for tag, entry in content.items():
        for kind, written in entry.items():
            if isinstance(written, list):
                for one in written:
                    yield compile_phrase(f"{name}.{tag}.{kind}", one, lists)


@cache
def lexicon() -> Lexicon:
    return Lexicon(phrase for name in FILES for phrase in _phrases(name))
