"""RULE: the way one person takes through a survey: which questions are asked, given answers and facts.

A condition looks back only (surveys.definitions sees to it), so one pass in order decides every question.
"""

from collections.abc import Mapping

from surveys import answers, conditions
from surveys.conditions import Circumstances
from surveys.questions import Definition, Question, Value


def path(
    definition: Definition, given: Mapping[str, Value | None], circumstances: Circumstances
) -> tuple[Question, ...]:
    """The questions that are asked, in order. An answer to one that is not asked counts for nothing.

    A question that enough people have answered is left out, unless this person has answered it already.
    """
    asked: list[Question] = []
    heard: dict[str, Value | None] = {}
    for question in definition.questions:
        if is_asked(question, heard, given.get(question.id) is not None, circumstances):
            asked.append(question)
            heard[question.id] = given.get(question.id)
    return tuple(asked)


def is_asked(
    question: Question, heard: Mapping[str, Value | None], is_answered: bool, circumstances: Circumstances
) -> bool:
    """`heard`: the answers to earlier questions that were asked. `is_answered`: this one, by this person."""
    if question.id in circumstances.full and not is_answered:
        return False
    return conditions.holds(question.show_if, heard, circumstances)


def has_points(definition: Definition) -> bool:
    return any(choice.points for question in definition.questions for choice in question.choices)


def score(definition: Definition, given: Mapping[str, Value | None]) -> int | None:
    """The points of all chosen options; None for a survey whose options have none."""
    if not has_points(definition):
        return None
    return sum(answers.points_of(question, given.get(question.id)) for question in definition.questions)
