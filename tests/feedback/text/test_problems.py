import json
from pathlib import Path

import pytest

from feedback.text.problems import problem
from feedback.text.reader import read, read_many
from feedback.text.sentiment import UNREAD

TABLE = [
    # S0-7
    ("It does not work.", "defective", "ours"),
    ("I thought it has bluetooth but I can't find it, want to return it", "missing_feature", "unknown"),
    ("You promised Wednesday and it came on Friday, two days late", "late", "ours"),
    # S3-2
    ("I entered the wrong address, my mistake, can you resend it?", "wrong_address", "customer"),
    ("The tracking says delivered but I never got the package", "delivered_not_received", "unknown"),
    ("I did not read the terms, did not know it was a subscription", "terms_not_read", "customer"),
    ("The vase arrived broken.", "damaged", "unknown"),
    ("The driver threw the box and the vase arrived broken", "damaged", "carrier"),
    ("They sent me the wrong size", "wrong_item", "ours"),
    ("I was charged twice", "overcharged", "ours"),
    ("I changed my mind, I don't need it anymore", "change_of_mind", "customer"),
    ("The waiter was rude to us", "staff_conduct", "ours"),
    ("Still waiting for my refund after a month", "refund_pending", "ours"),
    ("The charger caught fire and burned my hand", "safety", "unknown"),
    ("Lovely shop, fast delivery", "none", "none"),
    ("sp bị lỗi, ko lên nguồn", "defective", "ours"),
    ("Tưởng có bluetooth mà không thấy", "missing_feature", "unknown"),
    ("Giao hàng trễ 3 ngày", "late", "unknown"),
    ("Mình ghi sai địa chỉ nên shipper giao nhầm nhà", "wrong_address", "customer"),
    ("App báo đã giao thành công nhưng mình chưa nhận được hàng", "delivered_not_received", "unknown"),
    ("Lỗi do mình không đọc kỹ điều khoản", "terms_not_read", "customer"),
    ("Shop giao nhầm màu", "wrong_item", "ours"),
    ("giao thieu 1 cai ao", "missing_item", "ours"),
    ("hop bi mop, vo het", "damaged", "unknown"),
    ("Nhân viên thái độ lồi lõm, coi thường khách", "staff_conduct", "ours"),
    ("Chưa hoàn tiền cho mình, chờ cả tháng rồi", "refund_pending", "ours"),
    ("Nhắn tin không ai trả lời", "waiting", "ours"),
    ("Hàng đẹp, không bị lỗi gì", "none", "none"),
    ("Sạc phát nổ, bỏng cả tay", "safety", "unknown"),
]


@pytest.mark.parametrize(("text", "problem", "fault"), TABLE)
def test_it_names_the_problem_and_whose_fault_the_text_says_it_is(text, problem, fault):
    """S0-7, S3-2"""
    reading = read(text)

    assert (reading.problem, reading.fault) == (problem, fault)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("Please send me a replacement", "replacement"),
        ("I want a refund", "refund"),
        ("Nobody even apologized, I expect an apology", "apology"),
        ("Please call me back", "call_back"),
        ("Hoàn tiền cho mình nhé", "refund"),
        ("Đổi cho mình cái mới", "replacement"),
        ("Lovely shop", "none"),
    ],
)
def test_it_hears_what_the_customer_asks_for(text, wish):
    """S4-6"""
    assert read(text).wish == wish


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Sạc phát nổ, cháy cả ổ điện", "safety"),
        ("I will kill you all", "safety"),
        ("I already opened a dispute with PayPal", "dispute"),
        ("Tôi đã nhờ ngân hàng tra soát giao dịch này", "dispute"),
        ("You leaked my phone number", "privacy"),
        ("Shop làm lộ thông tin của tôi", "privacy"),
        ("I will report you to Trading Standards", "legal"),
        ("Tôi sẽ báo quản lý thị trường", "legal"),
        ("You fucking idiots", "abuse"),
        ("đồ lừa đảo mất dạy", "abuse"),
        ("I will never buy from you again", "may_leave"),
        ("Lần sau không quay lại", "may_leave"),
    ],
)
def test_it_raises_the_flag(text, flag):
    """S1-11, S3-4"""
    assert flag in read(text).flags


def test_it_raises_no_flag_over_a_plain_complaint():
    assert read("Giao hàng trễ hai ngày, hộp bị móp").flags == ()


CORPUS = Path(__file__).parents[2] / "corpus"
FLOORS = {  # of problem, fault and wish; the rules were written looking at the tuned half only
    "tuned": (0.90, 0.91, 0.94),
    "held": (0.80, 0.81, 0.92),
}


def corpus(lang, half):
    lines = (CORPUS / f"problems.{lang}.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row for row in rows if row["half"] == half]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("half", ["tuned", "held"])
def test_it_reads_the_labelled_corpus(lang, half):
    """S0-7, S3-2, S4-6: a lower floor needs an ADR."""
    rows = corpus(lang, half)

    readings = list(read_many(row["text"] for row in rows))

    for word, floor in zip(("problem", "fault", "wish"), FLOORS[half], strict=True):
        right = sum(getattr(one, word) == row[word] for one, row in zip(readings, rows, strict=True))
        assert right / len(rows) >= floor, word


def test_the_corpus_is_large_and_its_halves_share_no_template():
    for lang in ("vi", "en"):
        tuned, held = corpus(lang, "tuned"), corpus(lang, "held")

        assert len(tuned) + len(held) >= 150
        assert not {row["template"] for row in tuned} & {row["template"] for row in held}


@pytest.mark.parametrize(
    ("text", "problem", "fault"),
    [
        ("Said Wednesday. It is Friday.", "late", "unknown"),
        ("Hẹn thứ tư giao. Nay thứ sáu rồi.", "late", "ours"),
        ("Tracking says delivered. My porch is empty.", "delivered_not_received", "unknown"),
        ("I was sure it had a timer. It doesn't.", "missing_feature", "unknown"),
        ("Ordered two by mistake, I need only one.", "change_of_mind", "customer"),
        ("They replaced the broken one the next day, I am very happy.", "none", "none"),
        ("I was worried that it would arrive broken, but I love it, beautifully packed!", "none", "none"),
    ],
)
def test_it_puts_two_signs_together(text, problem, fault):
    """S0-7, S3-2"""
    reading = read(text)

    assert (reading.problem, reading.fault) == (problem, fault)


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        ({"problem:waiting": 0.9, "problem:late": 0.3}, "waiting"),
        ({"problem:none": 0.8}, "none"),
        ({"problem:waiting": 0.4}, "damaged"),
    ],
)
def test_what_a_shop_taught_goes_first(heads, expected):
    feeling = UNREAD._replace(heads=heads)

    assert problem({"damaged"}, feeling, is_safety=False) == expected
    assert problem({"damaged"}, feeling, is_safety=True) == "safety"
