"""/my-data/: a customer sees, sets right, takes away and erases what is held of them (L14, L15)."""

import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from feedback import belongings, consents, leases, mail, my_data, own_data, own_tables, own_words, tokens
from feedback.data_map import PERSONAL, WHOSE, Kind
from feedback.models import DataAsked, DataLink, DataRequest, Event, MailAddress, OutgoingMail
from feedback.models import Erasure as Asked
from feedback.models.addressed import MoneyField
from tests import factories
from tests.factories import NOW, a_shop, dispute, order, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop():
    cache.clear()
    a_shop()


@pytest.fixture
def lan():
    return factories.customer("Lan", email="lan@example.com", phone="+84908765432")


def link_of(customer, **columns):
    token, now = tokens.mint(), timezone.now()
    columns = {"made_at": now, "expires_at": now + timedelta(days=1)} | columns
    DataLink.objects.create(customer=customer, digest=tokens.digest(token), **columns)
    return f"/my-data/{token}/"


def run_jobs():
    while leases.run_once(my_data.ANSWER):
        pass


@pytest.mark.parametrize("email", ["lan@example.com", "LAN@example.com", "nobody@example.com"])
def test_asking_gets_the_same_answer_for_everybody(client, lan, email):
    answer = client.post("/my-data/", {"email": email})

    assert (answer.status_code, answer.url) == (302, "/my-data/asked/")
    assert DataAsked.objects.count() == 1
    run_jobs()
    assert OutgoingMail.objects.count() == (email.lower() == "lan@example.com")
    assert not DataAsked.objects.exists()


def test_the_letter_opens_the_page(client, lan):
    client.post("/my-data/", {"email": "lan@example.com"})
    run_jobs()

    url = next(word for word in OutgoingMail.objects.get().text.split() if "/my-data/" in word)
    answer = client.get(url.removeprefix("http://localhost:8000"))

    assert answer.status_code == 200
    assert "+84908765432" in answer.content.decode()
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    assert not DataLink.objects.filter(digest__in=url.split("/")).exists()


def test_whoever_asks_again_and_again_gets_three_letters(client, lan):
    for _ in range(6):
        assert client.post("/my-data/", {"email": "lan@example.com"}).status_code == 302

    run_jobs()

    assert OutgoingMail.objects.count() == my_data.LETTERS


def test_one_place_cannot_ask_for_ever(client):
    answers = [client.post("/my-data/", {"email": f"a{n}@example.com"}).status_code for n in range(25)]

    assert answers[:20] == [302] * 20
    assert answers[20:] == [429] * 5


@pytest.mark.parametrize("path", ["/my-data/nonsense/", f"/my-data/{'0' * 26}/", "/my-data/😀/data.json"])
def test_other_links_open_nothing(client, path):
    assert client.get(path).status_code == 404


def test_a_link_ends(client, lan):
    old = link_of(lan, expires_at=timezone.now() - timedelta(seconds=1))

    assert client.get(old).status_code == 404
    assert client.post(f"{old}erase/").status_code == 404
    assert not Asked.objects.exists()


def test_they_set_right_what_is_theirs(client, lan):
    url = link_of(lan)
    said = {
        "name": "Nguyễn Lan",
        "phone": "0908",
        "email": "lan@example.com",
        "language": "vi",
        "form_of_address": "chị",
    }

    answer = client.post(f"{url}correct/", said, follow=True)

    lan.refresh_from_db()
    assert (lan.name, lan.phone, lan.language, lan.form_of_address) == ("Nguyễn Lan", "0908", "vi", "chị")
    assert 'role="status"' in answer.content.decode()
    assert "Nguyễn" not in json.dumps(list(Event.objects.values_list("data", flat=True)))


def test_a_new_address_is_proved_first(client, lan):
    client.post(f"{link_of(lan)}correct/", {"name": "Lan", "email": "lan.moi@example.com"})
    lan.refresh_from_db()
    assert lan.email == "lan@example.com"

    letter = OutgoingMail.objects.get(to="lan.moi@example.com")
    url = next(word for word in letter.text.split() if "/my-data/" in word)
    client.post(f"{url.removeprefix('http://localhost:8000')}email/")

    lan.refresh_from_db()
    assert lan.email == "lan.moi@example.com"


def test_an_address_of_another_entry_is_for_a_person(client, lan):
    factories.customer("Lan", email="lan2@example.com")

    client.post(f"{link_of(lan, new_email='lan2@example.com')}email/")

    lan.refresh_from_db()
    assert lan.email == "lan@example.com"
    assert "lan2@example.com" in DataRequest.objects.get().words


def test_bad_input_is_told_and_nothing_lost(client, lan):
    answer = client.post(f"{link_of(lan)}correct/", {"name": "x" * 300, "email": "no address"})

    assert answer.status_code == 400
    assert "no address" in answer.content.decode()
    lan.refresh_from_db()
    assert lan.name == "Lan"


def test_what_is_the_shops_to_check_waits_for_a_person(client, lan):
    client.post(f"{link_of(lan)}request/", {"words": "Đơn A-1 không phải của tôi."})
    client.post(f"{link_of(lan)}request/", {"words": "Đơn A-1 không phải của tôi."})
    asked = DataRequest.objects.get()

    client.force_login(user("manager", "Huy"))
    client.post(f"/data-requests/{asked.public_id}/settle/", {"answer": "Đã sửa, cảm ơn chị."})

    asked.refresh_from_db()
    assert asked.settled_by.first_name == "Huy"
    assert "Đã sửa" in OutgoingMail.objects.get().text


def test_consent_is_given_and_taken_back_with_one_press(client, lan):
    """L14: as easily, with text, time and place; and the whole history stays."""
    url = link_of(lan)

    client.post(f"{url}consent/", {"do": "give"})
    given = consents.standing(lan, consents.ADVERTISING)
    assert (given.wording, given.channel) == (consents.ON_THEIR_PAGE, "my-data")
    client.post(f"{url}consent/", {"do": "withdraw"})

    assert consents.standing(lan, consents.ADVERTISING) is None
    kept = consents.history(lan).get()
    assert (kept.withdrawn_via, kept.withdrawn_at is not None) == ("my-data", True)


def test_the_link_in_a_mail_takes_consent_back_too(client, lan):
    given = consents.Given(purpose=consents.ADVERTISING, wording="1", channel="web", given_at=timezone.now())
    consents.note(lan, given)
    token = mail.preferences_token(lan.email)
    MailAddress.objects.create(email=lan.email, token_digest=tokens.digest(token))

    client.post(f"/u/{token}/", {"List-Unsubscribe": "One-Click"})

    assert consents.history(lan).get().withdrawn_via == "mail"


def test_they_take_everything_away(client, lan):
    factories.order(lan, number="A-77")
    factories.read_comment("=Ấm vỡ", customer=lan, channel="form")
    url = link_of(lan)

    whole = json.loads(client.get(f"{url}data.json").content)
    packed = zipfile.ZipFile(io.BytesIO(client.get(f"{url}data.zip").content))

    assert whole["tables"]["feedback.Order"][0]["number"] == "A-77"
    assert "A-77" in packed.read("data.html").decode()
    assert "'=Ấm vỡ" in packed.read("feedback-comment.csv").decode()
    assert json.loads(packed.read("data.json"))["tables"].keys() == whole["tables"].keys()


def test_what_is_held_is_shown_or_says_why_not():
    """R6: a new column of a person's is on their page, or in the list of those that are left out."""
    tables = {name: table for tables in own_tables.SHOWN.values() for name, table in tables.items()}
    shown = {f"{name}.{column}" for name, table in tables.items() for column in table.columns}
    personal = {
        name
        for name, one in PERSONAL.items()
        if name.rpartition(".")[0] in WHOSE and one.kind is not Kind.SECRET
    }

    assert personal - shown - own_tables.LEFT_OUT.keys() == set()
    assert not shown & own_tables.LEFT_OUT.keys()


def test_it_says_nothing_of_how_we_think_of_them():
    """Decision 4: no internal word reaches a customer."""
    shown = {
        column for tables in own_tables.SHOWN.values() for one in tables.values() for column in one.columns
    }

    assert shown.isdisjoint({"leverage", "flags", "route", "wants_approver", "needs_approver", "is_insider"})


def test_erasing_takes_two_steps_and_a_post(client, lan):
    url = link_of(lan)

    first = client.get(f"{url}erase/")
    assert first.status_code == 200
    assert not Asked.objects.exists()
    second = client.post(f"{url}erase/")

    asked = Asked.objects.get()
    assert (asked.how, asked.asked_by, asked.customer) == ("page", None, lan)
    assert second.url == f"/my-data/erased/{asked.public_id}/"
    assert client.get(url).url == second.url
    assert client.get(second.url).status_code == 200


def test_what_is_open_is_told_before(client, lan):
    case = factories.case(factories.read_comment(customer=lan, channel="form", order=factories.order(lan)))
    factories.dispute(case.order)

    words = client.get(f"{link_of(lan)}erase/", headers={"accept-language": "en"}).content.decode()

    assert "A complaint of yours is still open" in words
    assert "A dispute at your bank is open" in words


def test_a_manager_erases_for_somebody_who_called(client, lan):
    client.force_login(user("manager", "Huy"))
    url = f"/customers/{lan.public_id}/own-data/erase/"

    assert client.post(url, {"how": "phone"}).status_code == 400
    client.post(url, {"how": "phone", "is_sure": "on"})

    asked = Asked.objects.get()
    assert (asked.how, asked.asked_by.first_name) == ("phone", "Huy")
    event = Event.objects.get(verb="erasure asked for")
    assert event.data == {"how": "phone", "customer": lan.pk}


def test_the_front_line_notes_and_does_not_erase(client, lan):
    client.force_login(user("front_line", "Lan"))

    client.post(f"/customers/{lan.public_id}/own-data/note/", {"words": "Muốn xóa hết."})

    assert DataRequest.objects.get().words == "Muốn xóa hết."
    assert client.post(f"/customers/{lan.public_id}/own-data/erase/").status_code == 403


def test_every_letter_to_a_customer_says_the_way(lan):
    mail.write(to=lan.email, template="message", context={"words": "…"}, language="en", customer=lan)

    letter = OutgoingMail.objects.get()
    assert "http://localhost:8000/my-data/" in letter.text
    assert 'href="http://localhost:8000/my-data/"' in letter.html


def test_the_list_of_requests_asks_as_often_for_many(client, lan, django_assert_max_num_queries):
    for n in range(12):
        DataRequest.objects.create(
            customer=factories.customer(f"Minh{n}"), words="…", asked_at=timezone.now()
        )
    client.force_login(user("manager", "Huy"))

    with django_assert_max_num_queries(16):
        assert client.get("/data-requests/").status_code == 200


@pytest.fixture
def told_by_programs(lan):
    """What other programs send along as words of their own."""
    about = order(lan)
    consents.note(
        lan, consents.Given(purpose="advertising", wording="demo-1", channel="checkout", given_at=NOW)
    )
    consents.withdraw(lan, "advertising", now=NOW, via="mail")
    about.refunds.create(external_id="r1", amount=1, currency="VND", refunded_at=NOW, reason="late")
    about.refunds.create(external_id="r2", amount=1, currency="VND", refunded_at=NOW, reason="Vỡ nắp")
    about.notices.create(kind="sent", channel="email", sent_at=NOW)
    dispute(about, reason="product_not_received", state="closed", outcome="won", currency="VND")
    return lan


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["came late", "Vỡ nắp", "the order was sent", "by e-mail", "the goods did not come",
                "at the checkout", "at the link in a mail", "version demo-1"]),
        ("vi", ["giao trễ", "Vỡ nắp", "đã gửi hàng", "hàng không đến", "khi thanh toán", "bản demo-1"]),
    ],
)  # fmt: skip
def test_words_of_programs_are_said_in_ours(told_by_programs, language, said):
    """L15: readable; the file for a program keeps them as they are."""
    with translation.override(language):
        tables = [table for group in own_data.held(told_by_programs) for table in group.tables]
        shown = {words for table in tables for row in table.rows for _label, words in row}

    assert set(said) <= shown, shown
    assert not shown & {"late", "sent", "email", "product_not_received", "checkout", "mail"}
    assert '"reason": "late"' in own_data.as_json(told_by_programs)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", {"you do not want it any more", "waiting for you", "we have asked you why"}),
        ("vi", {"anh/chị không cần nữa", "đang chờ anh/chị", "đã hỏi anh/chị lý do"}),
    ],
)
def test_they_are_spoken_to(lan, language, said):
    """L15: a column that staff read as "the customer does not want it" is theirs here."""
    about = factories.case(factories.read_comment(customer=lan), state="waiting")
    about.promises.create(
        what="Call", by_when=NOW.date(), call_back_on=NOW.date() + timedelta(days=1),
        made_at=NOW, settled_at=NOW, state="withdrawn", withdrawn_why="declined", settled_by=user("staff"),
    )  # fmt: skip
    factories.defection(lan, state="contacted", contacted_at=NOW)

    with translation.override(language):
        tables = [table for group in own_data.held(lan) for table in group.tables]
        shown = {words for table in tables for row in table.rows for _label, words in row}

    assert said <= shown


@pytest.fixture
def priced(lan):
    about = order(lan, total=150_000, currency="VND")
    about.lines.create(sku="AM-1", name="Ấm", quantity=Decimal("1.5"), price=100_000)
    abroad = order(lan, number="US-1", total=Decimal("12.50"), currency="USD")
    abroad.lines.create(sku="CUP", name="Cup", price=Decimal("12.50"))
    return lan


def shown_of(customer, language, table):
    with translation.override(language):
        found = [one for group in own_data.held(customer) for one in group.tables]
        return [dict(row) for one in found if one.name == table for row in one.rows]


@pytest.mark.parametrize(
    ("language", "vnd", "usd", "quantity"),
    [("en", "₫100,000", "$12.50", "1.5"), ("vi", "100.000\xa0₫", "12,50\xa0US$", "1,5")],
)
def test_money_is_shown_as_everywhere_else(priced, language, vnd, usd, quantity):
    """In the reader's language with its currency, which needs no line of its own; the files keep figures."""
    lines = shown_of(priced, language, "feedback.OrderLine")
    orders = shown_of(priced, language, "feedback.Order")
    raw = json.loads(own_data.as_json(priced))["tables"]

    assert {vnd, usd} == {words for row in lines for words in row.values()} & {vnd, usd}
    assert quantity in {words for row in lines for words in row.values()}
    assert usd in {words for row in orders for words in row.values()}
    assert not {"VND", "USD"} & {words for row in orders for words in row.values()}
    assert {row["price"] for row in raw["feedback.OrderLine"]} == {"100000.00", "12.50"}
    assert {row["currency"] for row in raw["feedback.Order"]} == {"VND", "USD"}


def test_every_amount_on_the_page_has_a_currency():
    """A price without its currency says nothing."""
    for name, table in (
        (name, table) for tables in own_tables.SHOWN.values() for name, table in tables.items()
    ):
        model = belongings.model_of(name)
        fields = {field.name for field in model._meta.get_fields()}
        if any(isinstance(model._meta.get_field(column), MoneyField) for column in table.columns):
            assert "currency" in fields or name in own_words.CURRENCY_OF, name


def test_prices_of_many_lines_cost_no_query_each(priced, django_assert_max_num_queries):
    about = priced.orders.get(number="US-1")
    with CaptureQueriesContext(connection) as before:
        own_data.held(priced)
    for number in range(5):
        about.lines.create(sku=f"S-{number}", name="Cup", price=1)

    with django_assert_max_num_queries(len(before)):
        own_data.held(priced)
