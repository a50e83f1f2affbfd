"""Ways into a survey beside mail: doors, tablets, frames, and links for the shop's own sender."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from feedback import mail
from feedback.models import Case, Comment, Consent, Customer, Event, Order
from surveys import breakdown, counting, entrances, handed_links, invitations, publishing, responses, signs
from surveys.counting import Where
from surveys.models import Entrance, Invitation, InvitationToken, Response, Survey
from tests.factories import case, comment, user

ADDRESS = "https://gom.example/open/0123456789abcdef/"


@pytest.fixture(autouse=True)
def _nobody_counted():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def buy(buy):
    """Of a customer whose telephone is known: links go out by SMS or Zalo."""
    return lambda number, name="Lan", **customer: buy(number, name, **{"phone": "+84900000007"} | customer)


@pytest.fixture
def free(the_shop, now):
    """A survey without a reward."""
    return publishing.start_post_purchase(
        name="At the door", slug="door", reward_amount=None, currency="VND", now=now
    )


@pytest.fixture
def manager(client, the_shop):
    client.force_login(user("manager"))
    return client


@pytest.fixture
def door(free, now):
    return entrances.make(free, "door", name="Front door", now=now)


@pytest.fixture
def tablet(free, now):
    return entrances.make(free, "kiosk", name="Counter", now=now)


@pytest.mark.parametrize("address", ["open", "kiosk", "kiosk/ask"])
def test_an_address_is_of_its_own_kind(client, door, tablet, address):
    """Or the limit of a door would be walked around by its tablet's address."""
    first, _slash, rest = address.partition("/")
    other = tablet if first == "open" else door
    url = f"/{first}/{other.public_id}/" + (f"{rest}/" if rest else "")

    assert client.post(url).status_code == 404
    assert not Invitation.objects.exists()


def test_a_manager_makes_each_kind(manager, free):
    url = reverse("survey_ways", args=[free.public_id])

    for kind, site in (("door", ""), ("kiosk", ""), ("frame", "https://shop.example/page?x=1")):
        assert manager.post(url, {"kind": kind, "name": "Front", "site": site}).status_code == 302

    assert dict(Entrance.objects.values_list("kind", "site")) == {
        "door": "", "kiosk": "", "frame": "https://shop.example",
    }  # fmt: skip
    page = manager.get(url).content.decode()
    assert "&lt;iframe src=" in page
    assert "<script" not in page.partition("<main")[2]


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "frame", "site": ""},
        {"kind": "frame", "site": "*"},
        {"kind": "frame", "site": "javascript:alert(1)"},
        {"kind": "frame", "site": "https://a.example; script-src *"},
        {"kind": "frame", "site": "https://*.example"},
        {"kind": "frame", "site": "http://shop.example"},
        {"kind": "frame", "site": f"https://{'a' * 240}.example"},
        {"kind": "window", "site": ""},
        {"kind": "door", "site": "", "name": ""},
    ],
)
def test_what_cannot_be_is_named(manager, free, given):
    page = manager.post(reverse("survey_ways", args=[free.public_id]), {"name": "Front"} | given)

    assert page.status_code == 400
    assert not Entrance.objects.exists()


def test_a_reward_has_no_open_door(manager, survey, now):
    with pytest.raises(entrances.HasReward):
        entrances.make(survey, "door", name="x", now=now)

    page = manager.post(reverse("survey_ways", args=[survey.public_id]), {"kind": "door", "name": "x"})
    assert page.status_code == 409


def test_a_reward_given_later_shuts_the_door(client, door):
    Survey.objects.update(reward_amount=Decimal(1000))

    page = client.post(f"/open/{door.public_id}/")

    assert page.status_code == 410
    assert not Invitation.objects.exists()


def test_a_look_writes_nothing_and_the_button_begins(client, door, all_well):
    assert client.get(f"/open/{door.public_id}/").status_code == 200
    assert not Invitation.objects.exists()

    page = client.post(f"/open/{door.public_id}/")

    assert page.status_code == 303
    assert page.url.startswith("/s/")
    asked = Invitation.objects.get()
    assert (asked.customer, asked.order, asked.entrance, asked.state) == (None, None, door, "link")
    filled = {"action": "finish"} | {f"q-{name}": value for name, value in all_well.items()}
    client.post(page.url, filled)
    assert Response.objects.get().finished_at


def test_a_complaint_of_a_stranger_opens_a_case(client, door, all_well):
    """Nobody is known, and it is put right all the same if it can be."""
    page = client.post(f"/open/{door.public_id}/")
    told = all_well | {"problem": "not_solved", "story": "Ấm nứt."}

    client.post(page.url, {"action": "finish"} | {f"q-{name}": value for name, value in told.items()})

    assert Case.objects.get().customer is None
    assert Comment.objects.get().why == "invited"


def test_two_people_at_a_door_are_two(client, door):
    first, second = (client.post(f"/open/{door.public_id}/").url for _each in range(2))

    assert first != second
    assert Invitation.objects.count() == 2


def test_a_door_that_was_closed_says_so(manager, client, door):
    manager.post(reverse("survey_shut", args=[door.public_id]))

    assert Client().get(f"/open/{door.public_id}/").status_code == 410
    assert Client().post(f"/open/{door.public_id}/").status_code == 410


def test_many_from_one_place_have_to_wait(client, door, monkeypatch):
    monkeypatch.setattr("surveys.views.entrances.MOST", 3)

    codes = [client.post(f"/open/{door.public_id}/").status_code for _each in range(5)]

    assert codes == [303] * 3 + [429] * 2


def begin(client, tablet):
    client.post(f"/kiosk/{tablet.public_id}/")
    return f"/kiosk/{tablet.public_id}/ask/"


def test_a_tablet_asks_at_one_address_for_all(client, tablet, all_well):
    ask = begin(client, tablet)

    page = client.post(f"{ask}?step=1", {"q-problem": "none"})

    assert page.status_code == 303
    assert page.url.startswith(f"{ask}?step=")
    assert "/s/" not in page.url
    assert "no-store" in page["Cache-Control"]


def test_a_tablet_begins_anew_by_itself(client, tablet, all_well):
    """While somebody answers the page asks first; soon when they have, by a header."""
    ask = begin(client, tablet)
    asking = client.get(ask)
    client.post(f"{ask}?all=1", {"action": "finish"} | {f"q-{k}": v for k, v in all_well.items()})

    done = client.get(ask)

    assert asking["Refresh"] == f"72060; url=/kiosk/{tablet.public_id}/"  # the page asks long before
    assert f'data-rest="/kiosk/{tablet.public_id}/"' in asking.content.decode()
    assert done["Refresh"] == f"20; url=/kiosk/{tablet.public_id}/"
    assert f'href="/kiosk/{tablet.public_id}/"' in asking.content.decode()


def test_a_tablet_never_shows_what_the_one_before_answered(client, tablet):
    ask = begin(client, tablet)
    client.post(f"{ask}?step=1", {"q-problem": "not_solved"})
    assert "checked" in client.get(f"{ask}?step=1").content.decode()

    client.get(f"/kiosk/{tablet.public_id}/")

    back = client.get(f"{ask}?step=1")
    assert (back.status_code, back.url) == (303, f"/kiosk/{tablet.public_id}/")
    begin(client, tablet)
    assert "checked" not in client.get(f"{ask}?step=1").content.decode()
    assert client.get(ask)["Cache-Control"] == "no-store"


@pytest.mark.parametrize("token", ["", "nothing", "0" * 26, "x" * 5000])
def test_a_tablet_with_a_strange_cookie_is_harmless(client, tablet, token):
    client.cookies[f"kiosk-{tablet.public_id}"] = token

    assert client.get(f"/kiosk/{tablet.public_id}/ask/").status_code in (303, 404)


def test_a_frame_is_for_one_page_only(client, free, now):
    made = entrances.make(free, "frame", name="Page", site="https://shop.example", now=now)

    page = client.get(f"/embed/{made.public_id}/")

    assert "frame-ancestors https://shop.example" in page["Content-Security-Policy"]
    assert "'none'" not in page["Content-Security-Policy"].partition("frame-ancestors")[2].partition(";")[0]
    assert "X-Frame-Options" not in page
    assert f"/open/{made.public_id}/" in page.content.decode()
    assert "<script" not in page.content.decode()
    assert "frame-ancestors 'none'" in client.get(f"/open/{made.public_id}/")["Content-Security-Policy"]


def test_a_door_is_no_frame(client, door):
    assert client.get(f"/embed/{door.public_id}/").status_code == 404


def test_a_frame_names_its_page(free, now):
    with pytest.raises(IntegrityError), transaction.atomic():
        Entrance.objects.create(survey=free, kind="frame", name="x", made_at=now)


@pytest.mark.parametrize(
    ("kind", "begin_", "media"),
    [
        ("svg", b"<?xml", "image/svg+xml"),
        ("png", b"\x89PNG", "image/png"),
        ("door", b"%PDF", "application/pdf"),
        ("slips", b"%PDF", "application/pdf"),
    ],
)
def test_each_sign_is_what_it_says(manager, door, kind, begin_, media):
    for url in (reverse("survey_sign", args=[door.public_id, kind]), reverse("tell_us_sign", args=[kind])):
        answer = manager.get(url)

        assert answer["Content-Type"] == media
        assert answer.content.startswith(begin_)


def test_a_sign_of_another_kind_is_not_found(manager, door):
    assert manager.get(reverse("survey_sign", args=[door.public_id, "gif"])).status_code == 404


def test_a_sheet_is_written_in_vietnamese_letters():
    """The font that is embedded draws them; a missing one would be an empty box."""
    from reportlab.pdfbase import pdfmetrics

    signs.door(ADDRESS, title="Bạn thấy thế nào?", words="Đưa điện thoại vào đây", shop="Gốm Nhà Mình ₫")

    drawn = pdfmetrics.getFont("words400").face.charToGlyph
    assert all(ord(letter) in drawn for letter in "ạấế₫ĐđữợỹằẵÝỶ")


def links(client, survey, first, last):
    days = {"first": f"{first:%Y-%m-%d}", "last": f"{last:%Y-%m-%d}"}
    return client.post(reverse("survey_links", args=[survey.public_id]), days)


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_links_for_the_shops_own_sender(manager, survey, buy, now):
    """Each is one's own; the export is noted; no formula starts in a spreadsheet."""
    buy("7", name="=cmd()", phone="+84912345678"), buy("8")

    head, *rows = rows_of(links(manager, survey, now.date(), now.date()))

    assert head == ["store", "order", "name", "phone", "language", "link"]
    assert [(row[1], row[2], row[3]) for row in rows] == [
        ("7", "'=cmd()", "+84912345678"),
        ("8", "Lan", "+84900000007"),
    ]
    found = [invitations.find(row[5].rstrip("/").rsplit("/", 1)[-1]) for row in rows]
    assert [one.order.number for one in found] == ["7", "8"]
    assert Event.objects.filter(verb="links exported").count() == 1
    assert set(InvitationToken.objects.values_list("purpose", flat=True)) == {"export"}


def test_a_second_export_asks_nobody_twice(manager, survey, buy, now):
    buy("7")

    first, second = (rows_of(links(manager, survey, now.date(), now.date()))[1][5] for _each in range(2))

    assert first != second
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("answered", "has answered already"),
        ("erased", "the customer was erased"),
        ("cancelled", "the order was cancelled"),
        ("insider", "staff or family"),
        ("not agreed", "has not agreed"),
        ("unsubscribed", "wants not to be asked"),
        ("complained", "wants not to be asked"),
        ("asked by mail", "asked shortly before"),
        ("asked by another survey", "asked shortly before"),
        ("no telephone", "no telephone number is known"),
        ("another day", ""),
    ],
)
def test_who_is_in_no_export(manager, survey, buy, now, all_well, reason, words):
    """decision 12, L10, L14: by the law, their own wish, or the cooldown; and the page says so beforehand."""
    order = buy("7")
    match reason:
        case "answered":
            asked = invitations.invite(survey, order=order, as_link=True, now=now)
            responses.submit(asked, all_well, language="vi", now=now)
        case "erased":
            Customer.objects.update(erased_at=now)
        case "cancelled":
            Order.objects.update(cancelled_at=now)
        case "insider":
            Customer.objects.update(is_insider=True)
        case "not agreed":
            Consent.objects.all().delete()
        case "unsubscribed":
            mail.unsubscribe(mail.address_of(order.customer.email.upper()))
        case "complained":
            mail.complained(order.customer.email, now)
        case "asked by mail":
            invitations.invite(survey, order=order, now=now)
        case "asked by another survey":
            other = publishing.start_post_purchase(
                name="Delivery", slug="delivery", reward_amount=None, currency="VND", now=now
            )
            invitations.invite(other, customer=order.customer, as_link=True, now=now)
        case "no telephone":
            Customer.objects.update(phone="")
        case "another day":
            Order.objects.update(placed_at=now - timedelta(days=3))

    page = look(manager, survey, now.date())
    if words:
        assert words in page.content.decode()
    assert page.context["seen"].looked_at == (1 if words else 0)
    assert rows_of(links(manager, survey, now.date(), now.date()))[1:] == []


def look(client, survey, day):
    days = {"first": f"{day:%Y-%m-%d}", "last": f"{day:%Y-%m-%d}", "look": ""}
    return client.post(
        reverse("survey_links", args=[survey.public_id]), days, headers={"accept-language": "en"}
    )


def test_looking_hands_out_nothing(manager, survey, buy, now):
    buy("7")

    page = look(manager, survey, now.date())

    assert "1 order gets a link" in page.content.decode()
    assert not Invitation.objects.exists()
    assert not Event.objects.filter(verb="links exported").exists()


def test_a_customer_of_several_orders_gets_one_link(manager, survey, buy, now):
    """pains 12: one customer, one link in so many days; a later table has the same one again."""
    first, second = buy("7"), buy("8")
    Order.objects.filter(pk=second.pk).update(customer=first.customer)

    for _each in range(2):
        rows = rows_of(links(manager, survey, now.date(), now.date()))[1:]
        assert [row[1] for row in rows] == ["7"]
    assert Event.objects.filter(verb="links exported").latest("pk").data["left_out"] == {"asked_lately": 1}


def test_after_the_cooldown_they_are_asked_again(manager, survey, buy, now):
    order = buy("7")
    days = handed_links.cooldown_days(survey)
    other = publishing.start_post_purchase(
        name="Delivery", slug="delivery", reward_amount=None, currency="VND", now=now
    )
    made = invitations.invite(other, customer=order.customer, as_link=True, now=now)
    long_ago = now - timedelta(days=days, minutes=1)
    Invitation.objects.filter(pk=made.pk).update(made_at=long_ago, send_at=long_ago)

    assert len(rows_of(links(manager, survey, now.date(), now.date()))) == 2


def test_what_was_said_leaves_nobody_out(manager, survey, buy, now):
    """L4, decision 15: a complaint, a refund or a bad answer to another survey of long ago plays no part."""
    unhappy, happy = buy("7"), buy("8")
    case(comment("Tệ quá", customer=unhappy.customer), order=unhappy)
    unhappy.refunds.create(external_id="r", amount=1000, currency="VND", refunded_at=now)

    rows = rows_of(links(manager, survey, now.date(), now.date()))[1:]

    assert {row[1] for row in rows} == {unhappy.number, happy.number}


def test_a_table_asks_no_more_for_more_orders(manager, survey, buy, now, statements):
    buy("1")
    for numbers in ((), range(2, 9)):
        for number in numbers:
            buy(str(number))
        look(manager, survey, now.date())
        with statements(at_most=20):
            look(manager, survey, now.date())


@pytest.mark.parametrize(("first", "last"), [("", "2026-11-16"), ("2026-11-17", "2026-11-16"), ("x", "y")])
def test_days_that_cannot_be_are_named(manager, survey, first, last):
    url = reverse("survey_links", args=[survey.public_id])

    assert manager.post(url, {"first": first, "last": last}).status_code == 400


def test_more_than_a_file_holds_is_said(manager, survey, buy, now, monkeypatch):
    monkeypatch.setattr(handed_links, "LONGEST", 1)
    buy("7"), buy("8")

    assert links(manager, survey, now.date(), now.date()).status_code == 409
    assert not Invitation.objects.exists()


def test_a_closed_survey_hands_out_no_links(manager, survey, buy, now):
    Survey.objects.update(state="closed")
    buy("7")

    assert links(manager, survey, now.date(), now.date()).status_code == 409
    assert not Invitation.objects.exists()


def test_each_way_in_is_told_apart_in_the_results(free, door, tablet, all_well, now):
    """Item 9: by channel."""
    for way in (door, tablet, tablet):
        invitation = invitations.find(entrances.enter(way, language="vi", now=now))
        responses.submit(invitation, all_well, language="vi", now=now)
    where = Where(survey=free.pk)

    rows = breakdown.by(where, counting.rest(free.pk), "channel", [], "en")

    assert [(row.id, row.n) for row in rows] == [("kiosk", 2), ("door", 1)]
    assert rows[0].words == "tablet in the shop"


def test_days_before_all_calendars_are_refused(manager, survey):
    answer = manager.post(
        reverse("survey_links", args=[survey.public_id]), {"first": "0001-01-01", "last": "2026-01-01"}
    )

    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.content.decode()
