"""X2, X3: whatever dies on the way, each reply reaches its source once."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from feedback import leases
from feedback.models import Event
from reviews import replies, sources
from reviews.models import Reply, Review
from reviews.publishing import PUBLISH
from reviews.sources import Answer, Outcome

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved(map_site, receive, bao):
    reply = receive(map_site, text="Giao trễ ba ngày, gọi không ai nghe.")
    replies.approve(reply, by=bao, edition=1)
    return Reply.objects.get(pk=reply.pk)


@pytest.fixture
def outbox(settings):
    """The lines that the outside world got."""

    def lines():
        path = settings.OUTBOX_DIR / "map-site.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    return lines


class Platform:
    """A source that keeps one reply per review, and may lose its answer or say no."""

    def __init__(self, answer=Answer.PUBLISHED):
        self.answer, self.shown, self.calls, self.dies_after = answer, None, 0, 0

    def publish(self, source, reply):
        self.calls += 1
        self.shown = reply.text
        if self.calls <= self.dies_after:
            raise ConnectionResetError
        return Outcome(answer=self.answer, ref="ref-1", reason="no links" if self.answer == "refused" else "")

    def present_reply(self, source, reply):
        return Outcome(answer=self.answer, ref="ref-1") if self.shown == reply.text else None


@pytest.fixture
def platform(monkeypatch):
    made = Platform()
    monkeypatch.setattr(sources, "connector", lambda source: made)
    return made


def run(minutes=0):
    return leases.run_once(PUBLISH, timezone.now() + timedelta(minutes=minutes))


def test_it_is_published_once(approved, outbox):
    assert (run(), run()) == (1, 0)

    approved.refresh_from_db()
    assert (approved.state, approved.published_at is not None) == ("published", True)
    assert [line["text"] for line in outbox()] == [approved.text]
    assert Event.objects.get(verb="reply published").data == {"version": 1}


def test_the_complaint_is_answered_when_it_is_published(approved):
    """S1-7: that stops the clock of the first answer."""
    assert approved.case.answered_at is None

    run()

    approved.case.refresh_from_db()
    assert approved.case.answered_at == Reply.objects.get().published_at


def test_a_draft_is_not_published(map_site, receive, outbox):
    receive(map_site, text="Giao trễ ba ngày.")

    assert (run(), outbox()) == (0, [])


def test_a_lost_answer_sends_nothing_twice(approved, platform):
    """X3: the source is asked what stands there before anything is sent again."""
    platform.dies_after = 1

    run()
    approved.refresh_from_db()
    assert (approved.state, approved.tries) == ("publishing", 1)
    run(minutes=1)

    approved.refresh_from_db()
    assert (approved.state, platform.calls) == ("published", 1)


def test_what_never_arrived_is_sent_again(approved, platform):
    platform.dies_after = 1
    run()
    platform.shown = None

    run(minutes=1)

    approved.refresh_from_db()
    assert (approved.state, platform.calls) == ("published", 2)


def test_a_worker_that_died_after_sending_is_not_repeated(approved, outbox, map_site):
    """X2: `publishing` with a lease that ran out, and the words already outside."""
    sources.connector(map_site).publish(map_site, approved)
    Reply.objects.update(
        state="publishing", sent_at=timezone.now(), leased_by="dead/1/1", leased_until=timezone.now()
    )

    run(minutes=6)

    approved.refresh_from_db()
    assert (approved.state, len(outbox())) == ("published", 1)


def test_a_living_workers_reply_is_left_alone(approved, outbox):
    Reply.objects.update(leased_by="alive/1/1", leased_until=timezone.now() + timedelta(minutes=4))

    assert (run(), outbox()) == (0, [])


def test_an_edited_review_gets_no_old_answer(approved, outbox):
    """C7: erase and edit win over publish."""
    Review.objects.update(version=2)

    run()

    approved.refresh_from_db()
    assert (approved.state, approved.reason, outbox()) == ("discarded", "review was edited", [])


@pytest.mark.parametrize(
    ("answer", "state", "reason"), [("pending", "pending", ""), ("refused", "refused", "no links")]
)
def test_the_platforms_word_is_kept(approved, platform, answer, state, reason):
    """connectors §0 rule 5: moderation is not success."""
    platform.answer = Answer(answer)

    run()

    approved.refresh_from_db()
    assert (approved.state, approved.reason, approved.published_at) == (state, reason, None)


def test_it_gives_up_visibly(approved, platform):
    """X13: after five tries a dead letter with its reason."""
    platform.dies_after = 99
    platform.present_reply = lambda source, reply: None

    for minutes in (0, 1, 3, 10, 30):
        run(minutes)

    approved.refresh_from_db()
    assert approved.failed_at is not None
    assert approved.failure == "publish replies: ConnectionResetError"
    assert (run(minutes=600), platform.calls) == (0, 5)


def test_our_own_page_shows_it_at_once(own, receive, bao):
    reply = receive(own, text="Giao trễ ba ngày.")
    replies.approve(reply, by=bao, edition=1)

    run()

    reply.refresh_from_db()
    assert sources.connector(own).present_reply(own, reply).answer == "published"


def test_half_a_line_in_the_outbox_hurts_nobody(approved, map_site, settings, outbox):
    settings.OUTBOX_DIR.mkdir()
    path = settings.OUTBOX_DIR / "map-site.jsonl"
    path.write_text('{"reply": "abc", "te')

    run()

    door = sources.connector(map_site)
    assert path.read_text().count("\n") == 2
    assert door.present_reply(map_site, approved).ref == approved.public_id
