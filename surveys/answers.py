"""RULE: whether an answer fits its question, and the form in which it is kept. Values only."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from feedback.orthography import INVISIBLE, MARKS
from surveys.questions import LONGEST, STEPS, YES_NO, Kind, Question, Value

LONGEST_FIELD = 120  # characters of a name, an address, a number
_SHOWS_NOTHING = re.compile(f"[{INVISIBLE}{MARKS}\u2800]")
_DIGITS = re.compile(r"[0-9]{1,2}")
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,2})?", re.ASCII)  # with three decimals it could be a thousand
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[.,' \u00a0]\d{3})+(?!\d)", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", re.ASCII)
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}@[^\s@<>()\[\],;:\"]+\.[^\s@<>()\[\],;:\".]{2,}")
_PHONE = re.compile(r"\+?[\d ().-]{8,24}", re.ASCII)


class BadAnswer(ValueError):
    """`key` names what is wrong; `limit` and `length` are what it was measured by: characters for too_long, a
    number or a day for too_small and too_large. `part` is the input of a question that has several."""

    def __init__(self, key: str, *, limit: Any = 0, length: int = 0, part: str = ""):
        super().__init__(key)
        self.key, self.limit, self.length, self.part = key, limit, length, part


def check(question: Question, raw: object) -> Value | None:
    """The answer as it is kept, None when it was left out. Raises BadAnswer."""
    value = _value(question, raw)
    if value is None and question.required:
        raise BadAnswer("required")
    return value


def number_of(question: Question, value: Value | None) -> Decimal | None:
    """What goes into totals and means: steps and numbers."""
    if isinstance(value, int):
        return Decimal(value)
    return Decimal(value) if question.kind == Kind.NUMBER and isinstance(value, str) else None


def points_of(question: Question, value: Value | None) -> int:
    """What the chosen options add to the survey's score; a row of a grid counts by its own choice."""
    points = {choice.id: choice.points for choice in question.choices}
    if question.kind == Kind.RANKING or value is None:
        return 0
    chosen = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else (value,)
    return sum(points.get(str(one), 0) for one in chosen)


def plain_number(text: str) -> str | None:
    """As people write it here: 1.200, 1,200, 12,5 – as programs do: 1200, 12.5. A lone group of three after a
    point is a thousand. None: it is no number."""
    bare = normalize("NFKC", text).strip()
    if _GROUPED.fullmatch(bare):
        bare = re.sub("[.,' ]", "", bare)
    bare = bare.replace(",", ".")
    return f"{Decimal(bare).normalize():f}" if _NUMBER.fullmatch(bare) else None


def _value(question: Question, raw: object) -> Value | None:
    if question.kind in _PARTED:
        given = _parts(question, raw)
        return _PARTED[question.kind](question, given) if given else None
    texts = list(_texts(raw))
    if not texts:
        return None
    if question.is_text:
        return _text(question, texts[-1])
    if question.kind in STEPS:
        return _step(question, texts[-1])
    if question.kind in _SINGLE:
        return _SINGLE[question.kind](question, texts[-1])
    return _choice(question, texts)


def _texts(raw: object) -> Iterator[str]:
    for one in raw if isinstance(raw, list | tuple) else [raw]:
        if isinstance(one, str) and _shows(one):
            yield one.strip()


def _shows(text: str) -> bool:
    """Something can be seen: zero-width characters, fillers and marks without a letter are no answer."""
    seen = _SHOWS_NOTHING.sub("", text)
    return any(letter.isprintable() and not letter.isspace() for letter in seen)


def _text(question: Question, text: str) -> str:
    limit = LONGEST[question.kind]
    if len(text) > limit:
        raise BadAnswer("too_long", limit=limit, length=len(text))
    return text


def _step(question: Question, text: str) -> int:
    if not _DIGITS.fullmatch(text) or int(text) not in STEPS[question.kind]:
        raise BadAnswer("not_a_choice")
    return int(text)


def _choice(question: Question, given: list[str]) -> Value:
    ids = [choice.id for choice in question.choices]
    if any(one not in ids for one in given):
        raise BadAnswer("not_a_choice")
    if question.kind == Kind.CHOICES:
        return tuple(one for one in ids if one in given)
    return given[-1]


def _yes_no(question: Question, text: str) -> str:
    if text not in YES_NO:
        raise BadAnswer("not_a_choice")
    return text


def _consent(question: Question, text: str) -> str | None:
    """A box that was left empty is a no that nobody has to say."""
    return "yes" if _yes_no(question, text) == "yes" else None


def _number(question: Question, text: str) -> str:
    plain = plain_number(text)
    if plain is None or abs(Decimal(plain)) >= 10**9:
        raise BadAnswer("not_a_number")
    _within(question, Decimal(plain))
    return plain


def _day(question: Question, text: str) -> str:
    """2026-11-28 as browsers send it, or 28/11/2026 as people write it."""
    found = _DAY_FIRST.fullmatch(text)
    try:
        day = date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError:
        raise BadAnswer("not_a_day") from None
    _within(question, day)
    return day.isoformat()


def _within(question: Question, given: Any) -> None:
    if question.least is not None and given < question.least:
        raise BadAnswer("too_small", limit=question.least)
    if question.most is not None and given > question.most:
        raise BadAnswer("too_large", limit=question.most)


def _parts(question: Question, raw: object) -> dict[str, str]:
    """What was given for each part. A ranking may come as a list, the best first."""
    if question.kind == Kind.RANKING and isinstance(raw, list | tuple):
        return {str(one): str(place) for place, one in enumerate(raw, 1)}
    if not isinstance(raw, Mapping):
        if raw is not None and any(True for _one in _texts(raw)):
            raise BadAnswer("not_a_choice")
        return {}
    if strange := [part for part in raw if part not in question.parts]:
        raise BadAnswer("not_a_choice", part=str(strange[0])[:40])
    given = {part: next(reversed([*_texts(raw[part])]), "") for part in question.parts if part in raw}
    return {part: text for part, text in given.items() if text}


def _grid(question: Question, given: dict[str, str]) -> Value:
    ids = {choice.id for choice in question.choices}
    for row, choice in given.items():
        if choice not in ids:
            raise BadAnswer("not_a_choice", part=row)
    if question.required and (missing := [row for row in question.parts if row not in given]):
        raise BadAnswer("row_missing", part=missing[0])
    return given


def _ranking(question: Question, given: dict[str, str]) -> Value:
    ranks = {}
    for option, rank in given.items():
        if not _DIGITS.fullmatch(rank) or not 1 <= int(rank) <= len(question.choices):
            raise BadAnswer("not_a_rank", part=option, limit=len(question.choices))
        if int(rank) in ranks:
            raise BadAnswer("rank_twice", part=option, limit=int(rank))
        ranks[int(rank)] = option
    if missing := [option for option in question.parts if option not in given]:
        raise BadAnswer("rank_missing", part=missing[0])
    return tuple(ranks[rank] for rank in sorted(ranks))


def _contact(question: Question, given: dict[str, str]) -> Value:
    for field, text in given.items():
        if len(text) > LONGEST_FIELD:
            raise BadAnswer("too_long", part=field, limit=LONGEST_FIELD, length=len(text))
    if "email" in given and not _EMAIL.fullmatch(given["email"]):
        raise BadAnswer("not_an_email", part="email")
    if "phone" in given and not _is_phone(given["phone"]):
        raise BadAnswer("not_a_phone", part="phone")
    if question.required and (missing := [field for field in question.fields if field not in given]):
        raise BadAnswer("field_missing", part=missing[0])
    return given


def _is_phone(text: str) -> bool:
    return bool(_PHONE.fullmatch(text)) and 8 <= sum(letter.isdigit() for letter in text) <= 15


_SINGLE: dict[Kind, Callable[[Question, str], Value | None]] = {
    Kind.YES_NO: _yes_no,
    Kind.CONSENT: _consent,
    Kind.NUMBER: _number,
    Kind.DATE: _day,
}
_PARTED: dict[Kind, Callable[[Question, dict[str, str]], Value]] = {
    Kind.GRID: _grid,
    Kind.RANKING: _ranking,
    Kind.CONTACT: _contact,
}
