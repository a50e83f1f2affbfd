"""The kept totals are the raw rows, counted: whatever was read, edited or corrected, in whatever order."""

from collections import Counter
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from feedback import comments, corrections, shop, totals
from feedback.models import Shop, ThemeTotal
from feedback.models.words import Channel
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
THEMES = [("late_delivery", "negative"), ("product_quality", "positive")]
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
    return counts.get((day, "*", "*", theme))


def test_it_counts_a_reading_once_per_theme_and_as_a_whole():
    factories.read_comment(themes=THEMES)

    kept, day = totals.kept(), shop.day(factories.NOW).replace(day=15)
    assert of_all(kept, day, "*") == Counter(negative=1)
    assert of_all(kept, day, "late_delivery") == Counter(negative=1)
    assert of_all(kept, day, "product_quality") == Counter(positive=1)
    assert kept[(day, "channel/language", "review/vi", "*")] == Counter(negative=1)


def test_it_counts_on_the_shops_own_day():
    """One in the morning in Ho Chi Minh City is still yesterday in Greenwich."""
    factories.read_comment(said_at=datetime(2026, 11, 9, 18, 0, tzinfo=UTC))

    assert set(ThemeTotal.objects.values_list("day", flat=True)) == {date(2026, 11, 10)}


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


@examples(max_examples=40)
@given(steps=st.lists(st.tuples(st.sampled_from(["say", "read", "edit"]), st.integers(0, 40)), max_size=25))
def test_any_history_ends_in_a_recount(steps):
    """P9: said, read and edited in any order; only the newest words of each count."""
    with transaction.atomic():
        newest = []
        for step, number in steps:
            words = {"text": TEXTS[number % len(TEXTS)], "said_at": NOW.replace(day=1 + number % 20)}
            if step == "say":
                newest.append(factories.comment(channel=list(Channel)[number % 4], **words))
            elif step == "read":
                comments.read_all()
            elif newest:
                place = number % len(newest)
                old, newest[place] = newest[place], factories.comment(channel=newest[place].channel, **words)
                comments.supersede(old, by=newest[place])
            assert totals.kept() == totals.recount()
        comments.read_all()

        assert totals.kept() == totals.recount()
        whole = sum((n for key, n in totals.kept().items() if key[1] == key[3] == "*"), Counter())
        assert whole.total() == len(newest)
        transaction.set_rollback(True)


def test_it_can_be_written_anew():
    factories.read_comment(themes=THEMES)
    ThemeTotal.objects.filter(theme="*").update(negative=7)

    with pytest.raises(SystemExit):
        call_command("rebuild_totals", stdout=(out := StringIO()))
    call_command("rebuild_totals", "--write", stdout=StringIO())
    call_command("rebuild_totals", stdout=(after := StringIO()))

    assert out.getvalue() == "6 totals recounted, 2 differed\n"
    assert after.getvalue() == "6 totals recounted, 0 differed\n"


def test_it_can_be_written_anew_when_the_shop_moves():
    """Days are the shop's own: after a change of zone the totals are rebuilt."""
    factories.a_shop(zone="Asia/Ho_Chi_Minh")
    factories.read_comment(said_at=datetime(2026, 11, 9, 18, 0, tzinfo=UTC))
    Shop.objects.update(zone="Europe/Paris")
    shop.forget()

    totals.rebuild()

    assert set(ThemeTotal.objects.values_list("day", flat=True)) == {date(2026, 11, 9)}


@pytest.mark.parametrize("rows", [2, 20])
def test_reading_costs_the_same_however_many(rows, django_assert_max_num_queries):
    for number in range(rows):
        factories.comment(TEXTS[number % len(TEXTS)])

    with django_assert_max_num_queries(22):
        assert comments.read_all() == rows
