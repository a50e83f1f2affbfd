"""How complaints were handled, for programs: the lines of the files, the figures of the pages (issues 6 and
7, item 9)."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from feedback import api_reports
from feedback.models import Override, Promise
from tests import factories, workbook
from tests.factories import NOW, a_shop, user

pytestmark = pytest.mark.django_db
# The report's address, and the list of its answer that holds what its files hold.
LISTS = {
    "wishes": "wishes",
    "causes": "problems",
    "clocks_kept": "clocks",
    "promises_kept": "promises",
    "concessions": "given",
    "divergence": "otherwise",
    "decisions": "decisions",
    "thresholds": "steps",
}


@pytest.fixture(autouse=True)
def huy(client, time_machine):
    time_machine.move_to(NOW, tick=False)
    a_shop()
    client.cookies["django_language"] = "en"
    huy = user("manager", "Huy", language="en")
    client.force_login(huy)
    return huy


def handled(huy, n=1):
    """Complaints that ended, each with a wish, a cause, a promise, something given, and an override."""
    for _n in range(n):
        lan = factories.customer("Lan")
        about = factories.read_comment(channel="form", customer=lan, order=factories.order(lan))
        made = factories.case(
            about, state="resolved", resolved_at=NOW, wished="refund", root_cause="process", owner=huy,
            satisfied=True, satisfied_at=NOW, answer_by=NOW, answered_at=NOW, due_on=NOW.date(),
        )  # fmt: skip
        decided = factories.decision(made, facts={"problem": "late"})
        factories.concession(made, remedy="refund", decision=decided, by=huy, reason="late")
        Override.objects.create(
            case=made, decision=decided, direction="more", remedy="refund", amount=50_000, cost=50_000,
            currency="VND", reason="A regular.", role="manager", by=huy, at=NOW,
        )  # fmt: skip
        Promise.objects.create(
            case=made, decision=decided, who=huy, what="refund", by_when=NOW.date(), state="kept",
            made_at=NOW, call_back_on=NOW.date() + timedelta(days=1), settled_at=NOW, settled_by=huy,
            told_via="phone",
        )  # fmt: skip


def got(client, name, **query):
    answer = client.get(reverse(f"api_{name}"), query)
    assert answer.status_code == 200
    return answer.json()


def plain(cell):
    """As a CSV file has it; there "yes" and "no" stand for what a program calls true and false."""
    if isinstance(cell, bool):
        return "True" if cell else "False"
    return "" if cell is None else str(cell)


@pytest.mark.parametrize(("name", "rows"), LISTS.items())
def test_the_answer_holds_the_lines_of_both_files(client, huy, name, rows):
    handled(huy, 5)

    told = got(client, name)[rows]
    lines = list(
        csv.DictReader(io.StringIO(client.get(reverse(f"{name}_csv")).getvalue().decode("utf-8-sig")))
    )
    ((_head, *cells),) = workbook.sheets(client.get(reverse(f"{name}_xlsx")).getvalue()).values()

    words = {"yes": "True", "no": "False"}
    assert [{key: words.get(cell, cell) for key, cell in line.items()} for line in lines] == [
        {key: plain(cell) for key, cell in one.items()} for one in told
    ]
    assert len(cells) == len(lines) > 0


def test_the_figures_are_those_of_the_pages(client, huy):
    handled(huy, 5)

    given, page = got(client, "concessions"), client.get(reverse("concessions")).context["report"]
    assert (given["n"], Decimal(given["cost"]), given["unprofitable"]) == (5, page.cost, 0)
    assert sum(one["n"] for one in given["weeks"]) == 5
    assert given["helped"] == {"customers": 0, "mean": None, "low": None, "high": None}

    other, page = got(client, "divergence"), client.get(reverse("divergence")).context["report"]
    assert (other["total"]["more"], Decimal(other["total"]["more_cost"])) == (5, page.total.more_cost)
    assert [(one["name"], one["more"]) for one in other["people"]] == [("Huy", 5)]

    causes = got(client, "causes")
    assert [(one["cause"], one["share"]) for one in causes["causes"] if one["complaints"]] == [
        ("process", 1.0)
    ]
    whole = next(one for one in got(client, "promises_kept")["promises"] if one["by"] == "all")
    assert (whole["kept"], whole["share"]) == (5, 1.0)
    rule = next(one for one in got(client, "decisions")["rules"] if one["n"])
    assert (rule["rule"], rule["n"], rule["share"]) == ("own_fault", 5, 1.0)


@pytest.mark.parametrize("name", LISTS)
def test_its_queries_do_not_grow(client, huy, name):
    handled(huy)
    few = queries(client, name)
    handled(huy, 6)

    assert queries(client, name) == few


def queries(client, name):
    got(client, name)  # what a first call remembers
    with CaptureQueriesContext(connection) as asked:
        got(client, name)
    return len(asked)


@pytest.mark.parametrize("name", ["concessions", "divergence", "decisions"])
def test_long_lists_come_in_pages(client, huy, monkeypatch, name):
    monkeypatch.setattr(api_reports, "MOST_ROWS", 2)
    handled(huy, 3)
    first, second = got(client, name), got(client, name, page=2)

    assert (first["pages"], len(first[LISTS[name]]), len(second[LISTS[name]])) == (2, 2, 1)
    for wrong in ("0", "3", "-1", "x", "٣", "\x00"):
        refused = client.get(reverse(f"api_{name}"), {"page": wrong})
        assert (refused.status_code, refused.json()["errors"][0]["attr"]) == (400, "page")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("decisions", {"rule": "none such"}), ("decisions", {"only": "x"}), ("thresholds", {"months": "7"}),
     ("thresholds", {"threshold": "-1"}), ("thresholds", {"threshold": "much"})],
)  # fmt: skip
def test_a_filter_that_cannot_be_used_is_named(client, name, wrong):
    refused = client.get(reverse(f"api_{name}"), wrong)

    assert (refused.status_code, refused.json()["errors"][0]["attr"]) == (400, next(iter(wrong)))


@pytest.mark.parametrize("name", sorted(set(LISTS) - {"thresholds"}))
def test_the_counter_is_refused(client, name):
    client.force_login(user("front_line"))

    assert client.get(reverse(f"api_{name}")).status_code == 403
