"""What they have or are to get already is not offered again: the next message says how far it is (S1-9)."""

from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from feedback import cases, concessions, message_plans, messages, overrides, promises, shop
from feedback.message_plans import Plan, Planned
from feedback.models import Case, Comment, Concession, Decision, Promise
from feedback.roles import Role
from tests import factories
from tests.factories import NOW, a_shop, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(client):
    a_shop()
    client.cookies["django_language"] = "en"


@pytest.fixture
def bao(client):
    someone = user(Role.STAFF, "Bảo")
    client.force_login(someone)
    return someone


@pytest.fixture
def mai():
    return user(Role.APPROVER, "Mai")


def plan_day():
    return shop.working_days_later(shop.day(timezone.now()), 2)


def told(*, fault="ours", channel="form", **reading):
    lan = factories.customer("Lan", language="vi")
    about = factories.read_comment(
        "Ấm bị vỡ khi mở hộp.", reading={"problem": "damaged", "fault": fault} | reading, channel=channel,
        customer=lan, order=factories.order(lan, total=Decimal(500_000)),
    )  # fmt: skip
    case = factories.case(about)
    cases.decide_many([about], NOW, cases={about.pk: case})
    cases.correct_fact(about, "fault", fault, reason="The photo shows it.", by=user())
    return looked_up(case)


def looked_up(case):
    return Case.objects.select_related("comment__analysis", "customer", "order").get(pk=case.pk)


def decision_of(case):
    return Decision.objects.select_related("policy").get(comment=case.comment_id, is_current=True)


def proposed(case, remedy=""):
    decision = decision_of(case)
    decided = overrides.effective(decision)
    usual = message_plans.proposal(case, decision, decided, timezone.now(), remedy=remedy)
    return decision, decided, Plan(remedy=remedy, promises=usual.promises)


def words(case, remedy=""):
    decision, decided, plan = proposed(case, remedy)
    return messages.words_of(case, decided, decision, plan)


def stops(case, text):
    decision, decided, plan = proposed(case)
    return [one.code for one in messages.findings(case, decision, decided, text, plan) if one.blocks]


def grant(case, remedy, by):
    decision, _decided, plan = proposed(case, remedy)
    draft = messages.edit(case, decision, words(case, remedy), plan, by=by, edition=0)
    done = messages.approve(draft, by=by, edition=draft.edition, by_mail=False)
    messages.sent_by_hand(done, channel="zalo", by=by)


def answer(case, *, kept, by):
    for one in case.promises.filter(state="open"):
        then = timezone.now() + timedelta(days=30)
        promises.settle(one, kept=kept, via="phone", by=by, now=then)


def test_what_was_granted_is_on_its_way_and_nothing_is_offered_again(bao):
    case = told()
    before = words(case)
    grant(case, "refund", bao)

    after = words(case)

    assert before.count("\n– ") > 1
    assert after.count("\n– ") == 1
    assert "– hoàn lại anh/chị 500.000\xa0₫: đang làm" in after
    assert f"{Promise.objects.get().by_when:%d/%m/%Y}" in after  # the recap says by when
    assert stops(case, after) == []
    assert words(case) == after


@pytest.mark.parametrize(
    ("channel", "late"), [("form", "đã hẹn trước hết ngày {}, nay bị trễ"), ("sms", "đã hẹn {}, nay bị trễ")]
)
def test_a_day_that_is_over_is_not_promised_as_if_it_were_to_come(bao, channel, late):
    """S0-6: on the day itself it can still be kept."""
    case = told(channel=channel)
    grant(case, "refund", bao)
    day = Promise.objects.get().by_when
    noon = datetime.combine(day, time(12), shop.zone())

    with time_machine.travel(noon, tick=False):
        assert "nay bị trễ" not in words(case)
    with time_machine.travel(noon + timedelta(days=1), tick=False):
        after = words(case)
        assert stops(case, after) == []
    assert late.format(f"{day:%d/%m/%Y}" if channel == "form" else f"{day:%d/%m}") in after


def test_once_they_said_so_it_is_done(bao):
    case = told()
    grant(case, "replacement", bao)
    answer(case, kept=True, by=bao)

    after = words(looked_up(case))

    assert "– gửi anh/chị món mới thay cho món cũ, chi phí do chúng tôi chịu: đã xong" in after
    assert after.count("\n– ") == 1
    assert stops(case, after) == []


def test_what_was_promised_and_not_done_was_not_given(bao):
    """The broken promise is still owed, and they may choose anew."""
    case = told()
    grant(case, "replacement", bao)
    answer(case, kept=False, by=bao)

    after = words(looked_up(case))

    assert "đã xong" not in after
    assert "đang làm" not in after
    assert after.count("\n– ") > 1
    assert stops(case, after) == []


def test_decided_anew_it_asks_for_no_choice_again(bao):
    case = told()
    grant(case, "refund", bao)
    cases.correct_fact(case.comment, "problem", "defective", reason="Looked again.", by=bao)

    _decision, _decided, plan = proposed(looked_up(case))

    assert plan.promises == ()
    assert "đang làm" in words(looked_up(case))


def test_nobody_grants_the_same_twice_by_a_newer_decision(bao, mai):
    case = told()
    grant(case, "refund", bao)
    cases.correct_fact(case.comment, "problem", "defective", reason="Looked again.", by=bao)
    decision, _decided, plan = proposed(looked_up(case), "refund")
    draft = messages.edit(looked_up(case), decision, "…", plan, by=bao, edition=0)

    with pytest.raises(concessions.Refused, match="refused") as refused:
        messages.approve(draft, by=mai, edition=draft.edition, by_mail=False)

    assert refused.value.field == "remedy"
    assert Concession.objects.count() == 1


def test_more_than_goodwill_is_still_owed_where_it_was_our_fault(bao):
    """The law and our own fault go beyond what was given as goodwill."""
    case = told(fault="none")
    first = decision_of(case)
    factories.concession(case, decision=first, remedy="credit")
    cases.correct_fact(case.comment, "fault", "ours", reason="It was packed badly.", by=bao)

    after = words(looked_up(case))

    assert "đã xong" in after
    assert after.count("\n– ") > 2


@pytest.mark.parametrize("state", ["open", "kept"])
def test_what_we_help_with_beside_a_no_is_not_offered_twice(bao, state):
    case = told(fault="customer", problem="delivered_not_received")
    what = "hỏi người giao xem ai đã nhận giúp và báo anh/chị"
    messages.promise(case, decision_of(case), [Planned(what=what, by=plan_day())], timezone.now())
    if state == "kept":
        answer(case, kept=True, by=bao)
    kinds = overrides.effective(decision_of(case)).alternatives

    after = words(looked_up(case))

    assert "ask_nearby" in kinds
    assert f"– {what}: {'đã xong' if state == 'kept' else 'đang làm'}" in after
    assert after.count("\n– ") == len(kinds)
    assert stops(case, after) == []


@pytest.mark.parametrize("channel", ["sms", "in_person"])
def test_a_text_and_spoken_words_do_not_offer_it_either(bao, channel):
    case = told()
    grant(case, "replacement", bao)
    answer(case, kept=True, by=bao)
    Comment.objects.filter(pk=case.comment_id).update(channel=channel)

    after = words(looked_up(case))

    assert "hoàn" not in after
    assert ("Đã làm: gửi món mới" if channel == "sms" else "đã xong") in after
    assert stops(looked_up(case), after) == []


def test_the_page_says_so_and_offers_the_rest_to_an_approver_alone(client, bao):
    case = told()
    grant(case, "refund", bao)

    page = client.get(f"/cases/{case.public_id}/").content.decode()

    assert 'name="remedy" value="refund"' not in page
    assert 'name="remedy" value="replacement"' in page
    assert "One more grant waits for an approver" in page


def test_at_the_counter_it_is_said_before_anybody_chooses(client, bao):
    case = told(channel="in_person")
    factories.concession(case, decision=decision_of(case), remedy="replacement")

    page = client.get(f"/cases/{case.public_id}/").content.decode()

    assert "Something was granted here before: hand it to staff." in page
