"""The door: read(text) -> Reading. Plain Python, importable without Django, never raises on a text."""

from collections.abc import Iterable, Iterator

from feedback.personal_data import PersonalData, find_in
from feedback.text.language import detect
from feedback.text.reading import Lang, Leverage, Mention, Reading, Sentiment
from feedback.text.sentiment import feel
from feedback.text.tokens import assemble, pieces

__all__ = [
    "ENGINE",
    "Lang",
    "Leverage",
    "Mention",
    "PersonalData",
    "Reading",
    "Sentiment",
    "read",
    "read_many",
]

ENGINE = "rules-1"


def read(text: str, *, lang: str | None = None, stars: float | None = None) -> Reading:
    """What a text says. A given language wins over the detected one; stars only raise a flag."""
    aligned, parts = pieces(text)
    language = (
        Lang(lang) if lang else detect([word for kind, word, *_ in parts if kind in ("word", "spaced")])
    )
    tokens = assemble(aligned, parts, vietnamese=language in (Lang.VI, Lang.MIXED))
    tokens.unmarked = language is Lang.VI and tokens.words == tokens.bare
    feeling = feel(tokens, language, text)
    return Reading(
        lang=language,
        sentiment=feeling.sentiment,
        score=feeling.score,
        complaint=feeling.complaint > 0,
        themes=(),
        problem="none",
        fault="none",
        wish="none",
        leverage=None,
        flags=(),
        pii=find_in(aligned),
        engine=ENGINE,
    )


def read_many(
    texts: Iterable[str],
    *,
    langs: Iterable[str | None] | None = None,
    stars: Iterable[float | None] | None = None,
) -> Iterator[Reading]:
    for text in texts:
        yield read(text)
