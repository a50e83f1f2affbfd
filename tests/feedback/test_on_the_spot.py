"""S2-9: the front line puts it right within the stated limit, and says what was done about the cause."""

from decimal import Decimal

import pytest
from django.utils import timezone

from feedback import cases, concessions, handling, leases, message_plans, messages, overrides, shop
from feedback.models import Case, Concession, Decision, Event, FactCorrection, Message, Promise
from tests import factories
from tests.factories import a_shop, customer, dispute, order, read_comment, user

pytestmark = pytest.mark.django_db
DONE = {"first_time": "yes", "cause_removed": "Packed better", "root_cause": "process"}


@pytest.fixture(autouse=True)
def _shop(client):
    a_shop()
    client.cookies["django_language"] = "en"


@pytest.fixture
def hoa(client):
    someone = user("front_line", "Hoa")
    client.force_login(someone)
    return someone


def broken(*, total=300_000, problem="damaged", fault="ours", flags=(), channel="in_person", **columns):
    """Told at the counter, decided by the job."""
    lan = customer()
    about = read_comment(
        "Ấm bị vỡ khi mở hộp.", reading={"problem": problem, "fault": fault, "flags": list(flags)},
        channel=channel, customer=lan, order=order(lan, total=Decimal(total)), **columns,
    )  # fmt: skip
    cases.open_case(about, now=timezone.now(), reason=problem)
    leases.run_once(cases.DECIDE, timezone.now())
    return Case.objects.select_related("comment__analysis", "order", "customer").get(comment=about)


def decision_of(made):
    return Decision.objects.select_related("policy").get(comment=made.comment_id, is_current=True)


def post(client, made, **given):
    given = {"decision": decision_of(made).pk, "remedy": "replacement", **DONE} | given
    return client.post(f"/cases/{made.public_id}/settle/", given)


def look(client, made):
    return client.post(f"/cases/{made.public_id}/settle/", {"act": "seen"})


def test_looked_at_and_settled_at_the_counter(client, hoa):
    """In person: recover right after the complaint is told; booked, told, resolved, with names."""
    made = broken()

    before = client.get(f"/cases/{made.public_id}/").content.decode()
    look(client, made)
    between = client.get(f"/cases/{made.public_id}/").content.decode()
    post(client, made)

    made.refresh_from_db()
    given = Concession.objects.get()
    assert "I have looked: it is as they say" in before
    assert "You may give up to" in between
    assert (given.remedy, given.booked_by, given.case) == ("replacement", hoa, made)
    assert (made.state, made.resolved_first_time, made.cause_removed) == ("resolved", True, "Packed better")
    assert made.end_told_at
    assert made.answered_at
    assert {one.by for one in FactCorrection.objects.all()} == {hoa}
    assert Event.objects.filter(verb="settled on the spot", by=hoa).exists()


def next_day(days=1):
    return shop.working_days_later(shop.day(timezone.now()), days)


def test_what_follows_is_a_promise_with_its_call_back(client, hoa):
    """S0-6: the new pot is sent tomorrow; the day after somebody asks whether it came."""
    made = broken()
    look(client, made)

    post(client, made, by=next_day().isoformat())

    made.refresh_from_db()
    promise = Promise.objects.get()
    assert made.state == "resolved"
    assert (promise.case, promise.who, promise.by_when, promise.call_back_on) == (
        made,
        hoa,
        next_day(),
        next_day(2),
    )
    assert "gửi anh/chị món mới" in promise.what or "send you a replacement" in promise.what
    assert Event.objects.get(verb="settled on the spot").data["promises"] == [promise.pk]


def test_by_telephone_nothing_is_handed_over(client, hoa):
    made = broken(channel="phone")
    look(client, made)

    answer = post(client, made)
    post(client, made, by=next_day().isoformat())

    assert "Say by when they have it." in answer.content.decode()
    assert Promise.objects.get().who == hoa


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"by": "2099-01-05"}, "Nobody can promise that far ahead"),
        ({"by": "2020-01-06"}, "This day is over"),
        ({"follows": "send the pot"}, "Say by when they have it."),
        ({"follows": "do what was agreed", "by": "tomorrow"}, "Say what will be done"),
    ],
)
def test_a_promise_that_cannot_be_is_refused_beside_its_field(client, hoa, given, says):
    made = broken()
    look(client, made)
    given = {name: next_day().isoformat() if value == "tomorrow" else value for name, value in given.items()}

    answer = post(client, made, **given)

    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert not Promise.objects.exists()
    assert not Concession.objects.exists()


def draft_of(made, by, remedy=""):
    decision = decision_of(made)
    usual = message_plans.proposal(
        made, decision, overrides.effective(decision), timezone.now(), remedy=remedy
    )
    plan = message_plans.Plan(remedy=remedy, promises=usual.promises)
    return messages.compose_again(made, decision, plan, by=by, edition=0)


def test_a_draft_that_offers_something_is_withdrawn_with_it(client, hoa):
    made, bao = broken(), user("staff", "Bảo")
    look(client, made)
    draft = draft_of(made, bao)

    post(client, made)

    gone = Message.objects.get()
    assert (gone.state, gone.reason) == ("discarded", "settled on the spot")
    assert Event.objects.get(verb="message discarded").data["message"] == draft.pk
    with pytest.raises(messages.Stale):
        messages.approve(draft, by=bao, edition=draft.edition, by_mail=False)


def test_what_is_approved_already_is_carried_out_first(client, hoa):
    made, bao = broken(), user("staff", "Bảo")
    look(client, made)
    draft = draft_of(made, bao)
    messages.approve(draft, by=bao, edition=draft.edition, by_mail=False)

    answer = post(client, made)

    assert "waits to be sent" in answer.content.decode()
    assert not Concession.objects.exists()


def test_what_was_done_about_the_cause_has_to_be_said(client, hoa):
    made = broken()
    look(client, made)

    answer = post(client, made, cause_removed=" ")

    assert answer.status_code == 400
    assert answer.context["spot"]["form"].errors["cause_removed"]
    assert not Concession.objects.exists()


def test_nothing_is_given_on_a_mere_claim(client, hoa):
    """Decision 2: confirmed by a person first."""
    made = broken()

    answer = post(client, made)

    assert answer.status_code == 400
    assert not Concession.objects.exists()


def test_above_the_limit_it_is_handed_on_and_nothing_is_half_done(client, hoa):
    limit = concessions.staff_limit(decision_of(broken()))
    made = broken(total=int(limit) * 5)
    look(client, made)

    answer = post(client, made, remedy="refund")

    made.refresh_from_db()
    assert "hand it to staff" in answer.content.decode()
    assert (made.state, Concession.objects.count()) == ("open", 0)


def test_pressed_again_it_says_how_it_stands_and_gives_nothing_more(client, hoa):
    """From a second tab, or twice: two at one moment are raced in tests/prove/test_spot_races.py."""
    made = broken()
    look(client, made)
    given = {"decision": decision_of(made).pk, **DONE}
    address = f"/cases/{made.public_id}/settle/"

    first = client.post(address, given | {"remedy": "replacement"}, follow=True).content.decode()
    again = client.post(address, given | {"remedy": "refund"}, follow=True).content.decode()

    assert "Settled: what they got is booked" in first
    assert "Somebody else changed this case just before" in again
    assert Concession.objects.get().remedy == "replacement"


@pytest.mark.parametrize(
    "columns",
    [{"flags": ["abuse"]}, {"channel": "email"}, {"customer_claimed": True}],
)
def test_what_is_not_for_here_and_now_is_refused(client, hoa, columns):
    """S1-11: insults go to an approver; an unknown person gets nothing."""
    made = broken(**columns)

    look(client, made)
    post(client, made)

    assert not Concession.objects.exists()
    assert not FactCorrection.objects.exists()


def test_beside_an_open_dispute_nothing_is_given(client, hoa):
    made = broken()
    look(client, made)
    dispute(made.order)

    assert "A dispute on this order is open" in post(client, made).content.decode()
    assert not Concession.objects.exists()


def test_steps_that_are_mandatory_stay_so(client, hoa):
    """S1-6: and what was booked is taken back with it."""
    made = broken()
    look(client, made)
    factories_row = handling.Handling(case=made, archetype="critic", reckoned_at=timezone.now())
    handling.Handling.objects.filter(case=made).delete()
    factories_row.save()

    answer = post(client, made)

    assert "First say whether it is true" in answer.content.decode()
    assert not Concession.objects.exists()


@pytest.mark.parametrize(("remedy", "part"), [("refund", "refund"), ("replacement", "product_cost")])
def test_where_the_policy_cannot_reckon_it_whoever_gives_says_what_it_costs(client, hoa, remedy, part):
    """No order is known; it stands under its own part."""
    about = read_comment("Vỡ.", reading={"problem": "damaged", "fault": "ours"}, channel="in_person")
    made = cases.open_case(about, now=timezone.now(), reason="damaged")
    leases.run_once(cases.DECIDE, timezone.now())
    look(client, made)

    without = post(client, made, remedy=remedy)
    post(client, made, remedy=remedy, cost="90000")

    assert without.status_code == 400
    assert getattr(Concession.objects.get(), part) == Decimal(90_000)


@pytest.mark.parametrize(
    "given", [{"remedy": "moon"}, {"cost": "-1"}, {"cost": "x"}, {"cause_removed": "\x00"}]
)
def test_bad_input_is_named(client, hoa, given):
    made = broken()
    look(client, made)

    assert post(client, made, **given).status_code == 400
    assert not Concession.objects.exists()


def test_decided_anew_in_between_it_is_looked_at_again(client, hoa):
    made = broken()
    old = decision_of(made).pk
    look(client, made)

    answer = client.post(
        f"/cases/{made.public_id}/settle/", {"decision": old, "remedy": "replacement", **DONE}, follow=True
    )

    assert "decided anew in the meantime" in answer.content.decode()
    assert not Concession.objects.exists()


def test_who_only_reads_may_not(client):
    made = broken()
    client.force_login(factories.user("advocate", "An"))

    assert post(client, made).status_code == 403
    assert 'id="spot"' not in client.get(f"/cases/{made.public_id}/").content.decode()


def test_that_it_was_seen_is_said_in_the_readers_language(client, hoa):
    made = broken()
    look(client, made)
    client.cookies["django_language"] = "vi"

    page = client.get(f"/cases/{made.public_id}/").content.decode()

    assert "đã xem tận nơi" in page
    assert "seen on the spot" not in page
