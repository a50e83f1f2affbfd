"""The kept totals are the raw rows, counted: whatever was read, edited or corrected, in whatever order."""

from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from feedback import comments, corrections, erasure, leases, rereading, shop, totals
from feedback.models import Analysis, Comment, Location, Product, Shop, ThemeTotal, Touchpoint
from feedback.models.words import Channel
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
THEMES = [("late_delivery", "negative"), ("product_quality", "positive")]
SIDES = ["negative", "neutral", "positive"]
RIGHT = corrections.Said(sentiment="negative", problem="late")
TEXTS = [
    "Giao hàng trễ 5 ngày, hộp móp, thất vọng.",
    "Đẹp lắm, men bóng, gói kỹ, sẽ mua nữa!",
    "Arrived late and the handle was broken.",
    "Lovely bowl, great price.",
    "ok",
    "",
]


def of_all(counts, day, theme):
    return counts.get((day, "*", "*", theme, "day"))


def days():
    return set(ThemeTotal.objects.filter(grain="day").values_list("day", flat=True))


def test_it_counts_a_reading_once_per_theme_and_as_a_whole():
    factories.read_comment(themes=THEMES)

    kept, day = totals.kept(), shop.day(factories.NOW).replace(day=15)
    assert of_all(kept, day, "*") == Counter(negative=1)
    assert of_all(kept, day, "late_delivery") == Counter(negative=1)
    assert of_all(kept, day, "product_quality") == Counter(positive=1)
    assert {key[1:3] for key in kept} == {
        ("*", "*"),
        ("channel", "review"),
        ("source", "map"),
        ("language", "vi"),
        ("why", "unsolicited"),
    }
    assert {(key.day, key.grain) for key in kept} == {
        (day, "day"),
        (date(2026, 11, 9), "week"),
        (date(2026, 11, 1), "month"),
    }


def test_it_counts_by_what_is_known_of_a_comment():
    """A product by months alone: a shop has thousands of them."""
    place = Location.objects.create(code="q1", name_vi="Quận 1", name_en="District 1")
    bowl = Product.objects.create(sku="B-1", name_vi="Bát", name_en="Bowl", currency="VND")
    factories.read_comment(
        location=place,
        product=bowl,
        touchpoint=Touchpoint.objects.first(),
        reading={"leverage": "review_threat"},
    )

    found = {(key.dimension, key.value, key.grain) for key in totals.kept()}

    assert {grain for dimension, _value, grain in found if dimension == "product"} == {"month"}
    for dimension, value in [
        ("location", str(place.pk)),
        ("touchpoint", str(Touchpoint.objects.first().pk)),
        ("leverage", "review_threat"),
    ]:
        assert {grain for *one, grain in found if one == [dimension, value]} == {"day", "week", "month"}
    assert totals.kept() == totals.recount()


def test_it_counts_on_the_shops_own_day():
    """One in the morning in Ho Chi Minh City is still yesterday in Greenwich."""
    factories.read_comment(said_at=datetime(2026, 11, 9, 18, 0, tzinfo=UTC))

    assert days() == {date(2026, 11, 10)}


def test_it_adds_to_what_stands():
    for _ in range(3):
        factories.read_comment(themes=THEMES)

    assert set(map(str, totals.kept().values())) == {
        str(Counter(negative=3)),
        str(Counter(positive=3)),
    }


def test_it_takes_away_what_it_added():
    kept = factories.read_comment(themes=THEMES)
    before = totals.kept()
    gone = factories.read_comment(themes=[("safety", "negative")])

    totals.take_away([gone])

    assert totals.kept() == before
    assert kept.pk != gone.pk


def test_it_follows_a_persons_correction_when_it_takes_away():
    about = factories.read_comment()
    corrections.correct(about, RIGHT, by=factories.user(), edition=1)

    totals.take_away([about])

    assert totals.kept() == {}


class Gone(RuntimeError):
    """The process is gone."""


def crash():
    """Killed before the transaction of the reading ended; its leases are taken over, as from the dead."""
    rows = leases.lease(comments.READ, timezone.now())
    if not rows:
        return
    with suppress(Gone), transaction.atomic():
        comments.read(rows, timezone.now())
        raise Gone
    Comment.objects.filter(pk__in=[row.pk for row in rows]).update(leased_by="", leased_until=None)


def edit(newest, place, words):
    old, newest[place] = newest[place], factories.comment(channel=newest[place].channel, **words)
    comments.supersede(old, by=newest[place])


def correct(about, number, mai):
    """A person's word, or taking it back."""
    analysis = Analysis.objects.filter(comment=about).first()
    if analysis is None:
        return
    if analysis.corrected_at and number % 2:
        corrections.withdraw(about, by=mai, edition=analysis.edition)
    else:
        said = corrections.Said(sentiment=SIDES[number % 3], problem="late", themes={"courier": "negative"})
        corrections.correct(about, said, by=mai, edition=analysis.edition)


def erase(about):
    erasure.ask(comment=about, how="page")
    while leases.run_once(erasure.ERASE):
        pass


def read_anew():
    rereading.ask(None)
    while leases.run_once(rereading.READ_ANEW):
        pass


STEPS = ["say", "say", "read", "crash", "edit", "correct", "erase", "read anew"]


@examples(max_examples=25, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 40)), max_size=14))
def test_any_history_ends_in_a_recount(steps):
    """P9: said, read, corrected, edited, erased, killed while reading and read anew, in any order: what is
    kept is what a recount finds, and the newest words of each count once."""
    any_history(steps)


@pytest.mark.prove
@examples(max_examples=400, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 40)), max_size=40))
def test_any_long_history_ends_in_a_recount(steps):
    """P9, long."""
    any_history(steps)


def any_history(steps):
    with transaction.atomic():
        newest, mai = [], factories.user()
        of_stamp = {}  # what a page would show that was drawn when the stamp was new
        for step, number in steps:
            words = {"text": TEXTS[number % len(TEXTS)], "said_at": NOW.replace(day=1 + number % 20)}
            about = newest[number % len(newest)] if newest else None
            if step == "say":
                newest.append(factories.comment(channel=list(Channel)[number % 4], **words))
            elif step == "read":
                comments.read_all()
            elif step == "crash":
                crash()
            elif step == "read anew":
                read_anew()
            elif about is None:
                continue
            elif step == "edit":
                edit(newest, number % len(newest), words)
            elif step == "correct":
                correct(about, number, mai)
            else:
                erase(about)
            assert of_stamp.setdefault(totals.stamp(), totals.kept()) == totals.kept() == totals.recount()
        comments.read_all()
        each_counts_once(newest)
        transaction.set_rollback(True)


def each_counts_once(newest):
    kept = totals.kept()
    assert kept == totals.recount()
    for grain in ("day", "week", "month"):
        whole = [n for key, n in kept.items() if (key.dimension, key.theme, key.grain) == ("*", "*", grain)]
        assert sum(whole, Counter()).total() == len(newest)


def test_it_can_be_written_anew():
    factories.read_comment(themes=THEMES)
    ThemeTotal.objects.filter(theme="*").update(negative=7)

    with pytest.raises(SystemExit):
        call_command("rebuild_totals", stdout=(out := StringIO()))
    call_command("rebuild_totals", "--write", stdout=StringIO())
    call_command("rebuild_totals", stdout=(after := StringIO()))

    assert out.getvalue() == "45 totals recounted, 15 differed\n"
    assert after.getvalue() == "45 totals recounted, 0 differed\n"


def test_it_can_be_written_anew_when_the_shop_moves():
    """Days are the shop's own: after a change of zone the totals are rebuilt."""
    factories.a_shop(zone="Asia/Ho_Chi_Minh")
    factories.read_comment(said_at=datetime(2026, 11, 9, 18, 0, tzinfo=UTC))
    Shop.objects.update(zone="Europe/Paris")
    shop.forget()

    totals.rebuild()

    assert days() == {date(2026, 11, 9)}


@pytest.mark.parametrize("rows", [2, 20])
def test_reading_costs_the_same_however_many(rows, django_assert_max_num_queries):
    for number in range(rows):
        factories.comment(TEXTS[number % len(TEXTS)])

    with django_assert_max_num_queries(22):
        assert comments.read_all() == rows
