"""Set-up of web shops: by an administrator, without a secret in the database, whatever is typed."""

import pytest
from django.urls import reverse
from django.utils import timezone

from feedback.models import OrderSource
from tests.factories import a_shop, user

pytestmark = pytest.mark.django_db
GOOD = {
    "name": "Gốm",
    "slug": "gom",
    "kind": "woocommerce",
    "base_url": "https://gom.example",
    "store": "gom",
    "every_minutes": "30",
    "is_active": "on",
}


@pytest.fixture
def admin(client):
    a_shop()
    boss = user("administrator", "An")
    client.force_login(boss)
    return boss


def test_an_administrator_adds_a_shop_and_sees_what_to_enter_there(client, admin, settings):
    settings.SOURCE_SECRETS = {"SOURCE_GOM_HOOK_SECRET": "do not show me"}
    page = client.get(client.post(reverse("order_sources"), GOOD).url)

    assert "/hooks/gom/" in page.text
    assert "SOURCE_GOM_KEY" in page.text
    assert "do not show me" not in page.text


@pytest.mark.parametrize(
    "bad",
    [
        {"slug": "mail-x"},
        {"slug": "a b"},
        {"base_url": "ftp://x"},
        {"base_url": "http://10.0.0.1"},
        {"base_url": "https://[::1"},
        {"kind": "x"},
        {"every_minutes": "1"},
        {"every_minutes": "9" * 30},
        {"name": ""},
        {"store": "\x00"},
        {"name": "x" * 200},
    ],
)
def test_what_cannot_be_is_named(client, admin, bad):
    assert client.post(reverse("order_sources"), GOOD | bad).status_code == 400
    assert not OrderSource.objects.exists()


def test_a_manager_looks_but_does_not_add(client):
    a_shop()
    client.force_login(user("manager"))

    client.post(reverse("order_sources"), GOOD)

    assert not OrderSource.objects.exists()


def test_settings_are_saved_and_nothing_else(client, admin):
    one = OrderSource.objects.create(
        slug="gom", name="Gốm", kind="woocommerce", store="gom", made_at=timezone.now()
    )

    client.post(
        reverse("order_source_save", args=["gom"]), GOOD | {"name": "Gốm Lan", "slug": "x", "kind": "stripe"}
    )

    one.refresh_from_db()
    assert (one.name, one.slug, one.kind) == ("Gốm Lan", "gom", "woocommerce")


@pytest.mark.parametrize(
    "query", ["?state=x", "?source=%00", "?page=-1", "?page=9999999999999999999999", "?state=stuck&source=no"]
)
def test_a_list_answers_whatever_is_asked(client, admin, query):
    assert client.get(reverse("deliveries") + query).status_code == 200
