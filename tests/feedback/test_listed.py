"""Lists of many customers, kept by the job that counts them: any page, in the order found (issue 6)."""

from datetime import timedelta

import numpy as np
import pytest
from django.core.paginator import Paginator
from django.db import connection

from feedback import listed
from feedback.models import Customer, Erasure, ListedCustomers
from tests.factories import NOW, customer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(listed, "_TOGETHER", 3)


def some(n):
    return [customer(f"Khách {place}").pk for place in range(n)]


def keep(now=NOW, **lists):
    listed.keep("left", [(key, np.array(keys, np.int64)) for key, keys in lists.items()], now)


def names(key="all"):
    found = listed.find("left", key, listed.customers)
    return [one.pk for one in found.iterator(chunk_size=2)]


@pytest.mark.parametrize("per_page", [1, 2, 3, 5, 11, 50])
def test_every_page_has_its_own_in_the_order_found(per_page):
    keys = some(11)[::-1]
    keep(all=keys)
    pages = Paginator(listed.find("left", "all", listed.customers), per_page)

    assert [[one.pk for one in page] for page in pages] == [
        keys[begin : begin + per_page] for begin in range(0, 11, per_page)
    ]
    assert pages.count == 11


def test_whoever_was_erased_or_made_one_with_somebody_since_is_left_out():
    keys = some(7)
    keep(all=keys)
    Customer.objects.filter(pk=keys[1]).update(erased_at=NOW)
    Customer.objects.filter(pk=keys[5]).update(merged_into=keys[0])

    assert names() == [keys[0], *keys[2:5], keys[6]]


def erased(key, at=NOW):
    Customer.objects.filter(pk=key).update(erased_at=at)
    Erasure.objects.create(customer_id=key, how="page", asked_at=at)


def test_how_many_are_still_listed_leaves_out_who_is_gone():
    """Whoever was erased before, and is in no list, changes nothing; nor does who was made one."""
    before, *keys, other = some(9)
    erased(before, NOW - timedelta(days=1))
    Customer.objects.filter(pk=other).update(merged_into=before)
    keep(all=keys)
    found = listed.find("left", "all", listed.customers)
    assert (found.count(), found.still) == (7, 7)

    erased(keys[3], NOW + timedelta(minutes=1))
    Customer.objects.filter(pk=keys[6]).update(merged_into=keys[0])

    assert (found.count(), found.still, len(names())) == (7, 5, 5)
    assert found.without(np.array(keys[:4])).still == 2


def test_whoever_is_gone_is_looked_for_among_all_once(django_assert_num_queries):
    keys = some(7)
    keep(all=keys)
    erased(keys[0])
    found = listed.find("left", "all", listed.customers)
    assert found.still == 6

    with django_assert_num_queries(2):
        assert found.still == 6


def test_an_erasure_that_is_over_before_the_list_was_found_is_not_asked_about():
    (key,) = some(1)
    erased(key, NOW - timedelta(days=2))
    Erasure.objects.update(emptied_at=NOW - timedelta(days=1))

    assert listed.gone(NOW).tolist() == []
    assert listed.gone(NOW - timedelta(days=1)).tolist() == [key]


def test_the_next_list_takes_the_place_of_the_one_before():
    keys = some(10)
    keep(all=keys)
    keep(NOW + timedelta(hours=1), all=keys[5:1:-1])

    assert names() == keys[5:1:-1]
    assert listed.find("left", "all", listed.customers).n == 4
    assert listed.find("left", "all", listed.customers).found_at == NOW + timedelta(hours=1)


def test_what_is_no_list_any_more_goes_and_those_of_other_reports_stay():
    keys = some(6)
    keep(all=keys, other=keys)
    listed.keep("worth", [("VND", np.array(keys))], NOW)
    keep(all=keys[:3])

    assert names() == keys[:3]
    assert listed.find("left", "other", listed.customers) is None
    assert listed.find("worth", "VND", listed.customers).n == 6


def test_nobody_is_a_list_too():
    """Of a million: to find out that it is nobody takes as long."""
    keep(all=[])

    assert listed.find("left", "all", listed.customers).n == 0
    assert names() == []


def test_those_beside_some_are_the_others_in_the_same_order():
    keys = some(9)[::-1]
    keep(all=keys)
    others = listed.find("left", "all", listed.customers).without(np.array([keys[1], keys[7], 10**9]))

    assert [one.pk for one in Paginator(others, 3).page(2)] == keys[4:7]
    assert others.count() == 7


def test_parts_that_are_so_already_are_not_written_again(django_assert_max_num_queries):
    keys = some(10)
    keep(all=keys)
    before = dict(ListedCustomers.objects.values_list("part", "pk"))
    keep(all=[*keys[:9], keys[0]])

    assert dict(ListedCustomers.objects.values_list("part", "pk")) == before
    assert names() == [*keys[:9], keys[0]]


def test_a_page_asks_three_times_however_far_it_lies(django_assert_num_queries):
    keep(all=some(40))

    for number in (1, 7):
        with django_assert_num_queries(3):
            found = listed.find("left", "all", listed.customers)
            assert len(Paginator(found, 5).page(number).object_list) == 5


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_while_the_next_list_is_found_out_everybody_may_write():
    """A transaction of SQLite keeps all others from it."""
    keys, seen = np.array(some(5), np.int64), []

    def lists():
        for key in ("one", "two"):
            seen.append(connection.in_atomic_block)
            yield key, keys

    listed.keep("left", lists(), NOW)

    assert seen == [False, False]
    assert names("two") == keys.tolist()
