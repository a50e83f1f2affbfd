"""REPORT: what one survey found, and how the surveys do. Reads only, in a fixed number of queries."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from feedback.intervals import wilson
from surveys import counting, definitions, measures, screens, sheets
from surveys.cohorts import Cohort
from surveys.counting import Key, Where
from surveys.invitations import NotOpen
from surveys.measures import Measured
from surveys.models import Invitation, Response, Reward, Survey
from surveys.questions import LANGUAGES, STEPS, Kind, Meaning, Question

_Asked = Invitation.State
_CODE_GIVEN = ~Q(code=None)
# S0-1; each in one of the four.
COHORTS = [
    (Cohort.NO_PROBLEM, gettext_lazy("No problem")),
    (Cohort.RESOLVED_FIRST, gettext_lazy("Solved the first time they told us")),
    (Cohort.NOT_RESOLVED, gettext_lazy("Not solved the first time")),
    (Cohort.UNKNOWN, gettext_lazy("Not known: they had not told us yet")),
]


_SCORE = gettext_lazy("Score: the points of the chosen options")
# S1-2: "equal to what was expected" is a class of its own and does not count as satisfied.
_SATISFACTION = {
    "above": gettext_lazy("satisfied"),
    "as_expected": gettext_lazy("indifferent"),
    "below": gettext_lazy("dissatisfied"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many were asked and answered, and what it cost. `rate` is None while nobody was asked."""

    asked: int = 0
    waiting: int = 0
    not_sent: int = 0
    answered: int = 0
    issued: int = 0  # codes, each to somebody who answered
    redeemed: int = 0
    spent: Decimal = Decimal(0)  # redeemed
    open_amount: Decimal = Decimal(0)  # issued and neither redeemed nor expired yet

    @property
    def rate(self) -> float | None:
        return self.answered / self.asked if self.asked else None

    @property
    def unrewarded(self) -> int:
        return self.answered - self.issued


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    id: str
    words: str
    count: int
    share: float  # of those who answered the question, 0 to 1
    note: str = ""
    kind: str = ""  # negative | positive: the colour of its bar, where one is bad and one good
    n: int = 0

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the share, by Wilson."""
        return wilson(self.count, self.n)

    @property
    def low(self) -> float:
        return self.interval[0] if self.interval else 0.0

    @property
    def high(self) -> float:
        return self.interval[1] if self.interval else 0.0

    @property
    def width(self) -> int:
        return round(100 * self.share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    survey: Survey
    figures: Figures
    cohorts: Sequence[Line]
    measured: Sequence[Measured]
    asked: Sequence[Question] = ()

    @property
    def tells_cohorts(self) -> bool:
        """Somebody was asked for a problem; else all would stand as not known (S0-1)."""
        is_asked = any(one.meaning == Meaning.PROBLEM for one in self.asked)
        return is_asked or any(line.count for line in self.cohorts if line.id != Cohort.UNKNOWN)

    @property
    def scores(self) -> list[Measured]:
        """Those that come to one figure, for the head of the page."""
        return [one for one in self.measured if one.score]


def overview() -> list[tuple[Survey, Figures]]:
    """Every survey that is not put away, the newest first. Five queries."""
    surveys = list(Survey.objects.filter(archived_at=None).order_by("-made_at", "-pk"))
    figures = _figures([survey.pk for survey in surveys])
    return [(survey, figures[survey.pk]) for survey in surveys]


def of(
    survey: Survey,
    language: str,
    where: Where | None = None,
    uncounted: Mapping[Key, int] | None = None,
) -> Results:
    """From the kept totals, in a fixed number of queries. The questions are those of the newest version.

    `where` chooses among the answers; the figures are of all there ever were.
    """
    rest = counting.rest(survey.pk) if uncounted is None else uncounted
    where = where or Where(survey=survey.pk)
    counts = _answer_counts(where, rest)
    cohorts = counts[counting.COHORT]
    asked, n = questions_of(survey), sum(cohorts.values())
    measured = [one for one in asked if one.kind not in (Kind.TEXT_SHORT, Kind.TEXT_LONG, Kind.CONTACT)]
    return Results(
        survey=survey,
        figures=_figures([survey.pk], {survey.pk: counting.finished(where, rest)})[survey.pk],
        asked=asked,
        cohorts=[
            _line(cohort.value, str(words), cohorts.get(cohort.value, 0), n) for cohort, words in COHORTS
        ],
        measured=[
            _in_words(measures.measure(one, counts[one.id], language), one, language)
            for one in (*measured, *score(asked))
        ],
    )


def nothing(survey: Survey) -> Results:
    """The figures alone."""
    return Results(survey=survey, figures=_figures([survey.pk])[survey.pk], cohorts=(), measured=())


def _figures(surveys: Sequence[int], known: Mapping[int, int] | None = None) -> dict[int, Figures]:
    """`known`: how many answered each survey, where the kept totals have said so."""
    finished = Response.objects.filter(invitation__survey__in=surveys, state=Response.State.FINISHED)
    answered = (
        {pk: {"answered": n} for pk, n in known.items()}
        if known is not None
        else _grouped(finished.values("invitation__survey"), {"answered": Count("pk")})
    )
    paid = _grouped(Reward.objects.filter(survey__in=surveys).values("survey"), _paid())
    empty: dict[str, object] = {}
    invited = _invited(surveys)
    return {
        pk: Figures(**{**invited[pk], **answered.get(pk, empty), **paid.get(pk, empty)})  # type: ignore[arg-type]
        for pk in surveys
    }


def _invited(surveys: Sequence[int]) -> dict[int, dict[str, int]]:
    """All of them from one index, those whom nothing reached from a small one: most were asked."""
    all_of = Invitation.objects.filter(survey__in=surveys)
    made = _grouped(all_of.values("survey"), {"made": Count("pk")})
    unsent = [_Asked.WAITING, _Asked.SUPPRESSED, _Asked.BOUNCED, _Asked.IMPORTED]
    rows = all_of.filter(state__in=unsent).order_by().values_list("survey", "state").annotate(n=Count("pk"))
    by_state = {(survey, state): n for survey, state, n in rows}
    found = {}
    for pk in surveys:
        waiting, *others = (by_state.get((pk, state), 0) for state in unsent)
        asked = int(str(made[pk]["made"])) - waiting - sum(others) if pk in made else 0
        found[pk] = {"asked": asked, "waiting": waiting, "not_sent": others[0] + others[1]}
    return found


def _paid() -> dict[str, Count | Sum]:
    return {
        "issued": Count("pk", filter=_CODE_GIVEN),
        "redeemed": Count("pk", filter=Q(state=Reward.State.REDEEMED)),
        "spent": Sum("amount", filter=Q(state=Reward.State.REDEEMED), default=Decimal(0)),
        "open_amount": Sum("amount", filter=Q(state=Reward.State.ISSUED), default=Decimal(0)),
    }


def _grouped(rows, figures) -> dict[int, dict[str, object]]:  # type: ignore[no-untyped-def]
    """By the one column of `rows`."""
    found = {}
    for row in rows.annotate(**figures).order_by():
        key = row.pop(next(iter(row)))
        found[key] = row
    return found


def _answer_counts(where: Where, uncounted: Mapping[Key, int]) -> defaultdict[str, Counter]:
    """How often each value was given, by question; a list of choices counts as itself."""
    counts: defaultdict[str, Counter] = defaultdict(Counter)
    for (question, value), times in counting.sums(where, uncounted).items():
        counts[question][measures.key(json.loads(value))] += times
    return counts


def questions_of(survey: Survey) -> Sequence[Question]:
    try:
        definition = definitions.load(sheets.current_version(survey).definition)
    except NotOpen:
        return ()
    return definition.with_touchpoints(sheets.as_choices(sheets.offered_touchpoints())).questions


def score(asked: Sequence[Question]) -> list[Question]:
    """What the chosen options' points add up to, as if it had been asked; nothing where none has points."""
    if not any(choice.points for one in asked for choice in one.choices):
        return []
    words = {}
    for language in LANGUAGES:
        with override(language):
            words[language] = str(_SCORE)
    return [
        Question(
            id=counting.SCORE, kind=Kind.NUMBER, words=words, help={}, required=False, meaning=None,
            choices=(), low={}, high={},
        )
    ]  # fmt: skip


def _in_words(measured: Measured, question: Question, language: str) -> Measured:
    """Faces and stars as the customer saw them; what an expectation met means (S1-2)."""
    shares = measured.shares
    with override(language):
        if question.kind in STEPS:
            shares = [replace(one, words=screens.step_words(question.kind, int(one.id))) for one in shares]
        elif question.kind == Kind.NUMBER:
            shares = [replace(one, words=_span(one.id)) for one in shares]
        elif question.meaning == Meaning.EXPECTATION:
            shares = [replace(one, note=str(_SATISFACTION.get(one.id, ""))) for one in shares]
    return replace(measured, shares=shares)


def _span(name: str) -> str:
    """A number, or from where to below where, as the reader writes figures."""
    ends = [number_format(Decimal(one), force_grouping=True) for one in name.split("/")]
    return ends[0] if len(ends) == 1 else _("%(low)s to below %(high)s") % {"low": ends[0], "high": ends[1]}


def _line(name: str, words: str, count: int, n: int, *, note: str = "", kind: str = "") -> Line:
    return Line(id=name, words=words, count=count, share=count / n if n else 0.0, note=note, kind=kind, n=n)
