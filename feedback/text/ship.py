"""Write a trained model into a folder, small: learned words whole, pairs and pieces in a hundred steps."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from feedback.text.batch import batch
from feedback.text.kinds import COMMON
from feedback.text.labelled import COMPLAINTS, OUTPUTS, Labelled, answers, labelled, with_unmarked
from feedback.text.model import FELT, SENTIMENTS, Model, load_from
from feedback.text.reading import Lang
from feedback.text.scores import macro_f1, recall
from feedback.text.train_base import Features, Learned, features, learn, word_lists
from feedback.text.train_kinds import learn_kinds, write_kinds
from feedback.text.vocabulary import Vocabulary

ENGINE = "linear-7"
STEPS = 127
OUTERMOST = 99.95  # percentile of the sizes of weights that is the last step
KIND_OUTERMOST = 100.0  # the same for kinds, of which a few words tell most
THIRD = STEPS // 3  # so many for runs of a kind, three of which are added up within a byte
OFFSETS = np.arange(-1.2, 1.7, 0.1)
HEARD = 0.85  # the share of negative texts to be heard, in the mean of the sets
FLOORS = {  # macro-F1 of a plain model a language (words 1-2, TF-IDF, linear SVC) on the same dev texts
    "vi_vsfc": 0.714,
    "vi_aivivn2019": 0.908,
    "vi_beauty_absa": 0.626,
    "vi_visfd": 0.635,
    "vi_vlsp2016": 0.637,
    "vi_shopee_stars": 0.594,
    "vi_vlsp2018_restaurant": 0.595,
    "en_airline": 0.722,
    "en_uci_sentences": 0.866,
    "en_womens_clothing": 0.571,
    "en_semeval14_restaurant": 0.565,
}
SLACK = 0.005  # how far a set may fall below
UNJUDGED = ("en_pros_cons", "vi_vispamreviews")  # say too little of where the lines are
HEATS = np.arange(0.4, 3.01, 0.05)


def train(data: Path, folder: Path) -> None:
    """Learn from the train files of `data`, set the lines by its dev files, write the model into `folder`."""
    rows = list(with_unmarked(list(labelled(data, "train"))))
    theme_map = json.loads((data / "theme_map.json").read_text("utf-8"))["map"]
    seen = features(rows, word_lists(data))
    learned = learn(seen, answers(rows, theme_map), [row.lang for row in rows])
    kept = _write(folder, seen, learned)
    first = OUTPUTS.index(f"common:{COMMON[0]}")
    kinds = learn_kinds(rows, seen, learned, slice(first, first + len(COMMON)), theme_map)
    if kinds:
        write_kinds(folder, kinds, kept, _stepped_for_kinds)
    _draw_lines(folder, list(labelled(data, "dev")))


def _write(folder: Path, seen: Features, learned: Learned) -> list[int]:
    """Numbers of the words that ship, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    is_kept = (seen.own > 0) | (seen.listed.sum(axis=1).A1 > 0)
    kept = sorted({word: number for number, word in enumerate(seen.words) if is_kept[number]}.items())
    numbers = [number for _, number in kept]
    words = np.column_stack([learned.word[numbers], seen.rarity[numbers] ** 2])
    pieces, piece_steps = _stepped(np.column_stack([learned.piece, seen.piece_rarity**2]))
    runs, run_steps = _stepped(learned.run)
    (folder / "words.txt").write_text("\n".join(word for word, _ in kept), "utf-8")
    np.save(folder / "words.npy", words.astype(np.float16))
    np.save(folder / "pieces.npy", pieces)
    np.save(folder / "runs.npy", runs)
    said = {
        "engine": ENGINE,
        "outputs": OUTPUTS,
        "rarest": round(float(seen.rarity.max()), 4),
        "heat": [1.0, 1.0],
        "start": np.round(learned.start.astype(float), 4).tolist(),
        "piece_steps": piece_steps,
        "run_steps": run_steps,
    }
    _say(folder, said)
    return numbers


def _say(folder: Path, said: dict[str, object]) -> None:
    (folder / "model.json").write_text(json.dumps(said, indent=1) + "\n", "utf-8")


def _stepped_for_kinds(weights: NDArray, *, are_runs: bool) -> tuple[NDArray, list[float]]:
    return _stepped(weights, most=THIRD) if are_runs else _stepped(weights, KIND_OUTERMOST)


def _stepped(
    weights: NDArray, outermost: float = OUTERMOST, most: int = STEPS
) -> tuple[NDArray, list[float]]:
    steps = []
    for column in weights.T:
        sizes = np.abs(column[column != 0])
        steps.append(float(np.float32(np.percentile(sizes, outermost) / most)) if len(sizes) else 1.0)
    return np.clip(np.round(weights / np.array(steps)), -most, most).astype(np.int8), steps


def _draw_lines(folder: Path, rows: Sequence[Labelled]) -> None:
    """Move the starts to where sentiments and complaints are told apart best, and set the heat."""
    model = load_from(folder)
    said = json.loads((folder / "model.json").read_text("utf-8"))
    for side, is_english in enumerate((False, True)):
        its = [row for row in rows if (row.lang is Lang.EN) == is_english]
        logits = np.vstack(_logits(model, its)) if its else np.zeros((0, len(OUTPUTS)))
        felt = [number for number, row in enumerate(its) if row.polarity]
        moved = np.zeros(FELT)
        if felt:
            feelings, right = logits[felt, :3], [its[number] for number in felt]
            moved[:3] = _offsets(feelings, right)
            said["heat"][side] = _heat(feelings + moved[:3], right)
        told = [number for number, row in enumerate(its) if row.source in COMPLAINTS]
        if told:
            moved[3] = _complaint_offset(logits[told, 3], [its[number] for number in told])
        start = zip(said["start"][side], [*moved, *[0] * len(OUTPUTS)], strict=False)
        said["start"][side] = [round(old + float(move), 4) for old, move in start]
    _say(folder, said)


def _logits(model: Model, rows: Sequence[Labelled]) -> list[NDArray]:
    vocabulary = Vocabulary()
    found = []
    for first in range(0, len(rows), 512):
        some = rows[first : first + 512]
        part = batch(vocabulary, [row.text for row in some], [row.lang for row in some])
        found.append(model.logits(model.sums(part), part.langs))
    return found


def _offsets(logits: NDArray, rows: Sequence[Labelled]) -> NDArray:
    """Best for the mean macro-F1 of the sets, as long as enough of the negative texts are heard."""
    sources = np.array([row.source for row in rows])
    right = [row.polarity or "" for row in rows]
    sets = {source: np.flatnonzero(sources == source) for source in sorted(set(sources) - set(UNJUDGED))}

    def gain(offsets: NDArray) -> float:
        given = [SENTIMENTS[number] for number in (logits + offsets).argmax(axis=1)]
        pairs = {source: ([right[n] for n in its], [given[n] for n in its]) for source, its in sets.items()}
        right_so_far = {source: macro_f1(*pair) for source, pair in pairs.items()}
        heard = [recall(*pair, "negative") or 0.0 for pair in pairs.values()]
        unheard = max(0.0, HEARD - sum(heard) / len(heard))
        under = [FLOORS.get(source, 0.0) - SLACK - share for source, share in right_so_far.items()]
        missed = 2 * unheard + 2 * sum(max(0.0, gap) for gap in under)
        return sum(right_so_far.values()) / len(pairs) - missed

    tried = [np.array([bad, neither, 0.0]) for bad in OFFSETS for neither in OFFSETS]
    return max(tried, key=lambda offsets: round(gain(offsets), 6))


def _complaint_offset(logits: NDArray, rows: Sequence[Labelled]) -> float:
    right = [str("complaint" in row.themes) for row in rows]
    return max(OFFSETS, key=lambda offset: macro_f1(right, [str(bool(x > 0)) for x in logits + offset]))


def _heat(logits: NDArray, rows: Sequence[Labelled]) -> float:
    """The one number by which to divide, so that the right answers are the likeliest."""
    right = [SENTIMENTS.index(row.polarity or "") for row in rows]

    def loss(heat: float) -> float:
        hot = logits / heat
        hot = hot - hot.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(hot).sum(axis=1)) - hot[np.arange(len(right)), right]))

    return round(float(min(HEATS, key=loss)), 2)
