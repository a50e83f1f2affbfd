import html
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from feedback import cases
from feedback.models import Customer, Order
from feedback.roles import Role
from reviews import replies
from reviews.intake import receive_many
from reviews.models import Reply

pytestmark = pytest.mark.django_db
LATE = "Giao trễ ba ngày, gọi không ai nghe."
THREAT = "Ấm bị vỡ. Không đền thì tôi đăng một sao khắp nơi cho mọi người biết."
LOOK = [Role.STAFF, Role.APPROVER, Role.MANAGER, Role.ADVOCATE, Role.ADMINISTRATOR]
ACTS = ["save", "approve", "reject", "take_back", "fact", "draft_again", "lint"]


@pytest.fixture
def reply(own, receive):
    return receive(own, text=LATE)


@pytest.fixture
def at_the_desk(client, bao):
    client.force_login(bao)
    return client


@pytest.fixture
def do(at_the_desk, reply):
    """`do("save", text="…")` on the reply, as Bảo at the desk."""

    def post(act, public_id=None, query="", **given):
        given = {"edition": 1, "text": reply.text} | given
        return at_the_desk.post(reverse(f"reply_{act}", args=[public_id or reply.public_id]) + query, given)

    return post


def test_an_empty_list_says_what_will_be_here(at_the_desk):
    page = at_the_desk.get(reverse("replies"), headers={"accept-language": "en"}).content.decode()

    assert "Nothing waits for you" in page
    assert "filters cannot be used" not in page


@pytest.mark.parametrize("typed", ["%", "_", "\\", "😂", "?!"])
def test_signs_alone_find_nothing_and_say_so(at_the_desk, typed):
    """Every reply would have been shown as if it held them."""
    page = at_the_desk.get(reverse("replies"), {"q": typed}, headers={"accept-language": "en"})

    assert page.status_code == 400
    assert "signs alone are not looked for" in page.content.decode()


def test_a_filter_that_finds_nothing_is_not_called_wrong(at_the_desk, reply):
    page = at_the_desk.get(reverse("replies"), {"state": "published"}, headers={"accept-language": "en"})

    assert "No reply like this" in page.content.decode()
    assert "filters cannot be used" not in page.content.decode()


def now(reply):
    return Reply.objects.get(pk=reply.pk)


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "Confirm the problem before you grant anything."),
        ("vi", "Hãy xác nhận vấn đề trước khi cho gì."),
    ],
)
def test_it_says_what_a_right_by_law_waits_for(at_the_desk, own, receive, bao, language, says):
    """Decision 2."""
    lan = Customer.objects.create(name="Lan", email="lan@example.com", since=timezone.now())
    Order.objects.create(
        number="DH-7", customer=lan, total=100, placed_at=timezone.now(), received_at=timezone.now()
    )
    reply = receive(own, text="Shop giao nhầm ấm khác, tôi đặt ấm xanh mà nhận ấm đỏ.", order_number="DH-7")
    at_the_desk.cookies["django_language"] = language

    before = at_the_desk.get(reverse("reply", args=[reply.public_id])).content.decode()
    cases.correct_fact(reply.review.comment, "problem", "wrong_item", reason="Có ảnh.", by=bao)
    replies.draft_again(now(reply), by=bao, edition=1)
    after = at_the_desk.get(reverse("reply", args=[reply.public_id])).content.decode()

    assert says in before
    assert says not in after


@pytest.mark.parametrize("role", Role)
def test_who_may_look(client, person, reply, role):
    client.force_login(person(role))
    expected = 200 if role in LOOK else 403

    assert client.get("/replies/").status_code == expected
    assert client.get(f"/replies/{reply.public_id}/").status_code == expected


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.STAFF, Role.APPROVER)])
@pytest.mark.parametrize("act", ACTS)
def test_who_may_not_act(client, person, reply, role, act):
    client.force_login(person(role))

    answer = client.post(reverse(f"reply_{act}", args=[reply.public_id]), {"edition": 1, "text": "x"})

    assert answer.status_code == 403
    assert (now(reply).state, now(reply).edition) == ("draft", 1)


@pytest.mark.parametrize("act", ACTS)
def test_looking_changes_nothing(at_the_desk, reply, act):
    assert at_the_desk.get(reverse(f"reply_{act}", args=[reply.public_id])).status_code == 405


def test_the_list_shows_what_waits(at_the_desk, reply):
    page = at_the_desk.get("/replies/").text

    assert reply.public_id in page
    assert "Giao trễ ba ngày" in page


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("state=draft", True),
        ("state=published", False),
        ("state=all", True),
        ("source=own", True),
        ("source=map-site", False),
        ("route=normal", True),
        ("route=safety", False),
        ("sentiment=negative&language=vi", True),
        ("sentiment=positive", False),
        ("language=en", False),
        ("age=1", False),
    ],
)
def test_the_list_can_be_filtered(at_the_desk, map_site, reply, query, is_there):
    assert (f'href="/replies/{reply.public_id}/' in at_the_desk.get(f"/replies/?{query}").text) is is_there


@pytest.mark.parametrize(
    "query", ["state=x", "age=99", "source=nowhere", "page=9999", "page=x", "done=x", "done=%00", "route=%00"]
)
def test_a_mangled_address_is_no_server_error(at_the_desk, reply, query):
    assert at_the_desk.get(f"/replies/?{query}").status_code in (200, 400)
    assert at_the_desk.get(f"/replies/{reply.public_id}/?{query}").status_code == 200


@pytest.mark.parametrize("name", ["nobody", "%00", "..", "a/b", "%F0%9F%98%80", "x" * 300])
def test_a_reply_that_is_not_there_is_not_found(at_the_desk, name):
    assert at_the_desk.get(f"/replies/{name}/").status_code == 404


def test_the_words_are_never_markup(at_the_desk, own, receive):
    evil = "<script>alert(1)</script> {{ 7|add:7 }} giao trễ ba ngày"
    reply = receive(own, external_id="evil", text=evil, author="<img src=x>", title="<b>")

    for address in (f"/replies/{reply.public_id}/", "/replies/", "/reviews/"):
        page = at_the_desk.get(address).text
        assert "<script>alert" not in page
        assert "<img src=x>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7|add:7 }}" in at_the_desk.get("/reviews/").text


def test_leverage_is_marked_and_an_approver_asked_for(at_the_desk, own, receive):
    reply = receive(own, external_id="r2", text=THREAT)

    page = at_the_desk.get(f"/replies/{reply.public_id}/").text

    assert "<mark>" in page
    assert 'disabled aria-describedby="why-not"' in page


def test_own_words_can_be_taken_out_again_on_the_page_that_refused_them(client, own, receive, mai):
    """A promise is refused, other own words too (decision 14); the draft as it was goes out."""
    reply = receive(own, external_id="r2", text=THREAT)
    page = f"/replies/{reply.public_id}/"
    client.force_login(mai)

    refused = client.post(f"{page}approve/", {"edition": 1, "text": f"{reply.text} Chúng tôi cam kết."})
    edited = client.post(f"{page}approve/", {"edition": 2, "text": f"{reply.text} Mong tin anh/chị."})
    approved = client.post(f"{page}approve/", {"edition": 3, "text": reply.text})

    assert (refused.status_code, edited.status_code, approved.status_code) == (422, 403, 302)
    for answer in (refused, edited):
        assert 'data-approve aria-describedby="why-not"' in answer.text
    assert now(reply).state == "approved"


def test_save_keeps_the_words(do, reply):
    assert do("save", text="Dạ tiệm xin lỗi anh/chị.").status_code == 302
    assert now(reply).text == "Dạ tiệm xin lỗi anh/chị."


def test_a_stale_save_gets_both_texts(do, reply, mai):
    """C5: 409 with a diff; nothing overwritten silently."""
    replies.edit(reply, "Lời của Mai", by=mai, edition=1)

    answer = do("save", text="Lời của tôi")

    assert answer.status_code == 409
    assert "<ins>tôi</ins>" in answer.text
    assert 'name="edition" value="2"' in answer.text
    assert now(reply).text == "Lời của Mai"


def test_approve_goes_on_to_the_next_and_offers_undo(at_the_desk, do, reply, own, receive):
    following = receive(own, external_id="r2", text="Hộp móp, gọi không ai nghe.")

    answer = do("approve", query="?route=normal")

    assert answer.url == f"/replies/{following.public_id}/?route=normal&done={reply.public_id}"
    assert (now(reply).state, now(reply).approved_by.username) == ("approved", "Bảo")
    assert reverse("reply_take_back", args=[reply.public_id]) in at_the_desk.get(answer.url).text


def test_approve_saves_what_was_typed(do, reply):
    do("approve", text=reply.text + " Mong anh/chị thông cảm.")

    assert now(reply).state == "approved"
    assert now(reply).text.endswith("Mong anh/chị thông cảm.")


def test_pressing_approve_twice_is_one_approval(do, reply):
    first, second = do("approve"), do("approve")

    assert (first.status_code, second.status_code) == (302, 302)
    assert now(reply).edition == 2


def test_a_blocked_approval_keeps_the_words_and_says_why(do, reply):
    answer = do("approve", text="Vui lòng gỡ đánh giá này giúp tiệm nhé.")

    assert answer.status_code == 422
    assert 'class="stop"' in answer.text
    assert (now(reply).state, now(reply).text) == ("draft", "Vui lòng gỡ đánh giá này giúp tiệm nhé.")


def test_staff_cannot_approve_leverage(do, own, receive):
    reply = receive(own, external_id="r2", text=THREAT)

    assert do("approve", public_id=reply.public_id, text=reply.text).status_code == 403
    assert now(reply).state == "draft"


def test_an_edited_review_cannot_be_approved(do, own, record, reply):
    """C7."""
    receive_many(own, [record(text="Đã được xin lỗi rồi.")])

    assert do("approve").status_code == 409


def test_reject_asks_why(do, reply):
    assert do("reject", reason="").status_code == 400
    assert do("reject", reason="spam").status_code == 302
    assert (now(reply).state, now(reply).reason) == ("discarded", "spam")


def test_undo_takes_the_approval_back(do, reply):
    do("approve")
    do("take_back")

    assert now(reply).state == "draft"


def test_a_corrected_fact_drafts_anew(do, reply):
    assert do("fact", name="problem", value="damaged", reason="ảnh").status_code == 302
    assert now(reply).decision.facts["problem"] == "damaged"


@pytest.mark.parametrize(
    "given",
    [
        {"name": "leverage", "value": "x", "reason": "y"},
        {"name": "problem", "value": "unheard_of", "reason": "y"},
        {"name": "problem", "value": "late", "reason": ""},
        {"name": "problem", "value": "late", "reason": "y" * 301},
        {},
    ],
)
def test_a_bad_fact_is_refused(do, reply, given):
    assert do("fact", **given).status_code == 400
    assert now(reply).edition == 1


@pytest.mark.parametrize("edition", ["", "x", "-1", "９", "9" * 40, "0"])
def test_a_mangled_edition_changes_nothing(do, reply, edition):
    for act in ("save", "approve", "reject", "fact", "draft_again"):
        given = {"name": "problem", "value": "damaged", "reason": "y", "text": "khác"}
        assert do(act, edition=edition, **given).status_code in (400, 409)
    assert (now(reply).state, now(reply).edition) == ("draft", 1)


def test_draft_again_after_the_facts_changed(do, at_the_desk, reply, bao):
    cases.correct_fact(reply.review.comment, "problem", "damaged", reason="ảnh", by=bao)
    assert "why-not" in at_the_desk.get(f"/replies/{reply.public_id}/").text

    do("draft_again")

    assert now(reply).decision.is_current


def test_the_lint_answers_with_a_piece_of_a_page(do, reply):
    piece = do("lint", text="Gọi 0912 345 678 <b>").text

    assert 'class="stop"' in piece
    assert "<html" not in piece
    assert "<b>" not in piece
    assert now(reply).text == reply.text


def test_our_sentence_is_put_there_without_a_script(do, reply):
    """S1-12: one press; the words around it and the line breaks stay."""
    text = "Cảm ơn anh/chị.\r\nShop cam kết lo việc này. Mong anh/chị nhắn riêng."
    piece = do("lint", text=text).text
    choice = piece.partition('name="instead" value="')[2].partition('"')[0]

    do("save", text=text, instead=choice)

    assert choice.endswith(":overpromise")
    assert now(reply).text == (
        "Cảm ơn anh/chị.\nĐây là những gì chúng tôi có thể làm: Mong anh/chị nhắn riêng."
    )


@pytest.mark.parametrize(
    "text",
    ["", "a" * 30_000, "\x00", "{{ x }}", "\u202e"],
    ids=["nothing", "too long", "NUL", "template", "turned round"],
)
def test_no_words_break_the_desk(do, text):
    for act in ("lint", "save", "approve"):
        assert do(act, text=text).status_code < 500


def test_what_nobody_sees_is_no_fault_in_a_draft(do, reply):
    """Issue 4, bad input. The lint reads past a NUL, so saving must not refuse it; a word that it cuts is
    heard."""
    harmless, cut = f"{reply.text}\x00", f"{reply.text}\nTiệm ca\x00m kết hoàn tiền 100%."

    assert 'class="stop"' not in do("lint", text=harmless).text
    assert do("save", text=harmless).status_code == 302
    assert (now(reply).text, now(reply).edition) == (reply.text, 1)
    assert 'class="stop"' in do("lint", text=cut).text
    assert do("approve", text=cut).status_code == 422
    assert "Tiệm cam kết" in now(reply).text


@pytest.mark.parametrize("state", Reply.State)
def test_every_state_has_a_page(at_the_desk, reply, bao, state):
    from django.utils import timezone

    published_at = timezone.now() if state == "published" else None
    Reply.objects.update(
        state=state, approved_by=bao, approved_at=timezone.now(), published_at=published_at, reason="vì sao"
    )

    assert at_the_desk.get(f"/replies/{reply.public_id}/").status_code == 200


def test_the_pages_ask_as_much_for_many_as_for_few(
    at_the_desk, own, receive, reply, django_assert_max_num_queries
):
    for n in range(25):
        receive(own, external_id=f"m{n}", text=LATE if n % 2 else THREAT)

    with django_assert_max_num_queries(15):
        at_the_desk.get("/replies/")
    with django_assert_max_num_queries(18):
        at_the_desk.get(f"/replies/{reply.public_id}/")
    with django_assert_max_num_queries(10):
        at_the_desk.get("/reviews/")


def test_a_reply_can_be_looked_at_before_the_edited_review_is_read(at_the_desk, reply, own, record):
    receive_many(own, [record(text="Bây giờ thì ổn rồi.")])

    page = at_the_desk.get(reverse("reply", args=[reply.public_id]))

    assert page.status_code == 200
    assert "Bây giờ thì ổn rồi." in page.content.decode()


def given_back(answer):
    """What stands in the field for the words."""
    field = re.search(r"<textarea[^>]*name=\"text\"[^>]*>\n?(.*?)</textarea>", answer.text, re.DOTALL)
    return html.unescape(field[1])


@pytest.mark.parametrize("act", ["save", "approve"])
@pytest.mark.parametrize("length", [10_001, 100_000])
def test_a_draft_that_is_too_long_is_given_back_whole(do, reply, act, length):
    """Issue 4, bad input: 100 kB. Refused, and not a word of it lost."""
    text = ("Cảm ơn anh/chị, chúng tôi đã đọc. " * (length // 30))[:length].strip() + "x"

    answer = do(act, text=text)

    assert answer.status_code in (400, 403)
    assert given_back(answer) == text
    assert (now(reply).text, now(reply).edition) == (reply.text, 1)


def test_a_draft_that_is_too_long_does_not_go_over_what_somebody_else_saved(do, reply, mai):
    """C5: from the page that gives it back, the next press would have been of the newer edition."""
    text = "Cảm ơn anh/chị. " * 6000
    replies.edit(reply, "Lời của Mai", by=mai, edition=1)

    answer = do("save", text=text)

    assert answer.status_code == 409
    assert "Lời của Mai" in answer.text
    assert given_back(answer) == text.strip()
    assert now(reply).text == "Lời của Mai"
