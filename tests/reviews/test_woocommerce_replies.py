"""Our replies in a WooCommerce shop: each once, whatever gets lost (X2, X3; connectors §0, 3–5)."""

from datetime import timedelta

import pytest
from django.db import connection

from feedback import comments
from feedback.models import Event
from reviews import drafting, replies
from reviews.models import Polling, Reply, Review
from reviews.polling import FETCH, TRIES
from reviews.publishing import CHECK, CHECK_AGAIN, PUBLISH, VANISHED

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved(clock, bao):
    """`approved(shop)`: one more review in the shop, fetched, answered, and the answer approved."""

    def make(shop, text="<p>Giao trễ ba ngày, gọi không ai nghe.</p>", many=1):
        numbers = [shop.write(text) for _ in range(many)]
        Polling.objects.update(next_at=None)
        clock.run(FETCH)
        assert Review.objects.filter(external_id__in=numbers).count() == many
        approve_all(bao)
        mine = Reply.objects.filter(review__external_id__in=numbers).order_by("pk")
        return list(mine) if many > 1 else mine.get(state="approved")

    return make


def approve_all(by):
    comments.read_all()
    drafting.answer_all()
    for reply in Reply.objects.filter(state="draft"):
        replies.approve(reply, by=by, edition=reply.edition)


def publish(clock):
    """Until nothing waits; time jumps to the end of each pause."""
    clock.run(PUBLISH)
    while Reply.objects.filter(state__in=["approved", "publishing"]).exists():
        clock.now = Polling.objects.get().quiet_until
        assert clock.run(PUBLISH)


def test_it_stands_beneath_its_review(woo, approved, clock):
    shop = woo()
    reply = approved(shop)

    publish(clock)

    reply.refresh_from_db()
    (there,) = shop.replies_to(reply.review.external_id)
    assert (there["content"], there["post"]) == (reply.text, 7)
    assert (reply.state, reply.external_ref) == ("published", str(there["id"]))


def test_its_words_arrive_as_they_are(woo, approved, clock):
    """WordPress takes HTML: signs of ours are no markup, and are found again."""
    shop = woo()
    reply = approved(shop)
    text = "Cảm ơn bạn & gia đình.\n\nTrà < 80 độ thì không nứt."
    Reply.objects.filter(pk=reply.pk).update(text=text)
    shop.script = ["", "lost"]

    publish(clock)

    (there,) = shop.replies_to(reply.review.external_id)
    assert there["content"] == "Cảm ơn bạn &amp; gia đình.\n\nTrà &lt; 80 độ thì không nứt."
    assert Reply.objects.get().state == "published"


def test_a_lost_answer_sends_nothing_twice(woo, approved, clock):
    """X3: what stands there is read before another attempt; the same words are done."""
    shop = woo()
    reply = approved(shop)
    shop.script = ["", "lost"]  # the review is looked at, the reply sent

    clock.run(PUBLISH)
    reply.refresh_from_db()
    assert (reply.state, reply.tries, len(shop.comments)) == ("publishing", 0, 1)
    publish(clock)

    reply.refresh_from_db()
    assert (reply.state, reply.external_ref) == ("published", str(next(iter(shop.comments))))
    assert [asked.split()[0] for asked in shop.asked].count("POST") == 1


@pytest.mark.parametrize("many", [20, pytest.param(200, marks=pytest.mark.prove)])
def test_as_many_as_were_approved_whatever_gets_lost(woo, bao, clock, many):
    """X3: 200 publishes, 0 double texts, 0 stuck; Retry-After kept."""
    shop = woo(faults="lost:.3,429:.03,500:.05,cut:.05,html:.02,badjson:.02", seed=4)
    numbers = [shop.write("<p>Giao trễ ba ngày.</p>") for _ in range(many)]
    clock.run_until_rest(FETCH, lambda: Review.objects.count() == many)
    approve_all(bao)

    publish(clock)

    stats = shop.stats()
    assert Reply.objects.filter(state="published").count() == many
    assert {len(shop.replies_to(number)) for number in numbers} == {1}
    assert (stats["double_texts"], stats["more_than_one_text"], stats["too_fast"]) == ([], [], 0)
    assert shop.counts["lost"] > many / 8
    assert not Reply.objects.exclude(failed_at=None).exists()


def test_without_the_look_a_lost_answer_doubles(woo, approved, clock, monkeypatch):
    """The guard-off twin of the test before."""
    shop = woo()
    approved(shop)
    shop.script = ["", "lost"]
    monkeypatch.setattr("reviews.sources.woocommerce.present_reply", lambda source, reply: None)

    publish(clock)

    assert len(shop.stats()["more_than_one_text"]) == 1


def test_a_shop_that_looks_at_replies_first_is_asked_later(woo, approved, clock):
    """connectors §0 rule 5: moderation is not success."""
    shop = woo(holds=True)
    reply = approved(shop)
    publish(clock)
    reply.refresh_from_db()
    assert (reply.state, reply.published_at) == ("pending", None)
    assert clock.run(CHECK) == 0

    clock.now += CHECK_AGAIN
    assert clock.run(CHECK) == 1
    next(iter(shop.comments.values()))["status"] = "approved"
    clock.now += CHECK_AGAIN
    clock.run(CHECK)

    reply.refresh_from_db()
    assert (reply.state, reply.published_at) == ("published", clock.now)
    assert Event.objects.filter(verb="reply pending").count() == 1


@pytest.mark.parametrize("end", ["spam", "trash", "deleted"])
def test_the_shops_no_is_kept_with_its_reason(woo, approved, clock, end):
    shop = woo(holds=True)
    reply = approved(shop)
    publish(clock)
    (number,) = shop.comments
    if end == "deleted":
        del shop.comments[number]
    else:
        shop.comments[number]["status"] = end

    clock.now += CHECK_AGAIN
    clock.run(CHECK)

    reply.refresh_from_db()
    assert (reply.state, reply.reason) == ("refused", VANISHED if end == "deleted" else end)


def test_a_refusal_at_once_is_kept_with_its_reason(woo, approved, clock):
    shop = woo()
    reply = approved(shop)
    shop.refuses = {"code": "rest_comment_content_invalid", "message": "Invalid <b>content</b>."}

    publish(clock)

    reply.refresh_from_db()
    assert (reply.state, reply.reason) == ("refused", "rest_comment_content_invalid: Invalid content.")


def test_a_new_answer_takes_the_place_of_the_old_one(woo, approved, clock, bao):
    """connectors §0 rule 3: one reply of ours per review; the new one went through approval."""
    shop = woo()
    first = approved(shop)
    publish(clock)
    shop.edit(int(first.review.external_id), "<p>Đổi ấm rồi mà ấm mới cũng vỡ!</p>")
    clock.now += timedelta(hours=13)
    clock.run(FETCH)
    approve_all(bao)

    publish(clock)

    second = Reply.objects.get(review_version=2)
    (there,) = shop.replies_to(first.review.external_id)
    assert (there["content"], there["id"]) == (second.text, int(second.external_ref))
    assert second.state == "published"


def test_an_answer_that_the_shop_threw_away_is_written_again(woo, approved, clock, bao):
    shop = woo()
    first = approved(shop)
    publish(clock)
    shop.comments.clear()
    shop.edit(int(first.review.external_id), "<p>Ấm mới cũng vỡ!</p>")
    clock.now += timedelta(hours=13)
    clock.run(FETCH)
    approve_all(bao)

    publish(clock)

    assert len(shop.replies_to(first.review.external_id)) == 1
    assert Reply.objects.get(review_version=2).state == "published"


def test_a_review_edited_since_is_not_answered(woo, approved, clock):
    """C7: the shop is looked at just before, not only when it is swept."""
    shop = woo()
    reply = approved(shop)
    shop.edit(int(reply.review.external_id), "<p>Đã xin lỗi và đổi hàng.</p>", 5)

    publish(clock)

    reply.refresh_from_db()
    assert (reply.state, reply.reason, shop.comments) == ("discarded", "review was edited", {})
    assert Review.objects.get().version == 2


@pytest.mark.parametrize("state", ["trash", "spam", "hold", None])
def test_a_review_that_is_gone_is_not_answered(woo, approved, clock, state):
    shop = woo()
    reply = approved(shop)
    number = int(reply.review.external_id)
    if state:
        shop.reviews[number]["status"] = state
    else:
        shop.delete(number)

    publish(clock)

    reply.refresh_from_db()
    assert (reply.state, reply.reason, shop.comments) == ("discarded", "review was deleted", {})
    assert Review.objects.get().deleted_at == clock.now


def test_a_shop_that_is_down_costs_no_reply_its_tries(woo, approved, clock):
    """X14: it waits with its source, and goes out when the shop is back."""
    shop = woo()
    waiting = approved(shop, many=3)
    shop.down, shop.asked[:] = True, []
    for _ in range(TRIES + 4):
        clock.run(PUBLISH)
        clock.now = Polling.objects.get().quiet_until
    assert len(shop.asked) == TRIES + 4
    assert not Reply.objects.exclude(failed_at=None, tries=0).exists()
    assert Event.objects.filter(verb="source does not answer").count() == 1

    shop.down = False
    publish(clock)

    assert [len(shop.replies_to(reply.review.external_id)) for reply in waiting] == [1, 1, 1]
    assert Polling.objects.get().alarmed_at is None


def test_fetching_keeps_the_peace_that_publishing_was_asked_for(woo, approved, clock):
    shop = woo()
    approved(shop)
    shop.script = ["429"]
    clock.run(PUBLISH)
    Polling.objects.update(next_at=None)

    assert clock.run(FETCH) == 0
    assert shop.too_fast == 0


@pytest.mark.parametrize(
    ("password", "trouble"), [("", "no_credentials"), ("wrong", "denied")], ids=["unset", "wrong"]
)
def test_a_locked_door_stops_replies_and_nothing_else(woo, approved, clock, settings, password, trouble):
    """One alarm however long it lasts; reviews still come in; opened, the replies go out."""
    shop = woo()
    reply, right = approved(shop), settings.SOURCE_SECRETS
    settings.SOURCE_SECRETS = right | {"SOURCE_GOM_REPLY_PASSWORD": password}
    for _ in range(5):
        clock.run(PUBLISH)
        shop.write("<p>Đẹp</p>", 5)
        clock.run(FETCH)
        clock.now += timedelta(minutes=31)

    row = Polling.objects.get()
    assert (row.reply_trouble, row.trouble, row.misses) == (trouble, "", 0)
    assert Review.objects.count() == 6
    assert Event.objects.filter(verb="source takes no replies").count() == 1
    assert shop.comments == {}

    settings.SOURCE_SECRETS = right
    clock.run(PUBLISH)

    reply.refresh_from_db()
    assert (reply.state, reply.tries, Polling.objects.get().reply_trouble) == ("published", 0, "")


def test_the_limit_is_checked_before_approval(woo, clock, bao):
    """connectors §0 rule 4: refused to the person who approves, never cut off."""
    shop = woo()
    type(shop.source).objects.update(limit_kind="bytes", limit_size=300)
    shop.write("<p>Giao trễ ba ngày.</p>")
    clock.run(FETCH)
    comments.read_all()
    drafting.answer_all()
    reply = Reply.objects.get()
    edition = replies.edit(reply, reply.text + " ếỡợ" * 100, by=bao, edition=reply.edition)

    with pytest.raises(replies.Blocked):
        replies.approve(reply, by=bao, edition=edition)


def test_no_secret_is_written_anywhere(woo, bao, clock, caplog, capsys):
    """connectors §0 rule 7: not in the rows, not in the records, not in the log."""
    shop = woo(faults="500:.5", seed=1)
    shop.write("<p>Giao trễ.</p>")
    clock.run_until_rest(FETCH, lambda: Review.objects.exists())
    approve_all(bao)
    publish(clock)

    written = caplog.text + "".join(capsys.readouterr())
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {table}")
            written += str(cursor.fetchall())
    assert "gom-reply" in written
    for secret in ("ck_fake", "cs_fake", "abcd efgh ijkl"):
        assert secret not in written
