"""Those who say nothing (S4-3): how many, by month, what they buy since, what they may think, who of them
stopped, and what to ask next."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from feedback import charts, defections, shop
from feedback.buckets import Grain
from feedback.front import headlines, silence
from feedback.roles import REPORTS, allow
from feedback.views import downloads
from surveys.result_forms import VoicesFilter
from surveys.views import voices

PER_PAGE = 40


@allow(REPORTS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    form = VoicesFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return render(request, "feedback/silence.html", {"form": form}, status=400)
    return render(
        request,
        "feedback/silence.html",
        {
            "form": VoicesFilter(form.as_shown(), today=form.today),
            **voices.shown(form.report(), urlencode(form.as_shown())),
            **_by_month(request.LANGUAGE_CODE),
            **_stopped(request),
        },
    )


@allow(REPORTS)
@require_safe
def moved(request: HttpRequest) -> HttpResponse:
    """Where the half of it that tells of surveys was."""
    query = request.META.get("QUERY_STRING", "")
    return redirect(reverse("silence") + (f"?{query}" if query else ""), permanent=True)


def _by_month(language: str) -> dict[str, Any]:
    months, row = _months()
    return {
        "headline": row,
        "months": months[::-1],
        "fewest": silence.FEWEST,
        "heard_within": silence.HEARD_WITHIN,
        "later": silence.LATER,
        **_figure(months, language),
    }


def _stopped(request: HttpRequest) -> dict[str, Any]:
    shown = Paginator(silence.silent_and_stopped(), PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page": shown,
        "rows": [(one, defections.pattern_of(one, request.LANGUAGE_CODE)) for one in shown],
    }


@allow(REPORTS)
@require_safe
def months_csv(request: HttpRequest) -> HttpResponseBase:
    return downloads.csv_of(_month_lines(), "silence")


@allow(REPORTS)
@require_safe
def months_xlsx(request: HttpRequest) -> HttpResponseBase:
    return downloads.xlsx_of(_month_lines(), "silence")


@allow(REPORTS)
@require_safe
def stopped_csv(request: HttpRequest) -> HttpResponseBase:
    return downloads.csv_of(_stopped_lines(request.LANGUAGE_CODE), "silent-and-stopped")


@allow(REPORTS)
@require_safe
def stopped_xlsx(request: HttpRequest) -> HttpResponseBase:
    return downloads.xlsx_of(_stopped_lines(request.LANGUAGE_CODE), "silent-and-stopped")


def _month_lines() -> Iterator[Sequence[Any]]:
    yield "month", "bought", "said_nothing", "share", "low", "high", "silent_again", "heard_again"
    for one in _months()[0]:
        low, high = one.interval or (None, None)
        yield one.first, one.n, one.silent, one.share, low, high, one.silent_again, one.heard_again


def _stopped_lines(language: str) -> Iterator[Sequence[Any]]:
    """Who said nothing and left, by the id of their page: names and addresses stay inside."""
    yield "customer", "last_bought_on", "pattern", "spent_in_last_year", "currency", "state", "contact_by"
    for one in silence.silent_and_stopped().iterator(chunk_size=2000):
        yield (
            one.customer.public_id, one.last_bought_on, defections.pattern_of(one, language), one.value_lost,
            one.currency, one.state, one.contact_by,
        )  # fmt: skip


def _months():
    """As the job found them; the oldest first."""
    row = headlines.newest(shop.day(timezone.now())).get("silent")
    return [silence.Month.from_data(one) for one in row.data["months"]] if row else [], row


def _figure(months, language):
    told = [one for one in months if one.share is not None]
    if len(told) < 2:
        return {}
    labels = charts.date_labels([one.first for one in months], step=Grain.MONTH, language=language)
    shares = [None if one.share is None else 100 * one.share for one in months]
    last = told[-1]
    finding = _("Of the buyers of %(month)s, %(share)s %% said nothing.") % {
        "month": labels[months.index(last)],
        "share": round(100 * last.share),
    }
    return {
        "figure": charts.line_figure([charts.Series(_("said nothing"), shares)], labels),
        "finding": finding,
    }
