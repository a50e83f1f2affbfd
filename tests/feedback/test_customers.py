"""Find a customer, and see everything between them and us."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedback import mail, shop
from feedback.models import Customer, Event, Promise, Refund
from surveys.models import Invitation, Response, Reward, Survey, SurveyVersion
from tests.factories import NOW, a_shop, case, customer, dispute, order, read_comment, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_phone(client):
    a_shop()
    client.force_login(user("front_line", "Mai"))
    client.cookies["django_language"] = "en"


@pytest.fixture
def lan():
    return customer("Nguyễn Thị Đào Lan", email="lan@example.com", phone="+84900000012")


def found(client, words):
    return list(client.get("/customers/", {"q": words}).context["page"])


@pytest.mark.parametrize(
    "words",
    [
        "Nguyễn Thị Đào",
        "nguyen thi dao",
        "NGUYỄN",
        "đào lan",
        "  dao   lan ",
        "lan@example.com",
        "LAN@",
        "DH-77",
        "dh-77",
        "0900 000 012",
    ],
)
def test_it_finds_by_what_one_hears(client, lan, words):
    customer("Minh", email="minh@example.com")
    order(lan, number="DH-77-1")

    assert found(client, words) == [lan]


@pytest.mark.parametrize("words", ["%", "_", "'; DROP TABLE feedback_customer; --", "x" * 200])
def test_it_takes_odd_words_as_words(client, lan, words):
    assert found(client, words) == []


@pytest.mark.parametrize("words", ["a\x00b", "x" * 201])
def test_it_names_words_that_cannot_be(client, words):
    answer = client.get("/customers/", {"q": words})

    assert answer.status_code == 400
    assert answer.context["form"].errors["q"]


def test_it_lists_everybody_without_words(client, lan):
    gone = customer("Merged", merged_into=lan)

    everybody = found(client, "")

    assert lan in everybody
    assert gone not in everybody


def test_it_tells_value_orders_and_open_cases(client, lan):
    order(lan, total=Decimal(700_000))
    case(read_comment(customer=lan))

    (row,) = found(client, "lan")

    assert (row.worth, row.order_count, row.open_cases) == (700_000, 1, 1)


def test_one_story_holds_everything(client, lan):
    bought = order(lan, number="DH-1", promised_on=NOW.date(), delivered_on=NOW.date().replace(day=19))
    Refund.objects.create(
        order=bought, external_id="r", amount=50_000, currency="VND", reason="crack", refunded_at=NOW
    )
    dispute(bought, state="closed", reason="fraud")
    case(read_comment("Giao chậm quá.", customer=lan), state="resolved", resolved_at=NOW)
    answered(lan)

    page = client.get(f"/customers/{lan.public_id}/").content.decode()

    for words in ("DH-1", "3 days late", "₫50,000", "crack", "fraud", "Giao chậm quá.", "Case resolved"):
        assert words in page
    assert "After a purchase" in page
    assert "Reward of ₫40,000 given" in page
    assert "Reward of ₫40,000 used" in page


def promised(lan, day, **columns):
    about = case(read_comment("Ấm bị vỡ.", customer=lan))
    call = day + timedelta(days=1)
    return Promise.objects.create(**{"case": about, "what": "gửi ấm mới", "by_when": day, "made_at": NOW,
                                     "call_back_on": call} | columns)  # fmt: skip


@pytest.mark.parametrize(
    ("state", "words", "tone"), [("kept", "Promise kept", "good"), ("broken", "Promise not kept", "bad")]
)
def test_the_story_tells_what_we_promised_and_what_came_of_it(client, lan, state, words, tone):
    """S0-6, S0-7: made, due, and the end, each on its day, with what the customer said."""
    day = shop.day(NOW) + timedelta(days=3)
    end = {"settled_at": NOW + timedelta(days=5), "told_via": "phone", "settled_by": user("staff", "Bảo")}
    promised(lan, day, state=state, told="Chị nhận rồi.", **end)

    story = list(client.get(f"/customers/{lan.public_id}/").context["page"])

    ours = [one for one in story if "gửi ấm mới" in one.what]
    assert [one.what for one in ours] == [
        f"{words}: gửi ấm mới", "Due: gửi ấm mới", "Promised: gửi ấm mới",
    ]  # fmt: skip
    assert (ours[0].tone, ours[0].words, ours[0].note) == (tone, "Chị nhận rồi.", "by phone")
    assert shop.day(ours[1].at) == day


def test_the_story_tells_of_a_promise_that_nobody_could_be_asked_about(client, lan):
    """S0-6: not yet known, the calls that reached nobody, and the day of the next one."""
    day = shop.day(NOW) + timedelta(days=3)
    first, then = day + timedelta(days=1), day + timedelta(days=2)
    tried = {
        "unreached": 1,
        "tried_at": NOW + timedelta(days=4),
        "first_call_on": first,
        "call_back_on": then,
    }
    promised(lan, day, **tried)

    answer = client.get(f"/customers/{lan.public_id}/")

    ours = {
        one.what.split(":")[0].split("?")[0]: one for one in answer.context["page"] if "ấm mới" in one.what
    }
    assert list(ours) == ["Call back", "Called back, nobody reached", "Due", "Promised"]
    assert ours["Due"].note == "not yet known whether kept"
    assert shop.day(ours["Call back"].at) == then
    assert "1 call so far" in answer.content.decode()


def test_the_story_asks_once_for_all_promises(client, lan, django_assert_num_queries):
    day = shop.day(NOW)
    promised(lan, day, who=user("staff", "Bảo"))
    client.get(f"/customers/{lan.public_id}/")
    with CaptureQueriesContext(connection) as one:
        client.get(f"/customers/{lan.public_id}/")
    for n in range(5):
        promised(lan, day, who=user("staff", f"Bảo {n}"))

    with django_assert_num_queries(len(one)):
        client.get(f"/customers/{lan.public_id}/")


def answered(by):
    survey = Survey.objects.create(slug="s", name="After a purchase", made_at=NOW)
    version = SurveyVersion.objects.create(survey=survey, number=1, definition={})
    invitation = Invitation.objects.create(
        survey=survey, customer=by, language="vi", made_at=NOW, send_at=NOW, expires_at=NOW.replace(year=2027)
    )
    response = Response.objects.create(
        invitation=invitation,
        version=version,
        state="finished",
        language="vi",
        started_at=NOW,
        finished_at=NOW,
    )
    Reward.objects.create(
        response=response,
        survey=survey,
        state="redeemed",
        code="ABC",
        amount=40_000,
        reserved_at=NOW,
        issued_at=NOW,
        expires_on=NOW.date(),
        redeemed_at=NOW,
    )


@pytest.mark.parametrize(
    ("total", "standing"), [(3_000_000, "valued customer"), (100_000, "customer"), (None, "no orders")]
)
def test_standing_follows_from_the_value(client, lan, total, standing):
    """S2-7: in money, for every role that meets the customer."""
    if total:
        order(lan, total=Decimal(total))

    page = client.get(f"/customers/{lan.public_id}/").content.decode()

    assert standing in page
    if total:
        assert f"₫{total:,}" in page
        assert "valued from ₫3,000,000 on" in page


def test_who_paid_in_another_currency_only_is_no_stranger(client, lan):
    """S2-7: nothing is added up without a rate, and no order is denied. What was paid back is off."""
    bought = order(lan, total=Decimal("120.50"), currency="USD")
    Refund.objects.create(order=bought, external_id="1", amount=20, currency="USD", refunded_at=NOW)
    order(lan, total=Decimal(900), currency="USD", cancelled_at=NOW)
    opened = case(read_comment(customer=lan, order=bought))
    client.cookies["django_language"] = "en"

    for page in (f"/customers/{lan.public_id}/", f"/cases/{opened.public_id}/"):
        shown = client.get(page).content.decode()
        assert "orders in another currency only: $100.50" in shown
        assert "no orders that we know of" not in shown


def test_who_never_bought_has_no_orders(client, lan):
    client.cookies["django_language"] = "en"
    assert "no orders that we know of" in client.get(f"/customers/{lan.public_id}/").content.decode()


def test_it_escapes_what_customers_write(client, lan):
    read_comment("<script>alert(1)</script>", customer=lan)

    assert "<script>alert" not in client.get(f"/customers/{lan.public_id}/").content.decode()


def test_front_line_gets_no_link_it_may_not_follow(client, lan):
    answered(lan)

    assert "/surveys/" not in client.get(f"/customers/{lan.public_id}/").content.decode()


def test_a_merged_customer_leads_to_the_other(client, lan):
    old = customer("Old", merged_into=lan)

    assert client.get(f"/customers/{old.public_id}/").context["customer"] == lan


def test_its_queries_do_not_grow(client, django_assert_max_num_queries):
    for _ in range(30):
        order(customer("Lan"))

    with django_assert_max_num_queries(14):
        client.get("/customers/")


def test_the_story_asks_once_for_each_kind(client, lan, django_assert_max_num_queries):
    for _ in range(30):
        case(read_comment(customer=lan, order=order(lan)))

    with django_assert_max_num_queries(36):  # six of them for the margin, one for what is expected
        client.get(f"/customers/{lan.public_id}/")


def test_a_yes_to_mail_with_a_reward_is_noted_and_taken_back(client, lan):
    """L14: who, when, under which words; withdrawn as easily."""
    address = f"/customers/{lan.public_id}/consent/"

    client.post(address, {"do": "give", "wording": "Card at the till", "channel": "counter"})
    given = lan.consents.get()
    shown = client.get(f"/customers/{lan.public_id}/").content.decode()
    client.post(address, {"do": "withdraw"})

    assert (given.purpose, given.channel, given.withdrawn_at) == ("advertising", "counter", None)
    assert "to the text “Card at the till”" in shown
    assert lan.consents.get().withdrawn_at
    events = Event.objects.filter(verb__startswith="consent").order_by("id")
    assert [(event.verb, event.by.first_name) for event in events] == [
        ("consent given", "Mai"),
        ("consent withdrawn", "Mai"),
    ]


def test_a_yes_needs_its_wording(client, lan):
    page = client.post(f"/customers/{lan.public_id}/consent/", {"channel": "counter"}, follow=True)

    assert not lan.consents.exists()
    assert "Which text did they see or hear? This field is required." in page.content.decode()


def test_a_yes_of_an_erased_customer_cannot_be_noted(client, lan):
    Customer.objects.filter(pk=lan.pk).update(erased_at=NOW)

    client.post(f"/customers/{lan.public_id}/consent/", {"wording": "Card", "channel": "counter"})

    assert not lan.consents.exists()


def test_it_says_that_the_address_refused(client, lan):
    mail.unsubscribe(mail.preferences(mail.preferences_token(mail.address_of(lan.email).email)))

    assert "this address said no" in client.get(f"/customers/{lan.public_id}/").content.decode()
