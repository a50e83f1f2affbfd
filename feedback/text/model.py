"""The trained engine: weights of words, of pairs and of words under a negation, added up clause by clause.

A word that was never learned gets its weights from its pieces, once; so reading is a handful of look-ups for
a whole batch. Trained by `feedback.text.train_base`, adapted to a shop by `feedback.text.train`.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from feedback.text.batch import Batch, begins
from feedback.text.hashing import (
    Hashes,
    hashes,
    known_as,
    pair_places,
    piece_places,
    triple_places,
    turned_places,
)
from feedback.text.kinds import COMMON, Kinds, Runs, doubted_anywhere
from feedback.text.reading import Lang
from feedback.text.vocabulary import Vocabulary

SHIPPED = Path(str(files(__package__) / "weights"))
SENTIMENTS = ("negative", "neutral", "positive")  # always the first three outputs
FELT = 4  # the sentiments and complaint are told by runs of words too, the other outputs by single words
Floats = NDArray[Any]  # 32 bits, as a rule


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sums:
    """What the words of each clause of a batch add up to."""

    word: Floats  # [words, outputs + 1]: what each word says by itself; last, its square
    clause: Floats  # [clauses, outputs]
    square: Floats  # [clauses]: how much the clause says at all, squared
    text: NDArray[np.int64]  # [clauses]: number of the clause's text
    runs: Runs


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """The arrays of a model. A row of `words` or `pieces` ends with its square; all rows are unscaled."""

    numbers: dict[str, int]  # a learned word -> its row
    words: NDArray  # [words, outputs + 1]
    pieces: NDArray  # [2 ** PIECE_BITS, outputs + 1], in steps of `piece_steps`
    piece_steps: Floats
    runs: NDArray  # [2 ** RUN_BITS, FELT], in steps of `run_steps`: pairs, triples, words under a negation
    run_steps: Floats
    rarest: float  # weight of a word that was never seen
    kinds: Kinds | None = None

    def numbers_in(self, vocabulary: Vocabulary) -> NDArray[np.int64]:
        """The row of each of its words; -1 where it was never learned."""
        find = self.numbers.get
        return vocabulary.beside(self, lambda words: [find(known_as(word), -1) for word in words])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """Weights of one engine. `outputs` names the columns: the three sentiments, complaint and other yes-or-no
    answers, `theme:<id>`, `problem:<id>`. `start`, [2, outputs]: what every text has, vi and en.
    """

    engine: str
    outputs: tuple[str, ...]
    tables: Tables
    start: Floats
    heat: Floats  # [2]: divides the sums of the sentiments, so that chances are neither bold nor shy
    changes: dict[str, Floats] = field(
        default_factory=dict
    )  # a word -> what a shop's corrections add to its row

    @classmethod
    def adapted(cls, base: Self, delta: bytes) -> Self:
        """The base model with what a shop taught it. Raises ValueError when the delta is another base's."""
        with np.load(io.BytesIO(delta), allow_pickle=False) as kept:
            if str(kept["base"]) != base.engine:
                raise ValueError(f"taught on {kept['base']}, not on {base.engine}")
            outputs = tuple(kept["outputs"].tolist())
            words = kept["words"].tolist()
            return cls(
                engine=str(kept["engine"]),
                outputs=outputs,
                tables=base.tables,
                start=kept["start"],
                heat=base.heat,
                changes=dict(zip(words, kept["rows"], strict=True)),
            )

    def column(self, output: str) -> int:
        """Number of an output. Raises ValueError when the model has no such output."""
        return self.outputs.index(output)

    def sums(self, batch: Batch) -> Sums:
        """One row a clause of the batch."""
        rows = self._rows(batch.vocabulary).take(batch.word, axis=0, mode="clip")
        runs = _runs(batch, batch.vocabulary.beside("hashes", hashes)[batch.word])
        first = begins(batch.clause)
        if not len(first):
            empty = np.zeros((0, len(self.outputs)), np.float32)
            return Sums(word=rows, clause=empty, square=empty[:, 0], text=batch.text[:0], runs=runs)
        added = _added(rows, first)
        said = self._said_by(runs, len(batch.word)).astype(np.float32)
        added[:, :FELT] += _added(said, first) * self.tables.run_steps
        return Sums(word=rows, clause=added[:, :-1], square=added[:, -1], text=batch.text[first], runs=runs)

    def logits(self, sums: Sums, langs: tuple[Lang, ...]) -> Floats:
        """One row a text, [texts, outputs], from the sums of its clauses."""
        texts = np.zeros((len(langs), len(self.outputs)), np.float32)
        square = np.ones(len(langs), np.float32)
        first = begins(sums.text)
        if len(first):
            named = sums.text[first]
            texts[named] = np.add.reduceat(sums.clause, first, axis=0)
            square[named] += np.add.reduceat(sums.square, first)
        return texts / np.sqrt(square)[:, None] + self.start[_sides(langs)]

    def sharpened(self, batch: Batch, sums: Sums, logits: Floats) -> tuple[Floats, list[int]]:
        """The logits, those of the common themes for the text's kind of shop, and what is `doubted`."""
        kinds = self.tables.kinds
        first = self.column(f"common:{COMMON[0]}")
        if kinds is None:
            return logits, doubted_anywhere(logits[:, first : first + len(COMMON)])
        square = 1 + np.bincount(sums.text, weights=sums.square, minlength=len(batch))
        sharp = logits.copy()
        columns = slice(first, first + len(COMMON))
        sharp[:, columns], doubted = kinds.sharpened(
            batch, self.tables.numbers_in(batch.vocabulary)[batch.word], sums.runs, square, logits[:, columns]
        )
        return sharp, doubted

    def sentiments(self, logits: Floats, langs: tuple[Lang, ...]) -> Floats:
        """Chances of negative, neutral, positive, [texts, 3], calibrated: each row adds up to 1."""
        hot = logits[:, :3] / self.heat[_sides(langs)][:, None]
        return _shares(hot)

    def chances(self, logits: Floats) -> Floats:
        """Chances of the yes-or-no outputs, [texts, outputs - 3]: complaint first."""
        return 1 / (1 + np.exp(-np.clip(logits[:, 3:], -30, 30)))

    def named(self, logits: Floats, kind: str) -> list[dict[str, float]]:
        """For each text: name -> chance, of the outputs whose names begin with the kind ("theme:")."""
        columns = [number for number, output in enumerate(self.outputs) if output.startswith(kind)]
        names = [self.outputs[number].removeprefix(kind) for number in columns]
        chances = self.chances(logits)[:, [number - 3 for number in columns]].tolist()
        return [dict(zip(names, row, strict=True)) for row in chances]

    def leanings(self, sums: Sums) -> Floats:
        """How each clause feels by itself, [clauses], from -1 (bad) to 1 (good)."""
        scores = sums.clause[:, :3] / np.sqrt(sums.square + 1)[:, None]
        shares = _shares(scores)
        return shares[:, 2] - shares[:, 0]

    def squares(self, batch: Batch) -> Floats:
        """How much each word of the batch says at all, squared: [words]."""
        return self._rows(batch.vocabulary)[batch.word, -1]

    def contributions(self, batch: Batch, text: int, output: str, *, most: int = 4) -> list[int]:
        """Numbers, in the batch, of the text's words that spoke most for the output; strongest first."""
        first, past = int(batch.starts[text]), int(batch.starts[text + 1])
        column = self.column(output)
        said = self._rows(batch.vocabulary)[batch.word[first:past], column]
        if column < FELT:
            runs = _runs(batch, batch.vocabulary.beside("hashes", hashes)[batch.word])
            said += self._said_by(runs, len(batch.word))[first:past, column] * self.tables.run_steps[column]
        return [first + int(number) for number in np.argsort(-said, kind="stable")[:most] if said[number] > 0]

    def _said_by(self, runs: Runs, words: int) -> NDArray[np.int16]:
        """[words, FELT]: what the runs that end with each word say, in steps."""
        table = np.asarray(self.tables.runs).view(np.int32).ravel()  # a row is one number, fetched at once
        said = np.zeros((words, FELT), np.int16)
        for last, stands, places in runs.sided:
            said[last:] += (table[places] * stands).view(np.int8).reshape(-1, FELT)
        said[runs.turned] += table[runs.of_turned].view(np.int8).reshape(-1, FELT)
        return said

    def _rows(self, vocabulary: Vocabulary) -> Floats:
        """[words of the vocabulary, outputs + 1]"""
        numbers = self.tables.numbers_in(vocabulary)
        return vocabulary.beside(self, lambda words: self._rows_of(words, numbers[-len(words) :]))

    def _rows_of(self, words: list[str], numbers: NDArray[np.int64]) -> Floats:
        learned = len(self.tables.piece_steps) - 1
        named = list(map(known_as, words))
        known = np.asarray(self.tables.words)[numbers].astype(np.float32)
        for place in (numbers < 0).nonzero()[0].tolist():
            known[place] = self._of_pieces(named[place])
        rows = np.zeros((len(words), len(self.outputs) + 1), np.float32)
        rows[:, :learned], rows[:, -1] = known[:, :-1], known[:, -1]
        if self.changes:
            for row, word in zip(rows, named, strict=True):
                if word in self.changes:
                    row[:-1] += self.changes[word]
        return rows

    def _of_pieces(self, word: str) -> Floats:
        tables = self.tables
        added = tables.pieces[piece_places(word)].sum(axis=0, dtype=np.float32) * tables.piece_steps
        added *= tables.rarest / np.sqrt(added[-1] + 1e-9)
        added[-1] = tables.rarest**2
        return added


def run_places(batch: Batch, hashed: Hashes) -> Iterator[tuple[NDArray[np.intp], NDArray[np.int64]]]:
    """For pairs, triples and words under a negation: numbers of their last words, and rows in the table."""
    runs = _runs(batch, hashed)
    for last, stands, places in runs.sided:
        these = stands.nonzero()[0]
        yield these + last, places[these]
    yield runs.turned, runs.of_turned


def _runs(batch: Batch, hashed: Hashes) -> Runs:
    follows = batch.sentence[1:] == batch.sentence[:-1]
    turned = batch.turned.nonzero()[0]
    return Runs(
        sided=(
            (1, follows, pair_places(hashed[:-1], hashed[1:])),
            (2, follows[1:] & follows[:-1], triple_places(hashed[:-2], hashed[1:-1], hashed[2:])),
        ),
        turned=turned,
        of_turned=turned_places(hashed[turned]),
    )


def _added(rows: Floats, first: NDArray[np.intp]) -> Floats:
    """Sums of the rows from each beginning up to the next."""
    if rows.shape[1] % 2:
        return np.add.reduceat(rows, first, axis=0)
    return np.add.reduceat(rows.view(np.complex64), first, axis=0).view(np.float32)  # two at a time


def _shares(scores: Floats) -> Floats:
    """Of three scores a row, as chances that add up to 1."""
    one, two, three = scores.T
    powers = np.exp(scores - np.maximum(np.maximum(one, two), three)[:, None])
    return powers / (powers[:, 0] + powers[:, 1] + powers[:, 2])[:, None]


def _sides(langs: tuple[Lang, ...]) -> NDArray[np.intp]:
    """0 for Vietnamese, alone or mixed, 1 for what is read as English."""
    return np.array([lang is not Lang.VI and lang is not Lang.MIXED for lang in langs], np.intp)


@cache
def load() -> Model:
    """The shipped model. Its tables are mapped from disk: what is not read costs no memory."""
    return load_from(SHIPPED)


def load_from(folder: Path) -> Model:
    """A model as `feedback.text.train_base` writes it."""
    said = json.loads((folder / "model.json").read_text("utf-8"))
    words = (folder / "words.txt").read_text("utf-8").split("\n")
    tables = Tables(
        numbers={word: number for number, word in enumerate(words)},
        words=np.load(folder / "words.npy", mmap_mode="r", allow_pickle=False),
        pieces=np.load(folder / "pieces.npy", mmap_mode="r", allow_pickle=False),
        piece_steps=np.array(said["piece_steps"], np.float32),
        runs=np.load(folder / "runs.npy", mmap_mode="r", allow_pickle=False),
        run_steps=np.array(said["run_steps"], np.float32),
        rarest=said["rarest"],
        kinds=Kinds.load_from(folder),
    )
    return Model(
        engine=said["engine"],
        outputs=tuple(said["outputs"]),
        tables=tables,
        start=np.array(said["start"], np.float32),
        heat=np.array(said["heat"], np.float32),
    )
