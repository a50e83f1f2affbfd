"""S3-5: a concession and a dispute at the same moment. PostgreSQL only: SQLite has one writer at a time."""

import threading

import psycopg
import pytest

pytestmark = [pytest.mark.prove, pytest.mark.postgres]
SET_UP = """
from feedback.models import Order
from tests import factories
lan = factories.customer("Lan")
bought = factories.order(lan)
case = factories.case(factories.read_comment(customer=lan, order=bought))
factories.decision(case)
factories.user()
"""
DISPUTE = """
INSERT INTO feedback_dispute
    (order_id, external_id, state, reason, outcome, amount, fee, currency, opened_at, evidence)
SELECT id, 'cb-1', 'open', '', '', total, 0, currency, now(), '[]' FROM feedback_order
"""
CONCESSION = """
INSERT INTO feedback_concession
    (case_id, order_id, decision_id, remedy, currency, product_cost, shipping_cost, refund, return_cost, fee,
     reason, booked_at, booked_by_id)
SELECT c.id, c.order_id, d.id, 'goodwill', 'VND', 0, 0, 1, 0, 0, '', now(), u.id
FROM feedback_case c, feedback_decision d, feedback_user u
"""


@pytest.fixture
def disputed(installation):
    installation.python(SET_UP)
    return installation


def one_then_the_other(installation, first, second):
    """The second begins while the first is not yet committed. Whether it had to wait, and how it ended."""
    url, ended = installation.environment["DATABASE_URL"], []

    def run():
        try:
            with psycopg.connect(url) as connection:
                connection.execute(second)
            ended.append("done")
        except psycopg.errors.CheckViolation:
            ended.append("refused")

    with psycopg.connect(url) as connection:
        connection.execute(first)
        other = threading.Thread(target=run)
        other.start()
        other.join(timeout=1)
        waited = other.is_alive()
    other.join(timeout=30)
    return waited, ended[0]


def test_a_concession_waits_for_a_dispute_that_is_being_written_and_is_refused(disputed):
    assert one_then_the_other(disputed, DISPUTE, CONCESSION) == (True, "refused")
    assert disputed.count("feedback_concession") == 0


def test_a_dispute_waits_for_a_concession_that_is_being_written(disputed):
    """The concession came first: both stand, in this order."""
    assert one_then_the_other(disputed, CONCESSION, DISPUTE) == (True, "done")
    assert disputed.count("feedback_concession") == disputed.count("feedback_dispute") == 1


def test_without_the_lock_both_would_pass(disputed):
    """The guard-off twin: this is the race that the trigger on disputes prevents."""
    with psycopg.connect(disputed.environment["DATABASE_URL"]) as connection:
        connection.execute("DROP TRIGGER dispute_locks_its_order ON feedback_dispute")

    waited, ended = one_then_the_other(disputed, DISPUTE, CONCESSION)

    assert (waited, ended) == (False, "done")
    assert disputed.count("feedback_concession") == 1
