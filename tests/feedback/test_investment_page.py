"""The investment check in the browser's place (S2-4, S2-5)."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import load_workbook

from feedback.models import CauseDecision, Defection, Event
from tests.factories import NOW, a_shop, customer, defection, user

pytestmark = pytest.mark.django_db
DECIDE = {
    "cause": "product",
    "answer": "training",
    "what": "kiểm lại sao kê",
    "cost": "500.000.000",
    "keeps": "90",
}


@pytest.fixture(autouse=True)
def the_time(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def huy(client):
    a_shop()
    client.cookies["django_language"] = "en"
    huy = user("manager", "Huy")
    client.force_login(huy)
    return huy


def left(cause, n, huy, **columns):
    columns = {"cause": cause, "state": "contacted", "value_lost": Decimal(1_000_000), "owner": huy} | columns
    for _one in range(n):
        defection(customer("Minh"), **columns)


def words(response):
    return " ".join(response.content.decode().split())


def test_the_dearest_cause_is_drawn_first(client, huy):
    """The table goes by what mending brings, which may be another one."""
    left("staff", 12, huy)
    left("product", 11, huy)
    client.post(reverse("investment_decide"), DECIDE | {"cause": "staff", "cost": "", "keeps": "10"})

    page = client.get(reverse("investment"))

    assert [row["line"].cause.name for row in page.context["by_loss"]] == ["staff", "product"]
    assert [row["line"].cause.name for row in page.context["rows"]] == ["product", "staff"]


def test_the_bank_in_the_browser(client, huy):
    """S2-5: much is spent where two left; the true cause ranks higher, and the page says so."""
    left("staff", 12, huy)
    left("product", 2, huy)

    client.post(reverse("investment_decide"), DECIDE)
    page = words(client.get(reverse("investment")))

    assert "Low return: ₫500,000,000 a year go into “product or quality”, for which 2 left" in page
    assert "“how our staff behaved” loses more" in page
    assert page.index("How our staff behaved") < page.index("Product or quality")


def test_a_decision_is_kept_and_the_newest_counts(client, huy):
    """S2-4: each cause ends in a recorded decision, with who and when."""
    client.post(reverse("investment_decide"), DECIDE)
    response = client.post(reverse("investment_decide"), DECIDE | {"answer": "nothing", "cost": ""})

    assert response.status_code == 302
    assert [one.answer for one in CauseDecision.objects.order_by("pk")] == ["training", "nothing"]
    assert "Do nothing: kiểm lại sao kê" in words(client.get(reverse("investment")))
    assert Event.objects.filter(verb="cause of defection decided").count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cause", "not_said"), ("cause", "weather"), ("answer", "sue"), ("what", ""), ("what", "a\x00b"),
        ("cost", "-5"), ("cost", "much"), ("keeps", "0"), ("keeps", "101"), ("what", "x" * 201),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(client, huy, field, value):
    response = client.post(reverse("investment_decide"), DECIDE | {field: value})

    assert response.status_code == 400
    assert response.context["form"].errors.keys() == {field}
    assert not CauseDecision.objects.exists()


def test_the_form_begins_with_what_was_decided(client, huy):
    client.post(reverse("investment_decide"), DECIDE)

    page = client.get(reverse("investment"), {"cause": "product"})

    assert page.context["form"]["what"].value() == "kiểm lại sao kê"
    assert page.context["form"]["keeps"].value() == 90


@pytest.mark.parametrize("cause", ["", "weather", "x\x00"])
def test_an_address_with_another_cause_opens(client, huy, cause):
    assert client.get(reverse("investment"), {"cause": cause}).status_code == 200


def test_who_came_back_or_left_long_ago_is_in_no_cause(client, huy):
    left("staff", 1, huy)
    left("staff", 1, huy, state="came_back", came_back_on=NOW.date())
    left("staff", 1, huy, found_at=NOW - timedelta(days=365))
    left("", 3, huy, state="open")
    left("not_said", 2, huy)

    found = client.get(reverse("investment")).context["found"]

    assert (found.said, found.silent, found.unasked) == (1, 2, 3)


def test_the_same_numbers_go_along(client, huy):
    left("staff", 12, huy)
    client.post(reverse("investment_decide"), DECIDE | {"cause": "staff", "cost": "1000"})

    lines = client.get(reverse("investment_csv")).getvalue().decode("utf-8-sig").splitlines()
    book = b"".join(client.get(reverse("investment_xlsx")).streaming_content)

    assert lines[1] == "staff,12,12000000,3000000,90,2700000,1000,2699000,VND,pays,training,kiểm lại sao kê"
    assert load_workbook(io.BytesIO(book)).get_sheet_by_index(0).to_python()[1][0] == "how our staff behaved"


def test_who_only_reads_sees_no_form(client, huy):
    left("staff", 1, huy)
    client.force_login(user("advocate", "Dung"))

    page = client.get(reverse("investment"))

    assert page.context["form"] is None
    assert client.post(reverse("investment_decide"), DECIDE).status_code == 403


def test_the_database_refuses_a_share_that_cannot_be(huy):
    row = {"cause": "staff", "answer": "price", "what": "x", "decided_by": huy, "decided_at": NOW}
    for wrong in ({"keeps": 0}, {"keeps": 101}, {"cost": Decimal(0)}, {"what": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CauseDecision.objects.create(**row | wrong)


def test_a_longer_list_asks_no_more(client, huy):
    def asked():
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("investment"))
        return len(seen)

    left("staff", 1, huy)
    asked()
    before = asked()
    for cause in Defection.Cause.values:
        left(cause, 5, huy)

    assert asked() == before
