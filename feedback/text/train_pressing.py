"""Learn what pressing.py tells, from own texts with and without an "or else" and from labelled reviews, which
hold none to speak of. Needs SciPy (extra `train`); the same texts give the same weights.

The own texts: leverage.<language>.jsonl and leverage.voices.<language>.jsonl (their halves "tuned"),
leverage.parts.<language>.json (sentences to be put together) and leverage.pairs.<language>.json (complaints).
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from feedback.orthography import unmark
from feedback.text.batch import Batch, batch
from feedback.text.labelled import labelled
from feedback.text.misspelt import unmasked
from feedback.text.pressing import (
    FILE,
    PAIRS,
    SINGLES,
    TOGETHER,
    Presser,
    length,
    names,
    pairs,
    present,
    single_places,
    stretches,
)
from feedback.text.unended import parted
from feedback.text.vocabulary import Vocabulary

AT_ONCE = 400  # texts
SOURCES = ("leverage", "leverage.voices")  # whole texts
EVERY = 40  # one review in so many
MISTAKEN = 5000  # reviews learned besides: those that the first turn takes most for an "or else"
SHRINK = 1e-5
ROUNDS = 150
TURNS = 3  # after the first, only the stretches of a text that press most stand for it
MARGIN = 0.3
PRESSING, HARD, REVIEW = 2.0, 12.0, 3.0  # how much a pressing text counts, a harmless own one, a review
OTHERS = 3.0  # how much more a text of another writer counts
ONCE, FREE = 1.0, 0.3  # seen so often on either side besides; how free a row is that leans to none
RUN_ON, UNMARKED = 3, 5  # one text in so many is learned behind a complaint too; of those without marks
UNKEPT = ("en_pros_cons",)  # lists of words, no texts


def train(data: Path, own_texts: Path, folder: Path) -> None:
    """`data` holds labelled reviews, `own_texts` the own ones; the weights are written into `folder`."""
    pressing, harmless = own(own_texts, *SOURCES)
    every = [row.text for row in labelled(data, "train") if row.source not in UNKEPT]
    reviews = every[::EVERY]
    seen, whose = _features([*pressing, *harmless, *reviews])
    group = np.repeat([0, 1, 2], [len(pressing), len(harmless), len(reviews)])
    others = {row["text"] for language in ("en", "vi") for row in tuned(own_texts, language, SOURCES[1])}
    much = np.array([OTHERS if text in others else 1.0 for text in [*pressing, *harmless, *reviews]])
    first = _learned(seen, whose, group, much)
    more, its = _features(worst(every, Presser(first)))
    whose = np.concatenate([whose, its + len(group)])
    group = np.concatenate([group, np.full(MISTAKEN, 2)])
    much = np.concatenate([much, np.ones(MISTAKEN)])
    learned = _learned(sparse.vstack([seen, more], "csr"), whose, group, much)
    np.save(folder / FILE, learned.astype(np.float16))


def worst(texts: Sequence[str], presser: Presser) -> list[str]:
    """The reviews most easily taken for an "or else"."""
    vocabulary, best = Vocabulary(), np.full(len(texts), -np.inf)
    for first in range(0, len(texts), AT_ONCE):
        some = texts[first : first + AT_ONCE]
        vocabulary = Vocabulary() if vocabulary.is_full else vocabulary
        part = parted(batch(vocabulary, some, [None] * len(some)))
        part = replace(part, word=unmasked(part, some))
        found = stretches(part)
        np.maximum.at(best, first + found.text, presser.scores(part, found))
    return [texts[number] for number in np.argsort(-best, kind="stable")[:MISTAKEN]]


def own(folder: Path, *sources: str) -> tuple[list[str], list[str]]:
    """Texts with an "or else", texts without; `sources` are the files of whole texts that are learned."""
    pressing: list[str] = []
    harmless: list[str] = []
    for language in ("en", "vi"):
        rows = tuned(folder, language, *sources)
        pairs, parts = (
            json.loads((folder / f"leverage.{name}.{language}.json").read_text("utf-8"))
            for name in ("pairs", "parts")
        )
        complaints = pairs["complaints"] + parts["told"]
        joined, apart = _joined(parts, complaints)
        threats = [row["text"] for row in rows if row["kind"]] + joined + pairs["threats"]
        pressing += threats + _run_on(threats[::RUN_ON], complaints)
        calm = [row["text"] for row in rows if not row["kind"]] + parts["neg"]
        asked = [ask for number in range(len(complaints)) for ask in _some(parts["ask"], number, 2)]
        harmless += calm + apart + complaints
        harmless += _run_on(asked, complaints) + _run_on(calm[::RUN_ON], complaints)
    return pressing, harmless


def tuned(folder: Path, language: str, *sources: str) -> list[dict[str, Any]]:
    """The own texts of that language that may be learned from."""
    files = [folder / f"{source}.{language}.jsonl" for source in sources]
    lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
    return [row for row in map(json.loads, lines) if row["half"] == "tuned"]


def _run_on(texts: list[str], complaints: list[str]) -> list[str]:
    """Each behind a complaint in one sentence, some of them without marks."""
    found = []
    for number, text in enumerate(texts):
        told = complaints[number % len(complaints)].rstrip(".!?")
        follows = following(unmark(text) if number % UNMARKED == 0 else text)
        found.append(f"{told}{', ' if number % 2 else ' '}{follows}")
    return found


def following(text: str) -> str:
    """As it is written within a sentence."""
    return text if text[:2] in ("I ", "I'") or text[:2].isupper() else text[:1].lower() + text[1:]


def _joined(parts: dict[str, list[str]], complaints: list[str]) -> tuple[list[str], list[str]]:
    """Sentences put together: hints with what is asked, demands with an "or else"; and demands alone."""
    asks, pressing = parts["ask"], joined_parts(parts)
    harmless = list(map(ended, asks))
    for number, complaint in enumerate(complaints):
        harmless.append(f"{ended(complaint)} {ended(asks[number % len(asks)])}")
    for number, plain in enumerate(parts["neg"]):
        harmless.append(f"{ended(complaints[number % len(complaints)])} {plain}")
    return pressing, harmless


def joined_parts(parts: dict[str, list[str]]) -> list[str]:
    """Hints with what is asked, demands with an "or else"."""
    asks = parts["ask"]
    pressing: list[str] = []
    for number, hint in enumerate([*parts["hint"], *parts["bankhint"]]):
        for ask in _some(asks, number, 2):
            one, other = ended(hint), ended(ask)
            pressing.append(f"{one} {other}" if len(pressing) % 2 else f"{other} {one}")
    for number, threat in enumerate(parts["threat"]):
        pressing += [
            f"{ask.rstrip('.?!')}{', ' if number % 2 else ' '}{threat}" for ask in _some(asks, number, 3)
        ]
    for number, edit in enumerate(parts["edit"]):
        for ask in _some(asks, number, 2):
            follows = edit[0].islower()
            pressing.append(f"{ask.rstrip('.?!')}, {edit}" if follows else f"{edit} {ended(ask)}")
    return pressing


def _some(asks: list[str], number: int, many: int) -> list[str]:
    return [asks[(7 * number + 13 * place) % len(asks)] for place in range(many)]


def ended(sentence: str) -> str:
    return sentence if sentence[-1] in ".!?" else f"{sentence}."


def _features(texts: Sequence[str]) -> tuple[sparse.csr_matrix, NDArray]:
    """A row a stretch, and the number of its text."""
    vocabulary = Vocabulary()
    rows, whose = [], []
    for first in range(0, len(texts), AT_ONCE):
        some = texts[first : first + AT_ONCE]
        part = parted(batch(vocabulary, some, [None] * len(some)))
        part = replace(part, word=unmasked(part, some))
        found = stretches(part)
        many = len(part.word)
        added = sparse.csr_matrix(
            (
                np.ones((found.past - found.first).sum(), np.float32),
                np.concatenate([np.arange(*one) for one in zip(found.first, found.past, strict=True)]),
                np.append(0, np.cumsum(found.past - found.first)),
            ),
            shape=(len(found.first), many),
        )
        words = sparse.diags(1 / length(found)) @ added @ _of_words(part)
        kinds = present(found.kinds)
        one, other = np.triu_indices(len(names()))
        together = sparse.csr_matrix(kinds[:, one] * kinds[:, other] * np.float32(TOGETHER))
        start = np.ones((len(kinds), 1), np.float32)
        rows.append(sparse.hstack([words, together, start], "csr", np.float32))
        whose.append(first + found.text)
    return sparse.vstack(rows, "csr"), np.concatenate(whose)


def _of_words(part: Batch) -> sparse.csr_matrix:
    known = [single_places(word) for word in part.vocabulary.words]
    found = [
        (np.full(len(known[word]), number), *np.array(known[word]).T)
        for number, word in enumerate(part.word.tolist())
    ]
    row, place, much = (np.concatenate(column) for column in zip(*found, strict=True))
    for last, places, counts in pairs(part):
        row, place = np.concatenate([row, last]), np.concatenate([place, SINGLES + places])
        much = np.concatenate([much, np.full(len(last), counts)])
    return sparse.csr_matrix(
        (much.astype(np.float32), (row, place.astype(np.int64))), shape=(len(part.word), SINGLES + PAIRS)
    )


def _learned(seen: sparse.csr_matrix, whose: NDArray, of_text: NDArray, much: NDArray) -> NDArray:
    """The weights; `of_text` and `much` tell of each text what it is and how much it counts."""
    group, is_used = of_text[whose], np.ones(len(whose), np.bool_)
    leans = leaning(seen, group == 0, _counts(whose, group, much))
    scaled, weights = (seen @ sparse.diags(leans)).tocsr(), np.zeros(seen.shape[1])
    for turn in range(TURNS):
        if turn:
            said = scaled @ weights
            best = np.full(whose.max() + 1, -np.inf)
            np.maximum.at(best, whose, said)
            is_used = (group > 0) | (said >= best[whose] - MARGIN)
        counts = _counts(whose[is_used], group[is_used], much)
        weights = fitted(scaled[np.flatnonzero(is_used)], group[is_used] == 0, counts, weights)
    return weights * leans


def _counts(whose: NDArray, group: NDArray, much: NDArray) -> NDArray:
    """[stretches]: how much each counts, so that a long text does not count much more than a short one."""
    many = np.bincount(whose)[whose]
    each = np.where(group == 0, PRESSING / many, np.where(group == 1, HARD, REVIEW) / np.sqrt(many))
    return each * much[whose]


def leaning(seen: sparse.csr_matrix, right: NDArray, counts: NDArray) -> NDArray:
    """[columns]: how free each is to weigh much: the more, the more it stands on one side only.

    As naive Bayes would weigh it (Wang and Manning, "Baselines and Bigrams", 2012); the last, which every
    row starts with, is as it is.
    """
    present = seen.astype(bool).astype(np.float64).T
    pressing, calm = present @ (counts * right), present @ (counts * ~right)
    odds = (pressing + ONCE) / (calm + ONCE) * counts[~right].sum() / counts[right].sum()
    leans = FREE + np.abs(np.log(odds))
    leans[-1] = 1
    return leans


def fitted(
    seen: sparse.csr_matrix, right: NDArray, counts: NDArray, start: NDArray, shrinking: float = SHRINK
) -> NDArray:
    """The weights by which the rows of `seen` are told right or not; the last is not held near zero."""
    back, total = seen.T.tocsr(), counts.sum()
    shrink = np.full(len(start), shrinking)
    shrink[-1] = 0

    def cost(weights: NDArray) -> tuple[float, NDArray]:
        said = seen @ weights
        for_it = np.where(right, said, -said)
        loss = (counts * np.logaddexp(0, -for_it)).sum() / total + 0.5 * (shrink * weights**2).sum()
        slope = counts * np.where(right, -1, 1) / (1 + np.exp(np.minimum(for_it, 60))) / total
        return loss, back @ slope + shrink * weights

    found = optimize.minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS})
    return found.x
