"""A prepared query gives what its queryset gives, and is built once."""

from datetime import date, datetime, timedelta
from threading import Thread

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from feedback.models import Comment, Order
from feedback.prepared import Prepared, PreparedCounts, PreparedFigures
from tests import factories

pytestmark = pytest.mark.django_db


def by_number(number):
    return Order.objects.select_related("customer", "location").filter(number=number)


def columns(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_it_is_what_the_queryset_gives():
    made = factories.order()

    found, wanted = Prepared(by_number, str).first(made.number), by_number(made.number).get()

    assert columns(found) == columns(wanted)
    assert columns(found.customer) == columns(wanted.customer)
    assert (found.location, found._state.adding, found._state.db) == (None, False, "default")


def test_what_lies_beside_a_row_is_asked_for_with_it():
    made = factories.read_comment(source="map")
    prepared = Prepared(
        lambda source: Comment.objects.select_related("analysis", "case").filter(source=source), str
    )

    with CaptureQueriesContext(connection) as captured:
        found = prepared.first("map")
        assert (found.analysis, hasattr(found, "case")) == (made.analysis, False)

    assert len(captured) == 1


def test_each_value_finds_its_own_row():
    prepared, orders = Prepared(by_number, str), [factories.order(), factories.order()]

    assert [prepared.first(order.number) for order in orders] == orders
    assert prepared.first("' OR 1=1 --") is None


def test_it_is_built_once_for_all_threads():
    asked = []
    prepared = Prepared(lambda number: asked.append(number) or by_number(number), str)
    prepared.first("1")

    thread = Thread(target=lambda: prepared._built.row)
    thread.start()
    thread.join()

    prepared.first("2")
    assert len(asked) == 1


def test_several_values_of_several_kinds_find_their_places():
    first, second = factories.order(), factories.order()
    prepared = Prepared(
        lambda customer, since, number: Order.objects.filter(
            customer=customer, placed_at__gte=since, number=number
        ).order_by("pk"),
        int,
        datetime,
        str,
    )

    assert prepared.all(first.customer_id, first.placed_at, first.number) == [first]
    assert prepared.all(second.customer_id, second.placed_at, second.number) == [second]
    assert prepared.all(first.customer_id, first.placed_at + timedelta(seconds=1), first.number) == []
    assert prepared.all(first.customer_id, first.placed_at, second.number) == []


def test_figures_are_what_the_queryset_gives():
    made = factories.order()

    def figures(customer):
        return Order.objects.filter(customer=customer).values_list("customer__name", Sum("total"))

    assert PreparedFigures(figures, int).all(made.customer_id) == list(figures(made.customer_id))


def test_it_counts_several_at_once():
    made = [factories.order(), factories.order()]
    count = PreparedCounts(
        [lambda day: Order.objects.filter(placed_at__date__lte=day), lambda day: Comment.objects.all()[:5]],
        date,
    )

    with CaptureQueriesContext(connection) as captured:
        found = [count(made[0].placed_at.date() + timedelta(days=days)) for days in (1, -5)]

    assert found == [(2, 0), (0, 0)]
    assert len(captured) == 2


def test_what_is_always_the_same_stands_in_the_statement():
    """An index of few rows serves only who names them."""
    prepared = Prepared(
        lambda number: Order.objects.filter(number=number, currency="VND", carrier="o'n%e"), str
    )

    statement = prepared._built.statement

    assert "'VND'" in statement.sql
    assert len(statement.parameters(["1"])) == statement.sql.count("%s") == 2  # what could end a word is sent
    assert prepared.all("1") == []


def test_the_log_of_queries_knows_the_words_of_a_kept_plan():
    """From the third time on PostgreSQL is sent a name alone."""
    newest = Prepared(lambda day: Order.objects.filter(placed_at__gte=day), datetime)
    with CaptureQueriesContext(connection) as captured:
        for _again in range(6):
            list(newest.all(factories.NOW))

    assert len(captured) == 6
    assert all("feedback_order" in one["sql"] for one in captured)
