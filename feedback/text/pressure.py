"""Signs of an "or else" in a batch of texts: hurtful acts, demands, conditions, hints, and where they stand.

None of them is leverage alone; leverage.py says which belong together. Most texts have none worth a look.
"""

from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from feedback.orthography import unmark
from feedback.text.batch import Batch, Flags, Numbers
from feedback.text.lexicon import Hit, Lexicon, phrases, table
from feedback.text.misspelt import unmasked
from feedback.text.tokens import Tokens

ACTS = frozenset(  # without one of them, or a dispute, nothing is leverage
    "undo removal chargeback posted publicity low stage bluff voice ready".split()
)
NEAR = 1  # sentences between an act and what ties it
Place = tuple[int, int]  # first word, word past the last


@cache
def _lexicon() -> Lexicon:
    return Lexicon(phrases("leverage"))


@cache
def words(name: str) -> frozenset[str]:
    return frozenset(table("pressure")["sets"][name])


@dataclass(slots=True)
class Signs:
    """For each kind of sign the places where it stands, and the sentences that hold one."""

    tokens: Tokens  # of the sentences worth a look
    numbers: list[int]  # of its words in the whole text
    places: dict[str, list[Place]]
    found_sentences: dict[str, set[int]] = field(default_factory=dict)

    def sentences(self, sign: str) -> set[int]:
        if sign not in self.found_sentences:
            sentence = self.tokens.sentence
            self.found_sentences[sign] = {sentence[first] for first, _ in self.places.get(sign, ())}
        return self.found_sentences[sign]

    def near(self, place: Place, *signs: str) -> bool:
        sentence = self.tokens.sentence[place[0]]
        return any(
            not self.sentences(sign).isdisjoint(range(sentence - NEAR, sentence + NEAR + 1)) for sign in signs
        )

    def beside(self, place: Place, *signs: str) -> bool:
        return any(self.tokens.sentence[place[0]] in self.sentences(sign) for sign in signs)


def signs(batch: Batch, texts: Sequence[str], disputed: Container[int]) -> dict[int, Signs]:
    """The signs in each text of a batch that holds an act or is disputed, by its number: in few."""
    meant = replace(batch, word=unmasked(batch, texts))
    kept = np.flatnonzero(_worth_a_look(meant)[meant.sentence])
    numbers = np.unique(batch.text[kept]).tolist()
    if not numbers:
        return {}
    less = replace(meant.only(kept, numbers), sentence=batch.sentence[kept])
    return {
        number: _signs(
            Tokens(less, place, texts[number]),
            hits,
            kept[less.starts[place] : less.starts[place + 1]] - batch.starts[number],
        )
        for number, (place, hits) in zip(numbers, enumerate(_lexicon().hits(less)), strict=True)
        if number in disputed or any(hit.name in ACTS for hit in hits)
    }


def _worth_a_look(batch: Batch) -> Flags:
    """The sentences near which something that could hurt and something that could press are named."""
    both = batch.vocabulary.beside("pressing", _hurts_or_presses)[batch.word]
    named = both[:, :2] | (both[:, 2:] & batch.plain[:, None])
    sentences = int(batch.sentence[-1:].sum()) + 1
    text = np.zeros(sentences, np.int32)
    text[batch.sentence] = batch.text
    hurts, presses = (np.bincount(batch.sentence[sign], minlength=sentences) > 0 for sign in named.T)
    return _spread(_spread(_spread(presses, text) & hurts, text), text)


def _spread(sentences: Flags, text: Numbers) -> Flags:
    """Those sentences and their neighbours in the same text."""
    same = text[1:] == text[:-1]
    spread = sentences.copy()
    spread[1:] |= sentences[:-1] & same
    spread[:-1] |= sentences[1:] & same
    return spread


def _hurts_or_presses(met: list[str]) -> list[tuple[bool, bool, bool, bool]]:
    """As written, and in a sentence without marks."""
    hurting, pressing = words("hurting"), words("pressing")
    return [
        (word in hurting, word in pressing, word in _bare("hurting"), word in _bare("pressing"))
        for word in met
    ]


@cache
def _bare(name: str) -> frozenset[str]:
    return frozenset(map(unmark, words(name)))


def _signs(tokens: Tokens, hits: list[Hit], numbers: NDArray) -> Signs:
    places: dict[str, list[Place]] = defaultdict(list)
    for hit in hits:
        if not (hit.denied and hit.name == "demand"):
            places[hit.name].append((hit.first, hit.past))
    places["demand"] = [place for place in places["demand"] if not _is_past(tokens, place[0])]
    vain = {tokens.sentence[first] for first, _ in places["vain"]}
    for sign in ("removal", "undo", "publicity", "low", "stage"):
        places[sign] = [place for place in places[sign] if tokens.sentence[place[0]] not in vain]
    return Signs(tokens, numbers.tolist(), places)


def _is_past(tokens: Tokens, first: int) -> bool:
    """The demand was made or met before: "I asked for a refund", "was refunded", "đã hoàn tiền"."""
    before = tokens.words[max(0, first - 3) : first]
    return not words("past").isdisjoint(before) and "i" not in tokens.words[first : first + 1]
