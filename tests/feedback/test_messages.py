"""The private message of a case: words, approval with all it promises, and how it is sent."""

import re
from contextlib import nullcontext
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from feedback import addressee, cases, concessions, disputes, message_plans, messages, overrides, shop
from feedback.concessions import Refused
from feedback.message_plans import Plan, Planned
from feedback.models import (
    Case,
    Comment,
    Concession,
    Customer,
    Decision,
    Event,
    Message,
    OutgoingMail,
    Promise,
    Shop,
)
from feedback.roles import Role
from feedback.wording.phrases import phrases
from tests import factories
from tests.factories import NOW, a_shop, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop():
    a_shop()


@pytest.fixture
def bao():
    return user(Role.STAFF, "Bảo")


@pytest.fixture
def mai():
    return user(Role.APPROVER, "Mai")


@pytest.fixture
def told():
    """`told(problem=…, fault=…, total=…)`: a decided case of Lan's."""

    def tell(*, problem="damaged", fault="ours", total=Decimal(500_000), person=True, **reading):
        lan = factories.customer("Lan", language="vi")
        about = factories.read_comment(
            "Ấm bị vỡ khi mở hộp.",
            reading={"problem": problem, "fault": fault} | reading,
            channel="form",
            customer=lan,
            order=factories.order(lan, total=total),
        )
        case = factories.case(about)
        cases.decide_many([about], NOW, cases={about.pk: case})
        if person:
            cases.correct_fact(about, "fault", fault, reason="The photo shows it.", by=user())
        return case

    return tell


def decision_of(case):
    return Decision.objects.select_related("policy").get(comment=case.comment_id, is_current=True)


def plan_for(case, remedy=""):
    decision = decision_of(case)
    usual = message_plans.proposal(
        case, decision, overrides.effective(decision), timezone.now(), remedy=remedy
    )
    return Plan(remedy=remedy, promises=usual.promises)


def written(case, by, plan=None, text=None):
    decision = decision_of(case)
    plan = plan or plan_for(case)
    words = messages.words_of(case, overrides.effective(decision), decision, plan)
    return messages.edit(case, decision, words if text is None else text, plan, by=by, edition=0)


def approved(case, by, plan=None, *, by_mail=False, writer=None):
    message = written(case, writer or by, plan)
    return messages.approve(message, by=by, edition=message.edition, by_mail=by_mail)


def test_the_programs_own_words_pass_its_lint(told, bao):
    """S1-9: name, what we can do, a question, who does what by when."""
    case = told()
    message = written(case, bao)
    decided = overrides.effective(message.decision)

    assert not [
        one
        for one in messages.findings(case, message.decision, decided, message.text, plan_for(case))
        if one.blocks
    ]
    assert message.edited_by is None


def test_a_letter_is_answered_by_a_meeting(told, bao):
    """The channel table: propose to meet; no letter and no call goes out, other ways stay open."""
    case = told()
    Comment.objects.filter(pk=case.comment_id).update(channel="letter")
    case = Case.objects.select_related("comment__analysis", "customer", "order").get(pk=case.pk)

    message = approved(case, bao)

    meeting = case.promises.order_by("pk").first()
    assert meeting.what == "gặp trực tiếp anh/chị để trao đổi"
    assert meeting.by_when == shop.working_days_later(shop.day(timezone.now()), 2)
    assert meeting.what in message.text
    for way in ("letter", "phone"):
        with pytest.raises(messages.NotAllowed):
            messages.sent_by_hand(message, channel=way, by=bao)
    messages.sent_by_hand(message, channel="in_person", by=bao)
    assert not plan_for(case).promises  # proposed once


@pytest.mark.parametrize(
    ("shops", "theirs", "called"),
    [
        ("", "", "anh/chị Lan"),
        ("quý khách", "", "quý khách Lan"),
        ("quý khách", "chị", "chị Lan"),
        ("", "anh", "anh Lan"),
        ("", "quý khách", "quý khách Lan"),
    ],
)
def test_they_are_called_as_they_asked_or_as_the_shop_calls_everybody(told, bao, shops, theirs, called):
    """S1-9."""
    Shop.objects.update(form_of_address=shops)
    shop.forget()
    case = told()
    Customer.objects.filter(pk=case.customer_id).update(form_of_address=theirs)
    case = case.__class__.objects.get(pk=case.pk)

    message = approved(case, bao)

    assert called in message.text.split("\n")[0]
    assert ("anh/chị" in message.text.lower()) is (called == "anh/chị Lan")
    assert message.edited_by is None


def test_approval_makes_the_promises_of_the_text(told, bao):
    case = told()

    message = approved(case, bao)

    promise = Promise.objects.get()
    assert (promise.case, promise.decision, promise.state) == (case, message.decision, "open")
    assert f"{promise.by_when:%d/%m/%Y}" in message.text
    assert message.state == "approved"
    assert Event.objects.get(verb="message approved").data["promises"] == [promise.pk]


@pytest.mark.parametrize(
    ("remedy", "said"),
    [
        ("", "liên hệ lại để hỏi anh/chị chọn cách nào"),
        ("refund", "hoàn lại anh/chị 500.000\xa0₫"),
        ("replacement", "gửi anh/chị món mới thay cho món cũ, chi phí do chúng tôi chịu"),
    ],
)
def test_a_promise_says_what_will_be_done(told, bao, remedy, said):
    """S0-6, S1-9: from what is granted; before that, that we ask what they choose."""
    case = told()

    message = approved(case, bao, plan_for(case, remedy))

    assert Promise.objects.get().what == said
    assert said in message.text


def test_what_they_choose_is_promised_after_it(told, bao):
    case = told()
    messages.sent_by_hand(approved(case, bao), channel="zalo", by=bao)

    messages.sent_by_hand(approved(case, bao, plan_for(case, "refund")), channel="zalo", by=bao)
    then = approved(case, bao, Plan(promises=(Planned(what="gọi cho chị Lan", by=plan_day(1)),)))

    assert [one.what[:12] for one in case.promises.order_by("pk")] == [
        "liên hệ lại ",
        "hoàn lại anh",
        "gọi cho chị ",
    ]
    assert "hoàn lại" in then.text  # what is on record may stand in the recap, whatever is decided


def test_a_row_that_asks_for_the_choice_gives_way_to_what_is_granted(told, bao):
    case = told()
    stale = Plan(remedy="refund", promises=plan_for(case).promises)
    message = written(case, bao, stale)
    with pytest.raises(Refused):
        messages.approve(message, by=bao, edition=message.edition, by_mail=False)

    again = messages.compose_again(case, message.decision, stale, by=bao, edition=message.edition)
    messages.approve(again, by=bao, edition=again.edition, by_mail=False)

    assert Promise.objects.get().what.startswith("hoàn lại")


@pytest.mark.parametrize("what", ["làm điều đã thống nhất", "Do what was agreed.", "…", "123"])
def test_nobody_confirms_a_promise_without_content(told, bao, what):
    case = told()
    plan = Plan(promises=(Planned(what=what, by=plan_day(1)),))

    with pytest.raises(Refused):
        approved(case, bao, plan)

    assert not Promise.objects.exists()


@pytest.mark.parametrize(
    ("before", "again"),
    [
        ("gửi ấm mới", "gửi ấm mới"),
        ("do what was agreed", "tra lại điều chúng tôi còn nợ anh/chị và viết cho anh/chị"),
    ],
)
def test_what_we_broke_is_promised_again_by_its_own_words(told, bao, before, again):
    case, day = told(), NOW.date() - timedelta(days=9)
    Promise.objects.create(
        case=case, what=before, by_when=day, call_back_on=day + timedelta(days=1), made_at=NOW,
        settled_at=NOW, state="broken",
    )  # fmt: skip
    cases.correct_fact(case.comment, "promise_broken", "true", reason="They say so.", by=bao)

    assert plan_for(case).promises[-1].what == again


def test_a_day_beyond_the_window_needs_a_reason_and_another_approver(told, bao, mai):
    """S1-3, L11: no promise is planned beyond what the case and the policy allow, without somebody's yes."""
    case = told()
    usual = message_plans.latest(case, overrides.effective(decision_of(case)), shop.day(timezone.now()))
    late = shop.working_days_later(usual, 1)
    with pytest.raises(messages.NotAllowed) as refused:
        approved(case, mai, Plan(promises=(Planned(what="gửi ấm mới", by=late),)), writer=bao)
    assert "For a later day" in str(refused.value.why) or "muộn hơn" in str(refused.value.why)

    plan = Plan(promises=(Planned(what="gửi ấm mới", by=late, why="Lò chỉ nung mỗi tháng một lần."),))
    message = messages.compose_again(case, decision_of(case), plan, by=bao, edition=1)
    assert message.needs_approver
    with pytest.raises(messages.NotAllowed):
        messages.approve(message, by=bao, edition=message.edition, by_mail=False)
    messages.approve(message, by=mai, edition=message.edition, by_mail=False)

    assert Promise.objects.get().by_when == late
    assert message_plans.plan_of(message) == plan
    assert Event.objects.get(verb="message approved").data["late"] is True


def test_the_last_day_is_that_of_the_case_or_of_the_policys_window(told):
    case, decided = told(), overrides.effective(decision_of(told()))
    today = shop.day(timezone.now())

    case.due_on = shop.working_days_later(today, 7)
    assert message_plans.latest(case, decided, today) == case.due_on
    case.due_on = today - timedelta(days=9)
    assert message_plans.latest(case, decided, today) == shop.working_days_later(today, decided.act_within)


def plan_day(days):
    return shop.working_days_later(shop.day(timezone.now()), days)


def test_a_second_message_promises_nothing_twice(told, bao):
    case = told()
    messages.sent_by_hand(approved(case, bao), channel="zalo", by=bao)

    assert plan_for(case).promises == ()


def test_what_is_granted_is_booked_with_its_parts(told, bao):
    """S3-6"""
    case = told()

    message = approved(case, bao, plan_for(case, "refund"))

    booked = Concession.objects.get()
    assert (booked.remedy, booked.refund, booked.fee) == ("refund", Decimal(500_000), Decimal(15_000))
    assert (booked.order, booked.decision, booked.booked_by) == (case.order, message.decision, bao)


def test_the_cost_of_goods_is_the_orders_own_where_the_shop_told_it(told):
    case = told()
    case.order.lines.create(name="Ấm", price=500_000, cost=Decimal(210_000))
    decision = decision_of(case)
    replacement = next(one for one in overrides.effective(decision).remedies if one.kind == "replacement")

    found = concessions.proposed(replacement, decision, case.order)

    assert found == {"product_cost": Decimal(210_000), "shipping_cost": Decimal(35_000)}


def test_other_costs_need_a_reason(told, bao):
    case = told()
    plan = Plan(
        remedy="refund", costs={"refund": Decimal(400_000)}, promises=plan_for(case, "refund").promises
    )

    with pytest.raises(Refused) as refused:
        approved(case, bao, plan)

    assert refused.value.field == "cost_reason"
    assert not Concession.objects.exists()
    assert not Promise.objects.exists()


def test_nothing_is_granted_on_the_customers_word_alone(told, bao):
    """Decision 2: drafted with, but a concession needs the fault confirmed."""
    case = told(person=False)

    with pytest.raises(Refused) as refused:
        approved(case, bao, plan_for(case, "refund"))

    assert refused.value.field == "fault"
    assert Message.objects.get().state == "draft"


RIGHT = {"problem": "wrong_item", "fault": "unknown"}  # replacement: Civil Code, articles 437 to 439


def test_no_right_is_granted_on_the_customers_word_alone(told, bao):
    """Decision 2: drafted with, said with its condition, and not granted before the problem is confirmed."""
    case = told(**RIGHT, person=False)
    assert decision_of(case).facts["statutory_right"] == "replacement"

    with pytest.raises(Refused) as refused:
        approved(case, bao, plan_for(case, "replacement"))

    assert refused.value.field == "problem"
    assert Message.objects.get().state == "draft"
    assert not Concession.objects.exists()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_message_says_a_right_with_its_condition_until_it_is_confirmed(told, bao, language):
    case = told(**RIGHT, person=False, lang=language)
    hedged, firm = (phrases(language).all("private", f"offer_right{end}") for end in ("_checked", ""))
    before = written(case, bao).text
    cases.correct_fact(case.comment, "problem", "wrong_item", reason="The photo shows it.", by=bao)
    case = case.__class__.objects.get(pk=case.pk)
    decision = decision_of(case)

    after = messages.words_of(case, overrides.effective(decision), decision, plan_for(case))

    assert any(phrase in before for phrase in hedged)
    assert any(phrase in after for phrase in firm)


@pytest.mark.parametrize(
    ("fact", "value"),
    [("problem", "wrong_item"), ("statutory_right", "replacement"), ("fault", "ours")],
)
def test_a_right_is_granted_once_a_person_confirmed_what_it_hangs_on(told, bao, fact, value):
    """The problem; or the right itself; or our own fault, which the policy puts right as fully."""
    case = told(**RIGHT, person=False)
    cases.correct_fact(case.comment, fact, value, reason="The photo shows it.", by=bao)

    approved(case, bao, plan_for(case, "replacement"))

    assert Concession.objects.get().remedy == "replacement"


def test_whose_fault_alone_does_not_confirm_what_went_wrong(told, bao):
    case = told(**RIGHT, person=False)
    cases.correct_fact(case.comment, "fault", "carrier", reason="They say so.", by=bao)

    with pytest.raises(Refused):
        approved(case, bao, plan_for(case, "replacement"))


@pytest.mark.parametrize(
    ("delivered", "is_granted"),
    [(None, True), (NOW.date() - timedelta(days=2), False)],
    ids=["our records say the same", "our records say otherwise"],
)
def test_a_record_confirms_it_too(bao, delivered, is_granted):
    """Sent to Germany, promised a week ago: Directive 2011/83/EU, article 18."""
    lan = factories.customer("Lan", language="vi")
    bought = factories.order(
        lan, total=Decimal(500_000), country="DE", carrier="DHL", delivered_on=delivered,
        promised_on=NOW.date() - timedelta(days=7),
    )  # fmt: skip
    about = factories.read_comment(
        reading={"problem": "not_received", "fault": "unknown"}, channel="form", customer=lan, order=bought
    )
    case = factories.case(about)
    cases.decide_many([about], NOW, cases={about.pk: case})

    with nullcontext() if is_granted else pytest.raises(Refused):
        approved(case, bao, plan_for(case, "refund"))

    assert Concession.objects.exists() is is_granted
    assert decision_of(case).sources["problem"] == ("record" if is_granted else "text")


def test_above_the_limit_an_approver_agrees_who_did_not_prepare_it(told, bao, mai):
    """Decision 14."""
    case = told(total=Decimal(4_000_000))
    plan = plan_for(case, "refund")
    message = written(case, mai, plan)

    for person in (bao, mai):
        with pytest.raises(messages.NotAllowed):
            messages.approve(message, by=person, edition=message.edition, by_mail=False)
    other = user(Role.APPROVER, "Thảo")
    messages.approve(message, by=other, edition=message.edition, by_mail=False)

    assert Concession.objects.get().booked_by == other


def test_nobody_who_wrote_any_of_a_message_approves_it(told, bao, mai):
    """Decision 14, I5."""
    thao, plan = user(Role.APPROVER, "Thảo"), None
    case = told(total=Decimal(4_000_000))
    plan = plan_for(case, "refund")
    message = written(case, mai, plan)
    message = messages.edit(
        case, message.decision, message.text + "\nCảm ơn chị.", plan, by=thao, edition=message.edition
    )

    for author in (mai, thao):
        with pytest.raises(messages.NotAllowed):
            messages.approve(message, by=author, edition=message.edition, by_mail=False)
    messages.approve(message, by=user(Role.APPROVER, "An"), edition=message.edition, by_mail=False)


def test_put_into_words_again_whoever_planned_it_is_its_author_still(told, mai):
    """The words are the program's, and what is granted is still what a person chose."""
    thao, case = user(Role.APPROVER, "Thảo"), told(total=Decimal(4_000_000))
    plan = plan_for(case, "refund")
    message = written(case, mai, plan)
    message = messages.compose_again(case, message.decision, plan, by=thao, edition=message.edition)

    for author in (mai, thao):
        with pytest.raises(messages.NotAllowed):
            messages.approve(message, by=author, edition=message.edition, by_mail=False)


def test_with_the_programs_own_words_and_plan_nobody_is_its_author(told, mai):
    case = told(problem="change_of_mind", fault="customer")
    message = written(case, mai, text="Lời của Mai")
    message = messages.compose_again(case, message.decision, plan_for(case), by=mai, edition=message.edition)

    messages.approve(message, by=mai, edition=message.edition, by_mail=False)

    assert Message.objects.get().approved_by == mai


def test_the_database_wants_four_eyes_too(told, mai):
    case = told(total=Decimal(4_000_000))
    message = written(case, mai, plan_for(case, "refund"))

    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(state="approved", approved_by=mai, approved_at=NOW)


def test_a_no_waits_for_an_approver_and_offers_something(told, bao, mai):
    """L18, S1-10"""
    case = told(problem="change_of_mind", fault="customer")
    message = written(case, bao)
    decided = overrides.effective(message.decision)

    assert decided.refusal
    assert decided.alternatives
    with pytest.raises(messages.NotAllowed):
        messages.approve(message, by=bao, edition=message.edition, by_mail=False)
    messages.approve(message, by=mai, edition=message.edition, by_mail=False)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda words: words.replace("Lan", "bạn"), "missing_name"),
        (lambda words: words.replace("?", "."), "missing_question"),
        (lambda words: re.sub(r"/20\d\d", "/1999", words), "missing_recap"),
        (lambda words: words + " Cam kết hoàn 900.000đ.", "amount"),
    ],
)
def test_a_missing_part_blocks_and_is_named(told, bao, change, code):
    """S1-9"""
    case = told()
    plan = plan_for(case)
    words = change(written(case, bao, plan).text)
    message = messages.edit(case, decision_of(case), words, plan, by=bao, edition=1)

    with pytest.raises(messages.Blocked) as blocked:
        messages.approve(message, by=bao, edition=message.edition, by_mail=False)

    assert code in {one.code for one in blocked.value.findings}


def test_the_days_in_the_text_must_be_those_that_are_promised(told, bao):
    case = told()
    case.due_on = plan_day(9)
    case.save()
    usual = plan_for(case).promises[0]
    day = shop.working_days_later(usual.by, 3)
    later = Plan(promises=(Planned(what=usual.what, by=day),))
    words = written(case, bao).text
    message = messages.edit(case, decision_of(case), words, later, by=bao, edition=1)

    with pytest.raises(messages.Blocked):
        messages.approve(message, by=bao, edition=message.edition, by_mail=False)
    again = messages.compose_again(case, decision_of(case), later, by=bao, edition=message.edition)
    messages.approve(again, by=bao, edition=again.edition, by_mail=False)

    assert Promise.objects.get().by_when == day


def test_a_granted_remedy_is_the_only_one_the_text_names(told):
    case = told()
    decision = decision_of(case)

    words = messages.words_of(case, overrides.effective(decision), decision, plan_for(case, "refund"))

    assert "500.000" in words
    assert "– " in words
    assert words.count("\n– ") == 1


def test_it_goes_by_mail_where_there_is_an_address(told, bao):
    case = told()

    message = approved(case, bao, by_mail=True)

    letter = OutgoingMail.objects.get(about=f"feedback.message:{message.pk}")
    assert (letter.kind, letter.to) == ("service", case.customer.email)
    said, _, way_to_own_data = letter.text.strip().rpartition("\n\n")
    assert said == message.text
    assert way_to_own_data.endswith("/my-data/")
    assert message.state == "sending"
    OutgoingMail.objects.update(state="suppressed")
    assert messages.earlier(case)[0].failed


def test_nothing_is_mailed_to_an_address_that_somebody_only_typed(told, bao):
    case = told()
    case.comment.customer_claimed = True
    case.comment.save()

    assert addressee.mail_address(case) == ""
    with pytest.raises(messages.NotAllowed):
        approved(case, bao, by_mail=True)


def test_by_hand_it_says_who_sent_it_and_how(told, bao):
    message = approved(told(), bao)

    messages.sent_by_hand(message, channel="zalo", by=bao)

    message.refresh_from_db()
    assert (message.state, message.channel, message.sent_by) == ("sent", "zalo", bao)
    with pytest.raises(messages.Stale):
        messages.sent_by_hand(message, channel="sms", by=bao)


def test_a_draft_for_an_older_decision_cannot_go_out(told, bao):
    case = told()
    message = written(case, bao)
    cases.correct_fact(case.comment, "problem", "late", reason="It came late.", by=bao)

    with pytest.raises(messages.NotAllowed):
        messages.approve(message, by=bao, edition=message.edition, by_mail=False)
    with pytest.raises(messages.Stale):
        messages.edit(case, message.decision, "Lời khác", plan_for(case), by=bao, edition=1)


def test_one_of_two_who_start_is_told(told, bao, mai):
    """C5, at the first save."""
    case = told()
    written(case, bao, text="Lời của Bảo")

    with pytest.raises(messages.Stale) as stale:
        written(case, mai, text="Lời của Mai")

    assert stale.value.message.text == "Lời của Bảo"


def test_a_page_of_a_discarded_message_fits_no_later_one(told, bao):
    case = told()
    first = written(case, bao, text="Một")
    messages.discard(first, reason="wrong tone", by=bao, edition=first.edition)
    second = written(case, bao, text="Hai")

    with pytest.raises(messages.Stale):
        messages.edit(case, decision_of(case), "Một nữa", plan_for(case), by=bao, edition=first.edition)
    assert Message.objects.get(pk=second.pk).text == "Hai"


def test_a_dispute_makes_the_grant_impossible(told, bao):
    """S3-5: the decision offers nothing any more; and the book itself refuses."""
    case = told()
    message = written(case, bao, plan_for(case, "refund"))
    disputes.note(case.order, external_id="cb-1", amount=Decimal(500_000), by=bao)

    with pytest.raises(messages.NotAllowed):
        messages.approve(message, by=bao, edition=message.edition, by_mail=False)
    with pytest.raises(Refused):
        concessions.book(
            case, message.decision, overrides.effective(message.decision).remedies[0], {"refund": Decimal(1)},
            reason="", by=bao, now=NOW,
        )  # fmt: skip


def test_the_message_in_a_dispute_still_passes_the_lint(told, mai):
    case = told()
    disputes.note(case.order, external_id="cb-1", amount=Decimal(500_000))

    approved(case, mai)

    assert Message.objects.get().state == "approved"


@pytest.mark.parametrize("problem", ["late", "damaged", "not_received", "overcharged", "safety", "other"])
@pytest.mark.parametrize("fault", ["ours", "carrier", "customer", "unknown"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_whatever_was_decided_can_be_told(told, mai, problem, fault, language):
    """Every kind of decision gets words that its own lint lets pass."""
    case = told(problem=problem, fault=fault, lang=language)

    approved(case, mai)

    assert Promise.objects.filter(case=case).exists()


def test_a_plan_keeps_what_a_person_set(told, bao):
    case = told()
    day = shop.day(NOW)
    plan = Plan(
        remedy="refund",
        costs={"refund": Decimal(400_000)},
        cost_reason="Kept the lid.",
        promises=(Planned(what="Hoàn tiền", by=day, who=bao.pk),),
    )

    message = written(case, bao, plan, text="…")

    assert message_plans.plan_of(message) == plan
    assert message.edited_by == bao


def test_a_second_grant_on_a_case_waits_for_an_approver(told, bao, mai):
    """S1-10, decision 14: remedies are alternatives, and small ones do not add up past one person's limit."""
    case = told(total=Decimal(90_000))
    messages.sent_by_hand(approved(case, bao, plan_for(case, "replacement")), channel="zalo", by=bao)

    second = written(case, bao, plan_for(case, "refund"))

    assert second.needs_approver
    with pytest.raises(messages.NotAllowed):
        messages.approve(second, by=bao, edition=second.edition, by_mail=False)
    assert Concession.objects.count() == 1


def test_no_letter_gives_more_than_is_booked(told, bao):
    case = told(total=Decimal(90_000))
    usual = plan_for(case, "refund")
    less = Plan(
        remedy="refund",
        promises=usual.promises,
        costs={"refund": Decimal(1)},
        cost_reason="a slip of the hand",
    )
    message = written(case, bao, less)

    with pytest.raises(Refused) as refused:
        messages.approve(message, by=bao, edition=message.edition, by_mail=False)

    assert refused.value.field == "costs"
    assert not Concession.objects.exists()


def test_a_name_that_was_typed_without_phone_or_mail_is_greeted(told, bao):
    """S1-9: names the customer when known; a title is said once."""
    case = told()
    Comment.objects.filter(pk=case.comment_id).update(customer=None, author="Chị Hoa")
    Case.objects.filter(pk=case.pk).update(customer=None)
    case = Case.objects.select_related("comment__analysis", "customer", "order").get(pk=case.pk)

    message = written(case, bao)

    assert "chị Hoa," in message.text.splitlines()[0]
    assert "anh/chị" not in message.text.lower()


def test_a_nickname_in_public_is_no_name(told):
    case = told()
    Comment.objects.filter(pk=case.comment_id).update(customer=None, author="gau_truc_99", channel="review")
    case.customer = None
    case.comment.refresh_from_db()

    assert addressee.name_of(case) == ""


@pytest.mark.parametrize(("wish", "taken_up"), [("Tôi muốn được hoàn tiền.", True), ("", False)])
def test_the_message_takes_up_the_wish_that_was_recorded(told, wish, taken_up):
    """S1-9, S4-6: what their words alone name is no recorded wish."""
    case = told()
    Case.objects.filter(pk=case.pk).update(wish=wish, wished="refund")
    case = Case.objects.select_related("comment__analysis", "customer", "order").get(pk=case.pk)
    decision = decision_of(case)

    text = messages.words_of(case, overrides.effective(decision), decision, plan_for(case))

    assert ("mong được hoàn tiền" in text or "mong là được hoàn tiền" in text) is taken_up


def test_what_answers_a_text_message_is_short(told, client, bao):
    case = told()
    Comment.objects.filter(pk=case.comment_id).update(channel="sms")
    client.force_login(bao)
    client.cookies["django_language"] = "en"

    page = client.get(f"/cases/{case.public_id}/").content.decode()

    assert "Chào anh/chị Lan. Chúng tôi có thể " in page
    assert "One holds 70 characters with Vietnamese marks, 160 without" in page
