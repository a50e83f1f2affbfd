"""A shop is connected, tested and watched in the browser; what opens it is never typed there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from feedback.models import Event
from reviews import imports
from reviews.models import Polling, Source
from reviews.polling import FETCH

pytestmark = pytest.mark.django_db
GIVEN = {
    "name": "Gốm trên mạng",
    "base_url": "https://gom.example/",
    "reply_account": "gom",
    "every_minutes": "15",
    "sweep_hours": "12",
}


@pytest.fixture(autouse=True)
def huy(client, person, lan_pottery):
    someone = person("administrator", "Huy")
    client.force_login(someone)
    client.cookies["django_language"] = "en"
    return someone


@pytest.fixture
def said(client):
    """What the page says after a press of a button."""

    def press(button, slug="gom"):
        answer = client.post(f"/setup/sources/{slug}/{button}/", follow=True)
        assert answer.redirect_chain
        return " ".join(str(message) for message in answer.context["messages"])

    return press


def test_a_shop_is_connected(client, huy):
    answer = client.post("/setup/woocommerce/", GIVEN)

    source = Source.objects.get(kind="woocommerce")
    assert answer.url == f"/setup/sources/{source.slug}/"
    assert (source.slug, source.polling.base_url) == ("gom-tren-mang", "https://gom.example")
    assert (source.limit_kind, source.limit_size) == ("bytes", 65_525)
    assert Event.objects.get(verb="source made").by == huy
    page = client.get(answer.url).content.decode()
    assert "SOURCE_GOM_TREN_MANG_REPLY_PASSWORD" in page
    assert page.count("is not set") == 3


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://gom.example/shop/wp-admin/index.php?x=1", "https://gom.example/shop"),
        ("https://gom.example:8443", "https://gom.example:8443"),
        ("https://gom.example/wp-json/wc/v3/", "https://gom.example"),
    ],
)
def test_what_a_browser_shows_behind_the_address_is_left_out(client, address, kept):
    client.post("/setup/woocommerce/", GIVEN | {"base_url": address})

    assert Polling.objects.get().base_url == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", "http://gom.example"),
        ("base_url", "https://huy:secret@gom.example"),
        ("base_url", "javascript:alert(1)"),
        ("base_url", "https://gom.example:99999"),
        ("base_url", "https://[::1"),
        ("base_url", ""),
        ("name", "…"),
        ("name", ""),
        ("every_minutes", "0"),
        ("every_minutes", "9999999999"),
        ("sweep_hours", "-1"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(client, field, value):
    answer = client.post("/setup/woocommerce/", GIVEN | {field: value})

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert not Source.objects.exists()


def test_a_name_is_taken_once(client):
    client.post("/setup/woocommerce/", GIVEN)

    answer = client.post("/setup/woocommerce/", GIVEN)

    assert answer.status_code == 400
    assert Source.objects.count() == 1


def test_the_connection_is_tested(woo, said):
    shop = woo()
    shop.write()
    shop.write()

    assert said("test") == "It answers, and shows 2 reviews. “Gốm” may reply there."


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (["500"], "It answers with an error of its own."),
        (["hang"], "It does not answer, or breaks off."),
        (["html"], "It answers, but not as a WooCommerce shop does. Is the address right?"),
        (["redirect"], "It sends us on to another address. Set that one, if it is right."),
        (["429"], "It asked us to wait for a while."),
        (["", "500"], "It answers, and shows 0 reviews. Replies cannot be published there yet"),
    ],
)
def test_what_is_wrong_is_said_in_words(woo, said, script, words):
    woo().script = script

    assert words in said("test")


@pytest.mark.parametrize(
    ("missing", "words"),
    [("KEY", "is not set in the environment"), ("REPLY_PASSWORD", "cannot be published")],
)
def test_a_key_that_is_missing_is_said(woo, said, settings, missing, words):
    woo()
    settings.SOURCE_SECRETS = {k: v for k, v in settings.SOURCE_SECRETS.items() if not k.endswith(missing)}

    assert words in said("test")


def test_a_shop_that_asked_us_to_wait_is_not_asked(woo, said):
    shop = woo()
    Polling.objects.update(trouble="busy", quiet_until=timezone.now() + timedelta(minutes=1))

    assert said("test") == "It asked us to wait for a while."
    assert shop.asked == []


def test_a_good_test_ends_the_waiting(woo, said, clock):
    shop = woo()
    shop.down = True
    for _ in range(7):
        clock.run(FETCH)
        clock.now = Polling.objects.get().quiet_until
    shop.down = False

    said("test")

    row = Polling.objects.get()
    assert (row.misses, row.alarmed_at, row.quiet_until, row.next_at) == (0, None, None, None)


def test_settings_are_changed_and_the_workers_columns_are_not(client, woo):
    woo()
    Polling.objects.update(cursor={"page": 3}, stage="sweep")
    given = GIVEN | {"every_minutes": "60"}

    client.post("/setup/sources/gom/save/", given)

    row = Polling.objects.get()
    assert (row.every_minutes, row.base_url, row.cursor) == (60, "https://gom.example", {"page": 3})
    assert Event.objects.get(verb="source changed").data["fields"]


def test_bad_settings_lose_nothing(client, woo):
    shop = woo()

    answer = client.post("/setup/sources/gom/save/", GIVEN | {"every_minutes": "1"})

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["every_minutes"]
    assert "gom.example" in answer.content.decode()
    assert Polling.objects.get().base_url == shop.base_url


def test_a_manager_sees_and_does_not_change(client, woo, person):
    woo()
    client.force_login(person("manager"))

    assert client.get("/setup/sources/gom/").context["form"] is None
    assert client.post("/setup/sources/gom/save/", GIVEN).status_code == 403


ALARMS = {
    "alarm": "It does not answer",
    "locked": "Replies cannot be published there yet",
    "overdue": "Is the worker running?",
}


@pytest.mark.parametrize("why", ALARMS)
def test_a_silent_source_is_an_alarm_on_three_pages(client, woo, why):
    """connectors §0 rule 6."""
    woo()
    now = timezone.now()
    columns = {
        "alarm": {"trouble": "silent", "alarmed_at": now},
        "locked": {"reply_trouble": "denied"},
        "overdue": {"polled_at": now - timedelta(days=2)},
    }
    Polling.objects.update(**columns[why])

    assert client.get("/").context["given_up"] == 1
    assert len(client.get("/jobs/").context["alarms"]) == 1
    assert ALARMS[why] in client.get("/jobs/").content.decode()
    assert ALARMS[why] in client.get("/setup/sources/gom/").content.decode()


def test_an_outage_of_hours_is_no_alarm_yet(client, woo):
    woo()
    Polling.objects.update(polled_at=timezone.now() - timedelta(hours=5))

    assert client.get("/jobs/").context["alarms"] == []


def test_another_kind_of_source_has_no_such_page(client, own):
    assert client.get("/setup/sources/own/").status_code == 404


def test_the_admin_makes_none_without_an_address(client):
    given = {"slug": "gom", "name": "Gốm", "kind": "woocommerce", "is_active": "on"}

    answer = client.post("/admin/reviews/source/add/", given)

    assert answer.status_code == 200
    assert not Source.objects.exists()


def test_the_admin_leaves_its_kind_and_name_alone(client, woo):
    shop = woo()
    given = {"name": "Gốm", "is_active": "", "limit_kind": "bytes", "limit_size": 1000, "slug": "x"}

    assert client.post(f"/admin/reviews/source/{shop.source.pk}/change/", given).status_code == 302

    shop.source.refresh_from_db()
    assert (shop.source.slug, shop.source.kind, shop.source.is_active) == ("gom", "woocommerce", False)


def test_a_file_makes_none_either(lan_pottery):
    with pytest.raises(imports.UnknownSource):
        imports.source_named("Gốm", kind="woocommerce")
