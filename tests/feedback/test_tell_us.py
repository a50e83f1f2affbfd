"""The permanent way to tell us something (S1-16)."""

from decimal import Decimal

import pytest
from django.core.cache import cache

from feedback import cases, comments, work
from feedback.front import tell_us
from feedback.models import Case, Comment, Customer, Decision, Event
from tests.factories import a_shop, customer, order, user

pytestmark = pytest.mark.django_db
COMPLAINT = "Ấm bị vỡ khi mở hộp, thất vọng quá, tôi muốn hoàn tiền."


@pytest.fixture(autouse=True)
def _shop(client):
    cache.clear()
    a_shop()
    client.cookies["django_language"] = "en"


def test_it_keeps_what_was_said(client):
    answer = client.post("/tell-us/", {"text": "Cốc đẹp lắm!", "stars": "5", "touchpoint": "store"})

    said = Comment.objects.get()
    assert answer.url == "/tell-us/thanks/"
    assert client.get(answer.url).status_code == 200
    assert (said.text, said.stars, said.channel, said.why) == ("Cốc đẹp lắm!", 5, "form", "unsolicited")
    assert said.touchpoint.slug == "store"
    assert not Case.objects.exists()


@pytest.mark.parametrize("text", ["👍", "👩\u200d👧", "?", "5", "好"])
def test_a_sign_is_enough(client, text):
    client.post("/tell-us/", {"text": text})

    assert Comment.objects.get().text == text


def test_words_are_enough(client):
    client.post("/tell-us/", {"text": "ok"})

    said = Comment.objects.get()
    assert (said.score, said.customer) == (None, None)


def test_a_complaint_opens_a_case(client):
    client.post("/tell-us/", {"text": COMPLAINT, "wish": "Hoàn tiền cho tôi."})

    made = Case.objects.get()
    assert made.wish == "Hoàn tiền cho tôi."
    assert made.comment.text == COMPLAINT
    assert Event.objects.get().verb == "case opened"


@pytest.mark.parametrize(
    ("told", "route"),
    [
        ({"text": "Tôi sẽ đưa cửa hàng ra tòa."}, "legal"),
        ({"text": "Your courier shared my phone number on Facebook"}, "privacy"),
        ({"text": "Die Kanne ist zerbrochen, ich möchte mein Geld zurück"}, "normal"),
        ({"text": "壺が割れていました。返金してください"}, "normal"),
        ({"text": "Hmm", "stars": "2"}, "normal"),
        ({"text": "👍", "stars": "1"}, "normal"),
        ({"text": "Are you open on Sunday?", "email": "lan@example.com"}, "normal"),
        ({"text": "Pretty mug.", "wish": "A second one in green, please."}, "normal"),
    ],
)
def test_what_somebody_should_look_at_opens_a_case(client, told, route):
    client.post("/tell-us/", told)

    assert Case.objects.get().route == route


@pytest.mark.parametrize(
    "told",
    [
        {"text": "Cốc đẹp lắm, cảm ơn shop!", "email": "lan@example.com"},
        {"text": "Sehr schöne Tasse, danke", "stars": "5"},
        {"text": "👍"},
    ],
)
def test_praise_and_greetings_open_none(client, told):
    client.post("/tell-us/", told)

    assert Comment.objects.exists()
    assert not Case.objects.exists()


def test_it_knows_a_customer_by_the_address(client):
    lan = customer("Lan", email="lan@example.com")

    client.post("/tell-us/", {"text": "Xin chào", "email": "LAN@example.com", "name": "Somebody"})

    lan.refresh_from_db()
    assert Comment.objects.get().customer == lan
    assert lan.name == "Lan"
    assert Customer.objects.count() == 1


def test_looking_writes_nothing(client):
    assert client.get("/tell-us/?where=store").context["form"].initial == {"touchpoint": "store"}
    assert client.get("/tell-us/?where=%00").status_code == 200
    assert not Comment.objects.exists()


def test_a_text_that_is_too_long_is_kept_in_the_form(client):
    long = "dài " * 1300

    answer = client.post("/tell-us/", {"text": long})

    assert answer.status_code == 400
    assert "At most 5000" in str(answer.context["form"].errors["text"])
    assert long.strip() in answer.content.decode()
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "   \n"}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "\u200b\u200d\ufeff \u2060"}, "text"),
        ({"text": "\u3164\u2800\u0301"}, "text"),
        ({"text": "ok", "stars": "11"}, "stars"),
        ({"text": "ok", "stars": "5,0"}, "stars"),
        ({"text": "ok", "email": "nobody"}, "email"),
        ({"text": "ok", "touchpoint": "moon"}, "touchpoint"),
        ({"text": "ok", "name": "x" * 201}, "name"),
    ],
)
def test_it_names_what_cannot_be(client, given, field):
    answer = client.post("/tell-us/", given)

    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert not Comment.objects.exists()


def test_a_program_that_fills_in_everything_is_thanked(client):
    answer = client.post("/tell-us/", {"text": "Buy now", "website": "https://spam.example"})

    assert answer.url == "/tell-us/thanks/"
    assert not Comment.objects.exists()


def test_a_second_press_is_not_a_second_complaint(client):
    for _ in range(2):
        client.post("/tell-us/", {"text": COMPLAINT})

    assert Comment.objects.count() == Case.objects.count() == 1


def test_two_people_may_use_the_same_words(client):
    client.post("/tell-us/", {"text": "Chờ lâu quá", "email": "lan@example.com"})
    client.post("/tell-us/", {"text": "Chờ lâu quá", "email": "minh@example.com"})
    client.post("/tell-us/", {"text": "Chờ lâu quá", "stars": "1"})

    assert Comment.objects.count() == 3


def test_it_speaks_vietnamese_too(client):
    client.cookies["django_language"] = "vi"

    assert 'lang="vi"' in client.get("/tell-us/").content.decode()


def test_a_typed_address_is_a_claim(client):
    """Whoever knows the address of a good customer gets no better answer by typing it."""
    lan = customer("Lan", email="lan@example.com")
    order(lan, total=Decimal(90_000_000))

    client.post("/tell-us/", {"text": COMPLAINT, "email": "lan@example.com", "wish": "Hoàn tiền cho tôi."})
    comments.read_all()
    work.drain(cases.DECIDE)

    case = Case.objects.get()
    assert (case.customer, case.comment.customer_claimed) == (lan, True)
    facts = Decision.objects.get(is_current=True).facts
    assert (facts["lifetime_value"], facts["standing"]) == (None, "unknown")


def test_a_person_can_confirm_it(client):
    lan = customer("Lan", email="lan@example.com")
    order(lan, total=Decimal(90_000_000))
    client.post("/tell-us/", {"text": COMPLAINT, "email": "lan@example.com"})
    comments.read_all()
    work.drain(cases.DECIDE)
    client.force_login(user("staff", "Mai"))
    page = f"/cases/{Case.objects.get().public_id}/"

    assert "Nobody has checked" in client.get(page).content.decode()
    for _press in range(2):
        assert client.post(f"{page}customer/").url == page

    assert "Nobody has checked" not in client.get(page).content.decode()
    assert Decision.objects.get(is_current=True).facts["lifetime_value"] == "90000000"
    assert Event.objects.filter(verb="customer confirmed").count() == 1


def test_it_pauses_who_sends_and_sends(client, monkeypatch):
    monkeypatch.setattr(tell_us, "MOST", 2)

    answers = [client.post("/tell-us/", {"text": f"Lần {n}"}) for n in range(4)]

    assert [answer.status_code for answer in answers] == [302, 302, 429, 429]
    assert "Lần 3" in answers[-1].content.decode()
    assert Comment.objects.count() == 2
    other = client.post("/tell-us/", {"text": "Từ nơi khác"}, REMOTE_ADDR="203.0.113.7")
    assert other.status_code == 302
