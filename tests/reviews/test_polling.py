"""Fetching from a shop that answers badly: what we have in the end is what the shop shows (X10, X13, X14)."""

from datetime import timedelta

import pytest

from feedback import comments, leases, web
from feedback.html_text import words_of
from feedback.models import Comment, Event
from reviews import drafting
from reviews.models import Polling, Reply, Review, UnreadableReview
from reviews.polling import FETCH, LEFT_IN_PEACE, TAKE_AGAIN, TRIES
from reviews.sources import woocommerce

pytestmark = pytest.mark.django_db
FAULTS = "429:.1,500:.1,hang:.02,cut:.05,badjson:.03,html:.02,redirect:.01,deep:.01,dup:.1,shuffle:.5"


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch):
    monkeypatch.setattr(woocommerce, "PER_PAGE", 5)


def fetched(clock, times=1):
    """So many whole passes more."""
    for _ in range(times):
        before = Polling.objects.get().polled_at
        clock.run_until_rest(FETCH, lambda before=before: Polling.objects.get().polled_at != before)


def swept(clock):
    clock.now += timedelta(hours=13)
    fetched(clock)


def kept():
    """As the truth is told: by id, the text and the stars of what is not deleted."""
    return {
        review.external_id: (review.comment.text, review.comment.stars)
        for review in Review.objects.filter(deleted_at=None).select_related("comment")
    }


def true(shop):
    return {key: (words_of(text), stars) for key, (text, stars) in shop.truth().items()}


def test_it_takes_everything_in_page_by_page(woo, clock):
    shop = woo()
    for n in range(12):
        shop.write(f"<p>Ấm số {n}</p>", 1 + n % 5)

    fetched(clock)

    assert kept() == true(shop)
    assert len(kept()) == 12
    said = Comment.objects.latest("pk")
    assert (said.author, said.source, said.channel) == ("Lan", "gom", "review")
    assert Review.objects.latest("pk").verified


def test_nobodys_address_is_kept(woo, clock):
    """L16: the shop gives the reviewer's e-mail; nobody needs it."""
    shop = woo()
    shop.write()

    fetched(clock)

    assert not Comment.objects.filter(author__contains="@").exists()
    assert Comment.objects.get().customer is None


def test_the_same_again_changes_nothing(woo, clock):
    """connectors §0 rule 1."""
    shop = woo()
    shop.write()
    fetched(clock)
    before = Event.objects.count(), Comment.objects.count()

    fetched(clock, times=2)
    swept(clock)

    assert (Event.objects.count(), Comment.objects.count()) == before


def test_news_ends_where_the_known_begins(woo, clock):
    shop = woo()
    for _ in range(20):
        shop.write()
    fetched(clock)
    shop.asked.clear()
    shop.write("<p>Mới</p>")

    fetched(clock)

    assert len(shop.asked) == 1
    assert kept() == true(shop)


def test_a_sweep_finds_edits_and_deletions(woo, clock):
    """connectors §0 rule 2; L6: what was said stays in the totals."""
    shop = woo()
    first, second, third = shop.write(), shop.write("<p>Tốt</p>", 5), shop.write("<p>Đẹp</p>", 5)
    fetched(clock)
    shop.edit(first, "<p>Đã được đổi ấm mới.</p>", 5)
    shop.delete(second)
    shop.reviews[third]["status"] = "trash"

    swept(clock)

    assert kept() == true(shop)
    assert Review.objects.get(external_id=first).version == 2
    assert Review.objects.filter(deleted_at=None).count() == 1
    assert Comment.objects.filter(superseded_by=None).count() == 3
    assert Event.objects.filter(verb="review deleted at its source").count() == 2


def test_a_deleted_review_gets_no_answer(woo, clock):
    shop = woo()
    answered, waiting = shop.write(), shop.write()
    fetched(clock)
    comments.read_all()
    drafting.answer_all()
    Reply.objects.filter(review__external_id=waiting).delete()
    Review.objects.filter(external_id=waiting).update(state="received")
    shop.delete(answered)
    shop.delete(waiting)

    swept(clock)
    drafting.answer_all()

    reply = Reply.objects.get()
    assert (reply.state, reply.reason) == ("discarded", "review was deleted")


def test_what_comes_back_is_answered_again(woo, clock):
    shop = woo()
    number = shop.write()
    fetched(clock)
    comments.read_all()
    drafting.answer_all()
    shop.reviews[number]["status"] = "spam"
    swept(clock)
    shop.reviews[number]["status"] = "approved"

    swept(clock)
    drafting.answer_all()

    assert kept() == true(shop)
    assert sorted(Reply.objects.values_list("state", flat=True)) == ["discarded", "draft"]


def test_a_page_that_shifts_hides_nothing(woo, clock):
    """One goes while the sweep reads: what slips onto the page before is looked for, and not lost."""
    shop = woo()
    numbers = [shop.write(f"<p>Số {n}</p>") for n in range(15)]
    fetched(clock)
    shop.edit(numbers[5], "<p>Đổi rồi</p>")
    clock.now += timedelta(hours=13)
    leases.run_once(FETCH, clock.now)  # the first page: 0 to 4
    shop.delete(numbers[0])  # number 5 moves onto it

    fetched(clock)

    assert kept()[str(numbers[5])] == ("Đổi rồi", 1)
    assert not Review.objects.exclude(deleted_at=None).exists()
    swept(clock)
    assert kept() == true(shop)
    assert Review.objects.exclude(deleted_at=None).get().external_id == str(numbers[0])


def test_it_goes_on_where_a_dead_worker_stopped(woo, clock):
    shop = woo()
    for n in range(15):
        shop.write(f"<p>Số {n}</p>")
    leases.run_once(FETCH, clock.now)
    Polling.objects.update(leased_by="elsewhere/1/1", leased_until=clock.now + timedelta(minutes=30))
    assert clock.run(FETCH) == 0
    shop.asked.clear()
    clock.now += timedelta(minutes=31)

    fetched(clock)

    assert [re_page(asked) for asked in shop.asked] == ["2", "3"]
    assert kept() == true(shop)


def re_page(asked):
    return asked.partition("&page=")[2].partition("&")[0]


def test_a_review_that_cannot_be_kept_stops_nobody(woo, clock):
    """X13: a dead letter with its reason; a person may have it tried again."""
    shop = woo()
    for n in range(7):
        shop.write(f"<p>Số {n}</p>")
    poison = [
        shop.write(rating=9),
        shop.write(date_created_gmt="yesterday"),
        shop.write("", 0),
        shop.write("x" * 20_001),
        shop.write("\x00"),
        shop.write("\ud800"),
        shop.write(review={"a": 1}),
        shop.write("<" * 200_000),
    ]

    fetched(clock)

    assert len(kept()) == 7
    letters = {row.external_id: row.failure for row in UnreadableReview.objects.given_up()}
    assert letters.keys() == {str(number) for number in poison}
    assert letters[str(poison[0])] == "fetch reviews: stars"
    assert Polling.objects.get().misses == 0

    shop.edit(poison[0], "<p>Được rồi</p>", 4)
    leases.try_again(UnreadableReview.objects.get(external_id=poison[0]))
    clock.run(TAKE_AGAIN)

    assert UnreadableReview.objects.count() == len(poison) - 1
    assert kept()[str(poison[0])] == ("Được rồi", 4)


def test_a_known_review_turned_unreadable_is_not_deleted(woo, clock):
    shop = woo()
    number = shop.write("<p>Tốt</p>", 5)
    fetched(clock)
    shop.edit(number, "<p>Tốt</p>", 12)

    swept(clock)

    assert kept() == {str(number): ("Tốt", 5)}
    assert UnreadableReview.objects.given_up().count() == 1


@pytest.mark.parametrize("hours", [-30, 30])
def test_the_shops_clock_may_be_wrong(woo, clock, hours):
    """X10 skew: nobody has said anything tomorrow."""
    shop = woo(skew=timedelta(hours=hours))
    shop.write()
    fetched(clock)
    shop.skew = timedelta(hours=-hours)
    shop.write("<p>Sau</p>")

    fetched(clock)

    assert kept() == true(shop)
    assert not Comment.objects.filter(said_at__gt=clock.now).exists()


def test_it_keeps_away_as_long_as_it_is_asked_to(woo, clock):
    shop = woo()
    shop.write()
    shop.script = ["429"]

    clock.run(FETCH)
    for _ in range(38):
        clock.now += timedelta(seconds=1)
        assert clock.run(FETCH) == 0
    clock.now += timedelta(seconds=30)
    clock.run(FETCH)

    assert (shop.too_fast, shop.counts["429"], kept()) == (0, 1, true(shop))


def test_a_day_away_is_one_alarm_and_then_caught_up(woo, clock):
    """X14."""
    shop = woo()
    shop.write()
    fetched(clock)
    shop.down = True
    for n in range(30):
        shop.write(f"<p>Trong lúc hỏng {n}</p>")
    begun, shop.asked[:] = clock.now, []
    while clock.now < begun + timedelta(days=1):
        clock.run(FETCH)
        row = Polling.objects.get()
        clock.now = max(moment for moment in (row.next_at, row.quiet_until) if moment)

    assert Event.objects.filter(verb="source does not answer").count() == 1
    assert Polling.objects.get().alarmed_at
    quarters = timedelta(days=1) / (0.75 * LEFT_IN_PEACE)
    assert len(shop.asked) <= TRIES + quarters

    shop.down = False
    fetched(clock)

    assert kept() == true(shop)
    row = Polling.objects.get()
    assert (row.misses, row.trouble, row.alarmed_at, row.failed_at) == (0, "", None, None)
    assert Event.objects.filter(verb="source answers again").count() == 1


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        ("500", "broken"),
        ("hang", "silent"),
        ("cut", "silent"),
        ("badjson", "nonsense"),
        ("html", "nonsense"),
        ("deep", "nonsense"),
        ("redirect", "elsewhere"),
        ("429", "busy"),
    ],
)
def test_it_says_what_is_the_matter(woo, clock, fault, trouble):
    shop = woo()
    shop.script = [fault]

    clock.run(FETCH)

    row = Polling.objects.get()
    assert (row.trouble, row.misses, row.leased_by) == (trouble, 1, "")
    assert row.quiet_until > clock.now


def test_a_key_that_is_not_set_asks_nobody(woo, clock, settings):
    shop = woo()
    settings.SOURCE_SECRETS = {}

    clock.run(FETCH)

    assert (Polling.objects.get().trouble, shop.asked) == ("no_credentials", [])


def test_a_key_that_does_not_open_is_said(woo, clock, settings):
    woo()
    settings.SOURCE_SECRETS = settings.SOURCE_SECRETS | {"SOURCE_GOM_SECRET": "wrong"}

    clock.run(FETCH)

    assert Polling.objects.get().trouble == "denied"


def test_a_shop_without_page_counts_is_read_to_its_end(woo, clock):
    shop = woo(pages=False)
    for n in range(11):
        shop.write(f"<p>Số {n}</p>")

    fetched(clock)

    assert kept() == true(shop)


def test_too_much_is_refused(woo, clock, monkeypatch):
    shop = woo()
    shop.write("<p>" + "a" * 9000 + "</p>")
    monkeypatch.setattr(web, "MOST_BYTES", 5000)

    clock.run(FETCH)

    assert Polling.objects.get().trouble == "too_big"


def test_a_source_that_is_not_used_is_not_asked(woo, clock):
    shop = woo()
    shop.source.is_active = False
    shop.source.save()

    assert (clock.run(FETCH), shop.asked) == (0, [])


@pytest.mark.parametrize(
    "seed", [*range(4), *(pytest.param(n, marks=pytest.mark.prove) for n in range(4, 20))]
)
def test_whatever_goes_wrong_the_table_ends_as_the_truth(woo, clock, seed):
    """X10: 20 seeds of faults, while people write, edit and delete. Each id once, the newest version, the
    deleted marked; Retry-After kept, at most six tries of a page."""
    shop = woo(faults=FAULTS, seed=seed, skew=timedelta(minutes=seed * 7 - 70))
    dice = shop.dice
    for n in range(12):
        shop.write(f"<p>Lần {n} &amp; lần nữa</p>", dice.randint(1, 5))
    fetched(clock)
    for turn in range(3):
        shop.write(f"<p>Mới {turn}</p>", 4)
        shop.edit(dice.choice(list(shop.reviews)), f"<p>Sửa {turn}</p>", 1)
        shop.delete(dice.choice(list(shop.reviews)))
        fetched(clock)
    swept(clock)

    assert kept() == true(shop)
    assert Review.objects.count() == Review.objects.values("external_id").distinct().count()
    assert shop.stats()["too_fast"] == 0
    assert shop.stats()["most_tries"] <= TRIES
    assert sum(shop.counts.values()) > 0
