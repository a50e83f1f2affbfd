"""Reward and last page depend on no answer, and nothing that could make them can be written."""

import random
from decimal import Decimal

import pytest

from feedback import consents
from surveys import definitions, invariance, invitations, publishing, responses
from surveys.definitions import BadDefinition
from surveys.invariance import Offer, ending, faults, prove_survey
from surveys.models import Answer, Response
from surveys.questions import STEPS, Kind
from tests.factories import customer, order
from tests.surveys.test_answers import EVERY_KIND, SURVEY
from tests.surveys.test_logic import WORDS, one, when

OFFER = Offer(amount=Decimal(50_000), currency="VND", days=90)
ONLY_THE_HAPPY = when({"question": "a", "at_least": 9})


def after(text, condition=ONLY_THE_HAPPY, **fields):
    words = {"vi": text, "en": text}
    last = one("b", "yes_no", words=words, **fields)
    if condition:
        last["show_if"] = condition
    return definitions.load({"questions": [one("a", "scale_10"), last]})


def test_every_way_ends_alike():
    """L1, L3, differentiator 7."""
    proof = prove_survey(SURVEY, OFFER)

    assert proof.holds
    assert proof.ways > 1
    assert proof.endings == (ending(OFFER),)


@pytest.mark.prove
@pytest.mark.once
def test_ten_thousand_people_who_answer_anything_get_the_same(survey, now):
    """L1: every kind of question, submitted for real; each reward's row is compared."""
    publishing.publish(survey, EVERY_KIND, now=now)
    chance, rewards = random.Random(7), set()
    for number in range(10_000):
        bought = order(customer(f"Lan {number}"), number=f"T-{number}")  # else one person with many rewards
        asked = invitations.invite(survey, order=bought, as_link=True, now=now)
        response = responses.submit(asked, _anybody(chance), language=chance.choice(["vi", "en"]), now=now)
        got = responses.reward_of(response)
        rewards.add((got.amount, got.currency, got.minimum_order, got.expires_on, got.state))

    assert len(rewards) == 1
    assert Response.objects.filter(state="finished").count() == 10_000
    assert Answer.objects.values("question").distinct().count() == len(SURVEY.questions)


def _anybody(chance):
    given = {question.id: _anything(question, chance) for question in SURVEY.questions}
    given["met"] = given["met"] or "no"  # the one that must be answered
    return {name: value for name, value in given.items() if value is not None}


def _anything(question, chance):
    """Some answer that fits, or none."""
    if chance.random() < 0.2:
        return None
    if question.kind == Kind.RANKING:
        return chance.sample(question.parts, len(question.parts))
    if question.kind == Kind.GRID:
        return {row: chance.choice(question.choices).id for row in question.parts}
    if question.kind in STEPS:
        return str(chance.choice(STEPS[question.kind]))
    if question.kind in (Kind.YES_NO, Kind.CONSENT):
        return chance.choice(["yes", "no"])
    if question.kind == Kind.TOUCHPOINT:
        return "delivery"
    if question.choices:
        return chance.choice(question.choices).id
    plain = {Kind.NUMBER: "4", Kind.DATE: "2026-11-28", Kind.CONTACT: {"name": "Lan"}}
    return plain.get(question.kind) or chance.choice(["tuyệt vời", "tệ quá", "👍", "never again"])


@pytest.mark.parametrize(
    "field", ["reward", "reward_amount", "ending", "links", "redirect", "skip_to", "invite"]
)
def test_a_question_has_no_field_for_a_reward_or_an_ending(field):
    with pytest.raises(BadDefinition) as caught:
        definitions.load({"questions": [one("a") | {field: {"a": "10"}}]})

    assert (caught.value.question, caught.value.field) == ("a", field)


def test_a_choice_and_a_survey_have_none_either():
    choices = [{"id": "x", "words": WORDS, "reward": 5}, {"id": "y", "words": WORDS}]

    with pytest.raises(BadDefinition):
        definitions.load({"questions": [one("a", "choice", choices=choices)]})
    with pytest.raises(BadDefinition):
        definitions.load({"questions": [one("a")], "endings": []})


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Thanks! Review us on Google", "review"),
        ("Anh/chị viết đánh giá giúp tiệm nhé", "review"),
        ("Cho tiệm 5 sao nhé", "review"),
        ("viet danh gia giup tiem", "review"),
        ("You get another voucher", "reward"),
        ("Anh/chị được thưởng thêm", "reward"),
        ("Nhan ma giam gia", "reward"),
        ("Go to https://example.com/r", "link"),
        ("Ghé g.page/tiemgom", "link"),
        ("Tiệm sẽ giảm 50.000đ cho đơn sau", "reward"),
        ("Tặng anh/chị một chiếc cốc", "reward"),
        ("We give you a free mug", "reward"),
        ("Here is 10% off", "reward"),
        ("A small gift waits for you", "reward"),
        ("Please tell others about us on Maps", "review"),
        ("Mở abc.xyz/r", "link"),
        ("See tiem-gom.store/review", "link"),
        ("Go to 123.45.6.7/r", "link"),
    ],
)
def test_words_that_only_some_would_see_cannot_reward_or_invite(text, key):
    assert key in {fault.key for fault in faults(after(text))}


def test_showing_words_is_asked_at_the_end_alone():
    """Item 8: the last page asks, after the reward; a question in the survey would come before it."""
    asked = one("a", "consent", purpose=consents.PUBLISHING)

    (fault,) = faults(definitions.load({"questions": [asked]}))

    assert (fault.question, fault.key) == ("a", "publishing")
    assert invariance.PUBLISHING == consents.PUBLISHING


def test_what_a_picture_shows_is_looked_through_too():
    shown = {"picture": "x", "picture_alt": {"vi": "xem gom.vn/a", "en": "x"}}
    choices = [{"id": name, "words": WORDS} | shown for name in "xy"]

    (fault,) = faults(definitions.load({"questions": [one("a", "picture", choices=choices)]}))

    assert fault.key == "link"


@pytest.mark.parametrize(
    "text",
    [
        "Anh/chị thường mua gì?",
        "What went wrong?",
        "Anh/chị có giới thiệu tiệm không?",
        "Giá tiền thế nào?",
        "Did the parcel arrive at 9.30 a.m.?",
        "Feel free to say more.",
        "Did you buy it as a gift?",
        "Anh/chị mua làm quà hay để dùng?",
        "Did you pay more than 500.000đ for it?",
        "Ấm, chén, đĩa v.v. có bị sứt không?",
        "Was it broken.Or late?",
        "Hộp 2.5kg hay 3.5kg?",
    ],
)
def test_ordinary_questions_may_depend_on_answers(text):
    assert list(faults(after(text))) == []


def test_what_everybody_sees_may_speak_of_both():
    assert list(faults(after("Where did you find us: Google, Facebook, a voucher?", condition=None))) == []


def test_order_facts_do_not_part_the_happy_from_the_unhappy():
    facts = when({"fact": "channel", "is": ["web"]})

    assert list(faults(after("Have you used your voucher?", condition=facts))) == []


def test_such_a_survey_is_not_published(survey, now):
    definition = {
        "questions": [
            one("a", "scale_10"),
            one("b", words={"vi": "Viết đánh giá nhé", "en": "Review us"}, show_if=ONLY_THE_HAPPY),
        ]
    }

    with pytest.raises(publishing.Faulty) as caught:
        publishing.publish(survey, definition, now=now)

    assert {(fault.question, fault.key) for fault in caught.value.faults} == {("b", "review")}
    assert survey.versions.count() == 1


def test_a_proof_that_had_two_endings_would_not_hold(monkeypatch):
    """The guard taken away: an ending that looks at the way is caught."""
    offers = iter([OFFER, *[Offer(amount=None)] * 100])
    monkeypatch.setattr(invariance, "ending", lambda offer: invariance.Ending(offer=next(offers)))

    assert not prove_survey(SURVEY, OFFER).holds
