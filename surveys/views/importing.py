"""Take in answers that another program kept: choose a file, see what would happen, let the job do it."""

import csv
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import tables
from feedback.roles import Role, allow
from feedback.spreadsheets import harmless
from surveys import importing
from surveys.import_forms import FAULTS, LABELS, NO_TABLE, AnswersForm, ColumnsForm
from surveys.models import AnswerImport

IMPORTERS = (Role.MANAGER, Role.ADMINISTRATOR)
RECENT, SHOWN_FAULTS = 20, 50
_State = AnswerImport.State


@allow(*IMPORTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _list(request, AnswersForm())
    form = AnswersForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form, status=400)
    given = form.cleaned_data
    try:
        one = importing.begin(
            given["file"].read(), file_name=given["file"].name, name=given["name"], scale=given["scale"],
            why=given["why"], by=request.user, now=timezone.now(),
        )  # fmt: skip
    except tables.NoTable as error:
        form.add_error("file", NO_TABLE[error.key])
        return _list(request, form, status=400)
    return redirect("answer_import", one.public_id)


@allow(*IMPORTERS)
@require_safe
def page(request: HttpRequest, public_id: str) -> HttpResponse:
    return _page(request, _import(public_id))


@allow(*IMPORTERS)
@require_POST
def columns(request: HttpRequest, public_id: str) -> HttpResponse:
    """Another column for a field: what would happen is shown anew."""
    one = _import(public_id)
    if one.state != _State.LOOKED_AT:
        return redirect("answer_import", public_id)
    form = ColumnsForm(request.POST, header=_header(one), columns=one.columns)
    if not form.is_valid():
        return _page(request, one, form=form, status=400)
    changed = AnswerImport.objects.filter(pk=one.pk, state=_State.LOOKED_AT)
    changed.update(columns=form.columns)
    return redirect("answer_import", public_id)


@allow(*IMPORTERS)
@require_POST
def take(request: HttpRequest, public_id: str) -> HttpResponse:
    one = _import(public_id)
    if not {"score", "said_at"} <= one.columns.keys():
        messages.error(request, _("Say first which columns hold the score and when it was answered."))
        return redirect("answer_import", public_id)
    try:
        importing.take(one, by=request.user, now=timezone.now())
    except importing.NotAlike:
        messages.error(request, _("There are answers of this name with another scale. Choose another name."))
        return redirect("answer_imports")
    return redirect("answer_import", public_id)


@allow(*IMPORTERS)
@require_safe
def faults_csv(request: HttpRequest, public_id: str) -> HttpResponse:
    one = _import(public_id)
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="refused.csv"'},
    )
    write = csv.writer(response).writerow
    write(["row", "column", "message"])
    for row, column, key in one.faults:
        write([row, harmless(str(column)), str(FAULTS[key])])
    return response


def _list(request: HttpRequest, form: AnswersForm, status: int = 200) -> HttpResponse:
    recent = AnswerImport.objects.select_related("survey").defer("content").order_by("-pk")[:RECENT]
    return render(request, "surveys/imports.html", {"form": form, "recent": recent}, status=status)


def _page(
    request: HttpRequest, one: AnswerImport, form: ColumnsForm | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"one": one}
    if one.state == _State.LOOKED_AT:
        seen = importing.preview(one, timezone.now())
        context |= {
            "preview": seen,
            "new": seen.fine - seen.known,
            "form": form or ColumnsForm(header=seen.header, columns=one.columns),
            "faults": _said(seen.faults[:SHOWN_FAULTS]),
            "is_ready": {"score", "said_at"} <= one.columns.keys() and seen.fine > 0,
        }
    else:
        context["faults"] = _said(one.faults[:SHOWN_FAULTS])
    return render(request, "surveys/import.html", context, status=status)


def _said(faults: Any) -> list[tuple[int, str, str]]:
    return [(row, str(LABELS.get(column, column)), str(FAULTS[key])) for row, column, key in faults]


def _header(one: AnswerImport) -> list[str]:
    return next(tables.rows(bytes(one.content)))


def _import(public_id: str) -> AnswerImport:
    return get_object_or_404(AnswerImport.objects.select_related("survey"), public_id=public_id)
