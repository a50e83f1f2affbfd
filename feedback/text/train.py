"""Teach the reader: adapt the shipped model to what a shop's staff corrected. Plain Python and NumPy.

The shipped model itself is trained by `feedback.text.train_base`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.text.model import Model


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


def adapt(base: Model, examples: Sequence[Example], *, seed: int = 7) -> Adapted:
    """Learn from a shop's examples, held near the base model. The same examples and seed give the same bytes.

    The order of the examples does not matter. Raises ValueError when there is nothing to learn from.
    """
    raise NotImplementedError
