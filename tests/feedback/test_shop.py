"""The shop's row, its day, its zone."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from feedback import shop
from feedback.models import OwnDay, Shop
from tests import factories

pytestmark = pytest.mark.django_db


def test_before_the_first_run_it_has_the_settings_own_words(settings):
    settings.TIME_ZONE = "Europe/Paris"

    assert shop.current().pk is None
    assert (shop.current().currency, shop.current().zone, shop.current().language) == (
        "VND",
        "Europe/Paris",
        "vi",
    )


def test_it_is_kept_for_a_moment(django_assert_num_queries):
    factories.a_shop()

    with django_assert_num_queries(1):
        assert [shop.current().name for _ in range(3)] == ["Gốm Nhà Mình"] * 3


def test_a_change_is_seen_at_once_when_it_is_forgotten():
    factories.a_shop()
    shop.current()
    Shop.objects.update(name="Gốm Lan")

    shop.forget()

    assert shop.current().name == "Gốm Lan"


def test_there_is_one():
    factories.a_shop()

    with pytest.raises(IntegrityError), transaction.atomic():
        Shop.objects.create(pk=2, name="Another")


@pytest.mark.parametrize(
    ("zone", "day"), [("Asia/Ho_Chi_Minh", date(2026, 11, 10)), ("America/Lima", date(2026, 11, 9))]
)
def test_its_day_is_its_own(zone, day):
    factories.a_shop(zone=zone)

    assert shop.day(datetime(2026, 11, 9, 18, 0, tzinfo=UTC)) == day


def test_working_days_follow_its_week_its_country_and_its_own_days():
    factories.a_shop(open_weekdays="123456")
    OwnDay.objects.create(day=date(2026, 11, 21))

    assert shop.working_days_later(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert shop.working_days_later(date(2026, 11, 23), 1) == date(2026, 11, 25)  # Vietnam Cultural Day


def test_it_works_on_some_day():
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.a_shop(open_weekdays="")
