"""The demo shop: what must fit together in it."""

import random
from datetime import timedelta

import pytest

from feedback.corrections import Said
from feedback.front import demo_readings, seeding
from feedback.models import Order, OutgoingMail
from tests.factories import NOW, a_shop, customer

TOLD = {
    "when": "any",
    "leverage": None,
    "product": "CUP-01",
    "text": "Lovely",
    "stars": 5,
    "author": "Sean K",
}


def an_order(number, language, days):
    return Order(
        number=number,
        customer=customer(language=language),
        placed_at=NOW - timedelta(days=days),
        currency="VND",
    )


@pytest.mark.django_db
def test_what_staff_say_of_a_review_is_what_its_writer_meant():
    told = [{"bucket": "complaint", "about": "late"}, {"bucket": "praise", "about": "none"}]

    assert [demo_readings._meant(one, {"packaging": "unknown"}) for one in told] == [
        Said(
            sentiment="negative", problem="late", themes={"packaging": "neutral", "late_delivery": "negative"}
        ),
        Said(sentiment="positive", problem="none", themes={"packaging": "neutral"}),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_review_hangs_on_an_order_of_somebody_who_speaks_its_language(language):
    a_shop()
    orders = [
        an_order(f"{spoken}-{days}", spoken, days) for spoken in ("vi", "en") for days in range(4, 400, 20)
    ]
    dice = random.Random(7)
    told = TOLD | {"language": language}

    records = [seeding._record(dice, number, told, {"CUP-01": orders}, NOW) for number in range(60)]

    assert {record.order_number[:2] for record in records} == {"", language}


@pytest.mark.django_db
def test_a_demo_account_gets_a_new_password_by_mail(client):
    a_shop()
    seeding._staff()

    client.post("/account/forgotten/", {"email": "mai@example.com"})

    sent = OutgoingMail.objects.get()
    assert sent.to == "mai@example.com"
    assert "Chào bạn," in sent.text
    assert "anh/chị" not in sent.text + sent.html
