"""Teach the reader: adapt the shipped model to what a shop's staff corrected. Plain Python and NumPy.

Only the weights of the words that occur in the corrections move, and each is held near where it was. The
shipped model itself is trained by `feedback.text.train_base`.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feedback.orthography import fold
from feedback.text.batch import Batch, batch
from feedback.text.hashing import known_as
from feedback.text.model import SENTIMENTS, Floats, Model
from feedback.text.reading import Lang
from feedback.text.scores import accuracy, micro_macro_f1
from feedback.text.vocabulary import Vocabulary

HELD = 4  # one text in so many is not learned from
FEWEST = 3  # examples of a theme or a problem before it is learned
ROUNDS, RATE = 150, 0.3
HOLD, HOLD_FELT = 0.02, 1.0  # how hard a weight is drawn back to where it was; that of a sentiment
HOLD_START = 10.0  # and how much harder the start, which every text has
RARE = -2.0  # where a theme or a problem starts that no text was read for before
SURE = 0.5  # the least chance at which a theme or a problem is said


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text and what a person says of it; None means that nobody said anything about that side.

    `sentiment` is negative, neutral or positive; `themes` are all themes of the text (ids of the taxonomy or
    slugs of the shop's own, () for none); `problem` is a word of policy's vocabulary.
    """

    text: str
    lang: str | None = None
    sentiment: str | None = None
    themes: tuple[str, ...] | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Shares from 0 to 1 on examples that were not learned from; None where no such example says anything.

    Sentiment and problem: the share read right. Themes: micro-F1.
    """

    sentiment: float | None
    themes: float | None
    problem: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapted:
    """What adapting made: `delta` for `Model.adapted(base, delta)`, and how base and adapted model score.

    `seen` examples were learned from, `unseen` held out: which is which depends on the text alone, so a
    longer list of corrections never moves an example from one side to the other.
    """

    delta: bytes
    engine: str
    before: Scores
    after: Scores
    seen: int
    unseen: int


def adapt(base: Model, examples: Sequence[Example]) -> Adapted:
    """Learn from a shop's examples, held near the base model. The same examples, in any
    order, give the same bytes. Raises ValueError when there is nothing to learn from.
    """
    told = sorted(set(examples), key=repr)
    seen = [example for example in told if not is_held(example.text)]
    unseen = [example for example in told if is_held(example.text)]
    if not seen:
        raise ValueError("no examples to learn from")
    delta = _delta(base, (*base.outputs, *_new_outputs(seen)), seen)
    adapted = Model.adapted(base, delta)
    return Adapted(
        delta=delta,
        engine=adapted.engine,
        before=scores(base, unseen),
        after=scores(adapted, unseen),
        seen=len(seen),
        unseen=len(unseen),
    )


def is_held(text: str) -> bool:
    """True for texts that are only measured on, whatever their marks, case and spaces."""
    return zlib.crc32(" ".join(fold(text).split()).encode("utf-8", "replace")) % HELD == 0


def scores(model: Model, examples: Sequence[Example]) -> Scores:
    """How a model answers the examples; only about themes and problems that it knows."""
    if not examples:
        return Scores(sentiment=None, themes=None, problem=None)
    words = _read(examples)
    logits = model.logits(model.sums(words), words.langs)
    felt = [SENTIMENTS[number] for number in model.sentiments(logits, words.langs).argmax(axis=1)]
    pairs = [(one.sentiment, said) for one, said in zip(examples, felt, strict=True) if one.sentiment]
    themes = [
        (set(one.themes), {name for name, chance in said.items() if chance > SURE})
        for one, said in zip(examples, model.named(logits, "theme:"), strict=True)
        if one.themes is not None
    ]
    problems = [
        (one.problem, max(said, key=lambda name: (said[name], name), default=""))
        for one, said in zip(examples, model.named(logits, "problem:"), strict=True)
        if one.problem
    ]
    return Scores(
        sentiment=accuracy(*zip(*pairs, strict=True)) if pairs else None,
        themes=micro_macro_f1(*zip(*themes, strict=True))[0] if themes else None,
        problem=accuracy(*zip(*problems, strict=True)) if problems else None,
    )


def _read(examples: Sequence[Example]) -> Batch:
    langs = [Lang(one.lang) if one.lang in set(Lang) else None for one in examples]
    return batch(Vocabulary(), [one.text for one in examples], langs)


def _new_outputs(examples: Sequence[Example]) -> list[str]:
    """A column for every theme and problem with examples enough."""
    told = [f"theme:{name}" for one in examples for name in set(one.themes or ())]
    told += [f"problem:{one.problem}" for one in examples if one.problem]
    return [output for output in sorted(set(told)) if told.count(output) >= FEWEST]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entries:
    """How much each different word counts in each text: parallel arrays, by text."""

    words: list[str]
    rarity: Floats  # [words]
    word: NDArray[np.intp]
    text: NDArray[np.intp]
    value: Floats

    def scores(self, weights: Floats, texts: int) -> Floats:
        return _added(weights[self.word] * self.value[:, None], self.text, texts)

    def slopes(self, of_scores: Floats) -> Floats:
        return _added(of_scores[self.text] * self.value[:, None], self.word, len(self.words))


def _added(rows: Floats, groups: NDArray[np.intp], many: int) -> Floats:
    added = np.zeros((many, rows.shape[1]), np.float32)
    np.add.at(added, groups, rows)
    return added


def _entries(base: Model, words: Batch) -> _Entries:
    sums = base.sums(words)
    square = np.bincount(sums.text, weights=sums.square, minlength=len(words)) + 1
    named = [known_as(word) for word in words.vocabulary.words]  # numbers are many words and one name
    number = {name: at for at, name in enumerate(dict.fromkeys(named[at] for at in words.word.tolist()))}
    place = np.array([number[named[at]] for at in words.word.tolist()], np.intp)
    rarity = np.zeros(len(number), np.float32)
    rarity[place] = np.sqrt(base.squares(words))
    value = rarity[place] / np.sqrt(square)[words.text]
    return _Entries(
        words=list(number),
        rarity=rarity,
        word=place,
        text=words.text.astype(np.intp),
        value=value.astype(np.float32),
    )


def _delta(base: Model, outputs: tuple[str, ...], examples: Sequence[Example]) -> bytes:
    """Weights that answer the examples better, by AdaGrad over all of them at once."""
    words = _read(examples)
    entries = _entries(base, words)
    known = base.logits(base.sums(words), words.langs)
    new = len(outputs) - len(base.outputs)
    known = np.hstack([known, np.full((len(known), new), RARE, np.float32)])
    slope_of = _slope(outputs, examples, heat=base.heat.mean())
    weights = np.zeros((len(entries.words), len(outputs)), np.float32)
    start = np.zeros(len(outputs), np.float32)
    hold = np.where(np.arange(len(outputs)) < len(SENTIMENTS), HOLD_FELT, HOLD).astype(np.float32)
    speed, start_speed = np.full_like(weights, 1e-4), np.full_like(start, 1e-4)
    for _ in range(ROUNDS):
        slope = slope_of(known + start + entries.scores(weights, len(examples)))
        down, start_down = (
            entries.slopes(slope) + hold * weights,
            slope.sum(axis=0) + HOLD_START * hold * start,
        )
        speed += down**2
        start_speed += start_down**2
        weights -= RATE * down / np.sqrt(speed)
        start -= RATE * start_down / np.sqrt(start_speed)
    start[len(base.outputs) :] += RARE
    return _packed(base, outputs, entries.words, weights * entries.rarity[:, None], start, len(examples))


def _slope(
    outputs: tuple[str, ...], examples: Sequence[Example], *, heat: float
) -> Callable[[Floats], Floats]:
    """Of the loss by the scores: a softmax over the sentiments, a yes-or-no for each theme and problem."""
    right = np.zeros((len(examples), len(outputs)), np.float32)
    asked = np.zeros_like(right)
    for row, one in enumerate(examples):
        for column, output in enumerate(outputs):
            kind, _, name = output.partition(":")
            if kind == "theme" and one.themes is not None:
                right[row, column], asked[row, column] = name in one.themes, 1
            elif kind == "problem" and one.problem:
                right[row, column], asked[row, column] = name == one.problem, 1
            elif column < len(SENTIMENTS) and one.sentiment:
                right[row, column], asked[row, column] = output == one.sentiment, 1

    def slope(scores: Floats) -> Floats:
        said = 1 / (1 + np.exp(-np.clip(scores, -30, 30)))
        hot = scores[:, :3] / heat
        powers = np.exp(hot - hot.max(axis=1, keepdims=True))
        said[:, :3] = powers / powers.sum(axis=1, keepdims=True)
        return asked * (said - right)

    return slope


def _packed(
    base: Model, outputs: tuple[str, ...], words: list[str], rows: Floats, start: Floats, seen: int
) -> bytes:
    """An .npz without a date, so that the same corrections give the same bytes.

    Its words are sorted: as they were met, they would tell what stood in a text.
    """
    order = sorted(range(len(words)), key=words.__getitem__)
    arrays = {
        "base": np.array(base.engine),
        "engine": np.array(f"{base.engine}+{seen}"),
        "outputs": np.array(outputs),
        "words": np.array([words[number] for number in order]),
        "rows": rows[order].astype(np.float16),
        "start": np.hstack([base.start, np.zeros((2, len(start) - base.start.shape[1]))]) + start,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            written = io.BytesIO()
            np.save(written, array.astype(np.float32) if name == "start" else array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), written.getvalue())
    return packed.getvalue()
