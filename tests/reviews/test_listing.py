"""What the list is chosen by stands in the reply, follows the reading, and is found by an index alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedback import comments, corrections, rereading, shop, totals, work
from feedback.corrections import Said
from feedback.models import Analysis, Mention, Theme
from reviews import desk, drafting, intake, replies
from reviews.models import Reply
from reviews.records import ReviewRecord
from reviews.views.kept import USUAL

pytestmark = pytest.mark.django_db
LATE = "Giao hàng trễ 5 ngày, thất vọng quá."
THREAT = "Ấm bị vỡ. Không đền thì tôi đăng một sao khắp nơi cho mọi người biết."
EVERY_FILTER = [
    {"source": "own"}, {"route": "safety"}, {"sentiment": "negative"}, {"language": "vi"},
    {"theme": "courier"}, {"standing": "unknown"}, {"age": "1"},
    {"needs": "approver"}, {"needs": "leverage"}, {"needs": "answer"},
    {"needs": "edited"}, {"q": "giao tre"}, {"state": "all"}, {"state": "published"},
    {"source": "own", "theme": "late_delivery", "sentiment": "negative", "language": "vi", "q": "giao"},
]  # fmt: skip


def kept(reply):
    row = Reply.objects.get(pk=reply.pk)
    return row.sentiment, row.has_leverage, row.themes


def themes(*slugs):
    """As they stand in the reply."""
    keys = Theme.objects.filter(slug__in=slugs).order_by("pk").values_list("pk", flat=True)
    return f" {' '.join(map(str, keys))} "


def seen(now, **chosen):
    return [row.pk for row in desk.page({**USUAL, **chosen}, now, size=30).rows]


def test_a_draft_keeps_what_was_read(own, receive):
    late, threat = receive(own, text=LATE), receive(own, external_id="r2", text=THREAT)

    stand = Mention.objects.filter(comment=late.review.comment).values_list("theme__slug", flat=True)
    assert kept(late) == ("negative", False, themes(*stand))
    assert kept(threat)[1]
    assert (late.source, threat.source) == (own, own)


def test_it_follows_a_correction_and_its_withdrawal(own, receive, bao, later):
    reply = receive(own, text=LATE)
    was, comment = kept(reply), reply.review.comment
    said = Said(sentiment="positive", problem="none", themes={"courier": "positive"})

    corrections.correct(comment, said, by=bao, edition=1)

    assert kept(reply) == ("positive", False, themes("courier"))
    assert seen(later, sentiment="positive", theme="courier") == [reply.pk]
    assert seen(later, theme="late_delivery") == []

    corrections.withdraw(comment, by=bao, edition=2)

    assert kept(reply) == was
    assert seen(later, sentiment="negative", theme="late_delivery") == [reply.pk]


def test_it_follows_when_the_text_is_read_anew(own, receive, bao):
    reply = receive(own, text=LATE)
    was = kept(reply)
    Mention.objects.all().delete()
    Analysis.objects.update(sentiment="positive", leverage="review_threat")
    Reply.objects.update(sentiment="positive", has_leverage=True, themes="")
    totals.rebuild()

    rereading.ask(bao)
    work.drain(rereading.READ_ANEW)

    assert kept(reply) == was


def test_an_older_answer_follows_the_newer_words(own, receive, record, bao):
    old = receive(own, text=LATE)
    replies.discard(old, reason="no", by=bao, edition=1)

    receive(own, text=THREAT, stars=1)

    assert kept(old) == kept(Reply.objects.get(review_version=2))
    assert kept(old)[1]


def test_a_new_answer_to_the_same_words_keeps_the_same(own, receive, bao):
    reply = receive(own, text=THREAT)
    replies.discard(reply, reason="no", by=bao, edition=1)

    again = replies.answer_again(reply, by=bao)

    assert kept(again) == kept(reply)
    assert again.source == own


def test_a_theme_is_found_under_the_name_it_was_merged_into(own, receive, later):
    reply = receive(own, text=LATE)
    courier = Theme.objects.get(slug="courier")
    Theme.objects.filter(slug="late_delivery").update(merged_into=courier)

    assert seen(later, theme="courier") == [reply.pk]
    assert seen(later, theme="nothing_of_this") == []


@pytest.mark.parametrize("sort", ["urgent", "oldest", "newest"])
@pytest.mark.parametrize("filters", EVERY_FILTER, ids=lambda filters: "-".join(filters.values()))
def test_keys_come_from_an_index_alone(own, filters, sort, later):
    """With 100,000 replies none is looked at in vain (issue 4, Figures). Words have an index of their own."""
    chosen = {**USUAL, **filters, "sort": sort}
    keys = desk.found(chosen, later).order_by(*desk._order(chosen)).values("pk")[:31]

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # which reads a table of a few rows whole, given the choice
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
        plan = keys.explain()

    if "q" in filters:
        assert "reviews_search_index" in plan or "CTE saying" in plan
        assert "SCAN reviews_reply" not in plan
    else:
        assert "COVERING INDEX replies_" in plan or "Index Only Scan" in plan


def take_in(source, first, last, *, said_at):
    texts = (LATE, THREAT, "Đẹp lắm, giao nhanh.", "The pot was broken, I want a refund.")
    intake.receive_many(
        source,
        [
            ReviewRecord(external_id=f"n{n}", text=f"{texts[n % 4]} {n}", said_at=said_at, stars=n % 5 + 1)
            for n in range(first, last)
        ],
    )
    comments.read_all()
    drafting.answer_all()


def test_two_hundred_reviews_are_asked_for_like_ten(client, own, mai, later, monkeypatch):
    monkeypatch.setattr(shop, "_KEEP_SECONDS", 600)
    client.force_login(mai)
    take_in(own, 0, 10, said_at=later)
    pages = [
        f"/replies/?{'&'.join(f'{name}={value}' for name, value in one.items())}" for one in EVERY_FILTER
    ]
    pages += ["/replies/", "/replies/alike/", "/", "/reviews/", "/cases/"]

    few = {page: asked(client, page) for page in pages}
    take_in(own, 10, 200, said_at=later)
    many = {page: asked(client, page) for page in pages}

    assert many == few
    assert many.pop("/") <= 18
    assert max(many.values()) <= 15


def asked(client, page):
    client.get(page)  # what is kept for some seconds is there now
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    return len(queries)
