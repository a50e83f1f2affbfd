"""Finding phrases in a batch: every phrase in every text, in a handful of array operations.

A phrase is looked up by pairs of its words: two neighbours within a choice, or the last word of a choice and
the first of the next slot's. Few pairs of a text are pairs of any phrase; only those are looked at closely.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from feedback.text.batch import Batch, Flags, added_up, begins
from feedback.text.patterns import MOST_CHOICES, MOST_SLOTS, RINGS, Array, Patterns, shelf_of

NEXT_SLOT = 16 * MOST_CHOICES
TRACES = 1 << 16  # where a choice stands is told by a hash: that many places for them


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
        left, first, right, second, order = self
        return Pairs(
            left.take(these), first.take(these), right.take(these), second.take(these), order.take(these)
        )


class Matcher(Patterns):
    """Finds them."""

    def find(self, batch: Batch, denies: Flags) -> Found:
        """`denies` says of each word whether it is a denial.

        A pattern that begins at a word is found there once: its first choice that fits, at the nearest place.
        """
        local = batch.vocabulary.beside(self, self._locals)[batch.word]
        ways = [self._lone(batch, local), *self._paired(batch, local, denies)]
        pattern, first, past, order = (np.concatenate(column) for column in zip(*ways, strict=True))
        which = first * len(self._clauses) + pattern
        best = np.lexsort((order, which))
        which = which.take(best)
        best = best[begins(which)]
        pattern, first, past = pattern.take(best), first.take(best), past.take(best)
        longest = int((past - first).max(initial=0))
        by_place = ((first + 1) * (longest + 1) - (past - first)) * len(self._clauses) + pattern
        best = by_place.argsort()
        return Found(pattern.take(best), first.take(best), past.take(best))

    def _lone(self, batch: Batch, local: NDArray) -> tuple[Array, Array, Array, Array]:
        """Patterns of one slot that is filled by one word: pattern, first word, past, order."""
        place = self._is_alone[local].nonzero()[0]
        place, entry = _expanded(place, local[place], self._alone_bounds)
        choice = self._alone[entry]
        stands = (self._written[0][choice] == local[place]) | batch.plain[place]
        choice, place = choice[stands], place[stands]
        return self._pattern[choice], place, place + 1, self._rank[choice]

    def _paired(
        self, batch: Batch, local: NDArray, denies: Flags
    ) -> Iterator[tuple[Array, Array, Array, Array]]:
        place, distance, entry = self._neighbours(batch, local)
        if not len(entry):
            return
        choice, right = self._left[entry], self._right[entry]
        first = place - self._back[entry]
        inside = (right < 0).nonzero()[0]
        inside = inside[self._stand(batch, local, choice[inside], first[inside])]
        found, its = choice[inside], first[inside]
        yield self._pattern[found], its, its + self._length[found], self._rank[found]
        second, pattern = place + distance, self._pattern[choice]
        denied = added_up(denies)
        fits = right >= 0
        fits &= ~self._clauses[pattern] | (batch.clause[place] == batch.clause[second])
        fits &= ~self._blocked[pattern] | (denied[place + 1] == denied[second])
        these = fits.nonzero()[0]
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
        near = is_near.nonzero()[0]
        return left[near], apart[near], entry[near]

    def _filed(self, local: NDArray, left: NDArray, apart: NDArray) -> tuple[NDArray, NDArray, NDArray]:
        """Those that are a pair, and the number of the pair."""
        key = local[left] * len(self._local) + local[left + apart]
        row: NDArray = self._shelves[shelf_of(key)]
        filed = (row >= 0).nonzero()[0]
        left, apart, row, key = left[filed], apart[filed], row[filed].astype(np.int64), key[filed]
        lost = (self._keys[row] != key).nonzero()[0]
        while len(lost):  # another pair's place: look at the next that is filed there
            row[lost] = self._next[row[lost]]
            lost = lost[row[lost] >= 0]
            lost = lost[self._keys[row[lost]] != key[lost]]
        known = (row >= 0).nonzero()[0]
        return left[known], apart[known], row[known]

    def _partly(self, local: NDArray) -> tuple[Array, Array]:
        """The same left words and distances, and some more."""
        bits = self._bits[local]
        lefts = [np.zeros(0, np.intp)]
        for distance in range(1, min(self._furthest, len(local) - 1) + 1):
            if distance in RINGS:
                partners = self._partners[RINGS.index(distance)][local]
            lefts.append(((partners[:-distance] & bits[distance:]) != 0).nonzero()[0])
        return np.concatenate(lefts), np.arange(len(lefts)).repeat(list(map(len, lefts)))

    def _is_chained(self, left: NDArray, first: NDArray, right: NDArray, second: NDArray) -> Flags:
        """Whether a pair follows where one has to, and precedes; yes by mistake now and then."""
        behind, ahead = _trace(left, first), _trace(right, second)
        begins, ends = np.zeros((2, TRACES), np.bool_)
        begins[behind], ends[ahead] = True, True
        return (self._is_last[right] | begins[ahead]) & (self._is_first[left] | ends[behind])

    def _stand(self, batch: Batch, local: NDArray, choice: NDArray, first: NDArray) -> Flags:
        """Whether all words of each choice stand there, given that one of them does."""
        stands = self._is_sure[choice]
        left = (~stands).nonzero()[0]
        if not len(left):
            return stands
        its, begin = choice[left], first[left]
        length = self._length[its]
        place, last = np.maximum(begin, 0), np.minimum(begin + length, len(local)) - 1
        fits = (begin >= 0) & (begin + length <= len(local)) & (batch.text[place] == batch.text[last])
        word = local[place]
        as_written, as_typed = self._written[0][its] == word, self._typed[0][its] == word
        fits &= as_written | (as_typed & ((length > 1) | batch.plain[place]))
        stands[left] = fits
        longer = (fits & (length > 1)).nonzero()[0]
        left, its, place, length = left[longer], its[longer], place[longer], length[longer]
        for number in range(1, int(length.max(initial=1))):
            word = local[np.minimum(place + number, len(local) - 1)]
            is_there = (self._written[number][its] == word) | (self._typed[number][its] == word)
            stands[left] &= is_there | (length <= number)
        return stands

    def _joined(self, pairs: Pairs, words: int) -> Iterator[tuple[Array, Array, Array, Array]]:
        """Pairs put together where the right side of one is the left side of the next."""
        slot = self._slot[pairs.left]
        begun = pairs.of((slot == 0).nonzero()[0])
        begun = begun._replace(order=self._rank[begun.left] * NEXT_SLOT + begun.order)
        for number in range(1, MOST_SLOTS):
            is_whole = self._is_last[begun.right]
            whole = begun.of(is_whole.nonzero()[0])
            past = whole.second + self._length[whole.right]
            yield self._pattern[whole.left], whole.first, past, whole.order
            further = pairs.of((slot == number).nonzero()[0])
            begun = begun.of((~is_whole).nonzero()[0])
            if not len(begun.left) or not len(further.left):
                return
            begun = _join(begun, further, words)


def _trace(choice: NDArray, first: NDArray) -> Array:
    return (choice * np.int64(40_503) + first) & (TRACES - 1)


def _expanded(rows: Array, keys: NDArray, bounds: Array) -> tuple[Array, Array]:
    """Each row once for every entry of its key, and beside it the entry."""
    first = bounds[keys]
    many = bounds[keys + 1] - first
    past = np.cumsum(many)
    return rows.repeat(many), (first - past + many).repeat(many) + np.arange(past[-1] if len(past) else 0)


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
