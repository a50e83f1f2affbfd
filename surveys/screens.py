"""Questions as a page draws them: words in one language, what is chosen, what does not fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from surveys.questions import BadAnswer, Definition, Kind, Question, Value, said

PREFIX = "q-"  # keeps the names of answers apart from the form's own fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    id: str
    words: str
    help: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    id: str
    name: str
    kind: str
    words: str
    help: str
    low: str
    high: str
    required: bool
    options: tuple[Option, ...]
    text: str
    error: str


def draw(
    definition: Definition,
    language: str,
    *,
    saved: Mapping[str, Value],
    typed: Mapping[str, Sequence[str]] | None = None,
    errors: Mapping[str, BadAnswer] | None = None,
) -> list[Drawn]:
    """`typed` wins over `saved`: a page that finds a fault keeps what was written on it."""
    typed, errors = typed or {}, errors or {}
    return [
        _drawn(question, language, typed.get(question.id, _as_typed(saved.get(question.id))), errors)
        for question in definition.questions
    ]


def _as_typed(value: Value | Sequence[str] | None) -> Sequence[str]:
    if value is None:
        return ()
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]


def _drawn(question: Question, language: str, given: Sequence[str], errors: Mapping[str, BadAnswer]) -> Drawn:
    error = errors.get(question.id)
    return Drawn(
        id=question.id,
        name=PREFIX + question.id,
        kind=question.kind.value,
        words=said(question.words, language),
        help=said(question.help, language),
        low=said(question.low, language),
        high=said(question.high, language),
        required=question.required,
        options=_options(question, language, given),
        text=given[-1] if given and question.is_text else "",
        error=_in_words(error, question) if error else "",
    )


def _options(question: Question, language: str, given: Sequence[str]) -> tuple[Option, ...]:
    if question.kind == Kind.SCALE_10:
        numbers = [str(number) for number in range(11)]
        return tuple(Option(id=one, words=one, help="", is_chosen=one in given) for one in numbers)
    return tuple(
        Option(
            id=choice.id,
            words=said(choice.words, language),
            help=said(choice.help, language),
            is_chosen=choice.id in given,
        )
        for choice in question.choices
    )


def _in_words(error: BadAnswer, question: Question) -> str:
    if error.key == "too_long":
        words = _("Your text has %(length)s characters, and %(limit)s fit. Please shorten it by %(over)s.")
        return words % {
            "length": number_format(error.length, force_grouping=True),
            "limit": number_format(error.limit, force_grouping=True),
            "over": number_format(error.length - error.limit, force_grouping=True),
        }
    if question.is_text:
        return _("Please write something here.")
    return _("Please choose one of these.")
