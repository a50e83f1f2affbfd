"""A text as words: typing habits undone, each word still knowing where it stood in the text as given."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from feedback.orthography import Aligned, align, unmark

LONGEST = 20_000  # characters that are read; nobody reads further either

Piece = tuple[str, str, int, int]  # kind, small letters, start and end in the aligned text

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
_run = re.compile(r"(.)\1{2,}")
_disguised = re.compile(r"[a-z].*[@$0134!*].*[a-z]|[@$][a-z]+[a-z]|[a-z][013]+[a-z]")
_plain = str.maketrans({"@": "a", "$": "s", "0": "o", "1": "i", "3": "e", "4": "a", "!": "i"})


@dataclass(slots=True)
class Tokens:
    """Parallel lists, one entry a word. `clause` and `sentence` count up where a new one begins."""

    aligned: Aligned
    words: list[str]
    bare: list[str]
    starts: list[int]
    ends: list[int]
    clause: list[int]
    sentence: list[int]
    unmarked: bool = False  # Vietnamese typed without marks
    unmarked_sentences: frozenset[int] = frozenset()  # those of its sentences that are

    def __len__(self) -> int:
        return len(self.words)

    def span(self, first: int, past: int) -> tuple[int, int]:
        """Offsets in the text as given, of the words first to past (exclusive)."""
        return self.aligned.span(self.starts[first], self.ends[past - 1])

    def without(self, cut: set[int]) -> "Tokens":
        """The words whose number is not in `cut`."""
        kept = [number for number in range(len(self.words)) if number not in cut]
        return Tokens(
            self.aligned,
            [self.words[n] for n in kept],
            [self.bare[n] for n in kept],
            [self.starts[n] for n in kept],
            [self.ends[n] for n in kept],
            [self.clause[n] for n in kept],
            [self.sentence[n] for n in kept],
            self.unmarked,
            self.unmarked_sentences,
        )

    def look_for_marks(self) -> None:
        """Note which sentences are typed without marks: in Vietnamese three words of four carry one."""
        counts: dict[int, list[int]] = {}
        text = self.aligned.text
        for word, bare, start, end, sentence in zip(
            self.words, self.bare, self.starts, self.ends, self.sentence, strict=True
        ):
            count = counts.setdefault(sentence, [0, 0])
            count[0] += word != bare and text[start:end].lower() == word  # opened abbreviations do not count
            count[1] += 1
        self.unmarked_sentences = frozenset(s for s, (marked, all_) in counts.items() if marked * 4 <= all_)
        self.unmarked = sum(count[0] for count in counts.values()) * 4 <= len(self.words)


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


def pieces(text: str) -> tuple[Aligned, list[Piece]]:
    """The text in one spelling, and its pieces as (kind, small letters, start, end) in that spelling."""
    aligned = align(text[:LONGEST])
    written = aligned.text
    low = written.lower()
    if len(low) != len(written):  # "İ" grows when made small
        low = "".join(letter.lower()[0] for letter in written)
    return aligned, list(_pieces(low))


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
    aligned, parts = pieces(text)
    return assemble(aligned, parts, vietnamese=vietnamese)


def assemble(aligned: Aligned, parts: list[Piece], *, vietnamese: bool) -> Tokens:
    expansions, breaks, faces = _expansions(vietnamese), _breaks(vietnamese), _faces()
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    clauses: list[int] = []
    sentences: list[int] = []
    clause = sentence = 0
    for kind, word, start, end in parts:
        if kind == "stop":
            sentence += 1
            clause += 1
            continue
        if kind in ("pause", "tag"):
            clause += 1
            continue
        if kind == "face":
            opened: tuple[str, ...] = (faces.get(word, ":wry:" if word[0] in ":=;" else word),)
        elif kind == "link":
            opened = (":link:",)
        elif kind == "star":
            opened = ("sao" if vietnamese else "star",)
        else:
            if kind == "spaced":
                word = re.sub(r"[^\w]|_", "", word)
            opened = expansions.get(word) or _open(word, expansions)
        if opened[0] in breaks:
            clause += 1
        for one in opened:
            words.append(one)
            starts.append(start)
            ends.append(end)
            clauses.append(clause)
            sentences.append(sentence)
    return Tokens(aligned, words, [unmark(word) for word in words], starts, ends, clauses, sentences)


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
