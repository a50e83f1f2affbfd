"""RULE: a text in pieces, each with the reason why it is marked. Plain Python: words in, pieces out."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]
_FIRST_SHOWN = ("leverage", "theme")


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of a text. `kind`: "" plain, "leverage", "theme", "added" or "gone"."""

    text: str
    kind: str = ""


def pieces(text: str, *, words: Iterable[str] = (), leverage: Iterable[Sequence[int]] = ()) -> list[Segment]:
    """The text with the words of its themes and its leverage marked; together the pieces are the text.

    Words are found wherever they stand whole; where marks overlap, leverage is shown.
    """
    spans = [(start, end, "leverage") for start, end in leverage]
    spans += [(start, end, "theme") for start, end in _places(text, words)]
    return list(_cut(text, spans))


def _places(text: str, words: Iterable[str]) -> list[Span]:
    longest_first = sorted({word for word in words if word.strip()}, key=len, reverse=True)
    if not longest_first:
        return []
    return [match.span() for match in re.finditer("|".join(map(_whole, longest_first)), text, re.IGNORECASE)]


def _whole(word: str) -> str:
    """A pattern that finds no part of a longer word; spaces were joined when the word was kept."""
    before = r"(?<!\w)" if re.match(r"\w", word) else ""
    after = r"(?!\w)" if re.search(r"\w$", word) else ""
    return before + r"\s+".join(map(re.escape, word.split())) + after


def _cut(text: str, spans: Sequence[tuple[int, int, str]]) -> Iterator[Segment]:
    """Cut at every edge, so that each piece lies wholly inside or outside of every mark."""
    turns: dict[int, Counter[str]] = {0: Counter(), len(text): Counter()}
    for start, end, kind in spans:
        for edge, step in ((start, 1), (end, -1)):
            turns.setdefault(min(max(edge, 0), len(text)), Counter())[kind] += step
    within: Counter[str] = Counter()
    for start, end in pairwise(sorted(turns)):
        for kind, step in turns[start].items():
            within[kind] += step
        yield Segment(text=text[start:end], kind=next((kind for kind in _FIRST_SHOWN if within[kind]), ""))
