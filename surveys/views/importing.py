"""Take in answers that another program kept: choose a file, see what would happen, let the job do it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import tables
from feedback.roles import Role, allow
from feedback.views import downloads, file_pages
from feedback.views.file_pages import SHOWN_FAULTS, CannotTake, FileKind
from surveys import importing
from surveys.import_forms import FAULTS, LABELS, AnswersForm, ColumnsForm
from surveys.models import AnswerImport

IMPORTERS = (Role.MANAGER, Role.ADMINISTRATOR)
_NEEDED = {"score", "said_at"}


@allow(*IMPORTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    return file_pages.listed(ANSWERS, request)


@allow(*IMPORTERS)
@require_safe
def page(request: HttpRequest, public_id: str) -> HttpResponse:
    return file_pages.page(ANSWERS, request, public_id)


@allow(*IMPORTERS)
@require_POST
def columns(request: HttpRequest, public_id: str) -> HttpResponse:
    return file_pages.columns(ANSWERS, request, public_id)


@allow(*IMPORTERS)
@require_POST
def take(request: HttpRequest, public_id: str) -> HttpResponse:
    return file_pages.take(ANSWERS, request, public_id)


@allow(*IMPORTERS)
@require_safe
def faults_csv(request: HttpRequest, public_id: str) -> StreamingHttpResponse:
    one = ANSWERS.find(public_id)
    rows = [(row, str(column), str(FAULTS[key])) for row, column, key in one.faults]
    return downloads.csv_of([("row", "column", "message"), *rows], "refused")


def _begin(request: HttpRequest, given: dict[str, Any]) -> AnswerImport:
    return importing.begin(
        given["file"].read(), file_name=given["file"].name, name=given["name"], scale=given["scale"],
        why=given["why"], by=request.user, now=timezone.now(),
    )  # fmt: skip


def _columns_form(one: AnswerImport, data: Any) -> ColumnsForm:
    return ColumnsForm(data, header=next(tables.rows(bytes(one.content))), columns=one.columns)


def _looked_at(one: AnswerImport) -> dict[str, Any]:
    seen = importing.preview(one, timezone.now())
    return {
        "preview": seen,
        "new": seen.fine - seen.known,
        "faults": file_pages.said(seen.faults[:SHOWN_FAULTS], LABELS, FAULTS),
        "is_ready": one.columns.keys() >= _NEEDED and seen.fine > 0,
    }


def _taken(one: AnswerImport) -> dict[str, Any]:
    return {"faults": file_pages.said(one.faults[:SHOWN_FAULTS], LABELS, FAULTS)}


def _take(request: HttpRequest, one: AnswerImport) -> None:
    if not one.columns.keys() >= _NEEDED:
        raise CannotTake(gettext_lazy("Say first which columns hold the score and when it was answered."))
    try:
        importing.take(one, by=request.user, now=timezone.now())
    except importing.NotAlike:
        why = gettext_lazy("There are answers of this name with another scale. Choose another name.")
        raise CannotTake(why, leave=True) from None


ANSWERS = FileKind(
    files=lambda: AnswerImport.objects.select_related("survey"),
    address="answer_import",
    list_template="surveys/imports.html",
    template="surveys/import.html",
    form=AnswersForm,
    begin=_begin,
    columns_form=_columns_form,
    looked_at=_looked_at,
    taken=_taken,
    take=_take,
    heavy=("content", "faults"),
)
