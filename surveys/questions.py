"""RULE: a survey's questions as values: kinds, choices, words in each language. Values only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from surveys import piping
from surveys.conditions import Condition

LONGEST = {"text_short": 200, "text_long": 5_000}  # characters
LANGUAGES = ("vi", "en")

Words = Mapping[str, str]
Value = str | int | tuple[str, ...] | Mapping[str, str]
"""An answer as it is kept: an option, a number of steps, several options (ranked ones best first), or a text
for each part of a grid or of contact details. Amounts and days are texts: "12.5", "2026-11-28"."""


class Kind(StrEnum):
    CHOICE = "choice"
    CHOICES = "choices"
    PICTURE = "picture"  # one choice, each with a picture
    DROPDOWN = "dropdown"  # one choice from a long list
    SCALE_10 = "scale_10"  # 0 to 10: the recommendation (NPS)
    STARS = "stars"  # 1 to 5
    SMILEYS = "smileys"  # 1 to 5: satisfaction (CSAT)
    EFFORT = "effort"  # 1 to 7: how easy it was (CES)
    GRID = "grid"  # one choice for each of several rows
    RANKING = "ranking"  # every choice, the best first
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CONSENT = "consent"  # a box that is never ticked before (L14)
    CONTACT = "contact"
    TOUCHPOINT = "touchpoint"  # a choice among the shop's own touchpoints
    TEXT_SHORT = "text_short"
    TEXT_LONG = "text_long"


STEPS = {
    Kind.SCALE_10: range(11),
    Kind.STARS: range(1, 6),
    Kind.SMILEYS: range(1, 6),
    Kind.EFFORT: range(1, 8),
}
CONTACT_FIELDS = ("name", "email", "phone")
YES_NO = {"yes": {"vi": "có", "en": "yes"}, "no": {"vi": "không", "en": "no"}}


class Meaning(StrEnum):
    """What the shop does with the answer; a question without one is only counted."""

    PROBLEM = "problem"
    EXPECTATION = "expectation"
    RECOMMENDATION = "recommendation"
    TOUCHPOINT = "touchpoint"
    COMMENT = "comment"
    WISH = "wish"
    SHARE = "share"


# Of ten times that they buy, so many are with us: in per cent, the middle of what the choice says.
SHARES = {"most": 85, "half": 50, "few": 20, "none": 0}
EXPECTATIONS = ("above", "as_expected", "below")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`points`: what it adds to the survey's score. `picture`: the name of one that the shop uploaded,
    `picture_alt` what it shows."""

    id: str
    words: Words
    help: Words
    points: int = 0
    picture: str = ""
    picture_alt: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`rows` belong to a grid, `least` and `most` to a number or a day, `fields` to contact details,
    `purpose` to a consent. `show_if`: asked only then. `asked_at_most`: left out once so many answered."""

    id: str
    kind: Kind
    words: Words
    help: Words
    required: bool
    meaning: Meaning | None
    choices: tuple[Choice, ...]
    low: Words
    high: Words
    rows: tuple[Choice, ...] = ()
    least: Decimal | date | None = None
    most: Decimal | date | None = None
    fields: tuple[str, ...] = ()
    purpose: str = ""
    show_if: Condition | None = None
    asked_at_most: int | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of its inputs, for a question that has several."""
        if self.kind == Kind.GRID:
            return tuple(row.id for row in self.rows)
        if self.kind == Kind.RANKING:
            return tuple(choice.id for choice in self.choices)
        return self.fields

    @property
    def texts(self) -> tuple[str, ...]:
        """Its own words in every language, where pieces may be put in."""
        return (*self.words.values(), *self.help.values())

    @property
    def is_text(self) -> bool:
        return self.kind in LONGEST

    @property
    def has_order(self) -> bool:
        return self.kind == Kind.RANKING

    def words_of(self, value: Value | None, language: str) -> str:
        """What was chosen, as it was read; '' for numbers and texts, which speak for themselves."""
        if isinstance(value, Mapping):
            return self._words_of_parts(value, language)
        if self.kind == Kind.YES_NO or self.kind == Kind.CONSENT:
            return YES_NO[value][language] if isinstance(value, str) and value in YES_NO else ""
        chosen = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
        known = {choice.id: said(choice.words, language) for choice in self.choices}
        in_order = chosen if self.has_order else [one for one in known if one in chosen]
        return (" > " if self.has_order else " · ").join(known[one] for one in in_order if one in known)

    def _words_of_parts(self, value: Mapping[str, str], language: str) -> str:
        if self.kind != Kind.GRID:
            return " · ".join(value[name] for name in self.fields if name in value)
        known = {choice.id: said(choice.words, language) for choice in self.choices}
        return " · ".join(
            f"{said(row.words, language)}: {known.get(value[row.id], '')}"
            for row in self.rows
            if row.id in value
        )


@dataclass(frozen=True, kw_only=True)
class Definition:
    title: Words
    questions: tuple[Question, ...]

    def means(self, meaning: Meaning) -> Question | None:
        return next((question for question in self.questions if question.meaning == meaning), None)

    @property
    def asks_for_touchpoint(self) -> bool:
        return any(question.kind == Kind.TOUCHPOINT for question in self.questions)

    @cached_property
    def facts(self) -> frozenset[str]:
        """Order facts that its logic looks at."""
        return frozenset(fact for one in self.questions if one.show_if for fact in one.show_if.facts)

    @cached_property
    def has_pieces(self) -> bool:
        """Something is put into the words of a question."""
        return any(not piping.is_plain(text) for one in self.questions for text in one.texts)

    @cached_property
    def has_logic(self) -> bool:
        """Not everybody is asked everything."""
        return any(question.show_if or question.asked_at_most for question in self.questions)

    @cached_property
    def has_quotas(self) -> bool:
        return any(question.asked_at_most for question in self.questions)

    @cached_property
    def looked_at(self) -> frozenset[str]:
        """Questions on whose answers others depend."""
        return frozenset(name for one in self.questions if one.show_if for name in one.show_if.questions)

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


def ids_of(question: Question) -> tuple[str, ...]:
    """The ids that an answer to it can be; empty where an answer is not one of a few."""
    if question.kind in STEPS:
        return tuple(str(step) for step in STEPS[question.kind])
    if question.kind == Kind.YES_NO:
        return ("yes", "no")
    if question.kind == Kind.CONSENT:
        return ("yes",)
    if question.kind in (Kind.GRID, Kind.RANKING):
        return ()
    return tuple(choice.id for choice in question.choices)
