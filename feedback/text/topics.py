"""What comes up again and again in comments that no theme caught: phrases, gathered into topics.

A phrase stands out when a larger share of people says it in the comments that were missed than in those that
a theme caught, by far more than chance. So what is said everywhere (the goods, thanks) proposes nothing, and
where nothing was caught there is nothing to tell by.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from math import erfc, log, sqrt

import numpy as np
from numpy.typing import NDArray

from feedback.orthography import fold, normalise, unmark
from feedback.tails import false_discoveries
from feedback.text.common_words import is_too_common
from feedback.text.grams import Grams, Words, code_of, grams
from feedback.text.reading import Lang
from feedback.text.spam import are_alike, prints_of, threes

FEWEST = 5  # different people who say it, each in words of their own
TIMES = 3.0  # as often as in comments that a theme caught, at least
FALSE_SHARE = 0.01  # of the phrases that stand out, those that do by chance
MOST_STANDING_OUT = 400
TOGETHER = 0.6  # of who says a phrase, those who speak of a topic: then it is a phrase of it
ALIKE = 0.5  # of a topic's comments, those that hold a phrase of another: then it is the same topic
WORDED_ALIKE = 0.6  # or the cosine of their words; two pairs of words that share one have 0.5
MOST_PHRASES = 8
MOST_FORMS = 20  # of a phrase, the most frequent
LONGEST_PHRASE = 60  # characters
COVERED = 0.9  # of a topic's comments that its phrases are to find
LONGER = 0.5  # of who says a phrase, those who say it with more words: then those name it
MOST_ALIKE = 20  # earlier texts that one is held against
NEAR = 0.2  # cosine of words to the nearest theme
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Known = Mapping[int, Mapping[str, int]]  # topics of before: key and people of their phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A comment. Two by one person have the same `who`. `themes`: none of one that was missed."""

    text: str
    who: str
    themes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """`text` as most people write it, `forms` as each does, `text` first; `key` as it is counted, `people`
    who say it in missed comments."""

    text: str
    key: str
    people: int
    is_exact: bool  # not a lone Vietnamese syllable, which is part of many words
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`name`: what tells most of it, in small letters. `phrases`: few that find nearly all of it.

    `comments`: places in what was given, those that hold most of its phrases first, of these the last; of
    copies only the first. `near`: the theme whose comments are worded most alike, and the cosine. `known`:
    the topic of before that it is. None: there is none.
    """

    name: str
    phrases: tuple[Phrase, ...]
    comments: tuple[int, ...]
    people: int
    near: tuple[str, float] | None = None
    known: int | None = None


def find(
    said: Sequence[Said], *, lang: Lang, passing: Iterable[str] = (), known: Known | None = None,
    fewest: int = FEWEST,
) -> list[Topic]:  # fmt: skip
    """Those that most people speak of first. All comments are read as of one language; a topic of before is
    told once, however many look like it."""
    places = originals([one.text for one in said])
    kept = [said[place] for place in places]
    if sum(not one.themes for one in kept) < fewest:
        return []
    counted = _Counted.of(kept, Words(lang, passing), fewest)
    found = sorted(_unlike(_topics(counted, fewest), counted), key=lambda one: (-one.people, one.name))
    near, topics, seen = _Near.of(kept, counted), [], set()
    for one in found:
        same = _same(one, known or {}, counted)
        if same is None or same not in seen:
            seen.add(same)
            at = tuple(places[place] for place in one.comments)
            topics.append(replace(one, comments=at, near=near.to(one), known=same))
    return topics


def originals(texts: Sequence[str]) -> list[int]:
    """Places of the texts that repeat no earlier one: word for word, or but for a few words if it is long."""
    seen: set[str] = set()
    alike: defaultdict[int, list[Set[str]]] = defaultdict(list)
    kept = []
    for place, text in enumerate(texts):
        same = " ".join(fold(text).split())
        if same in seen:
            continue
        seen.add(same)
        its = threes(text)
        numbers = set(prints_of(its) or ())
        if any(are_alike(its, other) for number in numbers for other in alike[number][-MOST_ALIKE:]):
            continue
        kept.append(place)
        for number in numbers:
            alike[number].append(its)
    return kept


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Counted:
    """The phrases that stand out: `codes` in order, with their `weight` (log of how many times as often) and
    where each stands in missed comments. `who`: of each text."""

    texts: Sequence[str]
    words: Words
    who: Numbers
    codes: NDArray[np.uint64]
    weight: NDArray[np.float64]
    test: "_Test"
    at: Grams
    single: Grams  # all single words, wherever they stand

    @classmethod
    def of(cls, said: Sequence[Said], words: Words, fewest: int) -> "_Counted":
        texts = [one.text for one in said]
        missed = np.array([not one.themes for one in said], np.bool_)
        who = np.unique([one.who for one in said], return_inverse=True)[1].astype(np.int64)
        by_length = list(grams(texts, words))
        every = Grams.joined([_often(some, missed, fewest) for some in by_length])
        codes, place = np.unique(every.code, return_inverse=True)
        within, beside = (_people(place, every.text, who, of, len(codes)) for of in (missed, ~missed))
        test = _Test.of(within, beside, len(np.unique(who[missed])), len(np.unique(who[~missed])), fewest)
        codes = codes[test.told]
        at = every.only(np.isin(every.code, codes) & missed[every.text])
        return cls(
            texts=texts, words=words, who=who, codes=codes, test=test, at=at,
            weight=np.log(np.maximum(test.times(within), 1.0)), single=by_length[0],
        )  # fmt: skip

    def holding(self) -> tuple[Numbers, Flags]:
        """Numbers of the missed texts with a phrase that stands out; [text, phrase]: whether it holds it."""
        texts, row = np.unique(self.at.text, return_inverse=True)
        holds = np.zeros((len(texts), len(self.codes)), np.bool_)
        holds[row, self.codes.searchsorted(self.at.code)] = True
        return texts, holds


def _often(some: Grams, missed: Flags, fewest: int) -> Grams:
    """Those that missed comments hold so many times at least; most grams stand in a text or two."""
    code, times = np.unique(some.code[missed[some.text] & some.tells], return_counts=True)
    return some.only(np.isin(some.code, code[times >= fewest]))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Test:
    """What is told of phrases: `told`, their places; `beside`, how many say each of the `others`."""

    told: Numbers
    beside: Numbers
    everybody: int
    others: int
    limit: float  # the largest chance of one that is told

    @classmethod
    def of(cls, within: Numbers, beside: Numbers, everybody: int, others: int, fewest: int) -> "_Test":
        every = cls(told=np.arange(len(within)), beside=beside, everybody=everybody, others=others, limit=0.0)
        is_large = (within >= fewest) & (every.times(within) >= TIMES)
        chances = [
            every.chance(place, int(within[place])) if is_large[place] else None
            for place in range(len(within))
        ]
        told = np.array(false_discoveries(chances, FALSE_SHARE), np.int64)
        strength = within[told] * np.log(every.times(within)[told])
        told = np.sort(told[np.argsort(-strength, kind="stable")[:MOST_STANDING_OUT]])
        limit = max((chances[place] or 0.0 for place in told), default=0.0)
        return cls(told=told, beside=beside, everybody=everybody, others=others, limit=limit)

    def times(self, within: Numbers) -> NDArray[np.float64]:
        """How many times as often each of those that are told is said as beside."""
        share = within[self.told] / max(self.everybody, 1)
        return share / ((self.beside[self.told] + 0.5) / (self.others + 1))

    def chance(self, place: int, within: int) -> float:
        return _chance(within, self.everybody, int(self.beside[self.told[place]]), self.others)

    def holds(self, place: int, within: int) -> bool:
        """Whether it still stands out when only so many are left that say it."""
        share = (self.beside[self.told[place]] + 0.5) / (self.others + 1)
        return within >= TIMES * share * self.everybody and self.chance(place, within) <= self.limit


def _people(place: Numbers, text: Numbers, who: Numbers, of: Flags, many: int) -> Numbers:
    """By gram, how many different people say it in those texts."""
    its = of[text]
    both = np.unique(place[its] * (int(who.max(initial=0)) + 1) + who[text[its]])
    return np.bincount(both // (int(who.max(initial=0)) + 1), minlength=many)


def _chance(a: int, everybody: int, b: int, others: int) -> float:
    """Of shares so far apart, were they the same (Dunning's likelihood ratio, 1993)."""
    share = (a + b) / (everybody + others)
    ratio = sum(
        n * log(n / expected)
        for n, expected in (
            (a, share * everybody), (everybody - a, (1 - share) * everybody),
            (b, share * others), (others - b, (1 - share) * others),
        )
        if n
    )  # fmt: skip
    return erfc(sqrt(max(ratio, 0.0)))


def _topics(counted: _Counted, fewest: int) -> Iterator[Topic]:
    """The phrase that tells most, with all that is said with it; then the next one, of what is left."""
    texts, holds = counted.holding()
    who, left = counted.who[texts], np.ones(len(texts), np.bool_)
    tried = np.zeros(len(counted.codes), np.bool_)
    while True:
        often = holds[left].sum(0)
        strength = np.where(tried, 0.0, often * counted.weight)
        if not len(strength) or not strength.max():
            return
        seed = int(strength.argmax())
        tried[seed] = True
        people = len(np.unique(who[left & holds[:, seed]]))
        if people < fewest or not counted.test.holds(seed, people):
            continue
        its = _together(holds, left, seed)
        speaking = left & holds[:, its].any(1)
        left &= ~speaking
        topic = _named(counted, texts[speaking], holds[speaking][:, its], np.flatnonzero(its))
        if topic is not None and topic.people >= fewest:
            yield topic


def _together(holds: Flags, left: Flags, seed: int) -> Flags:
    """The phrases most of whose texts speak of the seed's topic."""
    its = np.zeros(holds.shape[1], np.bool_)
    its[seed] = True
    often = np.maximum(holds[left].sum(0), 1)
    for _round in range(2):
        speaking = left & holds[:, its].any(1)
        its |= holds[speaking].sum(0) >= TOGETHER * often
    return its


def _named(counted: _Counted, texts: Numbers, holds: Flags, numbers: Numbers) -> Topic | None:
    """With as few phrases as find its texts; `numbers` are theirs. None when none of them can be written."""
    spelt = {column: phrase for column, one in enumerate(numbers) if (phrase := _spelt(counted, int(one)))}
    chosen = _covering(holds, counted.weight[numbers], spelt)
    if not chosen:
        return None
    found: Flags = np.logical_or.reduce(holds[:, chosen], axis=1)
    most_first = np.lexsort((-texts, -holds[:, chosen].sum(1)))
    most_first = most_first[found[most_first]]
    return Topic(
        name=spelt[_longest(chosen[0], holds, spelt)].text,
        phrases=tuple(spelt[column] for column in chosen),
        comments=tuple(texts[most_first].tolist()),
        people=len(np.unique(counted.who[texts[found]])),
    )


def _covering(holds: Flags, weight: NDArray[np.float64], spelt: Mapping[int, Phrase]) -> list[int]:
    """The phrase that finds most of what the ones before it do not, and tells most; exact ones first."""
    chosen: list[int] = []
    found = np.zeros(len(holds), np.bool_)
    while len(chosen) < MOST_PHRASES and found.sum() < COVERED * len(holds):
        more = {column: holds[~found, column].sum() * weight[column] for column in spelt}
        of_some = [column for column in more if more[column] > 0]
        if not of_some:
            break
        best = max(of_some, key=lambda column: (spelt[column].is_exact, more[column], -column))
        found |= holds[:, best]
        chosen.append(best)
    return chosen


def _longest(first: int, holds: Flags, spelt: Mapping[int, Phrase]) -> int:
    """The longest phrase around it that most of those say who say it."""
    inside, often = f" {spelt[first].key} ", holds[:, first].sum()
    around = (
        column
        for column, phrase in spelt.items()
        if inside in f" {phrase.key} " and holds[:, column].sum() >= LONGER * often
    )
    return max(around, key=lambda column: (len(spelt[column].key.split()), holds[:, column].sum(), -column))


def _spelt(counted: _Counted, number: int) -> Phrase | None:
    """As most write it, with marks if anybody does. None where it cannot be a theme's word."""
    its = counted.at.of(counted.codes[number])
    spans = zip(its.text.tolist(), its.start.tolist(), its.end.tolist(), strict=True)
    written = Counter(
        " ".join(normalise(counted.texts[text][start:end]).lower().split()) for text, start, end in spans
    )
    marked = Counter({text: n for text, n in written.items() if not text.isascii()}) or written
    text = min(marked, key=lambda form: (-marked[form], form))
    is_lone = counted.words.lang is Lang.VI and " " not in text
    if len(text) > LONGEST_PHRASE or is_too_common(text):
        return None
    people = len(np.unique(counted.who[its.text]))
    key = counted.words.keys_of(text)
    return Phrase(text=text, key=key, people=people, is_exact=not is_lone, forms=_forms(text, written))


def _forms(text: str, written: Mapping[str, int]) -> tuple[str, ...]:
    """Each way in which it was written and that can be a theme's word."""
    often = sorted(written, key=lambda form: (form != text, -written[form], form))
    fit = [form for form in often if len(form) <= LONGEST_PHRASE and not is_too_common(form)]
    return tuple(fit[:MOST_FORMS])


def _unlike(topics: Iterable[Topic], counted: _Counted) -> list[Topic]:
    """Two that are worded alike are one."""
    kept: list[Topic] = []
    for one in topics:
        vector = _words_of({phrase.key: phrase.people for phrase in one.phrases})
        for place, other in enumerate(kept):
            if (
                _cosine(vector, _words_of({phrase.key: phrase.people for phrase in other.phrases}))
                >= WORDED_ALIKE
            ):
                comments = (*other.comments, *one.comments)
                phrases = tuple(dict.fromkeys((*other.phrases, *one.phrases)))[:MOST_PHRASES]
                people = len(np.unique(counted.who[list(comments)]))
                kept[place] = replace(other, phrases=phrases, comments=comments, people=people)
                break
        else:
            kept.append(one)
    return kept


def _same(one: Topic, known: Known, counted: _Counted) -> int | None:
    """The topic of before whose phrases stand in most of its comments, else whose words are most alike."""
    if not known:
        return None
    texts = [counted.texts[place] for place in one.comments]
    standing: defaultdict[int, set[int]] = defaultdict(set)
    for some in grams(texts, counted.words):
        for code, text in zip(some.code.tolist(), some.text.tolist(), strict=True):
            standing[code].add(text)
    vector = _words_of({phrase.key: phrase.people for phrase in one.phrases})
    likeness = {}
    for number, phrases in known.items():
        held = set().union(*(standing[code_of(key, counted.words)] for key in phrases))
        worded = _cosine(vector, _words_of(phrases))
        likeness[number] = max(len(held) / len(texts) / ALIKE, worded / WORDED_ALIKE)
    best = max(likeness, key=lambda number: (likeness[number], -number))
    return best if likeness[best] >= 1 else None


def _words_of(phrases: Mapping[str, int]) -> Counter[str]:
    """Each word with the most people that say a phrase with it."""
    found: Counter[str] = Counter()
    for key, people in phrases.items():
        for word in key.split():
            found[unmark(word)] = max(found[unmark(word)], people)
    return found


def _cosine(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    both = sum(n * other[word] for word, n in one.items() if word in other)
    length = sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return both / length if length else 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Near:
    """How often each theme's comments hold each word that tells something (class-based TF-IDF)."""

    names: Sequence[str]
    held: NDArray[np.float64]  # [theme, word]
    rarity: NDArray[np.float64]
    words: Grams  # of all texts, `code` by number of the word
    many: int

    @classmethod
    def of(cls, said: Sequence[Said], counted: _Counted) -> "_Near":
        single = counted.single.only(counted.single.tells)
        codes, code = np.unique(single.code, return_inverse=True)
        words = replace(single, code=code.astype(np.uint64))
        by_theme: defaultdict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(said):
            for theme in one.themes:
                by_theme[theme].append(place)
        names = sorted(by_theme)
        held = np.array([_held(words, by_theme[name], len(said), len(codes)) for name in names])
        held = held.reshape(len(names), len(codes))
        often = held.sum(0)
        rarity = np.log1p(held.sum() / max(len(names), 1) / np.maximum(often, 1.0))
        return cls(names=names, held=held, rarity=rarity, words=words, many=len(said))

    def to(self, topic: Topic) -> tuple[str, float] | None:
        if not self.names:
            return None
        its = _held(self.words, topic.comments, self.many, self.held.shape[1]) * self.rarity
        themes = self.held / np.maximum(self.held.sum(1, keepdims=True), 1.0) * self.rarity
        lengths = np.linalg.norm(themes, axis=1) * np.linalg.norm(its)
        alike = themes @ its / np.maximum(lengths, 1e-12)
        best = int(alike.argmax())
        return (self.names[best], round(float(alike[best]), 3)) if alike[best] >= NEAR else None


def _held(words: Grams, texts: Sequence[int], many: int, codes: int) -> NDArray[np.float64]:
    is_in = np.zeros(many, np.bool_)
    is_in[list(texts)] = True
    return np.bincount(words.code[is_in[words.text]].astype(np.int64), minlength=codes).astype(np.float64)
