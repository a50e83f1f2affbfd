"""How a text feels: the trained model first, TextBlob only for English in which no word is known.

The one door to TextBlob: importing it costs seconds, so it happens in `second_opinion`, late.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from feedback.text.batch import Batch, added_up
from feedback.text.model import SENTIMENTS, Model
from feedback.text.reading import READ, Lang, Sentiment

LIKELY = 0.25  # chance from which on an answer of the model is told
FAMILIAR = 2  # learned words below which TextBlob is asked
FACES = frozenset({":good:", ":bad:"})  # as the vocabulary writes them
PRAISED = 0.5  # score of a clause with praise made of blame
SIDE = 0.1  # polarity from which on TextBlob takes a side
_sentiments = tuple(map(Sentiment, SENTIMENTS))


class Feeling(NamedTuple):
    """Score is the chance of positive less that of negative.

    `probability` is the chance of the sentiment, `complaint` that of a complaint; `heads` holds the model's
    other answers that are likely, each with its chance; `leanings` has a score for each clause.
    """

    sentiment: Sentiment
    score: float
    probability: float
    complaint: float
    heads: dict[str, float]
    leanings: Sequence[float]

    def of_clause(self, clause: int) -> float:
        """The score of one clause by itself; 0.0 where clauses were not looked at."""
        return self.leanings[clause] if self.leanings else 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Felt:
    """How the texts of a batch feel, one by one and as arrays; those have nothing of texts that the model
    does not know.
    """

    each: list[Feeling]
    outputs: tuple[str, ...]
    chances: NDArray[np.float64]  # [texts, outputs]; none of the sentiments
    leanings: NDArray[np.float64]  # [clauses of the batch]
    doubted: NDArray[np.int64]  # [texts]: bits of themes of which phrases are doubted (`kinds.doubts`)
    said: NDArray  # [words, outputs + 1]: what each word says of each output


_feeling = cast(Callable[[tuple], Feeling], partial(tuple.__new__, Feeling))  # _make costs three times that
UNREAD = Feeling(Sentiment.UNKNOWN, 0.0, 0.0, 0.0, {}, ())


def feelings(
    batch: Batch, turns: Sequence[float], covered: Sequence[int], texts: Sequence[str], model: Model
) -> Felt:
    """How each text of the batch feels; unknown in a language that is not ours.

    The turns, one a text, are added to what its words say, but for the words of the batch that they cover.
    """
    sums = model.sums(batch)
    logits = model.logits(sums, batch.langs)
    if covered:
        logits = _uncovered(batch, covered, logits, model)
    logits[:, 0] -= turns
    logits[:, 2] += turns
    logits, doubted = model.sharpened(batch, sums, logits)
    moods = model.sentiments(logits, batch.langs).astype(np.float64)
    likely = model.chances(logits).astype(np.float64)
    chances = np.zeros(logits.shape)
    chances[:, len(SENTIMENTS) :] = np.round(likely, 3)
    leanings = _praised(model.leanings(sums), batch, covered).astype(np.float64)
    bounds = added_up(np.bincount(sums.text, minlength=len(batch))).tolist()
    its_leanings = leanings.tolist()
    columns = zip(
        map(_sentiments.__getitem__, moods.argmax(axis=1).tolist()),
        np.round(moods[:, 2] - moods[:, 0], 3).tolist(),
        np.round(moods.max(axis=1), 3).tolist(),
        chances[:, len(SENTIMENTS)].tolist(),
        _heads(likely[:, 1:], chances[:, len(SENTIMENTS) + 1 :], model.outputs[len(SENTIMENTS) + 1 :]),
        (its_leanings[first:past] for first, past in pairwise(bounds)),
        strict=True,
    )
    told = np.array(doubted, np.int64)
    each = list(map(_feeling, columns))
    for text, is_strange in _unheard(batch, turns, model):
        each[text] = second_opinion(texts[text]) if is_strange else UNREAD
        chances[text] = told[text] = leanings[bounds[text] : bounds[text + 1]] = 0
    return Felt(
        each=each, outputs=model.outputs, chances=chances, leanings=leanings, doubted=told, said=sums.word
    )


def _uncovered(batch: Batch, covered: Sequence[int], logits: NDArray, model: Model) -> NDArray:
    holds = np.zeros(len(batch), np.bool_)
    holds[batch.text[covered]] = True
    texts, kept = holds.nonzero()[0], holds[batch.text]
    kept[covered] = False
    left = batch.only(kept.nonzero()[0], texts.tolist())
    logits[texts] = model.logits(model.sums(left), left.langs)
    return logits


def _praised(leanings: NDArray, batch: Batch, covered: Sequence[int]) -> NDArray:
    """ "Not bad for the price": a clause with praise made of blame leans to the good side."""
    if covered:
        clauses = batch.clause[covered]
        leanings[clauses] = np.maximum(leanings[clauses], PRAISED)
    return leanings


def _heads(likely: NDArray, rounded: NDArray, outputs: Sequence[str]) -> list[dict[str, float]]:
    told: list[dict[str, float]] = [{} for _ in likely]
    those = np.nonzero(likely >= LIKELY)
    columns = (*(numbers.tolist() for numbers in those), rounded[those].tolist())
    for text, output, chance in zip(*columns, strict=True):
        told[text][outputs[output]] = chance
    return told


def _unheard(batch: Batch, turns: Sequence[float], model: Model) -> Iterator[tuple[int, bool]]:
    """Texts that the model knows nothing of; whether they are English, so that another may know."""
    learned = model.tables.numbers_in(batch.vocabulary)[batch.word] >= 0
    known = np.bincount(batch.text[learned.nonzero()[0]], minlength=len(batch))
    few = set((known < FAMILIAR).nonzero()[0].tolist())
    for text, lang in enumerate(batch.langs):
        if lang is Lang.UNKNOWN and _only_faces(batch, text):
            continue
        if lang not in READ or (text in few and batch.starts[text] == batch.starts[text + 1]):
            yield text, False
        elif text in few and not turns[text] and lang is Lang.EN:
            yield text, True


def _only_faces(batch: Batch, text: int) -> bool:
    """A smile is read in every language."""
    words = batch.word[batch.starts[text] : batch.starts[text + 1]].tolist()
    return bool(words) and all(batch.vocabulary.words[word] in FACES for word in words)


def only_pressure(feeling: Feeling) -> Feeling:
    """Nothing but an "or else": whatever its words, nobody says that with pleasure."""
    if feeling.sentiment is Sentiment.UNKNOWN:
        return feeling
    return feeling._replace(sentiment=Sentiment.NEGATIVE, score=min(feeling.score, -0.5), complaint=1.0)


def even(feeling: Feeling) -> Feeling:
    """A question, or words that are neither praise nor blame, whatever the words are used for elsewhere."""
    return feeling._replace(sentiment=Sentiment.NEUTRAL, score=0.0, complaint=0.0)


def second_opinion(text: str) -> Feeling:
    """What TextBlob says of English."""
    from textblob import TextBlob

    score = round(float(TextBlob(text).sentiment.polarity), 3)
    word = Sentiment.NEUTRAL
    if abs(score) >= SIDE:
        word = Sentiment.POSITIVE if score > 0 else Sentiment.NEGATIVE
    return Feeling(word, score, (1 + abs(score)) / 2, max(0.0, -score), {}, ())
