"""Slips of the keyboard in the words that matter most: a letter left out, doubled, or two changed about."""

import re
from functools import cache

from feedback.orthography import Aligned, Moves

_KEYWORDS = (
    "refund refunded review reviews rating voucher discount guarantee guaranteed promise remove delete lawyer"
    " defamation defamatory compensation compensate replacement reimburse definitely absolutely blackmail"
    " mistake fault liar always never know don't police stars coupon hurry terrorist threat"
).split()
_REAL = frozenset(  # words that are also a slip of another
    "treat ratings rating stars star layer reviewed review's reviewer promises removed deleted faults"
    " fault now no"
    " know dont always ways never ever liar lair voucher refunds stares starts rate rats".split()
)
_LETTERS = re.compile(r"[a-z']{4,16}")


@cache
def _slips() -> dict[str, str]:
    slips: dict[str, str] = {}
    for word in _KEYWORDS:
        for wrong in _wrong_ways(word):
            if len(wrong) >= 4 and wrong not in _REAL and wrong not in _KEYWORDS:
                slips.setdefault(wrong, word)
    return slips


def _wrong_ways(word: str) -> set[str]:
    """The first letter is hardly ever wrong, and without its last letter a word is often another one."""
    inside = range(1, len(word) - 1)
    left_out = {word[:at] + word[at + 1 :] for at in inside if len(word) > 5}
    doubled = {word[:at] + word[at] + word[at:] for at in range(1, len(word))}
    changed = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in inside}
    return (left_out | doubled | changed) - {word}


def corrected(aligned: Aligned) -> Aligned:
    """The same text in small letters' spelling; it still knows where each letter stood."""
    slips = _slips()
    if slips.keys().isdisjoint(_LETTERS.findall(aligned.text)):
        return aligned
    moves = Moves()
    text = moves.rewrite(aligned.text, _LETTERS, lambda word: slips.get(word, word))
    return Aligned(text, (*aligned.moves, moves))
