"""Many rows at once: the same rows as save() writes, with less asking."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from feedback import bulk
from feedback.models import Analysis, Case, Comment, Event, Order
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def spoken(text, **more):
    return {
        "text": text,
        "channel": "review",
        "source": "own",
        "why": "unsolicited",
        "said_at": NOW,
        "received_at": NOW,
    } | more


def test_it_gives_the_keys_in_the_order_of_the_rows():
    keys = bulk.write(Comment, [spoken(f"number {number}") for number in range(3000)])

    assert dict(Comment.objects.values_list("pk", "text")) == {
        key: f"number {number}" for number, key in enumerate(keys)
    }


def test_it_writes_what_save_would_write():
    score = {"score": Decimal("4"), "scale": "stars_5"}
    (key,) = bulk.write(Comment, [spoken("as it is", **score)])
    saved = Comment.objects.create(**spoken("as it is", **score))

    def row(pk):
        return Comment.objects.filter(pk=pk).values().get() | {"id": None, "public_id": None}

    assert row(key) == row(saved.pk)


def test_it_fills_each_row_that_leaves_a_column_out():
    bulk.write(Comment, [spoken("one", score=Decimal(5), scale="stars_5"), spoken("other")])

    assert list(Comment.objects.order_by("pk").values_list("score", "scale")) == [(5, "stars_5"), (None, "")]
    assert len(set(Comment.objects.values_list("public_id", flat=True))) == 2


def test_it_keeps_lists_and_moments_of_several_rows_apart():
    first, second = factories.comment("one"), factories.comment("other")
    reading = {"engine": "e", "lang": "vi", "sentiment": "neutral", "score": 0.0, "complaint": False}
    reading |= {"problem": "none", "fault": "none", "wish": "none"}
    later = NOW + timedelta(hours=1)

    bulk.write(
        Analysis,
        [
            reading | {"comment_id": first.pk, "flags": [], "read_at": NOW},
            reading | {"comment_id": second.pk, "flags": ["safety"], "read_at": later},
        ],
    )

    assert list(Analysis.objects.order_by("pk").values_list("flags", "read_at")) == [
        ([], NOW),
        (["safety"], later),
    ]


def test_an_unsaved_row_is_one_as_django_makes_it():
    lan = factories.customer("Lan")
    columns = {"number": "A1", "customer_id": lan.pk, "placed_at": NOW, "total": Decimal(5)}

    made = bulk.unsaved(Order, **columns)

    usual = Order(**columns)
    assert made.pk is None
    assert made._state.adding
    assert (made.customer, made.location) == (lan, None)
    assert {field.attname for field in Order._meta.concrete_fields} <= made.__dict__.keys()
    assert (made.number, made.currency, made.total) == (usual.number, usual.currency, usual.total)


def test_an_unsaved_row_can_be_saved():
    made = bulk.unsaved(Comment, **spoken("later"))

    bulk.insert([made])
    made.title = "now with a title"
    made.save()

    assert Comment.objects.get(pk=made.pk).title == "now with a title"


def test_constraints_hold():
    rows = [spoken("no such scale", score=Decimal(9), scale="stars_5")]

    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.write(Comment, rows)


@pytest.mark.parametrize("wanted", [[], [0]])
def test_among_nothing_there_is_nothing(wanted):
    factories.comment("here")

    assert not Comment.objects.filter(pk__among=wanted).exists()


def test_among_finds_what_in_finds_by_key_relation_and_word():
    """As `in`, but one parameter however long the list."""
    kept = [factories.read_comment(text) for text in ("one", "two", "three")][:2]
    ids = [comment.pk for comment in kept]
    Event.objects.create(verb='it\'s "quoted"', subject="s", at=NOW, previous="0", hash="1")

    assert set(Comment.objects.filter(pk__among=ids)) == set(kept)
    assert set(Analysis.objects.filter(comment__among=ids).values_list("pk", flat=True)) == set(ids)
    assert Event.objects.filter(verb__among=['it\'s "quoted"', "đổi"]).count() == 1
    assert Comment.objects.filter(pk__among=range(100_000)).count() == 3


def test_among_changes_rows_too():
    first, other = factories.comment("one"), factories.comment("other")

    assert Comment.objects.filter(pk__among=[first.pk]).update(title="changed") == 1
    other.refresh_from_db()
    assert other.title == ""


def test_the_first_row_of_its_kind_is_written():
    about = factories.read_comment()

    first, second = (bulk.unsaved(Case, comment_id=about.pk, opened_at=NOW) for _time in range(2))

    assert bulk.insert_first(first, of="comment_id")
    assert not bulk.insert_first(second, of="comment_id")
    assert Case.objects.get() == first
    assert second.pk is None
