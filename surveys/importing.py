"""Take in answers that another program asked for: looked at first, then row by row by a job, each once.

They become finished responses of a closed survey of their own, so that its page, its exports and the figures
over time are the same as for our own. The comments are read like all others and count as why they came.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from anyascii import anyascii
from django.db.models import Q
from django.utils.text import slugify

from feedback import bulk, comments, forgotten, journal, leases, shop, tables, wallet
from feedback.models import Comment, Customer, Forgotten, User
from feedback.models.queue import LeasableQuerySet
from feedback.models.words import Channel
from surveys import counting, given_elsewhere
from surveys.given_elsewhere import BadRow, Row
from surveys.models import Answer, AnswerImport, ImportedAnswer, Invitation, Response, Survey, SurveyVersion
from surveys.questions import said

BATCH, PER_LEASE = 200, 20_000  # rows
MOST_BYTES = 20_000_000
MOST_FAULTS = 500
LOOKED_AT_ROWS = 20_000  # of a preview
SHOWN = 8
NOT_TAKEN_FOR = timedelta(days=1)
SCORE, STORY = "score", "story"
_State = AnswerImport.State
_Scale = AnswerImport.Scale


class NotAlike(ValueError):
    """The survey of this name has another scale, or was not imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would happen. `is_whole`: every row was looked at."""

    header: Sequence[str]
    shown: Sequence[Row]
    rows: int
    fine: int
    known: int
    faults: Sequence[tuple[int, str, str]]  # row, name of the column, key
    refused: int
    is_whole: bool


def begin(
    content: bytes, *, file_name: str, name: str, scale: str, why: str, by: User, now: datetime
) -> AnswerImport:
    """Kept to be looked at. Raises tables.NoTable."""
    header = next(tables.rows(content), [])
    return AnswerImport.objects.create(
        name=name, file_name=file_name[:200], content=content, scale=scale, why=why,
        columns=given_elsewhere.guess(header), made_by=by, made_at=now,
    )  # fmt: skip


def preview(one: AnswerImport, now: datetime) -> Preview:
    """Writes nothing."""
    rows = tables.rows(bytes(one.content))
    header = next(rows)
    fine: list[Row] = []
    faults: list[tuple[int, str, str]] = []
    refused = count = 0
    for count, cells in enumerate(islice(rows, LOOKED_AT_ROWS), 1):
        try:
            fine.append(_read(cells, one, now))
        except BadRow as bad:
            refused += 1
            faults += [(count + 1, _called(header, one, fault.field), fault.key) for fault in bad.faults]
    survey = Survey.objects.filter(slug=slug_of(one.name)).first()
    ids = [row.external_id for row in fine]
    known = ImportedAnswer.objects.filter(survey=survey, external_id__in=ids).count() if survey else 0
    return Preview(
        header=header,
        shown=fine[:SHOWN],
        rows=count,
        fine=len(set(ids)),
        known=known,
        faults=faults[:MOST_FAULTS],
        refused=refused,
        is_whole=next(rows, None) is None,
    )


def take(one: AnswerImport, *, by: User, now: datetime) -> None:
    """The job does it from now on. Raises NotAlike."""
    with journal.recording():
        survey = _survey(one, by, now)
        changed = AnswerImport.objects.filter(pk=one.pk, state=_State.LOOKED_AT)
        if changed.update(state=_State.WAITING, survey=survey):
            journal.log("import of answers begun", survey, by=by, answers=one.pk)


def to_take(now: datetime) -> LeasableQuerySet:
    """And those that nobody took: what is in the file is not kept longer than a day."""
    forgotten_ones = Q(state=_State.LOOKED_AT, made_at__lt=now - NOT_TAKEN_FOR)
    return AnswerImport.objects.filter(Q(state=_State.WAITING) | forgotten_ones)


def run(imports: Sequence[AnswerImport], now: datetime) -> None:
    for one in imports:
        if one.state == _State.LOOKED_AT:
            one.delete()
        else:
            _take_on(one, now)


IMPORT = leases.Job(name="import answers", due=to_take, run=run, batch=1)


def slug_of(name: str) -> str:
    return f"imported-{slugify(anyascii(name))}"[:40].strip("-")


def definition(name: str, scale: str) -> dict[str, Any]:
    """A survey of one score and its reason."""
    words = _WORDS[_Scale(scale)]
    score: dict[str, Any] = {"id": SCORE, "kind": scale, "words": words, "required": True}
    if scale == _Scale.NPS:
        score["meaning"] = "recommendation"
    if scale in (_Scale.NPS, _Scale.EFFORT):
        score |= {"low": {"vi": "thấp nhất", "en": "lowest"}, "high": {"vi": "cao nhất", "en": "highest"}}
    story = {"vi": "Vì sao anh/chị cho điểm như vậy?", "en": "Why this score?"}
    return {
        "title": {"vi": name, "en": name},
        "questions": [score, {"id": STORY, "kind": "text_long", "words": story, "meaning": "comment"}],
    }


_WORDS = {
    _Scale.NPS: {
        "vi": "Anh/chị có giới thiệu chúng tôi cho người khác không?",
        "en": "Would you recommend us to others?",
    },
    _Scale.SMILEYS: {"vi": "Anh/chị hài lòng đến mức nào?", "en": "How satisfied were you?"},
    _Scale.EFFORT: {"vi": "Mọi việc có dễ dàng với anh/chị không?", "en": "How easy was it?"},
    _Scale.STARS: {"vi": "Anh/chị cho mấy sao?", "en": "How many stars do you give?"},
}


def _take_on(one: AnswerImport, now: datetime) -> None:
    """Batch by batch, each with the place it came to, so that a kill costs nothing and doubles nothing."""
    rows = tables.rows(bytes(one.content))
    header = next(rows)
    todo = enumerate(islice(rows, one.place, None), one.place + 1)
    for _batch in range(PER_LEASE // BATCH):
        batch = list(islice(todo, BATCH))
        if not batch:
            _finish(one, now)
            return
        with journal.recording():
            # Two imports of one file wait for each other here (C11).
            Survey.objects.select_for_update(no_key=True).get(imports=one)
            _take_batch(one, header, batch, now)
            leases.renew([one], now)
    leases.finish([one])


def _take_batch(
    one: AnswerImport, header: Sequence[str], batch: Sequence[tuple[int, Sequence[str]]], now: datetime
) -> None:
    good: dict[str, Row] = {}
    for number, cells in batch:
        try:
            row = _read(cells, one, now)
        except BadRow as bad:
            one.refused += 1
            room = MOST_FAULTS - len(one.faults)
            one.faults += [[number + 1, _called(header, one, f.field), f.key] for f in bad.faults][:room]
        else:
            one.unchanged += row.external_id in good
            good.setdefault(row.external_id, row)
    known = set(
        ImportedAnswer.objects.filter(survey=one.survey_id, external_id__in=good).values_list(
            "external_id", flat=True
        )
    )
    new = _forgetting([row for name, row in good.items() if name not in known])
    one.unchanged += len(known)
    one.created += len(new)
    one.rows = one.place = batch[-1][0]
    if new:
        _write(one, new, now)
    one.save(update_fields=["place", "rows", "created", "unchanged", "refused", "faults"])


def _forgetting(rows: Sequence[Row]) -> list[Row]:
    """Whoever was erased since is not brought back: the score counts, the words and the address are left."""
    hashes = {row.email: forgotten.digest(forgotten.What.EMAIL, row.email) for row in rows if row.email}
    gone = dict(Forgotten.objects.filter(digest__in=hashes.values()).values_list("digest", "at"))
    return [
        replace(row, comment="", email="", share=None)
        if (at := gone.get(hashes.get(row.email, ""))) is not None and at >= row.said_at
        else row
        for row in rows
    ]


def _write(one: AnswerImport, rows: Sequence[Row], now: datetime) -> None:
    """Six statements, however many rows."""
    survey = one.survey
    assert survey is not None
    version = survey.versions.get(number=1)
    customers = _customers(rows)
    invitations = bulk.insert([_invitation(row, survey, customers.get(row.email)) for row in rows])
    responses = bulk.insert(
        [_response(row, asked, version) for row, asked in zip(rows, invitations, strict=True)]
    )
    told = [row for row in rows if row.comment]
    said_by = {
        row.external_id: comment
        for row, comment in zip(
            told,
            bulk.insert([_comment(one, row, customers.get(row.email), now) for row in told]),
            strict=True,
        )
    }
    answers: list[bulk.Columns] = []
    for row, response in zip(rows, responses, strict=True):
        answers += _answers(one, row, response, said_by.get(row.external_id))
    bulk.write(Answer, answers)
    wallet.note_many(
        (customers[row.email], row.share, row.said_at)
        for row in rows
        if row.share is not None and row.email in customers
    )
    bulk.insert(
        [
            bulk.unsaved(
                ImportedAnswer, survey_id=survey.pk, external_id=row.external_id, response_id=response.pk,
                why=one.why,
            )
            for row, response in zip(rows, responses, strict=True)
        ]
    )  # fmt: skip


def _invitation(row: Row, survey: Survey, customer: int | None) -> Invitation:
    return bulk.unsaved(
        Invitation,
        survey_id=survey.pk,
        customer_id=customer,
        state=Invitation.State.IMPORTED.value,
        language=_language(row),
        made_at=row.said_at,
        send_at=row.said_at,
        expires_at=row.said_at + timedelta(seconds=1),
    )


def _response(row: Row, asked: Invitation, version: SurveyVersion) -> Response:
    return bulk.unsaved(
        Response,
        invitation_id=asked.pk,
        version_id=version.pk,
        state=Response.State.FINISHED.value,
        language=_language(row),
        cohort="unknown",
        started_at=row.said_at,
        finished_at=row.said_at,
    )


def _comment(one: AnswerImport, row: Row, customer: int | None, now: datetime) -> Comment:
    scales = {_Scale.NPS: Comment.Scale.NPS, _Scale.STARS: Comment.Scale.STARS}
    scale = scales.get(_Scale(one.scale))
    rated: dict[str, Any] = {"score": Decimal(row.score), "scale": scale.value} if scale else {}
    assert one.survey is not None
    return bulk.unsaved(
        Comment,
        **comments.columns(
            text=row.comment,
            channel=Channel.SURVEY.value,
            source=one.survey.slug,
            why=one.why,
            said_at=row.said_at,
            received_at=now,
            language=row.language,
            customer_id=customer,
            **rated,
        ),
    )


def _answers(
    one: AnswerImport, row: Row, response: Response, comment: Comment | None
) -> Iterator[bulk.Columns]:
    asked = definition(one.name, one.scale)["questions"]
    given: list[tuple[Mapping[str, Any], Any]] = [(asked[0], row.score)]
    if comment is not None:
        given.append((asked[1], comment.text))
    for question, value in given:
        yield {
            "response_id": response.pk,
            "question": question["id"],
            "kind": question["kind"],
            "words": said(question["words"], _language(row)),
            "value": value,
            "value_words": "",
            "number": Decimal(value) if isinstance(value, int) else None,
            "comment_id": comment.pk if comment is not None and question["id"] == STORY else None,
        }


def _customers(rows: Sequence[Row]) -> dict[str, int]:
    """Those we know by this address; nobody is made a customer by an import."""
    wanted = {row.email for row in rows if row.email}
    known = Customer.objects.filter(email__in=wanted, erased_at=None)
    return dict(known.values_list("email", "pk")) if wanted else {}


def _survey(one: AnswerImport, by: User, now: datetime) -> Survey:
    """The one that earlier files of this name went to, or a new one. Raises NotAlike."""
    slug = slug_of(one.name)
    survey, is_new = Survey.objects.get_or_create(
        slug=slug,
        defaults={
            "name": one.name, "state": Survey.State.CLOSED, "made_at": now,
            "reward_currency": shop.current().currency,
        },
    )  # fmt: skip
    if is_new:
        survey.versions.create(number=1, definition=definition(one.name, one.scale), published_at=now)
        counting.follow(survey)
        journal.log("survey made for an import", survey, by=by)
    elif not AnswerImport.objects.filter(survey=survey, scale=one.scale).exists():
        raise NotAlike
    return survey


def _finish(one: AnswerImport, now: datetime) -> None:
    with journal.recording():
        leases.finish([one], state=_State.DONE, finished_at=now, content=b"")
        journal.log("import of answers done", f"surveys.answerimport:{one.pk}", by=one.made_by,
                    created=one.created, unchanged=one.unchanged, refused=one.refused)  # fmt: skip


def _read(cells: Sequence[str], one: AnswerImport, now: datetime) -> Row:
    return given_elsewhere.read(cells, one.columns, scale=one.scale, now=now, zone=shop.zone())


def _called(header: Sequence[str], one: AnswerImport, field: str) -> str:
    """What the file calls it, else our own name."""
    place = one.columns.get(field, -1)
    return " ".join(header[place].split())[:60] if 0 <= place < len(header) else field


def _language(row: Row) -> str:
    return row.language or shop.current().language
