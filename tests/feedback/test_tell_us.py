"""The permanent way to tell us something (S1-16)."""

import re
from decimal import Decimal

import pytest
from django.core.cache import cache

from feedback import cases, comments, work
from feedback.front import tell_us
from feedback.models import Case, Comment, Customer, Decision, Event, OutgoingMail
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


def test_another_wish_is_another_complaint(client):
    for wish in ("", "Hoàn tiền", "Hoàn tiền", "Đổi cái khác"):
        client.post("/tell-us/", {"text": COMPLAINT, "wish": wish})

    assert sorted(Case.objects.values_list("wish", flat=True)) == ["", "Hoàn tiền", "Đổi cái khác"]


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


@pytest.fixture
def lans_order():
    lan = customer("Lan", email="lan@example.com", phone="090 123 45 67")
    return order(lan, number="DH-77")


def about_an_order(client, **given):
    answer = client.post("/tell-us/", {"text": COMPLAINT} | given)
    return answer, Comment.objects.select_related("typed", "order", "customer").last()


@pytest.mark.parametrize(
    "given",
    [
        {"email": "LAN@example.com", "order": "DH-77"},
        {"phone": "+84 90 1234567", "order": " #dh-77 "},
        {"email": "other@example.com", "phone": "0901234567", "order": "DH-77"},
    ],
)
def test_an_order_of_the_address_or_the_telephone_is_tied_to_the_words(client, lans_order, given):
    _answer, said = about_an_order(client, **given)

    assert said.order == Case.objects.get().order == lans_order
    assert said.customer_claimed
    assert not hasattr(said, "typed") or said.typed.order_number == ""


def main_of(answer):
    """Without the token of the form that switches the language."""
    return re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL).group()


@pytest.mark.parametrize(
    "given",
    [
        {"email": "minh@example.com", "order": "DH-77"},
        {"phone": "0987654321", "order": "DH-77"},
        {"order": "DH-77"},
        {"email": "lan@example.com", "order": "DH-99"},
        {"email": "minh@example.com", "order": "DH-99"},
    ],
)
def test_nobody_learns_whether_an_order_exists(client, lans_order, given):
    """Another's, or none that exists: the same page, letter and words for all; staff see what was typed."""
    answer, said = about_an_order(client, **given)
    thanked = main_of(client.get(answer.url))

    right, _tied = about_an_order(client, email="lan@example.com", order="DH-77", wish="Đổi")
    assert (answer.status_code, answer.url) == (right.status_code, right.url)
    assert thanked == main_of(client.get(right.url))
    assert (said.order, said.typed.order_number) == (None, given["order"])
    assert all("DH-" not in letter.text for letter in OutgoingMail.objects.all())
    client.force_login(user("staff", "Mai"))
    page = client.get(f"/cases/{said.case.public_id}/").content.decode()
    assert "Order number as it was typed" in page
    assert given["order"] in page


def test_a_merged_customers_order_is_theirs_by_either_address(client, lans_order):
    customer("Lan 2", email="lan2@example.com", merged_into=lans_order.customer)

    assert about_an_order(client, email="lan2@example.com", order="DH-77")[1].order == lans_order


def test_an_order_of_two_stores_is_not_guessed(client, lans_order):
    order(lans_order.customer, number="DH-77", store="web")

    _answer, said = about_an_order(client, email="lan@example.com", order="DH-77")
    assert (said.order, said.typed.order_number) == (None, "DH-77")


def test_a_tied_order_says_nothing_of_who_wrote(client, lans_order):
    """Whoever knows an address and a number is still nobody that we have checked (decision 2)."""
    about_an_order(client, email="lan@example.com", order="DH-77")
    comments.read_all()
    work.drain(cases.DECIDE)

    facts = Decision.objects.get(is_current=True).facts
    assert (facts["lifetime_value"], facts["standing"]) == (None, "unknown")


def test_a_telephone_is_where_they_are_answered(client):
    client.post("/tell-us/", {"text": "Are you open on Sunday?", "phone": "090 123 45 67", "name": "Lan"})

    assert Case.objects.get().customer.phone == "090 123 45 67"


def test_another_telephone_of_a_known_customer_is_kept_beside_the_words(client, lans_order):
    _answer, said = about_an_order(client, email="lan@example.com", phone="0987654321")

    lans_order.customer.refresh_from_db()
    assert (said.typed.phone, lans_order.customer.phone) == ("0987654321", "090 123 45 67")


def test_another_order_is_another_complaint(client, lans_order):
    for number in ("", "DH-1", "DH-1", "DH-2", "DH-77", "DH-77"):
        about_an_order(client, email="lan@example.com", order=number)

    assert Comment.objects.count() == 4


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"phone": "abc"}, "This is no phone number. One looks like 090 123 45 67."),
        ({"phone": "1"}, "This is no phone number."),
        ({"email": "lan at example"}, "This is no e-mail address. One looks like name@example.com."),
        ({"order": "x" * 65}, "at most 64"),
        ({"order": "a\x00b"}, "Null characters"),
    ],
)
def test_a_number_or_an_address_that_is_none_is_refused_in_clear_words(client, given, says):
    answer = client.post("/tell-us/", {"text": COMPLAINT} | given)

    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert not Comment.objects.exists()
