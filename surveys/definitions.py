"""RULE: a survey's definition (JSON) read and checked. Every refusal names the question and the field."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from surveys import conditions, piping
from surveys.cohorts import Problem
from surveys.conditions import BadCondition, Condition
from surveys.questions import (
    CONTACT_FIELDS,
    EXPECTATIONS,
    LANGUAGES,
    SHARES,
    STEPS,
    Choice,
    Definition,
    Kind,
    Meaning,
    Question,
    Words,
    ids_of,
)

FORMAT = 1
MOST_QUESTIONS = 60
MOST_CHOICES = 60
MOST_ROWS = 12
FIELDS = frozenset(
    {"id", "kind", "words", "help", "required", "meaning", "choices", "low", "high", "rows", "least", "most"}
    | {"fields", "purpose", "show_if", "asked_at_most"}
)
OF_CHOICE = frozenset({"id", "words", "help", "points", "picture", "picture_alt"})
UNFIT = re.compile("[\x00\ud800-\udfff]")  # NUL and half surrogates
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_-]{0,39}")
WITH_CHOICES = {Kind.CHOICE, Kind.CHOICES, Kind.PICTURE, Kind.DROPDOWN, Kind.GRID, Kind.RANKING}
FITS = {
    Meaning.PROBLEM: {Kind.CHOICE},
    Meaning.EXPECTATION: {Kind.CHOICE},
    Meaning.RECOMMENDATION: {Kind.SCALE_10},
    Meaning.TOUCHPOINT: {Kind.TOUCHPOINT},
    Meaning.COMMENT: {Kind.TEXT_SHORT, Kind.TEXT_LONG},
    Meaning.WISH: {Kind.TEXT_SHORT, Kind.TEXT_LONG},
    Meaning.SHARE: {Kind.CHOICE},
}
FIXED = {
    Meaning.PROBLEM: frozenset(Problem),
    Meaning.EXPECTATION: frozenset(EXPECTATIONS),
    Meaning.SHARE: frozenset(SHARES),
}


class BadDefinition(ValueError):
    """The definition cannot be asked. `message` is for the catalogue, to be filled with `given`. `place` of
    the question and `line` of its choice or row count from 1; None: it is about no single one."""

    place: int | None = None
    line: int | None = None

    def __init__(self, question: str, field: str, message: str, /, **given: object):
        reason = message % given
        super().__init__(f"question {question!r}, {field}: {reason}" if question else f"{field}: {reason}")
        self.question, self.field, self.message, self.given = question, field, message, given

    @property
    def path(self) -> str:
        """Where it stands in the file: questions[2].choices[0]."""
        line = "" if self.line is None else f"[{self.line - 1}]"
        return self.field if self.place is None else f"questions[{self.place - 1}].{self.field}{line}"


def _(message: str) -> str:
    """Marks a message for the catalogue; the page that shows it translates it."""
    return message


LIST = _("must be a list of %(least)s to %(most)s")
NO_OBJECT = _("holds something that is not an object")
ONE_OF = _("must be one of %(known)s")
LIST_OF = _("must be a list of %(known)s")
TRUE_OR_FALSE = _("must be true or false")
BY_LANGUAGE = _("must be texts by language")
NO_EARLIER = _("looks at “%(name)s”, which is no earlier question")
CANNOT_BE_STORED = _("holds a character that cannot be stored")


def load(definition: object) -> Definition:
    """Raises BadDefinition."""
    if not isinstance(definition, Mapping):
        raise BadDefinition("", "definition", _("is not an object"))
    only_known(definition, {"format", "title", "questions"}, "")
    refuse_newer(definition)
    raw = definition.get("questions")
    if raw == []:
        raise BadDefinition("", "questions", _("there is none yet; a survey needs at least one"))
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not 1 <= len(raw) <= MOST_QUESTIONS:
        raise BadDefinition("", "questions", LIST, least=1, most=MOST_QUESTIONS)
    questions = tuple(at_place(place, load_question, one) for place, one in enumerate(raw, start=1))
    differ([question.id for question in questions], "questions")
    for place, question in enumerate(questions):
        at_place(place + 1, _looks_back, question, {one.id: one for one in questions[:place]})
    for meaning in set(Meaning) - {Meaning.COMMENT}:
        if sum(question.meaning == meaning for question in questions) > 1:
            raise BadDefinition(
                "", "questions", _("only one question can mean “%(meaning)s”"), meaning=meaning.value
            )
    return Definition(
        title=_words("", "title", definition.get("title", {}), optional=True), questions=questions
    )


def refuse_newer(definition: Mapping[str, Any]) -> None:
    if definition.get("format", FORMAT) != FORMAT:
        raise BadDefinition(
            "",
            "format",
            _("comes from a newer version of the program: this one reads %(known)s"),
            known=FORMAT,
        )


def at_place(place: int, read: Callable[..., Any], *given: Any) -> Any:
    """A refusal of one question says which it is."""
    try:
        return read(*given)
    except BadDefinition as fault:
        fault.place = place
        raise


def load_question(raw: object) -> Question:
    """One by itself: what it refers to is not looked at. Raises BadDefinition."""
    if not isinstance(raw, Mapping):
        raise BadDefinition("", "questions", NO_OBJECT)
    name = identifier("", "id", raw.get("id"))
    only_known(raw, FIELDS, name)
    if raw.get("kind") not in tuple(Kind):
        raise BadDefinition(name, "kind", ONE_OF, known=", ".join(Kind))
    kind = Kind(raw["kind"])
    if not isinstance(raw.get("required", False), bool):
        raise BadDefinition(name, "required", TRUE_OR_FALSE)
    choices = _choices(name, kind, raw.get("choices", []))
    least, most = _bounds(name, kind, raw)
    return Question(
        id=name,
        kind=kind,
        words=_piped(name, "words", raw.get("words")),
        help=_piped(name, "help", raw.get("help", {}), optional=True),
        required=_required(name, kind, raw),
        meaning=_meaning(name, kind, raw.get("meaning"), choices),
        choices=choices,
        low=_words(name, "low", raw.get("low", {}), optional=True),
        high=_words(name, "high", raw.get("high", {}), optional=True),
        rows=_rows(name, kind, raw.get("rows", [])),
        least=least,
        most=most,
        fields=_fields(name, kind, raw.get("fields", [])),
        purpose=_purpose(name, kind, raw.get("purpose", "")),
        show_if=_show_if(name, raw.get("show_if")),
        asked_at_most=_asked_at_most(name, raw.get("asked_at_most")),
    )


def only_known(raw: Mapping[str, Any], known: frozenset[str] | set[str], name: str) -> None:
    """Else it would be lost in silence; and a reward that hangs on an answer has no place to hide."""
    if strange := sorted(set(map(str, raw)) - known):
        raise BadDefinition(name, strange[0][:40], _("is not known here"))


def _required(name: str, kind: Kind, raw: Mapping[str, Any]) -> bool:
    required = raw.get("required", False)
    if not isinstance(required, bool):
        raise BadDefinition(name, "required", TRUE_OR_FALSE)
    if required and kind == Kind.CONSENT:
        raise BadDefinition(name, "required", _("nobody can be made to agree"))
    return required


def _looks_back(question: Question, earlier: Mapping[str, Question]) -> None:
    """Logic and repeated answers refer to earlier questions: so nothing can go round in a circle."""
    for text in question.texts:
        for name in piping.answers_in(text):
            if name not in earlier or earlier[name].kind in (Kind.CONTACT, Kind.CONSENT):
                raise BadDefinition(
                    question.id, "words", _("repeats “%(name)s”, which is no earlier question"), name=name
                )
    for check in question.show_if.checks if question.show_if else ():
        if check.about != conditions.About.QUESTION:
            continue
        if check.name not in earlier:
            raise BadDefinition(
                question.id,
                "show_if",
                NO_EARLIER,
                name=check.name,
            )
        _fits(question.id, check, earlier[check.name])


def _fits(name: str, check: conditions.Check, asked: Question) -> None:
    options = ids_of(asked)
    if check.test in (conditions.Test.IS, conditions.Test.IS_NOT):
        if asked.kind == Kind.TOUCHPOINT:
            return
        if strange := [one for one in check.ids if one not in options]:
            raise BadDefinition(
                name, "show_if", _("“%(id)s” is no answer to “%(name)s”"), id=strange[0], name=asked.id
            )
    elif check.test != conditions.Test.ANSWERED and asked.kind not in (*STEPS, Kind.NUMBER):
        raise BadDefinition(name, "show_if", _("“%(name)s” is not answered by a number"), name=asked.id)


def _show_if(name: str, raw: object) -> Condition | None:
    if raw is None:
        return None
    try:
        return conditions.load(raw)
    except BadCondition as error:
        raise BadDefinition(name, "show_if", error.message, **error.given) from None


def _asked_at_most(name: str, raw: object) -> int | None:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= 1_000_000:
        raise BadDefinition(name, "asked_at_most", _("must be a whole number from 1 to 1,000,000"))
    return raw


def _rows(name: str, kind: Kind, raw: object) -> tuple[Choice, ...]:
    if kind != Kind.GRID:
        return ()
    return _listed(name, "rows", raw, least=1, most=MOST_ROWS)


def _fields(name: str, kind: Kind, raw: object) -> tuple[str, ...]:
    if kind != Kind.CONTACT:
        return ()
    if (
        not isinstance(raw, Sequence)
        or isinstance(raw, str)
        or not raw
        or not all(isinstance(one, str) and one in CONTACT_FIELDS for one in raw)
    ):
        raise BadDefinition(name, "fields", LIST_OF, known=", ".join(CONTACT_FIELDS))
    return tuple(field for field in CONTACT_FIELDS if field in raw)


def _purpose(name: str, kind: Kind, raw: object) -> str:
    if kind != Kind.CONSENT:
        return ""
    return identifier(name, "purpose", raw)


def _bounds(name: str, kind: Kind, raw: Mapping[str, Any]) -> tuple[Any, Any]:
    if kind not in (Kind.NUMBER, Kind.DATE):
        return None, None
    read: Callable[[str, str, object], Any] = _amount if kind == Kind.NUMBER else _day
    least, most = (None if raw.get(key) is None else read(name, key, raw[key]) for key in ("least", "most"))
    if least is not None and most is not None and most < least:
        raise BadDefinition(name, "most", _("is below the least: nobody could answer"))
    return least, most


def _amount(name: str, field: str, raw: object) -> Decimal:
    try:
        number = Decimal(str(raw)) if isinstance(raw, int | str) and not isinstance(raw, bool) else None
    except InvalidOperation:
        number = None
    # Compared, not reckoned with: the absolute value of 1e999999999 does not fit any more.
    if number is None or not number.is_finite() or not -(10**9) < number < 10**9:
        raise BadDefinition(name, field, _("must be a number below a thousand million"))
    return number


def _day(name: str, field: str, raw: object) -> date:
    try:
        return date.fromisoformat(str(raw))
    except ValueError:
        raise BadDefinition(name, field, _("must be a day as 2026-11-28")) from None


def _meaning(name: str, kind: Kind, raw: object, choices: tuple[Choice, ...]) -> Meaning | None:
    if raw is None:
        return None
    if raw not in tuple(Meaning):
        raise BadDefinition(name, "meaning", ONE_OF, known=", ".join(Meaning))
    meaning = Meaning(str(raw))
    if kind not in FITS[meaning]:
        raise BadDefinition(
            name,
            "meaning",
            _("“%(meaning)s” does not go with the kind “%(kind)s”"),
            meaning=meaning.value,
            kind=kind.value,
        )
    wanted = FIXED.get(meaning)
    if wanted and {choice.id for choice in choices} != wanted:
        raise BadDefinition(name, "choices", _("must be %(known)s"), known=", ".join(sorted(wanted)))
    return meaning


def _choices(name: str, kind: Kind, raw: object) -> tuple[Choice, ...]:
    if kind not in WITH_CHOICES:
        return ()
    return _listed(name, "choices", raw, least=2, most=MOST_CHOICES)


def _listed(name: str, field: str, raw: object, *, least: int, most: int) -> tuple[Choice, ...]:
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not least <= len(raw) <= most:
        raise BadDefinition(name, field, LIST, least=least, most=most)
    if not all(isinstance(one, Mapping) for one in raw):
        raise BadDefinition(name, field, NO_OBJECT)
    choices = tuple(at_line(line, _choice, name, field, one) for line, one in enumerate(raw, start=1))
    differ([choice.id for choice in choices], field, name)
    return choices


def at_line(line: int, read: Callable[..., Any], *given: Any) -> Any:
    """A refusal of one choice or row says which it is."""
    try:
        return read(*given)
    except BadDefinition as fault:
        fault.line = line
        raise


def only_known_of_choice(name: str, field: str, raw: Mapping[str, Any]) -> None:
    if strange := sorted(set(map(str, raw)) - OF_CHOICE):
        raise BadDefinition(name, field, _("“%(name)s” is not known here"), name=strange[0][:40])


def _choice(name: str, field: str, raw: Mapping[str, Any]) -> Choice:
    only_known_of_choice(name, field, raw)
    points, picture = raw.get("points", 0), raw.get("picture", "")
    if isinstance(points, bool) or not isinstance(points, int) or abs(points) > 1000:
        raise BadDefinition(name, field, _("points are a whole number from -1000 to 1000"))
    if not isinstance(picture, str) or not re.fullmatch(r"[a-z0-9_-]{0,40}", picture):
        raise BadDefinition(name, field, _("a picture is named by 1 to 40 of a-z, 0-9, - and _"))
    return Choice(
        id=identifier(name, field, raw.get("id")),
        words=_words(name, field, raw.get("words")),
        help=_words(name, field, raw.get("help", {}), optional=True),
        points=points,
        picture=picture,
        picture_alt=_words(name, field, raw.get("picture_alt", {}), optional=True),
    )


def identifier(name: str, field: str, raw: object) -> str:
    if not isinstance(raw, str) or not _IDENTIFIER.fullmatch(raw):
        raise BadDefinition(name, field, _("an id is 1 to 40 of a-z, 0-9, - and _, and starts with a letter"))
    return raw


def _words(name: str, field: str, raw: object, *, optional: bool = False) -> Words:
    """Texts by language; every language that the shop speaks, unless the whole text may be left out."""
    if not isinstance(raw, Mapping) or not all(isinstance(text, str) for text in raw.values()):
        raise BadDefinition(name, field, BY_LANGUAGE)
    if any(UNFIT.search(text) for text in raw.values()):
        raise BadDefinition(name, field, CANNOT_BE_STORED)
    if optional and not raw:
        return {}
    missing = [language for language in LANGUAGES if not str(raw.get(language, "")).strip()]
    if missing:
        raise BadDefinition(name, field, _("has no words in %(languages)s"), languages=", ".join(missing))
    return {language: raw[language].strip() for language in LANGUAGES}


def _piped(name: str, field: str, raw: object, *, optional: bool = False) -> Words:
    words = _words(name, field, raw, optional=optional)
    for text in words.values():
        if (strange := piping.unknown(text)) is not None:
            raise BadDefinition(name, field, _STRANGE, strange=strange, known=_PIECES)
    return words


_STRANGE = _("“%(strange)s” in braces stands for nothing: only %(known)s may stand there")
_PIECES = ", ".join(f"{{{name}}}" for name in piping.Name if name != piping.Name.ANSWER) + ", {answer:ID}"


def differ(ids: list[str], field: str, name: str = "") -> None:
    twice = {one for one in ids if ids.count(one) > 1}
    if twice:
        raise BadDefinition(name, field, _("“%(id)s” stands there twice"), id=sorted(twice)[0])
