from datetime import timedelta

import pytest
from django.utils import timezone

from feedback import erasure, leases
from reviews import replies
from reviews.intake import receive_many
from reviews.models import Review
from reviews.publishing import PUBLISH

pytestmark = pytest.mark.django_db


def page(client, query=""):
    answer = client.get(f"/reviews/{query}")
    assert answer.status_code == 200
    return answer.text


def test_everybody_may_read_it(client, own, record):
    receive_many(own, [record(text="Men đẹp lắm", author="Lan", stars=5)])

    shown = page(client)

    assert "Men đẹp lắm" in shown
    assert 'itemtype="https://schema.org/Review"' in shown


def test_an_empty_page_says_what_will_be_here(client, own):
    assert 'class="empty"' in page(client)


def test_the_average_covers_all_that_is_shown_and_nothing_hidden(client, own, map_site, record):
    """L6: hiding only for a listed reason; the average covers every published review."""
    receive_many(own, [record(external_id=f"r{stars}", stars=stars) for stars in (1, 2, 5)])
    receive_many(own, [record(external_id="bad", stars=5, text="kept from sight")])
    receive_many(map_site, [record(stars=5, text="elsewhere")])
    Review.objects.filter(external_id="bad").update(hidden_at=timezone.now(), hidden_reason="hateful")

    shown = page(client)

    assert 'itemprop="ratingValue" content="2.67"' in shown
    assert 'itemprop="reviewCount" content="3"' in shown
    assert "kept from sight" not in shown
    assert "elsewhere" not in shown


def test_bad_reviews_are_shown_newest_first(client, own, record):
    receive_many(own, [record(external_id="old", text="Khen", stars=5)])
    newer = record().said_at + timedelta(days=1)
    receive_many(own, [record(external_id="new", text="Chê", stars=1, said_at=newer)])

    shown = page(client)

    assert shown.index("Chê") < shown.index("Khen")


def test_a_reward_is_disclosed(client, own, record):
    """L5."""
    receive_many(own, [record(incentivised=True, verified=True)])

    assert '<span class="tag warn" ' in page(client)


def test_our_answer_stands_beneath_once_it_is_published(client, own, receive, bao):
    reply = receive(own, text="Giao trễ ba ngày, gọi không ai nghe.")
    assert reply.text[:40] not in page(client)
    replies.approve(reply, by=bao, edition=1)
    assert reply.text[:40] not in page(client)

    leases.run_once(PUBLISH)

    assert reply.text[:40] in page(client)
    assert 'itemtype="https://schema.org/Comment"' in page(client)


def test_where_the_author_had_it_erased_it_says_so(client, own, receive, bao):
    """R6: the stars stay and count; of the words, and of our answer to them, nothing is left."""
    reply = receive(own, text="Giao trễ ba ngày, gọi không ai nghe.")
    replies.approve(reply, by=bao, edition=1)
    leases.run_once(PUBLISH)

    erasure.ask(comment=reply.review.comment, how="letter")
    for later in (0, 10, 20):
        leases.run_once(erasure.ERASE, timezone.now() + timedelta(minutes=later))

    html = page(client)
    assert "Tác giả đã yêu cầu chúng tôi xóa lời của mình." in html
    assert 'class="answer"' not in html
    assert 'class="quote"' not in html


def test_each_review_says_its_language(client, own, receive):
    receive(own, text="The teapot arrived broken and nobody answers.")

    assert 'itemprop="reviewBody" lang="en"' in page(client)


def test_a_review_that_is_not_read_yet_is_shown(client, own, record):
    receive_many(own, [record()])

    assert "Ấm bị vỡ" in page(client)


@pytest.mark.parametrize("query", ["?page=99", "?page=x", "?page=-1", "?page=%00"])
def test_any_page_number_will_do(client, own, query):
    page(client, query)


def test_it_covers_personal_data(client, own, record):
    """L9: a phone number in a review is not ours to show."""
    receive_many(own, [record(text="Gọi tôi 0912 345 678 nhé, cốc vỡ rồi")])

    shown = page(client)

    assert "0912" not in shown
    assert "cốc vỡ rồi" in shown
