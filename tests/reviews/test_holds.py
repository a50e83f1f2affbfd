import io
import re
import zipfile
from datetime import UTC

import pytest
from django.utils import timezone
from django.utils.translation import override

from feedback import cases
from feedback.models import Event
from reviews import batches, desk, evidence, hiding, holds, replies, twin
from reviews.intake import receive_many
from reviews.models import Reply, Review
from reviews.views.kept import USUAL

pytestmark = pytest.mark.django_db
LATE = "Giao trễ ba ngày, gọi không ai nghe."
THREAT = "Ấm bị vỡ. Không đền thì tôi đăng một sao khắp nơi cho mọi người biết."


def now(reply):
    return Reply.objects.get(pk=reply.pk)


def test_a_question_holds_the_reply_until_it_is_answered_and_drafted_anew(own, receive, bao, mai):
    reply = receive(own, text=LATE)
    holds.hold(reply, whom="staff", fact="fault", words="Ai giao?", by=bao, edition=1)

    with pytest.raises(replies.NotAllowed):
        replies.approve(reply, by=mai, edition=2)
    holds.answer(now(reply), "Bưu tá nhận lỗi", by=mai, edition=2, value="carrier")

    assert (now(reply).held, now(reply).decision.facts["fault"]) == ("", "carrier")


def test_handed_up_only_an_approver_may_approve(own, receive, bao, mai):
    reply = receive(own, text=LATE)
    holds.hold(reply, whom="approver", words="Khách quen", by=bao, edition=1)

    with pytest.raises(replies.NotAllowed):
        replies.approve(reply, by=bao, edition=2)
    replies.approve(reply, by=mai, edition=2)

    assert now(reply).state == "approved"
    assert now(reply).holds.get().ended_by == mai


def test_the_twin_of_a_threat_has_the_same_decision_and_draft(own, receive):
    """S3-4, differentiator 1: really read, decided and drafted without the words."""
    twins = twin.of(Reply.objects.with_all_around().get(pk=receive(own, text=THREAT).pk))

    assert twins.are_alike
    assert "đăng một sao" not in twins.without.words


def test_what_became_known_since_is_no_work_of_the_threat(own, receive, bao):
    """S3-4: a person found out, after the decision, whose fault it was. Both sides are told the same."""
    reply = receive(own, text=THREAT)
    now_known = cases.correct_fact(reply.review.comment, "fault", "ours", reason="Ảnh", by=bao)

    twins = twin.of(Reply.objects.with_all_around().get(pk=reply.pk))

    assert now_known is not None
    assert twins.are_alike


def test_that_the_bank_has_the_matter_is_a_fact_and_stays(own, receive):
    """S3-4 c: the demand beside it is what the twin leaves out."""
    words = "Tôi đã mở tranh chấp với ngân hàng rồi, gửi thêm một ấm mới thì tôi rút."
    reply = receive(own, text=f"Ấm bị vỡ. {words}")

    twins = twin.of(Reply.objects.with_all_around().get(pk=reply.pk))

    assert reply.decision.facts["dispute"] == "claimed"
    assert (twins.are_alike, twins.dispute_stays) == (True, True)


def test_nothing_is_compared_where_every_word_is_marked(own, receive, bao):
    """No twin is shown, and the evidence says nothing of one, where no complaint stands beside the demand."""
    reply = receive(own, text="Không đền tiền thì tôi đăng một sao khắp nơi.")
    around = Reply.objects.with_all_around().get(pk=reply.pk)

    found = evidence.gather(around, timezone.now())

    assert not twin.of(around).can_be_compared
    assert found["twin"] is None


def test_the_evidence_holds_every_text_and_names_nobody_of_ours(own, receive, bao):
    reply = Reply.objects.with_all_around().get(pk=receive(own, text=THREAT).pk)

    packed = evidence.take(reply, by=bao, language="en", now=timezone.now())

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert files["review-version-1.txt"] == THREAT
    assert not any("Bảo" in text or "terrorist" in text for text in files.values())
    assert Event.objects.filter(verb="evidence taken", by=bao).count() == 1


def log_of(reply):
    with override("en"):
        return evidence.gather(Reply.objects.with_all_around().get(pk=reply.pk), timezone.now())["log"]


def test_the_evidence_begins_with_when_the_review_was_received(own, receive, record):
    """S3-7: by the act that took it in, whichever others came before and after."""
    receive_many(own, [record(external_id="earlier", text=LATE)])
    receive_many(own, [record(external_id="r1", text=THREAT), record(external_id="r2", text=LATE)])
    came = Event.objects.filter(verb="reviews received").order_by("-id").first()
    receive_many(own, [record(external_id="later", text=LATE)])

    first = log_of(receive(own, external_id="r1", text=THREAT))[0]

    assert (first["what"], first["hash"]) == ("The review was received", came.hash)


def test_a_review_from_before_acts_named_theirs_still_has_its_time(own, map_site, receive):
    reply = receive(own, text=THREAT)
    Review.objects.update(source=map_site)  # of which no act names any

    first = log_of(reply)[0]

    came = reply.review.comment.received_at.astimezone(UTC).isoformat(timespec="seconds")
    assert (first["what"], first["at"], first["hash"]) == ("The review was received", came, "")


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [("giao trễ", True), ("giao tre", True), ("gia ngh", True), ("vỡ", False), ("'", True)],
)
def test_words_are_found_with_and_without_marks(own, receive, typed, is_found, later):
    receive(own, text=LATE)

    assert bool(desk.page({**USUAL, "q": typed}, later, size=5).rows) is is_found


def test_pages_follow_each_other_without_a_gap(own, receive, later):
    made = {receive(own, external_id=f"r{n}", text=f"Giao trễ {n} ngày.").pk for n in range(5)}
    first = desk.page(USUAL, later, size=2)
    second = desk.page(USUAL, later, size=2, after=first.rows[-1].public_id)
    third = desk.page(USUAL, later, size=2, after=second.rows[-1].public_id)

    assert [row.pk for row in [*first.rows, *second.rows, *third.rows]] == sorted(made)
    assert not third.has_after
    assert desk.page(USUAL, later, size=2, before=second.rows[0].public_id).rows == first.rows


def test_a_batch_approves_only_what_is_as_it_was_shown(own, receive, bao):
    """L18: the one that was edited meanwhile stays."""
    made = [receive(own, external_id=f"r{n}", text=LATE) for n in range(3)]
    (group,) = batches.groups(bao)
    rows = batches.waiting(bao, digest=group.digest, language=group.language)
    replies.edit(made[0], made[0].text + " Cảm ơn.", by=bao, edition=1)

    results = batches.approve([(row.public_id, row.edition) for row in rows], by=bao)

    assert batches.counted(results) == 2
    assert now(made[0]).state == "draft"


def test_a_batch_goes_by_its_decision_and_not_by_one_problem_of_many(client, own, receive, bao):
    """Late and broken alike are looked into first: each says what it is about, and none names the group."""
    for n, text in enumerate([LATE, "Ấm bị vỡ khi mở hộp."]):
        receive(own, external_id=f"r{n}", text=text)
    client.force_login(bao)

    listed = client.get("/replies/alike/", headers={"accept-language": "en"}).content.decode()
    (group,) = batches.groups(bao)
    at_it = f"/replies/alike/{group.digest}/{group.language}/"
    shown = client.get(at_it, headers={"accept-language": "en"}).content.decode()

    assert "Looked into" in listed
    assert not {"Came late", "Came damaged"} & set(re.split(r"[<>]", listed))
    assert {"Came late", "Came damaged"} <= set(re.split(r"[<>]", shown))


def test_no_batch_for_staff_where_an_approver_is_needed(own, receive, bao):
    made = [receive(own, external_id=f"r{n}", text=THREAT) for n in range(2)]

    assert batches.groups(bao) == []
    assert batches.counted(batches.approve([(one.public_id, 1) for one in made], by=bao)) == 0


@pytest.mark.parametrize(
    ("words", "span", "left"),
    [
        ("Giao trễ. Đền đi không tôi đăng.", [10, 31], "Giao trễ."),
        ("Đền đi không tôi đăng. Giao trễ.", [0, 21], "Giao trễ."),
        ("Giao trễ, đền đi, gọi mãi.", [9, 16], "Giao trễ, gọi mãi."),
        ("Đền đi", [0, 6], ""),
    ],
)
def test_what_is_left_without_the_leverage_has_no_mark_of_its_own(words, span, left):
    assert twin.cut(words, [span]) == left


def test_a_batch_goes_by_four_eyes(own, receive, mai, person):
    """Decision 14: it shows nobody what they wrote some of, and does not approve it either."""
    made = [receive(own, external_id=f"r{n}", text=THREAT) for n in range(3)]
    replies.edit(made[0], made[0].text + " Cảm ơn.", by=mai, edition=1)
    replies.edit(made[0], made[0].text + " Cảm ơn chị.", by=person("approver", "Thu"), edition=2)

    (group,) = batches.groups(mai)
    results = batches.approve([(made[0].public_id, 3), *((one.public_id, 1) for one in made[1:])], by=mai)

    assert group.count == 2
    assert {result.reply.pk for result in results if result.why_not} == {made[0].pk}
    assert batches.counted(batches.approve([(made[0].public_id, 3)], by=person("approver", "An"))) == 1


def test_a_review_is_hidden_for_a_listed_reason_alone(own, receive, mai):
    """L6."""
    review = receive(own, text=LATE).review
    with pytest.raises(ValueError, match="negative"):
        hiding.hide(review, reason="negative", by=mai)
    hiding.hide(review, reason="fake", by=mai)

    assert not Review.objects.shown().exists()
    assert Event.objects.get(verb="review hidden").data["reason"] == "fake"
    hiding.show(review, by=mai)
    assert Review.objects.shown().exists()


@pytest.mark.parametrize("path", ["/replies/alike/", "/reviews/hidden/", "/reviews/"])
def test_the_pages_open(client, own, receive, mai, path):
    for n in range(2):
        receive(own, external_id=f"r{n}", text=LATE)
    client.force_login(mai)

    assert client.get(path).status_code == 200


def test_the_page_of_evidence_gives_the_zip(client, own, receive, bao):
    reply = receive(own, text=THREAT)
    client.force_login(bao)

    shown = client.get(f"/replies/{reply.public_id}/evidence/").text
    assert all(name in shown for name in ("support.google.com", "Yelp", "Tripadvisor", "Trustpilot"))
    assert client.post(f"/replies/{reply.public_id}/evidence/")["Content-Type"] == "application/zip"
