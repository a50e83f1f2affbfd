"""Those who say nothing: what a page shows of the report, the customers behind each number, and the files."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from feedback import shop
from feedback.models import Customer
from feedback.roles import REPORTS, allow
from feedback.views import downloads
from feedback.views.people_pages import Column, Found, Kind, Line, People
from surveys import voices, voices_words
from surveys.measures import Share
from surveys.result_forms import VoicesFilter, VoicesPeopleFilter
from surveys.voices import Buyer, Report
from surveys.weighting import Corrected

PER_PAGE = 50
COLUMNS_OF_PEOPLE = (
    Column(name="order_day", label=gettext_lazy("Day of the order"), kind=Kind.DAY),
    Column(name="group", label=gettext_lazy("Group")),
    Column(name="bought_again", label=gettext_lazy("bought again"), kind=Kind.YES),
    Column(name="spent", label=gettext_lazy("Spend"), kind=Kind.MONEY),
    Column(name="stopped", label=gettext_lazy("bought nothing since"), kind=Kind.YES),
)


def shown(report: Report, query: str) -> dict[str, Any]:
    """What the page of the silent says of the report; `query`: its filters, as in an address."""
    kind, verdict = voices_words.verdict(report.corrected)
    silent = _people_url(query, voices.Group.SILENT)
    urls = {
        "stopped": f"{silent}&who=stopped",
        "silent": f"{silent}&who=all",
        "surveys": reverse("surveys"),
    }
    return {
        "report": report,
        "findings": list(voices_words.findings(report)),
        "steps": [
            (step, urls[step.leads_to], f"{silent}&who={step.who}" if step.who else "")
            for step in voices_words.next_steps(report)
        ],
        "all_urls": {
            who: f"{_people_url(query, VoicesPeopleFilter.EVERYBODY)}&who={who}"
            for who in ("all", "asked", "answered", "open")
        },
        "groups": [
            (row, voices_words.NAMES[row.group.value], _people_url(query, row.group)) for row in report.rows
        ],
        "shares": [(one, f"{_people_url(query, one.id)}&who=all") for one in _shares(report)],
        "again": [(one, f"{_people_url(query, one.id)}&who=again") for one in _again(report)],
        "kind": kind,
        "verdict": verdict,
        "measure": voices_words.MEASURES[report.measure],
        "estimates": list(_estimates(report.corrected)),
        "trials": [
            (voices_words.trial(one), f"{_people_url(query, VoicesPeopleFilter.EVERYBODY)}&who={one.name}")
            for one in (report.corrected.trials if report.corrected else ())
        ],
        "speak": voices.SPEAK,
        "followed": voices.FOLLOWED,
        "most": voices.MOST,
        "stopped_url": urls["stopped"],
        "voices_csv": f"{reverse('voices_csv')}?{query}",
        "voices_xlsx": f"{reverse('voices_xlsx')}?{query}",
    }


@allow(REPORTS)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Who a number of the report is: those who bought longest ago first."""
    form = VoicesPeopleFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return render(request, "surveys/voices_people.html", {"form": form}, status=400)
    found = _behind(form)
    shown = Paginator(found.rows, PER_PAGE).get_page(request.GET.get("page"))
    customers = Customer.objects.in_bulk([one.customer for one in shown])
    context = {
        "form": VoicesPeopleFilter(form.as_shown(), today=form.today),
        "found": found,
        "page": shown,
        "people": [(customers[one.customer], one) for one in shown if one.customer in customers],
        "report_url": _back(form)[0],
        "query": urlencode(form.as_shown()),
        "followed": voices.FOLLOWED,
    }
    return render(request, "surveys/voices_people.html", context)


@allow(REPORTS)
@require_safe
def people_csv(request: HttpRequest) -> HttpResponseBase:
    return _people_file(request, downloads.csv_of)


@allow(REPORTS)
@require_safe
def people_xlsx(request: HttpRequest) -> HttpResponseBase:
    return _people_file(request, downloads.xlsx_of)


def _people_file(request: HttpRequest, write: downloads.Write) -> HttpResponseBase:
    """One line a customer, by the id of their page: names and addresses stay inside."""
    form = VoicesPeopleFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    found, chosen = _behind(form), form.cleaned_data
    keys = [one.customer for one in found.rows]
    ids = dict(Customer.objects.filter(pk__among=keys).values_list("pk", "public_id"))
    rows = [
        [ids.get(one.customer), one.day, one.group.value, None if one.again is None else int(one.again),
         None if one.again is None else one.spent, found.currency, int(one.has_stopped)]
        for one in found.rows
    ]  # fmt: skip
    head = ("customer", "order_day", "group", "bought_again", "spent", "currency", "stopped")
    return write([head, *rows], f"silent-customers-{chosen['start']}-{chosen['end']}")


def _behind(form: VoicesPeopleFilter) -> Found:
    """Who a number of the report is: those who bought longest ago first."""
    report, chosen = form.report(), form.cleaned_data
    found = _chosen(report, chosen["group"], chosen["who"])
    keys = [one.customer for one in found]
    erased = set(Customer.objects.filter(pk__among=keys).exclude(erased_at=None).values_list("pk", flat=True))
    return Found(
        title=_("Customers behind the report"),
        rows=[one for one in found if one.customer not in erased],
        lines=_people_lines,
        currency=report.currency,
        erased=len(erased),
    )


def _people_lines(rows: Sequence[Buyer]) -> Iterator[Line]:
    """What they spent in days that still run is nothing final."""
    customers = Customer.objects.in_bulk([one.customer for one in rows])
    for one in rows:
        spent = None if one.again is None else one.spent
        yield customers[one.customer], [one.day, one.group.value, one.again, spent, one.has_stopped]


def _back(form: VoicesPeopleFilter) -> tuple[str, str]:
    shown = {name: value for name, value in form.as_shown().items() if name not in ("group", "who")}
    return f"{reverse('silence')}?{urlencode(shown)}", _("Those who say nothing")


BEHIND = People(
    address="voices_people",
    file="silent-customers",
    form=VoicesPeopleFilter,
    find=_behind,
    columns=COLUMNS_OF_PEOPLE,
    back=_back,
    has_filters=True,
)


@allow(REPORTS)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    return _file(request, downloads.csv_of)


@allow(REPORTS)
@require_safe
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    return _file(request, downloads.xlsx_of)


def _file(request: HttpRequest, write: downloads.Write) -> HttpResponseBase:
    form = VoicesFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    report = form.report()
    return write(_lines(report), f"voices-{report.start}-{report.end}")


def _lines(report: Report) -> Iterator[Sequence[Any]]:
    """The table of groups, then the estimate: one figure a line, beneath the same columns."""
    yield voices.COLUMNS
    for row in report.rows:
        yield voices.as_cells(row)
    blank = [None] * (len(voices.COLUMNS) - 5)
    for name, value, low, high in voices.estimates(report.corrected):
        yield [f"{report.measure}: {name}", None, value, low, high, *blank]


def _people_url(query: str, group: str) -> str:
    return f"{reverse('voices_people')}?{query}&group={group}"


def _chosen(report: Report, group: str, who: str) -> list[Buyer]:
    everybody = group == VoicesPeopleFilter.EVERYBODY
    found = [one for one in report.buyers if (everybody or one.group == group) and _is(one, who)]
    return sorted(found, key=lambda one: (one.day, one.customer))


def _is(one: Buyer, who: str) -> bool:
    """Whose days to speak run count as that alone."""
    if one.is_open or who == "open":
        return one.is_open and who == "open"
    return {
        "stopped": one.has_stopped,
        "followed": one.again is not None,
        "again": one.again is True,
        "gone": one.again is False,
        "asked": one.was_asked,
        "unasked": not one.was_asked,
        "answered": one.has_answered,
        "late": one.late,
        "promised": one.promised,
    }.get(who, True)


def _shares(report: Report) -> Iterator[Share]:
    """What part of the buyers each group is, to be drawn."""
    for row in report.rows:
        yield Share(id=row.group, words=str(voices_words.NAMES[row.group.value]), count=row.n, n=row.of)


def _again(report: Report) -> Iterator[Share]:
    """Of a group of whom nobody was followed there is no share, which is not a share of nothing."""
    for row in report.rows:
        name = str(voices_words.NAMES[row.group.value])
        note = str(_("their days are not over")) if row.n and not row.followed else ""
        yield Share(id=row.group, words=name, count=row.again, n=row.followed, note=note)


def _estimates(found: Corrected | None) -> Iterator[dict[str, Any]]:
    """Rows of the drawing of what all buyers may think: from low to high, in hundredths of the scale."""
    for name, value, low, high in voices.estimates(found):
        row = {"words": voices_words.ESTIMATES[name], "value": value, "low": low, "high": high}
        if found is not None and low is not None and high is not None:
            x, end = (_place(found, place) for place in (low, high))
            row |= {"x": x, "width": max(0.5, round(end - x, 2))}
            row["mark"] = None if value is None else min(99.0, _place(found, value))
        yield row


def _place(found: Corrected, value: float) -> float:
    return round(100 * (value - found.least) / (found.most - found.least), 2)
