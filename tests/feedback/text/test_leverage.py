import json
import time
from pathlib import Path

import pytest

from feedback.text.reader import read, read_many

CORPUS = Path(__file__).parents[2] / "corpus"
# Recall by the way of putting it, over texts that are learned, texts that were looked at while those were
# written, and texts of voices that only their count was looked at. No template of a text is in two of them.
FLOOR = {
    "tuned": {
        "plain": 0.98,
        "implied": 0.94,
        "obfuscated": 0.88,
        "slang": 0.94,
        "no_marks": 0.95,
        "switch": 0.92,
    },
    "held": {
        "plain": 0.93,
        "implied": 0.81,
        "obfuscated": 0.81,
        "slang": 0.92,
        "no_marks": 0.95,
        "switch": 0.75,
    },
    "blind": {
        "plain": 0.86,
        "implied": 0.75,
        "obfuscated": 0.33,
        "slang": 0.5,
        "no_marks": 0.95,
        "switch": 0.95,
    },
}
HALVES = sorted(FLOOR)
SPECIFICITY = {"tuned": 0.985, "held": 0.96, "blind": 0.93}
PLAINLY_NOT = {"tuned": 0.985, "held": 0.95, "blind": 0.91}  # of rights, refund wishes and controls
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


@pytest.mark.parametrize("name", ["leverage", "leverage.voices"])
@pytest.mark.parametrize("language", ["en", "vi"])
def test_no_template_is_in_two_halves(language, name):
    lines = (CORPUS / f"{name}.{language}.jsonl").read_text("utf-8").splitlines()
    halves = {}
    for row in map(json.loads, lines):
        halves.setdefault(row["template"], set()).add(row["half"])

    assert max(map(len, halves.values())) == 1


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("half", HALVES)
def test_it_finds_as_much_leverage_as_the_floor_says(language, half):
    """S3-4"""
    rows = [row for row in corpus(language) if row["kind"] and row["half"] == half]
    found = [reading.leverage is not None for reading in read_many(row["text"] for row in rows)]
    by_way = {way: [] for way in FLOOR[half]}
    for row, is_found in zip(rows, found, strict=True):
        by_way[row["way"]].append(is_found)

    recall = {way: round(sum(found) / len(found), 3) for way, found in by_way.items() if found}

    assert all(recall[way] >= FLOOR[half][way] for way in recall), recall


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("half", HALVES)
def test_it_takes_no_right_wish_review_or_farewell_for_leverage(language, half):
    """S3-4, decision 5"""
    texts = [row["text"] for row in corpus(language) if not row["kind"] and row["half"] == half]
    wrong = [text for text, reading in zip(texts, read_many(texts), strict=True) if reading.leverage]

    assert len(wrong) <= len(texts) * (1 - SPECIFICITY[half]), wrong


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("half", HALVES)
def test_it_takes_no_legal_right_and_no_refund_wish_for_leverage(language, half):
    """S3-4, decision 5"""
    plainly = ("legal", "refund", "control")
    rows = [row["text"] for row in corpus(language) if row["way"] in plainly and row["half"] == half]
    wrong = [text for text, reading in zip(rows, read_many(rows), strict=True) if reading.leverage]

    assert len(wrong) <= len(rows) * (1 - PLAINLY_NOT[half]), wrong


# Texts of three writers a language of leverage.voices, by the way of putting it; those held were only
# counted. The other halves of two Vietnamese writers' texts are learned.
VOICES = {
    "en": {"plain": 0.96, "implied": 0.82, "hidden": 0.8, "plainly not": 0.89, "not": 0.89},
    "vi": {"plain": 0.95, "implied": 0.9, "hidden": 0.94, "plainly not": 0.87, "not": 0.84},
}


@pytest.mark.parametrize("language", ["en", "vi"])
def test_it_tells_threats_of_other_writers_from_what_is_none(language):
    """S3-4, decision 5: of texts that nothing was learned from and nobody read."""
    shares = rightly_told(row for row in texts_of("voices", language) if row["half"] == "held")

    assert all(shares[group] >= floor for group, floor in VOICES[language].items()), shares


# Written by one who saw no text and no rule of ours; nothing was learned from them, and only the shares were
# looked at, of some sets of weights a turn of learning. A failure names no text: they are to stay unread.
BLIND = {
    "en": {"plain": 0.96, "implied": 0.85, "hidden": 0.9, "plainly not": 0.98, "not": 0.96},
    "vi": {"plain": 0.98, "implied": 0.9, "hidden": 0.9, "plainly not": 0.98, "not": 0.98},
}


@pytest.mark.parametrize("language", ["en", "vi"])
def test_it_tells_threats_from_what_is_none_where_nobody_of_us_has_looked(language):
    """S3-4, decision 5."""
    shares = rightly_told(texts_of("blind", language))

    assert all(shares[group] >= floor for group, floor in BLIND[language].items()), shares


def texts_of(name, language):
    return map(json.loads, (CORPUS / f"leverage.{name}.{language}.jsonl").read_text("utf-8").splitlines())


def rightly_told(rows):
    """The share of each group that is told for what it is."""
    rows, right = list(rows), {}
    for row, reading in zip(rows, read_many(row["text"] for row in rows), strict=True):
        hidden = row["way"] if row["way"] in ("plain", "implied") else "hidden"
        plainly = ["plainly not"] if row["way"] in ("legal", "refund", "control") else []
        for group in [hidden] if row["kind"] else ["not", *plainly]:
            right.setdefault(group, []).append((reading.leverage is not None) == (row["kind"] is not None))
    return {group: round(sum(its) / len(its), 3) for group, its in right.items()}


@pytest.mark.parametrize(("half", "most"), [("seen", 0.06), ("held", 0.04)])
def test_it_takes_no_failing_page_no_proof_and_no_story_for_leverage(half, most):
    """S3-4: pages, photos, telling and money, and nobody threatens."""
    lines = (CORPUS / "leverage.neighbours.jsonl").read_text("utf-8").splitlines()
    texts = [row["text"] for row in map(json.loads, lines) if row["half"] == half]
    wrong = [text for text, reading in zip(texts, read_many(texts), strict=True) if reading.leverage]

    assert len(texts) > 70
    assert len(wrong) <= len(texts) * most, wrong


@pytest.mark.parametrize(
    "text",
    [
        "Payment page broken on my phone: the pay button does nothing.",
        "Gửi hình rồi tiệm bù, không sao.",
        "Lần trước vỡ một cái, tôi nghĩ mình xui, gửi hình rồi tiệm bù, không sao.",
    ],
)
def test_it_is_not_startled_by_a_page_or_a_photo(text):
    """S3-4"""
    assert read(text).leverage is None


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        ("damaged", "Vỡ rồi, không hoàn tiền thì tôi bóc phốt"),
        ("damaged", "Bể rồi, không hoàn tiền thì tôi đăng 1 sao"),
        ("late", "Trễ quá, không hoàn tiền thì tôi bóc phốt"),
    ],
)
def test_two_words_before_a_threat_still_say_what_went_wrong(problem, text):
    """S3-4: "không hoàn tiền" belongs to the threat, and nobody waits for a refund yet."""
    reading = read(text)

    assert reading.leverage is not None
    assert reading.problem == problem == read(text.partition(",")[0]).problem


@pytest.mark.parametrize("language", ["en", "vi"])
def test_it_tells_the_kinds_apart(language):
    rows = [row for row in corpus(language) if row["kind"]]
    found = read_many(row["text"] for row in rows)
    kinds = [(row["kind"], one.leverage.kind) for row, one in zip(rows, found, strict=True) if one.leverage]
    right = sum(meant == read for meant, read in kinds)

    assert right >= 0.84 * len(kinds)


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


@pytest.mark.parametrize(
    "text",
    ["Shop ơi, đổi hàng thì làm sao vậy?", "I already left a one star review, just so you know."],
)
def test_it_hears_no_threat_in_a_question_or_a_review_left(text):
    assert read(text).leverage is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("If I get no refund today I'll leave one star reviews everywhere.", "review_threat"),
        ("I'll delete my bad review if you give me 40% off.", "removal_for_money"),
        ("Mình đánh giá 1 sao rồi, giờ hoàn tiền đi.", "posted_then_demand"),
    ],
)
def test_a_review_to_come_is_not_one_that_is_posted(text, kind):
    assert read(text).leverage.kind == kind


def test_a_dispute_that_is_only_threatened_is_not_open():
    reading = read("Unless you give me my money today, I'm disputing the payment with my card issuer.")

    assert (reading.flags, reading.leverage.kind) == ((), "chargeback_leverage")


@pytest.mark.parametrize(
    "text",
    [
        "Plenty of people read what I write, and so far I kept your name out of it. Any news of my refund?",
        "Trang của mình nhiều người hóng lắm đó. Shop đền cái kệ thiếu đi rồi mình vui vẻ với nhau.",
    ],
)
def test_it_hears_what_no_phrase_says(text):
    """S3-4: an "or else" without the words of one, as the learned score tells it."""
    assert read(text).leverage


def test_a_very_long_text_of_pressure_is_read_soon():
    begun = time.process_time()
    read("đánh giá 1 sao " * 7000)

    assert time.process_time() - begun < 1


def test_it_calls_a_dispute_with_a_further_demand_leverage():
    alone = read("I already opened a dispute with my bank.")
    more = read("I already opened a dispute with my bank. Now send me a new one as well.")

    assert alone.leverage is None
    assert (alone.flags, more.leverage.kind) == (("dispute",), "chargeback_leverage")
