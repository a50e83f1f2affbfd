"""The questions one person is asked, what they answered so far, and what their answers come to."""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from feedback import comments
from feedback.models import Touchpoint
from surveys import answers as answering
from surveys import circumstances, cohorts, definitions, invitations, logic
from surveys.answers import BadAnswer
from surveys.cohorts import Cohort
from surveys.conditions import Circumstances
from surveys.invariance import Offer
from surveys.models import Invitation, Survey, SurveyVersion
from surveys.questions import Choice, Definition, Meaning, Question, Value

_KEEP_SECONDS = 5


class BadAnswers(ValueError):
    """What does not fit, by question id; nothing was written."""

    def __init__(self, errors: Mapping[str, BadAnswer]):
        super().__init__(", ".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Checked answers by question id, of the questions that were asked; None: left out."""

    definition: Definition
    values: Mapping[str, Value | None]
    touchpoints: Mapping[str, int]

    def of(self, meaning: Meaning) -> Value | None:
        return self.values.get(self.id_of(meaning))

    def id_of(self, meaning: Meaning) -> str:
        """'' when no such question is asked."""
        question = self.definition.means(meaning)
        return question.id if question else ""

    @property
    def cohort(self) -> Cohort:
        return cohorts.cohort(self._problem)

    @property
    def is_unsolved(self) -> bool:
        return cohorts.is_unsolved(self._problem)

    @property
    def touchpoint_id(self) -> int | None:
        slug = self.of(Meaning.TOUCHPOINT)
        return self.touchpoints.get(slug) if isinstance(slug, str) else None

    @property
    def _problem(self) -> str | None:
        answer = self.of(Meaning.PROBLEM)
        return answer if isinstance(answer, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One version of a survey with the touchpoints that the shop offers. `drawn`: what pages show of its
    questions as long as nobody has answered them, by whatever the page tells them apart."""

    survey_id: int
    version_id: int
    definition: Definition
    touchpoints: Mapping[str, int]  # slug -> id
    drawn: dict[object, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`pieces`: what is put into the words of the questions."""

    asked: Asked
    saved: Mapping[str, Value]
    circumstances: Circumstances = field(default_factory=Circumstances)
    pieces: Mapping[str, str] = field(default_factory=dict)

    @property
    def definition(self) -> Definition:
        return self.asked.definition

    def path(self, typed: Mapping[str, object] | None = None) -> tuple[Question, ...]:
        """The questions that this person is asked, as far as the answers kept and those typed now tell."""
        if not self.definition.has_logic:
            return self.definition.questions
        given: dict[str, Value | None] = {}
        raw = {**self.saved, **(typed or {})}
        for question in self.definition.questions:
            try:
                given[question.id] = answering.check(question, _clean(raw.get(question.id)))
            except BadAnswer:
                given[question.id] = None
        return logic.path(self.definition, given, self.circumstances)

    def faults(self, answers: Mapping[str, object]) -> Mapping[str, BadAnswer]:
        """What does not fit, by question id."""
        try:
            self.fill(answers)
        except BadAnswers as error:
            return error.errors
        return {}

    def fill(self, answers: Mapping[str, object], only: Collection[str] | None = None) -> Filled:
        """Check every answer, or those to `only`; what was not asked is left aside. Raises BadAnswers."""
        values: dict[str, Value | None] = {}
        errors: dict[str, BadAnswer] = {}
        for question in self.definition.questions:
            if only is not None and question.id not in only:
                continue
            raw = _clean(answers.get(question.id))
            if only is None and not logic.is_asked(question, values, bool(raw), self.circumstances):
                continue
            try:
                values[question.id] = answering.check(question, raw)
            except BadAnswer as error:
                errors[question.id] = error
        if errors:
            raise BadAnswers(errors)
        return Filled(definition=self.definition, values=values, touchpoints=self.asked.touchpoints)


def sheet(invitation: Invitation, language: str = "") -> Sheet:
    """One query or none; more for a survey whose logic or words speak of the order. Who has started
    keeps the version they started with."""
    language = language or invitation.language
    response = invitations.response_of(invitation)
    version = response.version_id if response else None
    asked = _asked(invitation.survey.public_id, version, int(time.monotonic() // _KEEP_SECONDS))
    saved = dict(response.answers.values_list("question", "value")) if response else {}
    return Sheet(
        asked=asked,
        saved=saved,
        circumstances=circumstances.of(invitation, asked.survey_id, asked.definition, language),
        pieces=circumstances.pieces(invitation, asked.definition, saved, language),
    )


def trial(definition: Definition, language: str) -> Sheet:
    """A sheet of nobody's, to look at questions under work."""
    return Sheet(
        asked=Asked(survey_id=0, version_id=0, definition=definition, touchpoints={}),
        saved={},
        circumstances=Circumstances(language=language),
    )


def offer(survey: Survey) -> Offer:
    """What everybody gets who finishes."""
    return Offer(
        amount=survey.reward_amount,
        currency=survey.reward_currency,
        minimum_order=survey.reward_minimum_order,
        days=survey.reward_days,
    )


def forget() -> None:
    """After a survey was published; other processes notice within seconds."""
    _asked.cache_clear()


@lru_cache(maxsize=64)
def _asked(survey: str, version_id: int | None, _period: int) -> Asked:
    """Of the survey with this public id; None: its current version. Kept for a while, like the shop."""
    if version_id is None:
        version = current_version(Survey.objects.get(public_id=survey))
    else:
        version = SurveyVersion.objects.get(pk=version_id)
    definition = definitions.load(version.definition)
    touchpoints = offered_touchpoints() if definition.asks_for_touchpoint else []
    return Asked(
        survey_id=version.survey_id,
        version_id=version.pk,
        definition=definition.with_touchpoints(as_choices(touchpoints)),
        touchpoints={row.slug: row.pk for row in touchpoints},
    )


def current_version(survey: Survey) -> SurveyVersion:
    """Raises NotOpen for a survey that was never published."""
    version = survey.versions.filter(published_at__isnull=False).order_by("number").last()
    if version is None:
        raise invitations.NotOpen("not_live")
    return version


def offered_touchpoints() -> list[Touchpoint]:
    return list(Touchpoint.objects.filter(is_active=True))


def as_choices(touchpoints: Iterable[Touchpoint]) -> list[Choice]:
    return [Choice(id=row.slug, words={"vi": row.name_vi, "en": row.name_en}, help={}) for row in touchpoints]


def _clean(raw: object) -> object:
    if isinstance(raw, Mapping):
        return {str(part): _clean(one) for part, one in raw.items()}
    if isinstance(raw, list | tuple):
        return [_clean(one) for one in raw]
    return comments.clean(str(raw)) if isinstance(raw, str | int) else None
