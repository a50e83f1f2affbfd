"""Issue 7: the boards of the demo shop live, whatever day it is."""

import random
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from feedback import cases, promises, shop
from feedback.front import (
    demo_cases,
    demo_commitments,
    demo_headlines,
    demo_promises,
    headlines,
    seeding,
    work_queries,
)
from feedback.front.work_queries import Day
from feedback.models import Case, Headline, Promise, Touchpoint
from feedback.reports import promises as report
from tests import factories
from tests.factories import a_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    a_shop()
    return seeding._staff()


@pytest.fixture
def monday(staff):
    with time_machine.travel(datetime(2026, 11, 30, 12, tzinfo=shop.zone()), tick=False):
        yield timezone.now()


def told(now, by, *, days, has_ended):
    """Somebody's teapot came broken so many days ago."""
    at = now - timedelta(days=days)
    about = factories.read_comment(
        "Ấm bị vỡ khi mở hộp.", reading={"problem": "damaged", "fault": "ours"}, channel="form",
        customer=factories.customer("Lan", language="vi"), order=factories.order(), said_at=at,
        touchpoint=Touchpoint.objects.get(slug="packing"),
    )  # fmt: skip
    case = factories.case(about, opened_at=at, decided_at=at)
    cases.decide_many([about], at, cases={about.pk: case})
    if has_ended:
        cases.resolve(case, by=by, first_time=True)
        Case.objects.filter(pk=case.pk).update(resolved_at=at + timedelta(days=2))


def test_promises_of_months_are_kept_and_a_few_are_broken(staff, monday):
    for days in range(14, 134, 6):
        told(monday, staff["bao"], days=days, has_ended=True)

    demo_cases.work(random.Random(37), staff, monday)
    demo_promises.lived(staff, monday)

    today = shop.day(monday)
    found = report.kept(today - timedelta(days=140), today, today, "en")
    assert found.all.n == 20
    assert 0.6 < found.all.share < 1
    assert found.all.unanswered == 0
    assert len(found.people) > 2
    assert [line.name for line in found.touchpoints] == ["Packing"]
    assert not Case.objects.exclude(state="resolved").exists()  # what broke has ended again
    said = Promise.objects.values_list("what", flat=True)
    assert sum("chọn cách nào" in what for what in said) < len(said) / 4  # most say what will be done


@pytest.mark.parametrize(("wish", "says"), [("refund", "chuyển khoản"), ("replacement", "mới thay món cũ")])
def test_a_promise_of_the_demo_gives_what_the_customer_wished_for(staff, monday, wish, says):
    """S4-6: their own wish first, where the decision offers it; with the sum, if it is money."""
    told(monday, staff["bao"], days=20, has_ended=True)
    Case.objects.update(wished=wish)
    made = demo_cases.to_tell().get()

    demo_cases.tell(random.Random(5), made, staff, monday - timedelta(days=19), who=staff["mai"])

    assert says in Promise.objects.get().what


@pytest.mark.parametrize(
    ("what", "kept", "answer"),
    [
        ("refund ₫320,000 by bank transfer", False, "The money has not come yet."),
        ("send you a new clay teapot, postage paid by us", True, "It arrived, thank you."),
        ("ask the courier and call you with the answer", False, "Nobody has called me yet."),
        ("serve you in the store again", True, "All good now, thank you."),
    ],
)
def test_what_customers_say_fits_the_promise(what, kept, answer):
    assert demo_commitments.heard(what, "en", kept=kept) == answer


@pytest.mark.parametrize("day", [30, 29], ids=["on a Monday", "on a Sunday"])
def test_there_is_something_on_the_table_today(staff, day):
    with time_machine.travel(datetime(2026, 11, day, 12, tzinfo=shop.zone()), tick=False):
        now = timezone.now()
        for days in range(20):
            told(now, staff["bao"], days=9 + days / 10, has_ended=False)

        demo_promises.on_the_table(staff, now)

        today = shop.day(now)
        assert promises.to_ask(today).filter(asked_at=None, by_when__lt=today - timedelta(days=3)).exists()
        assert promises.to_ask(today).filter(asked_at__isnull=False).count() == 1  # the customer's turn
        assert promises.coming(today).filter(unreached=0).count() == 8
        tried = Promise.objects.unsettled().filter(unreached__gt=0).order_by("unreached")
        assert [one.unreached for one in tried] == ([1, 3] if day == 30 else [2, 4])
        broken = Promise.objects.get(state="broken")
        assert (broken.told_via, broken.case.state) == ("link", "open")
        assert broken.told == demo_commitments.heard(broken.what, "vi", kept=False)
        for name in ("thu", "bao", "mai", "huy"):
            counts = work_queries.counts(("to_ask", "promised"), Day.of(staff[name], today))
            assert all(counts.values()), name


def test_the_morning_page_compares_with_a_month_ago(staff, monday):
    for days in (12, 40, 44, 50):
        told(monday, staff["bao"], days=days, has_ended=True)
    told(monday, staff["bao"], days=33, has_ended=False)
    demo_headlines.past(monday)

    headlines.find_now()

    then = Headline.objects.get(name="queue", day=shop.day(monday) - timedelta(days=headlines.MONTH))
    assert (then.n, then.value) == (1, 72)
    assert Headline.objects.get(name="queue", day=shop.day(monday)).before == 72
