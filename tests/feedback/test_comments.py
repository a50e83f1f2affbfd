"""What customers said is kept as they said it, read once, and never edited."""

import unicodedata
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from feedback import comments, leases, totals
from feedback.models import Analysis, Comment, Mention
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\x00b", "ab"),
        ("tốt \ud83d lắm", "tốt  lắm"),
        ("\udfff", ""),
        (unicodedata.normalize("NFD", "Giao hàng trễ quá"), "Giao hàng trễ quá"),
        ("rất đẹp 😍\u200b", "rất đẹp 😍\u200b"),
    ],
)
def test_it_keeps_what_a_database_can_keep(given, kept):
    assert comments.clean(given) == kept


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_was_said_can_be_stored(text):
    kept = comments.clean(text)

    assert kept.encode().decode() == kept
    assert "\x00" not in kept
    assert comments.clean(kept) == kept


def test_it_comes_back_as_it_was_stored():
    words = 'Bát\tđẹp "lắm" <b>&amp; \\n 😍\r\n' + "x" * 5000

    comment = factories.comment(words, title="Tiêu\x00 đề", author="Lan\ud800")

    stored = Comment.objects.get(pk=comment.pk)
    assert (stored.text, stored.title, stored.author) == (words, "Tiêu đề", "Lan")


def test_a_bulk_writer_gets_it_unsaved():
    comment = comments.new(
        text="tốt", channel="review", source="map", why="unsolicited", said_at=NOW, received_at=NOW
    )

    assert comment.pk is None
    assert not Comment.objects.exists()


@pytest.mark.parametrize(("scale", "score"), [("stars_5", 11), ("stars_5", 0), ("nps_10", 11), ("", 3)])
def test_the_database_refuses_a_score_off_its_scale(scale, score):
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.comment(scale=scale, score=score)


def test_it_stores_the_reading_once():
    factories.comment("Giao hàng trễ 5 ngày, gọi 0912345678 không ai bắt máy.")

    assert comments.read_all() == 1
    assert comments.read_all() == 0

    analysis = Analysis.objects.get()
    assert (analysis.lang, analysis.sentiment) == ("vi", "negative")
    assert analysis.pii == [{"kind": "phone", "span": [26, 36]}]
    assert analysis.read_at == Comment.objects.get().read_at


def test_it_stores_themes_with_the_words_that_show_them():
    factories.comment("Giao hàng trễ 5 ngày, thất vọng.")

    comments.read_all()

    found = Mention.objects.get(theme__slug="late_delivery")
    assert found.polarity == "negative"
    assert found.words


def test_it_reads_the_title_as_well():
    factories.comment("Ok.", title="Terrible, broken, awful!", language="en")

    comments.read_all()

    assert Analysis.objects.get().sentiment == "negative"


def test_a_second_reading_of_one_comment_leaves_nothing():
    """A lease that was taken over: the reading that comes second is undone as a whole."""
    comment = factories.comment()
    (row,) = leases.lease(comments.READ, NOW)
    Comment.objects.update(leased_by="another-machine/1/1")

    with pytest.raises(leases.LeaseLost):
        comments.read([row], NOW)

    assert not Analysis.objects.filter(comment=comment).exists()
    assert totals.kept() == {}


def test_words_that_were_edited_before_they_were_read_do_not_count():
    """They are read all the same: a decision on them may exist, and history stays whole."""
    old, new = factories.comment("Tệ quá."), factories.comment("Tốt lắm!")
    comments.supersede(old, by=new)

    assert comments.read_all() == 2

    assert Analysis.objects.count() == 2
    assert (
        sum(counts.total() for key, counts in totals.kept().items() if key[1:] == ("*", "*", "*", "day")) == 1
    )
    assert totals.kept() == totals.recount()


def test_edited_words_count_no_more():
    old = factories.read_comment(themes=[("late_delivery", "negative")])

    comments.supersede(old, by=factories.comment("Đã đổi cho mình, tốt."))

    assert totals.kept() == totals.recount() == {}
    assert not Comment.objects.current().filter(pk=old.pk).exists()


def test_words_are_superseded_once():
    """Two imports of the same edit: the second changes nothing, the totals least of all."""
    keeps = factories.read_comment()
    old, first, second = factories.read_comment(), factories.comment(), factories.comment()
    stale = Comment.objects.get(pk=old.pk)

    comments.supersede(old, by=first)
    comments.supersede(stale, by=second)

    assert Comment.objects.get(pk=old.pk).superseded_by == first
    assert totals.kept() == totals.recount() != {}
    assert keeps.superseded_by is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("scale", "score"), [("stars_5", None), ("stars_5", 6), ("nps_10", None), ("nps_10", -1), ("", 3)]
)
def test_it_keeps_no_score_off_its_scale(scale, score):
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.comment(scale=scale, score=score)


@pytest.mark.parametrize("rows", [2, 20])
def test_many_edits_cost_the_same_as_one(rows, django_assert_max_num_queries):
    factories.a_shop()
    pairs = [(factories.read_comment(), factories.comment()) for _ in range(rows)]

    # PostgreSQL locks the totals in order first.
    with django_assert_max_num_queries(10 + (connection.vendor == "postgresql")):
        comments.supersede_many(pairs)

    assert totals.kept() == totals.recount() == {}
    assert not Comment.objects.current().filter(pk__in=[old.pk for old, _new in pairs]).exists()


def test_it_stores_how_sure_the_reader_is():
    factories.comment("Giao hàng trễ 5 ngày, thất vọng quá.")

    comments.read_all()

    assert 0.5 < Analysis.objects.get().probability <= 1


def test_what_was_said_last_is_read_first():
    """The others wait for the next batch; each batch so has few days."""
    said = [factories.comment(said_at=NOW - timedelta(days=days)) for days in (9, 2, 5)]

    taken = leases.lease(replace(comments.READ, batch=2), NOW)

    assert taken == [said[1], said[2]]
