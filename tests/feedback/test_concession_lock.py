"""S3-5: while a dispute on an order is open, the database itself refuses a concession for it."""

import pytest
from django.db import IntegrityError, connection, transaction

from feedback.models import Concession, Dispute
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    lan = factories.customer("Lan")
    bought = factories.order(lan)
    return factories.case(factories.read_comment(customer=lan, order=bought))


def refused(case):
    try:
        with transaction.atomic():
            factories.concession(case)
    except IntegrityError as error:
        return "no_concession_while_dispute_open" in str(error)
    return False


def test_it_refuses_while_a_dispute_is_open(case):
    factories.dispute(case.order)

    assert refused(case)
    assert not Concession.objects.exists()


def test_it_allows_after_the_dispute_is_closed(case):
    factories.dispute(case.order)
    Dispute.objects.update(state="closed", closed_at=NOW)

    assert not refused(case)


def test_it_refuses_when_one_of_several_is_open(case):
    factories.dispute(case.order, state="closed")
    factories.dispute(case.order)

    assert refused(case)


def test_the_dispute_of_another_order_is_no_hindrance(case):
    factories.dispute(factories.order())

    assert not refused(case)


def test_a_case_without_an_order_has_no_dispute():
    assert not refused(factories.case())


def test_it_refuses_whoever_writes(case):
    """Not our code, the database: raw SQL is refused as well."""
    conceded = factories.concession(case)
    factories.dispute(case.order)
    columns = [c.column for c in Concession._meta.concrete_fields if c.column not in ("id", "remedy")]
    names = ", ".join(columns)
    copied = f"INSERT INTO feedback_concession (remedy, {names}) SELECT 'other', {names} "

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(copied + "FROM feedback_concession WHERE id = %s", [conceded.pk])


def test_it_refuses_to_move_one_under_a_disputed_order(case):
    booked = factories.concession(case)
    disputed = factories.order(case.customer, number="DISPUTED")
    factories.dispute(disputed)

    with pytest.raises(IntegrityError), transaction.atomic():
        Concession.objects.filter(pk=booked.pk).update(order=disputed)
