"""Learn what `feedback.text.kinds` tells: the kind of shop, and what its themes are called there.

Needs SciPy (extra `train`); the same texts give the same weights.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from feedback.text.hashing import KIND_BITS, kind_places
from feedback.text.kinds import COMMON, TABLES
from feedback.text.labelled import KINDS, LEVEL, USUAL, Labelled
from feedback.text.train_base import Features, Learned, descend, normed, normed_runs

OTHERS, EVERY = 0.05, 3  # how much sets without themes count as "any other kind", and one text in so many
SHRINK_KIND, SHRINK, SHRINK_RUNS = 1e-6, 5e-6, 2e-5
ROUNDS = 60
FEWEST, FEWEST_RUNS = 3, 2  # texts of a kind with a word, and with a run of words
EIGHT = 8  # rows are so many numbers wide, or twice that
STARTS = {  # moves what a theme of a kind starts with to where it is told best, as learning looks at the loss
    "cosmetics": {"product": -0.8, "delivery": 0.2, "packaging_damage": 0.8, "other": -0.4},
    "laptops": {"price": 1.0, "service": 0.8, "general": -0.8, "other": -0.4},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedKinds:
    """As `Kinds`, for all words, each by how often it stands in a text."""

    asked: dict[str, list[str]]
    of_kinds: NDArray
    words: NDArray
    runs: NDArray
    start: NDArray
    further: NDArray


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
    of_kinds, (start,) = _kind_weights(words, _weights(rows, kind), kind, len(kinds))
    side = [int(rows[number].lang == "en") for number in taught]
    told = _Told(
        kind=kind[taught],
        asked=asked,
        known=counts[taught] @ learned.word[:, heads] + learned.start[side, heads],
        right=np.array([[name in named[number] for name in COMMON] for number in taught], np.float32),
    )
    by_words, by_runs, further = _further(words[taught], normed_runs(seen)[taught], told)
    return LearnedKinds(
        asked={
            name: [one for one, is_asked in zip(COMMON, its, strict=True) if is_asked]
            for name, its in zip(kinds, asked, strict=True)
        },
        of_kinds=of_kinds * seen.own[:, None],
        words=by_words * seen.own[:, None, None],
        runs=by_runs,
        start=start,
        further=further,
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


def _weights(rows: Sequence[Labelled], kind: NDArray) -> NDArray:
    """How much each text tells of the kinds."""
    sources = np.array([row.source for row in rows])
    weight = np.zeros(len(rows), np.float32)
    for source in sorted(set(sources)):
        its = np.flatnonzero(sources == source)
        weight[its] = (USUAL / len(its)) ** LEVEL
    others = np.flatnonzero(kind < 0)
    weight[others] *= OTHERS * EVERY
    weight[np.delete(others, np.s_[::EVERY])] = 0
    return weight


def _kind_weights(words: sparse.csr_matrix, weight: NDArray, kind: NDArray, many: int) -> list[NDArray]:
    """Weights of the words and the start, for each of so many kinds and any other (-1 in `kind`)."""
    its = np.flatnonzero(weight)
    share = (weight[its] / weight[its].sum())[:, None].astype(np.float32)
    answer = np.eye(many + 1, dtype=np.float32)[kind[its]]

    def slope(scores: NDArray) -> tuple[float, NDArray]:
        said = np.maximum(_softmax(scores), 1e-30)
        return float(-(share * answer * np.log(said)).sum(dtype=np.float64)), share * (said - answer)

    one = sparse.csr_matrix(np.ones((len(its), 1), np.float32))
    return descend([(words[its], None), (one, None)], many + 1, slope, SHRINK_KIND, ROUNDS)


def _softmax(scores: NDArray) -> NDArray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Texts with themes: number of the kind, what the model's own heads say, and what is right."""

    kind: NDArray
    asked: NDArray  # [kinds, COMMON]
    known: NDArray  # [texts, COMMON]
    right: NDArray  # [texts, COMMON]

    def in_slots(self, of_common: NDArray) -> NDArray:
        """[texts, slots] of [texts, COMMON]: of the themes that the text's kind speaks of; 0 else."""
        width = _eights(int(self.asked.sum(axis=1).max()))
        slots = np.zeros((len(of_common), width), np.float32)
        for number, asked in enumerate(self.asked):
            its = self.kind == number
            slots[np.ix_(its, np.arange(asked.sum()))] = of_common[its][:, asked]
        return slots


def _eights(width: int) -> int:
    return -(-width // EIGHT) * EIGHT


def _further(
    words: sparse.csr_matrix, runs: sparse.csr_matrix, told: _Told
) -> tuple[NDArray, NDArray, NDArray]:
    """Weights of words, [words, kinds, slots], of runs, and starts, [kinds, slots], that are added to what is
    known.
    """
    judged = told.asked[told.kind]
    share = told.in_slots(judged / np.maximum(judged.sum(axis=0), 1))
    known, right = told.in_slots(told.known), told.in_slots(told.right)

    def slope(scores: NDArray) -> tuple[float, NDArray]:
        scores = scores + known
        loss = share * (np.logaddexp(0, scores) - right * scores)
        return float(loss.sum(dtype=np.float64)), share * (
            1 / (1 + np.exp(-np.clip(scores, -30, 30))) - right
        )

    is_of = sparse.csr_matrix(np.eye(len(told.asked), dtype=np.float32)[told.kind])
    blocks = [(sparse.diags(one) @ words).tocsr() for one in is_of.T.toarray()]
    used = [np.flatnonzero(_texts_with(block) >= FEWEST) for block in blocks]
    less = np.float32(np.sqrt(SHRINK / SHRINK_RUNS))
    *found, by_runs, start = descend(
        [
            *((block[:, its], None) for block, its in zip(blocks, used, strict=True)),
            (_runs_of_kinds(runs, is_of) * less, None),
            (is_of, None),
        ],
        share.shape[1],
        slope,
        SHRINK,
        ROUNDS,
    )
    by_words = np.zeros((words.shape[1], len(told.asked), share.shape[1]), np.float32)
    for number, (its, weights) in enumerate(zip(used, found, strict=True)):
        by_words[its, number] = weights
    return by_words, by_runs * less, start


def _runs_of_kinds(runs: sparse.csr_matrix, is_of: sparse.csr_matrix) -> sparse.csr_matrix:
    """[texts, 2 ** KIND_BITS]: the runs of a text that some texts of its kind share, by their places."""
    parts = []
    for number, one in enumerate(is_of.T.toarray()):
        its = (sparse.diags(one) @ runs).tocsr()
        its.eliminate_zeros()
        its = its.tocoo()
        shared = _texts_with(its)[its.col] >= FEWEST_RUNS
        places = kind_places(its.col[shared].astype(np.int64), np.array(number))
        parts.append((its.data[shared], its.row[shared], places))
    data, row, column = (np.concatenate(some) for some in zip(*parts, strict=True))
    return sparse.csr_matrix((data, (row, column)), shape=(runs.shape[0], 1 << KIND_BITS))


def _texts_with(counts: sparse.spmatrix) -> NDArray:
    return np.bincount(counts.col if counts.format == "coo" else counts.indices, minlength=counts.shape[1])


def write_kinds(
    folder: Path,
    learned: LearnedKinds,
    kept: Sequence[int],
    stepped: Callable[..., tuple[NDArray, list[float]]],
) -> None:
    """`kept` are the words that ship, in order."""
    numbers = list(kept)
    steps = {}
    for name in TABLES:
        weights = getattr(learned, name)
        rows = weights if name == "runs" else weights[numbers]
        small, of_columns = stepped(rows.reshape(len(rows), -1), are_runs=name == "runs")
        if name != "runs":
            small = np.vstack([small, np.zeros_like(small[:1])])
        steps[name] = np.reshape(of_columns, rows.shape[1:]).tolist()
        small = small.reshape(len(small), *rows.shape[1:])
        more = _eights(small.shape[-1]) - small.shape[-1]
        np.save(folder / f"kinds.{name}.npy", np.pad(small, [(0, 0)] * (small.ndim - 1) + [(0, more)]))
    said = {
        "asked": learned.asked,
        "steps": steps,
        "start": np.round(learned.start.astype(float), 4).tolist(),
        "further": np.round(_moved(learned), 4).tolist(),
    }
    (folder / "kinds.json").write_text(json.dumps(said, indent=1) + "\n", "utf-8")


def _moved(learned: LearnedKinds) -> NDArray:
    """The further starts, moved by STARTS, [kinds, slots]."""
    further = learned.further.astype(float)
    for row, (kind, asked) in zip(further, learned.asked.items(), strict=True):
        row[: len(asked)] += [STARTS.get(kind, {}).get(theme, 0.0) for theme in asked]
    return further
