"""What stands between two spaces, read by itself: its words, and where in it each of them stood."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from feedback.orthography import Aligned, align, unmark

SMALL, CAPITAL, CASELESS, OTHER = range(4)  # "shop", "Shop", "5", "SHOP"
Piece = tuple[str, str, int, int]  # kind, small letters, start and end in the aligned stretch

_piece = re.compile(
    r"(?P<tag></?[a-z][a-z0-9]{0,10}(?:\s[^<>]{0,300})?/?>)"
    r"|(?P<link>(?:https?://|www\.)\S{1,300}(?<![.,;!?)]))"
    r"|(?P<spaced>(?<![^\W_])(?:[^\W\d_][.\-_*·•]){2,}[^\W_](?![^\W_]))"
    r"|(?P<dotted>[^\W\d_]{1,6}(?:[.·_*][^\W\d_]{1,6}){1,5}(?![^\W_]))"
    r"|(?P<star>(?<=\d)\*+(?!\w)|[\u2b50\u2605])"
    r"|(?P<face>[:;=]['\-]?[()\[\]<@*]+|[:;=]-?[dDpPvV3](?![^\W_])|<3|\^_?\^|-_-|[tT]_[tT]"
    r"|[\u2600-\u27bf\u2b50\u2b55\U0001f000-\U0001faff])"
    r"|(?P<word>[^\W_]+(?:['@$*!][^\W_]+)*)"
    r"|(?P<stop>[.!?;…\n\r|]+|(?<=[^\W\d_])=(?=[^\W\d_]))|(?P<pause>[,:()\[\]]|(?<!\w)[/-](?!\w))"
)
_dots = re.compile(r"[.·_*]")
_address = re.compile(r"@[\w-]+\.\w|\w\.(?:com|net|org|vn|uk|eu|io|info|shop|example)(?![\w])")
_dot_or_letters = re.compile(r"[^\W\d_]+|[.*]")
_worth_hiding = frozenset(  # words that people break up to get past a filter
    "review reviews refund facebook tiktok google star stars bad chargeback".split()
    + "danh gia hoan tien boc phot shop lua dao".split()
)
_not_letters = re.compile(r"[^\w]|_")
_run = re.compile(r"(.)\1{2,}")
_disguised = re.compile(r"[a-z].*[@$0134!*].*[a-z]|[@$][a-z]+[a-z]|[a-z][013]+[a-z]")
_plain = str.maketrans({"@": "a", "$": "s", "0": "o", "1": "i", "3": "e", "4": "a", "!": "i"})


class Stretch(NamedTuple):
    """A stretch in one spelling, in small letters, cut into pieces."""

    aligned: Aligned
    pieces: tuple[Piece, ...]

    def spoken(self) -> list[str]:
        """Small-letter words as typed: no signs, no links, no numbers told apart."""
        return [word for kind, word, *_ in self.pieces if kind in ("word", "spaced")]


class Word(NamedTuple):
    """Clause and sentence count from where the stretch begins; offsets are in the stretch as given."""

    word: str
    marked: bool  # typed with Vietnamese marks; an opened abbreviation is not
    clause: int
    sentence: int
    start: int
    end: int
    case: int  # how it is written: SMALL, CAPITAL, CASELESS, OTHER


class Opened(NamedTuple):
    """The words of a stretch, and how many clauses and sentences further it leaves the text."""

    words: list[Word]
    clauses: int
    sentences: int


@cache
def spelling() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "lexicons" / "spelling.toml").read_text("utf-8"))


@cache
def _faces() -> dict[str, str]:
    return {face: f":{name}:" for name, faces in spelling()["emoticons"].items() for face in faces}


@cache
def expansions(vietnamese: bool) -> dict[str, tuple[str, ...]]:
    """What is typed -> the words that are meant."""
    pairs = spelling()["en"]
    if vietnamese:  # short English ones are Vietnamese words: "im", "ty"
        pairs = {typed: meant for typed, meant in pairs.items() if len(typed) > 3} | spelling()["vi"]
    return {typed: tuple(align(meant).text.split()) for typed, meant in pairs.items()}


@cache
def _breaks(vietnamese: bool) -> frozenset[str]:
    return frozenset(spelling()["breaks"]["vi" if vietnamese else "en"])


def cut(stretch: str) -> Stretch:
    """The pieces of what stands between two spaces."""
    aligned = Aligned(stretch) if stretch.isascii() and stretch.isalnum() else align(stretch)
    low = aligned.text.lower()
    if len(low) != len(aligned.text):  # "İ" grows when made small
        low = "".join(letter.lower()[0] for letter in aligned.text)
    if low.isalpha():
        return Stretch(aligned, (("word", low, 0, len(low)),))
    return Stretch(aligned, tuple(_pieces(low)))


def _pieces(low: str) -> Iterator[Piece]:
    is_address = bool(_address.search(low))
    for found in _piece.finditer(low):
        kind, word, start = found.lastgroup or "word", found.group(), found.start()
        if kind != "dotted":
            if kind not in ("stop", "pause") or not _is_within(low, start, found.end(), is_address):
                yield kind, word, start, found.end()
        elif unmark(joined := _dots.sub("", word)) in _worth_hiding:
            yield "word", joined, start, found.end()
        elif set(_not_letters.findall(word)) == {"*"}:
            yield "word", _starred(word), start, found.end()
        else:  # "tốt.giao": a full stop without a space
            for part in _dot_or_letters.finditer(word):
                kind = "stop" if part.group() in ".*" else "word"
                if kind == "word" or not is_address:
                    yield kind, part.group(), start + part.start(), start + part.end()


def _is_within(low: str, start: int, end: int, is_address: bool) -> bool:
    """A sign that parts nothing: in "300.000đ", "20:30", "lan@shop.vn"."""
    if start == 0 or end == len(low) or end - start > 1:
        return False
    before, after = low[start - 1], low[end]
    if before.isdigit() and after.isdigit():
        return low[start] in ".,:"
    return is_address and low[start] in ".-/" and (before.isalnum() and after.isalnum())


@cache
def _starred(word: str) -> str:
    """A word worth hiding that somebody wrote with a star for a letter, "r*view"; else the word as it is."""
    shape = re.compile(re.escape(unmark(word)).replace(r"\*", r"[^\W\d_]?"))
    return next((hidden for hidden in sorted(_worth_hiding) if shape.fullmatch(hidden)), word)


def opened(stretch: Stretch, *, vietnamese: bool) -> Opened:
    """Chat abbreviations are opened, contractions too, faces become one of four signs."""
    breaks = _breaks(vietnamese)
    words: list[Word] = []
    clause = sentence = 0
    for kind, typed, start, end in stretch.pieces:
        if kind in ("stop", "pause", "tag"):
            clause += 1
            sentence += kind == "stop"
            continue
        meant = _words(kind, typed, vietnamese=vietnamese)
        clause += meant[0] in breaks
        place = stretch.aligned.span(start, end)
        case = case_of(stretch.aligned.text[start:end])
        for word in meant:
            is_marked = len(word) == end - start and word == typed and word != unmark(word)
            words.append(Word(word, is_marked, clause, sentence, *place, case))
            case = SMALL if case == CAPITAL else case
    return Opened(words, clause, sentence)


def case_of(typed: str) -> int:
    """A word that begins with a capital and goes on in small letters is CAPITAL."""
    if typed.islower():
        return SMALL
    if not typed[:1].isalpha():
        return CASELESS
    return CAPITAL if typed[:1].isupper() and typed[1:2].isalpha() and typed[1:].islower() else OTHER


def is_same(stretch: Stretch) -> bool:
    """True when it surely opens alike in both languages."""
    return all(
        kind in ("stop", "pause", "tag", "link", "face") or _is_plain(typed)
        for kind, typed, *_ in stretch.pieces
    )


def lone_word(typed: str) -> str:
    """The word that is all of the stretch and stands for itself, in small letters; "" if there is none."""
    if not typed.isalpha():
        return ""
    text, moves = (typed, ()) if typed.isascii() else align(typed)
    low = text.lower()
    return low if not moves and len(low) == len(typed) and _is_plain(low) else ""


def _is_plain(typed: str) -> bool:
    return typed.isalpha() and typed not in _two_ways() and not _run.search(unmark(typed))


@cache
def _two_ways() -> frozenset[str]:
    return frozenset(expansions(True)) | frozenset(expansions(False)) | _breaks(True) | _breaks(False)


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
    meanings = expansions(vietnamese)
    return meanings.get(typed) or _open(typed, meanings)


def _open(word: str, meanings: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Undo what tables of whole words cannot: "n't", letters drawn out, digits and signs for letters."""
    if word.isalpha():
        return _shorten(word, meanings)
    if "'" in word:
        return _apart(word)
    if _disguised.search(word) and not word[:1].isdigit():
        plain = word.translate(_plain).replace("*", "")
        return meanings.get(plain) or (plain,)
    return (word,)


def _apart(word: str) -> tuple[str, ...]:
    head, _, tail = word.rpartition("'")
    if tail == "t" and head.endswith("n"):
        return head[:-1], "not"
    ends = {"ll": "will", "re": "are", "ve": "have", "m": "am", "d": "would", "s": "is"}
    if tail in ends:
        return head, ends[tail]
    return (word.replace("'", ""),)


def _shorten(word: str, meanings: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
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
    return meanings.get(word) or (word,)
