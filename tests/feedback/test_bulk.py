"""Many rows at once: the same rows as save() writes, with less asking."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction

from feedback import bulk
from feedback.models import Analysis, Case, Comment, Customer, Departed, Event, Order
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


AWKWARD = [
    'a "quoted" word',
    "back\\slash",
    'both \\" of them',
    "NULL",
    "",
    "{a,b}",
    "two\nlines\tand a tab",
    "đổi 🍵",
]


def test_any_words_come_back_as_they_were():
    """PostgreSQL gets them in lists of its own spelling."""
    keys = bulk.write(Comment, [spoken(words) for words in AWKWARD])

    assert [Comment.objects.get(pk=key).text for key in keys] == AWKWARD


def test_what_is_not_said_is_not_the_word_for_it():
    lan = factories.customer("Lan")
    row = {
        "number": "NULL",
        "customer_id": lan.pk,
        "placed_at": NOW,
        "received_at": NOW,
        "total": Decimal("9.5"),
    }

    bulk.write(Order, [row | {"number": f"A{day}", "promised_on": day} for day in (None, NOW.date())] + [row])

    written = Order.objects.order_by("pk").values_list("number", "promised_on", "total", "placed_at")
    assert list(written) == [
        ("ANone", None, Decimal("9.5"), NOW),
        (f"A{NOW.date()}", NOW.date(), Decimal("9.5"), NOW),
        ("NULL", None, Decimal("9.5"), NOW),
    ]


@pytest.mark.skipif(settings.SQLITE, reason="SQLite has no lengths")
def test_words_too_long_for_their_column_are_an_error_and_are_not_cut():
    lan = factories.customer("Lan")
    row = {
        "customer_id": lan.pk,
        "placed_at": NOW,
        "received_at": NOW,
        "total": Decimal(5),
        "carrier": "x" * 81,
    }

    with pytest.raises(DataError), transaction.atomic():
        bulk.write(Order, [row | {"number": "A1"}])


def test_json_and_yes_or_no_come_back_as_they_were():
    data = {"said": 'a "quoted" \\ word', "list": [1, None, True]}

    bulk.write(Event, [{"verb": "v", "subject": "s", "at": NOW, "data": data, "previous": "0", "hash": "1"}])
    bulk.write(
        Customer, [{"email": f"{yes}@example.com", "since": NOW, "is_insider": yes} for yes in (True, False)]
    )

    assert Event.objects.get(hash="1").data == data
    assert list(Customer.objects.order_by("pk").values_list("is_insider", flat=True)) == [True, False]


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


def test_a_row_that_is_there_is_written_over_and_keeps_its_key():
    here, other = factories.customer("Lan"), factories.customer("Minh")
    story = {
        "first_on": NOW.date(),
        "last_on": NOW.date(),
        "since": NOW.date(),
        "visits": 1,
        "currency": "VND",
    }
    bulk.write_over(Departed, [{"customer_id": here.pk, "spent": Decimal(5)} | story], of="customer_id")
    key = Departed.objects.get().pk

    again = [{"customer_id": one.pk, "spent": Decimal(7), "usual": 2.5} | story for one in (other, here)]
    bulk.write_over(Departed, [row | {"visits": 3} for row in again], of="customer_id")

    assert (
        list(Departed.objects.order_by("customer").values_list("spent", "usual", "visits"))
        == [(7, 2.5, 3)] * 2
    )
    assert Departed.objects.get(customer=here).pk == key


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


@pytest.mark.skipif(not settings.SQLITE, reason="a setting of SQLite's log")
def test_the_log_is_written_back_as_usual_again_even_after_a_failure():
    """Issue 6, figures: an import of a million rows writes each page once for many rows."""

    def pages():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_autocheckpoint")
            return cursor.fetchone()[0]

    def fail():
        with bulk.written_back_rarely():
            meanwhile.append(pages())
            raise KeyError

    usual, meanwhile = pages(), []
    with pytest.raises(KeyError):
        fail()

    assert meanwhile[0] > usual == pages()
