"""C5–C8, C11: many at once, on many connections; each guard is also seen missing."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, connections
from django.utils import timezone

from feedback import cases, leases
from feedback.models import Decision, Event, FactCorrection
from reviews import asking, replies
from reviews.intake import receive_many
from reviews.models import PublicInvitation, PublicPlan, Reply, Review, Source
from reviews.publishing import PUBLISH
from tests.factories import customer, order

ROUNDS, CROWD = 20, 20
LATE = "Giao trễ ba ngày, gọi không ai nghe."
pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]


@pytest.fixture
def at_once():
    """`at_once(act, 20)`: every one starts at the same moment; what each returned or raised."""

    def run(acts):
        start = threading.Barrier(len(acts))

        def one(act):
            start.wait(30)
            try:
                return act()
            except (replies.Stale, replies.NotAllowed) as refused:
                return refused
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(acts)) as crowd:
            return list(crowd.map(one, acts))

    return run


@pytest.fixture
def drafts(own, record, receive):
    """One draft after the other, each of a review of its own."""
    return lambda n: receive(own, external_id=f"r{n}", text=LATE)


@pytest.fixture
def no_guard(monkeypatch):
    """What a naive `reply.save()` does: trust what was on the page, and write."""

    def write(reply, edition, was, /, **changes):
        Reply.objects.filter(pk=reply.pk).update(edition=edition + 1, **changes)

    monkeypatch.setattr(replies, "as_it_stands", lambda reply: reply)
    monkeypatch.setattr(replies, "change", write)


def refused(results):
    return [result for result in results if isinstance(result, replies.Stale)]


def test_c6_twenty_approvals_are_one(drafts, bao, mai, at_once):
    for n in range(ROUNDS):
        reply = drafts(n)
        loaded = [Reply.objects.with_all_around().get(pk=reply.pk) for _ in range(CROWD)]

        results = at_once(
            [
                partial(replies.approve, one, by=by, edition=1)
                for one, by in zip(loaded, [bao, mai] * CROWD, strict=False)
            ]
        )

        assert len(refused(results)) == CROWD - 1
        assert Event.objects.filter(verb="reply approved", subject=f"reviews.reply:{reply.pk}").count() == 1


def test_c6_without_the_guard_there_are_many(drafts, bao, at_once, no_guard):
    reply = drafts(0)
    loaded = [Reply.objects.with_all_around().get(pk=reply.pk) for _ in range(CROWD)]

    at_once([partial(replies.approve, one, by=bao, edition=1) for one in loaded])

    assert Event.objects.filter(verb="reply approved").count() > 1


def loaded(reply):
    """The page that each of the crowd has open."""
    return [Reply.objects.with_all_around().get(pk=reply.pk) for _ in range(CROWD)]


def edits(reply, *people):
    """Everybody writes words of their own on the page they have open."""
    return [
        partial(replies.edit, one, f"Lời {n} của {by}", by=by, edition=reply.edition)
        for n, (one, by) in enumerate(zip(loaded(reply), people * CROWD, strict=False))
    ]


def test_c5_one_of_twenty_editors_saves_and_the_others_are_told(drafts, bao, mai, at_once):
    for n in range(ROUNDS):
        reply = drafts(n)

        results = at_once(edits(reply, bao, mai))

        told, kept = refused(results), Reply.objects.get(pk=reply.pk)
        (winner,) = [place for place, result in enumerate(results) if result == 2]
        assert len(told) == CROWD - 1
        assert {one.reply.text for one in told} == {kept.text}
        assert (kept.edition, kept.text.startswith(f"Lời {winner} của")) == (2, True)


def test_c5_without_the_guard_nineteen_lose_their_words(drafts, bao, mai, at_once, no_guard):
    """The twin: everybody is told that it is saved."""
    reply = drafts(0)

    results = at_once(edits(reply, bao, mai))

    assert results == [2] * CROWD
    assert Event.objects.filter(verb="reply edited").count() == CROWD


def an_edit_at_the_source(source, record, reply, by):
    """Half of the crowd approves what it has open; the other half takes in newer words of the review."""
    newer = record(external_id=reply.review.external_id, text="Đã được xin lỗi.")
    approvals = [partial(replies.approve, one, by=by, edition=1) for one in loaded(reply)[: CROWD // 2]]
    return approvals + [partial(receive_many, source, [newer])] * (CROWD - len(approvals))


def drain():
    while leases.run_once(PUBLISH, timezone.now()):
        pass


def sent(settings):
    """The words of the answers that went out."""
    outbox = settings.OUTBOX_DIR / "map-site.jsonl"
    return [json.loads(line)["text"] for line in outbox.read_text().splitlines()] if outbox.exists() else []


def test_c7_no_old_answer_survives_an_edit(map_site, record, receive, bao, at_once, settings):
    """Whoever comes first: no draft, no approval and no publication for a version that is gone."""
    for n in range(ROUNDS):
        reply = receive(map_site, external_id=f"r{n}", text=LATE)

        at_once(an_edit_at_the_source(map_site, record, reply, bao))
        drain()

        review = Review.objects.get(external_id=f"r{n}")
        assert (review.version, Reply.objects.get(pk=reply.pk).state) == (2, "discarded")
        assert Event.objects.filter(verb="review edited", subject=f"reviews.review:{review.pk}").count() == 1
    assert sent(settings) == []


def test_c7_without_the_guard_an_old_answer_goes_out(
    map_site, record, receive, bao, at_once, settings, no_guard, monkeypatch
):
    """The twin: nobody looks at the review again, neither on approving nor on publishing."""
    monkeypatch.setattr(replies, "answers_the_newest", lambda reply: True)
    for n in range(ROUNDS):
        reply = receive(map_site, external_id=f"r{n}", text=LATE)

        at_once(an_edit_at_the_source(map_site, record, reply, bao))
        drain()

        if sent(settings):
            break
    assert Review.objects.get(external_id=f"r{n}").version == 2
    assert Reply.objects.get(pk=reply.pk).review_version == 1
    assert sent(settings) == [reply.text]


def approvals_and_rejections(reply, bao, mai):
    acts = [
        (partial(replies.approve, by=bao), partial(replies.discard, reason="spam", by=mai)),
    ] * (CROWD // 2)
    both = [act for pair in acts for act in pair]
    return [partial(act, one, edition=1) for act, one in zip(both, loaded(reply), strict=True)]


def done(reply):
    """What came of them, as it was noted."""
    verbs = ["reply approved", "reply discarded"]
    events = Event.objects.filter(subject=f"reviews.reply:{reply.pk}", verb__in=verbs)
    return sorted(events.values_list("verb", flat=True))


def test_c8_approved_or_rejected_and_never_both(drafts, bao, mai, at_once):
    for n in range(ROUNDS):
        reply = drafts(n)

        results = at_once(approvals_and_rejections(reply, bao, mai))

        (what,) = done(reply)
        assert len(refused(results)) == CROWD - 1
        assert what == f"reply {Reply.objects.get(pk=reply.pk).state}"


def test_c8_without_the_guard_it_is_both(drafts, bao, mai, at_once, no_guard):
    reply = drafts(0)

    results = at_once(approvals_and_rejections(reply, bao, mai))

    assert refused(results) == []
    assert set(done(reply)) == {"reply approved", "reply discarded"}


THREAT = "Ấm bị vỡ khi mở hộp. Không đền thì tôi đăng một sao khắp nơi cho mọi người biết."


@pytest.fixture
def written_by_two(own, receive, bao, mai):
    """`written_by_two(n)`: a reply that needs an approver, with words of Mai's and after that of Bảo's."""

    def write(n):
        reply = receive(own, external_id=f"r{n}", text=THREAT)
        replies.edit(reply, f"{reply.text} Cảm ơn.", by=mai, edition=1)
        replies.edit(reply, f"{reply.text} Cảm ơn chị.", by=bao, edition=2)
        return Reply.objects.with_all_around().get(pk=reply.pk)

    return write


def told_by_the_database(act):
    def run():
        try:
            act()
        except IntegrityError as error:
            return error

    return run


def an_edit_and_an_approval(reply, by):
    """Both by whoever approves, both of what is on the page."""
    loaded = [Reply.objects.with_all_around().get(pk=reply.pk) for _ in range(2)]
    return [
        told_by_the_database(partial(replies.edit, loaded[0], "Lời của tôi", by=by, edition=reply.edition)),
        told_by_the_database(partial(replies.approve, loaded[1], by=by, edition=reply.edition)),
    ]


class without_four_eyes:
    """Takes the database's constraint away and puts it back."""

    def __enter__(self):
        self.all = Reply._meta.constraints
        (self.constraint,) = [one for one in self.all if one.name == "reply_needs_four_eyes"]
        # SQLite makes the table anew from what the model says.
        Reply._meta.constraints = [one for one in self.all if one is not self.constraint]
        with connection.schema_editor() as editor:
            editor.remove_constraint(Reply, self.constraint)

    def __exit__(self, *_error):
        Reply.objects.filter(needs_approver=True).update(authors="")
        Reply._meta.constraints = self.all
        with connection.schema_editor() as editor:
            editor.add_constraint(Reply, self.constraint)


def test_i5_an_edit_and_an_approval_at_once_are_one(written_by_two, person, at_once):
    thu = person("approver", "Thu")
    for n in range(ROUNDS):
        reply = written_by_two(n)

        results = at_once(an_edit_and_an_approval(reply, thu))

        reply.refresh_from_db()
        assert len(refused(results)) == 1
        assert (reply.state == "approved") is not reply.is_by(thu)


def test_i5_authors_lose_to_whoever_else_approves(written_by_two, mai, bao, person, at_once):
    thu = person("approver", "Thu")
    for n in range(ROUNDS):
        reply = written_by_two(n)

        at_once([partial(replies.approve, reply, by=by, edition=3) for by in (mai, bao, thu) * 4])

        reply.refresh_from_db()
        assert (reply.state, reply.approved_by) == ("approved", thu)


def test_i5_the_database_alone_holds_as_well(written_by_two, person, at_once, no_guard):
    """Without the compare-and-set: whichever comes second is refused by the row itself."""
    thu = person("approver", "Thu")
    for n in range(ROUNDS):
        reply = written_by_two(n)

        results = at_once(an_edit_and_an_approval(reply, thu))

        assert [type(one) for one in results if one is not None] == [IntegrityError]


def test_i5_without_either_an_author_approves(written_by_two, person, at_once, no_guard):
    """The twin."""
    thu = person("approver", "Thu")
    reply = written_by_two(0)
    with without_four_eyes():
        results = at_once(an_edit_and_an_approval(reply, thu))

        reply.refresh_from_db()
        assert results == [None, None]
        assert reply.is_by(thu)
        assert reply.approved_by == thu


@pytest.mark.postgres
def test_c11_without_the_line_at_the_source_an_import_fails(own, record, at_once, monkeypatch):
    """The twin, where there are many writers: the unique constraint is the second line of defence."""
    monkeypatch.setattr(Source.objects, "select_for_update", lambda **_kwargs: Source.objects.all())

    def import_in_a_crowd():
        for n in range(ROUNDS):
            rows = [record(external_id=f"{n}-{row}") for row in range(50)]
            at_once([partial(receive_many, own, rows)] * 4)

    with pytest.raises(IntegrityError):
        import_in_a_crowd()
    assert Review.objects.values("external_id").distinct().count() == Review.objects.count()


def test_facts_corrected_at_once_all_count(drafts, bao, mai, at_once):
    """The last decision knows what everybody set, and it alone is the current one."""
    for n in range(ROUNDS):
        comment = drafts(n).review.comment

        at_once(
            [
                partial(cases.correct_fact, comment, "fault", "carrier", reason="tracked", by=bao),
                partial(cases.correct_fact, comment, "investigated", "yes", reason="asked", by=mai),
            ]
        )

        facts = Decision.objects.get(comment=comment, is_current=True).facts
        assert (facts["fault"], facts["investigated"]) == ("carrier", True)
        assert FactCorrection.objects.filter(comment=comment).count() == 2


def test_c11_two_imports_of_one_file_are_one(own, record, at_once):
    for n in range(ROUNDS):
        rows = [record(external_id=f"{n}-{row}") for row in range(50)]

        at_once([partial(receive_many, own, rows)] * 4)

        assert Review.objects.filter(external_id__startswith=f"{n}-").count() == 50


def test_workers_at_once_publish_each_reply_once(map_site, receive, bao, at_once, settings):
    for n in range(30):
        reply = receive(map_site, external_id=f"r{n}", text=LATE)
        replies.approve(reply, by=bao, edition=1)

    at_once([drain] * 5)

    lines = (settings.OUTBOX_DIR / "map-site.jsonl").read_text().splitlines()
    names = [json.loads(line)["reply"] for line in lines]
    assert len(names) == len(set(names)) == 30
    assert Reply.objects.filter(state="published").count() == 30


@pytest.fixture
def two_places(lan_pottery):
    """One customer, one order that was delivered a month ago, and two public places that want to ask."""
    now = timezone.now()
    bought = order(customer(), delivered_on=(now - timedelta(days=30)).date())
    for slug in ("maps", "square"):
        place = Source.objects.create(slug=slug, name=slug, kind="file", solicitation_allowed=True)
        PublicPlan.objects.create(
            source=place, url="https://place.example/", since=bought.delivered_on, made_at=now, look_at=now
        )
    return bought


def ask_at_once(at_once):
    at_once([partial(leases.run_once, asking.LOOK)] * CROWD)
    return PublicInvitation.objects.filter(outcome="invited").count()


def test_two_places_ask_one_customer_once(two_places, at_once):
    """Decision 1: whoever draws waits at the customer's row, and then knows what the other drew."""
    assert ask_at_once(at_once) == 1
    assert PublicInvitation.objects.count() == 2


def test_without_its_guard_both_places_ask(two_places, at_once, monkeypatch):
    monkeypatch.setattr(asking, "_asked_lately", lambda *about: set())

    assert ask_at_once(at_once) == 2
