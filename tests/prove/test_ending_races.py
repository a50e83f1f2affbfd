"""S0-6: a case is resolved while somebody promises something: never unseen. The guard is also off."""

import threading
from functools import partial

import pytest
from django.utils import timezone

from feedback import cases, handling, message_plans, messages, overrides
from feedback.models import Case, Decision, Event, Promise
from tests import crowd, factories

ROUNDS = 20
pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]
at_once = partial(crowd.at_once, told=(cases.Stale, handling.NotYet))


@pytest.fixture
def bao(many_connections):
    factories.a_shop()
    return factories.user("staff", "Bảo")


def two(bao):
    """A case, and two acts on it: it is resolved, and a message is approved that promises something."""
    lan = factories.customer("Lan", language="vi")
    reading = {"problem": "damaged", "fault": "ours"}
    about = factories.read_comment(
        reading=reading, channel="form", customer=lan, order=factories.order(lan, total=300_000)
    )
    case = factories.case(about)
    cases.decide_many([about], timezone.now(), cases={about.pk: case})
    cases.correct_fact(about, "fault", "ours", reason="The photo shows it.", by=bao)
    decision = Decision.objects.select_related("policy").get(comment=about, is_current=True)
    plan = message_plans.proposal(case, decision, overrides.effective(decision), timezone.now())
    draft = messages.compose_again(case, decision, plan, by=bao, edition=0)
    resolve = partial(cases.resolve, Case.objects.get(pk=case.pk), by=bao, first_time=True)
    return case, resolve, partial(messages.approve, draft, by=bao, edition=draft.edition, by_mail=False)


def in_order(case):
    found = Event.objects.filter(
        subject=f"feedback.case:{case.pk}", verb__in=["case resolved", "message approved"]
    )
    return list(found.order_by("pk").values_list("verb", flat=True))


def test_whoever_comes_second_sees_the_first(bao):
    for _round in range(ROUNDS):
        case, resolve, approve = two(bao)

        ended = at_once([resolve, approve])

        assert Promise.objects.filter(case=case, state="open").exists()
        refused = isinstance(ended[0], handling.NotYet)
        assert in_order(case) == (["message approved"] if refused else ["case resolved", "message approved"])


@pytest.mark.postgres  # SQLite has one writer at a time: there the transaction is the lock
def test_without_the_lock_a_promise_slips_through(bao, monkeypatch):
    """The twin: looked at, promised in between, resolved."""
    looked, promised = threading.Event(), threading.Event()
    check = cases.check_nothing_owed

    def then_wait(case):
        check(case)
        looked.set()
        promised.wait(crowd.PATIENCE)

    monkeypatch.setattr(cases, "check_nothing_owed", then_wait)
    monkeypatch.setattr(cases, "hold", lambda case: None)
    case, resolve, approve = two(bao)

    def promise():
        looked.wait(crowd.PATIENCE)
        approve()
        promised.set()

    assert at_once([resolve, promise]) == [None, None]
    assert in_order(case) == ["message approved", "case resolved"]
