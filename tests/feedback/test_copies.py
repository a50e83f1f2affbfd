from datetime import timedelta

import pytest

from feedback import comments, labels
from feedback.models import Comment, Fingerprint
from feedback.models.words import Channel, WhyItCame
from feedback.text.spam import ORDER
from tests.factories import NOW, comment, customer

pytestmark = pytest.mark.django_db

WORDS = (
    "Mình mua ở đây đã ba lần, lần nào nhân viên cũng tư vấn nhiệt tình, hàng giao đúng hẹn và "
    "đóng gói rất chắc chắn, giá lại mềm hơn chỗ khác nhiều"
)


def answer(text=WORDS, *, by=None, minutes=0, **columns):
    columns = {"channel": Channel.SURVEY, "source": "after-delivery", "why": WhyItCame.PAID} | columns
    return comment(text, customer=by, said_at=NOW - timedelta(minutes=minutes), **columns)


def copied_from(one):
    return Fingerprint.objects.get(comment=one).copy_of


def test_it_notes_whose_words_an_answer_repeats():
    first = answer(by=customer("Lan"), minutes=9)
    comments.read_all()
    second = answer(WORDS.upper() + " 😍", by=customer("Minh"))
    comments.read_all()

    assert (copied_from(first), copied_from(second)) == (None, first)


def test_it_sees_copies_that_are_read_together():
    first, second, third = (answer(minutes=9 - number) for number in range(3))
    comments.read_all()

    assert [copied_from(one) for one in (first, second, third)] == [None, first, first]


def test_who_is_copied_by_others_does_not_copy_them():
    lan = customer("Lan")
    first = answer(by=lan, minutes=9)
    answer(by=customer("Minh"), minutes=8)
    comments.read_all()
    again, third = answer(by=lan, minutes=7), answer(by=customer("Tú"), minutes=6)
    comments.read_all()

    assert (copied_from(again), copied_from(third)) == (None, first)


def test_nobody_copies_themselves():
    lan = customer("Lan")
    answer(by=lan, minutes=9)
    again = answer(by=lan)
    comments.read_all()

    assert copied_from(again) is None


def test_short_answers_and_reviews_are_not_compared():
    answer("Giao hàng nhanh", minutes=9)
    answer("Giao hàng nhanh")
    comment(WORDS)
    comments.read_all()

    assert not Fingerprint.objects.exists()


def test_the_number_of_queries_does_not_grow(django_assert_max_num_queries):
    for number in range(9):
        answer(minutes=number)
    with django_assert_max_num_queries(30):
        comments.read_all()

    assert Fingerprint.objects.filter(copy_of__isnull=False).count() == 8


def test_every_kind_of_spam_has_a_name():
    assert all(flag in labels.FLAGS for flag in ORDER)


def test_it_looks_at_words_alone():
    """Nothing but a note: the comment counts, is read and answered like any other."""
    answer(minutes=9)
    copy = answer()
    comments.read_all()

    assert Comment.objects.get(pk=copy.pk).analysis.sentiment == "positive"
