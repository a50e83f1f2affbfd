"""Questions as a page draws them: words in one language, what is chosen, what does not fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys import piping
from surveys.answers import BadAnswer
from surveys.questions import STEPS, YES_NO, Choice, Kind, Question, Value, said

PREFIX = "q-"  # keeps the names of answers apart from the form's own fields
_FACES = (
    gettext_lazy("very dissatisfied"),
    gettext_lazy("dissatisfied"),
    gettext_lazy("neither"),
    gettext_lazy("satisfied"),
    gettext_lazy("very satisfied"),
)
_FIELDS = {
    "name": (gettext_lazy("Your name"), "name", "text"),
    "email": (gettext_lazy("E-mail"), "email", "email"),
    "phone": (gettext_lazy("Telephone"), "tel", "tel"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """`words` are seen, `spoken` is said where a sign stands for them."""

    id: str
    words: str
    help: str = ""
    spoken: str = ""
    picture: str = ""
    picture_alt: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One input of a question that has several: a row of a grid, an option to rank, a field."""

    id: str
    name: str
    words: str
    text: str = ""
    options: tuple[Option, ...] = ()
    autocomplete: str = ""
    type: str = "text"
    is_wrong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """`shape`: which template draws it. `is_personal`: it holds something of this person's."""

    id: str
    name: str
    kind: str
    shape: str
    words: str
    help: str
    low: str
    high: str
    required: bool
    options: tuple[Option, ...]
    parts: tuple[Part, ...]
    text: str
    error: str
    least: str = ""
    most: str = ""
    is_personal: bool = False


_SHAPES = {
    Kind.TEXT_SHORT: "line",
    Kind.TEXT_LONG: "text",
    Kind.NUMBER: "line",
    Kind.DATE: "line",
    Kind.DROPDOWN: "dropdown",
    Kind.CONSENT: "box",
    Kind.GRID: "grid",
    Kind.RANKING: "ranking",
    Kind.CONTACT: "fields",
    Kind.PICTURE: "pictures",
    Kind.CHOICES: "boxes",
} | dict.fromkeys(STEPS, "steps")
Typed = Sequence[str] | Mapping[str, Sequence[str]]


def draw(
    questions: Sequence[Question],
    language: str,
    *,
    saved: Mapping[str, Value],
    typed: Mapping[str, Typed] | None = None,
    errors: Mapping[str, BadAnswer] | None = None,
    pieces: Mapping[str, str] | None = None,
) -> list[Drawn]:
    """`typed` wins over `saved`: a page that finds a fault keeps what was written on it."""
    typed, errors = typed or {}, errors or {}
    return [
        _drawn(
            question,
            language,
            typed.get(question.id, _as_typed(question, saved.get(question.id))),
            errors.get(question.id),
            pieces or {},
        )
        for question in questions
    ]


def names(question: Question) -> list[str]:
    """Of its inputs on the page: one, or one for each part."""
    name = PREFIX + question.id
    return [f"{name}.{part}" for part in question.parts] or [name]


def typed(sent: QueryDict, questions: Sequence[Question]) -> dict[str, Typed]:
    """What a page asked: `asked` names its questions, since a browser sends no empty radio group."""
    asked = set(sent.getlist("asked"))
    return {
        question.id: _given(sent, question)
        for question in questions
        if question.id in asked or not sent.keys().isdisjoint(names(question))
    }


def _given(sent: QueryDict, question: Question) -> Typed:
    inputs = names(question)
    if not question.parts:
        return sent.getlist(inputs[0])
    return {part: sent.getlist(name) for part, name in zip(question.parts, inputs, strict=True)}


def _as_typed(question: Question, value: Value | Sequence[str] | None) -> Typed:
    """A kept answer as a page would send it; JSON has made lists of what was ranked."""
    if value is None:
        return ()
    if isinstance(value, Mapping):
        return {part: [text] for part, text in value.items()}
    if isinstance(value, list | tuple):
        if question.kind == Kind.RANKING:
            return {str(one): [str(place)] for place, one in enumerate(value, 1)}
        return [str(one) for one in value]
    if question.kind == Kind.NUMBER:
        return [number_format(str(value))]
    return [str(value)]


def _drawn(
    question: Question, language: str, given: Typed, error: BadAnswer | None, pieces: Mapping[str, str]
) -> Drawn:
    line = list(given) if not isinstance(given, Mapping) else []
    text = line[-1] if line and question.kind in _WRITTEN else ""
    parts = _parts(question, language, given, error)
    return Drawn(
        id=question.id,
        name=PREFIX + question.id,
        kind=question.kind.value,
        shape=_SHAPES.get(question.kind, "choices"),
        words=piping.fill(said(question.words, language), pieces, language),
        help=piping.fill(said(question.help, language), pieces, language),
        low=said(question.low, language),
        high=said(question.high, language),
        required=question.required,
        options=() if question.parts else _options(question, language, line),
        parts=parts,
        text=text,
        error=in_words(error, question, language) if error else "",
        least=_bound(question.least),
        most=_bound(question.most),
        is_personal=bool(text or error or any(part.text for part in parts))
        or not all(map(piping.is_plain, question.texts)),
    )


_WRITTEN = {Kind.TEXT_SHORT, Kind.TEXT_LONG, Kind.NUMBER, Kind.DATE}


def _bound(bound: Any) -> str:
    return "" if bound is None else bound.isoformat() if isinstance(bound, date) else str(bound)


def _options(question: Question, language: str, given: Sequence[str]) -> tuple[Option, ...]:
    if question.kind in STEPS:
        return tuple(_step(question, step, given) for step in STEPS[question.kind])
    if question.kind in (Kind.YES_NO, Kind.CONSENT):
        offered = YES_NO if question.kind == Kind.YES_NO else {"yes": YES_NO["yes"]}
        return tuple(
            Option(id=one, words=words[language].capitalize(), is_chosen=one in given)
            for one, words in offered.items()
        )
    return tuple(_option(choice, language, given) for choice in question.choices)


def _option(choice: Choice, language: str, given: Sequence[str]) -> Option:
    return Option(
        id=choice.id,
        words=said(choice.words, language),
        help=said(choice.help, language),
        picture=choice.picture,
        picture_alt=said(choice.picture_alt, language),
        is_chosen=choice.id in given,
    )


def _step(question: Question, step: int, given: Sequence[str]) -> Option:
    """A sign alone says nothing to who cannot see it: stars are spoken, and a face stands for its words."""
    spoken = _("%(stars)s of 5 stars") % {"stars": step} if question.kind == Kind.STARS else ""
    return Option(
        id=str(step), words=step_words(question.kind, step), spoken=spoken, is_chosen=str(step) in given
    )


def step_words(kind: str, step: int) -> str:
    if kind == Kind.STARS:
        return "★" * step
    return str(_FACES[step - 1]) if kind == Kind.SMILEYS else str(step)


def _parts(question: Question, language: str, given: Typed, error: BadAnswer | None) -> tuple[Part, ...]:
    typed = given if isinstance(given, Mapping) else {}
    wrong = error.part if error else ""
    return tuple(
        _part(question, part, language, next(iter(typed.get(part, ())), ""), part == wrong)
        for part in question.parts
    )


def _part(question: Question, part: str, language: str, text: str, is_wrong: bool) -> Part:
    name = f"{PREFIX}{question.id}.{part}"
    if question.kind == Kind.CONTACT:
        words, autocomplete, kind = _FIELDS[part]
        return Part(
            id=part, name=name, words=str(words), text=text,
            autocomplete=autocomplete, type=kind, is_wrong=is_wrong,
        )  # fmt: skip
    if question.kind == Kind.GRID:
        row = next(row for row in question.rows if row.id == part)
        options = tuple(_option(choice, language, [text]) for choice in question.choices)
        return Part(id=part, name=name, words=said(row.words, language), options=options, is_wrong=is_wrong)
    choice = next(choice for choice in question.choices if choice.id == part)
    ranks = tuple(
        Option(id=str(rank), words=str(rank), is_chosen=str(rank) == text)
        for rank in range(1, len(question.choices) + 1)
    )
    return Part(id=part, name=name, words=said(choice.words, language), options=ranks, is_wrong=is_wrong)


_SAID = {
    "not_a_number": gettext_lazy("Please write a number in figures, such as 12 or 12.5."),
    "not_a_day": gettext_lazy("Please write a day as 28/11/2026."),
    "not_an_email": gettext_lazy("This is no e-mail address. One looks like name@example.com."),
    "not_a_phone": gettext_lazy("Please write a telephone number of 8 to 15 figures."),
    "rank_missing": gettext_lazy("Please give each of them a place, also “%(part)s”."),
    "rank_twice": gettext_lazy("Place %(limit)s is given twice."),
    "not_a_rank": gettext_lazy("Please choose a place from 1 to %(limit)s."),
    "row_missing": gettext_lazy("Please choose something for “%(part)s” too."),
    "field_missing": gettext_lazy("Please fill in “%(part)s” too."),
    "too_small": gettext_lazy("The least that fits here is %(limit)s."),
    "too_large": gettext_lazy("The most that fits here is %(limit)s."),
}


def in_words(error: BadAnswer, question: Question, language: str) -> str:
    if error.key == "too_long":
        words = _("Your text has %(length)s characters, and %(limit)s fit. Please shorten it by %(over)s.")
        return words % {
            "length": number_format(error.length, force_grouping=True),
            "limit": number_format(error.limit, force_grouping=True),
            "over": number_format(error.length - error.limit, force_grouping=True),
        }
    if error.key in _SAID:
        given = {"limit": _limit(error.limit), "part": _name_of(question, error.part, language)}
        return str(_SAID[error.key]) % given
    if question.kind in _WRITTEN or question.kind == Kind.CONTACT:
        return _("Please write something here.")
    return _("Please choose one of these.")


def _limit(limit: Any) -> str:
    if isinstance(limit, date):
        return date_format(limit, "SHORT_DATE_FORMAT")
    return number_format(limit, force_grouping=True)


def _name_of(question: Question, part: str, language: str) -> str:
    if question.kind == Kind.CONTACT:
        return str(_FIELDS[part][0]) if part in _FIELDS else ""
    named = question.rows if question.kind == Kind.GRID else question.choices
    return next((said(one.words, language) for one in named if one.id == part), "")
