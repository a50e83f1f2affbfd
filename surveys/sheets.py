"""The questions one person is asked, what they answered so far, and what their answers come to."""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from feedback import comments
from feedback.models import Touchpoint
from surveys import cohorts, invitations, questions
from surveys.cohorts import Cohort
from surveys.models import Invitation, Survey, SurveyVersion
from surveys.questions import BadAnswer, Choice, Definition, Meaning, Value

_KEEP_SECONDS = 5


class BadAnswers(ValueError):
    """What does not fit, by question id; nothing was written."""

    def __init__(self, errors: Mapping[str, BadAnswer]):
        super().__init__(", ".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Checked answers by question id; None: left out."""

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
    """One version of a survey with the touchpoints that the shop offers."""

    version_id: int
    definition: Definition
    touchpoints: Mapping[str, int]  # slug -> id


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    asked: Asked
    saved: Mapping[str, Value]

    @property
    def definition(self) -> Definition:
        return self.asked.definition

    def fill(self, answers: Mapping[str, object], only: Collection[str] | None = None) -> Filled:
        """Check every answer, or those to `only`; what was not asked is left aside. Raises BadAnswers."""
        values: dict[str, Value | None] = {}
        errors: dict[str, BadAnswer] = {}
        for question in self.definition.questions:
            if only is not None and question.id not in only:
                continue
            try:
                values[question.id] = questions.check(question, _clean(answers.get(question.id)))
            except BadAnswer as error:
                errors[question.id] = error
        if errors:
            raise BadAnswers(errors)
        return Filled(definition=self.definition, values=values, touchpoints=self.asked.touchpoints)


def sheet(invitation: Invitation) -> Sheet:
    """At most three queries, most often one or none. Who has started keeps the version they started with."""
    response = invitations.response_of(invitation)
    version = response.version_id if response else None
    return Sheet(
        asked=_asked(invitation.survey.public_id, version, int(time.monotonic() // _KEEP_SECONDS)),
        saved=dict(response.answers.values_list("question", "value")) if response else {},
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
    definition = questions.load(version.definition)
    touchpoints = offered_touchpoints() if definition.asks_for_touchpoint else []
    return Asked(
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
    if isinstance(raw, list | tuple):
        return [_clean(one) for one in raw]
    return comments.clean(str(raw)) if isinstance(raw, str | int) else None
