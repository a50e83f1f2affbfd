"""C5–C8 for the private message, S3-5 for a grant beside a dispute, a case that is opened again while its
customer is erased: many at once; each guard also off."""

import threading
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from feedback import (
    belongings,
    cases,
    concessions,
    disputes,
    erasure,
    journal,
    message_plans,
    messages,
    overrides,
)
from feedback.message_plans import Plan
from feedback.models import Case, Concession, Customer, Decision, Dispute, Event, Message, Order, Promise
from tests import crowd, factories

ROUNDS, CROWD = 20, 20
pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections", "_shop"),
]
TOLD = (messages.Stale, messages.NotAllowed, messages.Blocked, concessions.Refused)
at_once = partial(crowd.at_once, told=TOLD)


@pytest.fixture
def _shop():
    factories.a_shop()


@pytest.fixture
def people():
    return factories.user("staff", "Bảo"), factories.user("approver", "Mai")


def told(**order):
    lan = factories.customer("Lan", language="vi")
    about = factories.read_comment(
        reading={"problem": "damaged", "fault": "ours"},
        channel="form",
        customer=lan,
        order=factories.order(lan, **order),
    )
    case = factories.case(about)
    cases.decide_many([about], timezone.now(), cases={about.pk: case})
    cases.correct_fact(about, "fault", "ours", reason="The photo shows it.", by=factories.user())
    return case


def drafted(case, by, remedy="refund"):
    decision = Decision.objects.select_related("policy").get(comment=case.comment_id, is_current=True)
    decided = overrides.effective(decision)
    usual = message_plans.proposal(case, decision, decided, timezone.now(), remedy=remedy)
    plan = Plan(remedy=remedy, promises=usual.promises)
    return messages.compose_again(case, decision, plan, by=by, edition=0)


def loaded(message):
    return messages._as_it_stands(message)


def approval(message, by):
    return partial(messages.approve, loaded(message), by=by, edition=message.edition, by_mail=False)


def edited(message, words, by):
    return partial(
        messages.edit, message.case, message.decision, words, message_plans.plan_of(message), by=by,
        edition=message.edition,
    )  # fmt: skip


def stale(results):
    return [one for one in results if isinstance(one, messages.Stale)]


@pytest.fixture
def no_guard(monkeypatch):
    """What a naive `message.save()` does: trust what was on the page, and write."""

    def write(case, edition, was, /, **changes):
        Message.objects.filter(case=case).update(edition=edition + 1, **changes)
        return Message.objects.select_related("case", "decision").get(case=case)

    monkeypatch.setattr(messages, "_as_it_stands", lambda message: message)
    monkeypatch.setattr(messages, "_set", write)


def test_c5_one_of_twenty_editors_is_kept_and_the_others_are_told(people):
    bao, mai = people
    for n in range(ROUNDS):
        message = drafted(told(), bao)

        results = at_once([edited(message, f"Lời {n}/{k}", (bao, mai)[k % 2]) for k in range(CROWD)])

        assert len(stale(results)) == CROWD - 1
        kept = Message.objects.get(pk=message.pk)
        assert kept.edition == message.edition + 1
        assert {one.message.text for one in stale(results) if one.message} == {kept.text}


def test_c5_at_the_first_save_one_is_kept(people):
    bao, _mai = people
    for n in range(ROUNDS):
        case = told()
        decision = Decision.objects.select_related("policy").get(comment=case.comment_id, is_current=True)

        results = at_once(
            [
                partial(messages.edit, case, decision, f"Lời {n}/{k}", Plan(), by=bao, edition=0)
                for k in range(CROWD)
            ]
        )

        assert len(stale(results)) == CROWD - 1
        assert Message.objects.filter(case=case).count() == 1


def test_c5_without_the_guard_words_are_lost(people, no_guard):
    bao, mai = people
    message = drafted(told(), bao)

    results = at_once([edited(message, f"Lời {k}", (bao, mai)[k % 2]) for k in range(CROWD)])

    assert stale(results) == []


def test_c6_twenty_approvals_are_one_with_one_grant_and_one_promise(people):
    bao, mai = people
    for _round in range(ROUNDS):
        message = drafted(told(), bao)

        results = at_once([approval(message, (bao, mai)[k % 2]) for k in range(CROWD)])

        assert len(stale(results)) == CROWD - 1
        case = message.case
        assert Concession.objects.filter(case=case).count() == Promise.objects.filter(case=case).count() == 1
        assert Event.objects.filter(verb="message approved", subject=f"feedback.case:{case.pk}").count() == 1


def test_c6_without_the_guard_there_are_many_promises(people, no_guard):
    bao, _mai = people
    message = drafted(told(), bao, remedy="")

    at_once([approval(message, bao) for _ in range(CROWD)])

    assert Promise.objects.filter(case=message.case).count() > 1


def test_c7_nothing_old_goes_out_when_a_fact_is_corrected_meanwhile(people):
    """The private twin of an edited review: the message is for one decision, and the case has another."""
    bao, mai = people
    for _round in range(ROUNDS):
        message = drafted(told(), bao)
        case = message.case
        correction = partial(
            cases.correct_fact, case.comment, "problem", "late", reason="It came late.", by=mai
        )

        results = at_once([approval(message, bao)] * (CROWD - 1) + [correction])

        done = [one for one in results if isinstance(one, Message)]
        approved = Event.objects.filter(verb="message approved", subject=f"feedback.case:{case.pk}").first()
        corrected = Event.objects.get(verb="fact corrected", subject=f"feedback.comment:{case.comment_id}",
                                      data__name="problem")  # fmt: skip
        assert len(done) == (approved is not None)
        assert Promise.objects.filter(case=case).count() == len(done)
        # An approval that counts was there before the case was decided anew.
        assert approved is None or approved.pk < corrected.pk


def test_c7_without_the_lock_an_old_message_goes_out(people, monkeypatch):
    """The twin: approve what was on the page, whatever was decided since."""
    bao, mai = people
    message = drafted(told(), bao)
    as_on_the_page = loaded(message)
    cases.correct_fact(message.case.comment, "problem", "late", reason="It came late.", by=mai)
    monkeypatch.setattr(messages, "_as_it_stands", lambda message: message)

    messages.approve(as_on_the_page, by=bao, edition=message.edition, by_mail=False)

    assert not Message.objects.get().decision.is_current


def test_c8_approve_or_discard_and_never_both(people):
    bao, mai = people
    for _round in range(ROUNDS):
        message = drafted(told(), bao)
        away = partial(messages.discard, loaded(message), reason="no", by=mai, edition=message.edition)

        results = at_once([approval(message, bao), away] * (CROWD // 2))

        assert len(stale(results)) == CROWD - 1
        kept = Message.objects.get(pk=message.pk)
        assert Promise.objects.filter(case=message.case).count() == (kept.state == "approved")


def test_c8_without_the_guard_both_are_done(people, no_guard):
    bao, mai = people
    message = drafted(told(), bao, remedy="")
    away = partial(messages.discard, loaded(message), reason="no", by=mai, edition=message.edition)

    results = at_once([approval(message, bao), away])

    done = Event.objects.filter(verb__in=["message approved", "message discarded"])
    assert (len(stale(results)), done.count()) == (0, 2)


def test_i5_an_edit_and_an_approval_by_one_person_are_one(people):
    """Decision 14: whoever wrote some of it does not approve it, however both arrive."""
    bao, mai = people
    thao = factories.user("approver", "Thảo")
    for n in range(ROUNDS):
        message = drafted(told(total=Decimal(4_000_000)), bao)
        message = edited(message, f"{message.text}\nCảm ơn chị.", mai)()

        results = at_once(
            [approval(message, thao), edited(message, f"Lời {n}", thao), approval(message, mai)]
        )

        kept = Message.objects.get(pk=message.pk)
        assert len([one for one in results if isinstance(one, Message)]) == 1
        assert (kept.state == "approved") is not kept.is_by(thao)


def disputed(case, n):
    return partial(disputes.note, case.order, external_id=f"cb-{case.pk}-{n}", amount=Decimal(1))


def in_order(case):
    """Whether what was granted was granted before the first dispute opened, by the chain of records."""
    granted = Event.objects.filter(verb="concession booked", subject=f"feedback.case:{case.pk}").first()
    opened = Event.objects.filter(verb="dispute opened", data__order=case.order_id).order_by("pk").first()
    return granted is None or granted.pk < opened.pk


def test_a_grant_and_a_dispute_at_once_are_one_after_the_other(people):
    """S3-5: what is granted was granted before; after the dispute opened nothing is."""
    bao, _mai = people
    for _round in range(ROUNDS):
        message = drafted(told(), bao)
        case = message.case

        results = at_once(
            [approval(message, bao) for _ in range(CROWD // 2)]
            + [disputed(case, n) for n in range(CROWD // 2)]
        )

        done = [one for one in results if isinstance(one, Message)]
        assert Concession.objects.filter(case=case).count() == len(done) <= 1
        assert Dispute.objects.filter(order=case.order).count() == CROWD // 2
        assert in_order(case)


def bare_grant(message):
    """Around all of our code, as another program would write it: only the database stands in its way."""
    case, decision = message.case, message.decision

    def insert():
        try:
            Concession.objects.create(
                case=case, order=case.order, decision=decision, remedy="refund", refund=Decimal(1),
                booked_at=timezone.now(), booked_by=message.edited_by,
            )  # fmt: skip
        except IntegrityError:
            return "refused"
        return "granted"

    return insert


def test_the_database_alone_lets_no_grant_in_after_a_dispute(people):
    bao, _mai = people
    for _round in range(ROUNDS):
        message = drafted(told(), bao)
        disputes.note(message.case.order, external_id=f"cb-{message.pk}", amount=Decimal(1))

        results = at_once([bare_grant(message)] * CROWD)

        assert set(results) == {"refused"}
        assert not Concession.objects.filter(case=message.case).exists()


def test_without_the_trigger_it_would_be_granted(people):
    """The twin: the same insert, the guard taken away."""
    bao, _mai = people
    message = drafted(told(), bao)
    disputes.note(message.case.order, external_id="cb", amount=Decimal(1))
    with without_trigger():
        assert bare_grant(message)() == "granted"


class without_trigger:
    """Takes the database's guard away and puts it back, as migration 0003 made it."""

    def __enter__(self):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "ALTER TABLE feedback_concession DISABLE TRIGGER no_concession_while_dispute_open"
                )
            else:
                cursor.execute(
                    "SELECT sql FROM sqlite_master WHERE name = 'no_concession_while_dispute_open'"
                )
                self.sql = cursor.fetchone()[0]
                cursor.execute("DROP TRIGGER no_concession_while_dispute_open")

    def __exit__(self, *_error):
        Concession.objects.all().delete()
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "ALTER TABLE feedback_concession ENABLE TRIGGER no_concession_while_dispute_open"
                )
            else:
                cursor.execute(self.sql)


@pytest.mark.postgres
def test_an_override_waits_for_a_dispute_that_is_being_written(people):
    """Both lock the order first: who comes second sees what the first one wrote."""
    _bao, mai = people
    for _round in range(ROUNDS):
        case = told()
        decision = Decision.objects.get(comment=case.comment_id, is_current=True)
        given = {"remedy": "credit", "amount": Decimal(1), "cost": Decimal(1), "reason": "x"}

        def decide(case=case, decision=decision, given=given):
            try:
                return overrides.make(case, decision, by=mai, **given)
            except overrides.NotAllowed as refused:
                return refused

        at_once([decide] * 10 + [disputed(case, n) for n in range(10)])

        made = Event.objects.filter(verb="decision overridden", subject=f"feedback.case:{case.pk}").first()
        opened = Event.objects.filter(verb="dispute opened", data__order=case.order_id).order_by("pk").first()
        assert made is None or made.pk < opened.pk
        assert Order.objects.filter(pk=case.order_id).exists()


def ended(by):
    case = told()
    cases.close(case, by=by, why="withdrawn")
    return Case.objects.select_related("comment").get(pk=case.pk)


def stop(case):
    """What an erasure does first, in its own transaction."""
    with journal.recording():
        erasure._stop(belongings.of(case.customer), timezone.now())


def test_nothing_of_somebody_erased_is_opened_again(people):
    """Whoever opened it before finds it closed; whoever comes after is told."""
    bao, mai = people
    for _round in range(ROUNDS):
        case = ended(bao)
        again = [partial(cases.reopen, case, by=by) for by in (bao, mai)]

        crowd.at_once([*again, partial(stop, case)], told=(cases.Stale, cases.Gone))

        case.refresh_from_db()
        assert case.state == "closed"


def meanwhile(monkeypatch, case):
    """Somebody who has just seen that the customer is here, and writes only once the erasure has begun."""
    seen, stopped, is_gone = threading.Event(), threading.Event(), cases.is_gone

    def slowly(case):
        answer = is_gone(case)
        seen.set()
        stopped.wait(crowd.PATIENCE)
        return answer

    def erase():
        seen.wait(crowd.PATIENCE)
        stop(case)
        stopped.set()

    monkeypatch.setattr(cases, "is_gone", slowly)
    return erase


@pytest.mark.postgres
def test_without_the_lock_it_is_open_after_they_are_gone(people, monkeypatch):
    """The twin."""
    bao, _mai = people
    case = ended(bao)
    monkeypatch.setattr(cases, "hold_words", lambda case: None)

    crowd.at_once([partial(cases.reopen, case, by=bao), meanwhile(monkeypatch, case)])

    case.refresh_from_db()
    assert (case.state, Customer.objects.get(pk=case.customer_id).erased_at is None) == ("open", False)


def test_without_the_look_it_is_opened_after_they_are_gone(people, monkeypatch):
    """The other twin, on any database."""
    bao, _mai = people
    case = ended(bao)
    stop(case)
    monkeypatch.setattr(cases, "is_gone", lambda case: False)

    cases.reopen(case, by=bao)

    assert case.state == "open"
