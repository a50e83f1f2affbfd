"""Learn what `feedback.text.kinds` tells: the kind of shop, and what its themes are called there.

Needs SciPy (extra `train`); the same texts give the same weights.
"""

import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from feedback.text.kinds import COMMON
from feedback.text.labelled import KINDS, LEVEL, USUAL, Labelled
from feedback.text.train_base import Features, Learned, descend, normed

OTHERS, EVERY = 0.05, 3  # how much sets without themes count as "any other kind", and one text in so many
SHRINK_KIND, SHRINK = 1e-6, 3e-6
ROUNDS = 60
LEAST = 0.02  # chance of a kind below which a text teaches it nothing
FEWEST = 3  # texts with a word


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedKinds:
    """As `Kinds`; `words`, [all words, columns], by how often a word stands in a text."""

    asked: dict[str, list[str]]
    words: NDArray
    start: NDArray


def learn_kinds(
    rows: Sequence[Labelled],
    seen: Features,
    learned: Learned,
    heads: slice,
    theme_map: dict[str, dict[str, str]],
) -> LearnedKinds | None:
    """`heads` are the columns of the common themes in `learned`. None without texts that have themes."""
    named = [_named(row, theme_map) for row in rows]
    taught = np.flatnonzero([bool(its) for its in named]).tolist()
    if not taught:
        return None
    sources = {rows[number].source for number in taught}
    kinds = sorted(set(map(_kind, sources)))
    asked = _asked(kinds, sources, theme_map)
    kind = np.array([kinds.index(_kind(row.source)) if row.source in sources else -1 for row in rows])
    counts = normed(seen)
    words = (counts @ sparse.diags(seen.own)).tocsr()
    crossed, of_kind = _kinds_of(words, rows, kind, len(kinds))
    right = np.array([[name in named[number] for name in COMMON] for number in taught], np.float32)
    side = [int(rows[number].lang == "en") for number in taught]
    known = counts[taught] @ learned.word[:, heads] + learned.start[side, heads]
    further = _further(words[taught], crossed[taught], known, right, asked[kind[taught]], asked)
    scale = seen.own[:, None]
    return LearnedKinds(
        asked={
            name: [one for one, is_asked in zip(COMMON, its, strict=True) if is_asked]
            for name, its in zip(kinds, asked, strict=True)
        },
        words=np.hstack([of_kind[0] * scale, further[0] * scale]),
        start=np.concatenate([of_kind[1][0], further[1]]),
    )


def _kind(source: str) -> str:
    return KINDS.get(source, source)


def _named(row: Labelled, theme_map: dict[str, dict[str, str]]) -> set[str]:
    """The common themes of the text."""
    its = theme_map.get(row.source, {})
    return {its[theme] for theme in row.themes if theme in its}


def _asked(kinds: Sequence[str], sources: Iterable[str], theme_map: dict[str, dict[str, str]]) -> NDArray:
    """[kinds, COMMON]: whether the sets of a kind know the theme."""
    asked = np.zeros((len(kinds), len(COMMON)), np.bool_)
    for source in sources:
        asked[kinds.index(_kind(source))] |= [name in theme_map[source].values() for name in COMMON]
    return asked


def _kinds_of(
    words: sparse.csr_matrix, rows: Sequence[Labelled], kind: NDArray, many: int
) -> tuple[NDArray, list[NDArray]]:
    """Chances of the kinds, [texts, kinds + 1], each by weights that were not learned from the text, so that
    they are as unsure as they will be of new texts; and the weights learned from all.
    """
    sources = np.array([row.source for row in rows])
    weight = np.zeros(len(rows), np.float32)
    for source in sorted(set(sources)):
        its = np.flatnonzero(sources == source)
        weight[its] = (USUAL / len(its)) ** LEVEL
    others = np.flatnonzero(kind < 0)
    weight[others] *= OTHERS * EVERY
    weight[np.delete(others, np.s_[::EVERY])] = 0
    half = np.array([zlib.crc32(row.text.lower().encode()) % 2 for row in rows])
    right = np.where(kind < 0, many, kind)
    chances = np.zeros((len(rows), many + 1), np.float32)
    for side in (0, 1):
        learned = _kind_weights(words, right, weight * (half != side), many + 1)
        chances[half == side] = _softmax(words[half == side] @ learned[0] + learned[1])
    return chances, _kind_weights(words, right, weight, many + 1)


def _kind_weights(words: sparse.csr_matrix, right: NDArray, weight: NDArray, width: int) -> list[NDArray]:
    its = np.flatnonzero(weight)
    share = (weight[its] / weight[its].sum())[:, None].astype(np.float32)
    answer = np.eye(width, dtype=np.float32)[right[its]]

    def slope(scores: NDArray) -> tuple[float, NDArray]:
        said = np.maximum(_softmax(scores), 1e-30)
        return float(-(share * answer * np.log(said)).sum(dtype=np.float64)), share * (said - answer)

    one = sparse.csr_matrix(np.ones((len(its), 1), np.float32))
    return descend([(words[its], None), (one, None)], width, slope, SHRINK_KIND, ROUNDS)


def _softmax(scores: NDArray) -> NDArray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def _further(
    words: sparse.csr_matrix,
    chances: NDArray,
    known: NDArray,
    right: NDArray,
    judged: NDArray,
    asked: NDArray,
) -> tuple[NDArray, NDArray]:
    """Weights, [words, themes asked kind by kind], and starts that the kinds add to the scores `known`.

    `judged`, [texts, COMMON], is whether the text's set knows a theme: only there its answer is right.
    """
    share = (judged / np.maximum(judged.sum(axis=0), 1)).astype(np.float32)

    def slope(scores: NDArray) -> tuple[float, NDArray]:
        scores = scores + known
        loss = share * (np.logaddexp(0, scores) - right * scores)
        return float(loss.sum(dtype=np.float64)), share * (
            1 / (1 + np.exp(-np.clip(scores, -30, 30))) - right
        )

    blocks, used = [], []
    for chance in chances.T[:-1]:
        block = (sparse.diags(np.where(chance < LEAST, 0, chance)) @ words).tocsr()
        block.eliminate_zeros()
        used.append(np.flatnonzero(np.bincount(block.indices, minlength=block.shape[1]) >= FEWEST))
        blocks.append((block[:, used[-1]], None))
    *found, start = descend(
        [*blocks, (sparse.csr_matrix(chances[:, :-1]), None)], len(COMMON), slope, SHRINK, ROUNDS
    )
    whole = np.zeros((words.shape[1], len(asked), len(COMMON)), np.float32)
    for number, (its, weights) in enumerate(zip(used, found, strict=True)):
        whole[its, number] = weights
    return whole[:, asked], start[asked]


def write_kinds(
    folder: Path,
    learned: LearnedKinds,
    kept: Sequence[int],
    stepped: Callable[[NDArray], tuple[NDArray, list[float]]],
) -> None:
    """`kept` are the words that ship, in order."""
    words, steps = stepped(learned.words[list(kept)])
    np.save(folder / "kinds.npy", words)
    said = {
        "asked": learned.asked,
        "steps": steps,
        "start": np.round(learned.start.astype(float), 4).tolist(),
    }
    (folder / "kinds.json").write_text(json.dumps(said, indent=1) + "\n", "utf-8")
