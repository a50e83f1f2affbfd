"""Train the shipped model's weights. Needs SciPy (extra `train`); the same texts give the same weights.

Ships words and numbers, never a text: `feedback.text.ship` writes them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from feedback.text.batch import Batch, batch
from feedback.text.hashing import PIECE_BITS, RUN_BITS, hashes, known_as, piece_places
from feedback.text.labelled import Answers, Labelled
from feedback.text.model import FELT, SENTIMENTS, run_places
from feedback.text.reading import Lang
from feedback.text.vocabulary import Vocabulary

AT_ONCE = 512  # texts
RAREST = 2  # a word in fewer texts is known by its pieces only, a run in fewer not at all
PIECES, LISTED = 0.5, 4.0  # how much its pieces count beside a word itself; how much a list that names it
SHRINK = 1e-5
ROUNDS = 80
NEVER = -30.0  # where an output starts in a language in which nothing is known of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Sparse counts, a row a text, and how each is weighed."""

    words: list[str]
    word: sparse.csr_matrix
    run: sparse.csr_matrix  # pairs, triples, words under a negation
    piece: sparse.csr_matrix  # [words, pieces]
    listed: sparse.csr_matrix  # [words, lists of words that praise or blame]
    rarity: NDArray  # [words]: log of texts over texts with the word
    own: NDArray  # the same; 0 for words too rare to be learned by themselves
    run_rarity: NDArray
    piece_rarity: NDArray


def features(rows: Sequence[Labelled], lists: Sequence[frozenset[str]]) -> Features:
    number: dict[str, int] = {}
    parts = list(_parts(rows, number))
    for word in sorted(word for words in lists for word in words):
        number.setdefault(word, len(number))
    words = list(number)
    word = sparse.vstack([_counts(text, its, many, len(words)) for text, its, many, _ in parts], "csr")
    run = sparse.vstack([its for *_, its in parts], "csr")
    piece = _piece_counts(words)
    seen = _texts_with(word)
    rarity = np.log((1 + len(rows)) / (1 + np.maximum(seen, 1)))
    return Features(
        words=words,
        word=word,
        run=run,
        piece=piece,
        listed=sparse.csr_matrix([[word in some for some in lists] for word in words], dtype=np.float32),
        rarity=np.maximum(rarity, 1).astype(np.float32),
        own=np.where(seen < RAREST, 0, np.maximum(rarity, 0)).astype(np.float32),
        run_rarity=_rarity(_texts_with(run), len(rows)),
        piece_rarity=_rarity(_texts_with(word @ piece), len(rows)),
    )


def _parts(
    rows: Sequence[Labelled], number: dict[str, int]
) -> Iterator[tuple[NDArray, NDArray, int, sparse.csr_matrix]]:
    """Some texts at a time: each word's text and number, how many texts, their runs. Numbers new words."""
    vocabulary = Vocabulary()
    for first in range(0, len(rows), AT_ONCE):
        if vocabulary.is_full:
            vocabulary = Vocabulary()
        some = rows[first : first + AT_ONCE]
        part = batch(vocabulary, [row.text for row in some], [row.lang for row in some])
        numbers = vocabulary.beside(
            "known as",
            lambda words: [number.setdefault(known_as(word), len(number)) for word in words],
        )
        yield part.text, numbers[part.word], len(part), _run_counts(part)


def _counts(rows: NDArray, columns: NDArray, height: int, width: int) -> sparse.csr_matrix:
    return sparse.csr_matrix((np.ones(len(columns), np.float32), (rows, columns)), shape=(height, width))


def _run_counts(part: Batch) -> sparse.csr_matrix:
    hashed = part.vocabulary.beside("hashes", hashes)[part.word]
    found = list(run_places(part, hashed))
    rows = part.text[np.concatenate([last for last, _ in found])]
    return _counts(rows, np.concatenate([places for _, places in found]), len(part), 1 << RUN_BITS)


def _piece_counts(words: Sequence[str]) -> sparse.csr_matrix:
    places = [piece_places(word) for word in words]
    rows = np.repeat(np.arange(len(words)), [len(some) for some in places])
    columns = np.array([place for some in places for place in some], np.int64)
    return _counts(rows, columns, len(words), 1 << PIECE_BITS)


def _texts_with(counts: sparse.csr_matrix) -> NDArray:
    return np.bincount(counts.indices, minlength=counts.shape[1])


def _rarity(seen: NDArray, texts: int) -> NDArray:
    rarity = np.where(seen < RAREST, 0, np.log((1 + texts) / (1 + seen)))
    return np.maximum(rarity, 0).astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Weights of features as they are counted, [features, outputs], and what every text has, [2, outputs].

    `run` has the first FELT outputs only.
    """

    word: NDArray
    piece: NDArray
    run: NDArray
    start: NDArray


def learn(seen: Features, taught: Answers, langs: Sequence[Lang]) -> Learned:
    """The sentiments and complaint from words and runs of words, the other outputs from words only."""
    words, runs = normed(seen), normed_runs(seen)
    pieces = piece_weights(seen)
    listed = (sparse.diags(np.float32(LISTED) * (seen.listed.sum(axis=1).A1 > 0)) @ seen.listed).tocsr()
    expand = sparse.hstack([sparse.diags(seen.own), pieces, listed], format="csr")
    side = np.array([lang is Lang.EN for lang in langs], np.intp)
    start = _counts(np.arange(len(side)), side, len(side), 2)
    by_runs = [(words, expand), (runs, None)]
    sides = slice(len(SENTIMENTS)), slice(len(SENTIMENTS), FELT)  # each by itself: together they settle late
    felt = [
        np.hstack(both)
        for both in zip(*(fitted(_columns(taught, side), by_runs, start) for side in sides), strict=True)
    ]
    said = fitted(_columns(taught, slice(FELT, None)), [(words, expand)], start)
    expanded = np.hstack([felt[0], said[0]])
    begin = np.hstack([felt[-1], said[-1]])
    begin[(start.T @ taught.counts) == 0] = NEVER
    piece = expanded[len(seen.words) : len(seen.words) + seen.piece.shape[1]]
    return Learned(
        word=expand @ expanded,
        piece=piece * seen.piece_rarity[:, None] * PIECES,
        run=felt[1] * seen.run_rarity[:, None],
        start=begin,
    )


def normed(seen: Features) -> sparse.csr_matrix:
    """How often the words stand in each text, less for a text that says more."""
    return (_shorter(seen) @ seen.word).tocsr()


def normed_runs(seen: Features) -> sparse.csr_matrix:
    """The same of runs of words, each weighed by how rare it is."""
    return (_shorter(seen) @ seen.run @ sparse.diags(seen.run_rarity)).tocsr()


def _shorter(seen: Features) -> sparse.dia_matrix:
    square = seen.word @ (seen.rarity**2)
    return sparse.diags((1 / np.sqrt(square + 1)).astype(np.float32))


def piece_weights(seen: Features) -> sparse.csr_matrix:
    """[words, pieces]: the pieces of a word together count PIECES times as much as the word."""
    pieces = (seen.piece @ sparse.diags(seen.piece_rarity)).tocsr()
    length = np.sqrt(np.asarray(pieces.multiply(pieces).sum(axis=1)).ravel() + 1e-9)
    return (sparse.diags((PIECES * seen.rarity / length).astype(np.float32)) @ pieces).tocsr()


def _columns(taught: Answers, columns: slice) -> Answers:
    return Answers(right=taught.right[:, columns], counts=taught.counts[:, columns], barred=taught.barred)


Block = tuple[sparse.csr_matrix, sparse.csr_matrix | None]  # counts, and features of what is counted


def fitted(taught: Answers, blocks: Sequence[Block], start: sparse.csr_matrix) -> list[NDArray]:
    """Weights of each block and of the start."""
    totals = np.maximum(taught.counts.sum(axis=0), 1)
    width = taught.right.shape[1]
    return descend(
        [*blocks, (start, None)], width, lambda scores: _loss(scores, taught, totals), SHRINK, ROUNDS
    )


def descend(
    blocks: Sequence[Block],
    width: int,
    slope_of: Callable[[NDArray], tuple[float, NDArray]],
    shrink: float,
    rounds: int,
) -> list[NDArray]:
    """Weights of each block, [features, width], by L-BFGS from nothing. `slope_of` tells, of scores of the
    texts, the loss and its slope.
    """
    turned: list[tuple[Any, Any]] = [
        (counts.T.tocsr(), None if inner is None else inner.T.tocsr()) for counts, inner in blocks
    ]
    sizes = [width * (counts if inner is None else inner).shape[1] for counts, inner in blocks]
    cuts = np.cumsum(sizes)[:-1]

    def cost(flat: NDArray) -> tuple[float, NDArray]:
        parts = [part.reshape(-1, width).astype(np.float32) for part in np.split(flat, cuts)]
        scores = sum(
            counts @ (part if inner is None else inner @ part)
            for (counts, inner), part in zip(blocks, parts, strict=True)
        )
        loss, slope = slope_of(scores)
        slopes = []
        for (back, inside), part in zip(turned, parts, strict=True):
            its = back @ slope
            slopes.append((its if inside is None else inside @ its) + shrink * part)
            loss += 0.5 * shrink * float((part.astype(np.float64) ** 2).sum())
        return loss, np.concatenate([its.ravel() for its in slopes]).astype(np.float64)

    found = optimize.minimize(
        cost, np.zeros(sum(sizes)), jac=True, method="L-BFGS-B", options={"maxiter": rounds, "maxcor": 8}
    )
    return [part.reshape(-1, width).astype(np.float32) for part in np.split(found.x, cuts)]


def _loss(scores: NDArray, taught: Answers, totals: NDArray) -> tuple[float, NDArray]:
    """The mean losses of the outputs, added up, and their slope by the scores.

    Of as many outputs as there are sentiments one is right; of any other number each is a yes or a no.
    """
    right, share = taught.right, taught.counts / totals
    if scores.shape[1] != len(SENTIMENTS):
        loss = (share * (np.logaddexp(0, scores) - right * scores)).sum(dtype=np.float64)
        return float(loss), share * (1 / (1 + np.exp(-np.clip(scores, -30, 30))) - right)
    feelings = scores.copy()
    feelings[taught.barred, 1] -= 30
    feelings -= feelings.max(axis=1, keepdims=True)
    powers = np.exp(feelings)
    sums = powers.sum(axis=1, keepdims=True)
    loss = (share[:, :1] * right * (np.log(sums) - feelings)).sum(dtype=np.float64)
    return float(loss), share[:, :1] * (powers / sums - right)


def word_lists(folder: Path) -> list[frozenset[str]]:
    """Single words that praise, and that blame: DATA_DIR/lexicons/en_opinion_*.txt, where there are any."""
    return [
        frozenset(
            word
            for line in path.read_text("utf-8", errors="replace").splitlines()
            if (word := line.strip().lower()) and word[0] != ";" and word.isalpha()
        )
        for path in sorted(folder.glob("lexicons/en_opinion_*-words.txt"))
    ]
