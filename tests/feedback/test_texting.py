"""Text messages that customers write, as a gateway brings them: signed, once, threaded; a no is heard."""

import base64
import hmac
import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from feedback import cases, consents, incoming_texts, quiet_numbers
from feedback.front import inbound_texts
from feedback.incoming_texts import Wants
from feedback.models import Case, Comment, Consent, Event, FollowUp, IncomingMail, QuietNumber
from surveys import handed_links
from surveys.models import Survey
from tests.factories import NOW, a_shop, case, customer, order, read_comment, user

KEY = b"a key of thirty-two bytes, or so"
LAN = "+84908765432"


@pytest.fixture
def _gateway(settings, db):
    a_shop()
    cache.clear()
    settings.SMS_HOOK_SECRET = "whsec_" + base64.b64encode(KEY).decode()


def brought(words="Ấm bị vỡ khi mở hộp.", *, number=LAN, name="m-1", at=None, key=KEY, raw=None, **more):
    body = (
        raw if raw is not None else json.dumps({"id": name, "from": number, "text": words, **more}).encode()
    )
    moment = str(int((at or timezone.now()).timestamp()))
    signature = base64.b64encode(hmac.digest(key, f"{name}.{moment}.".encode() + body, "sha256"))
    headers = {
        "webhook-id": name, "webhook-timestamp": moment, "webhook-signature": f"v1,{signature.decode()}",
    }  # fmt: skip
    return Client(enforce_csrf_checks=True).post(
        "/hooks/inbound-sms/", body, content_type="application/json", headers=headers
    )


@pytest.mark.usefixtures("_gateway")
class TestHook:
    def test_a_text_opens_a_case_and_says_so(self):
        """Each is a Comment on a Case; the customer gets an acknowledgement (issue 7, 1)."""
        answer = brought()

        made = Case.objects.select_related("comment", "customer").get()
        assert (made.comment.channel, made.comment.text) == ("sms", "Ấm bị vỡ khi mở hộp.")
        assert (made.customer.phone, made.comment.customer_claimed) == (LAN, True)
        assert made.acknowledged_at
        reply = answer.json()["reply"]
        assert made.public_id.upper() in reply
        assert "Ấm" not in reply

    @pytest.mark.parametrize("words", ["The pot was broken when I opened the box.", "Ấm bị vỡ khi mở hộp."])
    def test_it_answers_in_their_language(self, words):
        reply = brought(words).json()["reply"]

        assert ("STOP: no more texts" in reply) == words.startswith("The")

    @pytest.mark.parametrize("words", ["😡😡", "👎", "?!"])
    def test_signs_alone_are_words_too(self, words):
        """What customers write by text is a Comment on a Case (issue 7, 1)."""
        brought(words)

        assert Case.objects.get().comment.text == words

    def test_nothing_that_can_be_seen_is_nothing(self):
        brought(" \u3164\u200b")

        assert not Case.objects.exists()

    def test_delivered_twice_it_is_kept_once_and_answered_alike(self):
        answers = [brought().json(), brought().json()]

        assert answers[0] == answers[1]
        assert (Comment.objects.count(), IncomingMail.objects.count()) == (1, 1)

    def test_two_deliveries_at_once_are_no_error(self, monkeypatch):
        def late(*given, **named):
            raise IntegrityError("UNIQUE constraint failed: feedback_incomingmail.digest")

        monkeypatch.setattr(inbound_texts.texting, "take", late)

        assert brought().json() == {"taken": True, "reply": ""}

    @pytest.mark.parametrize(
        "wrong",
        [{"key": b"another key that nobody gave us"}, {"at": NOW - timedelta(days=400)}],
    )
    def test_what_the_gateway_did_not_sign_is_refused(self, wrong):
        assert brought(**wrong).status_code == 401
        assert not Comment.objects.exists()

    def test_without_a_secret_there_is_no_such_page(self, settings):
        settings.SMS_HOOK_SECRET = ""

        assert brought().status_code == 404

    @pytest.mark.parametrize(
        ("raw", "field"),
        [
            (b"\xff", "no JSON object"),
            (b"[]", "no JSON object"),
            (b"[" * 50_000, "no JSON object"),
            (b'{"id": "1", "from": "+84908765432"}', "text"),
            (b'{"id": 1, "from": "+84908765432", "text": "a"}', "id"),
            (b'{"id": " ", "from": "+84908765432", "text": "a"}', "id"),
            (b'{"id": "1", "from": "Lan", "text": "a"}', "from"),
            (b'{"id": "1", "from": "+849\\u000008765432", "text": "a"}', "from"),
            (b'{"id": "1", "from": "+84908765432", "text": "a", "sent_at": "yesterday"}', "sent_at"),
            (
                b'{"id": "1", "from": "+84908765432", "text": "a", "sent_at": "2026-01-01T00:00:00"}',
                "sent_at",
            ),
            (b'{"id": "1", "from": "+84908765432", "text": "' + b"a" * 6000 + b'"}', "text"),
        ],
    )
    def test_what_cannot_be_used_is_named(self, raw, field):
        answer = brought(raw=raw)

        assert answer.status_code == 400
        assert field in answer.json()["error"]
        assert not Comment.objects.exists()

    def test_too_much_is_not_read(self):
        assert brought(raw=b'"' + b"a" * 100_001).status_code == 413

    def test_nul_and_half_letters_cost_no_text(self):
        brought(
            raw=rb'{"id": "\u0000\ud800", "from": "+84908765432", "text": "\u0000V\u1ee1 \ud800 r\u1ed3i"}'
        )

        assert Comment.objects.get().text == "Vỡ  rồi"

    @pytest.mark.parametrize("kept", ["0908765432", "84908765432", LAN])
    def test_who_it_is_by_any_spelling_of_the_number(self, kept):
        lan = customer("Lan", phone=kept)

        brought()

        made = Case.objects.select_related("comment").get()
        assert (made.customer, made.comment.customer_claimed) == (lan, True)

    def test_what_they_write_next_belongs_to_it(self):
        """Threads kept; what waited for them is open again."""
        brought()
        made = Case.objects.get()
        cases.wait(made, by=user())

        brought("Vẫn chưa ai gọi tôi.", name="m-2")

        made.refresh_from_db()
        assert (Case.objects.count(), made.state) == (1, "open")
        assert FollowUp.objects.get().case == made

    def test_weeks_after_it_ended_it_is_a_matter_of_its_own(self):
        brought()
        old = timezone.now() - timedelta(days=15)
        Case.objects.update(state="resolved", resolved_at=old, answered_at=old)

        brought("Cái bát mới cũng vỡ.", name="m-2")

        assert Case.objects.count() == 2

    def test_a_number_that_a_stranger_typed_gets_no_case_of_theirs(self):
        lan = customer("Lan", phone=LAN)
        case(read_comment(channel="form", customer=lan, customer_claimed=True))

        brought()

        assert Case.objects.count() == 2

    def test_praise_is_kept_without_a_case(self):
        answer = brought("Shop tuyệt vời, rất hài lòng!")

        assert (Comment.objects.count(), Case.objects.count()) == (1, 0)
        assert answer.json()["reply"]

    def test_a_machine_that_answers_is_answered_three_times(self):
        replies = [brought(f"Tự động trả lời {n}", name=f"m-{n}").json()["reply"] for n in range(5)]

        assert [bool(one) for one in replies] == [True] * 3 + [False] * 2

    def test_more_than_twenty_in_an_hour_come_from_a_machine(self):
        for n in range(22):
            brought(f"Lần {n}", name=f"m-{n}")

        assert IncomingMail.objects.filter(why_not="flood").count() == 2
        assert Comment.objects.count() == 20


@pytest.mark.usefixtures("_gateway")
class TestStop:
    @pytest.mark.parametrize("word", ["STOP", "stop.", "Từ chối", "TC", "hủy nhận tin", "UNSUBSCRIBE"])
    def test_a_no_is_heard_and_kept(self, word):
        """What they agreed to is taken back with it; no case is made of it."""
        lan = customer("Lan", phone="0908765432")
        given = consents.Given(purpose=consents.ADVERTISING, wording="t", channel="counter", given_at=NOW)
        consents.note(lan, given)

        brought(word)
        brought("Ấm bị vỡ.", name="m-2")

        assert quiet_numbers.is_quiet("0908 765 432")
        assert Consent.objects.get().withdrawn_via == "sms"
        assert Comment.objects.count() == 1
        assert LAN not in str(list(QuietNumber.objects.values()))

    def test_afterwards_nothing_is_said_by_text_and_nobody_is_lost(self):
        brought("STOP")

        answer = brought("Ấm bị vỡ.", name="m-2")

        assert answer.json()["reply"] == ""
        made = Case.objects.get()
        assert made.acknowledged_at is None

    @pytest.mark.parametrize("word", ["HUY", "Hủy", "cancel"])
    def test_a_word_that_may_end_an_order_is_read_by_a_person_too(self, word):
        brought(word)

        assert quiet_numbers.is_quiet(LAN)
        assert Case.objects.get().comment.text == word

    def test_they_may_come_back(self):
        brought("STOP")
        brought("BẮT ĐẦU", name="m-2")

        assert not quiet_numbers.is_quiet(LAN)
        assert [one.verb for one in Event.objects.filter(verb__startswith="number")] == [
            "number stopped", "number started",
        ]  # fmt: skip

    def test_links_for_the_sender_of_texts_leave_them_out(self):
        lan, minh = customer("Lan", phone="0908765432"), customer("Minh", phone="0911222333")
        for one in (lan, minh):
            order(one, placed_at=NOW)
        brought("STOP")
        survey = Survey.objects.create(slug="s", name="S", state="live", made_at=NOW)

        seen = handed_links.look(survey, NOW.date(), NOW.date(), now=timezone.now())

        assert [one.customer for one in seen.orders] == [minh]


@pytest.mark.parametrize(
    ("words", "wants"),
    [
        ("STOP", Wants.STOP), ("  Stop! ", Wants.STOP), ("tu choi", Wants.STOP), ("Start", Wants.START),
        ("HUỶ", Wants.MAYBE_STOP), ("stop sending me broken pots", Wants.NOTHING),
        ("Hủy đơn A-1 giúp mình", Wants.NOTHING), ("", Wants.NOTHING),
    ],
)  # fmt: skip
def test_a_no_is_the_whole_message_or_none(words, wants):
    assert incoming_texts.wants(words) is wants


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("+84 908 765 432", LAN), ("0084908765432", LAN), ("0908.765.432", "0908765432"), ("8079", "8079"),
        ("Lan", ""), ("+", ""), ("", ""), ("1" * 16, ""), ("٠٩٠٨", ""),
    ],
)  # fmt: skip
def test_a_number_is_read_or_none(said, number):
    assert incoming_texts.number_of(said) == number


def test_all_spellings_are_one_number():
    assert {incoming_texts.canonical(one) for one in incoming_texts.spellings(LAN)} == {LAN}
