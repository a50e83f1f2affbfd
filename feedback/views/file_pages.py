"""The outline that pages of files share: choose a file, see what would happen, say which column holds what,
let a job take it in. What is special about orders, answers or contacts, their own modules say with a
FileKind.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise

from feedback.table_words import NO_TABLE
from feedback.tables import NoTable

RECENT, SHOWN_FAULTS = 20, 50
LOOKED_AT = "looked_at"  # the state of a file that nobody took in yet
Fault = tuple[int, str, str]  # row, column, key of what is wrong


class CannotTake(Exception):
    """`why` not, for people. `leave`: the file is no use as it is; back to the list."""

    def __init__(self, why: str | Promise, *, leave: bool = False) -> None:
        super().__init__(str(why))
        self.why, self.leave = why, leave


class ColumnsForm(Protocol):
    """A form with the columns that were chosen."""

    errors: Any
    cleaned_data: dict[str, Any]

    @property
    def columns(self) -> dict[str, int]: ...

    def is_valid(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """`address`: the name of a file's page; that of the list has an s. `begin` keeps a file that was sent, or
    raises NoTable. `columns_form` of one file, bound or filled in; `settings`: what else of it is kept.
    `looked_at` and `taken`: what the page shows before and after. `take` raises CannotTake.
    """

    files: Callable[[], QuerySet[Any]]
    address: str
    list_template: str
    template: str
    form: type[Form]
    begin: Callable[[HttpRequest, dict[str, Any]], Any]
    columns_form: Callable[[Any, Any], ColumnsForm]
    looked_at: Callable[[Any], dict[str, Any]]
    taken: Callable[[Any], dict[str, Any]]
    take: Callable[[HttpRequest, Any], None]
    settings: Callable[[dict[str, Any]], dict[str, Any]] = lambda given: {}
    heavy: Sequence[str] = ()  # columns that a list does not need

    def find(self, public_id: str) -> Any:
        return get_object_or_404(self.files(), public_id=public_id)


def listed(kind: FileKind, request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _list(kind, request, kind.form())
    form = kind.form(request.POST, request.FILES)
    if not form.is_valid():
        return _list(kind, request, form, status=400)
    try:
        one = kind.begin(request, form.cleaned_data)
    except NoTable as error:
        form.add_error("file", NO_TABLE[error.key])
        return _list(kind, request, form, status=400)
    return redirect(kind.address, one.public_id)


def page(kind: FileKind, request: HttpRequest, public_id: str) -> HttpResponse:
    return _page(kind, request, kind.find(public_id))


def columns(kind: FileKind, request: HttpRequest, public_id: str) -> HttpResponse:
    """Another column for a field: what would happen is shown anew."""
    one = kind.find(public_id)
    if one.state != LOOKED_AT:
        return redirect(kind.address, public_id)
    form = kind.columns_form(one, request.POST)
    if not form.is_valid():
        return _page(kind, request, one, form=form, status=400)
    changed: QuerySet[Model] = kind.files().filter(pk=one.pk, state=LOOKED_AT)
    changed.update(columns=form.columns, **kind.settings(form.cleaned_data))
    return redirect(kind.address, public_id)


def take(kind: FileKind, request: HttpRequest, public_id: str) -> HttpResponse:
    one = kind.find(public_id)
    try:
        kind.take(request, one)
    except CannotTake as no:
        messages.error(request, str(no.why))
        if no.leave:
            return redirect(f"{kind.address}s")
    return redirect(kind.address, public_id)


def said(
    faults: Iterable[Fault], labels: Mapping[str, Any], words: Mapping[str, Any]
) -> list[tuple[int, str, str]]:
    """As the page shows them: row, column, what is wrong."""
    return [(row, str(labels.get(column, column)), str(words[key])) for row, column, key in faults]


def _list(kind: FileKind, request: HttpRequest, form: Form, status: int = 200) -> HttpResponse:
    recent = kind.files().defer(*kind.heavy).order_by("-pk")[:RECENT]
    return render(request, kind.list_template, {"form": form, "recent": recent}, status=status)


def _page(
    kind: FileKind, request: HttpRequest, one: Any, form: ColumnsForm | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"one": one}
    if one.state == LOOKED_AT:
        context |= kind.looked_at(one) | {"form": form or kind.columns_form(one, None)}
    else:
        context |= kind.taken(one)
    return render(request, kind.template, context, status=status)
