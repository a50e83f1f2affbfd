"""The page of working days: the week, the country, the shop's own days."""

from datetime import date

import pytest
from django.urls import reverse

from feedback import shop
from feedback.models import Event, OwnDay, Shop
from tests import factories

pytestmark = pytest.mark.django_db
HOURS = {"opens_at": "08:30", "closes_at": "20:00"}
WEEK = {"country": "VN", "open_weekdays": ["1", "2", "3", "4", "5", "6"], **HOURS}


@pytest.fixture
def manager(client, time_machine):
    time_machine.move_to(factories.NOW)
    factories.a_shop()
    client.force_login(factories.user("manager", "Huy"))
    return client


def test_it_shows_the_holidays_to_come(manager):
    page = manager.get(reverse("working_days"), headers={"accept-language": "vi"}).content.decode()

    assert "Tết Nguyên Đán" in page


def test_a_working_saturday_counts_from_then_on(manager):
    manager.post(reverse("working_days"), WEEK)

    assert shop.working_days_later(date(2026, 11, 20), 1) == date(2026, 11, 21)
    assert Event.objects.filter(verb="shop set up").exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"open_weekdays": []}, "open_weekdays"),
        ({"country": "XX"}, "country"),
        ({"open_weekdays": ["8"]}, "open_weekdays"),
        ({"closes_at": "08:30"}, "closes_at"),
        ({"opens_at": "25:00"}, "opens_at"),
    ],
)
def test_a_week_that_cannot_be_is_refused_by_name(manager, given, field):
    answer = manager.post(reverse("working_days"), WEEK | given)

    assert answer.status_code == 400
    assert field in answer.context["week"].errors
    assert Shop.objects.get().open_weekdays == "12345"


def test_a_day_of_our_own_moves_what_is_due(manager):
    manager.post(reverse("own_day_add"), {"day": "2026-11-17", "is_open": "False", "name": "Kiểm kê"})

    assert shop.working_days_later(date(2026, 11, 16), 1) == date(2026, 11, 18)
    assert "Kiểm kê" in manager.get(reverse("working_days")).content.decode()


@pytest.mark.parametrize("day", ["", "tomorrow", "2026-02-30", "1970-01-01", "9999-12-31", "2026-11-17"])
def test_a_day_that_cannot_be_is_refused_by_name(manager, day):
    OwnDay.objects.create(day=date(2026, 11, 17))

    answer = manager.post(reverse("own_day_add"), {"day": day, "is_open": "False"})

    assert answer.status_code == 400
    assert "day" in answer.context["own_day"].errors


def test_a_day_is_taken_out_again(manager):
    OwnDay.objects.create(day=date(2026, 11, 17))
    manager.post(reverse("own_day_remove", args=[OwnDay.objects.get().pk]))

    assert not OwnDay.objects.exists()
    assert manager.post(reverse("own_day_remove", args=[99])).status_code == 404
