"""RULE: whether a file of questions is one that the builder could have made, finished or not.

The builder keeps what cannot be asked yet – a text without its translation, a number that is none – and names
it, so a file may hold it as well. What the builder never writes – a field or a kind that we do not know, a
value of another type, two questions of one id – comes from elsewhere and is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from surveys import definitions
from surveys.conditions import About, Fact, Test
from surveys.definitions import (
    LIST,
    MOST_CHOICES,
    MOST_QUESTIONS,
    NO_OBJECT,
    ONE_OF,
    UNFIT,
    BadDefinition,
    at_line,
    at_place,
    differ,
    identifier,
    only_known,
)
from surveys.questions import CONTACT_FIELDS, LANGUAGES, Kind, Meaning

MOST_TESTS = 20  # lines of conditions that a page sends
_LARGEST = 10**9  # the builder reads whole numbers of nine digits; longer ones stay text


def _(message: str) -> str:
    """Marks a message for the catalogue; the page that shows it translates it."""
    return message


_TEXT = _("must be text")
_NUMBER = _("must be a whole number, or text as it was typed")


def check(definition: object) -> None:
    """Raises BadDefinition for what the builder could not have made."""
    try:
        definitions.load(definition)
    except BadDefinition:
        _check(definition)


def _check(definition: object) -> None:
    if not isinstance(definition, Mapping):
        raise BadDefinition("", "definition", _("is not an object"))
    only_known(definition, {"format", "title", "questions"}, "")
    definitions.refuse_newer(definition)
    _texts("", "title", definition.get("title", {}))
    questions = _list("", "questions", definition.get("questions"), most=MOST_QUESTIONS)
    for place, question in enumerate(questions, start=1):
        at_place(place, _question, question)
    differ([question["id"] for question in questions], "questions")


def _question(raw: object) -> None:
    if not isinstance(raw, Mapping):
        raise BadDefinition("", "questions", NO_OBJECT)
    name = identifier("", "id", raw.get("id"))
    only_known(raw, definitions.FIELDS, name)
    if raw.get("kind") not in tuple(Kind):
        raise BadDefinition(name, "kind", ONE_OF, known=", ".join(Kind))
    if "words" not in raw:
        raise BadDefinition(name, "words", definitions.BY_LANGUAGE)
    for field in raw.keys() & _CHECKS.keys():
        _CHECKS[field](name, field, raw[field])


def _texts(name: str, field: str, raw: object) -> None:
    if not isinstance(raw, Mapping) or not set(raw) <= set(LANGUAGES):
        raise BadDefinition(name, field, definitions.BY_LANGUAGE)
    for text in raw.values():
        _text(name, field, text)


def _text(name: str, field: str, raw: object) -> None:
    if not isinstance(raw, str):
        raise BadDefinition(name, field, _TEXT)
    if UNFIT.search(raw):
        raise BadDefinition(name, field, definitions.CANNOT_BE_STORED)


def _number(name: str, field: str, raw: object) -> None:
    if isinstance(raw, str):
        _text(name, field, raw)
    elif isinstance(raw, bool) or not isinstance(raw, int) or not -_LARGEST < raw < _LARGEST:
        raise BadDefinition(name, field, _NUMBER)


def _yes_or_no(name: str, field: str, raw: object) -> None:
    if not isinstance(raw, bool):
        raise BadDefinition(name, field, definitions.TRUE_OR_FALSE)


def _meaning(name: str, field: str, raw: object) -> None:
    if raw not in tuple(Meaning):
        raise BadDefinition(name, field, ONE_OF, known=", ".join(Meaning))


def _list(name: str, field: str, raw: object, *, most: int) -> Sequence[Any]:
    if not isinstance(raw, list) or len(raw) > most:
        raise BadDefinition(name, field, LIST, least=0, most=most)
    return raw


def _fields(name: str, field: str, raw: object) -> None:
    if any(one not in CONTACT_FIELDS for one in _list(name, field, raw, most=len(CONTACT_FIELDS))):
        raise BadDefinition(name, field, definitions.LIST_OF, known=", ".join(CONTACT_FIELDS))


def _lines(name: str, field: str, raw: object) -> None:
    """Choices or rows."""
    lines = _list(name, field, raw, most=MOST_CHOICES)
    for line, one in enumerate(lines, start=1):
        at_line(line, _line, name, field, one)
    differ([one["id"] for one in lines], field, name)


def _line(name: str, field: str, raw: object) -> None:
    if not isinstance(raw, Mapping):
        raise BadDefinition(name, field, NO_OBJECT)
    definitions.only_known_of_choice(name, field, raw)
    identifier(name, field, raw.get("id"))
    _texts(name, field, raw.get("words"))
    for part in raw.keys() & _OF_LINE.keys():
        _OF_LINE[part](name, field, raw[part])


def _show_if(name: str, field: str, raw: object) -> None:
    if not isinstance(raw, Mapping) or set(raw) != {"match", "of"} or raw["match"] not in ("all", "any"):
        raise BadDefinition(name, field, _NO_CONDITION)
    for test in _list(name, field, raw["of"], most=MOST_TESTS):
        _test(name, field, test)


_NO_CONDITION = _("is no condition that the builder knows")


def _test(name: str, field: str, raw: object) -> None:
    """About an earlier question: moved about, it may stand later by now; never about itself."""
    rest = dict(raw) if isinstance(raw, dict) else {}
    about = next((one for one in About if one in rest), None)
    subject = rest.pop(about, None)
    if about == About.LANGUAGE and subject in LANGUAGES and not rest:
        return
    if about == About.QUESTION and identifier(name, field, subject) == name:
        raise BadDefinition(name, field, definitions.NO_EARLIER, name=name)
    if about not in (About.QUESTION, About.FACT) or (about == About.FACT and subject not in tuple(Fact)):
        raise BadDefinition(name, field, _NO_CONDITION)
    _tested(name, field, rest)


def _tested(name: str, field: str, raw: Mapping[Any, Any]) -> None:
    match list(raw.items()):
        case [(Test.ANSWERED, bool())]:
            return
        case [(Test.IS | Test.IS_NOT, list(ids))]:
            for one in ids:
                _text(name, field, one)
        case [(Test.AT_LEAST | Test.AT_MOST, number)]:
            _number(name, field, number)
        case _:
            raise BadDefinition(name, field, _NO_CONDITION)


_CHECKS: Mapping[str, Callable[[str, str, object], None]] = {
    **dict.fromkeys(("words", "help", "low", "high"), _texts),
    **dict.fromkeys(("least", "most", "asked_at_most"), _number),
    **dict.fromkeys(("choices", "rows"), _lines),
    "required": _yes_or_no,
    "meaning": _meaning,
    "fields": _fields,
    "purpose": _text,
    "show_if": _show_if,
}
_OF_LINE: Mapping[str, Callable[[str, str, object], None]] = {
    "help": _texts,
    "points": _number,
    "picture": _text,
    "picture_alt": _texts,
}
