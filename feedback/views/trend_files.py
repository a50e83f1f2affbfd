"""The numbers of the theme explorer to take along: CSV, a workbook with charts; as JSON from the API."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from feedback import shop, trend_tables
from feedback.roles import DESK, allow
from feedback.trend_forms import TrendsFilter
from feedback.trend_tables import Told
from feedback.views.downloads import csv_of, workbook_of


def addresses(form: TrendsFilter) -> dict[str, str]:
    """Of the same choice as files."""
    query = urlencode(form.whole_address)
    names = {"csv_url": "trends_csv", "xlsx_url": "trends_xlsx", "json_url": "api_theme_trends"}
    return {name: f"{reverse(address)}?{query}" for name, address in names.items()}


@allow(DESK)
@require_safe
def themes_csv(request: HttpRequest) -> HttpResponseBase:
    told = _told(request)
    if not isinstance(told, Told):
        return told
    rows = trend_tables.split_table(told) if told.split else trend_tables.theme_table(told)
    return csv_of(rows, told.name)


@allow(DESK)
@require_safe
def themes_xlsx(request: HttpRequest) -> HttpResponseBase:
    told = _told(request)
    if not isinstance(told, Told):
        return told
    return workbook_of(trend_tables.sheets(told), told.name)


def _told(request: HttpRequest) -> Told | HttpResponse:
    form = TrendsFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    told = trend_tables.tell(form, request.LANGUAGE_CODE)
    if isinstance(told, Told):
        return told
    words = _("These filters together are not counted yet. Open the page of trends to have it done.")
    return HttpResponse(words, status=409, content_type="text/plain; charset=utf-8")
