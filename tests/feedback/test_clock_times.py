"""S1-7, L11: the times that a shop allows its complaints, and the page where managers set them."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from feedback import cases, clock_times, clocks, procedure, shop
from feedback.calendar import Calendar
from feedback.clock_times import USUAL, Times, Way, faults
from feedback.clocks import Office, Severity
from feedback.models import Case, ClockTimes, Event
from tests import factories

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
OFFICE = Office(opens=time(8), closes=time(18), zone=SAIGON, calendar=Calendar())
MONDAY = datetime(2026, 11, 16, 10, tzinfo=SAIGON)


def test_without_a_word_of_the_shop_the_usual_times_count():
    for channel, rows in clocks.USUAL.items():
        for severity, usual in rows.items():
            one = USUAL.allowed(channel, severity)
            assert (one.answer, one.settle, one.at_once) == (usual.answer, usual.settle, usual.at_once)
    assert list(faults(USUAL, clocks.NEGOTIATION_DAYS)) == []


def changed(way, **values):
    data = USUAL.as_data()
    data[way] |= values
    return Times.from_data(data)


@pytest.mark.parametrize(
    ("way", "values", "name", "key"),
    [
        ("near", {"answer": [240, 480, 120]}, "near_answer_ordinary", "severity"),
        ("near", {"settle": [3, 3, 4]}, "near_settle_serious", "severity"),
        ("near", {"answer": [480, 240, 15]}, "near_answer_serious", "channel"),
        ("in_person", {"answer": [480, 30, 15]}, "near_answer_minor", "channel"),
        ("letter", {"answer": [1440, 240, 200]}, "letter_answer_ordinary", "channel"),
        ("letter", {"settle": [7, 2, 2]}, "letter_settle_ordinary", "channel"),
        ("letter", {"settle": [8, 7, 6]}, "letter_settle_minor", "law"),
        ("asked", {"acknowledge": 961}, "asked_acknowledge", "acknowledge"),
    ],
)
def test_what_the_order_of_channels_severities_or_the_law_does_not_allow_is_named(way, values, name, key):
    assert (name, key) in [(one.name, one.key) for one in faults(changed(way, **values), 7)]


def test_where_no_law_says_so_a_shop_may_take_longer():
    assert list(faults(changed("letter", settle=[20, 15, 10]), None)) == []


waits = st.fixed_dictionaries(
    {
        "acknowledge": st.integers(5, 2000),
        "answer": st.lists(st.integers(5, 2000), min_size=3, max_size=3),
        "settle": st.lists(st.integers(1, 20), min_size=3, max_size=3),
    }
)


@given(st.fixed_dictionaries({way.value: waits for way in Way}))
def test_what_is_kept_reads_the_same(data):
    assert Times.from_data(data).as_data() == data


@given(
    st.fixed_dictionaries({way.value: waits for way in Way}),
    st.sampled_from(sorted(clocks.USUAL)),
    st.sampled_from(list(Severity)),
    st.integers(0, 500),
)
def test_they_know_that_we_have_it_no_later_than_they_are_answered(data, channel, severity, hours):
    since = MONDAY + timedelta(hours=hours)
    due = clocks.due_within(Times.from_data(data).allowed(channel, severity), since, OFFICE, 7)

    assert since <= due.acknowledge_by <= due.answer_by


@given(st.fixed_dictionaries({way.value: waits for way in Way}), st.sampled_from(list(Severity)))
def test_times_without_a_fault_keep_the_order_of_the_channels(data, severity):
    times = Times.from_data(data)
    if any(faults(times, 7)):
        return
    in_person, phone, letter = (
        times.allowed(channel, severity) for channel in ("in_person", "phone", "letter")
    )
    assert in_person.answer < phone.answer < letter.answer
    assert letter.settle <= 7


@pytest.fixture
def manager(client, db):
    factories.a_shop()
    client.force_login(factories.user("manager", "Huy"))
    client.cookies["django_language"] = "en"
    yield client
    shop.forget()


def sent(known="", **values):
    given = {"known": known}
    for way in Way:
        wait, unit = USUAL.of(way), 1 if way == Way.IN_PERSON else 60
        given[f"{way}_acknowledge"] = wait.acknowledge / unit
        for place, severity in enumerate(Severity):
            given[f"{way}_answer_{severity}"] = wait.answer[place] / unit
            given[f"{way}_settle_{severity}"] = wait.settle[place]
    given = {name: f"{value:g}" if isinstance(value, float) else value for name, value in given.items()}
    return given | values


def post(client, **values):
    return client.post(reverse("clock_times"), sent(**values))


def test_what_a_manager_sets_counts_for_what_is_told_from_then_on(manager):
    before = cases.open_case(factories.comment(channel="email"), now=MONDAY)

    assert post(manager, near_answer_ordinary="3", near_acknowledge="1").status_code == 302

    after = cases.open_case(factories.comment(channel="email"), now=MONDAY)
    assert after.answer_by == MONDAY + timedelta(hours=3)
    assert after.acknowledge_by == MONDAY + timedelta(hours=1)
    before.refresh_from_db()
    assert before.answer_by == MONDAY + timedelta(hours=4)


def test_who_set_it_stands_beneath_and_in_the_log(manager):
    post(manager, near_answer_ordinary="3")

    page = manager.get(reverse("clock_times")).content.decode()

    assert "Huy" in page
    assert "4 → 3" in page
    assert Event.objects.filter(verb="clock times set").count() == 1


def test_a_case_that_is_judged_anew_takes_the_new_times(manager):
    about = cases.open_case(factories.comment(channel="email"), now=MONDAY)
    post(manager, near_answer_serious="1", near_acknowledge="0.5")

    procedure.assess(Case.objects.get(pk=about.pk), "serious", by=factories.user())

    about.refresh_from_db()
    assert about.answer_by == MONDAY + timedelta(hours=1)
    assert about.acknowledge_by == MONDAY + timedelta(minutes=30)


@pytest.mark.parametrize(
    "values",
    [
        {"near_answer_ordinary": "9"},
        {"near_answer_ordinary": ""},
        {"near_answer_ordinary": "soon"},
        {"near_answer_ordinary": "-1"},
        {"near_answer_ordinary": "1e9"},
        {"letter_settle_minor": "8"},
        {"in_person_answer_minor": "0"},
        {"known": "x"},
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_kept(manager, values):
    page = post(manager, **values)

    assert page.status_code == 400
    assert "Nothing was kept" in page.content.decode()
    assert not ClockTimes.objects.exists()


def test_the_law_is_named_where_it_is_broken(manager):
    assert "at most 7 working days" in post(manager, letter_settle_minor="8").content.decode()


def test_the_same_again_makes_no_row(manager):
    post(manager)

    assert not ClockTimes.objects.exists()


def test_who_looked_at_older_times_keeps_nothing(manager):
    post(manager, near_answer_ordinary="3")

    page = manager.post(reverse("clock_times"), sent(near_answer_ordinary="2"), follow=True)

    assert "Somebody else changed this just before" in page.content.decode()
    assert ClockTimes.objects.count() == 1


def test_staff_may_not(manager):
    manager.force_login(factories.user("staff"))

    assert manager.get(reverse("clock_times")).status_code == 403
    assert post(manager, near_answer_ordinary="3").status_code == 403


def test_names_are_those_of_the_fields():
    assert clock_times.names(Way.NEAR)[:3] == [
        "near_acknowledge",
        "near_answer_minor",
        "near_answer_ordinary",
    ]


def test_what_was_set_stays_as_it_was_set(manager):
    """Append-only, by the database itself: on SQLite and on PostgreSQL."""
    post(manager, near_answer_ordinary="3")
    rows = ClockTimes.objects.all()

    for act in (lambda: rows.update(times=USUAL.as_data()), lambda: rows.delete()):
        with pytest.raises(IntegrityError, match="clock_times_stay"), transaction.atomic():
            act()

    assert rows.get().version == 1
