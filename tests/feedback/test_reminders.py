"""Reminders of promises, and what one has to do as a calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from feedback import calendar_feed, leases, reminders, tokens
from feedback.models import Event, OutgoingMail, Promise, User
from tests.factories import NOW, a_shop, case, customer, defection, read_comment, user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MONDAY = NOW.date()  # ten in the morning; the office opens at eight
OPENS = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _shop(client):
    a_shop()
    client.cookies["django_language"] = "en"


@pytest.fixture
def bao():
    return user("staff", "Bảo", email="bao@shop.example", language="en")


@pytest.fixture
def huy():
    return user("manager", "Huy", email="huy@shop.example", language="en")


def promise(who, by_when=MONDAY + 2 * DAY, **columns):
    about = columns.pop("about", None) or case(read_comment(channel="form", customer=customer("Lan")))
    call = columns.pop("call_back_on", by_when + DAY)
    return Promise.objects.create(
        case=about, who=who, what="send a new pot", by_when=by_when, call_back_on=call, made_at=NOW,
        remind_at=reminders.first(by_when, NOW), **columns,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("by_when", "first"),
    [
        (date(2026, 11, 18), OPENS + DAY),
        (date(2026, 11, 23), OPENS + 4 * DAY),  # a Monday: on the Friday before
        (date(2026, 11, 25), OPENS + 7 * DAY),  # after a holiday: on the Monday
        (date(2026, 11, 17), NOW),
        (date(2026, 11, 16), NOW),
        (date(2026, 11, 2), NOW),
    ],
)
def test_the_working_day_before_it_is_due(by_when, first):
    assert reminders.first(by_when, NOW) == first


def look(now):
    return leases.run_once(reminders.REMIND, now)


def letters():
    return {letter.to: letter.text for letter in OutgoingMail.objects.all()}


def test_before_its_day_whoever_promised_is_reminded(bao, huy):
    made = promise(bao)
    assert look(made.remind_at - timedelta(minutes=1)) == 0

    assert look(made.remind_at) == 1

    assert letters().keys() == {"bao@shop.example"}
    assert "send a new pot" in letters()["bao@shop.example"]
    assert "Lan" not in letters()["bao@shop.example"]
    assert look(made.remind_at) == 0


def test_after_its_day_the_manager_hears_too(bao, huy):
    made = promise(bao)
    look(made.remind_at)
    OutgoingMail.objects.all().delete()
    made.refresh_from_db()
    assert made.remind_at == OPENS + 3 * DAY

    look(made.remind_at)

    made.refresh_from_db()
    assert letters().keys() == {"bao@shop.example", "huy@shop.example"}
    assert (made.state, made.reminders, made.remind_at) == ("open", 2, None)
    assert Event.objects.filter(verb="promise reminded of").count() == 2


def test_the_teams_promises_go_to_the_manager(bao, huy):
    promise(None)

    look(NOW + 30 * DAY)

    assert letters().keys() == {"huy@shop.example"}


def test_many_in_one_letter(bao):
    for _each in range(3):
        promise(bao)

    look(NOW + DAY)

    assert "3 promises need you" in OutgoingMail.objects.get().subject


def test_what_is_answered_reminds_of_nothing(bao):
    promise(bao, state="kept", settled_at=NOW, told_via="phone", settled_by=bao)

    assert look(NOW + 30 * DAY) == 0


def entries(client, token):
    answer = client.get(f"/calendar/{token}.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return {
        (str(one["summary"]), one["dtstart"].dt) for one in Calendar.from_ical(answer.content).walk("VEVENT")
    }


def test_their_calendar_holds_what_they_have_to_do(client, bao):
    promise(bao)
    promise(user("staff", "Mai"))
    mine = case(owner=bao, due_on=MONDAY + 5 * DAY)
    case(owner=bao, due_on=MONDAY, state="closed", closed_at=NOW)

    found = entries(client, calendar_feed.make(bao, NOW).lower())

    assert found == {
        ("Keep our promise: “send a new pot”", MONDAY + 2 * DAY),
        ("Ask the customer whether we kept it: “send a new pot”", MONDAY + 3 * DAY),
        ("A complaint must be settled today", MONDAY + 5 * DAY),
    }
    assert mine.public_id


def test_their_calendar_holds_whom_to_ask_why_they_left(client, bao):
    """S2-3: an alert has an owner and a day, as other tasks have."""
    defection(customer("Lan"), owner=bao, contact_by=MONDAY + DAY)
    defection(customer("Minh"), owner=bao, contact_by=MONDAY, state="contacted", cause="cheaper")
    defection(customer("Hoa"), owner=user("staff", "Mai"))

    found = entries(client, calendar_feed.make(bao, NOW))

    assert found == {("Ask a customer why they stopped buying", MONDAY + DAY)}


def test_a_day_on_which_customers_are_to_be_asked_brings_one_letter(bao):
    """S2-3: on the day itself, when the office opens, once; it names nobody."""
    for name in ("Lan", "Minh"):
        defection(customer(name), owner=bao, contact_by=MONDAY)
    defection(customer("Hoa"), owner=bao, contact_by=MONDAY + DAY)

    for now in (OPENS - timedelta(minutes=1), OPENS, NOW):
        reminders.of_contacts(now)

    letter = OutgoingMail.objects.get()
    assert (letter.to, letter.subject) == ("bao@shop.example", "2 customers stopped buying: ask why")
    assert letter.text.count("/defections/") == 2
    assert not any(name in letter.text for name in ("Lan", "Minh", "Hoa"))


def test_who_may_not_open_it_gets_no_letter_of_it():
    defection(owner=user("front_line", "An", email="an@shop.example"), contact_by=MONDAY)

    reminders.of_contacts(NOW)

    assert not OutgoingMail.objects.exists()


def test_words_cannot_break_out_of_their_line(client, bao):
    made = promise(bao)
    Promise.objects.filter(pk=made.pk).update(what="x\r\nEND:VCALENDAR\r\nBEGIN:VEVENT; a,b\\n" + "ễ" * 200)

    assert len(entries(client, calendar_feed.make(bao, NOW))) == 2


def test_it_names_no_customer(client, bao):
    promise(bao)

    assert b"Lan" not in client.get(f"/calendar/{calendar_feed.make(bao, NOW)}.ics").content


def test_the_address_is_shown_once_and_taken_back(client, bao):
    client.force_login(bao)
    url = client.post("/day/calendar/").context["url"]
    path = url.split("8000")[1]
    assert url not in client.get("/day/calendar/").content.decode()
    assert client.get(path).status_code == 200

    again = client.post("/day/calendar/").context["url"].split("8000")[1]
    assert (client.get(path).status_code, client.get(again).status_code) == (404, 200)

    client.post("/day/calendar/close/")
    assert client.get(again).status_code == 404


@pytest.mark.parametrize("token", ["x", "0" * 26, "%00", "é" * 26, "0" * 4000])
def test_a_secret_that_is_none(client, token):
    assert client.get(f"/calendar/{token}.ics").status_code == 404


def test_whoever_left_sees_nothing_more(client, bao):
    token = calendar_feed.make(bao, NOW)
    bao.groups.clear()
    assert client.get(f"/calendar/{token}.ics").status_code == 404
    User.objects.update(is_active=False)
    assert client.get(f"/calendar/{token}.ics").status_code == 404
    assert tokens.digest(token) == User.objects.get(pk=bao.pk).feed_digest


@pytest.mark.parametrize(("role", "n"), [("staff", 2), ("front_line", 4)])
def test_the_teams_promises_are_in_somebodys_calendar(client, role, n):
    """A promise and its call-back: about a case that they look after; for the front line what is nobody's."""
    hoa = user(role, "Hoa")
    day = date(2026, 12, 1)
    for owner in (hoa, None, user("staff", "Mai")):
        Promise.objects.create(
            case=case(owner=owner), what="call", by_when=day, call_back_on=day + DAY,
            made_at=NOW,
        )  # fmt: skip

    answer = client.get(f"/calendar/{calendar_feed.make(hoa, NOW)}.ics").content.decode()

    assert len([one for one in answer.split("BEGIN:VEVENT")[1:] if "/promises/" in one]) == n
