"""What waits, what got stuck, and trying again."""

import pytest
from django.utils import timezone

from feedback.models import Comment, Event
from tests.factories import a_shop, comment, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def huy(client):
    a_shop()
    someone = user("manager", "Huy")
    client.force_login(someone)
    client.cookies["django_language"] = "en"
    return someone


def stuck(**columns):
    made = comment()
    columns = {"failed_at": timezone.now(), "tries": 5, "failure": "read comments: KeyError"} | columns
    Comment.objects.filter(pk=made.pk).update(**columns)
    return made


def test_it_counts_what_waits(client):
    comment()
    stuck()

    queues = {str(queue.name): queue for queue in client.get("/jobs/").context["queues"]}

    assert queues["Read comments"].waiting == 1
    assert queues["Read comments"].oldest
    assert queues["Send mail"].waiting == 0


def test_it_says_what_got_stuck_and_why(client):
    stuck()

    (letter,) = client.get("/jobs/").context["page"]

    assert (letter.job, letter.reason) == ("read comments", "KeyError")


def test_it_tries_again(client, huy):
    made = stuck()

    answer = client.post(f"/jobs/feedback.comment/{made.pk}/try-again/", follow=True)

    made.refresh_from_db()
    assert made.failed_at is None
    assert made.tries == 0
    assert not answer.context["page"].object_list
    assert Event.objects.get(verb="job tried again").by == huy


@pytest.mark.parametrize("address", ["feedback.comment/1", "feedback.user/1", "no.such/1"])
def test_only_what_is_stuck_can_be_tried_again(client, address):
    comment()

    assert client.post(f"/jobs/{address}/try-again/").status_code == 404


def test_today_points_at_it(client):
    stuck()

    assert client.get("/").context["given_up"] == 1


def test_the_failure_is_escaped(client):
    stuck(failure="x: <script>")

    assert "<script>" not in client.get("/jobs/").content.decode().split("What got stuck")[1]
