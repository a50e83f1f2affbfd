"""A message on paper: to whom, with what beside its words, and who may print it."""

import pytest
from django.core.cache import cache
from django.utils import timezone

from feedback import addressee, case_message, cases, merging, message_plans, messages, overrides, shop
from feedback.models import Case, Comment, Customer, Decision, Event, Shop
from tests import factories
from tests.factories import a_shop, customer, letter_sent, user

pytestmark = pytest.mark.django_db
STREET = "27 ngõ Gạch\nHoàn Kiếm, Hà Nội"


@pytest.fixture(autouse=True)
def _shop(client):
    cache.clear()
    a_shop(postal_address="12 Hàng Bạc, Hà Nội", reply_address="chao@gom.example")
    client.cookies["django_language"] = "en"
    client.force_login(user("staff", "Bảo"))


def a_letter_came(client, **given):
    said = {"text": "Kính gửi cửa hàng: ấm vỡ, tôi rất thất vọng.", "name": "Bà Tư", "address": STREET}
    client.post("/cases/new/?channel=letter", said | given)
    return Case.objects.select_related("comment", "customer").last()


def decided(**of_comment):
    about = factories.read_comment("Ấm bị vỡ.", **{"channel": "form"} | of_comment)
    case = factories.case(about)
    cases.decide_many([about], timezone.now(), cases={about.pk: case})
    return case


def test_a_letter_brings_the_address_to_answer_it(client):
    case = a_letter_came(client)

    assert (case.customer.name, case.customer.postal_address) == ("Bà Tư", STREET)
    assert case.comment.customer_claimed
    assert a_letter_came(client, text="Lần thứ hai.").customer == case.customer


@pytest.mark.parametrize(("is_checked", "kept"), [("", "1 Phố Cũ"), ("on", STREET)])
def test_an_address_that_we_know_stays_until_somebody_checked(client, is_checked, kept):
    customer("Lan", email="lan@example.com", postal_address="1 Phố Cũ")

    a_letter_came(client, email="lan@example.com", is_checked=is_checked)

    assert Customer.objects.get().postal_address == kept


@pytest.mark.parametrize("channel", ["phone", "sms", "in_person"])
def test_nobody_elses_address_is_asked_for(client, channel):
    """L16."""
    assert 'name="address"' not in client.get(f"/cases/new/?channel={channel}").content.decode()
    client.post(
        f"/cases/new/?channel={channel}", {"text": "Ấm vỡ.", "phone": "0901234567", "address": STREET}
    )

    assert Customer.objects.get().postal_address == ""


def test_it_is_noted_on_the_page_of_a_customer_and_removed_there(client):
    lan = customer("Lan")
    page = f"/customers/{lan.public_id}/"
    for typed, kept in ((" 27  ngõ Gạch \r\n\r\nHoàn Kiếm, Hà Nội ", STREET), ("", "")):
        assert client.post(f"{page}address/", {"postal_address": typed}).url == page
        lan.refresh_from_db()
        assert lan.postal_address == kept

    assert Event.objects.filter(verb="address noted").count() == 2


@pytest.mark.parametrize("typed", ["x" * 301, "a\x00b"])
def test_an_address_that_cannot_be_is_refused(client, typed):
    lan = customer("Lan")
    client.post(f"/customers/{lan.public_id}/address/", {"postal_address": typed})

    assert Customer.objects.get(pk=lan.pk).postal_address == ""


def test_merged_it_goes_to_the_one_who_stays_and_back(client):
    lan, again = customer("Lan"), customer("Lan 2", postal_address=STREET)

    merging.merge(again, lan)
    lan.refresh_from_db()
    assert lan.postal_address == STREET


def test_the_letter_has_both_addresses_the_day_and_the_approved_words(client):
    out = letter_sent(decided(customer=customer("Lan", postal_address=STREET)))

    page = client.get(f"/cases/{out.case.public_id}/letter/{out.public_id}/").content.decode()
    for said in ("Gốm Nhà Mình", "12 Hàng Bạc", "chao@gom.example", "27 ngõ Gạch<br>", "Kính gửi chị Lan"):
        assert said in page
    assert "Ngày 16 tháng 11 năm 2026" in page
    assert '<article class="letter-paper" lang="vi">' in page


def test_an_english_letter_has_an_english_date(client):
    out = letter_sent(decided(customer=customer("Lan")), language="en")

    page = client.get(f"/cases/{out.case.public_id}/letter/{out.public_id}/").content.decode()
    assert "16 November 2026" in page
    assert "We know no postal address" in page


def test_the_address_of_somebody_whom_nobody_checked_is_left_out(client):
    """Whoever types a name gets no address of the one who bears it."""
    out = letter_sent(decided(customer=customer("Lan", postal_address=STREET), customer_claimed=True))

    page = client.get(f"/cases/{out.case.public_id}/letter/{out.public_id}/").content.decode()
    assert "ngõ Gạch" not in page
    assert "Nobody has checked" in page


def test_what_nobody_approved_is_not_printed(client):
    out = letter_sent(decided())
    other = decided()
    type(out).objects.filter(pk=out.pk).update(state="draft", sent_by=None, sent_at=None)

    assert client.get(f"/cases/{out.case.public_id}/letter/{out.public_id}/").status_code == 404
    assert client.get(f"/cases/{other.public_id}/letter/{out.public_id}/").status_code == 404


@pytest.mark.parametrize(
    ("known", "is_open"),
    [
        ({"postal_address": STREET}, True),
        ({"postal_address": STREET, "email": "tu@example.com"}, False),
        ({"postal_address": STREET, "phone": "0901234567"}, False),
        ({}, False),
    ],
)
def test_a_letter_answers_a_letter_only_where_nothing_else_reaches_them(client, known, is_open):
    """The channel table of article 001: a meeting, and no other letter."""
    case = decided(channel="letter", customer=customer("Bà Tư", **{"email": ""} | known))

    assert ("letter" not in case_message.closed(case)) == is_open
    Comment.objects.update(customer_claimed=True)
    case.comment.customer_claimed = True
    assert addressee.is_only_by_post(case) is False


def invited(*, claimed=False, **of_customer):
    """A letter is answered: (the promise to meet them, the words of the message, what the lint finds)."""
    lan = customer("Lan", postal_address=STREET, language="vi", **of_customer)
    reading = {"lang": "vi", "problem": "damaged"}
    case = decided(channel="letter", customer=lan, customer_claimed=claimed, reading=reading)
    case = Case.objects.select_related("comment__analysis", "customer", "order").get(pk=case.pk)
    decision = Decision.objects.select_related("policy").get(comment=case.comment_id, is_current=True)
    effective = overrides.effective(decision)
    plan = message_plans.proposal(case, decision, effective, timezone.now())
    words = messages.words_of(case, effective, decision, plan)
    return plan.promises[0], words, messages.findings(case, decision, effective, words, plan)


@pytest.mark.parametrize("claimed", [True, False])
@pytest.mark.parametrize(("email", "days"), [("", 5), ("lan@example.com", 2)])
def test_nobody_is_invited_for_a_day_before_the_letter_comes(email, days, claimed):
    """The channel table of article 001: two working days, from when they have it."""
    meeting, words, _findings = invited(email=email, claimed=claimed)

    assert meeting.by == shop.working_days_later(shop.day(timezone.now()), days)
    assert f"{meeting.by:%d/%m/%Y}" in words


@pytest.mark.parametrize("place", ["12 Hàng Bạc, Hà Nội", "12/3 Hàng Bạc, Hà Nội"])
def test_the_invitation_says_where(place):
    """And a number of a house is not taken for a day that nobody promised."""
    Shop.objects.update(postal_address=place)
    shop.forget()

    meeting, words, found = invited()

    assert meeting.what == f"gặp trực tiếp anh/chị tại {place} để trao đổi"
    assert meeting.what in words
    assert not [one.code for one in found if one.blocks]


@pytest.mark.parametrize(("language", "called"), [("vi", "Tiệm Gốm Lan"), ("en", "Lan Pottery")])
def test_at_the_top_the_shop_is_called_as_it_signs(client, language, called):
    Shop.objects.update(signature_vi="Tiệm Gốm Lan", signature_en="Lan Pottery", phone="024 0000 0123")
    shop.forget()
    out = letter_sent(decided(customer=customer("Lan")), language=language)

    page = client.get(f"/cases/{out.case.public_id}/letter/{out.public_id}/").content.decode()

    assert f"<strong>{called}</strong>" in page
    assert "024 0000 0123" in page
