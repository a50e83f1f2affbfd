"""Sentences that no sign ends: "giao chậm quá Hoàn tiền không thì …", "it broke Refund me or …".

People end a line, or paste one text behind another, and go on with a capital. Only the "or else" is looked
for by them: what reads the rest was learned with the signs as they are.
"""

from dataclasses import replace
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from feedback.orthography import unmark
from feedback.text.batch import Batch, Flags, Numbers, added_up
from feedback.text.language import is_known
from feedback.text.stretches import CAPITAL, CASELESS, SMALL


def parted(batch: Batch) -> Batch:
    """The same with a new sentence at each word that has a capital among small letters and is no name."""
    opens = _opening(batch)
    if not opens.any():
        return batch
    return replace(batch, clause=_numbered(batch.clause, opens), sentence=_numbered(batch.sentence, opens))


def _opening(batch: Batch) -> Flags:
    """[words]. Of two capitals in a row neither: a name, or a title."""
    case, same = batch.case, batch.sentence[1:] == batch.sentence[:-1]
    is_capital = case == CAPITAL
    opens = np.zeros(len(case), np.bool_)
    opens[1:] = is_capital[1:] & same & ((case[:-1] == SMALL) | (case[:-1] == CASELESS))
    opens[:-1] &= ~(is_capital[1:] & same)
    if opens.any():
        opens &= batch.vocabulary.beside(_may_open, _may_open)[batch.word]
    return opens


def _numbered(numbers: Numbers, opens: Flags) -> Numbers:
    return added_up((numbers[1:] != numbers[:-1]) | opens[1:])[: len(numbers)]


def _may_open(words: list[str]) -> NDArray[np.bool_]:
    """Whether each is a word that people know, and seldom write with a capital within a sentence."""
    return np.array([word not in _names() and is_known(unmark(word)) for word in words], np.bool_)


@cache
def _names() -> frozenset[str]:
    lines = (files(__package__) / "lexicons" / "names.tsv").read_text("utf-8").splitlines()
    return frozenset(line.partition("\t")[0] for line in lines if line[:1] != "#")
