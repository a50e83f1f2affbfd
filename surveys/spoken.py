"""Conditions and kinds of question in words, as the builder's pages say them and offer them to choose."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.conditions import FACTS_IN_NUMBERS, Fact
from surveys.editing import Json
from surveys.questions import STEPS, YES_NO, Kind, Meaning

KINDS = {
    Kind.TEXT_LONG: gettext_lazy("Long text"),
    Kind.TEXT_SHORT: gettext_lazy("Short text"),
    Kind.CHOICE: gettext_lazy("One choice"),
    Kind.CHOICES: gettext_lazy("Several choices"),
    Kind.PICTURE: gettext_lazy("One choice with pictures"),
    Kind.DROPDOWN: gettext_lazy("One choice from a long list"),
    Kind.YES_NO: gettext_lazy("Yes or no"),
    Kind.SCALE_10: gettext_lazy("Recommendation, 0 to 10 (NPS)"),
    Kind.SMILEYS: gettext_lazy("Five faces (CSAT)"),
    Kind.STARS: gettext_lazy("Five stars"),
    Kind.EFFORT: gettext_lazy("How easy it was, 1 to 7 (CES)"),
    Kind.GRID: gettext_lazy("The same choices for several rows"),
    Kind.RANKING: gettext_lazy("Put in order"),
    Kind.NUMBER: gettext_lazy("Number"),
    Kind.DATE: gettext_lazy("Day"),
    Kind.TOUCHPOINT: gettext_lazy("Touchpoint"),
    Kind.CONSENT: gettext_lazy("Consent"),
    Kind.CONTACT: gettext_lazy("Contact details"),
}
# What the shop does with an answer, as the builder offers it.
MEANINGS = {
    Meaning.PROBLEM: gettext_lazy("opens a case when something is not solved"),
    Meaning.EXPECTATION: gettext_lazy("compares with what was expected"),
    Meaning.RECOMMENDATION: gettext_lazy("the survey's NPS"),
    Meaning.TOUCHPOINT: gettext_lazy("files the comment under the touchpoint"),
    Meaning.COMMENT: gettext_lazy("reads it as a comment: themes, sentiment"),
    Meaning.WISH: gettext_lazy("keeps it as the customer's own wish"),
    Meaning.SHARE: gettext_lazy("says whether they mostly buy elsewhere"),
}
FACTS = {
    Fact.CHANNEL: gettext_lazy("the store of the order"),
    Fact.LOCATION: gettext_lazy("the location of the order"),
    Fact.CATEGORY: gettext_lazy("a category in the order"),
    Fact.FIRST_ORDER: gettext_lazy("the customer's first order"),
    Fact.DAYS_LATE: gettext_lazy("the days that the order came late"),
    Fact.ORDER_TOTAL: gettext_lazy("the total of the order"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One test as the page sends it back: the choice in the list, and what is typed beside it."""

    chosen: str = ""
    typed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    words: str
    options: Sequence[tuple[str, str]]


def choices(earlier: Sequence[Json], condition: Any, language: str) -> list[Group]:
    """All tests that a question may have: on each earlier question, each fact, the language."""
    groups = [
        Group(words=name_of(one, language), options=list(_of_question(one, language))) for one in earlier
    ]
    groups += [Group(words=str(words), options=list(_of_fact(fact))) for fact, words in FACTS.items()]
    languages = [
        ("language:vi", _("the language is Vietnamese")),
        ("language:en", _("the language is English")),
    ]
    groups.append(Group(words=_("the language"), options=languages))
    known = {value for group in groups for value, _words in group.options}
    strange = [
        (line.chosen, in_words(test, earlier, language))
        for test, line in lines(condition)
        if line.chosen not in known
    ]
    return [Group(words=_("as it is now"), options=strange), *groups] if strange else groups


def pieces(earlier: Sequence[Json], language: str) -> Iterator[tuple[str, str]]:
    """What stands for the answer to which earlier question, and that question's words."""
    for one in earlier:
        if one.get("kind") not in (Kind.CONTACT, Kind.CONSENT):
            yield f"{{answer:{one.get('id')}}}", name_of(one, language)


def lines(condition: Any) -> Iterator[tuple[Json, Line]]:
    """The tests there are, each with the line that stands for it."""
    tests = condition.get("of") if isinstance(condition, Mapping) else None
    for test in tests if isinstance(tests, list) else []:
        if isinstance(test, dict):
            yield test, _line(test)


def in_words(test: Json, earlier: Sequence[Json], language: str) -> str:
    """One test as a sentence's piece: “How was it?” is “Good” or “Bad”."""
    if "language" in test:
        return _("the language is Vietnamese") if test["language"] == "vi" else _("the language is English")
    about = "question" if "question" in test else "fact"
    name = str(test.get(about, ""))
    asked = next((one for one in earlier if one.get("id") == name), None)
    subject = name_of(asked, language) if asked else str(FACTS.get(name, name))  # type: ignore[call-overload]
    kind = next((key for key in _TESTS if key in test), "")
    given = test.get(kind)
    if kind == "answered":
        return (
            _("“%(subject)s” was answered") % {"subject": subject}
            if given
            else _("“%(subject)s” was not answered") % {"subject": subject}
        )
    return _tested(kind, subject, _given(given, asked, language)) if kind else ""


def condition_in_words(condition: Any, earlier: Sequence[Json], language: str) -> str:
    """All of it; empty for a question that everybody is asked."""
    said = [in_words(test, earlier, language) for test, _line in lines(condition)]
    joint = _(" and ") if condition and condition.get("match") != "any" else _(" or ")
    return joint.join(said)


_TYPED = (Fact.CHANNEL, Fact.LOCATION, Fact.CATEGORY)
_TESTS = {
    "is": gettext_lazy("“%(subject)s” is %(words)s"),
    "is_not": gettext_lazy("“%(subject)s” is not %(words)s"),
    "at_least": gettext_lazy("“%(subject)s” is %(words)s or more"),
    "at_most": gettext_lazy("“%(subject)s” is %(words)s or less"),
    "answered": gettext_lazy("“%(subject)s” was answered"),
}


def _line(test: Json) -> Line:
    if "language" in test:
        return Line(chosen=f"language:{test['language']}")
    about = "question" if "question" in test else "fact"
    kind = next((key for key in _TESTS if key in test), "")
    given, head = test.get(kind), f"{about}:{test.get(about)}:{kind}"
    if kind == "answered":
        return Line(chosen=f"{head}:{'yes' if given else 'no'}")
    ids = ",".join(map(str, given)) if isinstance(given, list) else str(given)
    is_typed = kind in ("at_least", "at_most") or test.get("fact") in (
        Fact.CHANNEL,
        Fact.LOCATION,
        Fact.CATEGORY,
    )
    return Line(chosen=head, typed=ids) if is_typed else Line(chosen=f"{head}:{ids}")


def _of_question(question: Json, language: str) -> Iterator[tuple[str, str]]:
    head, subject = f"question:{question.get('id')}", name_of(question, language)
    options = list(_options(question, language))
    for test in ("is", "is_not"):
        for name, words in options:
            yield f"{head}:{test}:{name}", _tested(test, subject, f"“{words}”")
    if question.get("kind") in (*STEPS, Kind.NUMBER):
        yield from ((f"{head}:{test}", _tested(test, subject, "…")) for test in ("at_least", "at_most"))
    yield f"{head}:answered:yes", _("“%(subject)s” was answered") % {"subject": subject}
    yield f"{head}:answered:no", _("“%(subject)s” was not answered") % {"subject": subject}


def _of_fact(fact: Fact) -> Iterator[tuple[str, str]]:
    head, subject = f"fact:{fact}", str(FACTS[fact])
    if fact == Fact.FIRST_ORDER:
        yield f"{head}:is:yes", _("it is the customer's first order")
        yield f"{head}:is:no", _("the customer had ordered before")
        return
    tests = ("at_least", "at_most") if fact in FACTS_IN_NUMBERS else ("is", "is_not")
    yield from ((f"{head}:{test}", _tested(test, subject, "…")) for test in tests)


def _tested(test: str, subject: str, words: str) -> str:
    return str(_TESTS[test]) % {"subject": subject, "words": words}


def _options(question: Json, language: str) -> Iterator[tuple[str, str]]:
    kind = question.get("kind")
    if kind == Kind.YES_NO:
        yield from ((one, words[language]) for one, words in YES_NO.items())
    elif kind in (Kind.CHOICE, Kind.CHOICES, Kind.PICTURE, Kind.DROPDOWN):
        for choice in question.get("choices") or ():
            yield str(choice.get("id")), _said(choice.get("words"), language) or str(choice.get("id"))


def _given(given: Any, asked: Json | None, language: str) -> str:
    named = dict(_options(asked, language)) if asked else {}
    if isinstance(given, list):
        return _(" or ").join(f"“{named.get(str(one), one)}”" for one in given)
    try:
        number = Decimal(str(given))
    except InvalidOperation:
        return str(given)
    return number_format(number, force_grouping=True) if number.is_finite() else str(given)


def name_of(question: Json, language: str) -> str:
    """Its words, cut short; its id before it has any."""
    words = _said(question.get("words"), language) or str(question.get("id"))
    return words if len(words) <= 60 else words[:59].rstrip() + "…"


def _said(words: Any, language: str) -> str:
    if not isinstance(words, Mapping):
        return ""
    return str(words.get(language) or next((text for text in words.values() if text), ""))
