import json
from importlib.resources import files
from pathlib import Path

import pytest

from feedback.personal_data import find
from feedback.text.batch import batch
from feedback.text.vocabulary import Vocabulary

HELD = [
    "Gọi mình số 0912 345 678 nhé",
    "goi 0912.345.678",
    "gọi 0 9 1 2 3 4 5 6 7 8 nha",
    "0912 - 345 - 678",
    "write to lan.pham@example.com please",
    "lan at example dot com",
    "lan a còng example.com",
    "my card 4111 1111 1111 1111",
    "CCCD 001099012345",
    "đơn hàng AB12345 chưa tới",
    "Mã đơn là: #20931",
    "order no. 48213",
    "GHN-2291048 bị kẹt",
    "nhà ở 12/3 Nguyễn Trãi, P.5",
    "số 7 đường Lê Lợi, quận 1",
    "12 Hàng Bông, phường Hàng Gai",
    "28 Baker Street, London",
    "Ship tới số nhà 5, Nguyễn Trãi giúp mình",
    "address: 5 Elm Grove, Leeds",
    "Tracking:\u200b VN123456789",
    "<b>order 48213</b>",
    "my card ending in 4242 was charged",
    "thẻ đuôi 4242 bị trừ tiền",
    "Visa **** 4242",
    "You rang my number, 555-0147, twice",
    "tài khoản 0071001234567 của em",
    "mã đặt phòng HX29381",
    "toi 12 Le Loi nhe",
]


def worth(texts):
    return batch(Vocabulary(), texts, [None] * len(texts)).private.tolist()


@pytest.mark.parametrize("text", HELD)
def test_it_passes_what_holds_personal_data(text):
    """L9"""
    assert find(text)
    assert worth([text]) == [True]


def test_it_never_hides_a_text_in_which_something_is_found():
    """L9"""
    lines = [
        line
        for file in (
            *(Path(str(files("feedback.front"))) / "demo").glob("reviews.*.jsonl"),
            *Path("tests/corpus").glob("*.jsonl"),
        )
        for line in file.read_text("utf-8").splitlines()
    ]
    texts = [text for line in lines if isinstance(text := json.loads(line).get("text"), str)]

    assert all(is_worth for text, is_worth in zip(texts, worth(texts), strict=True) if find(text))


@pytest.mark.parametrize(
    "text",
    [
        "Giao thành công 2 lần",  # a town comes after its house
        "đường 2 bên rất đẹp",
        "We drove down the road for 3 hours",
        "50k quận nào cũng ship",  # money
    ],
)
def test_a_street_is_no_address_without_a_house_before_it(text):
    """L9"""
    assert not find(text)
    assert worth([text]) == [False]


def test_it_looks_no_further_into_everyday_texts():
    everyday = [
        "Giao hàng nhanh, đóng gói kỹ",
        "I ordered 2 and got 3 of them at last",
        "Shop ở Hà Nội",
        "in 2023 the 1080 one, 2024 now",
    ]
    assert not any(worth(everyday))
