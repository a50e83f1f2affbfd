"""Take in files of contacts, as a telephone system or a desk exports them, and of the staffed hours."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import contact_imports, contacts, tables
from feedback.contact_forms import ContactsForm, columns_form_of
from feedback.contact_words import FAULTS, HOUR_LABELS, LABELS
from feedback.models import ContactImport
from feedback.roles import Role, allow
from feedback.views import downloads, file_pages
from feedback.views.file_pages import SHOWN_FAULTS, CannotTake, FileKind

IMPORTERS = (Role.MANAGER, Role.ADMINISTRATOR)
_NEEDS = {
    ContactImport.Kind.CONTACTS: gettext_lazy("It needs a column for when they got in touch."),
    ContactImport.Kind.HOURS: gettext_lazy("It needs columns for the hour and for how many people answered."),
}


@allow(*IMPORTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    return file_pages.listed(CONTACTS, request)


@allow(*IMPORTERS)
@require_safe
def page(request: HttpRequest, public_id: str) -> HttpResponse:
    return file_pages.page(CONTACTS, request, public_id)


@allow(*IMPORTERS)
@require_POST
def columns(request: HttpRequest, public_id: str) -> HttpResponse:
    return file_pages.columns(CONTACTS, request, public_id)


@allow(*IMPORTERS)
@require_POST
def take(request: HttpRequest, public_id: str) -> HttpResponse:
    return file_pages.take(CONTACTS, request, public_id)


@allow(*IMPORTERS)
@require_safe
def faults_csv(request: HttpRequest, public_id: str) -> StreamingHttpResponse:
    one = CONTACTS.find(public_id)
    rows = [(row, column, what) for row, column, what in _said(one, one.faults)]
    return downloads.csv_of([("row", "column", "message"), *rows], "refused-contacts")


def _begin(request: HttpRequest, given: dict[str, Any]) -> ContactImport:
    file = given["file"]
    return contact_imports.begin(file.read(), file_name=file.name, by=request.user, now=timezone.now())


def _columns_form(one: ContactImport, data: Any) -> Any:
    return columns_form_of(one, data, header=next(tables.rows(bytes(one.content))))


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    kept = {name: given[name] for name in ("channel", "scale") if name in given}
    return kept | {"day_first": given["dates"] == "day"}


def _looked_at(one: ContactImport) -> dict[str, Any]:
    seen = contact_imports.preview(one, timezone.now())
    is_ready = contact_imports.is_ready(one)
    return {
        "preview": seen,
        "new": seen.fine - seen.known,
        "faults": _said(one, seen.faults[:SHOWN_FAULTS]),
        "is_ready": is_ready and seen.fine > 0,
        "needs": "" if is_ready else _NEEDS[ContactImport.Kind(one.kind)],
        "most_reasons": contacts.MOST_REASONS,
    }


def _taken(one: ContactImport) -> dict[str, Any]:
    return {"faults": _said(one, one.faults[:SHOWN_FAULTS])}


def _take(request: HttpRequest, one: ContactImport) -> None:
    if not contact_imports.is_ready(one):
        raise CannotTake(_NEEDS[ContactImport.Kind(one.kind)])
    contact_imports.take(one, by=request.user)


def _said(one: ContactImport, faults: Any) -> list[tuple[int, str, str]]:
    labels = HOUR_LABELS if one.kind == ContactImport.Kind.HOURS else LABELS
    return file_pages.said(faults, labels, FAULTS)


CONTACTS = FileKind(
    files=lambda: ContactImport.objects.select_related("made_by"),
    address="contact_import",
    list_template="feedback/contact_imports.html",
    template="feedback/contact_import.html",
    form=ContactsForm,
    begin=_begin,
    columns_form=_columns_form,
    looked_at=_looked_at,
    taken=_taken,
    take=_take,
    settings=_settings,
    heavy=("content", "faults"),
)
