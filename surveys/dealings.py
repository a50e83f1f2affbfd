"""REPORT: each time a customer told us how one dealing with us was, and at which touchpoint (S0-8, S1-13).

An answered survey is one, with what its parts say; so is a review, a complaint or a message that stands by
itself: where it names no touchpoint, its words do (surveys.places). Reads only, eight queries at most.
The shop's own people, earlier versions of edited reviews and
further words in a case are left out; merged customers are one.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from feedback import shop
from feedback.models import Comment, Mention, Touchpoint
from surveys import definitions, experience, places
from surveys.experience import Felt, Said
from surveys.models import Answer, Response, SurveyVersion
from surveys.questions import Kind, Meaning

MOST = 20_000  # answered surveys, and as many comments: the newest
# The first of these that a survey asks is its mark: satisfaction says more of one dealing than loyalty does.
_MARKS = {
    Kind.SMILEYS.value: "smileys",
    Kind.STARS.value: "stars",
    Kind.SCALE_10.value: "recommend",
}
_SCALES = {Comment.Scale.STARS.value: "stars", Comment.Scale.NPS.value: "recommend"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealing:
    """`touchpoint`: its slug, "" where nobody said. `customer` None: not known who. `mark`: in hundredths of
    `scale`; "" and None without one. `problem`: the first that was read or heard, "" for none."""

    touchpoint: str
    customer: int | None
    day: date
    felt: Felt
    scale: str
    mark: float | None
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealings:
    """`untold`: that were left out because nothing tells how it was."""

    rows: Sequence[Dealing]
    untold: int
    is_cut: bool


@dataclass(frozen=True, slots=True)
class _Answered:
    touchpoint: str
    expectation: str
    scale: str
    mark: float | None


def read(start: date, end: date) -> Dealings:
    """Said from `start` to `end`, both included."""
    period = shop.start_of(start), shop.start_of(end + timedelta(days=1))
    answered, surveys_cut = _answered(*period)
    said, comments_cut = _said(*period)
    found = [one for one in (*answered, *said) if one is not None]
    return Dealings(
        rows=found,
        untold=len(answered) + len(said) - len(found),
        is_cut=surveys_cut or comments_cut,
    )


def _newest(rows: QuerySet[Any, tuple[Any, ...]]) -> tuple[list[tuple[Any, ...]], bool]:
    found = list(rows[: MOST + 1])
    return found[:MOST], len(found) > MOST


def _answered(begins: datetime, ends: datetime) -> tuple[list[Dealing | None], bool]:
    rows = Response.objects.filter(
        state=Response.State.FINISHED, finished_at__gte=begins, finished_at__lt=ends
    ).exclude(invitation__customer__is_insider=True)
    newest, is_cut = _newest(
        rows.order_by("-finished_at", "-pk").values_list(
            "pk", "version", "finished_at", "invitation__customer", "invitation__customer__merged_into"
        )
    )
    expects = _expects({version for _pk, version, *_rest in newest})
    versions = {pk: version for pk, version, *_rest in newest}
    given = _given(versions, expects)
    problems = _problems(list(versions))
    found = [
        _dealing(
            given.get(pk, _NOTHING),
            merged or customer,
            finished_at,
            problem=problems.get(pk, ("", "", False)),
        )
        for pk, _version, finished_at, customer, merged in newest
    ]
    return found, is_cut


_NOTHING = _Answered("", "", "", None)


def _dealing(
    one: _Answered, customer: int | None, at: datetime, *, problem: tuple[str, str, bool]
) -> Dealing | None:
    """`problem`: what it was, the tone of the words, whether a case was made of it."""
    what, tone, complained = problem
    felt = experience.felt(
        Said(expectation=one.expectation, scale=one.scale, mark=one.mark, tone=tone, complained=complained)
    )
    if felt is None:
        return None
    mark = None if one.mark is None else experience.in_hundredths(one.scale, one.mark)
    return Dealing(
        touchpoint=one.touchpoint, customer=customer, day=shop.day(at), felt=felt, scale=one.scale, mark=mark,
        problem=what,
    )  # fmt: skip


def _expects(versions: Collection[int]) -> dict[int, str]:
    """By version, which question compares with what was expected."""
    rows = SurveyVersion.objects.filter(pk__among=list(versions)).values_list("pk", "definition")
    return {
        pk: question.id
        for pk, definition in rows
        for question in definitions.load(definition).questions
        if question.meaning == Meaning.EXPECTATION
    }


def _given(versions: Mapping[int, int], expects: Mapping[int, str]) -> dict[int, _Answered]:
    """By response. One query."""
    kinds = Q(kind__in=[Kind.TOUCHPOINT.value, *_MARKS])
    rows = (
        Answer.objects.filter(response__among=list(versions))
        .filter(kinds | Q(kind=Kind.CHOICE.value, question__in=set(expects.values())))
        .values_list("response", "question", "kind", "value", "number")
    )
    found: dict[int, dict[str, Any]] = {}
    for response, question, kind, value, number in rows.order_by("response", "pk"):
        answers = found.setdefault(response, {})
        if kind == Kind.CHOICE.value:
            if question == expects.get(versions[response]):
                answers["expectation"] = str(value)
        elif kind == Kind.TOUCHPOINT.value:
            answers["touchpoint"] = str(value)
        elif number is not None:
            answers.setdefault(kind, float(number))
    return {response: _as_answered(answers) for response, answers in found.items()}


def _as_answered(answers: Mapping[str, Any]) -> _Answered:
    kind = next((kind for kind in _MARKS if kind in answers), "")
    return _Answered(
        answers.get("touchpoint", ""), answers.get("expectation", ""), _MARKS.get(kind, ""), answers.get(kind)
    )


def _problems(responses: Sequence[int]) -> dict[int, tuple[str, str, bool]]:
    """By response, of the words that were answered: the problem, the tone, whether there is a case."""
    rows = Comment.objects.filter(answer__response__among=list(responses)).values_list(
        "answer__response", *_READ, "case"
    )
    found: dict[int, tuple[str, str, bool]] = {}
    for response, problem, corrected, tone, corrected_tone, heard, case in rows.order_by("pk"):
        before = found.get(response, ("", "", False))
        what = _problem(corrected or problem, heard)
        found[response] = (
            before[0] or what,
            before[1] or corrected_tone or tone or "",
            before[2] or case is not None,
        )
    return found


_READ = (
    "analysis__problem", "analysis__corrected_problem",
    "analysis__sentiment", "analysis__corrected_sentiment", "case__reason",
)  # fmt: skip


def _problem(read: str | None, heard: str | None) -> str:
    """As somebody heard it, else as it was read."""
    what = heard or read or ""
    return "" if what == "none" else what


def _said(begins: datetime, ends: datetime) -> tuple[list[Dealing | None], bool]:
    """Comments that are no part of an answered survey."""
    rows = (
        Comment.objects.current()
        .filter(said_at__gte=begins, said_at__lt=ends, answer=None, follow_up=None)
        .exclude(customer__is_insider=True)
    )
    newest, is_cut = _newest(
        rows.order_by("-said_at", "-pk").values_list(
            "pk", "said_at", "touchpoint", "customer", "customer__merged_into", "customer_claimed",
            "scale", "score", *_READ, "case",
        )
    )  # fmt: skip
    return list(_dealings(newest)), is_cut


def _dealings(rows: Sequence[tuple[Any, ...]]) -> Iterator[Dealing | None]:
    slugs = dict(Touchpoint.objects.values_list("pk", "slug"))
    themes = _themes(pk for pk, _said_at, touchpoint, *_rest in rows if touchpoint is None)
    known = set(slugs.values())
    for pk, said_at, touchpoint, customer, merged, claimed, scale, score, *read, case in rows:
        problem, corrected, tone, corrected_tone, heard = read
        named = _SCALES.get(scale, "")
        mark = float(score) if named and score is not None else None
        what = _problem(corrected or problem, heard)
        place = slugs.get(touchpoint) or places.of_words(what, themes.get(pk, ()), known)
        yield _dealing(
            _Answered(place, "", named, mark),
            None if claimed else merged or customer,
            said_at,
            problem=(what, corrected_tone or tone or "", case is not None),
        )


def _themes(comments: Iterable[int]) -> dict[int, list[str]]:
    """Slugs by comment. One query."""
    found: dict[int, list[str]] = {}
    for comment, slug, _polarity in Mention.objects.filter(comment__among=list(comments)).told():
        found.setdefault(comment, []).append(slug)
    return found
