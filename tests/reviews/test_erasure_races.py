"""C8: somebody is erased while a reply is approved, edited or published, and while their words come in again.

Whoever comes first: afterwards nothing of them is anywhere, and nothing is on its way to the public. Each
guard is also seen missing.
"""

import dataclasses
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle, islice

import pytest
from django.utils import timezone

from feedback import buyers, comments, erasure, forgotten, leases, orders, totals
from feedback.models import Customer, Erasure, Order
from feedback.orders import Taken
from reviews import drafting, forgetting, intake, replies
from reviews.models import Reply, Review
from reviews.publishing import PUBLISH
from reviews.sources import file
from tests import crowd, factories, scanning

ROUNDS, CROWD = 20, 20
NAME, EMAIL, PHONE = "Nguyễn Đặng Thuỳ Lan", "thuy.lan.dang@nguyen-vd.example", "+84908765432"
NEEDLES = (NAME, EMAIL, PHONE)
SAID = f"Giao trễ ba ngày, gọi không ai nghe. {NAME}, {PHONE}"
LATER = timedelta(minutes=2)
pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]


def at_once(*acts):
    """Twenty start at the same moment, by turns with each of the acts; some are told no."""
    crowd.at_once(list(islice(cycle(acts), CROWD)), told=(replies.Stale, replies.NotAllowed))


def drain(job, now=None):
    while leases.run_once(job, now or timezone.now()):
        pass


def first_look():
    """Until the erasure waits: for somebody else, or for its second look."""
    drain(erasure.ERASE)


def to_the_end():
    """What the workers do afterwards; once for all rounds, for whatever the rounds left behind."""
    for later in (LATER, 2 * LATER, 3 * LATER, 4 * LATER):
        now = timezone.now() + later
        comments.read_all()
        drafting.answer_all()
        for job in (PUBLISH, erasure.ERASE):
            drain(job, now)
    assert set(Erasure.objects.values_list("stage", flat=True)) <= {"finished"}


@pytest.fixture
def lan(map_site, record):
    """`lan(n)`: a customer with an order, a review and the draft of a reply; asked to be erased."""

    def make(n, source=map_site):
        person = factories.customer(NAME, email=f"{n}.{EMAIL}", phone=PHONE)
        factories.order(person, number=f"L-{n}", card_number=NAME)
        words = wrote(record, n)
        intake.receive_many(source, [words])
        comments.read_all()
        drafting.answer_all()
        reply = Reply.objects.get(review__external_id=words.external_id)
        erasure.ask(person, how="page")
        return person, Reply.objects.with_all_around().get(pk=reply.pk)

    return make


def wrote(record, n, text=SAID, **rest):
    return record(
        external_id=f"r{n} {NAME}", text=text, author=NAME, stars=2, order_number=f"L-{n}", title=NAME, **rest
    )


def nothing_is_left(settings):
    assert scanning.in_tables(NEEDLES) == set()
    assert scanning.in_files(settings.OUTBOX_DIR, NEEDLES) == set()
    unsettled = [*Reply.ON_THE_WAY, Reply.State.DRAFT, Reply.State.APPROVED]
    assert not Reply.objects.filter(review__comment__customer__erased_at__isnull=False, state__in=unsettled)
    assert totals.kept() == totals.recount()


def what_became_of_them():
    """State and words of every reply; one for each round."""
    found = list(Reply.objects.values_list("state", "text"))
    assert len(found) == ROUNDS
    return set(found)


@pytest.fixture
def no_guard(monkeypatch):
    """What a naive `reply.save()` does: trust what was on the page, and write."""

    def write(reply, edition, was, /, **changes):
        Reply.objects.filter(pk=reply.pk).update(edition=edition + 1, **changes)

    monkeypatch.setattr(replies, "as_it_stands", lambda reply: reply)
    monkeypatch.setattr(replies, "change", write)


def test_erase_wins_over_approve(lan, bao, settings):
    for n in range(ROUNDS):
        _person, reply = lan(n)
        at_once(first_look, partial(replies.approve, reply, by=bao, edition=1))
    to_the_end()

    assert what_became_of_them() == {("discarded", "")}
    nothing_is_left(settings)


def test_without_the_guard_an_erased_reply_is_approved(lan, bao, no_guard):
    _person, reply = lan(0)
    first_look()

    replies.approve(reply, by=bao, edition=1)

    assert Reply.objects.get(pk=reply.pk).state == "approved"


def test_erase_wins_over_edit(lan, bao, settings):
    for n in range(ROUNDS):
        _person, reply = lan(n)
        at_once(first_look, partial(replies.edit, reply, f"Chào {NAME}, xin lỗi.", by=bao, edition=1))
    to_the_end()

    assert what_became_of_them() == {("discarded", "")}
    nothing_is_left(settings)


def test_without_the_guard_an_edit_brings_words_back(lan, bao, no_guard):
    _person, reply = lan(0)
    first_look()
    to_the_end()

    replies.edit(reply, f"Chào {NAME}, xin lỗi.", by=bao, edition=1)

    assert scanning.in_tables(NEEDLES) == {"reviews_reply.text"}


def approved(lan, n, by):
    person, reply = lan(n)
    Reply.objects.filter(pk=reply.pk).update(text=f"Chào {NAME}, xin lỗi.")
    replies.approve(Reply.objects.with_all_around().get(pk=reply.pk), by=by, edition=1)
    return person, reply


def test_erase_wins_over_publish(lan, bao, settings, monkeypatch):
    """Sent before, or never; and what went into a file to be pasted is taken out of it."""
    monkeypatch.setattr(replies, "findings", lambda *_args: ())  # the reply names them
    for n in range(ROUNDS):
        approved(lan, n, bao)
        at_once(first_look, partial(drain, PUBLISH))
    to_the_end()

    assert {state for state, _text in what_became_of_them()} <= {"discarded", "published"}
    nothing_is_left(settings)


def in_the_midst_of_publishing(monkeypatch, act):
    """`act` happens when the worker has begun and the platform has not been told."""
    publish, done = file.publish, []

    def slowly(source, reply):
        if not done:
            done.append(act())
        return publish(source, reply)

    monkeypatch.setattr(file, "publish", slowly)


def test_an_erasure_waits_for_what_is_going_out(lan, bao, settings, monkeypatch):
    """The worst moment: then the line is taken out of the file afterwards."""
    monkeypatch.setattr(replies, "findings", lambda *_args: ())
    _person, reply = approved(lan, 0, bao)
    in_the_midst_of_publishing(monkeypatch, first_look)

    drain(PUBLISH)
    assert Erasure.objects.get().stage == "stopped"
    to_the_end()

    assert Reply.objects.get(pk=reply.pk).state == "published"
    nothing_is_left(settings)


def test_without_the_guard_a_reply_goes_out_after_the_erasure(lan, bao, settings, monkeypatch):
    """The twin: nobody looks whether something is going out."""
    monkeypatch.setattr(replies, "findings", lambda *_args: ())
    monkeypatch.setattr(
        forgetting, "PART", dataclasses.replace(forgetting.PART, is_going_out=lambda rows, now: False)
    )
    approved(lan, 0, bao)
    in_the_midst_of_publishing(
        monkeypatch, lambda: (first_look(), drain(erasure.ERASE, timezone.now() + LATER))
    )

    drain(PUBLISH)

    assert Erasure.objects.get().stage == "finished"
    assert scanning.in_files(settings.OUTBOX_DIR, NEEDLES)


def test_erase_wins_over_an_edited_review(lan, map_site, record, settings):
    """The source sends the newer words while the older ones are being erased."""
    for n in range(ROUNDS):
        lan(n)
        edited = wrote(record, n, text=f"Đã xin lỗi. {NAME}")

        at_once(
            first_look,
            partial(intake.receive_many, map_site, [edited]),
            partial(intake.receive_many, map_site, [wrote(record, n)]),
        )
    to_the_end()
    nothing_is_left(settings)


@pytest.fixture
def stranger(map_site, record):
    """Words under a name, without an order: only the comment stands for whoever it is."""

    def make(n):
        words = dataclasses.replace(wrote(record, n), order_number="")
        intake.receive_many(map_site, [words])
        comments.read_all()
        drafting.answer_all()
        review = Review.objects.get(external_id=words.external_id)
        erasure.ask(comment=review.comment, how="letter")
        return words

    return make


def test_erase_wins_over_a_review_of_a_stranger(stranger, map_site, settings):
    for n in range(ROUNDS):
        words = stranger(n)
        edited = dataclasses.replace(words, text=f"Đã xin lỗi. {NAME}")

        at_once(
            first_look,
            partial(intake.receive_many, map_site, [edited]),
            partial(intake.receive_many, map_site, [words]),
        )
    to_the_end()
    nothing_is_left(settings)


def before_the_rows_are_taken(monkeypatch, act):
    """`act` happens when an import has its rows in hand and has not begun its transaction."""
    insist, done = intake._insist, []

    def slowly(source, records, now):
        if not done:
            done.append(act())
        return insist(source, records, now)

    monkeypatch.setattr(intake, "_insist", slowly)


def test_whom_we_forgot_is_looked_up_while_nobody_else_can(stranger, map_site, settings, monkeypatch):
    """Erased between the beginning of an import and its rows: nothing would ever find them again."""
    words = stranger(0)
    before_the_rows_are_taken(monkeypatch, lambda: (first_look(), to_the_end()))

    received = intake.receive_many(map_site, [words])

    assert received.outcomes == {words.external_id: intake.Outcome.UNCHANGED}
    nothing_is_left(settings)


def test_without_that_look_an_import_brings_them_back(stranger, map_site, monkeypatch):
    """The twin: looked up before, when they were not forgotten yet."""
    words = stranger(0)
    known = forgotten.reviews_among(map_site.slug, [words.external_id])
    before_the_rows_are_taken(monkeypatch, lambda: (first_look(), to_the_end()))
    monkeypatch.setattr(forgotten, "reviews_among", lambda slug, ids: known)

    intake.receive_many(map_site, [words])

    assert "feedback_comment.text" in scanning.in_tables(NEEDLES)


def bought(n, **rest):
    return Taken(
        number=f"L-{n}", placed_at=datetime(2026, 11, 1, tzinfo=UTC), currency="VND", total=500_000,
        name=NAME, email=f"{n}.{EMAIL}", phone=PHONE, card_number=NAME, **rest,
    )  # fmt: skip


def test_erase_wins_over_an_import_of_orders(lan, settings):
    """The known order again, and an older one that was not known: both belong to nobody."""
    for n in range(ROUNDS):
        person, _reply = lan(n)
        older = dataclasses.replace(bought(n), number=f"L-{n}-older")

        at_once(first_look, partial(orders.take, bought(n)), partial(orders.take, older))

        assert Order.objects.get(number=f"L-{n}-older").customer == person
    to_the_end()
    nothing_is_left(settings)


def test_without_the_hashes_an_old_order_brings_them_back(lan, monkeypatch):
    lan(0)
    first_look()
    to_the_end()
    monkeypatch.setattr(buyers, "_forgotten", lambda *_args: {})

    orders.take(dataclasses.replace(bought(0), number="L-0-older"))

    assert Customer.objects.filter(name=NAME).count() == 1
