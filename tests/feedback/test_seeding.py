"""The demo shop: what must fit together in it."""

import random
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from feedback import cases, comments, shop
from feedback.corrections import Said
from feedback.front import demo_changes, demo_readings, demo_reviews, demo_shop, demo_work, seeding
from feedback.models import Alert, Order, OutgoingMail, ThemeTotal
from reviews.models import Reply, Review, Source
from tests.factories import NOW, a_shop, customer, read_comment, user

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

    records = [demo_reviews._record(dice, number, told, {"CUP-01": orders}, NOW) for number in range(60)]

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


@pytest.mark.django_db
def test_nobody_in_the_demo_shop_answers_tomorrow():
    a_shop()
    source = Source.objects.create(slug="own", name="Our page", kind="own")
    said = read_comment(channel="review", said_at=NOW - timedelta(minutes=1), reading={})
    review = Review.objects.create(source=source, external_id="1", comment=said, said_at=said.said_at)
    decision = cases.decide_many([said], NOW)[said.pk]
    answered = Reply.objects.create(
        review=review, review_version=1, decision=decision, source=source, language="vi",
        text="…", drafted_text="…", state="published", approved_by=user("staff"),
        drafted_at=NOW, approved_at=NOW, sent_at=NOW, published_at=NOW,
    )  # fmt: skip

    demo_work._set_back_replies(random.Random(1), NOW)

    answered.refresh_from_db()
    assert said.said_at < answered.approved_at < answered.published_at <= NOW


@pytest.mark.django_db
def test_the_change_that_is_planted_is_found_by_the_shops_own_job(time_machine):
    """Nobody writes an alert: comments are told, read and counted; the job looks as on each of the days."""
    a_shop()
    time_machine.move_to(datetime(2026, 11, 30, 12, tzinfo=shop.zone()), tick=False)
    now, huy = timezone.now(), user("manager", "Huy")
    Source.objects.create(slug=demo_shop.FILE_SOURCE, name="Google", kind="file")
    for language, said in demo_changes.PAYING.items():
        for _one in said:
            customer(language=language, since=now - timedelta(days=100))
    ThemeTotal.objects.bulk_create(
        ThemeTotal(
            dimension="*", value="*", grain="day", theme="*", day=shop.day(now) - timedelta(days=ago),
            negative=2, positive=2,
        )
        for ago in range(150)
    )  # fmt: skip

    demo_changes.told_of_the_clip(now)
    demo_changes.told_of_paying(now)
    comments.read_all()
    demo_changes.found(now, huy)

    rise = Alert.objects.get(kind="rise", theme="payment_billing")
    assert rise.seen >= 12
    assert shop.day(now) - rise.since <= timedelta(days=demo_changes.NEW_PAGE + 1)
    burst = Alert.objects.get(kind="burst")
    assert (burst.seen, burst.owner) == (len(demo_changes.SEEN_THE_CLIP), huy)
    assert not Alert.objects.filter(theme="staff_attitude").exists()  # the clip is told apart
