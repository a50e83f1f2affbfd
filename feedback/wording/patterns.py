"""Phrases to find in a reply, however they are typed: without marks, without apostrophes, in any case.

`[a|b]` is a choice, `?` after it makes it optional, `<we>` a list of words with a name, `…` stands for up to
five words, and `a ~ b` for both in one sentence, in either order. `=kiện` is found with all its marks or with
none, but not with some of them: Kiên is a name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from feedback.orthography import normalise, unmark, without_tone

_PIECE = re.compile(r"\[([^\]]*)\](\?)?|(…)|([^\s\[\]…]+)")
_CHOICE = re.compile(r"\[[^\]]*\]")
_NAMED = re.compile(r"<(\w+)>")
_GAP = r"(?:[\s,;:*_/-]{1,3}[^\s.!?]{1,25}){0,5}?"
_BETWEEN = r"[\s,*_-]{1,3}"
_NEAR = 70
"""Characters between two parts that belong together."""

_WORD = re.compile(r"\w+")
_STOP = re.compile(r"[.!?\n]")


Starts = Mapping[str, Sequence[int]]
"""Where each bare word of a text begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A part that must be there: one of these words, or all the words of one of these phrases."""

    words: frozenset[str]
    phrases: tuple[frozenset[str], ...]

    def is_met(self, words: Starts) -> bool:
        if not self.words.isdisjoint(words):
            return True
        # most have no phrases, and even an empty generator costs
        return bool(self.phrases) and any(needed <= words.keys() for needed in self.phrases)

    def keys(self, common: Mapping[str, int]) -> frozenset[str]:
        """Bare words of which a text has at least one when this is met: of each phrase the rarest."""
        rarest = {min(needed, key=lambda word: (common.get(word, 0), word)) for needed in self.phrases}
        return self.words | rarest


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """`needs` are looked up first, since looking up a word is a hundred times faster than searching.

    `firsts`: the words that it can begin with.
    """

    needs: tuple[Need, ...]
    firsts: frozenset[str]
    expression: str

    def find(self, text: str, words: Starts) -> Iterator[tuple[int, int]]:
        """`text` is normalised and in small letters; `words` are those in it."""
        for need in self.needs:
            if not need.is_met(words):
                return
        match = _compiled(self.expression).match
        for word in self.firsts & words.keys():
            for start in words[word]:
                if found := match(text, start):
                    yield found.span()

    def rarest_first(self, common: Mapping[str, int]) -> "Phrase":
        """The same, looked up in the order in which a text is most likely to fail."""
        needs = sorted(self.needs, key=lambda need: _weight(need.keys(common), common))
        return replace(self, needs=tuple(needs))

    def keys(self, common: Mapping[str, int]) -> frozenset[str]:
        """Words of which a text has one if this can be in it, as uncommon ones as possible."""
        return min((need.keys(common) for need in self.needs), key=lambda keys: _weight(keys, common))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two phrases that mean it only when they stand near each other in one sentence."""

    first: Phrase
    second: Phrase

    def find(self, text: str, words: Starts) -> Iterator[tuple[int, int]]:
        here = list(self.first.find(text, words))
        there = list(self.second.find(text, words)) if here else []
        for one in here:
            for other in there:
                left, right = sorted((one, other))
                gap = text[left[1] : right[0]]
                if len(gap) <= _NEAR and right[0] >= left[1] and not _STOP.search(gap):
                    yield left[0], right[1]

    def rarest_first(self, common: Mapping[str, int]) -> "Pair":
        return Pair(first=self.first.rarest_first(common), second=self.second.rarest_first(common))

    def keys(self, common: Mapping[str, int]) -> frozenset[str]:
        ways = (self.first.keys(common), self.second.keys(common))
        return min(ways, key=lambda keys: _weight(keys, common))


Wanted = Phrase | Pair


def word_starts(text: str) -> Starts:
    """The words of a normalised text in small letters, without their marks, and where each stands."""
    starts: dict[str, list[int]] = {}
    for match in _WORD.finditer(unmark(text)):
        starts.setdefault(match.group(), []).append(match.start())
    return starts


def read_phrases(written: Iterable[str], named: Mapping[str, str]) -> tuple[Wanted, ...]:
    """`named`: the lists of words that `<name>` stands for, each as `a|b|c`."""
    return tuple(_wanted(_in_full(one, named)) for one in written)


def _in_full(written: str, named: Mapping[str, str]) -> str:
    """A list inside a choice joins it; one that stands by itself is a choice of its own."""
    inside = _CHOICE.sub(lambda choice: _NAMED.sub(lambda name: named[name[1]], choice.group()), written)
    return _NAMED.sub(lambda name: f"[{named[name[1]]}]", inside)


def _wanted(written: str) -> Wanted:
    first, near, second = written.partition(" ~ ")
    return Pair(first=phrase(first), second=phrase(second)) if near else phrase(written)


def phrase(written: str) -> Phrase:
    expression: list[str] = []
    needs: list[Need] = []
    firsts: set[str] = set()
    for match in _PIECE.finditer(normalise(written.lower())):
        choices, optional, gap, word = match.groups()
        if gap is not None:
            expression.append(_GAP)
            continue
        options = [option.strip() for option in (choices or word).split("|")]
        if not needs:
            firsts |= _first_words(options)
        piece = f"(?:{'|'.join(_expression(option) for option in sorted(options, key=len, reverse=True))})"
        if optional:
            # an optional beginning brings the space after it along, so that the next part may come first
            expression.append(f"(?:{_BETWEEN}{piece})?" if needs else f"(?:{piece}{_BETWEEN})?")
            continue
        expression.append(f"{_BETWEEN}{piece}" if needs else piece)
        needs.append(_need(options))
    return Phrase(
        needs=tuple(needs), firsts=frozenset(firsts), expression=f"{''.join(expression)}(?!\\w|-[a-z])"
    )


def _first_words(options: Iterable[str]) -> set[str]:
    """With and without the apostrophe, as in `_need`."""
    return {_WORD.findall(unmark(way))[0] for option in options for way in (option, option.replace("'", ""))}


@cache  # as many as there are rules; each is compiled when a text first asks for it
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def by_key(phrases: Sequence[Wanted], common: Mapping[str, int]) -> dict[str, list[int]]:
    """Places in `phrases` by a word that each cannot do without. `common`: how often a reply has a word."""
    index: dict[str, list[int]] = {}
    for place, one in enumerate(phrases):
        for key in one.keys(common):
            index.setdefault(key, []).append(place)
    return index


def _weight(keys: frozenset[str], common: Mapping[str, int]) -> tuple[int, int]:
    return sum(common.get(key, 0) for key in keys), len(keys)


def _expression(option: str) -> str:
    return _BETWEEN.join(_letters(word) for word in option.split())


def _whole_or_bare(word: str) -> str:
    return f"(?:{re.escape(word)}|{re.escape(unmark(word))})"


def _need(options: list[str]) -> Need:
    """With and without the apostrophe: "don't" is the words don and t, or the word dont."""
    ways = [
        frozenset(_WORD.findall(unmark(way)))
        for option in options
        for way in (option, option.replace("'", ""))
    ]
    single = frozenset(word for way in ways if len(way) == 1 for word in way)
    return Need(words=single, phrases=tuple(dict.fromkeys(way for way in ways if len(way) > 1)))


def _letters(word: str) -> str:
    if word[0] == "=":
        return _whole_or_bare(word[1:])
    return "".join(_letter(letter) for letter in word)


def _letter(letter: str) -> str:
    if letter == "'":
        return "'?"
    ways = dict.fromkeys((letter, without_tone(letter), unmark(letter)))
    return re.escape(letter) if len(ways) == 1 else f"[{''.join(ways)}]"
