"""A text as words: typing habits undone, each word still knowing where it stood in the text as given."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any, NamedTuple

from feedback.orthography import Aligned, align, unmark
from feedback.text.remembered import Remembered

LONGEST = 20_000  # characters that are read; nobody reads further either

Piece = tuple[str, str, int, int]  # kind, small letters, start and end in its stretch

_piece = re.compile(
    r"(?P<tag></?[a-z][a-z0-9]{0,10}(?:\s[^<>]{0,300})?/?>)"
    r"|(?P<link>(?:https?://|www\.)\S{1,300}(?<![.,;!?)]))"
    r"|(?P<spaced>(?<![^\W_])(?:[^\W\d_][.\-_*·•]){2,}[^\W_](?![^\W_]))"
    r"|(?P<dotted>[^\W\d_]{1,6}(?:[.·_*][^\W\d_]{1,6}){1,5}(?![^\W_]))"
    r"|(?P<star>(?<=\d)\*+(?!\w)|[\u2b50\u2605])"
    r"|(?P<face>[:;=]['\-]?[()\[\]<@*]+|[:;=]-?[dDpPvV3](?![^\W_])|<3|\^_?\^|-_-|[tT]_[tT]"
    r"|[\u2600-\u27bf\u2b50\u2b55\U0001f000-\U0001faff])"
    r"|(?P<word>[^\W_]+(?:['@$*!][^\W_]+)*)"
    r"|(?P<stop>[.!?;…\n\r|]+)|(?P<pause>[,:()\[\]]|(?<!\w)[/-](?!\w))"
)
_dots = re.compile(r"[.·_*]")
_dot_or_letters = re.compile(r"[^\W\d_]+|[.*]")
_worth_hiding = frozenset(  # words that people break up to get past a filter
    "review reviews refund facebook tiktok google star stars bad chargeback".split()
    + "danh gia hoan tien boc phot shop lua dao".split()
)
_not_letters = re.compile(r"[^\w]|_")
_run = re.compile(r"(.)\1{2,}")
_disguised = re.compile(r"[a-z].*[@$0134!*].*[a-z]|[@$][a-z]+[a-z]|[a-z][013]+[a-z]")
_plain = str.maketrans({"@": "a", "$": "s", "0": "o", "1": "i", "3": "e", "4": "a", "!": "i"})


class Written(NamedTuple):
    """A text in one spelling, in small letters cut at its spaces: nothing but a tag reaches over a space."""

    aligned: Aligned
    stretches: list[str]


class Opened(NamedTuple):
    """The words of one stretch. Clause, sentence and place are counted from where the stretch begins."""

    words: tuple[str, ...]
    bare: tuple[str, ...]
    marked: tuple[bool, ...]
    clauses: tuple[int, ...]
    sentences: tuple[int, ...]
    further_clauses: int
    further_sentences: int
    places: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Tokens:
    """Parallel lists, one entry a word. `clause` and `sentence` count up where a new one begins."""

    aligned: Aligned
    words: list[str]
    bare: list[str]
    marked: list[bool]  # typed with Vietnamese marks; an opened abbreviation is not
    clause: list[int]
    sentence: list[int]
    stretches: list[tuple[str, Opened]]
    found_places: list[tuple[int, int]] | None = None
    unmarked: bool = False  # Vietnamese typed without marks
    unmarked_sentences: frozenset[int] = frozenset()  # those of its sentences that are

    def __len__(self) -> int:
        return len(self.words)

    @property
    def places(self) -> list[tuple[int, int]]:
        """Start and end of each word in the aligned text; few texts need them, so counted when asked."""
        if self.found_places is None:
            self.found_places, at = [], 0
            for stretch, opened in self.stretches:
                self.found_places += [(at + start, at + end) for start, end in opened.places]
                at += len(stretch) + 1
        return self.found_places

    def span(self, first: int, past: int) -> tuple[int, int]:
        """Offsets in the text as given, of the words first to past (exclusive)."""
        places = self.places
        return self.aligned.span(places[first][0], places[past - 1][1])

    def without(self, cut: set[int]) -> "Tokens":
        """The words whose number is not in `cut`."""
        kept = [number for number in range(len(self.words)) if number not in cut]
        places = self.places
        return Tokens(
            self.aligned,
            [self.words[n] for n in kept],
            [self.bare[n] for n in kept],
            [self.marked[n] for n in kept],
            [self.clause[n] for n in kept],
            [self.sentence[n] for n in kept],
            [],
            [places[n] for n in kept],
            self.unmarked,
            self.unmarked_sentences,
        )

    def look_for_marks(self) -> None:
        """Note which sentences are typed without marks: in Vietnamese three words of four carry one."""
        marked, sentences = self.marked, self.sentence
        if not any(marked):
            self.unmarked, self.unmarked_sentences = True, frozenset(sentences)
            return
        counts: dict[int, list[int]] = {}
        for is_marked, sentence in zip(marked, sentences, strict=True):
            if sentence not in counts:
                counts[sentence] = [0, 0]
            counts[sentence][is_marked] += 1
        self.unmarked_sentences = frozenset(s for s, (no, yes) in counts.items() if yes * 3 <= no)
        self.unmarked = sum(marked) * 4 <= len(marked)


@cache
def spelling() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "lexicons" / "spelling.toml").read_text("utf-8"))


@cache
def _faces() -> dict[str, str]:
    return {face: f":{name}:" for name, faces in spelling()["emoticons"].items() for face in faces}


@cache
def _expansions(vietnamese: bool) -> dict[str, tuple[str, ...]]:
    pairs = spelling()["en"]
    if vietnamese:  # short English ones are Vietnamese words: "im", "ty"
        pairs = {typed: meant for typed, meant in pairs.items() if len(typed) > 3} | spelling()["vi"]
    return {typed: tuple(align(meant).text.split()) for typed, meant in pairs.items()}


@cache
def _breaks(vietnamese: bool) -> frozenset[str]:
    return frozenset(spelling()["breaks"]["vi" if vietnamese else "en"])


def pieces(text: str) -> Written:
    """The text in one spelling, cut into the stretches that are read one by one."""
    aligned = align(text[:LONGEST])
    written = aligned.text
    low = written.lower()
    if len(low) != len(written):  # "İ" grows when made small
        low = "".join(letter.lower()[0] for letter in written)
    return Written(aligned, [low] if "<" in low else low.split(" "))


def spoken(written: Written) -> Iterator[str]:
    """Small-letter words as typed: no signs, no links, no numbers told apart."""
    return chain.from_iterable(_all_spoken.answers(written.stretches))


def _spoken(stretch: str) -> tuple[str, ...]:
    return tuple(word for kind, word, *_ in _pieces(stretch) if kind in ("word", "spaced"))


def _pieces(low: str) -> Iterator[Piece]:
    for found in _piece.finditer(low):
        kind, word, start = found.lastgroup or "word", found.group(), found.start()
        if kind != "dotted":
            yield kind, word, start, found.end()
        elif unmark(joined := _dots.sub("", word)) in _worth_hiding:
            yield "word", joined, start, found.end()
        else:  # "tốt.giao": a full stop without a space
            for part in _dot_or_letters.finditer(word):
                kind = "stop" if part.group() in ".*" else "word"
                yield kind, part.group(), start + part.start(), start + part.end()


def tokenise(text: str, *, vietnamese: bool) -> Tokens:
    """Words of a text. Chat abbreviations are opened, contractions too, faces become one of four signs."""
    return assemble(pieces(text), vietnamese=vietnamese)


def assemble(written: Written, *, vietnamese: bool) -> Tokens:
    aligned, stretches = written
    opened = list((_in_vietnamese if vietnamese else _in_english).answers(stretches))
    words: list[str] = []
    bare: list[str] = []
    marked: list[bool] = []
    clauses: list[int] = []
    sentences: list[int] = []
    clause = sentence = 0
    for its_words, its_bare, its_marks, its_clauses, its_sentences, more_clauses, more_sentences, _ in opened:
        words += its_words
        bare += its_bare
        marked += its_marks
        if len(its_words) == 1:
            clauses.append(clause + its_clauses[0])
            sentences.append(sentence + its_sentences[0])
        else:
            clauses += [clause + number for number in its_clauses]
            sentences += [sentence + number for number in its_sentences]
        clause += more_clauses
        sentence += more_sentences
    return Tokens(aligned, words, bare, marked, clauses, sentences, list(zip(stretches, opened, strict=True)))


def _opened(stretch: str, *, vietnamese: bool) -> Opened:
    breaks = _breaks(vietnamese)
    rows: list[tuple[str, str, bool, int, int, tuple[int, int]]] = []
    clause = sentence = 0
    for kind, typed, start, end in _pieces(stretch):
        if kind in ("stop", "pause", "tag"):
            clause += 1
            sentence += kind == "stop"
            continue
        opened = _words(kind, typed, vietnamese=vietnamese)
        clause += opened[0] in breaks
        for word in opened:
            bare = unmark(word)
            is_marked = word != bare and word == stretch[start:end]
            rows.append((word, bare, is_marked, clause, sentence, (start, end)))
    words, bares, marked, clauses, sentences, places = zip(*rows, strict=True) if rows else [()] * 6
    return Opened(
        words,
        words if words == bares else bares,
        _of_marks[marked] if len(marked) == 1 else marked,
        _one(clauses),
        _one(sentences),
        clause,
        sentence,
        places,
    )


def _one(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """The same object for the same short tuple: few differ, and what is shared stays near at hand."""
    is_common = len(numbers) < 3 and max(numbers, default=0) < 9
    return _shared.setdefault(numbers, numbers) if is_common else numbers


_of_marks = {(True,): (True,), (False,): (False,)}
_shared: dict[tuple[int, ...], tuple[int, ...]] = {}
_all_spoken = Remembered(_spoken)
_in_vietnamese = Remembered(lambda stretch: _opened(stretch, vietnamese=True))
_in_english = Remembered(lambda stretch: _opened(stretch, vietnamese=False))


def _words(kind: str, typed: str, *, vietnamese: bool) -> tuple[str, ...]:
    """What one piece stands for."""
    if kind == "face":
        return (_faces().get(typed, ":wry:" if typed[0] in ":=;" else typed),)
    if kind == "link":
        return (":link:",)
    if kind == "star":
        return ("sao" if vietnamese else "star",)
    if kind == "spaced":
        typed = _not_letters.sub("", typed)
    expansions = _expansions(vietnamese)
    return expansions.get(typed) or _open(typed, expansions)


def _open(word: str, expansions: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Undo what tables of whole words cannot: "n't", letters drawn out, digits and signs for letters."""
    if word.isalpha():
        return _shorten(word, expansions)
    if "'" in word:
        return _apart(word)
    if _disguised.search(word) and not word[:1].isdigit():
        plain = word.translate(_plain).replace("*", "")
        return expansions.get(plain) or (plain,)
    return (word,)


def _apart(word: str) -> tuple[str, ...]:
    head, _, tail = word.rpartition("'")
    if tail == "t" and head.endswith("n"):
        return head[:-1], "not"
    ends = {"ll": "will", "re": "are", "ve": "have", "m": "am", "d": "would", "s": "is"}
    if tail in ends:
        return head, ends[tail]
    return (word.replace("'", ""),)


def _shorten(word: str, expansions: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    bare = unmark(word)
    run = _run.search(bare)
    if not run:
        return (word,)
    while run and len(word) < 200:
        # "goood" keeps two letters, "quáááá" and "sooo" one
        kept = 2 if word.isascii() and run.group(1) in "eolsfz" and run.end() < len(bare) else 1
        word = word[: run.start() + kept] + word[run.end() :]
        bare = unmark(word)
        run = _run.search(bare)
    return expansions.get(word) or (word,)
