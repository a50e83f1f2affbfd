"""Phrases as arrays, so that a whole batch of texts is matched against all of them at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from feedback.text.batch import begins

Array = NDArray[np.int64]
Choice = tuple[tuple[str, ...], tuple[str, ...]]  # words as written, and the other way to type them

FURTHEST = 14  # words between two slots
MOST_SLOTS = 5
MOST_CHOICES = 512  # of a slot; all three so that the order of the ways to find a phrase fits into a number
SHELVES = 1 << 19  # pairs are filed by a hash: that many places for them
SPREAD = 0x1E3779B97F4A7C15  # times the key of a pair: pairs fall evenly onto the shelves
RINGS = (1, 2, 4, 6, 9)  # distances from which on fewer partners are looked for


class Pattern(NamedTuple):
    """What is looked for: one choice of each slot, at most gaps[n] words between slot n and the last."""

    slots: tuple[tuple[Choice, ...], ...]
    gaps: tuple[int, ...]
    within_clause: bool  # else within the sentence
    blocked: bool  # no denial may stand between two slots


class Patterns:
    """Patterns, compiled. A choice may also be typed the other way; a lone word only in a plain sentence."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._clauses = np.array([pattern.within_clause for pattern in patterns], np.bool_)
        self._blocked = np.array([pattern.blocked for pattern in patterns], np.bool_)
        for pattern in patterns:
            _check(pattern)
        self._note_choices(patterns)
        self._note_entries(patterns)

    def _note_choices(self, patterns: Sequence[Pattern]) -> None:
        slots = [
            (number, slot, len(choices), slot + 1 == len(pattern.slots))
            for number, pattern in enumerate(patterns)
            for slot, choices in enumerate(pattern.slots)
        ]
        self._slots = np.array(slots, np.int64).reshape(-1, 4)
        choices = [choice for pattern in patterns for slot in pattern.slots for choice in slot]
        many = self._slots[:, 2]
        self._pattern, self._slot, _, last = np.repeat(self._slots, many, axis=0).T.copy()
        self._rank = np.arange(len(choices)) - np.repeat(np.cumsum(many) - many, many)
        self._is_first, self._is_last = self._slot == 0, last > 0
        self._length = np.array([len(words) for words, _ in choices], np.int64)
        written, others = ([word for choice in choices for word in choice[spelling]] for spelling in (0, 1))
        self._local = {word: number for number, word in enumerate(dict.fromkeys(["", *written, *others]))}
        # [spelling, choice, place]: local numbers of the words
        self._words = np.zeros((2, len(choices), max(2, self._length.max(initial=2))), np.int64)
        for spelling, words in zip(self._words, (written, others), strict=True):
            is_word = np.arange(spelling.shape[1]) < self._length[:, None]
            spelling[is_word] = [self._local[word] for word in words]
        # By place of the word, [choice]: as written, and as it may be typed as well.
        self._written, self._typed = (
            list(spelling.T.astype(np.int32, order="C")) for spelling in self._words
        )
        # Where its word stands, so does the choice.
        self._is_sure = (self._length == 1) & (self._words[0, :, 0] == self._words[1, :, 0])

    def _note_entries(self, patterns: Sequence[Pattern]) -> None:
        """By word or by pair of words: left choice, words of it before the pair, right choice, reach."""
        is_whole = self._is_last & (self._slot == 0)  # choices that are all of a pattern
        words, whose = self._spellings(np.flatnonzero(is_whole & (self._length == 1)), 0)
        (self._alone,), self._alone_bounds = _by_key(words, len(self._local), whose)
        self._is_alone = np.diff(self._alone_bounds) > 0
        gaps = np.array([gap for pattern in patterns for gap in pattern.gaps], np.int64)
        inside = self._inside(np.flatnonzero(is_whole & (self._length > 1)))
        self._file_pairs(np.concatenate([inside, self._between(gaps + 1)]))

    def _spellings(self, choices: NDArray, places: NDArray | int) -> tuple[Array, Array]:
        """The words at the places of the choices, and whose they are; twice where they may be typed twice."""
        first, other = self._words[:, choices, places].astype(np.int64)
        differs = first != other
        return np.concatenate([first, other[differs]]), np.concatenate([choices, choices[differs]])

    def _inside(self, choices: NDArray) -> Array:
        """The rarest two neighbours of choices of several words, in every spelling."""
        uses = np.bincount(self._words[0].ravel(), minlength=len(self._local))
        common = uses[self._words[0, choices]]
        common[np.arange(common.shape[1]) >= self._length[choices, None]] = np.iinfo(np.int32).max
        place = (common[:, :-1] * common[:, 1:]).argmin(axis=1)
        lefts, rights = self._words[:, choices, place], self._words[:, choices, place + 1]
        keys = [left * len(self._local) + right.astype(np.int64) for left in lefts for right in rights]
        both = np.sort(np.concatenate([key * len(choices) + np.arange(len(choices)) for key in keys]))
        key, number = np.divmod(both[begins(both)], max(1, len(choices)))
        place = place[number]
        return np.stack([key, choices[number], place, np.full_like(place, -1), np.ones_like(place)], 1)

    def _between(self, reach: Array) -> Array:
        """The last words of each slot's choices before the first words of the next slot's choices."""
        every = np.arange(len(self._length))
        many, is_last = self._slots[:, 2], self._slots[:, 3]
        bounds = np.append(0, np.cumsum(many))
        (lasts, before), last_bounds = _of_slots(*self._spellings(every, self._length - 1), bounds)
        (firsts, after), first_bounds = _of_slots(*self._spellings(every, 0), bounds)
        slot = np.flatnonzero(is_last == 0)
        lefts, rights = np.diff(last_bounds)[slot], np.diff(first_bounds)[slot + 1]
        both = np.repeat(np.arange(len(slot)), lefts * rights)
        number = np.arange(len(both)) - np.repeat(np.cumsum(lefts * rights) - lefts * rights, lefts * rights)
        left = last_bounds[slot][both] + number // rights[both]
        right = first_bounds[slot + 1][both] + number % rights[both]
        return np.stack(
            [
                lasts[left] * len(self._local) + firsts[right],
                before[left],
                self._length[before[left]] - 1,
                after[right],
                reach[slot + 1][both],
            ],
            1,
        )

    def _file_pairs(self, entries: Array) -> None:
        entries = entries[entries[:, 0].argsort(kind="stable")]
        key, self._left, self._back, self._right, self._apart = entries.T.copy()
        opens = begins(key)
        self._keys = key[opens]
        self._pair_bounds = np.concatenate((opens, (len(key),)))
        reach = np.maximum.reduceat(self._apart, opens) if len(opens) else opens
        left, right = np.divmod(self._keys, len(self._local))
        self._file_partners(left, right, reach.astype(np.uint8))

    def _file_partners(self, left: Array, right: Array, reach: NDArray[np.uint8]) -> None:
        """Where each pair is filed, and what tells most words that are no pair without a look there.

        A right word has one bit of 64, a left word the bits of its partners, for each ring around it.
        """
        shelf = shelf_of(self._keys)
        by_shelf = shelf.argsort(kind="stable").astype(np.int32)
        is_shared = np.flatnonzero(np.diff(shelf[by_shelf]) == 0)
        self._next = np.full(len(shelf), -1, np.int32)  # the next pair on the same shelf
        self._next[by_shelf[is_shared]] = by_shelf[is_shared + 1]
        self._shelves = np.full(SHELVES, -1, np.int32)
        self._shelves[shelf[by_shelf[::-1]]] = by_shelf[::-1]  # the first of a shelf is written last
        self._furthest = int(reach.max(initial=0))
        self._partners = np.zeros((len(RINGS), len(self._local)), np.int64)
        for partners, ring in zip(self._partners, RINGS, strict=True):
            its = reach >= ring
            np.bitwise_or.at(partners, left[its], _bit(right[its]))
        self._bits = np.zeros(len(self._local), np.int64)
        self._bits[right] = _bit(right)

    def _locals(self, words: list[str]) -> Array:
        return np.array([self._local.get(word, 0) for word in words], np.int64)


def _check(pattern: Pattern) -> None:
    if len(pattern.slots) > MOST_SLOTS or max(map(len, pattern.slots)) > MOST_CHOICES:
        raise ValueError(f"more than {MOST_SLOTS} slots, or more than {MOST_CHOICES} choices of one")
    if max(pattern.gaps) > FURTHEST:
        raise ValueError(f"more than {FURTHEST} words between two slots")


def shelf_of(keys: Array) -> Array:
    return (keys * SPREAD >> 32) & (SHELVES - 1)


def _bit(words: Array) -> Array:
    return np.left_shift(1, words % 64)


def _by_key(keys: Array, many: int, *columns: NDArray) -> tuple[list[NDArray], Array]:
    """The columns ordered by key; what belongs to key k stands from `bounds[k]` to `bounds[k + 1]`."""
    order = np.argsort(keys, kind="stable")
    bounds = np.searchsorted(keys[order], np.arange(many + 1))
    return [column[order].astype(np.int64) for column in columns], bounds


def _of_slots(words: Array, whose: Array, bounds: Array) -> tuple[tuple[Array, Array], Array]:
    """Words ordered by whose they are; those of slot s begin at the s-th of the bounds that are returned."""
    order = np.argsort(whose, kind="stable")
    return (words[order], whose[order]), np.searchsorted(whose[order], bounds)
