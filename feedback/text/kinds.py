"""What kind of shop a text is written to, and what the common themes are called there.

A theme is spoken of in other words in each kind of shop, and each speaks of a few themes only. A text's words
tell the kind; the further weights of its words and runs of words for that kind are added to the model's own.
Where two kinds are likely both answer, and each counts as much as it is likely. Trained by
`feedback.text.train_kinds`.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from feedback.text.batch import Batch, Flags, Numbers, begins
from feedback.text.hashing import kind_places

COMMON = "product price service delivery packaging_damage place process general other".split()
UNSURE = frozenset(
    {"delivery", "packaging_damage", "process"}
)  # the model's own heads know few kinds of shop
WORDED = frozenset({"price", "place"})
ABOUT, TOLD, WRONG = range(3)  # a phrase touches a theme; praises or blames it; names a problem

# Chances below which a phrase of the three sorts is doubted: by the model's own heads, chosen on dev texts;
# where the kind is known and speaks of the theme, more where it is known well, and where it is known and does
# not, all chosen on training texts that a model for this had not seen (docs/accuracy.md).
LEAST = (0.27, 0.38, 0.0)
LEAST_ASKED = (0.2, 0.2, 0.1)
LEAST_WORDED = 0.1  # the first two of them for themes that are named in few words
MORE_ASKED, MORE_WORDED = (0.3, 0.3, 0.15), 0.2  # the same where the kind is known well
LEAST_UNASKED = (0.5, 0.5, 0.3)
KNOWN = 0.5  # chance of a kind from which on it is known
WELL = 0.7  # the same for doubts about what the kind does not speak of, and for more of the others
NEVER = 1e-6  # chance of what a kind does not speak of
RIVAL = 0.15  # how likely the second kind must be beside the first for its answers to count
TABLES = ("of_kinds", "words", "runs")
Floats = NDArray[Any]

# Beside the bits of what is doubted: the kind is not known; it speaks of the shop as a whole ("general").
UNKNOWN, AS_A_WHOLE = (1 << 3 * len(COMMON) + number for number in range(2))
_general = COMMON.index("general")
_unsure = np.array([name in UNSURE for name in COMMON])
_worded = np.array([name in WORDED for name in COMMON])
_least_asked, _more_asked = (
    [np.where(_worded, min(worded, least), least) for least in asked]
    for asked, worded in ((LEAST_ASKED, LEAST_WORDED), (MORE_ASKED, MORE_WORDED))
)


class Runs(NamedTuple):
    """Runs of words of a batch, and their rows in the model's table of runs."""

    sided: Sequence[tuple[int, Flags, Numbers]]  # of two and three words that stand side by side: number of
    # the first one's last word, whether each is within a sentence, row
    turned: Numbers  # words under a negation
    of_turned: Numbers


class Steps(NamedTuple):
    """What the small numbers of each table are counted in."""

    of_kinds: Floats  # [kinds and any other]
    words: Floats  # [kinds, slots]
    runs: Floats  # [slots]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kinds:
    """`names` are the kinds; after them comes any other. The slots of a kind are the themes it speaks of.

    Rows of the tables are a multiple of eight wide, to be fetched at once; behind the row of the last learned
    word is one for all that were not.
    """

    names: tuple[str, ...]
    asked: NDArray[np.bool_]  # [kinds, COMMON]: whether the kind speaks of the theme
    of_kinds: NDArray  # [words + 1, kinds and any other]: how much a word tells of each kind
    words: NDArray  # [words + 1, kinds, slots]: its further weights
    runs: NDArray  # [2 ** KIND_BITS, slots]: those of pairs, triples and words under a negation
    steps: Steps
    start: Floats  # [kinds and any other]: what every text has
    further: Floats  # [kinds, slots]: likewise

    @classmethod
    def load_from(cls, folder: Path) -> Self | None:
        """As `feedback.text.train_kinds` writes them; None where there are none."""
        path = folder / "kinds.json"
        if not path.exists():
            return None
        said = json.loads(path.read_text("utf-8"))
        kept = {
            name: np.load(folder / f"kinds.{name}.npy", mmap_mode="r", allow_pickle=False) for name in TABLES
        }
        return cls(
            names=tuple(said["asked"]),
            asked=np.array([[name in asked for name in COMMON] for asked in said["asked"].values()]),
            steps=Steps(*(np.array(said["steps"][name], np.float32) for name in TABLES)),
            start=np.array(said["start"], np.float32),
            further=np.array(said["further"], np.float32),
            **kept,
        )

    def sharpened(
        self, batch: Batch, numbers: Numbers, runs: Runs, square: Floats, logits: Floats
    ) -> tuple[Floats, list[int]]:
        """Of the model's own logits, [texts, COMMON], those of the text's kind, and what is doubted, as
        `doubts`. `numbers` are the model's of the words, -1 for none; `square` is how much each text says at
        all, squared.
        """
        place = np.where(numbers < 0, len(self.of_kinds) - 1, numbers)
        shorter = (1 / np.sqrt(square)).astype(np.float32)[:, None]
        scores = _added(batch, _fetched(self.of_kinds, place))[:, : len(self.start)]

        def further(kind: Numbers) -> Floats:
            return self._further(batch, place, runs, kind) * shorter + self.further[kind]

        return self.judged(scores * self.steps.of_kinds * shorter + self.start, logits, further)

    def judged(
        self, scores: Floats, logits: Floats, further: Callable[[Numbers], Floats]
    ) -> tuple[Floats, list[int]]:
        """The same of the scores of the kinds, [texts, kinds and any other]; `further` tells for a kind a
        text, -1 where nobody asks, the further weights, [texts, slots].
        """
        texts = np.arange(len(scores))
        kinds = np.exp(scores - scores.max(axis=1, keepdims=True))
        kinds /= kinds.sum(axis=1, keepdims=True)
        kinds, neither = kinds[:, :-1], kinds[:, -1]
        first = kinds.argmax(axis=1)
        sure = kinds[texts, first]
        own, told = shares(logits), self._told(first, logits, further(first))
        kinds[texts, first] = 0
        second = kinds.argmax(axis=1)
        also = kinds[texts, second]
        if (rivals := also > RIVAL * sure).any():
            other = self._told(second, logits, further(np.where(rivals, second, -1)))
            share = np.where(rivals, also / (sure + also), 0)[:, None]
            told += share * (other - told)
        asked = self.asked[first]
        neither = np.where(sure > WELL, 0, neither)[:, None]  # of what the kind speaks of, it only adds
        told += np.where(asked & (own < told), 0, neither) * (own - told)
        told = told.clip(NEVER, 1 - NEVER)
        of_kind = (sure <= KNOWN) * UNKNOWN + asked[:, _general] * AS_A_WHOLE
        return np.log(told / (1 - told)), (doubts(told, own, sure, asked) + of_kind).tolist()

    def _told(self, kind: Numbers, logits: Floats, further: Floats) -> Floats:
        """Chances of the common themes, [texts, COMMON], for one kind a text."""
        slots = np.where(self.asked, self.asked.cumsum(axis=1) - 1, 0)
        added = np.take_along_axis(further, slots[kind], axis=1)
        return np.where(self.asked[kind], shares(logits + added), 0)

    def _further(self, batch: Batch, place: Numbers, runs: Runs, kind: Numbers) -> Floats:
        its = kind[batch.text]
        asked = its >= 0
        by_words = _fetched(self.words, place * len(self.names) + its, asked)
        by_runs = np.zeros(by_words.shape, np.int8)
        for last, stands, where in runs.sided:
            by_runs[last:] += _fetched(self.runs, kind_places(where, its[last:]), stands & asked[last:])
        turned = runs.turned[asked[runs.turned]]
        where = kind_places(runs.of_turned[asked[runs.turned]], its[turned])
        by_runs[turned] += _fetched(self.runs, where)  # three of a third of the steps: no number overflows
        return _added(batch, by_words) * self.steps.words[kind] + _added(batch, by_runs) * self.steps.runs


def doubts(chances: Floats, own: Floats, sure: Floats, asked: NDArray[np.bool_]) -> Numbers:
    """For each text the bits (`bit`) of the themes of which phrases are doubted.

    `chances` with and `own` without the kind's weights; `sure`, [texts], is the chance of the kind, `asked`,
    [texts, COMMON], what it speaks of.
    """
    well = sure[:, None] > WELL
    known = np.where(asked, sure[:, None] > KNOWN, well)
    told = np.zeros(len(chances), np.int64)
    for sort in (ABOUT, TOLD, WRONG):
        least = np.where(well, _more_asked[sort], _least_asked[sort])
        there = np.where(asked, chances < least, own < LEAST_UNASKED[sort])
        anywhere = (chances < LEAST[sort]) & ~_unsure
        told += np.where(known, there, anywhere) @ _bits[sort]
    return told


def doubted_anywhere(logits: Floats) -> list[int]:
    """The same where no kind of shop is known."""
    nowhere = np.zeros(len(logits))
    return doubts(own := shares(logits), own, nowhere, nowhere[:, None] > 0).tolist()


def bit(sort: int, common: str) -> int:
    return 1 << (sort * len(COMMON) + COMMON.index(common))


_bits = np.array([[bit(sort, common) for common in COMMON] for sort in (ABOUT, TOLD, WRONG)])


def shares(logits: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(logits, -30, 30)))


def _fetched(table: NDArray, rows: Numbers, kept: Flags | None = None) -> NDArray:
    """[rows, width] of a table of small numbers, eight of them at once; nothing where it is not `kept`."""
    width = table.shape[-1]
    eights = np.asarray(table).view(np.int64).reshape(-1, width // 8)
    found = (eights.ravel() if width == 8 else eights).take(rows, axis=0, mode="clip")
    if kept is not None:
        found = (found.T * kept).T
    return found.view(np.int8).reshape(-1, width)


def _added(batch: Batch, rows: NDArray) -> Floats:
    """The sums of the words of each text, two columns at a time."""
    added = np.zeros((len(batch), rows.shape[1]), np.float32)
    first = begins(batch.text)
    if len(first):
        pairs = np.add.reduceat(rows.astype(np.float32).view(np.complex64), first, axis=0)
        added[batch.text[first]] = pairs.view(np.float32)
    return added
