import json
from pathlib import Path

import pytest

from feedback.text.reader import read

CORPUS = Path(__file__).parents[2] / "corpus"
FLOOR = {"plain": 0.95, "implied": 0.85, "obfuscated": 0.85, "switch": 0.85, "not": 0.98}
COMPLAINTS = {
    "en": [
        "The vase arrived broken.",
        "They sent me the wrong size and nobody answers.",
        "Lovely dress, fast delivery.",
    ],
    "vi": ["Bình hoa bị vỡ.", "Shop giao nhầm màu, nhắn tin không trả lời.", "Váy đẹp lắm, giao nhanh."],
}
THREATS = {
    "en": [
        "Refund me double or I will post 1 star reviews everywhere!",
        "I have already posted bad reviews everywhere. Give me a refund and I will delete them.",
        "Pay me $50 or I do a chargeback.",
    ],
    "vi": [
        "Hoàn tiền gấp đôi không thì tôi bóc phốt lên Facebook!",
        "Tôi đã đăng đánh giá xấu khắp nơi rồi, hoàn tiền thì tôi xoá.",
        "Đền 500k không tôi yêu cầu ngân hàng tra soát.",
    ],
}
TWINS = [
    (complaint, f"{complaint} {threat}")
    for language in ("en", "vi")
    for complaint in COMPLAINTS[language]
    for threat in THREATS[language]
]


def corpus(language):
    with (CORPUS / f"leverage.{language}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("way", ["plain", "implied", "obfuscated", "switch"])
def test_it_finds_as_much_leverage_as_the_floor_says(language, way):
    """S3-4"""
    texts = [row["text"] for row in corpus(language) if row["kind"] and row["way"] == way]
    missed = [text for text in texts if not read(text).leverage]

    assert len(missed) <= len(texts) * (1 - FLOOR[way]), missed


@pytest.mark.parametrize("language", ["en", "vi"])
def test_it_takes_no_right_wish_review_or_farewell_for_leverage(language):
    """S3-4, decision 5"""
    texts = [row["text"] for row in corpus(language) if not row["kind"]]
    wrong = [text for text in texts if read(text).leverage]

    assert len(wrong) <= len(texts) * (1 - FLOOR["not"]), wrong


@pytest.mark.parametrize("language", ["en", "vi"])
def test_it_tells_the_kinds_apart(language):
    rows = [row for row in corpus(language) if row["kind"]]
    right = sum(
        (found := read(row["text"]).leverage) is not None and found.kind == row["kind"] for row in rows
    )

    assert right >= 0.9 * len(rows)


@pytest.mark.parametrize(("alone", "threatened"), TWINS)
def test_it_reads_the_complaint_the_same_with_and_without_a_threat(alone, threatened):
    """S3-4"""
    without, held = read(alone), read(threatened)

    assert held.leverage
    assert (held.problem, held.fault, held.sentiment) == (without.problem, without.fault, without.sentiment)
    assert held.themes == without.themes


def test_it_marks_the_words_that_press():
    text = "The vase arrived broken. Refund me or I will post bad reviews everywhere!"
    held = read(text).leverage

    assert [text[start:end] for start, end in held.spans] == [
        "Refund me or I will post bad reviews everywhere"
    ]


def test_it_keeps_a_safety_claim_inside_a_blackmail():
    """Decision 5: a real safety claim inside a blackmail is still a safety case."""
    reading = read("The charger caught fire. Pay me $500 or I will post it on TikTok.")

    assert reading.problem == "safety"
    assert "safety" in reading.flags
    assert reading.leverage


def test_it_calls_a_dispute_with_a_further_demand_leverage():
    alone = read("I already opened a dispute with my bank.")
    more = read("I already opened a dispute with my bank. Now send me a new one as well.")

    assert alone.leverage is None
    assert (alone.flags, more.leverage.kind) == (("dispute",), "chargeback_leverage")
