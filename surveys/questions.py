"""RULE: a survey's definition (JSON) as values, and whether an answer fits its question. Values only."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from surveys.cohorts import Problem

LONGEST = {"text_short": 200, "text_long": 5_000}  # characters
MOST_QUESTIONS = 60
MOST_CHOICES = 60
LANGUAGES = ("vi", "en")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_DIGITS = re.compile(r"[0-9]{1,2}")

Words = Mapping[str, str]
Value = str | int | tuple[str, ...]


class Kind(StrEnum):
    CHOICE = "choice"
    CHOICES = "choices"
    SCALE_10 = "scale_10"
    TOUCHPOINT = "touchpoint"  # a choice among the shop's own touchpoints
    TEXT_SHORT = "text_short"
    TEXT_LONG = "text_long"


class Meaning(StrEnum):
    """What the shop does with the answer; a question without one is only counted."""

    PROBLEM = "problem"
    EXPECTATION = "expectation"
    RECOMMENDATION = "recommendation"
    TOUCHPOINT = "touchpoint"
    COMMENT = "comment"
    WISH = "wish"


_FITS = {
    Meaning.PROBLEM: {Kind.CHOICE},
    Meaning.EXPECTATION: {Kind.CHOICE},
    Meaning.RECOMMENDATION: {Kind.SCALE_10},
    Meaning.TOUCHPOINT: {Kind.TOUCHPOINT},
    Meaning.COMMENT: {Kind.TEXT_SHORT, Kind.TEXT_LONG},
    Meaning.WISH: {Kind.TEXT_SHORT, Kind.TEXT_LONG},
}
EXPECTATIONS = ("above", "as_expected", "below")
_CHOICES_OF = {Meaning.PROBLEM: frozenset(Problem), Meaning.EXPECTATION: frozenset(EXPECTATIONS)}


class BadDefinition(ValueError):
    """The definition cannot be asked; the message names the question and the field."""

    def __init__(self, question: str, field: str, reason: str):
        super().__init__(f"question {question!r}, {field}: {reason}" if question else f"{field}: {reason}")
        self.question, self.field, self.reason = question, field, reason


class BadAnswer(ValueError):
    """`key` is required, not_a_choice or too_long; `limit` and `length` in characters belong to the last."""

    def __init__(self, key: str, *, limit: int = 0, length: int = 0):
        super().__init__(key)
        self.key, self.limit, self.length = key, limit, length


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    id: str
    words: Words
    help: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    id: str
    kind: Kind
    words: Words
    help: Words
    required: bool
    meaning: Meaning | None
    choices: tuple[Choice, ...]
    low: Words
    high: Words

    @property
    def is_text(self) -> bool:
        return self.kind in LONGEST

    def words_of(self, value: Value | None, language: str) -> str:
        """The chosen options as they were read; '' for numbers and texts, which speak for themselves."""
        chosen = {value} if isinstance(value, str) else set(value) if isinstance(value, tuple) else set()
        return " · ".join(said(choice.words, language) for choice in self.choices if choice.id in chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    title: Words
    questions: tuple[Question, ...]

    def means(self, meaning: Meaning) -> Question | None:
        return next((question for question in self.questions if question.meaning == meaning), None)

    @property
    def asks_for_touchpoint(self) -> bool:
        return any(question.kind == Kind.TOUCHPOINT for question in self.questions)

    def with_touchpoints(self, touchpoints: Iterable[Choice]) -> "Definition":
        """The same, its touchpoint question offering the shop's own touchpoints."""
        offered = tuple(touchpoints)
        return replace(
            self,
            questions=tuple(
                replace(question, choices=offered) if question.kind == Kind.TOUCHPOINT else question
                for question in self.questions
            ),
        )


def said(words: Words, language: str) -> str:
    """In that language, else in whichever there is."""
    return words.get(language) or next(iter(words.values()), "")


def load(definition: object) -> Definition:
    """Raises BadDefinition."""
    if not isinstance(definition, Mapping):
        raise BadDefinition("", "definition", "is not an object")
    raw = definition.get("questions")
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not 1 <= len(raw) <= MOST_QUESTIONS:
        raise BadDefinition("", "questions", f"must be a list of 1 to {MOST_QUESTIONS}")
    questions = tuple(_question(one) for one in raw)
    _differ([question.id for question in questions], "questions")
    for meaning in set(Meaning) - {Meaning.COMMENT}:
        if sum(question.meaning == meaning for question in questions) > 1:
            raise BadDefinition("", "questions", f"only one question can mean {meaning.value!r}")
    return Definition(
        title=_words("", "title", definition.get("title", {}), optional=True), questions=questions
    )


def check(question: Question, raw: object) -> Value | None:
    """The answer as it is kept, None when it was left out. Raises BadAnswer."""
    given = [
        part.strip() for part in (raw if isinstance(raw, list | tuple) else [raw]) if isinstance(part, str)
    ]
    given = [part for part in given if _shows(part)]
    if not given:
        if question.required:
            raise BadAnswer("required")
        return None
    if question.is_text:
        return _checked_text(question, given[-1])
    if question.kind == Kind.SCALE_10:
        return _checked_number(given[-1])
    return _checked_choice(question, given)


def _checked_text(question: Question, text: str) -> str:
    limit = LONGEST[question.kind]
    if len(text) > limit:
        raise BadAnswer("too_long", limit=limit, length=len(text))
    return text


def _checked_number(text: str) -> int:
    if not _DIGITS.fullmatch(text) or int(text) > 10:
        raise BadAnswer("not_a_choice")
    return int(text)


def _checked_choice(question: Question, given: list[str]) -> Value:
    ids = [choice.id for choice in question.choices]
    if any(one not in ids for one in given):
        raise BadAnswer("not_a_choice")
    if question.kind == Kind.CHOICES:
        return tuple(one for one in ids if one in given)
    return given[-1]


def _shows(text: str) -> bool:
    """Something can be seen: zero-width characters alone are no answer."""
    return any(letter.isprintable() and not letter.isspace() for letter in text)


def _question(raw: object) -> Question:
    if not isinstance(raw, Mapping):
        raise BadDefinition("", "questions", "holds something that is not an object")
    name = _identifier("", "id", raw.get("id"))
    if raw.get("kind") not in tuple(Kind):
        raise BadDefinition(name, "kind", f"must be one of {', '.join(Kind)}")
    kind = Kind(raw["kind"])
    if not isinstance(raw.get("required", False), bool):
        raise BadDefinition(name, "required", "must be true or false")
    choices = _choices(name, kind, raw.get("choices", []))
    return Question(
        id=name,
        kind=kind,
        words=_words(name, "words", raw.get("words")),
        help=_words(name, "help", raw.get("help", {}), optional=True),
        required=raw.get("required", False),
        meaning=_meaning(name, kind, raw.get("meaning"), choices),
        choices=choices,
        low=_words(name, "low", raw.get("low", {}), optional=True),
        high=_words(name, "high", raw.get("high", {}), optional=True),
    )


def _meaning(name: str, kind: Kind, raw: object, choices: tuple[Choice, ...]) -> Meaning | None:
    if raw is None:
        return None
    if raw not in tuple(Meaning):
        raise BadDefinition(name, "meaning", f"must be one of {', '.join(Meaning)}")
    meaning = Meaning(str(raw))
    if kind not in _FITS[meaning]:
        raise BadDefinition(name, "meaning", f"{meaning.value!r} does not go with the kind {kind.value!r}")
    wanted = _CHOICES_OF.get(meaning)
    if wanted and {choice.id for choice in choices} != wanted:
        raise BadDefinition(name, "choices", f"must be {', '.join(sorted(wanted))}")
    return meaning


def _choices(name: str, kind: Kind, raw: object) -> tuple[Choice, ...]:
    if kind not in (Kind.CHOICE, Kind.CHOICES):
        return ()
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not 2 <= len(raw) <= MOST_CHOICES:
        raise BadDefinition(name, "choices", f"must be a list of 2 to {MOST_CHOICES}")
    if not all(isinstance(one, Mapping) for one in raw):
        raise BadDefinition(name, "choices", "holds something that is not an object")
    choices = tuple(_choice(name, one) for one in raw)
    _differ([choice.id for choice in choices], "choices", name)
    return choices


def _choice(name: str, raw: Mapping[str, Any]) -> Choice:
    return Choice(
        id=_identifier(name, "choices", raw.get("id")),
        words=_words(name, "choices", raw.get("words")),
        help=_words(name, "choices", raw.get("help", {}), optional=True),
    )


def _identifier(name: str, field: str, raw: object) -> str:
    if not isinstance(raw, str) or not _IDENTIFIER.fullmatch(raw):
        raise BadDefinition(name, field, "an id is 1 to 40 of a-z, 0-9, - and _, and starts with a letter")
    return raw


def _words(name: str, field: str, raw: object, *, optional: bool = False) -> Words:
    """Texts by language; every language that the shop speaks, unless the whole text may be left out."""
    if not isinstance(raw, Mapping) or not all(isinstance(text, str) for text in raw.values()):
        raise BadDefinition(name, field, "must be texts by language")
    if optional and not raw:
        return {}
    missing = [language for language in LANGUAGES if not str(raw.get(language, "")).strip()]
    if missing:
        raise BadDefinition(name, field, f"has no words in {', '.join(missing)}")
    return {language: raw[language].strip() for language in LANGUAGES}


def _differ(ids: list[str], field: str, name: str = "") -> None:
    twice = {one for one in ids if ids.count(one) > 1}
    if twice:
        raise BadDefinition(name, field, f"{sorted(twice)[0]!r} stands there twice")
