"""Take in files of orders: choose a file, see what would happen, let the job do it, try the rest again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import order_imports
from feedback.models import OrderImport
from feedback.order_forms import ColumnsForm, OrdersForm
from feedback.order_words import FAULTS, LABELS
from feedback.roles import Role, allow
from feedback.views import downloads, file_pages
from feedback.views.file_pages import SHOWN_FAULTS, CannotTake, FileKind

IMPORTERS = (Role.MANAGER, Role.ADMINISTRATOR)
_NEEDS = gettext_lazy("It needs columns for the order's number, its date, and its total or its prices.")

_NO_ROWS = gettext_lazy("The file holds the names of columns, and no row beneath them.")


@allow(*IMPORTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    return file_pages.listed(ORDERS, request)


@allow(*IMPORTERS)
@require_safe
def page(request: HttpRequest, public_id: str) -> HttpResponse:
    return file_pages.page(ORDERS, request, public_id)


@allow(*IMPORTERS)
@require_POST
def columns(request: HttpRequest, public_id: str) -> HttpResponse:
    return file_pages.columns(ORDERS, request, public_id)


@allow(*IMPORTERS)
@require_POST
def take(request: HttpRequest, public_id: str) -> HttpResponse:
    return file_pages.take(ORDERS, request, public_id)


@allow(*IMPORTERS)
@require_POST
def again(request: HttpRequest, public_id: str) -> HttpResponse:
    if order_imports.try_again(ORDERS.find(public_id), by=request.user, now=timezone.now()):
        messages.success(request, _("They are tried again in a moment."))
    else:
        messages.error(request, _("There is nothing to try again: the rows are kept for two weeks."))
    return redirect("order_import", public_id)


@allow(*IMPORTERS)
@require_safe
def refused_csv(request: HttpRequest, public_id: str) -> StreamingHttpResponse:
    """The rows as they stood in the file, with what is wrong: to be corrected, and sent again."""
    return downloads.csv_of(order_imports.refused_rows(ORDERS.find(public_id)), "refused-orders")


def _begin(request: HttpRequest, given: dict[str, Any]) -> OrderImport:
    file = given["file"]
    return order_imports.begin(file.file, file_name=file.name, by=request.user, now=timezone.now())


def _columns_form(one: OrderImport, data: Any) -> ColumnsForm:
    initial = {"store": one.store, "currency": one.currency, "dates": "day" if one.day_first else "month"}
    return ColumnsForm(data, header=one.header, columns=one.columns, initial=initial)


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    return {"store": given["store"], "currency": given["currency"], "day_first": given["dates"] == "day"}


def _looked_at(one: OrderImport) -> dict[str, Any]:
    seen = order_imports.preview(one, timezone.now())
    is_ready = order_imports.is_ready(one)
    return {
        "preview": seen,
        "new": seen.orders - seen.known,
        "faults": _said(seen.faults[:SHOWN_FAULTS]),
        "is_ready": is_ready and seen.orders + seen.returns > 0,
        "needs": _NO_ROWS if not one.rows else "" if is_ready else _NEEDS,
    }


def _taken(one: OrderImport) -> dict[str, Any]:
    shown: list[order_imports.RowFault] = []
    for _cells, wrong in order_imports.faults(one):
        shown += wrong
        if len(shown) >= SHOWN_FAULTS:
            break
    return {"faults": _said(shown[:SHOWN_FAULTS]), "has_refused": bool(shown)}


def _take(request: HttpRequest, one: OrderImport) -> None:
    if not order_imports.is_ready(one):
        raise CannotTake(_NEEDS)
    order_imports.take(one, by=request.user, now=timezone.now())


def _said(faults: Any) -> list[tuple[int, str, str]]:
    return file_pages.said([(one.row, one.field, one.key) for one in faults], LABELS, FAULTS)


ORDERS = FileKind(
    files=lambda: OrderImport.objects.select_related("made_by"),
    address="order_import",
    list_template="feedback/order_imports.html",
    template="feedback/order_import.html",
    form=OrdersForm,
    begin=_begin,
    columns_form=_columns_form,
    looked_at=_looked_at,
    taken=_taken,
    take=_take,
    settings=_settings,
)
