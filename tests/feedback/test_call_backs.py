"""S0-6: nobody answered the call. It is noted, comes again on the next working day, and ends nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from icalendar import Calendar

from feedback import calendar_feed, call_backs, handling, leases, promises, quiet_numbers, reminders, shop
from feedback.models import CallAttempt, Event, Handling, OutgoingMail, OwnDay, Promise
from feedback.reports import clocks_kept
from feedback.reports import promises as report
from feedback.roles import Role
from tests.factories import NOW, a_shop, case, customer, read_comment, user

pytestmark = pytest.mark.django_db
TUESDAY, WEDNESDAY, THURSDAY = date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 3)
FRIDAY, MONDAY = date(2026, 12, 4), date(2026, 12, 7)
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 31)


@pytest.fixture(autouse=True)
def _shop(client):
    a_shop()
    client.cookies["django_language"] = "en"


@pytest.fixture
def clock():
    """The time of the test, to be moved: ten in the morning at the shop."""
    with time_machine.travel(at(WEDNESDAY), tick=False) as moved:
        yield moved


@pytest.fixture
def bao(client, clock):
    someone = user(Role.STAFF, "Bảo", email="bao@shop.example")
    client.force_login(someone)
    return someone


@pytest.fixture
def owed(bao):
    """Promised by Bảo for Tuesday; to be asked about on Wednesday."""

    def promise(channel="form", claimed=False, **columns):
        lan = customer("Lan", language="vi", **columns) if columns.pop("known", True) else None
        about = read_comment("Ấm bị vỡ.", channel=channel, customer=lan, customer_claimed=claimed)
        return case(about, decided_at=NOW).promises.create(
            what="gửi lại ấm mới", who=bao, by_when=TUESDAY, call_back_on=WEDNESDAY, made_at=NOW
        )

    return promise


def at(day):
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


def not_reached(promise, by, *days, note=""):
    for day in days:
        call_backs.not_reached(promise, by=by, now=at(day), note=note)


def test_it_comes_again_on_the_next_working_day(owed, bao):
    promise = owed()

    not_reached(promise, bao, WEDNESDAY, THURSDAY, FRIDAY, note="Máy bận.")

    assert (promise.state, promise.settled_at) == ("open", None)
    assert (promise.unreached, promise.tried_at) == (3, at(FRIDAY))
    assert (promise.first_call_on, promise.call_back_on, promise.by_when) == (WEDNESDAY, MONDAY, TUESDAY)
    assert list(promises.to_ask(MONDAY)) == [promise]
    kept = CallAttempt.objects.order_by("number").values_list("number", "at", "by", "note")
    assert list(kept) == [
        (n, at(day), bao.pk, "Máy bận.") for n, day in enumerate((WEDNESDAY, THURSDAY, FRIDAY), 1)
    ]
    told = Event.objects.filter(verb="customer not reached", subject=f"feedback.case:{promise.case_id}")
    assert [(one.by, one.data["number"]) for one in told.order_by("pk")] == [(bao, 1), (bao, 2), (bao, 3)]
    assert "Máy bận." not in str([one.data for one in told])


def test_the_shops_own_closed_days_count(owed, bao):
    OwnDay.objects.create(day=THURSDAY, is_open=False)
    shop.forget()
    promise = owed()

    not_reached(promise, bao, WEDNESDAY)

    assert promise.call_back_on == FRIDAY


def test_once_a_day_and_not_before_its_day(owed, bao):
    promise = owed()

    with pytest.raises(call_backs.TooEarly):
        not_reached(promise, bao, TUESDAY)
    not_reached(promise, bao, WEDNESDAY)
    with pytest.raises(call_backs.Stale):
        not_reached(promise, bao, WEDNESDAY)

    assert CallAttempt.objects.count() == 1


def test_after_an_answer_nothing_is_noted(owed, bao):
    """Nor by whoever had the page open before."""
    promise = owed()
    same = Promise.objects.get()
    promises.settle(promise, kept=True, via="shop", by=bao, now=at(WEDNESDAY))

    with pytest.raises(call_backs.Stale):
        not_reached(same, bao, WEDNESDAY)

    assert Promise.objects.get().state == "kept"
    assert not CallAttempt.objects.exists()
    assert not Event.objects.filter(verb="customer not reached").exists()


@pytest.mark.parametrize("kept", [True, False])
def test_an_answer_counts_after_any_attempt(owed, bao, kept):
    promise = owed()
    not_reached(promise, bao, WEDNESDAY)

    promises.settle(promise, kept=kept, via="phone", by=bao, now=at(THURSDAY))

    assert Promise.objects.get().state == ("kept" if kept else "broken")


@pytest.mark.parametrize(
    "columns",
    [
        {"unreached": 1},
        {"tried_at": at(WEDNESDAY)},
        {"unreached": 1, "tried_at": at(WEDNESDAY), "first_call_on": WEDNESDAY},  # and not moved
        {"unreached": 1, "tried_at": at(WEDNESDAY), "first_call_on": TUESDAY, "call_back_on": THURSDAY},
    ],
)
def test_the_database_refuses_half_an_attempt(owed, columns):
    promise = owed()

    with pytest.raises(IntegrityError), transaction.atomic():
        Promise.objects.filter(pk=promise.pk).update(**columns)


def test_the_same_attempt_is_kept_once(owed, bao):
    promise = owed()
    promise.attempts.create(number=1, at=NOW, by=bao)

    with pytest.raises(IntegrityError), transaction.atomic():
        promise.attempts.create(number=1, at=NOW, by=bao)


def test_noted_on_the_page(client, owed, bao, clock):
    """The page, the list, the case's story, and the day's page of Thursday: all say so."""
    promise = owed()
    page = f"/promises/{promise.pk}/"

    answer = client.post(f"{page}not-reached/", {"note": "Chị ấy đang họp."}, follow=True)

    assert "Noted: not reached. Again: tomorrow." in answer.content.decode()
    assert "Tried once, today" in answer.content.decode()
    assert "Chị ấy đang họp." in answer.content.decode()
    assert "/not-reached/" not in answer.content.decode()  # not twice a day
    story = client.get(f"/cases/{promise.case.public_id}/").content.decode()
    assert "nobody answered" in story
    assert "Chị ấy đang họp." in story
    assert not client.get("/day/").context["to_ask"]["n"]
    clock.move_to(at(THURSDAY))
    client.force_login(bao)
    for address in ("/day/", "/promises/", page):
        assert "ried once, yesterday" in client.get(address).content.decode(), address
    client.post(f"{page}not-reached/")
    clock.move_to(at(FRIDAY))
    client.force_login(bao)
    assert "tried twice, last yesterday" in client.get("/day/").content.decode()
    assert "last yesterday" in client.get("/board/").content.decode()
    client.post(f"{page}not-reached/")
    assert "Tried 3 times, last today" in client.get(page).content.decode()


def test_whoever_is_second_is_told(client, owed, bao):
    promise = owed()
    client.post(f"/promises/{promise.pk}/not-reached/")

    answer = client.post(f"/promises/{promise.pk}/not-reached/", follow=True)

    assert "tried by somebody, just before" in answer.content.decode()
    assert CallAttempt.objects.count() == 1


@pytest.mark.parametrize("note", ["a" * 301, "\x00"])
def test_a_note_that_cannot_be_kept_is_refused_beside_its_field(client, owed, bao, note):
    promise = owed()

    answer = client.post(f"/promises/{promise.pk}/not-reached/", {"note": note})

    assert answer.status_code == 400
    assert not CallAttempt.objects.exists()


def test_what_was_tried_is_not_due_as_a_promise(client, owed, bao):
    """It is done or it is not: what waits is the next call."""
    promise = owed()
    not_reached(promise, bao, WEDNESDAY)

    assert not client.get("/day/").context["promised"]["n"]
    (load,) = [one for one in client.get("/board/").context["loads"] if one.who == bao]
    assert (load.promised, load.to_ask, load.tried, load.tried_at) == (0, 0, 1, at(WEDNESDAY))
    assert client.get("/promises/?show=coming").context["page"].paginator.count == 1


def test_the_calendar_follows(owed, bao):
    promise = owed()
    not_reached(promise, bao, WEDNESDAY, THURSDAY)

    feed = Calendar.from_ical(calendar_feed.as_ics(bao, at(THURSDAY)))

    days = {one["uid"].split("@")[0]: one["dtstart"].dt for one in feed.walk("VEVENT")}
    assert days == {f"promise-{promise.pk}": TUESDAY, f"call-{promise.pk}": FRIDAY}


def test_it_reminds_again_on_its_new_day(owed, bao):
    promise = owed()
    not_reached(promise, bao, WEDNESDAY)

    assert leases.run_once(reminders.REMIND, at(WEDNESDAY)) == 0
    assert leases.run_once(reminders.REMIND, at(THURSDAY)) == 1
    assert OutgoingMail.objects.get().to == "bao@shop.example"


def test_a_reminder_under_way_does_not_take_the_new_day_away(owed, bao):
    promise = owed()
    Promise.objects.update(remind_at=at(WEDNESDAY))
    held = leases.lease(reminders.REMIND, at(WEDNESDAY))
    not_reached(promise, bao, WEDNESDAY)

    with pytest.raises(leases.LeaseLost):
        reminders.remind(held, at(WEDNESDAY))

    assert Promise.objects.get().remind_at == shop.office().opening(THURSDAY)
    assert not OutgoingMail.objects.exists()


def tried_three_times(owed, bao, clock, **customer):
    promise = owed(**customer)
    not_reached(promise, bao, WEDNESDAY, THURSDAY, FRIDAY)
    clock.move_to(at(MONDAY))
    return promise


def shown(client, bao, promise):
    client.force_login(bao)
    return client.get(f"/promises/{promise.pk}/").content.decode()


def test_after_three_attempts_a_mail_is_proposed(client, owed, bao, clock):
    promise = owed(email="lan@example.com")
    not_reached(promise, bao, WEDNESDAY, THURSDAY)
    assert "Nobody picks up." not in client.get(f"/promises/{promise.pk}/").content.decode()
    not_reached(promise, bao, FRIDAY)
    clock.move_to(at(MONDAY))

    assert "Send them the one link by mail" in shown(client, bao, promise)

    client.post(f"/promises/{promise.pk}/ask/")
    assert OutgoingMail.objects.get().to == "lan@example.com"
    assert "they were asked in writing" in shown(client, bao, promise)


def test_where_no_mail_may_go_a_text_is(client, owed, bao, clock):
    """The link answers once somebody is about to send it, and it is sent by hand."""
    promise = tried_three_times(owed, bao, clock, email="", phone="0901 234 567")
    link = f"/promised/{promises.token_of(promise)}/"
    assert "by SMS or Zalo" in shown(client, bao, promise)
    assert client.get(link).status_code == 404

    answer = client.post(f"/promises/{promise.pk}/ask/", follow=True).content.decode()

    assert "chúng tôi đã hứa với anh/chị: gửi lại ấm mới" in answer
    assert "http://localhost:8000" + link in answer
    assert 'href="sms:+84901234567?body=' in answer
    assert not OutgoingMail.objects.exists()
    client.post(link, {"kept": "yes"})
    promise.refresh_from_db()
    assert (promise.state, promise.told_via) == ("kept", "link")


@pytest.mark.parametrize(
    "customer",
    [
        {"email": "", "phone": ""},
        {"email": "", "phone": "0901234567", "claimed": True},  # somebody typed it
        {"known": False},
    ],
)
def test_without_a_channel_the_page_says_so(client, owed, bao, clock, customer):
    promise = tried_three_times(owed, bao, clock, **customer)

    assert "there is no other channel" in shown(client, bao, promise)

    client.post(f"/promises/{promise.pk}/ask/")
    promise.refresh_from_db()
    assert (promise.asked_at, promise.link_digest) == (None, None)


def test_a_number_that_wants_no_texts_gets_none(client, owed, bao, clock):
    quiet_numbers.stop("+84901234567", now=NOW)
    promise = tried_three_times(owed, bao, clock, email="", phone="0901234567")

    assert "there is no other channel" in shown(client, bao, promise)
    with pytest.raises(call_backs.NotAllowed):
        call_backs.open_link(promise, by=bao, now=at(MONDAY))


def test_whoever_wrote_by_text_can_be_answered_so(owed, bao):
    promise = owed(channel="sms", claimed=True, email="", phone="0901234567")

    assert call_backs.way_of(promise.case) == call_backs.Way.TEXT


def test_a_text_goes_out_once_a_day_and_not_before_its_day_has_passed(owed, bao):
    promise = owed(email="", phone="0901234567")

    with pytest.raises(call_backs.TooEarly):
        call_backs.open_link(promise, by=bao, now=at(TUESDAY))
    call_backs.open_link(promise, by=bao, now=at(WEDNESDAY))
    with pytest.raises(call_backs.TooEarly):
        call_backs.open_link(promise, by=bao, now=at(WEDNESDAY) + timedelta(hours=1))
    Promise.objects.update(state="kept", settled_at=NOW)
    with pytest.raises(call_backs.Stale):
        call_backs.open_link(promise, by=bao, now=at(THURSDAY))


def test_how_many_we_keep_stays_as_it_was(owed, bao):
    """It is unanswered before and after, and on no day in the share."""
    promise = owed()
    before = [report.kept(NOVEMBER, DECEMBER, day, "en").all for day in (TUESDAY, WEDNESDAY, THURSDAY)]

    not_reached(promise, bao, WEDNESDAY)

    after = [report.kept(NOVEMBER, DECEMBER, day, "en").all for day in (TUESDAY, WEDNESDAY, THURSDAY)]
    assert after == before
    assert [one.unanswered for one in after] == [0, 1, 1]


@pytest.mark.parametrize(
    ("called_on", "asked_on", "expected"),
    [
        (WEDNESDAY, None, (1, 0, 0)),
        (THURSDAY, None, (0, 1, 0)),  # moved to Friday, and late all the same
        (THURSDAY, WEDNESDAY, (1, 0, 0)),
        (WEDNESDAY, THURSDAY, (1, 0, 0)),
    ],
)
def test_the_clock_of_call_backs_runs_to_the_first_day(owed, bao, called_on, asked_on, expected):
    promise = owed()
    not_reached(promise, bao, called_on)
    Promise.objects.update(asked_at=asked_on and at(asked_on))

    found = clocks_kept.report(NOVEMBER, DECEMBER, at(FRIDAY)).all.tallies["called_back"]

    assert (found.kept, found.late, found.running) == expected


def test_who_may_not_call_notes_nothing(client, owed, bao):
    promise = owed()
    client.force_login(user(Role.ADVOCATE, "An"))

    assert client.post(f"/promises/{promise.pk}/not-reached/").status_code == 403
    with pytest.raises(ObjectDoesNotExist):
        promise.attempts.get()


def stopped(promise, by):
    """Abusive twice: from then on in writing only."""
    Handling.objects.create(
        case=promise.case, archetype="", reasons={}, reckoned_at=NOW, stopped_at=NOW, stopped_by=by,
        stopped_why="Twice.",
    )  # fmt: skip


def test_with_whom_the_contact_was_stopped_the_case_shows_no_number(owed, bao, client):
    """S1-11"""
    promise = owed(email="lan@example.com", phone="+84901234567")
    address = f"/cases/{promise.case.public_id}/"
    assert 'href="tel:+84901234567"' in client.get(address).content.decode()
    stopped(promise, bao)

    page = client.get(address).content.decode()

    assert "+84901234567" not in page
    assert "lan@example.com" in page


def test_with_whom_the_contact_was_stopped_nobody_calls(owed, bao, client):
    """S1-11: the page proposes to ask in writing, and no call."""
    promise = owed(email="lan@example.com", phone="+84901234567")
    called = client.get(f"/promises/{promise.pk}/").content.decode()
    stopped(promise, bao)

    page = client.get(f"/promises/{promise.pk}/").content.decode()
    refused = client.post(f"/promises/{promise.pk}/not-reached/", follow=True).content.decode()
    by_phone = client.post(f"/promises/{promise.pk}/answer/", {"via": "phone", "kept": "yes"})

    for said in ("tel:", "Not reached", 'value="phone"', "this is Bảo"):
        assert said not in page
    assert "tel:" in called
    assert "Ask by mail" in page
    assert "in writing only" in refused
    assert by_phone.status_code == 400
    assert (Promise.objects.get().state, CallAttempt.objects.count()) == ("open", 0)


def test_what_they_wrote_is_noted_all_the_same(owed, bao, client):
    promise = owed(email="lan@example.com")
    stopped(promise, bao)

    client.post(f"/promises/{promise.pk}/answer/", {"via": "writing", "kept": "yes"})

    assert Promise.objects.get().state == "kept"


def test_words_to_say_become_words_to_write(owed, bao, client):
    """S1-11: told on the phone, answered in writing, with a greeting and the signature."""
    promise = owed(channel="phone")
    before = handling.way_of(promise.case)
    stopped(promise, bao)

    assert (before, handling.way_of(promise.case)) == ("spoken", "written")
