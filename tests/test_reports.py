"""Every report has a page, its table as CSV and XLSX, an answer for programs, and its method in
docs/methods.md (issues 6 and 7, item 9)."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.urls import reverse

from feedback import api_access
from tests import workbook
from tests.factories import NOW, a_shop, user
from tests.test_routes import TABLE, routes

pytestmark = pytest.mark.django_db
METHODS = (Path(__file__).parent.parent / "docs" / "methods.md").read_text()


@dataclass(frozen=True)
class Report:
    """Names of addresses; `of_days`: whether `from` and `to` choose what it tells."""

    page: str
    template: str
    api: str = ""
    files: str = ""
    of_days: bool = False

    @property
    def names(self):
        files = self.files or self.page
        return self.page, f"{files}_csv", f"{files}_xlsx", self.api or f"api_{self.page}"


REPORTS = [
    Report("hours", "feedback/hours.html", "api_contact_hours", of_days=True),
    Report("clocks_kept", "feedback/clocks_kept.html", of_days=True),
    Report("wishes", "feedback/wishes.html", of_days=True),
    Report("causes", "feedback/causes.html", of_days=True),
    Report("promises_kept", "feedback/promises_kept.html", of_days=True),
    Report("concessions", "feedback/concessions.html", of_days=True),
    Report("divergence", "feedback/divergence.html", of_days=True),
    Report("decisions", "feedback/decisions.html", of_days=True),
    Report("thresholds", "feedback/thresholds.html"),
    Report("service", "feedback/service.html", of_days=True),
    Report("recovery", "surveys/recovery.html", of_days=True),
    Report("reward_costs", "surveys/costs.html", of_days=True),
    Report("consistency", "surveys/consistency.html", of_days=True),
    Report("touchpoints", "surveys/touchpoints.html", of_days=True),
    Report("suppression", "reviews/suppression.html", "api_hidden"),
    Report("defections", "feedback/defections.html"),
    Report("leaving", "feedback/leaving.html"),
    Report("fit", "feedback/fit.html", "api_leaving", "leaving"),
    Report("investment", "feedback/investment.html"),
    Report("expected", "feedback/expected.html"),
    Report("tenure", "feedback/tenure.html"),
    Report("silence", "feedback/silence.html"),
    Report("silence", "feedback/silence.html", "api_voices", "voices", of_days=True),
    Report("trends", "feedback/_trends_below.html", "api_theme_trends", of_days=True),
    Report("alerts", "feedback/alerts.html"),
    Report("missed", "feedback/missed.html", "api_missed_themes"),
    Report("impact", "feedback/impact.html"),
]
OF_DAYS = [one for one in REPORTS if one.of_days]
NOT_REPORTS = {
    "recovery_people",
    "recovery_elsewhere",
    "voices_people",
    "leaving_people",
    "tenure_people",
    "silence_people",
    "service_people",
    "service_cases",
    "voices",
}  # customers beneath a number; an old address


def of(report):
    return report.files or report.page


@pytest.fixture
def huy(client, time_machine):
    time_machine.move_to(NOW, tick=False)
    a_shop()
    client.cookies["django_language"] = "en"
    huy = user("manager", "Huy", language="en")
    client.force_login(huy)
    return huy


def test_no_report_is_left_out():
    """A new page among the reports stands in this table, or among those that are none."""
    patterns = {route.name: str(route.pattern) for route in routes()}
    pages = {
        name for name, address in patterns.items()
        if address.startswith("reports/") and address.endswith("/") and TABLE[name][0] == "get"
    }  # fmt: skip

    assert pages - NOT_REPORTS == {one.page for one in REPORTS if patterns[one.page].startswith("reports/")}


@pytest.mark.parametrize("report", REPORTS, ids=of)
def test_its_method_is_written_down(report):
    assert f"`{reverse(report.page)}`" in METHODS


@pytest.mark.parametrize("report", REPORTS, ids=of)
def test_its_page_leads_to_its_files(report):
    source = get_template(report.template).template.source
    _page, csv_name, xlsx_name, _api = report.names
    for kind, name in (("csv", csv_name), ("xlsx", xlsx_name)):
        assert f"{kind}_url" in source or name in source or f"voices_{kind}" in source


@pytest.mark.parametrize("report", REPORTS, ids=of)
def test_both_files_hold_the_same_columns(client, huy, report):
    _page, csv_name, xlsx_name, _api = report.names
    lines = list(csv.reader(io.StringIO(client.get(reverse(csv_name)).getvalue().decode("utf-8-sig"))))
    (first, *_more) = workbook.sheets(client.get(reverse(xlsx_name)).getvalue()).values()

    assert len(lines[0]) > 1
    assert len(first[0]) > 1
    if not _is_in_words(report):
        assert first[0] == lines[0]


def _is_in_words(report):
    """Whose workbook has charts and names its columns for people."""
    return of(report) in {"suppression", "investment", "tenure", "trends", "impact"}


@pytest.mark.parametrize("report", REPORTS, ids=of)
def test_programs_and_people_need_what_the_page_needs(client, huy, report):
    *_files, api = report.names
    key = api_access.issue("till", ["orders"], by=huy)
    reader = api_access.issue("reader", ["reports", "trends"], by=huy)
    client.logout()

    assert client.get(reverse(api)).status_code == 401
    assert client.get(reverse(api), headers={"Authorization": f"Bearer {key}"}).status_code == 403
    assert client.get(reverse(api), headers={"Authorization": f"Bearer {reader}"}).status_code in (200, 204)
    assert TABLE[api] == TABLE[report.names[1]]


@pytest.mark.parametrize(
    "wrong", ["from=never", "from=2026-11-02&to=2026-11-01", "to=9999-12-31", "from=%00"]
)
@pytest.mark.parametrize("report", OF_DAYS, ids=of)
def test_days_that_cannot_be_are_refused_by_name(client, huy, report, wrong):
    page, *others = report.names
    assert client.get(f"{reverse(page)}?{wrong}").status_code == 400
    for name in others:
        answer = client.get(f"{reverse(name)}?{wrong}")
        assert answer.status_code == 400
        assert wrong.partition("=")[0] in answer.content.decode() or "to" in answer.content.decode()
