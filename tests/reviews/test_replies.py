from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from feedback import journal, messages, shop
from feedback.models import Case, Customer, Event, FactCorrection, Order, Shop
from feedback.policy.facts import BadFacts
from reviews import replies
from reviews.intake import receive_many
from reviews.models import Reply
from reviews.replies import Blocked, NotAllowed, Stale

pytestmark = pytest.mark.django_db
BROKEN = "Ấm bị vỡ khi mở hộp, thất vọng quá."
THREAT = " Không đền thì tôi đăng một sao khắp nơi cho mọi người biết."


@pytest.fixture
def reply(own, receive):
    return receive(own, text="Giao trễ ba ngày, gọi không ai nghe.")


@pytest.fixture
def for_an_approver(own, receive):
    return receive(own, text=BROKEN + THREAT)


def now(reply):
    return Reply.objects.get(pk=reply.pk)


def test_staff_change_the_words(reply, bao):
    replies.edit(reply, "  Dạ tiệm xin lỗi anh/chị.\r\n\x00", by=bao, edition=1)

    assert (now(reply).text, now(reply).edition, now(reply).edited_by) == ("Dạ tiệm xin lỗi anh/chị.", 2, bao)
    assert now(reply).drafted_text == reply.text
    assert Event.objects.filter(verb="reply edited", by=bao).count() == 1


@pytest.mark.parametrize("clean", [replies.clean, messages.clean])
def test_no_word_is_turned_round_behind_the_back_of_the_lint(clean):
    assert (
        clean("Chúng tôi \u202eiạl nàoh\u202c \u2066ngay\u2069 👩\u200d🔧.")
        == "Chúng tôi iạl nàoh ngay 👩\u200d🔧."
    )


def test_saving_the_same_words_changes_nothing(reply, bao):
    replies.edit(reply, reply.text, by=bao, edition=1)

    assert (now(reply).edition, now(reply).edited_by) == (1, None)


def test_the_second_of_two_editors_is_told(reply, bao, mai):
    """C5: nothing is overwritten silently."""
    replies.edit(reply, "Lời của Bảo", by=bao, edition=1)

    with pytest.raises(Stale) as told:
        replies.edit(reply, "Lời của Mai", by=mai, edition=1)

    assert told.value.reply.text == now(reply).text == "Lời của Bảo"


def test_staff_approve_an_ordinary_draft(reply, bao):
    replies.approve(reply, by=bao, edition=1)

    assert (now(reply).state, now(reply).approved_by) == ("approved", bao)
    assert Event.objects.get(verb="reply approved").by == bao
    assert journal.verify() is None


def test_it_is_approved_once(reply, bao, mai):
    """C6."""
    replies.approve(reply, by=bao, edition=1)

    with pytest.raises(Stale):
        replies.approve(reply, by=mai, edition=1)
    assert Event.objects.filter(verb="reply approved").count() == 1


@pytest.mark.parametrize("role", ["front_line", "manager", "advocate", "administrator"])
def test_others_approve_nothing(reply, person, role):
    with pytest.raises(NotAllowed):
        replies.approve(reply, by=person(role), edition=1)


def test_leverage_needs_an_approver(for_an_approver, bao, mai):
    """Decision 14."""
    with pytest.raises(NotAllowed):
        replies.approve(for_an_approver, by=bao, edition=1)

    replies.approve(for_an_approver, by=mai, edition=1)

    assert now(for_an_approver).state == "approved"


def test_four_eyes_on_what_needs_an_approver(for_an_approver, mai, person):
    """Decision 14: author ≠ approver there."""
    replies.edit(for_an_approver, for_an_approver.text + " Cảm ơn.", by=mai, edition=1)

    with pytest.raises(NotAllowed, match="not allowed"):
        replies.approve(for_an_approver, by=mai, edition=2)

    replies.approve(for_an_approver, by=person("approver", "Thu"), edition=2)


def test_nobody_who_wrote_any_of_the_words_approves_them(for_an_approver, mai, person):
    """Decision 14, I5: not the last to write alone, and whoever else wrote in between."""
    thu, an = person("approver", "Thu"), person("approver", "An")
    replies.edit(for_an_approver, for_an_approver.text + " Cảm ơn.", by=mai, edition=1)
    replies.edit(for_an_approver, for_an_approver.text + " Cảm ơn chị.", by=thu, edition=2)
    replies.edit(for_an_approver, for_an_approver.text + " Cảm ơn.", by=mai, edition=3)

    for author in (mai, thu):
        with pytest.raises(NotAllowed) as told:
            replies.approve(for_an_approver, by=author, edition=4)
        with translation.override("en"):
            assert "some of these words" in str(told.value.why)

    replies.approve(for_an_approver, by=an, edition=4)


def test_what_is_as_the_program_drafted_it_again_is_nobodys(for_an_approver, mai, person):
    """Whoever wrote a promise and took it out again has written nothing that goes out."""
    replies.edit(for_an_approver, for_an_approver.text + " Cam kết hoàn tiền.", by=mai, edition=1)
    replies.edit(for_an_approver, for_an_approver.text, by=person("approver", "Thu"), edition=2)

    replies.approve(for_an_approver, by=mai, edition=3)

    assert now(for_an_approver).approved_by == mai


def test_drafted_again_the_words_are_the_programs(for_an_approver, mai):
    replies.edit(for_an_approver, for_an_approver.text + " Cảm ơn.", by=mai, edition=1)
    replies.draft_again(for_an_approver, by=mai, edition=2)

    replies.approve(for_an_approver, by=mai, edition=3)

    assert now(for_an_approver).approved_by == mai


def test_a_public_draft_calls_everybody_as_the_shop_does(own, receive):
    """S1-9, L9: what a customer told us of themselves is not shown in public."""
    lan = Customer.objects.create(
        name="Lan", email="lan@example.com", since=timezone.now(), form_of_address="chị"
    )
    Order.objects.create(
        number="DH-7", customer=lan, total=Decimal(100), placed_at=timezone.now(), received_at=timezone.now()
    )
    Shop.objects.update(form_of_address="quý khách")
    shop.forget()

    reply = receive(own, text=BROKEN, order_number="DH-7")

    assert "quý khách" in reply.text.lower()
    assert "chị" not in reply.text
    assert not [one for one in replies.findings(reply, reply.text) if one.blocks]


def test_what_is_answered_again_keeps_its_authors(for_an_approver, mai, person):
    replies.edit(for_an_approver, for_an_approver.text + " Cảm ơn.", by=mai, edition=1)
    replies.edit(for_an_approver, for_an_approver.text + " Cảm ơn chị.", by=person("approver"), edition=2)
    replies.discard(for_an_approver, reason="nhầm", by=mai, edition=3)

    again = replies.answer_again(now(for_an_approver), by=mai)

    with pytest.raises(NotAllowed):
        replies.approve(again, by=mai, edition=again.edition)


def test_nobody_is_taken_for_another_whose_number_holds_theirs(for_an_approver, person):
    """The ids stand between spaces: 1 did not write what 11 wrote."""
    first, *others = [person("approver", f"Mai {n}") for n in range(11)]
    longer = next(other for other in others if str(first.pk) in str(other.pk) or other is others[-1])
    longer.pk = int(f"{first.pk}{first.pk}")

    assert not Reply(authors=Reply().authors_with(longer)).is_by(first)


@pytest.mark.parametrize("last", [True, False])
def test_the_database_lets_no_author_approve(for_an_approver, mai, person, last):
    writers = [person("approver", "Thu"), mai] if last else [mai, person("approver", "Thu")]
    for edition, writer in enumerate(writers, start=1):
        replies.edit(for_an_approver, f"Lời {edition}", by=writer, edition=edition)

    with pytest.raises(IntegrityError, match="reply_needs_four_eyes"), transaction.atomic():
        Reply.objects.filter(pk=for_an_approver.pk).update(
            state="approved", approved_by=mai, approved_at=timezone.now()
        )


def test_what_cannot_go_out_at_all_is_said_first(for_an_approver, mai):
    """The words are named, not who wrote them: another approver could not let them go out either."""
    replies.edit(for_an_approver, for_an_approver.text + " Tiệm cam kết hoàn 100%.", by=mai, edition=1)

    with pytest.raises(Blocked):
        replies.approve(for_an_approver, by=mai, edition=2)


def test_below_the_limit_two_eyes_are_enough(reply, bao):
    replies.edit(reply, reply.text + " Cảm ơn.", by=bao, edition=1)

    replies.approve(reply, by=bao, edition=2)

    assert now(reply).approved_by == bao


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Vui lòng gỡ đánh giá này giúp tiệm nhé.",
        "Tiệm sẽ hoàn 200.000 ₫ cho anh/chị.",
        "Gọi tiệm số 0912 345 678 nhé.",
        "Chào chị Trần Thị Lan, tiệm xin lỗi chị.",
        "Đơn DH-7 tiệm đã gửi lại rồi ạ.",
        "<b>Xin lỗi</b> {name}",
    ],
)
def test_the_lint_blocks_approval(own, receive, bao, words):
    """L7, L9; the case's own data are needles."""
    lan = Customer.objects.create(name="Trần Thị Lan", email="lan@example.com", since=timezone.now())
    Order.objects.create(
        number="DH-7", customer=lan, total=Decimal(100), placed_at=timezone.now(), received_at=timezone.now()
    )
    reply = receive(own, text="Giao trễ ba ngày, gọi không ai nghe.", order_number="DH-7", author="L.")
    replies.edit(reply, words, by=bao, edition=1)

    with pytest.raises(Blocked):
        replies.approve(reply, by=bao, edition=2)

    assert now(reply).state == "draft"


def test_an_edited_review_cannot_be_answered_with_the_old_draft(own, reply, record, bao):
    """C7: the draft is for version 1, the review is version 2."""
    receive_many(own, [record(text="Giao trễ, nhưng đã được xin lỗi.")])

    with pytest.raises(Stale):
        replies.approve(reply, by=bao, edition=1)

    assert now(reply).state == "discarded"


def test_the_approval_can_be_taken_back_until_a_worker_has_it(reply, bao):
    replies.approve(reply, by=bao, edition=1)
    replies.take_back(reply, by=bao)

    assert (now(reply).state, now(reply).approved_by) == ("draft", None)

    replies.approve(reply, by=bao, edition=now(reply).edition)
    Reply.objects.update(leased_by="a worker")
    with pytest.raises(Stale):
        replies.take_back(reply, by=bao)


def test_our_no_needs_a_reason(reply, bao):
    with pytest.raises(NotAllowed):
        replies.discard(reply, reason="  ", by=bao, edition=1)

    replies.discard(reply, reason="Spam, không phải khách", by=bao, edition=1)

    assert (now(reply).state, now(reply).reason) == ("discarded", "Spam, không phải khách")


def test_after_our_no_it_can_be_answered_again(reply, bao):
    replies.discard(reply, reason="nhầm", by=bao, edition=1)

    again = replies.answer_again(now(reply), by=bao)

    assert (again.state, again.text, again.pk == reply.pk) == ("draft", reply.text, False)
    with pytest.raises(Stale):
        replies.answer_again(now(reply), by=bao)


def test_a_corrected_fact_makes_a_new_draft(reply, bao):
    """S1-9: the facts decide the words; the reason is kept."""
    replies.edit(reply, "Lời cũ", by=bao, edition=1)

    replies.correct_fact(reply, "problem", "damaged", reason="khách gửi ảnh", by=bao, edition=2)

    redrafted = now(reply)
    assert redrafted.decision.facts["problem"] == "damaged"
    assert redrafted.decision.is_current
    assert (redrafted.text, redrafted.edition, redrafted.edited_by) == (redrafted.drafted_text, 3, None)
    assert FactCorrection.objects.get().reason == "khách gửi ảnh"


def test_a_fact_needs_a_reason_and_a_known_value(reply, bao):
    with pytest.raises(NotAllowed):
        replies.correct_fact(reply, "problem", "damaged", reason="", by=bao, edition=1)
    with pytest.raises(BadFacts):
        replies.correct_fact(reply, "problem", "unheard_of", reason="x", by=bao, edition=1)

    assert (now(reply).edition, FactCorrection.objects.count()) == (1, 0)


def test_a_problem_in_what_looked_like_praise_opens_a_case(own, receive, bao):
    reply = receive(own, text="Đẹp lắm, cảm ơn tiệm!", stars=5)

    replies.correct_fact(reply, "problem", "late", reason="gọi điện thoại nói vậy", by=bao, edition=1)

    assert now(reply).case == Case.objects.get()


def test_a_draft_whose_facts_changed_elsewhere_must_be_drafted_again(reply, bao):
    from feedback import cases

    cases.correct_fact(reply.review.comment, "problem", "damaged", reason="ảnh", by=bao)

    with pytest.raises(NotAllowed):
        replies.approve(reply, by=bao, edition=1)

    replies.draft_again(reply, by=bao, edition=1)
    assert replies.why_not(now(reply), bao) == ""


def test_what_is_composed_is_never_blocked(reply, for_an_approver):
    for drafted in (reply, for_an_approver):
        assert [finding for finding in replies.findings(drafted, drafted.text) if finding.blocks] == []


def test_an_endless_reply_is_refused(reply, bao):
    with pytest.raises(NotAllowed):
        replies.edit(reply, "a" * 100_000, by=bao, edition=1)


@pytest.mark.parametrize("state", ["approved", "publishing", "published", "pending", "refused"])
def test_the_database_lets_nothing_out_unapproved(reply, state):
    published_at = timezone.now() if state == "published" else None

    with pytest.raises(IntegrityError, match="no_reply_goes_out_unapproved"), transaction.atomic():
        Reply.objects.filter(pk=reply.pk).update(state=state, published_at=published_at)


def test_the_database_keeps_one_reply_per_version(reply):
    twin = Reply.objects.get(pk=reply.pk)
    twin.pk, twin.public_id = None, "another0another0"

    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
