"""The first run: from nothing to a shop with a place for reviews and a live survey."""

from decimal import Decimal

import pytest

from feedback import money, shop
from feedback.front.setup_forms import ShopForm
from feedback.models import Event, Shop
from feedback.money import read_amount
from reviews.models import Source
from surveys.models import Survey
from tests.factories import a_shop, read_comment, user

pytestmark = pytest.mark.django_db
SHOP = {
    "name": "Tiệm Gốm Lan",
    "currency": "VND",
    "zone": "Asia/Ho_Chi_Minh",
    "language": "vi",
    "reply_address": "lan@example.com",
}
SURVEY = {"name": "After a purchase", "reward_amount": "50.000", "reward_days": "90", "budget": "5.000.000"}


@pytest.fixture(autouse=True)
def huy(client):
    shop.forget()  # the one of an earlier test
    someone = user("administrator", "Huy")
    client.force_login(someone)
    client.cookies["django_language"] = "en"
    return someone


def test_it_leads_from_step_to_step(client):
    assert client.get("/setup/").url == "/setup/shop/"
    assert client.post("/setup/shop/", SHOP).url == "/setup/sources/"
    assert client.get("/setup/").url == "/setup/sources/"
    assert client.post("/setup/sources/", {"own_page": "on", "file_name": "Map site"}).url == "/setup/survey/"
    assert client.get("/setup/").url == "/setup/survey/"
    assert client.post("/setup/survey/", SURVEY).url == "/setup/done/"

    assert "₫50,000" in client.get("/setup/done/").content.decode()
    assert client.get("/setup/").status_code == 200
    assert shop.current().set_up_at


def test_the_shop_says_how_it_calls_customers_in_vietnamese(client):
    """S1-9: quý khách, or neutral."""
    client.post("/setup/shop/", SHOP | {"form_of_address": "quý khách"})
    assert shop.current().form_of_address == "quý khách"

    page = client.post("/setup/shop/", SHOP | {"form_of_address": "cưng"})

    assert page.status_code == 400
    assert shop.current().form_of_address == "quý khách"


def test_it_leaves_a_whole_shop_behind(client):
    client.post("/setup/shop/", SHOP)
    client.post("/setup/sources/", {"own_page": "on", "file_name": "Map site"})
    client.post("/setup/survey/", SURVEY)

    assert shop.current().name == "Tiệm Gốm Lan"
    assert set(Source.objects.values_list("kind", flat=True)) == {"own", "file"}
    survey = Survey.objects.get()
    assert (survey.state, survey.reward_amount, survey.budget) == ("live", 50_000, 5_000_000)


def test_looking_writes_nothing(client):
    for step in ("shop", "sources", "survey", "done"):
        assert client.get(f"/setup/{step}/").status_code == 200

    assert not Shop.objects.exists()
    assert not Source.objects.exists()
    assert not Survey.objects.exists()


def test_a_second_press_starts_no_second_survey(client):
    """Two live surveys would ask each customer twice, and pay twice."""
    client.post("/setup/shop/", SHOP)
    drawn = client.get("/setup/survey/").context["survey"]
    pressed = SURVEY | {"after": drawn.public_id if drawn else ""}

    answers = [client.post("/setup/survey/", pressed).url for _press in range(2)]

    assert answers == ["/setup/done/"] * 2
    assert Survey.objects.count() == 1
    assert Event.objects.filter(verb="first run finished").count() == 1


def test_another_survey_can_stand_beside_the_first(client):
    client.post("/setup/shop/", SHOP)
    client.post("/setup/survey/", SURVEY)
    drawn = client.get("/setup/survey/").context["survey"]

    client.post("/setup/survey/", SURVEY | {"name": "Spring", "after": drawn.public_id})

    assert Survey.objects.count() == 2


def test_the_survey_can_wait(client):
    client.post("/setup/shop/", SHOP)

    assert client.post("/setup/survey/", {"skip": "1"}).url == "/setup/done/"
    assert shop.current().set_up_at
    assert not Survey.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"currency": "XXX"}, "currency"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"language": "fr"}, "language"),
        ({"reply_address": "not an address"}, "reply_address"),
    ],
)
def test_it_names_the_field_and_keeps_the_rest(client, wrong, field):
    answer = client.post("/setup/shop/", SHOP | wrong)

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    kept = "lan@example.com" if field != "reply_address" else "Tiệm Gốm Lan"
    assert kept in answer.content.decode()
    assert not Shop.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reward_amount": "fifty"}, "reward_amount"),
        ({"reward_amount": "-1"}, "reward_amount"),
        ({"reward_amount": "0"}, "reward_amount"),
        ({"reward_amount": "12.5"}, "reward_amount"),
        ({"reward_amount": "NaN"}, "reward_amount"),
        ({"reward_days": "1"}, "reward_days"),
        ({"budget": "10"}, "budget"),
    ],
)
def test_a_survey_needs_amounts_that_can_be(client, wrong, field):
    a_shop(set_up_at=None)

    answer = client.post("/setup/survey/", SURVEY | wrong)

    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert not Survey.objects.exists()


@pytest.mark.parametrize("given", [{}, {"file_name": "!!!"}, {"file_name": "x" * 121}])
def test_it_wants_at_least_one_place_for_reviews(client, given):
    a_shop(set_up_at=None)

    assert client.post("/setup/sources/", given).status_code == 400
    assert not Source.objects.exists()


def test_sending_a_step_twice_doubles_nothing(client):
    for _ in range(2):
        client.post("/setup/shop/", SHOP)
        client.post("/setup/sources/", {"own_page": "on", "file_name": "Map site"})

    assert Shop.objects.count() == 1
    assert Source.objects.count() == 2


def test_the_zone_is_fixed_once_totals_are_kept(client):
    a_shop()
    read_comment()

    answer = client.post("/setup/shop/", SHOP | {"zone": "Europe/London"})

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["zone"]

    assert shop.current().zone == "Asia/Ho_Chi_Minh"


@pytest.mark.parametrize("role", ["manager", "staff", "approver", "advocate", "front_line"])
def test_it_is_for_administrators(client, role):
    client.force_login(user(role))

    assert client.get("/setup/shop/").status_code == 403


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("50000", "VND", "50000"),
        ("50.000", "VND", "50000"),
        ("50,000 ₫", "VND", "50000"),
        ("1.250.000 đ", "VND", "1250000"),
        ("3", "USD", "3.00"),
        ("$3.50", "USD", "3.50"),
        ("3,5", "EUR", "3.50"),
        ("1.234,50", "EUR", "1234.50"),
        ("1,234.50 usd", "USD", "1234.50"),
        ("2,000", "USD", "2000.00"),
    ],
)
def test_it_reads_amounts_as_people_write_them(text, currency, amount):
    assert read_amount(text, currency) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "abc", "1.2.3", "12,5", "1e9", "∞", "--5", "9" * 40])
def test_it_refuses_what_is_no_amount(text):
    with pytest.raises(money.BadAmount):
        read_amount(text, "VND")


def test_it_offers_places_and_no_former_names():
    zones = {name for name, _label in ShopForm().fields["zone"].choices}

    assert {"Asia/Ho_Chi_Minh", "Asia/Kolkata", "America/Chicago"} <= zones
    assert not zones & {"Asia/Saigon", "US/Central", "Etc/GMT+7"}
