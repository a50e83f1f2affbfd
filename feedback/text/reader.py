"""The door: read(text) -> Reading. Plain Python, importable without Django, never raises on a text."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice, repeat
from threading import Lock

from feedback.orthography import align
from feedback.personal_data import PersonalData, find_in
from feedback.text import leverage as leverages
from feedback.text.batch import LONGEST, batch
from feedback.text.language import detect
from feedback.text.lexicon import Hit, lexicon
from feedback.text.problems import fault, found, problem
from feedback.text.reading import Lang, Leverage, Mention, Reading, Sentiment
from feedback.text.safety import ORDER, contradicts, flags
from feedback.text.sentiment import Feeling, feel, only_pressure
from feedback.text.themes import themes
from feedback.text.tokens import Tokens
from feedback.text.vocabulary import Vocabulary
from feedback.text.wishes import wish

__all__ = [
    "ENGINE",
    "Lang",
    "Leverage",
    "Mention",
    "PersonalData",
    "Reader",
    "Reading",
    "Sentiment",
    "read",
    "read_many",
]

ENGINE = "rules-1"
ENOUGH = 3  # words left after the leverage is cut out; with fewer the whole text is read
AT_ONCE = 256  # texts of a batch
READ = frozenset({Lang.VI, Lang.EN, Lang.MIXED})

Row = tuple[str, str | None, float | None]  # text, language, stars


class Reader:
    """Reads texts. One may serve several threads: a batch is read by one of them at a time."""

    def __init__(self) -> None:
        self._vocabulary = Vocabulary()
        self._turn = Lock()

    def read(self, text: str, *, lang: str | None = None, stars: float | None = None) -> Reading:
        """What a text says. A given language beats the detected one; stars (1 to 5) only raise a flag."""
        return self._read([(text, lang, stars)])[0]

    def read_many(
        self,
        texts: Iterable[str],
        *,
        langs: Iterable[str | None] | None = None,
        stars: Iterable[float | None] | None = None,
    ) -> Iterator[Reading]:
        """One Reading a text, in order, read by hundreds. `langs` and `stars` run beside the texts."""
        rows = zip(texts, langs or repeat(None), stars or repeat(None), strict=False)
        while chunk := list(islice(rows, AT_ONCE)):
            yield from self._read(chunk)

    def _read(self, rows: list[Row]) -> list[Reading]:
        with self._turn:
            if self._vocabulary.is_full:
                self._vocabulary = Vocabulary()
            texts = [text[:LONGEST] for text, _, _ in rows]
            given = [_language(lang) for _, lang, _ in rows]
            words = batch(self._vocabulary, texts, given)
            return [
                _reading(Tokens(words, number, text), words.langs[number], given[number], stars)
                for number, (text, (_, _, stars)) in enumerate(zip(texts, rows, strict=True))
            ]


def _reading(tokens: Tokens, language: Lang, given: Lang | None, stars: float | None) -> Reading:
    hits = lexicon().hits(tokens) if language in READ else []
    raised = flags(hits)
    held, cut = leverages.find(tokens, hits, is_disputed="dispute" in raised)
    told, told_hits = _complaint_only(tokens, hits, cut)
    if told is not tokens and not given:
        language = _narrowed(told, language)
    feeling = feel(told, told_hits, language, tokens.text)
    if cut and told is tokens:
        feeling = only_pressure(feeling)
    signs = found(told_hits, told, feeling)
    name = problem(signs, feeling, is_safety="safety" in raised)
    if contradicts(feeling.sentiment, feeling.score, stars):
        raised.add("contradicts_stars")
    return Reading(
        lang=language,
        sentiment=feeling.sentiment,
        score=feeling.score,
        complaint=_is_complaint(name, feeling),
        themes=themes(told, told_hits, feeling, tokens.text) if language in READ else (),
        problem=name,
        fault=fault(name, signs),
        wish=wish(told_hits),
        leverage=held,
        flags=tuple(flag for flag in (*ORDER, "contradicts_stars") if flag in raised),
        pii=find_in(align(tokens.text)),
        engine=ENGINE,
    )


@cache
def _shipped() -> Reader:
    return Reader()


def read(text: str, *, lang: str | None = None, stars: float | None = None) -> Reading:
    """What a text says, to the shipped reader."""
    return _shipped().read(text, lang=lang, stars=stars)


def read_many(
    texts: Iterable[str],
    *,
    langs: Iterable[str | None] | None = None,
    stars: Iterable[float | None] | None = None,
) -> Iterator[Reading]:
    """One Reading a text, in order, by the shipped reader."""
    return _shipped().read_many(texts, langs=langs, stars=stars)


def _language(given: str | None) -> Lang | None:
    """The given language; None when none is given. A language that is not ours ("fr") is other."""
    if not given or given == Lang.UNKNOWN:
        return None
    short = given.lower().replace("_", "-").split("-")[0]
    return Lang(short) if short in set(Lang) else Lang.OTHER


def _complaint_only(tokens: Tokens, hits: list[Hit], cut: set[int]) -> tuple[Tokens, list[Hit]]:
    if not cut or len(tokens) - len(cut) < ENOUGH:
        return tokens, hits
    told = tokens.without(cut)
    return told, lexicon().hits(told)


def _narrowed(told: Tokens, language: Lang) -> Lang:
    """The language of the complaint itself, so that a threat in another changes nothing."""
    left = detect(told.words)
    return language if left in (Lang.UNKNOWN, Lang.OTHER) else left


def _is_complaint(name: str, feeling: Feeling) -> bool:
    """The learned answer, leaning to yes where a problem was named; never for a text full of praise."""
    if name == "safety":
        return True
    if name not in ("none", "other") and feeling.score < 0:
        return True
    least = 0.2 if name in ("none", "other") else -0.3
    return feeling.complaint > least and feeling.score < 0.6
