"""Stretches told apart by 64 bits each, so that a whole batch is looked up without a look at its letters."""

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
# A full vocabulary (vocabulary.MOST) and a batch of new one-letter stretches (reader: 200,000 letters) fit.
SLOTS_BITS = 18
_slots = 1 << SLOTS_BITS
_base = 0x9E3779B97F4A7C15 | 1
_powers: tuple[Hashes, ...] = (np.ones(1, np.uint64),) * 2


def hashes(codes: NDArray[np.uint32], begins: NDArray[np.int64]) -> Hashes:
    """Of the stretches that begin there, each up to where the next one begins.

    The sum of a stretch's letters, each times the power of its place, shifted to the power of 0.
    """
    powers, back = _powers_up_to(len(codes))
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum((codes + np.uint32(1)) * powers[: len(codes)], out=sums[1:])
    mixed = np.diff(sums[np.append(begins, len(codes))]) * back[begins]
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return mixed ^ (mixed >> np.uint64(32))


def _powers_up_to(most: int) -> tuple[Hashes, ...]:
    """Powers of the base, and of its inverse: two that belong together multiply to 1."""
    global _powers
    if len(_powers[0]) < most:
        _powers = tuple(_powers_of(number, max(1 << 14, most)) for number in (_base, pow(_base, -1, 1 << 64)))
    return _powers


def _powers_of(number: int, many: int) -> Hashes:
    powers = np.full(many, number, np.uint64)
    powers[0] = 1
    np.multiply.accumulate(powers, out=powers)
    return powers


class Known:
    """Hash -> number. Not for more than half of its slots."""

    def __init__(self) -> None:
        self._keys = np.zeros(_slots, np.uint64)
        self._numbers = np.full(_slots, -1, np.int64)

    def find(self, hashes: Hashes) -> NDArray[np.int64]:
        """The number of each; -1 where there is none."""
        slots = (hashes >> np.uint64(64 - SLOTS_BITS)).astype(np.int64)
        numbers = self._numbers[slots]
        left = ((self._keys[slots] != hashes) & (numbers >= 0)).nonzero()[0]
        while len(left):  # somebody else's slot: look into the next
            slots[left] = (slots[left] + 1) & (_slots - 1)
            numbers[left] = self._numbers[slots[left]]
            left = left[(self._keys[slots[left]] != hashes[left]) & (numbers[left] >= 0)]
        return numbers

    def add(self, key: np.uint64, number: int) -> None:
        """A hash that is not there yet."""
        slot = int(key) >> (64 - SLOTS_BITS)
        while self._numbers[slot] >= 0:
            slot = (slot + 1) & (_slots - 1)
        self._keys[slot], self._numbers[slot] = key, number
