"""What staff write down of what customers tell them: in the shop, by phone, text message or letter."""

import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from feedback import case_clocks, comments, labels, procedure, shop, work
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


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Ông Ba"},
        {"phone": "0912 345 678"},
        {"email": "minh@example.com"},
        {"wish": "Một cái mới"},
        {"reason": "damaged"},
        {"reason": "none"},
        {"severity": "serious"},
    ],
)
def test_a_second_customer_may_say_the_same_words(client, other):
    """S1-7: what differs in one thing alone is another complaint, and nothing of it is lost."""
    first, second = told(client, name="Bà Tư"), told(client, **{"name": "Bà Tư"} | other)

    assert (first.status_code, Comment.objects.count()) == (302, 2)
    assert first.url != getattr(second, "url", "")
    assert Case.objects.count() == (1 if other.get("reason") == "none" else 2)


def test_other_pictures_are_another_complaint(client):
    for size in ((60, 40), (60, 40), (61, 40)):
        told(client, "letter", scans=[picture(size)])

    assert Comment.objects.count() == 2


def test_what_two_of_us_wrote_down_was_told_twice(client):
    told(client)
    client.force_login(user("front_line", "Mai"))
    told(client)

    assert Case.objects.count() == 2


def test_told_again_by_the_same_customer_it_is_suggested_as_a_duplicate(client):
    told(client, email="lan@example.com")
    page = client.get(told(client, email="lan@example.com", wish="Hoàn tiền").url).content.decode()

    assert Case.objects.count() == 2
    assert Case.objects.earliest("pk").public_id in page


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
        ({"text": " \u200b\u2800 "}, "what happened?"),
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


def test_a_name_without_phone_or_mail_is_kept_and_shown(client):
    told(client, name="Chị Hoa")

    case = Case.objects.get()
    assert case.customer is None
    client.force_login(user("staff", "Bảo"))
    for address in (f"/cases/{case.public_id}/", "/cases/"):
        assert "Chị Hoa" in client.get(address).content.decode()


def test_a_name_that_was_told_stands_beside_the_one_on_record(client):
    """Nobody has checked that it is the same person."""
    customer("Lan", phone="0901234567")
    told(client, name="Anh Tú", phone="0901234567")

    client.force_login(user("staff", "Bảo"))
    page = client.get(f"/cases/{Case.objects.get().public_id}/").content.decode()
    assert "Name as it was told" in page
    assert "Anh Tú" in page


def test_a_title_typed_with_the_name_is_said_once(client):
    """S1-9."""
    told(client, "letter", name="Chị Hoa", email="hoa@example.com", is_checked="on")

    assert OutgoingMail.objects.get().text.startswith("Chào chị Hoa,")


@pytest.mark.parametrize("number", ["abc", "12", "0901abc567", "+", "090 123 45 67 89 01 23 45"])
def test_a_phone_number_that_is_none_is_refused_beside_its_field(client, number):
    answer = told(client, "phone", phone=number, name="Hoa")

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "This is no phone number. One looks like 090 123 45 67." in page
    assert f'value="{number}"' in page
    assert not Case.objects.exists()


@pytest.mark.parametrize("number", ["090 123 45 67", "+84 (90) 123-4567", "0084901234567", "1900.6868"])
def test_a_phone_number_is_kept_as_people_write_it(client, number):
    told(client, "phone", phone=number)

    assert Customer.objects.get().phone == number


@pytest.mark.parametrize("channel", ["in_person", "phone", "sms", "letter"])
@pytest.mark.parametrize("text", ["😡😡", "❤️", "👩\u200d👧", "🇻🇳", ":("])
def test_signs_alone_are_words_of_a_customer(client, channel, text):
    """As in a text message that comes in by itself."""
    assert told(client, channel, text=text).status_code == 302
    assert Comment.objects.get().text == text


@pytest.mark.parametrize(
    ("text", "felt"), [("😡😡", "negative"), ("😀", "positive"), ("🍵", "unknown"), ("😐", "unknown")]
)
def test_signs_feel_as_the_reader_says_and_unknown_is_not_neutral(client, text, felt):
    """On every page that says how a comment feels."""
    told(client, "sms", text=text, email="lan@example.com")
    comments.read_all()
    said = Comment.objects.select_related("analysis", "customer").get()
    client.force_login(user("manager", "Huy"))

    assert said.analysis.final_sentiment == felt
    day = shop.day(said.said_at)
    addresses = [
        f"/comments/{said.public_id}/", f"/comments/?from={day}", f"/customers/{said.customer.public_id}/"
    ]  # fmt: skip
    for address in addresses:
        page = client.get(address).content.decode()
        assert text in page, address
        shown = SHOWN.findall(page) or re.findall(r"([▼●▲?]) Text message", page)
        assert set(shown) == {labels.SIGNS[felt]}, address
    assert f'"sentiment": "{felt}"' in client.get(f"/comments.json?from={day}").getvalue().decode()


SHOWN = re.compile(r'<span class="tag [a-z]*"><span aria-hidden="true">(.)</span>')
AT_WORK = datetime(2026, 11, 11, 4, tzinfo=UTC)  # a Wednesday, eleven o'clock in the shop


@pytest.fixture
def wednesday(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: AT_WORK)


@pytest.mark.parametrize(
    ("channel", "given", "received", "due"),
    [
        ("letter", {}, "2026-11-11 11:00", "2026-11-19"),
        ("letter", {"received_on": "2026-11-05"}, "2026-11-05 00:00", "2026-11-13"),
        ("letter", {"received_on": "2026-11-05", "received_time": "16:40"}, "2026-11-05 16:40", "2026-11-13"),
        ("letter", {"received_time": "10:59"}, "2026-11-11 10:59", "2026-11-19"),
        ("phone", {"received_on": "2026-11-10"}, "2026-11-10 00:00", "2026-11-13"),
        ("sms", {"received_on": "2026-11-09", "received_time": "08:00"}, "2026-11-09 08:00", "2026-11-12"),
        ("in_person", {"received_on": "2026-11-05"}, "2026-11-11 11:00", "2026-11-13"),
    ],
)
def test_the_clocks_start_when_it_was_received(client, wednesday, channel, given, received, due):
    """S1-7, L11: not when somebody found the time to note it. Who stands before us is noted at once."""
    told(client, channel, **given)

    case = Case.objects.select_related("comment").get()
    assert f"{case.opened_at.astimezone(shop.zone()):%Y-%m-%d %H:%M}" == received
    assert (case.comment.received_at, case.comment.said_at) == (case.opened_at, case.opened_at)
    assert case.due_on.isoformat() == due
    again = case_clocks.clock(channel, case.severity, case.opened_at)
    assert (case.answer_by, case.escalate_at) == (again.answer_by, again.acknowledge_by)


def test_in_vietnam_seven_working_days_run_from_the_day_it_was_received(client, wednesday):
    """L11: Law 19/2023/QH15, article 57(2); however much time the shop allows itself."""
    told(client, "letter", received_on="2026-10-30", severity="minor")

    assert Case.objects.get().due_on == date(2026, 11, 10)


def test_judged_anew_it_still_counts_from_then(client, wednesday):
    told(client, "letter", received_on="2026-11-05", severity="minor")
    case = Case.objects.select_related("comment").get()
    procedure.assess(case, "serious", by=user("staff", "Bảo"))

    assert (
        case.due_on == case_clocks.clock("letter", "serious", case.opened_at).settle_on == date(2026, 11, 13)
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"received_on": "2026-11-12"}, "This day is still to come"),
        ({"received_time": "11:01"}, "This time is still to come"),
        ({"received_on": "2026-11-11", "received_time": "23:00"}, "This time is still to come"),
        ({"received_on": "2026-08-01"}, "within the last three months"),
        ({"received_on": "0001-01-01"}, "within the last three months"),
        ({"received_on": "9999-12-31"}, "This day is still to come"),
        ({"received_on": "yesterday"}, "Enter a valid date"),
        ({"received_time": "half past two"}, "This is no time of day"),
        ({"received_on": "2026-11-05", "written_on": "2026-11-06"}, "before the date of the letter"),
    ],
)
def test_a_day_that_cannot_be_is_named_beside_its_field(client, wednesday, given, says):
    answer = told(client, "letter", **given)

    assert (answer.status_code, Case.objects.count()) == (400, 0)
    assert says in answer.content.decode()


def test_a_letter_that_lay_is_kept_once_too(client, wednesday):
    assert (
        told(client, "letter", received_on="2026-11-05").url
        == told(client, "letter", received_on="2026-11-05").url
    )
    assert told(client, "letter", received_on="2026-11-06").url
    assert Case.objects.count() == 2


def test_what_is_late_already_promises_no_day_that_is_over(client, wednesday):
    page = client.get(told(client, "letter", received_on="2026-10-26", email="lan@example.com").url)

    assert "It lay too long already" in page.content.decode()
    assert "at the latest" not in page.content.decode()
    assert "chậm nhất" not in OutgoingMail.objects.get().text


def test_the_case_shows_when_it_was_received_and_when_it_was_noted(client, wednesday):
    """L12: the receipt is the shop's, not the desk's."""
    told(client, "letter", received_on="2026-11-05")
    case = Case.objects.select_related("comment").get()
    client.force_login(user("staff", "Bảo"))

    receipt = procedure.steps(case)[0]
    page = client.get(f"/cases/{case.public_id}/").content.decode()
    assert (receipt.at, receipt.noted_at) == (case.opened_at, AT_WORK)
    assert '<time datetime="2026-11-05">' in page
    assert "noted <time" in page


def test_whoever_called_knew_then_that_we_have_it(client, wednesday):
    told(client, "phone", received_on="2026-11-10", received_time="15:00")

    case = Case.objects.get()
    assert case.acknowledged_at == case.opened_at


def test_after_a_letter_it_says_what_to_do_and_not_what_to_say(client):
    """The channel table of article 001: nobody stands before us; meet them, within the letter's clocks."""
    day = shop.day(timezone.now()) - timedelta(days=30)
    answer = told(client, "letter", received_on=day.isoformat())
    case = Case.objects.get()

    page = client.get(answer.url).content.decode()
    at_the_counter = client.get(told(client, "in_person", text="Ấm vỡ rồi.").url).content.decode()

    assert "Say to the customer" not in page
    for said in ("meet them", "Propose a meeting", "Received on", case.public_id.upper(), "It lay too long"):
        assert said in page
    assert "Nobody has told them yet" in page
    assert "Say to the customer" in at_the_counter
