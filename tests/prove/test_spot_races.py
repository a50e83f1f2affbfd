"""S2-9: two of the front line settle one case at once: it is given once, and the other is told. The guard is
also seen missing."""

import threading
from decimal import Decimal
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from feedback import cases, concessions, granted, message_plans, messages, on_the_spot, overrides
from feedback.models import Case, Concession, Decision, Event, Message
from tests import crowd, factories

ROUNDS = 20
BOOKED, TOLD = "Settled: what they got is booked", "Somebody else changed this case just before"
SAME, OTHER = ("replacement", "replacement"), ("replacement", "refund")
either = pytest.mark.parametrize("remedies", [SAME, OTHER], ids=["the same", "one each"])
pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]
at_once = partial(crowd.at_once, told=(cases.Stale, concessions.Refused))


@pytest.fixture
def people(many_connections):
    factories.a_shop()
    return [factories.user("front_line", name) for name in ("Hoa", "Thu")]


@pytest.fixture
def both_have_looked(monkeypatch):
    """Both requests have found the case open before either of them begins to write."""
    gate, settle = threading.Barrier(2), on_the_spot.settle

    def with_the_other(*what, **given):
        gate.wait(crowd.PATIENCE)
        return settle(*what, **given)

    monkeypatch.setattr(on_the_spot, "settle", with_the_other)


def at_the_counter(by):
    """Told in person, decided, and looked at by somebody: (the case, its decision)."""
    lan, broken = factories.customer(), {"problem": "damaged", "fault": "ours"}
    bought = factories.order(lan, total=Decimal(300_000))
    about = factories.read_comment(reading=broken, channel="in_person", customer=lan, order=bought)
    made = cases.open_case(about, now=timezone.now(), reason="damaged")
    decided = cases.decide_many([about], timezone.now(), cases={about.pk: made})[about.pk]
    return made, on_the_spot.seen(made, decided, by=by)


def press(made, decision, remedy, by):
    """As the browser of this person sends it; what the page says then."""
    browser = Client()
    browser.force_login(by)
    browser.cookies["django_language"] = "en"
    given = {"decision": decision.pk, "remedy": remedy, "first_time": "yes", "cause_removed": "Packed better"}
    address = f"/cases/{made.public_id}/settle/"
    return lambda: browser.post(address, given, follow=True).content.decode()


def settling(made, decision, remedies, people):
    """Each with the case as it was on the page, open."""
    given = {"cost": None, "first_time": True, "cause_removed": "Packed better", "root_cause": ""}
    rows = Case.objects.select_related("comment__analysis", "order", "customer")
    at = Decision.objects.select_related("policy")
    return [
        partial(on_the_spot.settle, rows.get(pk=made.pk), at.get(pk=decision.pk), remedy=remedy, by=by,
                now=timezone.now(), **given)
        for remedy, by in zip(remedies, people, strict=True)
    ]  # fmt: skip


def booked(made):
    return Concession.objects.filter(case=made).count()


def by_whom(made, verb):
    return [one.by for one in Event.objects.filter(verb=verb, subject=f"feedback.case:{made.pk}")]


@either
def test_of_two_who_press_one_gives_and_the_other_is_told(people, both_have_looked, remedies):
    for _round in range(ROUNDS):
        made, decision = at_the_counter(people[0])

        said = at_once([press(made, decision, *one) for one in zip(remedies, people, strict=True)])

        winner = [BOOKED in page for page in said].index(True)
        assert [BOOKED in page for page in said].count(True) == 1
        assert TOLD in said[1 - winner]
        given = Concession.objects.get(case=made)
        assert (given.remedy, given.booked_by) == (remedies[winner], people[winner])
        for verb in ("concession booked", "case resolved", "settled on the spot"):
            assert by_whom(made, verb) == [people[winner]]


@pytest.fixture
def blind(monkeypatch):
    """Nobody looks at what was given before."""
    monkeypatch.setattr(concessions, "granted_before", lambda case, currency: Decimal(0))


@pytest.fixture
def unguarded(blind, monkeypatch):
    """And nobody compares: whoever saw it open may end it, whatever it is now."""
    monkeypatch.setattr(on_the_spot, "_hold", lambda case, decision: None)
    crowd.take_the_guard_off(monkeypatch, Case)


@either
def test_the_comparison_alone_gives_once(people, blind, remedies):
    for _round in range(ROUNDS):
        made, decision = at_the_counter(people[0])

        ended = at_once(settling(made, decision, remedies, people))

        assert [type(one) for one in ended if one is not None] == [cases.Stale]
        assert booked(made) == 1


def test_without_the_comparison_both_give(people, unguarded):
    """The twin: the customer gets a new pot and the money back."""
    made, decision = at_the_counter(people[0])

    assert at_once(settling(made, decision, OTHER, people)) == [None, None]
    assert (booked(made), len(by_whom(made, "case resolved"))) == (2, 2)


def test_of_one_remedy_the_database_alone_books_one(people, unguarded):
    for _round in range(ROUNDS):
        made, decision = at_the_counter(people[0])

        ended = at_once(settling(made, decision, SAME, people))

        assert [one.field for one in ended if one is not None] == ["remedy"]
        assert booked(made) == 1


def offered(made, decision, by):
    """The draft of an offer, as staff saved it."""
    decided = overrides.effective(decision)
    plan = message_plans.proposal(made, decision, decided, timezone.now())
    return messages.compose_again(made, decision, plan, by=by, edition=0)


def settled_beside_an_approval(people, bao):
    """The case, and two acts on it: one gives at the counter, the other approves the offer."""
    made, decision = at_the_counter(people[0])
    draft = offered(made, decision, bao)
    give = settling(made, decision, ("replacement",), people[:1])[0]

    def approve():
        messages.approve(draft, by=bao, edition=draft.edition, by_mail=False)

    return made, give, approve


def test_an_offer_that_waits_goes_or_holds_it_up(people):
    """Nobody is given something at the counter and offered it by letter as well."""
    bao = factories.user("staff", "Bảo")
    for _round in range(ROUNDS):
        made, *acts = settled_beside_an_approval(people, bao)
        ended = crowd.at_once(acts, told=(cases.Stale, concessions.Refused, messages.Stale))

        assert ended.count(None) == 1
        state = "discarded" if ended[0] is None else "approved"
        assert Message.objects.get(case=made).state == state
        assert booked(made) == (1 if ended[0] is None else 0)


def test_without_withdrawing_it_the_offer_goes_out_as_well(people, monkeypatch):
    """The twin, one after the other; what was given is not looked at either, which stops it as well."""
    monkeypatch.setattr(on_the_spot, "_withdraw", lambda case, by: None)
    made, give, approve = settled_beside_an_approval(people, factories.user("staff", "Bảo"))

    give()
    with pytest.raises(messages.Blocked):
        approve()
    monkeypatch.setattr(granted, "of", lambda case, decided: ())
    approve()

    assert (booked(made), Message.objects.get(case=made).state) == (1, "approved")
