from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import timezone

from feedback import comments, shop
from feedback.models import Case, Customer, Decision, Dispute, Event, Order
from reviews import drafting
from reviews.intake import receive_many
from reviews.models import Reply, Review

pytestmark = pytest.mark.django_db
BROKEN = "Ấm bị vỡ khi mở hộp, thất vọng quá."
THREAT = " Không đền thì tôi đăng một sao khắp nơi cho mọi người biết."


def test_a_complaint_gets_a_case_a_decision_and_a_draft(own, receive):
    reply = receive(own, text=BROKEN)

    assert (reply.state, reply.language, reply.edition) == ("draft", "vi", 1)
    assert reply.text == reply.drafted_text != ""
    assert (reply.case.comment, reply.decision.case) == (reply.review.comment, reply.case)
    assert reply.case.decided_at is not None
    assert reply.review.state == Review.State.DRAFTED


def test_praise_gets_thanks_and_no_case(own, receive):
    reply = receive(own, text="Đóng gói kỹ, men đẹp hơn trong hình, sẽ mua nữa!", stars=5)

    assert (reply.case, reply.decision.rule) == (None, "no_problem")


@pytest.mark.parametrize(("stars", "has_case"), [(5, False), (4, False), (2, True), (1, True)])
def test_stars_without_words_get_an_answer_too(own, receive, stars, has_case):
    reply = receive(own, text="", stars=stars)

    assert reply.text
    assert (reply.case is not None) is has_case


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("The teapot arrived broken and nobody answers.", "", "en"),
        ("👍👍", "en", "en"),
        ("👍👍", "", "vi"),
    ],
)
def test_it_answers_in_the_reviewers_language(own, receive, text, language, expected):
    assert receive(own, text=text, language=language).language == expected


def test_a_threat_changes_the_approver_and_not_one_byte(own, receive):
    """Decisions 5: the same case gets the same words; leverage chooses who approves."""
    calm = receive(own, text=BROKEN)
    threatened = receive(own, external_id="r2", text=BROKEN + THREAT)

    assert threatened.decision.decision == calm.decision.decision
    here = shop.current()
    assert drafting.words_of("vi", threatened.decision, own, "seed", here) == drafting.words_of(
        "vi", calm.decision, own, "seed", here
    )
    assert (threatened.review.wants_approver, threatened.needs_approver) == (True, True)
    assert threatened.review.route == calm.review.route


def test_the_same_case_always_gets_the_same_words(own, receive):
    reply = receive(own, text=BROKEN)
    seed = drafting.seed_of(reply.review, reply.case)

    assert seed == reply.case.public_id
    assert drafting.words_of("vi", reply.decision, own, seed, shop.current()) == reply.text


def test_a_dispute_at_the_bank_changes_the_queue(own, receive):
    lan = Customer.objects.create(name="Lan", since=timezone.now())
    order = Order.objects.create(
        number="DH-7", customer=lan, total=Decimal(100), placed_at=timezone.now(), received_at=timezone.now()
    )
    Dispute.objects.create(order=order, external_id="d1", amount=100, opened_at=timezone.now())

    reply = receive(own, text=BROKEN, order_number="DH-7")

    assert (reply.review.route, reply.case.route, reply.decision.rule) == ("dispute", "dispute", "dispute")


def test_a_source_that_takes_no_replies_gets_none(own, receive):
    own.allows_reply = False
    own.save()

    assert receive(own, text=BROKEN) is None
    assert Review.objects.get().state == Review.State.DRAFTED
    assert Case.objects.count() == 1


def test_it_fits_the_limit_of_the_source(map_site, receive):
    map_site.limit_size = 350
    map_site.save()

    assert len(receive(map_site, text=BROKEN).text.encode()) <= 350


def test_each_review_is_answered_once(own, receive):
    receive(own, text=BROKEN)

    assert drafting.answer_all() == 0
    assert Reply.objects.count() == 1


def test_an_edited_review_is_answered_anew(own, record, receive):
    old = receive(own, text=BROKEN)

    new = receive(own, text="Ấm vỡ, gọi hai lần không ai nghe máy.")

    assert (new.review_version, new.case, new.state) == (2, old.case, "draft")
    assert Decision.objects.filter(is_current=True, case=old.case, comment=new.review.comment).exists()


def test_an_answer_on_its_way_goes_first(own, record, receive, bao):
    """One reply at work per review: the new draft waits for the platform's word on the old one."""
    reply = receive(own, text=BROKEN)
    Reply.objects.update(state="pending", approved_by=bao, approved_at=timezone.now())

    receive(own, text="Khác hẳn rồi, ấm vẫn vỡ.")

    assert Review.objects.get().state == Review.State.RECEIVED
    Reply.objects.filter(pk=reply.pk).update(state="published", published_at=timezone.now())
    assert drafting.answer_all() == 1


def test_the_queries_do_not_grow_with_the_reviews(own, record, django_assert_max_num_queries):
    texts = [BROKEN, "Đẹp lắm, cảm ơn tiệm!", "Giao trễ ba ngày", BROKEN + THREAT]
    for n in range(40):
        receive_many(own, [replace(record(text=texts[n % 4]), external_id=f"r{n}")])
    comments.read_all()

    with django_assert_max_num_queries(60):
        drafting.answer_all()

    assert Reply.objects.count() == 40


def test_the_audit_trail_says_how_many(own, receive):
    receive(own, text=BROKEN)

    assert Event.objects.get(verb="replies drafted").data == {"count": 1, "reviews": 1}


def test_a_complaint_taken_back_by_an_edit_is_resolved(own, record, receive):
    """S2-6: the newer words count, for the case as for the reply."""
    case = receive(own, text=BROKEN).case

    reply = receive(own, text="Shop đã đổi ấm mới, rất đẹp, cảm ơn shop nhiều!", stars=5)

    case.refresh_from_db()
    assert (case.state, case.comment) == ("resolved", reply.review.comment)
    assert case.decided_at is not None
    assert (reply.case, reply.decision.rule) == (None, "no_problem")
    assert Event.objects.get(verb="case resolved").data == {"reason": "the review was edited"}


def test_what_we_still_owe_keeps_its_case_open(own, record, receive, bao):
    case = receive(own, text=BROKEN).case
    case.promises.create(
        what="call", by_when="2030-01-01", call_back_on="2030-01-02", made_at=timezone.now(), who=bao
    )

    receive(own, text="Shop đã đổi ấm mới, rất đẹp, cảm ơn shop nhiều!", stars=5)

    case.refresh_from_db()
    assert case.state == "open"
