"""Many texts at once, as parallel arrays with one entry a word: what costs is paid once for all of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feedback.orthography import unmark
from feedback.text.features import REACH, bare_negators, negators
from feedback.text.language import languages
from feedback.text.private import worth_searching
from feedback.text.reading import Lang
from feedback.text.vocabulary import Vocabulary

LONGEST = 20_000  # characters that are read; nobody reads further either
IN_MARKED, IN_PLAIN = np.uint8(1), np.uint8(2)  # a text with marks, and one without
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_SPACE, _LINE, _TAG, _SIGN = map(ord, " \n<&")
_reaches_over_spaces = re.compile(r"</?[A-Za-z]|&[#A-Za-z]")  # a tag, or what may open into one


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Numbers of clauses and sentences count up over the whole batch, none is without a word."""

    vocabulary: Vocabulary
    word: Numbers  # number in the vocabulary of the word as read: small letters, abbreviations opened
    marked: Flags  # typed with Vietnamese marks; an opened abbreviation is not
    clause: Numbers  # each text begins a new one
    sentence: Numbers  # likewise
    start: Numbers  # where the word stands in its text as given
    end: Numbers
    case: Numbers  # how the word was typed: as in `stretches`
    text: Numbers  # number of the word's text
    starts: Numbers  # [texts + 1]: where the words of each text begin
    bounds: list[int]  # the same, for who asks text by text
    langs: tuple[Lang, ...]  # one a text
    plain: Flags  # stands in a sentence of Vietnamese typed without marks
    unmarked: Flags  # one a text: Vietnamese, on the whole typed without marks
    private: Flags  # one a text: worth a search for personal data

    def __len__(self) -> int:
        return len(self.langs)

    @property
    def bare(self) -> Numbers:
        """Number of the word without its marks."""
        return self.vocabulary.bare()[self.word]

    @property
    def turned(self) -> Flags:
        """Stands within REACH words after a negation, in the same clause."""
        known = self.vocabulary.beside("negations", _negations)[self.word]
        turns = known & np.repeat(np.where(self.unmarked, IN_PLAIN, IN_MARKED), steps(self.starts)) > 0
        turned = np.zeros(len(self.word), np.bool_)
        for reach in range(1, REACH + 1):
            turned[reach:] |= turns[:-reach] & (self.clause[:-reach] == self.clause[reach:])
        return turned

    def only(self, kept: NDArray, texts: Sequence[int]) -> "Batch":
        """The words of those numbers, in order; `texts` says in order whose they are, with or without a word.

        A text that was typed with its marks throughout keeps that name, whatever is left of it.
        """
        number = np.zeros(len(self), np.int64)
        number[list(texts)] = np.arange(len(texts))
        text = number[self.text[kept]]
        sentence = _dense(self.sentence[kept])
        langs = tuple(self.langs[one] for one in texts)
        starts, marked = _starts(text, len(texts)), self.marked[kept]
        plain, unmarked = _without_marks(marked, sentence, starts, langs)
        had = np.bincount(self.text[self.plain], minlength=len(self))[list(texts)] > 0
        return Batch(
            vocabulary=self.vocabulary,
            word=self.word[kept],
            marked=marked,
            clause=_dense(self.clause[kept]),
            sentence=sentence,
            start=self.start[kept],
            end=self.end[kept],
            case=self.case[kept],
            text=text,
            starts=starts,
            bounds=starts.tolist(),
            langs=langs,
            plain=plain & had[text],
            unmarked=np.where(had, unmarked, self.unmarked[list(texts)]),
            private=self.private[list(texts)],
        )


def _negations(words: list[str]) -> NDArray[np.uint8]:
    """In which texts each word is a negation."""
    known = [
        IN_MARKED * (word in negators()) | IN_PLAIN * (unmark(word) in bare_negators()) for word in words
    ]
    return np.array(known, np.uint8)


def batch(vocabulary: Vocabulary, texts: Sequence[str], langs: Sequence[Lang | None]) -> Batch:
    """The words of the texts. A language that is given beats the one that is seen."""
    joined = " ".join(texts) + " "
    text_begins = np.cumsum([0, *(len(text) + 1 for text in texts)])
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    ends = _ends(joined, codes, text_begins)
    numbers = vocabulary.stretches(joined, codes, first := _after(ends))
    counts = steps(first.searchsorted(text_begins))
    firsts = np.cumsum(counts) - counts
    seen = languages([np.add.reduceat(weights[numbers], firsts) for weights in vocabulary.weights.values])
    known = tuple(given or found for given, found in zip(langs, seen, strict=True))
    its_text = np.repeat(np.arange(len(counts)), counts)
    private = worth_searching(vocabulary.hints.values[numbers], its_text, len(counts))
    ahead = first - text_begins[its_text]
    return _assembled(vocabulary, numbers, ahead, its_text, known, private)


def _after(ends: NDArray) -> NDArray:
    """Where what begins at 0 and behind each end but the last begins."""
    begins = np.zeros(len(ends), np.int64)
    np.add(ends[:-1], 1, out=begins[1:])
    return begins


def _ends(joined: str, codes: NDArray[np.uint32], text_begins: NDArray) -> NDArray:
    """Where the stretches of the texts end: at each space and line break, but for those within a tag."""
    is_end = (codes == _SPACE) | (codes == _LINE)
    if "<" in joined or "&" in joined:
        opens = ((codes == _TAG) | (codes == _SIGN)).nonzero()[0]
        texts = text_begins.searchsorted(opens, "right")
        for place, text in zip(opens.tolist(), texts.tolist(), strict=True):
            if _reaches_over_spaces.match(joined, place):
                is_end[text_begins[text - 1] : text_begins[text] - 1] = False
    return is_end.nonzero()[0]


def _assembled(
    vocabulary: Vocabulary,
    numbers: Numbers,
    ahead: Numbers,
    its_text: Numbers,
    langs: tuple[Lang, ...],
    private: Flags,
) -> Batch:
    """Of the numbers of the texts' stretches, where in its text each begins, and whose each is."""
    rows = 2 * numbers + _vietnamese(langs)[its_text]
    first, many, clauses, sentences = (column.take(rows) for column in vocabulary.openings.values)
    past = np.cumsum(many)
    rows = np.repeat(first - past + many, many) + np.arange(past[-1])
    word, marked, clause, sentence, start, end, case = (
        column.take(rows) for column in vocabulary.opened.values
    )
    ahead, text = np.repeat(ahead, many), np.repeat(its_text, many)
    clause = _dense(clause + np.repeat(_before(clauses) + its_text, many))
    sentence = _dense(sentence + np.repeat(_before(sentences) + its_text, many))
    starts, marked = _starts(text, len(langs)), marked > 0
    plain, unmarked = _without_marks(marked, sentence, starts, langs)
    return Batch(
        vocabulary=vocabulary,
        word=word,
        marked=marked,
        clause=clause,
        sentence=sentence,
        start=start + ahead,
        end=end + ahead,
        case=case,
        text=text,
        starts=starts,
        bounds=starts.tolist(),
        langs=langs,
        plain=plain,
        unmarked=unmarked,
        private=private,
    )


def _vietnamese(langs: Sequence[Lang]) -> Flags:
    return np.array([lang is Lang.VI or lang is Lang.MIXED for lang in langs], np.bool_)


def _before(many: Numbers) -> Numbers:
    """For each the sum of those before it."""
    return np.cumsum(many) - many


def begins(numbers: NDArray) -> NDArray[np.intp]:
    """Where another number begins."""
    are_new = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=are_new[1:])
    return are_new.nonzero()[0]


def _dense(numbers: NDArray) -> Numbers:
    """The same steps, each up by one, from 0."""
    return added_up(numbers[1:] != numbers[:-1])[: len(numbers)]


def added_up(numbers: NDArray) -> Numbers:
    """The sums of the first 0, 1, 2 … of whole numbers or flags."""
    sums = np.zeros(len(numbers) + 1, np.int64)
    if numbers.dtype == np.bool_:  # added up as they are, flags cost ten times that
        numbers = numbers.view(np.int8).astype(np.int64)
    numbers.cumsum(out=sums[1:])
    return sums


def steps(numbers: NDArray) -> NDArray:
    """From each to the next."""
    return numbers[1:] - numbers[:-1]


def _starts(text: Numbers, texts: int) -> Numbers:
    return added_up(np.bincount(text, minlength=texts))


def _without_marks(
    marked: Flags, sentence: Numbers, starts: Numbers, langs: tuple[Lang, ...]
) -> tuple[Flags, Flags]:
    """Words in sentences typed without marks, and texts that on the whole are.

    In Vietnamese three words of four carry one.
    """
    added = added_up(marked)
    with_marks, its_words = steps(added[starts]), steps(starts)
    bounds = np.concatenate((begins(sentence), (len(marked),)))
    words = steps(bounds)
    vietnamese = _vietnamese(langs)
    plain = np.repeat(4 * steps(added[bounds]) <= words, words)
    plain |= np.repeat(with_marks == 0, its_words)
    return plain & np.repeat(vietnamese, its_words), vietnamese & (4 * with_marks <= its_words)
