"""Take in files of orders: choose a file, see what would happen, let the job do it, try the rest again."""

import csv
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import order_imports
from feedback.models import OrderImport
from feedback.order_forms import ColumnsForm, OrdersForm
from feedback.order_words import FAULTS, LABELS, NO_TABLE
from feedback.roles import Role, allow
from feedback.spreadsheets import harmless
from feedback.tables import NoTable

IMPORTERS = (Role.MANAGER, Role.ADMINISTRATOR)
RECENT, SHOWN_FAULTS = 20, 50
_State = OrderImport.State


@allow(*IMPORTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _list(request, OrdersForm())
    form = OrdersForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form, status=400)
    file = form.cleaned_data["file"]
    try:
        one = order_imports.begin(file.file, file_name=file.name, by=request.user, now=timezone.now())
    except NoTable as error:
        form.add_error("file", NO_TABLE[error.key])
        return _list(request, form, status=400)
    return redirect("order_import", one.public_id)


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
        return redirect("order_import", public_id)
    form = ColumnsForm(request.POST, header=one.header, columns=one.columns)
    if not form.is_valid():
        return _page(request, one, form=form, status=400)
    given = form.cleaned_data
    OrderImport.objects.filter(pk=one.pk, state=_State.LOOKED_AT).update(
        columns=form.columns, store=given["store"], currency=given["currency"],
        day_first=given["dates"] == "day",
    )  # fmt: skip
    return redirect("order_import", public_id)


@allow(*IMPORTERS)
@require_POST
def take(request: HttpRequest, public_id: str) -> HttpResponse:
    one = _import(public_id)
    if not order_imports.is_ready(one):
        messages.error(request, _needs())
    else:
        order_imports.take(one, by=request.user, now=timezone.now())
    return redirect("order_import", public_id)


@allow(*IMPORTERS)
@require_POST
def again(request: HttpRequest, public_id: str) -> HttpResponse:
    if order_imports.try_again(_import(public_id), by=request.user, now=timezone.now()):
        messages.success(request, _("They are tried again in a moment."))
    else:
        messages.error(request, _("There is nothing to try again: the rows are kept for two weeks."))
    return redirect("order_import", public_id)


@allow(*IMPORTERS)
@require_safe
def refused_csv(request: HttpRequest, public_id: str) -> StreamingHttpResponse:
    """The rows as they stood in the file, with what is wrong: to be corrected, and sent again."""
    rows = order_imports.refused_rows(_import(public_id))
    writer = csv.writer(_Echo())
    return StreamingHttpResponse(
        (writer.writerow([harmless(cell) for cell in row]) for row in rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="refused-orders.csv"'},
    )


class _Echo:
    """Gives back what is written: the first time with the mark by which Excel knows UTF-8."""

    def __init__(self) -> None:
        self.mark = "\ufeff"

    def write(self, line: str) -> str:
        mark, self.mark = self.mark, ""
        return mark + line


def _needs() -> str:
    return _("It needs columns for the order's number, its date, and its total or its prices.")


def _list(request: HttpRequest, form: OrdersForm, status: int = 200) -> HttpResponse:
    recent = OrderImport.objects.select_related("made_by").order_by("-pk")[:RECENT]
    return render(request, "feedback/order_imports.html", {"form": form, "recent": recent}, status=status)


def _page(
    request: HttpRequest, one: OrderImport, form: ColumnsForm | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"one": one}
    if one.state == _State.LOOKED_AT:
        seen = order_imports.preview(one, timezone.now())
        is_ready = order_imports.is_ready(one)
        context |= {
            "preview": seen,
            "new": seen.orders - seen.known,
            "form": form or _form(one),
            "faults": _said(seen.faults[:SHOWN_FAULTS]),
            "is_ready": is_ready and seen.orders + seen.returns > 0,
            "needs": "" if is_ready else _needs(),
        }
    else:
        shown: list[order_imports.RowFault] = []
        for _cells, wrong in order_imports.faults(one):
            shown += wrong
            if len(shown) >= SHOWN_FAULTS:
                break
        context |= {"faults": _said(shown[:SHOWN_FAULTS]), "has_refused": bool(shown)}
    return render(request, "feedback/order_import.html", context, status=status)


def _form(one: OrderImport) -> ColumnsForm:
    initial = {"store": one.store, "currency": one.currency, "dates": "day" if one.day_first else "month"}
    return ColumnsForm(header=one.header, columns=one.columns, initial=initial)


def _said(faults: Any) -> list[tuple[int, str, str]]:
    return [(one.row, str(LABELS.get(one.field, one.field)), str(FAULTS[one.key])) for one in faults]


def _import(public_id: str) -> OrderImport:
    return get_object_or_404(OrderImport, public_id=public_id)
