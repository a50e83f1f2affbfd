"""RULE: when a question is asked: tests on earlier answers, order facts and language. By ids, never by words.

Written `{"match": "all" | "any", "of": [test, ...]}`; a test is `{"question" | "fact": name, "is": [ids]}` or
`{"language": "vi"}`, with `is_not`, `at_least`, `at_most` or `answered` in place of `is`. Nothing here can
reach a reward, an ending or an invitation: a condition belongs to a question and to nothing else (L1, L3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

MOST_TESTS = 12
MOST_IDS = 60


class Test(StrEnum):
    IS = "is"
    IS_NOT = "is_not"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ANSWERED = "answered"


class About(StrEnum):
    QUESTION = "question"
    FACT = "fact"
    LANGUAGE = "language"


class Fact(StrEnum):
    """What is known of the order before the first question. No refund, dispute or complaint (decision 15)."""

    CHANNEL = "channel"
    LOCATION = "location"
    CATEGORY = "category"
    FIRST_ORDER = "first_order"  # yes | no
    DAYS_LATE = "days_late"
    ORDER_TOTAL = "order_total"  # in the order's currency


FACTS_IN_NUMBERS = frozenset({Fact.DAYS_LATE, Fact.ORDER_TOTAL})
_NUMBERS = {Test.AT_LEAST, Test.AT_MOST}


class BadCondition(ValueError):
    """Why this cannot be a condition. `message` is for the catalogue, to be filled with `given`."""

    def __init__(self, message: str, **given: object):
        super().__init__(message % given)
        self.message, self.given = message, given


def _(message: str) -> str:
    """Marks a message for the catalogue; the page that shows it translates it."""
    return message


_NEEDS_IDS = _("“%(test)s” needs at least one value to compare with")
_WITH_NUMBERS = _("“%(name)s” is compared with a number")
_WITH_WORDS = _("“%(name)s” is compared with words")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One test. `ids` belong to IS and IS_NOT, `number` to AT_LEAST and AT_MOST, `wanted` to ANSWERED."""

    about: About
    name: str
    test: Test
    ids: tuple[str, ...] = ()
    number: Decimal | None = None
    wanted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    match_all: bool
    checks: tuple[Check, ...]

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions whose answers it looks at."""
        return tuple(check.name for check in self.checks if check.about == About.QUESTION)

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(check.name for check in self.checks if check.about == About.FACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known beside the answers. `facts`: a word or words, or a number; what is missing is not known.
    `full`: questions that enough people have answered."""

    language: str = "vi"
    facts: Mapping[str, str | tuple[str, ...] | Decimal] = field(default_factory=dict)
    full: frozenset[str] = frozenset()


def load(raw: object) -> Condition:
    """Raises BadCondition."""
    if not isinstance(raw, Mapping) or set(raw) != {"match", "of"}:
        raise BadCondition(_("must have “match” and “of”, and nothing else"))
    if raw["match"] not in ("all", "any"):
        raise BadCondition(_("“match” must be “all” or “any”"))
    tests = raw["of"]
    if not isinstance(tests, Sequence) or isinstance(tests, str) or not 1 <= len(tests) <= MOST_TESTS:
        raise BadCondition(_("“of” must be a list of 1 to %(most)s tests"), most=MOST_TESTS)
    return Condition(match_all=raw["match"] == "all", checks=tuple(_check(one) for one in tests))


def written(condition: Condition) -> dict[str, Any]:
    """As `load` reads it."""
    return {
        "match": "all" if condition.match_all else "any",
        "of": [_written(check) for check in condition.checks],
    }


def holds(condition: Condition | None, answers: Mapping[str, Any], circumstances: Circumstances) -> bool:
    """What was not answered and what is not known is no option, and no number: only IS_NOT holds for it."""
    if condition is None:
        return True
    results = (_holds(check, answers, circumstances) for check in condition.checks)
    return all(results) if condition.match_all else any(results)


def _holds(check: Check, answers: Mapping[str, Any], circumstances: Circumstances) -> bool:
    value = _value(check, answers, circumstances)
    match check.test:
        case Test.ANSWERED:
            return (value is not None) == check.wanted
        case Test.IS:
            return not _ids(value).isdisjoint(check.ids)
        case Test.IS_NOT:
            return _ids(value).isdisjoint(check.ids)
    number = _number(value)
    if number is None or check.number is None:
        return False
    return number >= check.number if check.test == Test.AT_LEAST else number <= check.number


def _value(check: Check, answers: Mapping[str, Any], circumstances: Circumstances) -> Any:
    if check.about == About.QUESTION:
        return answers.get(check.name)
    if check.about == About.LANGUAGE:
        return circumstances.language
    return circumstances.facts.get(check.name)


def _ids(value: Any) -> frozenset[str]:
    if value is None or isinstance(value, Mapping):
        return frozenset()
    return frozenset(map(str, value)) if isinstance(value, list | tuple) else frozenset({str(value)})


def _number(value: Any) -> Decimal | None:
    if value is None or isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def _check(raw: object) -> Check:
    if not isinstance(raw, Mapping):
        raise BadCondition(_("holds something that is not an object"))
    about = [one for one in About if one in raw]
    if len(about) != 1:
        raise BadCondition(_("a test is about one question, one fact or the language"))
    name = raw[about[0]]
    if about[0] == About.LANGUAGE:
        return _about_language(raw, name)
    if not isinstance(name, str) or (about[0] == About.FACT and name not in tuple(Fact)):
        raise BadCondition(_("“%(name)s” is not one of %(known)s"), name=name, known=", ".join(Fact))
    tests = [one for one in Test if one in raw]
    if len(tests) != 1 or len(raw) != 2:
        raise BadCondition(_("a test has one of %(known)s, and nothing else"), known=", ".join(Test))
    return _test(about[0], name, tests[0], raw[tests[0]])


def _about_language(raw: Mapping[str, Any], name: object) -> Check:
    if name not in ("vi", "en") or len(raw) != 1:
        raise BadCondition(_("the language is “vi” or “en”"))
    return Check(about=About.LANGUAGE, name="", test=Test.IS, ids=(str(name),))


def _test(about: About, name: str, test: Test, given: Any) -> Check:
    in_numbers = about == About.FACT and name in FACTS_IN_NUMBERS
    if test == Test.ANSWERED:
        if not isinstance(given, bool):
            raise BadCondition(_("“answered” is true or false"))
        return Check(about=about, name=name, test=test, wanted=given)
    if about == About.FACT and in_numbers != (test in _NUMBERS):
        raise BadCondition(_WITH_NUMBERS if in_numbers else _WITH_WORDS, name=name)
    if test in _NUMBERS:
        number = _number(given) if isinstance(given, int | str) else None
        if number is None or not number.is_finite() or not -(10**12) <= number <= 10**12:
            raise BadCondition(_("“%(test)s” needs a number"), test=test.value)
        return Check(about=about, name=name, test=test, number=number)
    if not isinstance(given, Sequence) or isinstance(given, str) or not 1 <= len(given) <= MOST_IDS:
        raise BadCondition(_NEEDS_IDS, test=test.value)
    if not all(isinstance(one, str) and 0 < len(one) <= 80 for one in given):
        raise BadCondition(_NEEDS_IDS, test=test.value)
    return Check(about=about, name=name, test=test, ids=tuple(given))


def _written(check: Check) -> dict[str, Any]:
    if check.about == About.LANGUAGE:
        return {"language": check.ids[0]}
    if check.test == Test.ANSWERED:
        given: Any = check.wanted
    else:
        given = list(check.ids) if check.number is None else str(check.number)
    return {check.about.value: check.name, check.test.value: given}
