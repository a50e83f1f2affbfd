"""The report of contacts by hour, weekday and reason: page, map, tables, CSV, XLSX and API (S0-9)."""

import io
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from feedback import api_access, contacts, shop
from feedback.contacts import Told
from feedback.reports import hours
from feedback.roles import Role
from tests.factories import a_shop, user

pytestmark = pytest.mark.django_db
FIRST = datetime(2026, 6, 1, tzinfo=UTC)  # a Monday
SPAN = "?from=2026-06-01&to=2026-09-30"


@pytest.fixture(autouse=True)
def huy(client):
    a_shop()
    person = user(Role.MANAGER, "Huy")
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return person


def some_months(*, days=112, a_day=40, seed=7):
    """From four o'clock on people wait longer, and are less satisfied for it."""
    dice, told = random.Random(seed), []
    for day in range(days):
        midnight = shop.start_of((FIRST + timedelta(days=day)).date())
        for _one in range(a_day):
            hour = dice.randrange(8, 20)
            waited = int(dice.expovariate(1 / (400 if hour >= 16 else 60)))
            told.append(
                Told(
                    at=midnight + timedelta(hours=hour, minutes=dice.randrange(60)),
                    channel=dice.choice(["phone", "in_person"]),
                    reason=dice.choice(["delivery", "product"]),
                    waited_seconds=min(waited, 3000),
                    satisfied=dice.random() < max(0.2, 0.9 - waited / 1000),
                )
            )
    contacts.take_many(told)


def page(client, more=""):
    return client.get(f"/reports/hours/{SPAN}{more}")


def test_it_says_what_stands_out_and_that_waiting_moves_with_it(client):
    some_months()

    shown = page(client).text

    assert "16:00 to 20:00" in shown
    assert "waiting time moves with it" in shown
    assert "Among people who waited equally long" in shown
    assert "places were looked at" in shown


def test_it_speaks_vietnamese(client):
    some_months()
    client.cookies["django_language"] = "vi"

    shown = page(client).text

    assert "Khi nào khách hài lòng" in shown
    assert "thời gian chờ thay đổi cùng chiều" in shown
    assert "T2" in shown
    assert "satisfied" not in shown.split("<main")[1].split("</main>")[0].replace("less satisfied", "")


@pytest.mark.parametrize("show", ["share", "n", "wait", "per_person"])
def test_the_map_shows_what_one_chooses(client, show):
    some_months(days=30)
    at = shop.start_of(FIRST.date()) + timedelta(hours=9)
    contacts.staff_hours({(at + timedelta(days=7 * week), None): Decimal(2) for week in range(4)})

    answer = page(client, f"&show={show}")

    cells = dict(answer.context["map"])["9:00"]
    assert answer.status_code == 200
    assert len(cells) == 7
    assert cells[0]["words"].strip("·")


def test_with_nothing_it_says_what_will_be_here(client):
    assert "No contact in this time" in page(client).text


def test_with_little_it_says_so(client):
    some_months(days=3)

    shown = page(client).text

    assert "Too little is known to look for patterns" in shown


@pytest.mark.parametrize(
    "query",
    ["?from=never", "?from=2026-09-01&to=2026-01-01", "?channel=pigeon", "?reason=%00", "?show=x",
     "?location=nowhere"],
)  # fmt: skip
def test_a_filter_that_cannot_be_is_said_and_never_a_server_error(client, query):
    some_months(days=3)
    key = {"authorization": f"Bearer {api_access.issue('board', ['reports'], by=None)}"}

    for path in ("/reports/hours/", "/reports/hours.csv", "/reports/hours.xlsx"):
        assert client.get(path + query).status_code in (200, 400)
    assert client.get("/api/v1/reports/contact-hours" + query, headers=key).status_code in (200, 400)


def test_one_channel_and_one_reason_are_counted_alone(client):
    some_months(days=10)

    whole = page(client).context["report"].all.n
    by_phone = page(client, "&channel=phone").context["report"].all.n
    of_delivery = page(client, "&reason=delivery").context["report"].all.n

    assert whole == 400
    assert 0 < by_phone < whole
    assert 0 < of_delivery < whole


def test_csv_and_xlsx_hold_the_same_lines(client):
    some_months(days=10)

    csv = b"".join(client.get(f"/reports/hours.csv{SPAN}").streaming_content).decode("utf-8-sig").splitlines()
    book = b"".join(client.get(f"/reports/hours.xlsx{SPAN}").streaming_content)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()

    assert csv[0].startswith("weekday,hour,reason,contacts,known,satisfied")
    assert len(csv) == len(sheet)
    assert sum(int(line.split(",")[3]) for line in csv[1:]) == 400


def test_the_api_tells_the_same(client):
    some_months()
    key = {"authorization": f"Bearer {api_access.issue('board', ['reports'], by=None)}"}

    told = client.get(f"/api/v1/reports/contact-hours{SPAN}", headers=key).json()

    (evening,) = (one for one in told["findings"] if one["kind"] == "hours")
    assert evening["hours"] == [16, 17, 18, 19]
    assert evening["waiting"]["moves"] is True
    assert evening["gap"]["high"] < 0
    assert sum(cell["contacts"] for cell in told["cells"]) == told["contacts"] == 112 * 40


def queries(client):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert page(client).status_code == 200
    return len(seen)


def test_the_number_of_queries_does_not_grow(client):
    some_months(days=5)
    few = queries(client)
    some_months(days=60, seed=8)

    assert queries(client) == few
    assert few <= 16


def test_staffed_hours_say_how_much_one_person_has_to_do():
    some_months(days=28)
    alone = {
        (shop.start_of((FIRST + timedelta(days=day)).date()) + timedelta(hours=hour), None): Decimal(
            1 if hour >= 16 else 2
        )
        for day in range(28)
        for hour in range(8, 20)
    }
    contacts.staff_hours(alone)

    found = hours.report(FIRST.date(), (FIRST + timedelta(days=27)).date())

    assert found.by_hour[17].people == 1
    assert found.by_hour[17].per_person > 1.5 * found.by_hour[9].per_person
    assert found.all.staffed_n == found.all.n
