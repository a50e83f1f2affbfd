"""Theme trends for programs, the schema, and the page that explains it."""

import io

import pytest
from django.core.management import call_command

from feedback import api_access, combinations, leases
from tests.factories import a_shop, read_comment, user

pytestmark = pytest.mark.django_db
PERIOD = {"from": "2026-11-01", "to": "2026-11-16"}


@pytest.fixture(autouse=True)
def _shop():
    a_shop()


@pytest.fixture
def ask(client):
    key = api_access.issue("Report", ["trends"], by=None)

    def get(**query):
        return client.get("/api/v1/trends/themes", query, headers={"Authorization": f"Bearer {key}"})

    return get


def test_it_tells_the_numbers_of_the_page(client, ask):
    read_comment(themes=[("late_delivery", "negative")])
    client.force_login(user("manager"))

    told = ask(**PERIOD).json()
    page = client.get("/trends/", PERIOD).context["trends"]

    (theme,) = told["themes"]
    assert (theme["theme"], theme["total"], theme["negative"]) == ("late_delivery", 1, 1)
    assert told["comments"] == page.comments.total == 1
    assert told["buckets"] == [str(day) for day in page.buckets]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"from": "x"}, "from"),
        ({"to": "0000-00-00"}, "to"),
        ({"from": "2026-11-16", "to": "2026-11-01"}, "to"),
        ({"channel": "\x00"}, "channel"),
        ({"language": "klingon"}, "language"),
        ({"period": "year"}, "period"),
    ],
)
def test_it_names_the_filter(ask, wrong, field):
    answer = ask(**wrong)

    assert answer.status_code == 400
    assert [error["attr"] for error in answer.json()["errors"]] == [field]


def test_two_filters_over_much_are_counted_first(ask, monkeypatch):
    monkeypatch.setattr(combinations, "AT_ONCE", 0)
    read_comment(themes=[("late_delivery", "negative")])
    both = PERIOD | {"channel": "review", "language": "vi"}

    first = ask(**both)
    while leases.run_once(combinations.COUNT):
        pass

    assert (first.status_code, first.json()) == (202, {"comments": 1, "looked_at": 0})
    assert first["Retry-After"]
    assert ask(**both).json()["comments"] == 1


@pytest.mark.parametrize(("role", "status"), [("manager", 200), ("advocate", 200), ("front_line", 403)])
def test_a_person_may_look_in_the_browser(client, role, status):
    client.force_login(user(role))

    assert client.get("/api/v1/trends/themes").status_code == status


def test_a_browser_gets_json_too(client):
    """The framework's own pages carry an inline style, which our Content-Security-Policy forbids."""
    client.force_login(user("manager"))

    answer = client.get("/api/v1/trends/themes", headers={"Accept": "text/html,*/*;q=0.8"})

    assert answer["Content-Type"] == "application/json"


def test_it_wants_the_scope(client):
    key = api_access.issue("Till", ["rewards"], by=None)

    answer = client.get("/api/v1/trends/themes", headers={"Authorization": f"Bearer {key}"})

    assert answer.status_code == 403
    assert "“trends”" in answer.content.decode()


def test_the_schema_describes_every_endpoint(client):
    """No endpoint that drf-spectacular had to guess about."""
    out = io.StringIO()

    call_command("spectacular", "--fail-on-warn", "--validate", stdout=out)

    for path in ("/api/v1/orders", "/api/v1/reviews", "/api/v1/rewards/check", "/api/v1/trends/themes"):
        assert path in out.getvalue()
    assert client.get("/api/schema/").status_code == 200


def test_the_page_lists_what_the_schema_has(client):
    page = client.get("/api/v1/").content.decode()

    assert "/api/v1/orders" in page
    assert "DH-1042" in page
    assert "Gửi đơn hàng" in page
    assert "-d '[\n  {" in page  # one list, not a list in a list
    assert "https://" not in page.replace("https://spec.openapis.org", "")
