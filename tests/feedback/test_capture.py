"""What staff write down of what customers tell them: in the shop, by phone, text message or letter."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from feedback import comments, work
from feedback.models import Case, Comment, Customer, Decision, Enclosure, Event, OutgoingMail
from tests.factories import a_shop, customer, order, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(client):
    a_shop()
    cache.clear()
    client.cookies["django_language"] = "en"
    client.force_login(user("front_line", "Hòa"))


def told(client, channel="in_person", **given):
    return client.post(f"/cases/new/?channel={channel}", {"text": "Ấm bị vỡ khi mở hộp."} | given)


def picture(size=(60, 40), kind="PNG", **options):
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return SimpleUploadedFile("page.png", out.getvalue())


def test_a_few_words_are_a_comment_and_a_case(client):
    """In person: answered within the hour, as nothing else is (S1-7)."""
    answer = told(client, touchpoint="store", reason="damaged")

    case = Case.objects.select_related("comment__touchpoint").get()
    assert answer.url == f"/cases/{case.public_id}/noted/"
    assert (case.comment.channel, case.comment.source, case.comment.why) == (
        "in_person",
        "desk",
        "unsolicited",
    )
    assert (case.comment.touchpoint.slug, case.reason, case.severity) == ("store", "damaged", "minor")
    assert case.answer_by - case.opened_at == timedelta(hours=1)
    assert case.acknowledged_at
    verbs = Event.objects.order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["case opened", "case acknowledged"]


def test_the_page_after_it_says_what_to_tell_the_customer(client):
    answer = client.get(told(client).url)

    page = answer.content.decode()
    assert "I have written it down" in page
    assert Case.objects.get().public_id.upper() in page


def test_what_was_heard_stands_before_what_the_machine_reads(client):
    """It is still the customer's word alone: nothing is granted on it (decision 2)."""
    told(client, text="Cái này không dùng được gì cả.", reason="wrong_item")
    work.sweep(work.jobs())

    decision = Decision.objects.get(is_current=True)
    assert decision.facts["problem"] == "wrong_item"
    assert decision.sources["problem"] == "text"


def test_a_matter_of_safety_goes_first(client):
    told(client, text="Ấm rò điện.", reason="safety")

    assert (Case.objects.get().route, Case.objects.get().severity) == ("safety", "serious")


def test_praise_opens_no_case(client):
    answer = told(client, text="Men đẹp lắm!", reason="none")

    assert "No case was opened" in answer.content.decode()
    assert (Comment.objects.count(), Case.objects.count()) == (1, 0)


def test_pressed_twice_it_is_kept_once(client):
    assert told(client).url == told(client).url
    assert Case.objects.count() == 1


def test_the_order_says_whose_it_is(client):
    """As long as nobody has checked that it is them, it decides nothing."""
    bought = order(customer("Lan"), number="DH-77")

    told(client, order="dh-77")

    case = Case.objects.select_related("comment").get()
    assert (case.order, case.customer) == (bought, bought.customer)
    assert case.comment.customer_claimed


def test_checked_it_is_them(client):
    order(customer("Lan"), number="DH-77")

    told(client, order="DH-77", is_checked="on")

    assert not Comment.objects.get().customer_claimed


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"text": " … "}, "what happened?"),
        ({"order": "DH-99"}, "There is no order DH-99"),
        ({"order": "A\x00B"}, "Null characters"),
        ({"email": "lan at example"}, "no e-mail address"),
        ({"touchpoint": "nowhere"}, "Select a valid choice"),
        ({"reason": "aliens"}, "Select a valid choice"),
        ({"severity": "9" * 40}, "Select a valid choice"),
        ({"text": "x" * 10_001}, "at most 10000"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_lost(client, given, says):
    answer = told(client, wish="Đổi cái khác", **given)

    page = answer.content.decode()
    assert answer.status_code == 400
    assert says.lower() in page.lower()
    assert "Đổi cái khác" in page
    assert not Comment.objects.exists()


def test_two_shops_with_one_number_are_not_guessed(client):
    for store in ("shop", "web"):
        order(customer(), number="DH-1", store=store)

    assert "Several orders" in told(client, order="DH-1").content.decode()


def test_a_letter_is_serious_and_may_be_a_scan_alone(client):
    """S1-7; the scan is drawn anew, so that only a picture is kept."""
    answer = told(client, "letter", text="", scans=[picture(), picture((3000, 100))])

    case = Case.objects.select_related("comment").get()
    assert answer.status_code == 302
    assert (case.comment.channel, case.severity) == ("letter", "serious")
    kept = [Image.open(BytesIO(bytes(one.content))) for one in Enclosure.objects.order_by("position")]
    assert [(one.format, one.size) for one in kept] == [("JPEG", (60, 40)), ("JPEG", (2000, 67))]


def test_a_letter_has_its_own_date(client):
    day = timezone.localdate() - timedelta(days=4)

    told(client, "letter", written_on=day.isoformat())

    assert timezone.localtime(Comment.objects.get().said_at).date() == day


@pytest.mark.parametrize("days", [-1, 91, 900_000])
def test_a_letter_from_tomorrow_or_long_ago_is_asked_about(client, days):
    day = timezone.localdate() - timedelta(days=min(days, 700_000))

    answer = told(client, "letter", written_on=day.isoformat())

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "no PNG, JPEG or WebP"),
        (b"%PDF-1.7", "no PNG, JPEG or WebP"),
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 60, "broken"),
    ],
)
def test_what_is_no_picture_is_refused(client, content, says):
    scan = SimpleUploadedFile("page.png", content)

    answer = told(client, "letter", scans=[scan])

    if content:
        assert answer.status_code == 400
        assert says in answer.content.decode() or "no PNG" in answer.content.decode()
    assert not Enclosure.objects.exists()


def test_a_picture_is_shown_with_its_case_alone(client):
    told(client, "letter", scans=[picture()])
    told(client, "phone", text="Giao trễ.")
    letter, other = Case.objects.order_by("pk")
    name = Enclosure.objects.get().public_id

    shown = client.get(f"/cases/{letter.public_id}/pictures/{name}/")

    assert shown["Content-Type"] == "image/jpeg"
    assert client.get(f"/cases/{other.public_id}/pictures/{name}/").status_code == 404


def test_the_customer_is_told_in_their_language(client):
    told(client, "sms", email="Lan@Example.com", name="Lan")

    letter = OutgoingMail.objects.get()
    case = Case.objects.get()
    assert (letter.to, letter.language) == ("lan@example.com", "vi")
    assert "Cảm ơn" in letter.text
    assert "Lan" not in letter.text  # nobody has checked that it is her
    assert "Ấm" not in letter.text
    assert case.public_id.upper() in letter.text
    assert case.acknowledged_at


def test_in_english_too(client):
    told(client, "phone", text="The pot arrived broken and nobody answers.", email="bob@example.com")

    assert "Thank you for telling us" in OutgoingMail.objects.get().text


def test_one_address_gets_three_letters_a_day(client):
    for n in range(5):
        told(client, "phone", text=f"Lần thứ {n}", email="lan@example.com")

    assert OutgoingMail.objects.count() == 3
    assert Case.objects.count() == 5


def test_by_phone_number_it_is_the_same_customer(client):
    for n in range(2):
        told(client, "phone", text=f"Lần {n}", phone="+84908123456")

    assert Customer.objects.count() == 1


def test_the_same_matter_told_twice_is_suggested(client):
    bought = order(customer("Lan"), number="DH-77")
    told(client, order="DH-77")
    again = told(client, "phone", text="Vẫn chưa thấy ai gọi lại.", order="DH-77")

    alike = client.get(again.url).context["alike"]

    assert [(one.case.order, str(one.why)) for one in alike] == [(bought, "the same order")]


def test_a_way_that_is_not_known_is_in_person(client):
    told(client, "pigeon\x00")

    assert Comment.objects.get().channel == "in_person"


def test_it_is_read_like_any_other_words(client):
    told(client)
    comments.read_all()

    assert Comment.objects.select_related("analysis").get().analysis.problem == "damaged"
