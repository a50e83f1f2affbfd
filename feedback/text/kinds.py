"""What kind of shop a text is written to, and what the common themes are called there.

A theme is spoken of in other words in each kind of shop, and each speaks of a few themes only. A text's words
tell the kind; the words' further weights for that kind are added to the model's own, as far as the kind is
certain. Trained by `feedback.text.train_kinds`.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from feedback.text.batch import Batch, begins
from feedback.text.hashing import known_as

COMMON = "product price service delivery packaging_damage place process general other".split()
UNSURE = frozenset(
    {"delivery", "packaging_damage", "process"}
)  # the model's own heads know few kinds of shop
ABOUT, TOLD, WRONG = range(3)  # a phrase touches a theme; praises or blames it; names a problem

# Chances below which a phrase of the three sorts is doubted, chosen on dev texts (docs/accuracy.md): by the
# model's own heads; where the kind is known and speaks of the theme; where it is known and does not.
LEAST = (0.27, 0.38, 0.0)
LEAST_ASKED = (0.27, 0.27, 0.05)
LEAST_UNASKED = (0.3, 0.3, 0.1)
KNOWN = 0.5  # chance of a kind from which on it is known
WELL = 0.9  # the same for doubts about what the kind does not speak of
NEVER = -30.0  # where the kind is not known, nobody can say that a text is about something else
Floats = NDArray[Any]

_unsure = np.array([name in UNSURE for name in COMMON])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kinds:
    """`names` are the kinds; after them comes any other. The columns of a word's row: one for each kind and
    for any other, then one for each theme that a kind speaks of, kind by kind.
    """

    names: tuple[str, ...]
    asked: NDArray[np.bool_]  # [kinds, COMMON]: whether the kind speaks of the theme
    words: NDArray  # [learned words, columns], in `steps`
    steps: Floats
    start: Floats  # [columns]: what every text has

    @classmethod
    def load_from(cls, folder: Path) -> Self | None:
        """As `feedback.text.train_kinds` writes them; None where there are none."""
        path = folder / "kinds.json"
        if not path.exists():
            return None
        said = json.loads(path.read_text("utf-8"))
        return cls(
            names=tuple(said["asked"]),
            asked=np.array([[name in asked for name in COMMON] for asked in said["asked"].values()]),
            words=np.load(folder / "kinds.npy", mmap_mode="r", allow_pickle=False),
            steps=np.array(said["steps"], np.float32),
            start=np.array(said["start"], np.float32),
        )

    def scores(self, batch: Batch, numbers: dict[str, int], square: Floats) -> Floats:
        """[texts, columns]. `square` is how much each text says at all, squared."""

        def rows(words: list[str]) -> Floats:
            places = [numbers.get(known_as(word), -1) for word in words]
            return np.where(np.array(places)[:, None] < 0, 0, self.words[places] * self.steps)

        said = batch.vocabulary.beside(self, rows).take(batch.word, axis=0)
        added = np.zeros((len(batch), len(self.steps)), np.float32)
        first = begins(batch.text)
        if len(first):
            added[batch.text[first]] = _sums(said.astype(np.float32, copy=False), first)
        return added / np.sqrt(square)[:, None] + self.start

    def sharpened(self, scores: Floats, logits: Floats) -> tuple[Floats, list[int]]:
        """Of the scores and the model's own logits, both a row a text: logits of the common themes,
        [texts, COMMON], and what is doubted, as `doubts`.
        """
        many = len(self.names)
        kinds = np.exp(scores[:, : many + 1] - scores[:, : many + 1].max(axis=1, keepdims=True))
        kinds = kinds[:, :many] / kinds.sum(axis=1, keepdims=True)
        further = np.zeros((len(scores), many, len(COMMON)), np.float32)
        further[:, self.asked] = scores[:, many + 1 :]
        sharp = logits + np.einsum("tk,tkc->tc", kinds, further)
        kind = kinds.argmax(axis=1)
        sure = kinds[np.arange(len(kind)), kind]
        sharp[sure <= KNOWN, -1] = NEVER
        return sharp, doubts(shares(sharp), shares(logits), sure, self.asked[kind])


def doubts(chances: Floats, own: Floats, sure: Floats, asked: NDArray[np.bool_]) -> list[int]:
    """For each text the bits (`bit`) of the themes of which phrases are doubted.

    `chances` with and `own` without the kind's weights; `sure`, [texts], is the chance of the kind, `asked`,
    [texts, COMMON], what it speaks of.
    """
    known = sure[:, None] > np.where(asked, KNOWN, WELL)
    told = np.zeros(len(chances), np.int64)
    for sort in (ABOUT, TOLD, WRONG):
        there = np.where(asked, chances < LEAST_ASKED[sort], own < LEAST_UNASKED[sort])
        anywhere = (chances < LEAST[sort]) & ~_unsure
        told += np.where(known, there, anywhere) @ _bits[sort]
    return told.tolist()


def doubted_anywhere(logits: Floats) -> list[int]:
    """The same where no kind of shop is known."""
    nowhere = np.zeros(len(logits))
    return doubts(own := shares(logits), own, nowhere, nowhere[:, None] > 0)


def bit(sort: int, common: str) -> int:
    return 1 << (sort * len(COMMON) + COMMON.index(common))


_bits = np.array([[bit(sort, common) for common in COMMON] for sort in (ABOUT, TOLD, WRONG)])


def shares(logits: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(logits, -30, 30)))


def _sums(rows: Floats, first: NDArray[np.intp]) -> Floats:
    """Sums of the rows from each beginning up to the next, two columns at a time where they are even."""
    if rows.shape[1] % 2:
        return np.add.reduceat(rows, first, axis=0)
    return np.add.reduceat(rows.view(np.complex64), first, axis=0).view(np.float32)
