"""What is wrong with a survey's questions, as the builder says it: the question by its number and words, the
field by the label it has there, ids by what they stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from surveys import spoken
from surveys.cohorts import Problem
from surveys.conditions import Test
from surveys.definitions import BadDefinition
from surveys.editing import Json

# As the page of a question labels them; those of the whole survey, and of a file, behind.
FIELDS = {
    "words": gettext_lazy("The question"),
    "help": gettext_lazy("A word of explanation"),
    "choices": gettext_lazy("Choices"),
    "rows": gettext_lazy("Rows"),
    "low": gettext_lazy("Words at the low end"),
    "high": gettext_lazy("Words at the high end"),
    "least": gettext_lazy("The least that fits"),
    "most": gettext_lazy("The most that fits"),
    "fields": gettext_lazy("Fields"),
    "purpose": gettext_lazy("What they agree to"),
    "required": gettext_lazy("Must be answered"),
    "meaning": gettext_lazy("What the shop does with the answer"),
    "show_if": gettext_lazy("Ask it only when"),
    "asked_at_most": gettext_lazy("Stop asking it after so many answers"),
    "kind": gettext_lazy("Kind of question"),
    "id": gettext_lazy("Short name"),
    "title": gettext_lazy("Title"),
    "questions": gettext_lazy("Questions"),
    "format": gettext_lazy("Version of the file"),
    "definition": gettext_lazy("The file"),
}
LANGUAGES = {"vi": pgettext_lazy("words in", "Vietnamese"), "en": pgettext_lazy("words in", "English")}
_TESTS = {
    Test.IS: pgettext_lazy("condition", "is"),
    Test.IS_NOT: pgettext_lazy("condition", "is not"),
    Test.AT_LEAST: pgettext_lazy("condition", "or more"),
    Test.AT_MOST: pgettext_lazy("condition", "or less"),
    Test.ANSWERED: pgettext_lazy("condition", "was answered"),
}
# What the choices must be of a question that the shop acts on (S0-1, S1-2).
_OPTIONS = {
    Problem.NONE: gettext_lazy("no problem"),
    Problem.FIRST_TIME: gettext_lazy("a problem, solved the first time"),
    Problem.LATER: gettext_lazy("a problem, solved later"),
    Problem.NOT_SOLVED: gettext_lazy("a problem, not solved"),
    Problem.NOT_TOLD: gettext_lazy("a problem that nobody was told of"),
    "above": gettext_lazy("better than expected"),
    "as_expected": gettext_lazy("as expected"),
    "below": gettext_lazy("worse than expected"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """`question`: its id, '' for the survey as a whole. `path`: in the file, for whoever wrote one."""

    question: str
    where: str
    words: str
    path: str = ""


def said(fault: BadDefinition, questions: Sequence[Json], language: str) -> Said:
    """`questions` as they stand, faulty or not."""
    parts = [_question(fault, questions, language), _field(fault)]
    return Said(
        question=fault.question,
        where=" – ".join(part for part in parts if part),
        words=_(fault.message) % _given(fault, questions, language),
        path=fault.path,
    )


def of_a_question(name: str, words: str, questions: Sequence[Json], language: str) -> Said:
    """What was found along the ways through the survey; `name` '': about all of it."""
    place = _place(name, questions)
    return Said(question=name, where=_numbered(place, questions, language) if place else "", words=words)


def _question(fault: BadDefinition, questions: Sequence[Json], language: str) -> str:
    place = fault.place or _place(fault.question, questions)
    return _numbered(place, questions, language) if place else ""


def _numbered(place: int, questions: Sequence[Json], language: str) -> str:
    words = questions[place - 1].get("words") if place <= len(questions) else None
    if not isinstance(words, Mapping) or not any(
        isinstance(one, str) and one.strip() for one in words.values()
    ):
        return _("Question %(n)s") % {"n": place}
    name = spoken.name_of(questions[place - 1], language)
    return _("Question %(n)s, “%(words)s”") % {"n": place, "words": name}


def _place(name: str, questions: Sequence[Json]) -> int | None:
    return next((n for n, one in enumerate(questions, start=1) if name and one.get("id") == name), None)


def _field(fault: BadDefinition) -> str:
    label = str(FIELDS.get(fault.field, f"“{fault.field}”"))
    if fault.line is None:
        return label
    return _("%(field)s, line %(n)s") % {"field": label, "n": fault.line}


def _given(fault: BadDefinition, questions: Sequence[Json], language: str) -> dict[str, Any]:
    """The words for what stands in the definition; what has none stays as it was written."""
    filled = dict(fault.given)
    known: dict[str, Mapping[Any, Any]] = {
        "meaning": spoken.MEANINGS,
        "kind": spoken.KINDS,
        "test": _TESTS,
    }
    for name, words in known.items():
        if name in filled:
            filled[name] = str(words.get(filled[name], filled[name]))
    if "languages" in filled:
        filled["languages"] = _listed(str(filled["languages"]), LANGUAGES)
    if fault.field == "choices" and "known" in filled:
        options = str(filled["known"]).split(", ")
        filled["known"] = ", ".join(f"“{_OPTIONS.get(one, one)}”" for one in options)
    if fault.field in ("words", "help", "show_if") and (place := _place(str(filled.get("name")), questions)):
        filled["name"] = spoken.name_of(questions[place - 1], language)
    elif fault.field == "show_if" and "name" in filled:
        filled["name"] = _listed(str(filled["name"]), spoken.FACTS)
    return filled


def _listed(written: str, words: Mapping[Any, Any]) -> str:
    return ", ".join(str(words.get(one, one)) for one in written.split(", "))
