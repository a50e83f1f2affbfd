"""Signs of an "or else" in a batch of texts: hurtful acts, demands, conditions, hints, and where they stand.

None of them is leverage alone; leverage.py says which belong together. Most texts have none worth a look.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from feedback.orthography import unmark
from feedback.text.batch import Batch, Flags, Numbers, begins
from feedback.text.bounds import Bounded
from feedback.text.lexicon import Hit, Lexicon, phrases, table
from feedback.text.misspelt import unmasked
from feedback.text.pressing import Floats, Stretches, presser, stretches
from feedback.text.reading import Lang
from feedback.text.tokens import Tokens
from feedback.text.unended import parted
from feedback.text.weighed import weigher

LOW, CORE = -3.6, -0.8  # score of a stretch from which on it is looked at, from which on it may be cut out
HEARD = 0.3  # how much that score counts beside the weight of all that is looked at (weighed.py)
# Weight up to which it is none, whatever rules say; from which on it is leverage, though no rule says so.
# Between the two rules are heard where a sign of PUSHING stands.
DOUBT, SURE = -2.4, {Lang.EN: -0.45, Lang.VI: -1.0}
PUSHING = frozenset({"push", "bluff"})
ABOUT = 5.0  # how much less the shortest may press than the stretch that presses most
BESIDE = -3.2  # score of a lone sentence that goes with the stretch beside it
CURT = 3  # words of a sentence that may be a piece of another
CALM = -9.0  # score of a lone sentence that presses nobody
MOST = 400  # words of a text that are looked at
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
    sure: "Sure | None"  # the stretch that presses for sure, with the kinds of its words
    calm: list[bool]  # of each word, whether its sentence presses nobody
    bounded: Bounded  # of all texts that were looked at
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
    """The signs in each text of a batch that presses, holds an act or is disputed, by its number: in few."""
    if not len(batch.word):
        return {}
    batch = parted(batch)
    meant = replace(batch, word=unmasked(batch, texts))
    found = stretches(meant)
    scores = presser().scores(meant, found)
    plain = _plainly(meant)
    if not ((scores > LOW).any() or plain.any()):
        return {}
    kept, numbers, less = looked_at(batch, meant, found, scores, plain)
    if not numbers:
        return {}
    signs_found, bounded = signs_of(less), Bounded(less)
    weights = weigher().scores(less, bounded.kinds, signs_found)
    weights += HEARD * _most(found, scores, len(batch))[numbers]
    surely = np.zeros(len(batch), np.bool_)
    surely[numbers] = weights > _lines(less, SURE)
    pushing = np.array([not PUSHING.isdisjoint(hit.name for hit in hits) for hits in signs_found])
    doubted = (weights <= np.where(pushing, DOUBT, _lines(less, SURE))).tolist()
    sure = _sure(found, scores, surely)
    calm, rows = _calm(batch, found, scores)[kept].tolist(), kept.tolist()
    told = {}
    for place, (number, hits, is_doubted) in enumerate(zip(numbers, signs_found, doubted, strict=True)):
        if is_doubted:
            continue
        if number in sure or number in disputed or any(hit.name in ACTS for hit in hits):
            begin, past = less.bounds[place : place + 2]
            tokens, ahead = Tokens(less, place, texts[number]), batch.bounds[number]
            its = [row - ahead for row in rows[begin:past]]
            stretch = _placed(sure.get(number), its, ahead)
            told[number] = _signs(tokens, hits, its, stretch, calm[begin:past], bounded)
    return told


def looked_at(
    batch: Batch, meant: Batch, found: Stretches, scores: Floats, plain: Flags
) -> tuple[NDArray, list[int], Batch]:
    """The numbers of the words that are worth a look, of their texts, and those words with what they mean."""
    kept = _worth_a_look(batch, found, scores, plain)
    texts = batch.text[kept]
    numbers: list[int] = texts[begins(texts)].tolist()
    return kept, numbers, replace(meant.only(kept, numbers), sentence=batch.sentence[kept])


def signs_of(less: Batch) -> list[list[Hit]]:
    """Of each text."""
    return list(_lexicon().hits(less))


def _most(found: Stretches, scores: Floats, texts: int) -> Floats:
    """[texts]: the score of the stretch that presses most."""
    most = np.full(texts, -np.inf)
    np.maximum.at(most, found.text, scores)
    return most


def _lines(batch: Batch, lines: dict[Lang, float]) -> Floats:
    """[texts]: that of its language; whatever is not English is taken for Vietnamese."""
    return np.array([lines.get(lang, lines[Lang.VI]) for lang in batch.langs])


_DARES, _DENIES, _BANK, _ELSE = 1, 2, 4, 8


def _plainly(batch: Batch) -> Flags:
    """Sentences that a few words tell to be worth a look, however little they score.

    "Try not paying me and see…", and a chargeback beside an "otherwise", whatever else is told there.
    """
    bits = batch.vocabulary.beside("plain pressure", _told_by)[batch.word]
    first, sentence = begins(batch.sentence), batch.sentence
    plain = (np.bitwise_or.reduceat(bits, first) & (_BANK | _ELSE)) == _BANK | _ELSE
    dares = (bits[:-1] & _DARES > 0) & (bits[1:] & _DENIES > 0) & (sentence[1:] == sentence[:-1])
    plain[sentence[1:][dares]] = True
    return plain


def _told_by(known: list[str]) -> NDArray[np.uint8]:
    bits = _bits()
    return np.array([bits.get(unmark(word), 0) for word in known], np.uint8)


@cache
def _bits() -> dict[str, int]:
    """Bits by word without marks."""
    told: dict[str, int] = {}
    lists = ((_DARES, "dares"), (_DENIES, "denies"), (_BANK, "disputing"), (_ELSE, "elsewise"))
    for bit, name in lists:
        for word in words(name):
            told[word] = told.get(word, 0) | bit
    return told


def _worth_a_look(batch: Batch, found: Stretches, scores: Floats, plain: Flags) -> NDArray:
    """The words of the sentences that may press, and of their neighbours; of a text so many at most."""
    heard = (scores > LOW).nonzero()[0]
    steps = np.zeros(len(batch.word) + 1, np.int32)
    np.add.at(steps, found.first[heard], 1)
    np.add.at(steps, found.past[heard], -1)
    opens = begins(batch.sentence)
    pressing = plain.copy()
    pressing[batch.sentence[np.cumsum(steps[:-1]) > 0]] = True
    kept = (_spread(pressing, batch.text[opens])[batch.sentence]).nonzero()[0]
    rank = np.arange(len(kept)) - np.searchsorted(batch.text[kept], batch.text[kept])
    return kept[rank < MOST]


def _spread(sentences: Flags, text: Numbers) -> Flags:
    """Those sentences and their neighbours in the same text."""
    same = text[1:] == text[:-1]
    spread = sentences.copy()
    spread[1:] |= sentences[:-1] & same
    spread[:-1] |= sentences[1:] & same
    return spread


Sure = tuple[Place, Place, int]  # its words, those of them that press most, kinds of its words


def _sure(found: Stretches, scores: Floats, surely: Flags) -> dict[int, Sure]:
    """By number of the text: the stretch of it that presses most, without what only stands beside it."""
    sure: dict[int, Sure] = {}
    best = _most(found, scores, len(surely))
    its = (surely[found.text] & (scores >= np.minimum(best, CORE)[found.text])).nonzero()[0]
    most, shortest = _most_and_shortest(found, scores, its)
    alone, many = scores[: found.units], (found.past - found.first)[: found.units]
    may_press = (alone > BESIDE) | ((many <= CURT) & (alone > CALM))
    opens = found.first[: found.units]
    for number, core in zip(most.tolist(), shortest.tolist(), strict=True):
        begin, past = np.searchsorted(opens, (found.first[number], found.past[number])).tolist()
        first, last = np.searchsorted(opens, (found.first[core], found.past[core])).tolist()
        if (pressing := may_press[first:last].nonzero()[0]).size:
            first, last = first + int(pressing[0]), first + int(pressing[-1]) + 1
        narrow = int(opens[first]), int(found.past[last - 1])
        while first > begin and may_press[first - 1]:
            first -= 1
        while last < past and may_press[last]:
            last += 1
        sure[int(found.text[number])] = (
            (int(opens[first]), int(found.past[last - 1])),
            narrow,
            int(found.kinds[number]),
        )
    return sure


def _most_and_shortest(found: Stretches, scores: Floats, its: Numbers) -> tuple[Numbers, Numbers]:
    """One a text: the stretch that presses most, and the shortest within it that presses about as much."""
    its = its[np.lexsort((-scores[its], found.text[its]))]
    opens = begins(found.text[its])
    most = its[opens]
    of = np.repeat(np.arange(len(opens)), np.diff(opens, append=len(its)))
    within = (found.first[its] >= found.first[most][of]) & (found.past[its] <= found.past[most][of])
    near = its[within & (scores[its] >= scores[most][of] - ABOUT)]
    near = near[np.lexsort((-scores[near], (found.past - found.first)[near], found.text[near]))]
    return most, near[begins(found.text[near])]


def _calm(batch: Batch, found: Stretches, scores: Floats) -> Flags:
    """[words]: whether the word's sentence presses nobody."""
    most = np.full(int(batch.sentence[-1]) + 1, -np.inf)
    np.maximum.at(most, batch.sentence[found.first[: found.units]], scores[: found.units])
    return (most <= CALM)[batch.sentence]


def _placed(sure: Sure | None, kept: list[int], ahead: int) -> Sure | None:
    """The same stretch, counted in the words that are kept of its text, `ahead` words into the batch."""
    if sure is None:
        return None
    whole, core = (
        (bisect_left(kept, first - ahead), bisect_left(kept, past - ahead)) for first, past in sure[:2]
    )
    return (whole, core, sure[2]) if whole[0] < whole[1] else None


def _signs(
    tokens: Tokens, hits: list[Hit], numbers: list[int], sure: Sure | None, calm: list[bool], bounded: Bounded
) -> Signs:
    places: dict[str, list[Place]] = defaultdict(list)
    asking = _asking(tokens)
    for _, name, _, first, past, denied, *_ in hits:
        if not (denied and name == "demand") and past not in asking:
            places[name].append((first, past))
    places["demand"] = [place for place in places["demand"] if not _is_past(tokens, place[0])]
    vain = {tokens.sentence[first] for first, _ in places["vain"]}
    for sign in ("removal", "undo", "publicity", "low", "stage"):
        places[sign] = [place for place in places[sign] if tokens.sentence[place[0]] not in vain]
    places["posted"] = [place for place in places["posted"] if not _is_to_come(tokens, place[0])]
    written = {number for place in places["posted"] for number in range(*place)}
    for sign in ("publicity", "low", "stage"):
        places[sign] = [place for place in places[sign] if place[0] not in written]
    return Signs(tokens, numbers, places, sure, calm, bounded)


def _asking(tokens: Tokens) -> set[int]:
    """Numbers of the words behind a "sao" that is no star: "thì làm sao", "vì sao"."""
    bare = tokens.bare
    if "sao" not in bare:
        return set()
    why = words("why")
    return {past for past in range(2, len(bare) + 1) if bare[past - 1] == "sao" and bare[past - 2] in why}


def _is_to_come(tokens: Tokens, first: int) -> bool:
    """The review is yet to be written: "I will leave reviews everywhere"."""
    begin = max(bisect_left(tokens.sentence, tokens.sentence[first]), first - 6)
    return not words("to_come").isdisjoint(tokens.bare[begin:first])


def _is_past(tokens: Tokens, first: int) -> bool:
    """The demand was made or met before: "I asked for a refund", "was refunded", "đã hoàn tiền"."""
    begin = bisect_left(tokens.sentence, tokens.sentence[first])
    before = tokens.words[max(begin, first - 3) : first]
    return not words("past").isdisjoint(before) and "i" not in tokens.words[first : first + 1]
