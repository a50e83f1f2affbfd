"""A private message fits the way by which it answers, and takes up the customer's wish (S1-9, S4-6)."""

from datetime import date

import pytest

from feedback.policy.decide import decide
from feedback.policy.facts import Facts
from feedback.policy.terms import Terms
from feedback.wishes import NAMED
from feedback.wording.commitments import to_carry_out
from feedback.wording.compose import compose
from feedback.wording.lint import codes_of, lint
from feedback.wording.phrases import LANGUAGES, phrases
from feedback.wording.recap import Promised
from feedback.wording.ways import Way, text_messages, way_of

TERMS = Terms.shipped()
OURS = {"fault": "ours", "fault_from": "record", "order_value": 250_000}
CASES = [
    OURS,
    {"fault": "ours", "fault_from": "text", "order_value": 250_000},
    {"fault": "unknown"},
    {"fault": "customer"},
    {"fault": "customer", "promise_broken": True},
    {"fault": "customer", "statutory_right": "refund", "order_value": 99_000},
    {"fault": "ours", "dispute": "open"},
    {"fault": "unknown", "dispute": "claimed"},
]
PROBLEMS = ("damaged", "late", "wrong_address", "staff_conduct", "safety", "none")


def written(
    facts, language, *, way=Way.WRITTEN, wish="", seed="1", problem="damaged", name="Chị Hoa", **more
):
    decision = decide(Facts.from_dict({"problem": problem} | facts), TERMS)
    text = compose(
        decision, audience="private", language=language, problem=problem, seed=seed, name=name, way=way,
        wish=wish, **more,
    )  # fmt: skip
    return text, decision


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("wish", ["", *NAMED])
def test_every_way_has_all_that_a_message_must_have(way, wish, language):
    """S1-9: name, what we can do, a question, who does what by when; nothing that must not be said."""
    wrong = []
    for seed, facts in enumerate(CASES):
        for problem in PROBLEMS:
            text, decision = written(facts, language, way=way, wish=wish, seed=str(seed), problem=problem)
            found = codes_of(lint(text, audience="private", language=language, decision=decision, name="Hoa"))
            if found:
                wrong.append((found, text))

    assert wrong == []


def test_a_text_message_is_short_and_one_breath():
    for facts in CASES:
        short, _decision = written(facts, "en", way=Way.TEXT, signature="The pottery")
        long, _decision = written(facts, "en", signature="The pottery")
        assert "\n" not in short
        assert "The pottery" not in short
        assert len(short) < len(long) / 2


BY_THEN = date(2026, 12, 2)


def owed(decision, language, address):
    """What the decision commits us to, as the ledger keeps it."""
    book = phrases(language, address)
    for one in decision.commitments:
        said = to_carry_out(decision, None, book) if one.what == "carry_out" else book.word("words", one.what)
        yield Promised(what=said, who="Mai", by=BY_THEN)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wish", ["", "refund", "repair", "call_back"])
def test_a_text_message_takes_three_parts_at_most(wish, language):
    """S1-9 within what the network bills: a full Vietnamese name, every decision, its promises."""
    called, address = ("Chị Trần Thị Hoa", "chị") if language == "vi" else ("Ms Anna Weber", "")
    for facts in CASES:
        for problem in PROBLEMS:
            decision = decide(Facts.from_dict({"problem": problem} | facts), TERMS)
            promises = tuple(owed(decision, language, address))
            text, _decision = written(
                facts, language, way=Way.TEXT, wish=wish, problem=problem, name=called, address=address,
                promises=promises,
            )  # fmt: skip
            found = lint(
                text, audience="private", language=language, decision=decision, name=called,
                promises=promises,
            )  # fmt: skip
            assert not codes_of(found), text
            more = decision.safety + decision.keep_promise  # what else it has to say
            assert text_messages(text) <= 3 + more, text


def test_an_english_text_message_needs_no_sign_that_makes_it_dear():
    """3GPP TS 23.038: one ₫, – or ’ leaves 67 letters a part instead of 153."""
    promise = Promised(what="refund ₫250,000 – by bank transfer", who="Mai", by=BY_THEN)

    text, _decision = written(OURS, "en", way=Way.TEXT, promises=[promise])

    assert "Mai will refund VND 250,000 - by bank transfer by 2 Dec." in text
    assert text_messages(text) == 2


def test_a_text_message_says_what_waits_for_the_facts():
    """Decision 2: what only the customer's words tell is offered under a condition."""
    unsure, _decision = written({"fault": "ours", "fault_from": "text"}, "en", way=Way.TEXT)
    sure, _decision = written(OURS, "en", way=Way.TEXT)

    assert "Once the facts are clear, we can" in unsure
    assert "Once the facts are clear" not in sure


def test_what_is_said_has_no_greeting_of_a_letter():
    for seed in range(30):
        text, _decision = written(OURS, "en", way=Way.SPOKEN, seed=str(seed), signature="The pottery")
        assert not text.startswith("Dear")
        assert "The pottery" not in text
        assert not {"read", "wrote", "writing"} & set(text.lower().split())


@pytest.mark.parametrize(
    ("facts", "wish", "said"),
    [
        (OURS, "refund", "asked for a refund"),
        (OURS, "repair", "asked for a repair"),
        ({"fault": "unknown"}, "refund", "asked for a refund"),
        (OURS, "apology", "sorry for"),
        (OURS, "other", ""),
    ],
)
def test_the_wish_is_taken_up(facts, wish, said):
    """S4-6: granted, what we do instead, or to be answered once the facts are clear."""
    plain = {written(facts, "en", seed=str(seed))[0] for seed in range(8)}
    texts = {written(facts, "en", wish=wish, seed=str(seed))[0] for seed in range(8)}

    assert (texts == plain) == (not said)
    assert not said or any(said in text for text in texts)


def test_nothing_is_said_of_a_wish_while_a_dispute_is_open():
    facts = {"fault": "ours", "dispute": "open"}

    assert written(facts, "vi", wish="refund") == written(facts, "vi")


def test_the_public_reply_never_speaks_of_a_wish_and_fits_no_phone():
    decision = decide(Facts.from_dict({"problem": "late"} | OURS), TERMS)
    given = {"audience": "public", "language": "vi", "problem": "late", "seed": "1"}

    assert compose(decision, wish="refund", way=Way.TEXT, **given) == compose(decision, **given)


@pytest.mark.parametrize(
    ("text", "many"),
    [
        ("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
        ("ạ" * 70, 1), ("ạ" * 71, 2), ("ạ" * 134, 2), ("ạ" * 135, 3), ("😡" * 35, 1), ("😡" * 36, 2),
    ],
)  # fmt: skip
def test_it_counts_as_the_network_does(text, many):
    assert text_messages(text) == many


@pytest.mark.parametrize(
    ("channel", "way"),
    [
        ("sms", "text"),
        ("phone", "spoken"),
        ("in_person", "spoken"),
        ("letter", "written"),
        ("email", "written"),
    ],
)
def test_the_way_follows_the_channel(channel, way):
    assert way_of(channel) == way
