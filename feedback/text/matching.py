"""Finding phrases in a batch: every phrase in every text, in a handful of array operations.

A phrase is looked up by pairs of its words: two neighbours within a choice, or the last word of a choice and
the first of the next slot's. Few pairs of a text are pairs of any phrase; only those are looked at closely.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from feedback.text.batch import Batch, Flags

Array = NDArray[np.int64]
Choice = tuple[tuple[str, ...], tuple[str, ...]]  # words as written, and the other way to type them

FURTHEST = 14  # words between two slots
MOST_SLOTS = 5
MOST_CHOICES = 512  # of a slot; all three so that the order of the ways to find a phrase fits into a number
NEXT_SLOT = 16 * MOST_CHOICES
SIEVE = 1 << 20
SPREAD = 2_654_435  # times the number of a word: pairs fall evenly into the sieve


class Pattern(NamedTuple):
    """What is looked for: one choice of each slot, at most gaps[n] words between slot n and the last."""

    slots: tuple[tuple[Choice, ...], ...]
    gaps: tuple[int, ...]
    within_clause: bool  # else within the sentence
    blocked: bool  # no denial may stand between two slots


class Found(NamedTuple):
    """One entry a find, by place: number of the pattern, first word, the one past the last."""

    pattern: Array
    first: Array
    past: Array


class Pairs(NamedTuple):
    """Neighbouring slots that are filled: by which choice, from which word on. The least order is meant."""

    left: Array
    first: Array
    right: Array
    second: Array
    order: Array

    def of(self, these: NDArray) -> "Pairs":
        return Pairs(*(column[these] for column in self))


class Matcher:
    """Patterns, compiled. A choice may also be typed the other way; a lone word only in a plain sentence."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._local: dict[str, int] = {"": 0}  # word -> its number here
        self._clauses = np.array([pattern.within_clause for pattern in patterns], np.bool_)
        self._blocked = np.array([pattern.blocked for pattern in patterns], np.bool_)
        self._note_choices(patterns)
        self._note_entries(patterns)

    def _note_choices(self, patterns: Sequence[Pattern]) -> None:
        rows, written = [], []
        for number, pattern in enumerate(patterns):
            _check(pattern)
            for slot, choices in enumerate(pattern.slots):
                is_last = slot + 1 == len(pattern.slots)
                for rank, choice in enumerate(choices):
                    rows.append((number, slot, rank, len(choice[0]), is_last))
                    written.append(choice)
        self._pattern, self._slot, self._rank, self._length, last = np.array(rows, np.int64).reshape(-1, 5).T
        self._is_last = last > 0
        # [spelling, choice, place]: local numbers of the words
        self._words = np.zeros((2, len(rows), max(self._length, default=1)), np.int32)
        for row, choice in enumerate(written):
            for spelling, words in enumerate(choice):
                numbers = [self._local.setdefault(word, len(self._local)) for word in words]
                self._words[spelling, row, : len(words)] = numbers

    def _note_entries(self, patterns: Sequence[Pattern]) -> None:
        """By word or by pair of words: left choice, words of it before the pair, right choice, reach."""
        alone: list[NDArray] = [np.zeros((0, 5), np.int64)]
        paired = [np.zeros((0, 5), np.int64)]
        uses = np.bincount(self._words[0].ravel(), minlength=len(self._local))
        past = 0
        for pattern in patterns:
            slots = []
            for choices in pattern.slots:
                slots.append(np.arange(past, past + len(choices)))
                past += len(choices)
            if len(slots) == 1:
                lone = self._length[slots[0]] == 1
                alone.append(self._alone(slots[0][lone]))
                paired += [self._inside(choice, uses) for choice in slots[0][~lone].tolist()]
            for number, (left, right) in enumerate(pairwise(slots), 1):
                paired.append(self._between(left, right, pattern.gaps[number] + 1))
        self._alone_entries, self._alone_bounds = _by_key(np.concatenate(alone), len(self._local))
        self._file_pairs(np.concatenate(paired))

    def _spellings(self, choices: NDArray, places: NDArray) -> tuple[Array, Array]:
        """The words at the places of the choices, and whose they are; twice where they may be typed twice."""
        first, other = self._words[:, choices, places].astype(np.int64)
        differs = first != other
        return np.concatenate([first, other[differs]]), np.concatenate([choices, choices[differs]])

    def _alone(self, choices: NDArray) -> Array:
        words, whose = self._spellings(choices, np.zeros_like(choices))
        nothing = np.zeros_like(words)
        return np.stack([words, whose, nothing, nothing, nothing], 1)

    def _inside(self, choice: int, uses: NDArray) -> Array:
        """The rarest two neighbours of a choice of several words."""
        words = self._words[0, choice, : self._length[choice]]
        place = int(np.argmin(uses[words[:-1]] * uses[words[1:]]))
        left = self._spellings(np.array([choice]), np.array([place]))[0]
        right = self._spellings(np.array([choice]), np.array([place + 1]))[0]
        keys = (left[:, None] * len(self._local) + right).ravel()
        return np.stack([keys, *(np.full_like(keys, one) for one in (choice, place, -1, 1))], 1)

    def _between(self, left: NDArray, right: NDArray, reach: int) -> Array:
        lasts, before = self._spellings(left, self._length[left] - 1)
        firsts, after = self._spellings(right, np.zeros_like(right))
        keys = (lasts[:, None] * len(self._local) + firsts).ravel()
        before, after = np.repeat(before, len(firsts)), np.tile(after, len(lasts))
        return np.stack([keys, before, self._length[before] - 1, after, np.full_like(keys, reach)], 1)

    def _file_pairs(self, entries: Array) -> None:
        keys, number = np.unique(entries[:, 0], return_inverse=True)
        reach = np.zeros(len(keys), np.uint8)
        np.maximum.at(reach, number, entries[:, 4].astype(np.uint8))
        entries[:, 0] = number
        self._keys = keys
        self._pair_entries, self._pair_bounds = _by_key(entries, len(keys))
        self._reach = np.zeros(len(self._local), np.uint8)  # of any pair that the word begins
        np.maximum.at(self._reach, keys // len(self._local), reach)
        self._sieve = np.zeros(SIEVE, np.uint8)
        np.maximum.at(self._sieve, _sifted(keys // len(self._local), keys % len(self._local)), reach)

    def _locals(self, words: list[str]) -> Array:
        return np.array([self._local.get(word, 0) for word in words], np.int64)

    def find(self, batch: Batch, denies: Flags) -> Found:
        """`denies` says of each word whether it is a denial.

        A pattern that begins at a word is found there once: its first choice that fits, at the nearest place.
        """
        local = batch.vocabulary.beside(self, self._locals)[batch.word]
        ways = [self._lone(batch, local), *self._paired(batch, local, denies)]
        pattern, first, past, order = (np.concatenate(column) for column in zip(*ways, strict=True))
        best = np.lexsort((order, pattern, first))
        pattern, first, past = pattern[best], first[best], past[best]
        is_new = np.ones(len(best), np.bool_)
        is_new[1:] = (np.diff(pattern) != 0) | (np.diff(first) != 0)
        pattern, first, past = pattern[is_new], first[is_new], past[is_new]
        by_place = np.lexsort((pattern, -past, first))
        return Found(pattern[by_place], first[by_place], past[by_place])

    def _lone(self, batch: Batch, local: NDArray) -> tuple[Array, Array, Array, Array]:
        """Patterns of one slot that is filled by one word: pattern, first word, past, order."""
        place, entry = _expanded(np.arange(len(local)), local, self._alone_bounds)
        choice = self._alone_entries[entry, 1]
        stands = (self._words[0, choice, 0] == local[place]) | batch.plain[place]
        choice, place = choice[stands], place[stands]
        return self._pattern[choice], place, place + 1, self._rank[choice]

    def _paired(
        self, batch: Batch, local: NDArray, denies: Flags
    ) -> Iterator[tuple[Array, Array, Array, Array]]:
        place, distance, entry = self._neighbours(local)
        _, choice, back, right, reach = self._pair_entries[entry].T
        first = place - back
        stands = (distance <= reach) & self._stand(batch, local, choice, first)
        inside = stands & (right < 0)
        found = choice[inside]
        yield self._pattern[found], first[inside], first[inside] + self._length[found], self._rank[found]
        these = np.flatnonzero(stands & (right >= 0))
        choice, first, right, place = choice[these], first[these], right[these], place[these]
        second, pattern = place + distance[these], self._pattern[choice]
        denied = np.concatenate([[0], np.cumsum(denies)])
        fits = self._stand(batch, local, right, second)
        fits &= batch.sentence[place] == batch.sentence[second]
        fits &= ~self._clauses[pattern] | (batch.clause[place] == batch.clause[second])
        fits &= ~self._blocked[pattern] | (denied[place + 1] == denied[second])
        order = (second - place) * MOST_CHOICES + self._rank[right]
        yield from self._joined(Pairs(choice, first, right, second, order).of(fits), len(local))

    def _neighbours(self, local: NDArray) -> tuple[Array, Array, Array]:
        """Number of the left word, distance of the right one, and entry, of all that are a pair."""
        lefts, distances, keys = [], [], []
        reach = self._reach[local]
        at = np.flatnonzero(reach)
        for distance in range(1, int(reach.max(initial=0)) + 1):
            at = at[reach[at] >= distance] if distance > 1 else at
            at = at[: np.searchsorted(at, len(local) - distance)]
            left, right = local[at], local[at + distance]
            sifted = np.flatnonzero(self._sieve[_sifted(left, right)] >= distance)
            lefts.append(at[sifted])
            distances.append(np.full(len(sifted), distance))
            keys.append(left[sifted] * len(self._local) + right[sifted])
        if not keys:
            nothing = np.zeros(0, np.int64)
            return nothing, nothing, nothing
        key = np.concatenate(keys)
        number = np.minimum(np.searchsorted(self._keys, key), len(self._keys) - 1)
        known = np.flatnonzero(self._keys[number] == key)
        which, entry = _expanded(known, number[known], self._pair_bounds)
        return np.concatenate(lefts)[which], np.concatenate(distances)[which], entry

    def _stand(self, batch: Batch, local: NDArray, choice: NDArray, first: NDArray) -> Flags:
        """Whether all words of each choice stand there, given that one of them does."""
        length = self._length[choice]
        stands = (first >= 0) & (first + length <= len(local))
        lone = np.flatnonzero(stands & (length == 1))
        stands[lone] = (local[first[lone]] == self._words[0, choice[lone], 0]) | batch.plain[first[lone]]
        left = np.flatnonzero(stands & (length > 1))
        stands[left] = batch.text[first[left]] == batch.text[first[left] + length[left] - 1]
        for place in range(self._words.shape[2]):
            left = left[stands[left] & (length[left] > place)]
            word = local[first[left] + place]
            stands[left] = (self._words[:, choice[left], place] == word).any(0)
        return stands

    def _joined(self, pairs: Pairs, words: int) -> Iterator[tuple[Array, Array, Array, Array]]:
        """Pairs put together where the right side of one is the left side of the next."""
        slot = self._slot[pairs.left]
        begun = pairs.of(slot == 0)
        begun = begun._replace(order=self._rank[begun.left] * NEXT_SLOT + begun.order)
        for number in range(1, MOST_SLOTS):
            is_whole = self._is_last[begun.right]
            whole = begun.of(is_whole)
            past = whole.second + self._length[whole.right]
            yield self._pattern[whole.left], whole.first, past, whole.order
            begun, further = begun.of(~is_whole), pairs.of(slot == number)
            if not len(begun.left) or not len(further.left):
                return
            begun = _join(begun, further, words)


def _check(pattern: Pattern) -> None:
    if len(pattern.slots) > MOST_SLOTS or max(map(len, pattern.slots)) > MOST_CHOICES:
        raise ValueError(f"more than {MOST_SLOTS} slots, or more than {MOST_CHOICES} choices of one")
    if max(pattern.gaps) > FURTHEST:
        raise ValueError(f"more than {FURTHEST} words between two slots")


def _sifted(left: NDArray, right: NDArray) -> NDArray:
    return (left * SPREAD + right) & (SIEVE - 1)


def _by_key(entries: Array, keys: int) -> tuple[Array, Array]:
    """The rows ordered by their first column; those of key k stand from `bounds[k]` to `bounds[k + 1]`."""
    ordered = entries[np.argsort(entries[:, 0], kind="stable")]
    return ordered, np.searchsorted(ordered[:, 0], np.arange(keys + 1))


def _expanded(rows: Array, keys: NDArray, bounds: Array) -> tuple[Array, Array]:
    """Each row once for every entry of its key, and beside it the entry."""
    first = bounds[keys]
    many = bounds[keys + 1] - first
    past = np.cumsum(many)
    return np.repeat(rows, many), np.repeat(first - past + many, many) + np.arange(many.sum())


def _join(begun: Pairs, further: Pairs, words: int) -> Pairs:
    keys = further.left * words + further.first
    further = further.of(by_key := np.argsort(keys, kind="stable"))
    keys, wanted = keys[by_key], begun.right * words + begun.second
    first, past = np.searchsorted(keys, wanted), np.searchsorted(keys, wanted, "right")
    bounds = np.stack([first, past], 1).ravel()
    which, entry = _expanded(np.arange(len(wanted)), 2 * np.arange(len(wanted)), bounds)
    begun, further = begun.of(which), further.of(entry)
    return Pairs(
        begun.left, begun.first, further.right, further.second, begun.order * NEXT_SLOT + further.order
    )
