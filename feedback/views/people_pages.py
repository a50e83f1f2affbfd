"""The customers behind a number of a report, or its complaints: a page, CSV and XLSX, in one way for every
report.

Which customers, and what made them count, the report's own module says with a People.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from feedback import shop
from feedback.listed import Listed
from feedback.models import Case, Customer
from feedback.money import quantize
from feedback.roles import Role, allow
from feedback.views import downloads

PER_PAGE = 50
MANY = 5_000  # from here on the number of the report is taken for the number of the rows
_TOGETHER = 500  # rows of a file whose further facts are looked up at once
View = Callable[[HttpRequest], HttpResponseBase]
Line = tuple[Customer | Case, Sequence[Any]]


class Kind(StrEnum):
    """How a cell is shown."""

    TEXT = "text"
    PATTERN = "pattern"  # a longer text
    DAY = "day"
    MONTH = "month"  # by its first day
    MONEY = "money"
    SUMS = "sums"  # of several currencies: by currency
    NUMBER = "number"
    CHOICE = "choice"  # a member of TextChoices
    YES = "yes"  # or no; None: nobody knows
    CUSTOMER = "customer"  # None: nobody we know


class Of(StrEnum):
    """What one row is, by the name of its page's address."""

    CUSTOMER = "customer"
    CASE = "case"  # a complaint; with its comment


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`name` in files and for programs, `label` on the page."""

    name: str
    label: Promise | str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a number counts. `title`: of whom it is, in words. `rows`: all of them, in their order; `lines`
    turns some of them into customers, each with a cell for every column, in as many queries however many.
    `counted`: the number that the report shows, found at `at`, where it was kept and not counted just now.
    `erased`: how many whom the number counts are in no row, since nobody knows any more who they are.
    """

    title: str
    rows: Any  # a QuerySet, a sequence, or what a job listed
    lines: Callable[[Sequence[Any]], Iterable[Line]]
    currency: str
    counted: int | None = None
    at: datetime | None = None
    note: str = ""
    erased: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """`address`: the name of its page's; those of its files end in `_csv` and `_xlsx`. `form`: what stands in
    the address, checked. `find`: None where there is no such number. `back`: the report's address by the
    same filters, and what it is called. `of`: what its rows are. `has_filters`: they can be
    changed on the page, by a form that says `as_shown` what was chosen."""

    address: str
    file: str
    form: Callable[..., forms.Form]
    find: Callable[[Any], Found | None]
    columns: Sequence[Column]
    back: Callable[[Any], tuple[str, str]]
    of: Of = Of.CUSTOMER
    has_filters: bool = False


def whose(case: Case) -> Customer | None:
    """None: nobody we know. Whoever was erased is nobody we know any more."""
    return case.customer if case.customer and case.customer.erased_at is None else None


def not_found_yet(title: str, currency: str) -> Found:
    """Of a number that a job has still to find."""
    return Found(
        title=title,
        rows=[],
        lines=lambda rows: (),
        currency=currency,
        note=_("Nobody has looked yet. A job does, as soon as it can."),
    )


def url(address: str, **chosen: Any) -> str:
    """Where a number leads to."""
    return f"{reverse(address)}?{urlencode({name: said for name, said in chosen.items() if said != ''})}"


def views(people: People, *roles: Role | frozenset[Role]) -> tuple[View, View, View]:
    """Page, CSV and XLSX for the roles of the report."""

    def page(request: HttpRequest) -> HttpResponse:
        return _page(request, people)

    def as_csv(request: HttpRequest) -> HttpResponseBase:
        return _file(request, people, downloads.csv_of)

    def as_xlsx(request: HttpRequest) -> HttpResponseBase:
        return _file(request, people, downloads.xlsx_of)

    one, csv, xlsx = (allow(*roles)(require_safe(view)) for view in (page, as_csv, as_xlsx))
    return one, csv, xlsx


def _page(request: HttpRequest, people: People) -> HttpResponse:
    form = form_of(people, request.GET)
    if not form.is_valid():
        wrong = {"form": form, "has_filters": people.has_filters}
        return render(request, "feedback/people.html", wrong, status=400)
    found = _found(people, form)
    shown = Paginator(countable(found), PER_PAGE).get_page(request.GET.get("page"))
    rows, counted = list(shown), number(found, shown.paginator.count)
    back_url, back_label = people.back(form)
    context = {
        "form": _as_shown(people, form),
        "has_filters": people.has_filters,
        "found": found,
        "page": shown,
        "columns": people.columns,
        "of": people.of,
        "rows": list(_shown(people, found, rows)),
        "number": counted,
        "differs": _differs(found, shown, rows, counted),
        "may_differ": found.counted is not None and found.counted >= MANY,
        "back_url": back_url,
        "back_label": back_label,
        **_file_urls(request, people),
    }
    return render(request, "feedback/people.html", context)


def _file_urls(request: HttpRequest, people: People) -> dict[str, str]:
    query = request.GET.copy()
    query.pop("page", None)
    said = query.urlencode()
    return {f"{kind}_url": f"{reverse(f'{people.address}_{kind}')}?{said}" for kind in ("csv", "xlsx")}


def _file(request: HttpRequest, people: People, write: downloads.Write) -> HttpResponseBase:
    form = form_of(people, request.GET)
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=400, content_type="text/plain; charset=utf-8")
    return write(_table(people, _found(people, form)), people.file)


def number(found: Found, places: int) -> int:
    """How many are listed on all pages, which have so many places."""
    return found.rows.still if isinstance(found.rows, Listed) else places


def _differs(found: Found, shown: Page, rows: Sequence[Any], counted: int) -> bool:
    """From what the report counted: as many as are listed, and as far as this page shows."""
    if found.counted is None:
        return False
    is_short = len(rows) < shown.end_index() - shown.start_index() + 1 if rows else shown.paginator.count > 0
    return is_short or found.counted != counted


class _Kept:
    """Rows whose number a job has counted: counting a hundred thousand takes longer than listing fifty."""

    def __init__(self, rows: Any, counted: int) -> None:
        self.rows, self.counted = rows, counted

    def count(self) -> int:
        return self.counted

    def __getitem__(self, part: slice) -> Any:
        return self.rows[part]


def countable(found: Found) -> Any:
    """What a paginator takes: the rows, with the number of the report where there are many."""
    if isinstance(found.rows, Listed) or found.counted is None or found.counted < MANY:
        return found.rows
    return _Kept(found.rows, found.counted)


def form_of(people: People, given: Any) -> forms.Form:
    return people.form(given, today=shop.day(timezone.now()))


def _as_shown(people: People, form: Any) -> forms.Form:
    """With what counts where nothing was chosen."""
    return form_of(people, form.as_shown()) if people.has_filters else form


def _found(people: People, form: forms.Form) -> Found:
    found = people.find(form)
    if found is None:
        raise Http404
    return found


def _shown(people: People, found: Found, rows: Sequence[Any]) -> Iterator[tuple[Any, list[Any]]]:
    for row, cells in found.lines(rows):
        yield row, [(column.kind, cell) for column, cell in zip(people.columns, cells, strict=True)]


def names(people: People) -> list[str]:
    """Of what files and programs get of each row."""
    return [people.of.value, *(one.name for one in people.columns)]


def plain(people: People, line: Line) -> list[Any]:
    """What files and programs get of a row: whoever it is by the id of their page."""
    row, cells = line
    return [row.public_id, *map(_plain, people.columns, cells)]


def _plain(column: Column, cell: Any) -> Any:
    if cell is None:
        return None
    if column.kind is Kind.CUSTOMER:
        return cell.public_id
    if column.kind is Kind.CHOICE:
        return str(cell)
    if column.kind is Kind.SUMS:
        return {code: quantize(amount, code) for code, amount in cell.items()}
    return int(cell) if column.kind is Kind.YES else cell


def _in_words(cell: Any) -> Any:
    """A cell of a file holds no table: "12.50 USD, 900 JPY"."""
    return (
        ", ".join(f"{amount:f} {code}" for code, amount in cell.items()) if isinstance(cell, dict) else cell
    )


def _table(people: People, found: Found) -> Iterator[Sequence[Any]]:
    """One line a row, by the id of its page: names and addresses stay inside."""
    has_money = any(one.kind is Kind.MONEY for one in people.columns)
    yield [*names(people), *(["currency"] if has_money else [])]
    rows = iter(found.rows if isinstance(found.rows, list) else found.rows.iterator(chunk_size=2000))
    while part := list(islice(rows, _TOGETHER)):
        for line in found.lines(part):
            yield [*map(_in_words, plain(people, line)), *([found.currency] if has_money else [])]
