from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback import comments, totals
from feedback.models import Case, Comment, Customer, Event, Order, Product
from reviews.intake import Outcome, foresee, receive_many
from reviews.models import Reply, Review, Source
from reviews.records import ReviewRecord

pytestmark = pytest.mark.django_db


def outcome(source, *records):
    return [*receive_many(source, records).outcomes.values()]


def test_it_keeps_a_review_and_its_words(own, record):
    assert outcome(own, record(title="Tiếc", author="Lan")) == [Outcome.CREATED]

    review = Review.objects.get()
    assert (review.version, review.state, review.route) == (1, "received", "normal")
    assert (review.comment.title, review.comment.author, review.comment.stars) == ("Tiếc", "Lan", 2)
    said = review.comment
    assert (said.channel, said.source, said.why) == ("review", "own", "unsolicited")


def test_the_same_again_changes_nothing(own, record):
    """connectors §0 rule 1."""
    receive_many(own, [record()])

    assert outcome(own, record(), record()) == [Outcome.UNCHANGED]
    assert (Review.objects.count(), Comment.objects.count(), Event.objects.count()) == (1, 1, 1)


def test_each_source_counts_its_own_ids(own, map_site, record):
    receive_many(own, [record()])

    assert outcome(map_site, record()) == [Outcome.CREATED]


def test_an_edit_is_a_new_version_with_new_words(own, record):
    """connectors §0 rule 2: the old Comment stays as it was said, and no longer counts."""
    receive_many(own, [record()])
    comments.read_all()

    assert outcome(own, record(text="Đã được đổi ấm mới, cảm ơn.", stars=5)) == [Outcome.UPDATED]

    review = Review.objects.get()
    old = Comment.objects.get(text__startswith="Ấm bị vỡ")
    assert (review.version, review.state, review.comment.stars) == (2, "received", 5)
    assert old.superseded_by == review.comment
    assert totals.kept() == {}


def test_an_edit_back_is_a_version_too(own, record):
    for text in ["Đẹp", "Xấu", "Đẹp"]:
        receive_many(own, [record(text=text)])

    assert Review.objects.get().version == 3


def test_a_hidden_review_stays_hidden_when_edited(own, record):
    receive_many(own, [record()])
    Review.objects.update(hidden_at=timezone.now(), hidden_reason="illegal")

    receive_many(own, [record(text="…")])

    assert Review.objects.get().hidden_reason == "illegal"


def test_an_open_answer_ends_with_the_words_it_answered(own, record, receive):
    reply = receive(own)

    receive_many(own, [record(text="Khác hẳn")])

    reply.refresh_from_db()
    assert (reply.state, reply.reason) == (Reply.State.DISCARDED, "review was edited")


def test_a_complaint_goes_on_under_the_newer_words(own, record, receive):
    case = receive(own).case

    receive_many(own, [record(text="Ấm vỡ, shop gọi lại rồi nhưng chưa đổi.")])

    assert Case.objects.get() == case
    assert Case.objects.get().comment == Review.objects.get().comment


def test_a_reward_learnt_of_later_is_shown(own, record):
    """L5: whatever the version."""
    receive_many(own, [record()])

    receive_many(own, [record(incentivised=True)])
    receive_many(own, [record(incentivised=None)])

    assert Review.objects.get().incentivised is True
    assert Review.objects.get().version == 1


@pytest.fixture
def order(db):
    lan = Customer.objects.create(name="Lan", email="lan@example.com", since=timezone.now())
    return Order.objects.create(
        number="DH-7", customer=lan, total=Decimal(100), placed_at=timezone.now(), received_at=timezone.now()
    )


def test_it_knows_the_order_the_customer_and_the_product(own, record, order):
    pot = Product.objects.create(sku="POT-02", name_vi="Ấm", name_en="Teapot")

    receive_many(own, [record(order_number="DH-7", product_sku="POT-02")])

    comment = Comment.objects.get()
    assert (comment.order, comment.customer, comment.product) == (order, order.customer, pot)


def test_a_number_of_two_stores_is_nobodys(own, record, order):
    order.pk, order.public_id, order.store = None, "another0another0", "other"
    order.save(force_insert=True)

    receive_many(own, [record(order_number="DH-7")])

    assert Comment.objects.get().order is None


def test_the_queries_do_not_grow_with_the_rows(own, record, order, django_assert_max_num_queries):
    few = [record(external_id=f"r{n}", order_number="DH-7") for n in range(20)]
    many = [replace(one, external_id=f"m{one.external_id}{n}") for one in few for n in range(3)]

    with django_assert_max_num_queries(20):
        receive_many(own, few)
    with django_assert_max_num_queries(20):
        receive_many(own, many)


def test_a_failed_batch_leaves_nothing_half_written(own, record):
    too_many_stars = replace(record(external_id="r2"), stars=11)

    with pytest.raises(Exception, match="comment_score_fits_its_scale"):
        receive_many(own, [record(), too_many_stars])

    assert (Review.objects.count(), Comment.objects.count(), Event.objects.count()) == (0, 0, 0)


VERSIONS = [("Vỡ rồi", 1, 1), ("Đã được đổi", 4, 2), ("Vỡ rồi", 1, 3), ("Ấm mới rất đẹp", 5, 4)]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=4), st.integers(1, 8))
def test_whatever_the_order_the_newest_version_stays(order, again, batch):
    """X10, P9: any order, any doubles, any batches of one review's versions end in the same row."""
    with transaction.atomic():
        source = Source.objects.create(slug="gom", name="Gốm", kind="own")
        begun = datetime(2026, 11, 1, tzinfo=UTC)
        records = [
            ReviewRecord(
                external_id="r", text=text, stars=stars, said_at=begun, edited_at=begun + timedelta(days=day)
            )
            for text, stars, day in VERSIONS
        ]
        sent = [records[n] for n in [*order, *again]]
        for start in range(0, len(sent), batch):
            receive_many(source, sent[start : start + batch])

        review = Review.objects.get()
        assert (review.comment.text, review.edited_at) == ("Ấm mới rất đẹp", records[3].edited_at)
        assert Comment.objects.filter(superseded_by=None).count() == 1
        transaction.set_rollback(True)


def test_an_edit_and_back_is_newer_than_what_lay_between(own, record):
    day = timedelta(days=1)
    said = record()
    receive_many(own, [replace(said, edited_at=said.said_at)])
    receive_many(own, [replace(said, edited_at=said.said_at + 2 * day)])

    late = record(text="Khác", edited_at=said.said_at + day)

    assert foresee(own, [late]).outcomes == {"r1": Outcome.UNCHANGED}
    assert outcome(own, late) == [Outcome.UNCHANGED]


def test_without_a_time_the_last_to_come_counts(own, record):
    receive_many(own, [record(edited_at=record().said_at)])

    assert outcome(own, record(text="Khác")) == [Outcome.UPDATED]
