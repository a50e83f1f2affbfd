"""Keep the totals of answers: each finished response is counted once, by a job; what is read adds the rest.

A total says nothing of a person, so that whoever is erased still counts.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.cache import caches
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, Sum

from feedback import leases, shop, tokens
from feedback.models import OrderLine
from feedback.models.queue import LeasableQuerySet
from feedback.models.words import WhyItCame
from surveys import definitions, logic
from surveys.models import (
    Answer,
    AnswerCount,
    AnswerTotal,
    ImportedAnswer,
    Invitation,
    Response,
    Reward,
    Survey,
    SurveyVersion,
)
from surveys.questions import LONGEST, Kind

BATCH = 500
MOST_SUMS = 24  # kept by one process; the longest has some twenty thousand rows
_KEEP_SECONDS = 86_400  # for all processes
MOST_UNCOUNTED = 2_000  # that a page adds up itself, while the job is behind
# How the job counts; one more whenever it tells apart or adds up something else. Totals of an earlier way are
# thrown away and counted anew. 1: scores, and codes, tablets and frames as channels of their own.
WAY = 1
COHORT = ""  # stands in for a question
SCORE = "_score"  # so does this: the points of all chosen options together
IMPORTED = "imported"  # a channel
NOT_COUNTED = (*LONGEST, Kind.CONTACT.value)
PARTS = ("why", "language", "channel", "touchpoint", "location", "product")
_Asked = Invitation.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What the results page tells apart, of one response."""

    day: date
    why: str
    language: str
    channel: str = ""
    touchpoint: str = ""
    location: str = ""
    product: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which responses. `part`: only those of one value of some of PARTS."""

    survey: int
    start: date | None = None
    end: date | None = None
    part: Mapping[str, str] | None = None
    edition: str = ""  # of the totals, by `edition`; '': nothing is kept of what is added up

    def holds(self, part: Part) -> bool:
        return (
            (self.start is None or part.day >= self.start)
            and (self.end is None or part.day <= self.end)
            and all(getattr(part, name) == value for name, value in (self.part or {}).items())
        )

    @property
    def condition(self) -> Q:
        found = Q(survey=self.survey, **(self.part or {}))
        if self.start:
            found &= Q(day__gte=self.start)
        return found & Q(day__lte=self.end) if self.end else found


Key = tuple[Part, str, str]  # question, value as JSON


def follow(survey: Survey) -> None:
    """Within the caller's transaction: its responses are counted from now on."""
    AnswerCount.objects.get_or_create(survey=survey, defaults={"way": WAY})


def to_count(now: datetime) -> LeasableQuerySet:
    uncounted = Response.objects.filter(
        invitation__survey=OuterRef("survey"), state=Response.State.FINISHED, counted_at=None
    )
    return AnswerCount.objects.filter(Q(way__lt=WAY) | Exists(uncounted))


def count(rows: Sequence[AnswerCount], now: datetime) -> None:
    """The job: one survey's next batch. The totals and the marks are written together."""
    for row in rows:
        with transaction.atomic():
            if row.way < WAY and _is_told_otherwise(row.survey_id):
                _begin_anew(row.survey_id)
            found = list(_uncounted(row.survey_id)[:BATCH])
            _add(row.survey_id, _counted(found))
            Response.objects.filter(pk__among=[one.pk for one in found]).update(counted_at=now)
            leases.finish([row], edition=tokens.public_id(), way=WAY)


def _is_told_otherwise(survey: int) -> bool:
    """Whether way 1 counts anything of this survey differently from what was before it."""
    if Response.objects.filter(invitation__survey=survey, invitation__entrance__isnull=False).exists():
        return True
    versions = SurveyVersion.objects.filter(survey=survey).exclude(published_at=None)
    return any(logic.has_points(definitions.load(one.definition)) for one in versions)


def _begin_anew(survey: int) -> None:
    """Within the caller's transaction: the totals go and each response waits to be counted again. An erasure
    left them all that is counted. What was imported stays as it is: why it came may be forgotten by now."""
    AnswerTotal.objects.filter(survey=survey).exclude(channel=IMPORTED).delete()
    again = Response.objects.filter(invitation__survey=survey).exclude(
        invitation__state=Invitation.State.IMPORTED
    )
    again.update(counted_at=None)


COUNT = leases.Job(name="count answers", due=to_count, run=count, batch=1)


def rest(survey: int) -> Counter[Key]:
    """What the totals do not hold yet: mostly nothing, in one query; seven otherwise."""
    return _counted(list(_uncounted(survey)[:MOST_UNCOUNTED]))


def behind(survey: int, uncounted: Mapping[Key, int]) -> int:
    """How many responses neither the totals nor `uncounted`, what `rest` found, hold: the job is on its way.
    No query where `rest` reached them all."""
    reached = sum(times for (_part, question, _value), times in uncounted.items() if question == COHORT)
    return max(_uncounted(survey).count() - reached, 0) if reached >= MOST_UNCOUNTED else 0


def finished(where: Where, uncounted: Mapping[Key, int]) -> int:
    """Of the survey, whatever else `where` chooses: how many have answered it to the end."""
    whole = sums(Where(survey=where.survey, edition=where.edition), uncounted)
    counted = sum(n for (question, _value), n in whole.items() if question == COHORT)
    return counted + behind(where.survey, uncounted)


def edition(survey: int) -> str:
    """Of a survey's totals; '' before anything was counted. What was added up of one edition holds for it."""
    known = AnswerCount.objects.filter(survey=survey).values_list("edition", flat=True).first()
    return known or ""


def sums(
    where: Where,
    uncounted: Mapping[Key, int],
    by: Sequence[str] = (),
    questions: Collection[str] | None = None,
) -> Counter[tuple]:
    """How often, by (*by, question, value as JSON). One query beside those of `rest`; none for what was asked
    before and not counted since."""
    found: Counter[tuple] = Counter()
    for row in _added_up(where, tuple(by), frozenset(questions) if questions is not None else None):
        found[tuple(row[:-1])] += row[-1]
    for (part, question, value), times in uncounted.items():
        if where.holds(part) and (questions is None or question in questions):
            found[(*(getattr(part, name) for name in by), question, value)] += times
    return found


def _added_up(where: Where, by: tuple[str, ...], questions: frozenset[str] | None) -> list[tuple]:
    """A million answers take a second to add up: each process keeps the latest sums, while they hold, and
    what one has added up the others find."""
    if not where.edition:
        return _add_up(where, by, questions)
    asked = [where.start, where.end, sorted((where.part or {}).items()), by]
    key = tokens.digest(repr([where.survey, *asked, None if questions is None else sorted(questions)]))
    edition, found = _SUMS.get(key, _NONE)
    if edition != where.edition:
        edition, found = caches["sums"].get(key, _NONE)
    if edition != where.edition:
        found = _folded(where, by, questions) if set(by) == {"why"} else _add_up(where, by, questions)
        caches["sums"].set(key, (where.edition, found), _KEEP_SECONDS)
    for old in list(_SUMS)[: max(len(_SUMS) - MOST_SUMS + 1, 0)]:
        _SUMS.pop(old, None)
    _SUMS[key] = where.edition, found
    return found


def _folded(where: Where, by: tuple[str, ...], questions: frozenset[str] | None) -> list[tuple]:
    """By why alone, from the sums by day and why, which the page shows beside them."""
    found: Counter[tuple] = Counter()
    for _day, why, question, value, times in _added_up(where, ("day", "why"), questions):
        found[(*(why for _name in by), question, value)] += times
    return [(*key, times) for key, times in found.items()]


def _add_up(where: Where, by: tuple[str, ...], questions: frozenset[str] | None) -> list[tuple]:
    rows = AnswerTotal.objects.filter(where.condition)
    if questions is not None:
        rows = rows.filter(question__in=questions)
    return list(rows.order_by().values_list(*by, "question", "value").annotate(times=Sum("n")))


_NONE: tuple[str, list[tuple]] = ("", [])
_SUMS: dict[str, tuple[str, list[tuple]]] = {}  # by what was asked: of which edition, and the sums


def recount(survey: int) -> Counter[Key]:
    """What the totals must be, from the raw rows. For proof, not for pages."""
    found: Counter[Key] = Counter()
    rows = _finished(survey).exclude(counted_at=None)
    for start in range(0, rows.count(), BATCH):
        found.update(_counted(list(rows[start : start + BATCH])))
    return found


def kept(survey: int) -> Counter[Key]:
    """The totals as they stand, in the shape of `recount`."""
    return Counter(
        {
            (
                Part(day=row.day, **{name: getattr(row, name) for name in PARTS}),
                row.question,
                row.value,
            ): row.n
            for row in AnswerTotal.objects.filter(survey=survey)
        }
    )


def parts(responses: Sequence[Response]) -> dict[int, Part]:
    """By response, their order and entrance selected. Four queries, however many."""
    ids = [one.pk for one in responses]
    paid = set(
        Reward.objects.filter(response__among=ids)
        .exclude(code=None, held_for="")
        .values_list("response", flat=True)
    )
    elsewhere = dict(ImportedAnswer.objects.filter(response__among=ids).values_list("response", "why"))
    touched = dict(
        Answer.objects.filter(response__among=ids, kind=Kind.TOUCHPOINT).values_list("response", "value")
    )
    products = _products([one.invitation.order_id for one in responses if one.invitation.order_id])
    return {
        one.pk: Part(
            day=shop.day(one.finished_at),
            why=elsewhere.get(one.pk) or (WhyItCame.PAID if one.pk in paid else WhyItCame.INVITED).value,
            language=one.language,
            channel=channel_of(one.invitation),
            touchpoint=str(touched.get(one.pk) or "")[:40],
            location=_location(one.invitation),
            product=products.get(one.invitation.order_id or 0, ""),
        )
        for one in responses
        if one.finished_at
    }


def scores(responses: Sequence[Response], given: Mapping[int, Mapping[str, Any]]) -> dict[int, int]:
    """What the answers of each response add up to, where its version gives points. `given`: by response and
    question, as they are kept. One query, however many."""
    versions = SurveyVersion.objects.filter(pk__in={one.version_id for one in responses})
    asked = {one.pk: definitions.load(one.definition) for one in versions}
    found = {one.pk: logic.score(asked[one.version_id], _read(given.get(one.pk, {}))) for one in responses}
    return {response: score for response, score in found.items() if score is not None}


def _read(given: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has made lists of what was chosen."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


def channel_of(invitation: Invitation) -> str:
    """How they were asked."""
    if invitation.state == _Asked.IMPORTED:
        return IMPORTED
    if invitation.entrance is not None:
        return invitation.entrance.kind
    return "mail" if invitation.sent_at else "link"


def _location(invitation: Invitation) -> str:
    return invitation.order.location.code if invitation.order and invitation.order.location else ""


def _finished(survey: int) -> Any:
    rows = Response.objects.filter(invitation__survey=survey, state=Response.State.FINISHED)
    return rows.select_related("invitation__order__location", "invitation__entrance").order_by("pk")


def _uncounted(survey: int) -> Any:
    return _finished(survey).filter(counted_at=None)


def _counted(responses: Sequence[Response]) -> Counter[Key]:
    """No query for none."""
    found: Counter[Key] = Counter()
    if not responses:
        return found
    part = parts(responses)
    for one in responses:
        found[(part[one.pk], COHORT, json.dumps(one.cohort))] += 1
    given = Answer.objects.filter(response__among=[one.pk for one in responses]).exclude(kind__in=NOT_COUNTED)
    answers: dict[int, dict[str, Any]] = defaultdict(dict)
    for response, question, value in given.values_list("response", "question", "value"):
        found[(part[response], question, as_json(value))] += 1
        answers[response][question] = value
    for response, score in scores(responses, answers).items():
        found[(part[response], SCORE, as_json(score))] += 1
    return found


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _products(orders: Collection[int]) -> dict[int, str]:
    """The first line of each order, by its number in the shop, else by name."""
    found: dict[int, str] = {}
    lines = OrderLine.objects.filter(order__among=list(orders)).order_by("pk")
    for order, known, sku, name in lines.values_list("order", "product__sku", "sku", "name"):
        found.setdefault(order, (known or sku or name)[:80])
    return found


def _add(survey: int, counted: Counter[Key]) -> None:
    """Sorted, so that two who add at once cannot wait for each other in a ring."""
    rows = [
        (survey, question, part.day, *(getattr(part, name) for name in PARTS), value,
         tokens.digest(value)[:32], times)
        for (part, question, value), times in sorted(counted.items(), key=_order)
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(_ADD, rows)


def _order(item: tuple[Key, int]) -> tuple:
    (part, question, value), _times = item
    return (part.day, question, tokens.digest(value), *(getattr(part, name) for name in PARTS))


_ADD = """
INSERT INTO surveys_answertotal
    (survey_id, question, day, why, language, channel, touchpoint, location, product, value, digest, n)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (survey_id, day, question, digest, why, language, channel, touchpoint, location, product)
DO UPDATE SET n = surveys_answertotal.n + excluded.n
"""
