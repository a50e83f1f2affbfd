"""Where an "or else" begins and ends: the likeliest way through the words (S3-4)."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.text.batch import batch
from feedback.text.bounds import Bounded, breaks_of, likeliest
from feedback.text.reader import read
from feedback.text.reading import Lang
from feedback.text.vocabulary import Vocabulary

NUMBERS = st.floats(-5, 5, allow_nan=False)
SCORES = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=6)
THREATS = [
    ("The vase arrived in pieces", "refund me or I'll tell everyone on Facebook"),
    ("The parcel came a week late", "give me a discount or I will leave a one star review"),
    ("Bình hoa giao tới bị vỡ", "hoàn tiền không thì mình bóc phốt lên Facebook"),
    ("Đơn hàng giao trễ cả tuần", "giảm giá đi không mình đánh giá 1 sao"),
]


def weight(scores, way):
    total = 0.0
    for number, (belongs, begins, ends) in enumerate(scores):
        total += belongs * way[number]
        if number and way[number] != way[number - 1]:
            total += begins if way[number] else ends
    return total


@given(SCORES)
def test_no_other_way_is_likelier(scores):
    best = max(weight(scores, way) for way in product((False, True), repeat=len(scores)))

    assert weight(scores, likeliest(scores)) == pytest.approx(best)


@given(SCORES)
def test_what_is_learned_from_adds_up_over_all_ways(scores):
    marginals = pytest.importorskip("feedback.text.train_bounds")._marginals
    ways = list(product((False, True), repeat=len(scores)))
    weights = np.exp([weight(scores, way) for way in ways])
    whole, likely = marginals(np.array(scores).T[:, :, None], np.ones((len(scores), 1), np.bool_))

    assert whole[0] == pytest.approx(np.log(weights.sum()))
    assert likely[0, :, 0] == pytest.approx(weights @ np.array(ways) / weights.sum())


def test_the_widest_break_before_a_word_counts():
    words = batch(Vocabulary(), ["We wait and I write, late. Pay", "or else"], [Lang.EN, Lang.EN])

    assert breaks_of(words).tolist() == [0, 0, 1, 0, 0, 2, 3, 0, 1]


def test_a_text_is_told_of_alike_alone_and_among_others():
    texts = ["refund me or I'll tell everyone on Facebook", "hoàn tiền không thì mình bóc phốt", "too late"]
    langs, vocabulary = [Lang.EN, Lang.VI, Lang.EN], Vocabulary()
    together = Bounded(batch(vocabulary, texts, langs)).scores

    alone = [
        Bounded(batch(vocabulary, [text], [lang])).scores for text, lang in zip(texts, langs, strict=True)
    ]

    assert together == pytest.approx(np.concatenate(alone), abs=1e-4)


@pytest.mark.parametrize(("complaint", "threat"), THREATS)
@pytest.mark.parametrize("join", [". ", ", ", "\n"])
def test_a_threat_is_cut_whole_and_nothing_else(complaint, threat, join):
    """S3-4"""
    text = complaint + join + threat
    held = read(text).leverage

    assert [text[start:end] for start, end in held.spans] == [threat]


@pytest.mark.parametrize(("complaint", "threat"), THREATS)
def test_without_a_sign_between_them_the_threat_is_cut_to_within_a_word(complaint, threat):
    """S3-4"""
    text = f"{complaint} {threat}"
    ((start, end),) = read(text).leverage.spans

    assert text[start:end].endswith(threat)
    assert complaint.rsplit(" ", 1)[0] in text[:start]


WHOLE_SENTENCES = [
    (
        "The milk was sour when it was delivered. ",
        "Exchange the cracked screen for a good one, or Trustpilot gets an angry essay from us",
        ".",
    ),
    (
        "",
        "Let's see if you still have five stars next week if my parcel doesn't show up",
        ". Delivery was promised for Monday and it is Thursday now.",
    ),
    ("", "Refund me or I'll leave a sh*tty r*view on every site", ". The mattress is harder than described."),
    ("", "Shop chọn: ấm mới kèm đánh giá 5 sao, hay không có ấm và 1 sao", ". Súp nguội, bánh mì thì cũ."),
    ("I got a used item although I paid for a new one. ", "What I write depends on what you do", "."),
    ("Ghế dơ, sàn dính. ", "Chuyển cho tôi 2 triệu thì cái đánh giá xấu biến mất", "."),
]


@pytest.mark.parametrize(("before", "threat", "behind"), WHOLE_SENTENCES)
def test_a_sentence_of_its_own_is_cut_whole_and_the_complaint_reads_as_without(before, threat, behind):
    """S3-4: its demand or condition is no problem that the customer tells."""
    alone = read(f"{before}{behind.lstrip('. ')}".strip())
    held = read(before + threat + behind)

    ((start, end),) = held.leverage.spans
    assert (before + threat + behind)[start:end] == threat
    assert (held.problem, held.fault, held.score) == (alone.problem, alone.fault, alone.score)


def test_words_on_both_sides_of_a_cut_raise_no_alarm():
    """S3-4: "tẩy chay. Pin …" is no battery that burns; one that burns is heard beside a threat."""
    threat = "Không đền tiền thì tôi kêu gọi tẩy chay."

    assert read(f"{threat} Pin một tiếng là hết.").flags == ()
    assert "safety" in read(f"{threat} Pin bị cháy làm tôi bỏng tay.").flags


def test_the_question_of_a_threat_is_not_the_customers():
    """S3-4"""
    complaint = "The shop closed twenty minutes early and I stood outside."
    threat = "We can solve this privately or publicly, which one do you prefer?"

    assert read(f"{complaint} {threat}").problem == read(complaint).problem == "waiting"
