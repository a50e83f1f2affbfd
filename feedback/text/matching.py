"""Finding phrases in a batch: every phrase in every text, in a handful of array operations.

A phrase is looked up by pairs of its words: two neighbours within a choice, or the last word of a choice and
the first of the next slot's. Few pairs of a text are pairs of any phrase; only those are looked at closely.
"""

from collections.abc import Iterator, Sequence
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
SHELVES = 1 << 19  # pairs are filed by a hash: that many places for them
SPREAD = 0x1E3779B97F4A7C15  # times the key of a pair: pairs fall evenly onto the shelves
TRACES = 1 << 16  # likewise for where a choice stands
RINGS = (1, 2, 4, 6, 9)  # distances from which on fewer partners are looked for


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

    def of(self, these: NDArray[np.intp]) -> "Pairs":
        return Pairs(*(column.take(these) for column in self))


class Matcher:
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
        self._slots = np.array(slots, np.int32).reshape(-1, 4)
        choices = [choice for pattern in patterns for slot in pattern.slots for choice in slot]
        many = self._slots[:, 2]
        self._pattern, self._slot, _, last = np.repeat(self._slots, many, axis=0).T.copy()
        self._rank = np.arange(len(choices), dtype=np.int32) - np.repeat(np.cumsum(many) - many, many)
        self._is_first, self._is_last = self._slot == 0, last > 0
        self._length = np.array([len(words) for words, _ in choices], np.int32)
        written, others = ([word for choice in choices for word in choice[spelling]] for spelling in (0, 1))
        self._local = {word: number for number, word in enumerate(dict.fromkeys(["", *written, *others]))}
        # [spelling, choice, place]: local numbers of the words
        self._words = np.zeros((2, len(choices), max(2, self._length.max(initial=2))), np.int32)
        for spelling, words in zip(self._words, (written, others), strict=True):
            is_word = np.arange(spelling.shape[1]) < self._length[:, None]
            spelling[is_word] = [self._local[word] for word in words]
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
        rows = np.stack([choices, place, np.full_like(place, -1), np.ones_like(place)], 1)
        return np.unique(np.hstack([np.concatenate(keys)[:, None], np.tile(rows, (4, 1))]), axis=0)

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
        keys, number = np.unique(entries[:, 0], return_inverse=True)
        reach = np.zeros(len(keys), np.uint8)
        np.maximum.at(reach, number, entries[:, 4].astype(np.uint8))
        self._keys = keys
        columns, self._pair_bounds = _by_key(number, len(keys), *entries[:, 1:].T)
        self._left, self._back, self._right, self._apart = columns
        self._file_partners(*np.divmod(keys, len(self._local)), reach)

    def _file_partners(self, left: Array, right: Array, reach: NDArray[np.uint8]) -> None:
        """Where each pair is filed, and what tells most words that are no pair without a look there.

        A right word has one bit of 64, a left word the bits of its partners, for each ring around it.
        """
        shelf = _shelf(self._keys)
        self._shelves = np.full(SHELVES, -1, np.int32)
        self._shelves[shelf] = np.arange(len(shelf))
        self._is_crowded = np.bincount(shelf, minlength=SHELVES) > 1
        self._furthest = int(reach.max(initial=0))
        self._partners = np.zeros((len(RINGS), len(self._local)), np.int64)
        for partners, ring in zip(self._partners, RINGS, strict=True):
            its = reach >= ring
            np.bitwise_or.at(partners, left[its], _bit(right[its]))
        self._bits = np.zeros(len(self._local), np.int64)
        self._bits[right] = _bit(right)

    def _locals(self, words: list[str]) -> Array:
        return np.array([self._local.get(word, 0) for word in words], np.int64)

    def find(self, batch: Batch, denies: Flags) -> Found:
        """`denies` says of each word whether it is a denial.

        A pattern that begins at a word is found there once: its first choice that fits, at the nearest place.
        """
        local = batch.vocabulary.beside(self, self._locals).take(batch.word)
        ways = [self._lone(batch, local), *self._paired(batch, local, denies)]
        pattern, first, past, order = (np.concatenate(column) for column in zip(*ways, strict=True))
        which = first * len(self._clauses) + pattern
        best = np.lexsort((order, which))
        which = which.take(best)
        best = best[np.flatnonzero(np.diff(which, prepend=-1))]
        pattern, first, past = pattern.take(best), first.take(best), past.take(best)
        longest = int((past - first).max(initial=0))
        by_place = ((first + 1) * (longest + 1) - (past - first)) * len(self._clauses) + pattern
        best = by_place.argsort()
        return Found(pattern.take(best), first.take(best), past.take(best))

    def _lone(self, batch: Batch, local: NDArray) -> tuple[Array, Array, Array, Array]:
        """Patterns of one slot that is filled by one word: pattern, first word, past, order."""
        place = np.flatnonzero(self._is_alone.take(local))
        place, entry = _expanded(place, local.take(place), self._alone_bounds)
        choice = self._alone[entry]
        stands = (self._words[0, choice, 0] == local[place]) | batch.plain[place]
        choice, place = choice[stands], place[stands]
        return self._pattern[choice], place, place + 1, self._rank[choice]

    def _paired(
        self, batch: Batch, local: NDArray, denies: Flags
    ) -> Iterator[tuple[Array, Array, Array, Array]]:
        place, distance, entry = self._neighbours(batch, local)
        choice, right = self._left[entry], self._right[entry]
        first = place - self._back[entry]
        inside = np.flatnonzero(right < 0)
        inside = inside[self._stand(batch, local, choice[inside], first[inside])]
        found, its = choice[inside], first[inside]
        yield self._pattern[found], its, its + self._length[found], self._rank[found]
        second, pattern = place + distance, self._pattern[choice]
        denied = np.concatenate([[0], np.cumsum(denies)])
        fits = right >= 0
        fits &= ~self._clauses[pattern] | (batch.clause[place] == batch.clause[second])
        fits &= ~self._blocked[pattern] | (denied[place + 1] == denied[second])
        these = np.flatnonzero(fits)
        these = these[self._is_chained(choice[these], first[these], right[these], second[these])]
        these = these[self._stand(batch, local, choice[these], first[these])]
        these = these[self._stand(batch, local, right[these], second[these])]
        order = distance[these] * MOST_CHOICES + self._rank[right[these]]
        pairs = Pairs(choice[these], first[these], right[these], second[these], order)
        yield from self._joined(pairs, len(local))

    def _neighbours(self, batch: Batch, local: NDArray) -> tuple[Array, Array, Array]:
        """Number of the left word, distance of the right one, and entry, of all that are a pair."""
        left, apart, row = self._filed(local, *self._partly(local))
        which, entry = _expanded(np.arange(len(left)), row, self._pair_bounds)
        left, apart = left[which], apart[which]
        is_near = apart <= self._apart[entry]
        is_near &= (self._right[entry] < 0) | (batch.sentence[left] == batch.sentence[left + apart])
        near = np.flatnonzero(is_near)
        return left[near], apart[near], entry[near]

    def _filed(self, local: NDArray, left: NDArray, apart: NDArray) -> tuple[NDArray, NDArray, NDArray]:
        """Those that are a pair, and the number of the pair."""
        key = local[left] * len(self._local) + local[left + apart]
        shelf = _shelf(key)
        row: NDArray = self._shelves[shelf]
        filed = np.flatnonzero(row >= 0)
        left, apart, row, key = left[filed], apart[filed], row[filed], key[filed]
        is_it = self._keys[row] == key
        lost = np.flatnonzero(~is_it)
        lost = lost[self._is_crowded[shelf[filed[lost]]]]
        row[lost] = np.minimum(self._keys.searchsorted(key[lost]), len(self._keys) - 1)
        is_it[lost] = self._keys[row[lost]] == key[lost]
        known = np.flatnonzero(is_it)
        return left[known], apart[known], row[known]

    def _partly(self, local: NDArray) -> tuple[Array, Array]:
        """The same left words and distances, and some more."""
        bits = self._bits[local]
        lefts = [np.zeros(0, np.intp)]
        for distance in range(1, min(self._furthest, len(local) - 1) + 1):
            if distance in RINGS:
                partners = self._partners[RINGS.index(distance)][local]
            lefts.append(np.flatnonzero((partners[:-distance] & bits[distance:]) != 0))
        return np.concatenate(lefts), np.repeat(np.arange(len(lefts)), list(map(len, lefts)))

    def _is_chained(self, left: NDArray, first: NDArray, right: NDArray, second: NDArray) -> Flags:
        """Whether a pair follows where one has to, and precedes; yes by mistake now and then."""
        behind, ahead = _trace(left, first), _trace(right, second)
        begins, ends = np.zeros((2, TRACES), np.bool_)
        begins[behind], ends[ahead] = True, True
        return (self._is_last[right] | begins[ahead]) & (self._is_first[left] | ends[behind])

    def _stand(self, batch: Batch, local: NDArray, choice: NDArray, first: NDArray) -> Flags:
        """Whether all words of each choice stand there, given that one of them does."""
        stands = np.ones(len(choice), np.bool_)
        left = np.flatnonzero(~self._is_sure[choice])
        its, place = choice[left], first[left]
        length = self._length[its]
        is_whole = (place >= 0) & (place + length <= len(local))
        is_whole[is_whole] = batch.text[place[is_whole]] == batch.text[(place + length - 1)[is_whole]]
        stands[left[~is_whole]] = False
        left, its, place, length = left[is_whole], its[is_whole], place[is_whole], length[is_whole]
        word = local[place]
        fits = self._words[0, its, 0] == word
        fits |= (self._words[1, its, 0] == word) & ((length > 1) | batch.plain[place])
        number = 0
        while True:
            stands[left[~fits]] = False
            number += 1
            these = np.flatnonzero(fits & (length > number))
            if not len(these):
                break
            left, its, place, length = left[these], its[these], place[these], length[these]
            word = local[place + number]
            fits = (self._words[:, its, number] == word).any(axis=0)
        return stands

    def _joined(self, pairs: Pairs, words: int) -> Iterator[tuple[Array, Array, Array, Array]]:
        """Pairs put together where the right side of one is the left side of the next."""
        slot = self._slot[pairs.left]
        begun = pairs.of(np.flatnonzero(slot == 0))
        begun = begun._replace(order=self._rank[begun.left] * NEXT_SLOT + begun.order)
        for number in range(1, MOST_SLOTS):
            is_whole = self._is_last[begun.right]
            whole = begun.of(np.flatnonzero(is_whole))
            past = whole.second + self._length[whole.right]
            yield self._pattern[whole.left], whole.first, past, whole.order
            further = pairs.of(np.flatnonzero(slot == number))
            begun = begun.of(np.flatnonzero(~is_whole))
            if not len(begun.left) or not len(further.left):
                return
            begun = _join(begun, further, words)


def _check(pattern: Pattern) -> None:
    if len(pattern.slots) > MOST_SLOTS or max(map(len, pattern.slots)) > MOST_CHOICES:
        raise ValueError(f"more than {MOST_SLOTS} slots, or more than {MOST_CHOICES} choices of one")
    if max(pattern.gaps) > FURTHEST:
        raise ValueError(f"more than {FURTHEST} words between two slots")


def _shelf(keys: Array) -> Array:
    return (keys * SPREAD >> 32) & (SHELVES - 1)


def _trace(choice: NDArray, first: NDArray) -> Array:
    return (choice * np.int64(40_503) + first) & (TRACES - 1)


def _bit(words: Array) -> Array:
    return np.left_shift(1, words % 64)


def _by_key(keys: Array, many: int, *columns: NDArray) -> tuple[list[NDArray], Array]:
    """The columns ordered by key; what belongs to key k stands from `bounds[k]` to `bounds[k + 1]`."""
    order = np.argsort(keys, kind="stable")
    bounds = np.searchsorted(keys[order], np.arange(many + 1))
    return [column[order].astype(np.int32) for column in columns], bounds


def _of_slots(words: Array, whose: Array, bounds: Array) -> tuple[tuple[Array, Array], Array]:
    """Words ordered by whose they are; those of slot s begin at the s-th of the bounds that are returned."""
    order = np.argsort(whose, kind="stable")
    return (words[order], whose[order]), np.searchsorted(whose[order], bounds)


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
