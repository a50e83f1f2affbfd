"""REPORT: every finished response as one row, with its themes and its case: for CSV, XLSX and JSON.

Read in batches, so that a hundred thousand rows need no more memory than five hundred. Who answered is in it
only on request (`personal`): order, customer, contact details.
"""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from feedback import shop
from feedback.models import Case, Mention
from feedback.spreadsheets import harmless, streamed_workbook
from surveys import counting, definitions, results
from surveys.counting import Part
from surveys.models import Answer, Response, Survey
from surveys.questions import Kind, Question, said

BATCH = 500
ABOUT = ("id", "finished_at", "why_it_came", "asked_by", "language", "touchpoint", "location", "product",
         "cohort")  # fmt: skip
PERSON = ("order", "customer", "name", "email")
READ = ("themes", "case")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One response. `answers` by question id; `themes` as (slug, polarity)."""

    response: Response
    part: Part
    answers: Mapping[str, Answer]
    themes: Sequence[tuple[str, str]]
    case: str


def columns(survey: Survey, *, personal: bool) -> list[Question]:
    """Every question that a published version asked, in the words of the newest, and the score where options
    have points. Contact details are personal."""
    found: dict[str, Question] = {}
    for version in survey.versions.filter(published_at__isnull=False).order_by("-number"):
        for question in definitions.load(version.definition).questions:
            found.setdefault(question.id, question)
    asked = [one for one in found.values() if personal or one.kind != Kind.CONTACT]
    return [*asked, *results.score(asked)]


def given(survey: Survey) -> Iterator[Given]:
    """The oldest first; nine queries for five hundred."""
    last = 0
    while batch := _batch(survey, last):
        last = batch[-1].pk
        yield from _with_all(batch)


def as_csv(survey: Survey, language: str, *, personal: bool) -> Iterator[str]:
    asked = columns(survey, personal=personal)
    yield "\ufeff" + _line(_head(asked, personal))
    for one in given(survey):
        yield _line([harmless(cell) for cell in _cells(one, asked, personal)])


def as_json(survey: Survey, language: str, *, personal: bool) -> Iterator[str]:
    """One object; its `answers` come one by one."""
    asked = columns(survey, personal=personal)
    words = {one.id: said(one.words, language) for one in asked}
    yield f'{{"survey": {json.dumps(survey.name, ensure_ascii=False)}, '
    yield f'"questions": {json.dumps(words, ensure_ascii=False)}, "answers": ['
    comma = ""
    for one in given(survey):
        yield comma + json.dumps(_object(one, asked, personal), ensure_ascii=False, default=str)
        comma = ",\n"
    yield "]}\n"


def as_xlsx(survey: Survey, language: str, *, personal: bool) -> Iterator[bytes]:
    """Rows written as they come; texts stay texts, whatever they begin with."""
    asked = columns(survey, personal=personal)
    rows = (_cells(one, asked, personal) for one in given(survey))
    return streamed_workbook(chain([_head(asked, personal)], rows))


def _batch(survey: Survey, last: int) -> list[Response]:
    rows = Response.objects.filter(
        invitation__survey=survey, state=Response.State.FINISHED, pk__gt=last
    ).select_related("invitation__order__location", "invitation__customer", "invitation__entrance")
    return list(rows.order_by("pk")[:BATCH])


def _with_all(batch: Sequence[Response]) -> Iterator[Given]:
    ids, parts = [one.pk for one in batch], counting.parts(batch)
    answers: dict[int, dict[str, Answer]] = defaultdict(dict)
    comments: dict[int, int] = {}
    for answer in Answer.objects.filter(response__among=ids).order_by("pk"):
        answers[answer.response_id][answer.question] = answer
        if answer.comment_id:
            comments[answer.comment_id] = answer.response_id
    themes: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for comment, slug, polarity in Mention.objects.filter(comment__among=list(comments)).told():
        themes[comments[comment]].append((slug, polarity))
    cases = {
        comments[comment]: public_id
        for comment, public_id in Case.objects.filter(comment__among=list(comments)).values_list(
            "comment", "public_id"
        )
    }
    values = {pk: {name: one.value for name, one in said.items()} for pk, said in answers.items()}
    for pk, score in counting.scores(batch, values).items():
        answers[pk][counting.SCORE] = Answer(question=counting.SCORE, value=score)
    for one in batch:
        yield Given(
            response=one,
            part=parts[one.pk],
            answers=answers[one.pk],
            themes=themes[one.pk],
            case=cases.get(one.pk, ""),
        )


def _head(asked: Sequence[Question], personal: bool) -> list[str]:
    return [*ABOUT, *(PERSON if personal else ()), *(one.id for one in asked), *READ]


def _about(one: Given) -> dict[str, Any]:
    finished = one.response.finished_at
    return {
        "id": one.response.public_id,
        "finished_at": finished.astimezone(shop.zone()).isoformat(timespec="minutes") if finished else "",
        "why_it_came": one.part.why,
        "asked_by": one.part.channel,
        "language": one.part.language,
        "touchpoint": one.part.touchpoint,
        "location": one.part.location,
        "product": one.part.product,
        "cohort": one.response.cohort,
    }


def _person(one: Given) -> dict[str, str]:
    invitation = one.response.invitation
    customer = invitation.customer
    return {
        "order": invitation.order.number if invitation.order else "",
        "customer": customer.public_id if customer else "",
        "name": customer.name if customer else "",
        "email": customer.email if customer else "",
    }


def _cells(one: Given, asked: Sequence[Question], personal: bool) -> list[Any]:
    said_of = _person(one).values() if personal else ()
    return [
        *_about(one).values(),
        *said_of,
        *(_cell(one.answers.get(question.id)) for question in asked),
        "; ".join(f"{slug}: {polarity}" for slug, polarity in one.themes),
        one.case,
    ]


def _cell(answer: Answer | None) -> Any:
    """The words that were read, where the answer is an option; numbers as numbers."""
    if answer is None:
        return ""
    if answer.value_words:
        return answer.value_words
    if isinstance(answer.value, int | str):
        return answer.value
    if isinstance(answer.value, Mapping):
        return "; ".join(f"{name}: {value}" for name, value in answer.value.items())
    return "; ".join(str(value) for value in answer.value)


def _object(one: Given, asked: Sequence[Question], personal: bool) -> dict[str, Any]:
    return {
        **_about(one),
        **(_person(one) if personal else {}),
        "answers": {
            question.id: {"value": answer.value, "words": answer.value_words}
            for question in asked
            if (answer := one.answers.get(question.id)) is not None
        },
        "themes": [{"theme": slug, "polarity": polarity} for slug, polarity in one.themes],
        "case": one.case or None,
    }


def _line(cells: Sequence[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
