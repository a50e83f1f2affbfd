"""What somebody who runs a shop tried, and what came out wrong."""

import pytest

from feedback.text.reader import read


@pytest.mark.parametrize(
    "text",
    [
        "Would not recommend to anyone",
        "I would never recommend this shop to a friend",
        "Don't waste your money",
        "Do not buy here, ever",
        "Half the price elsewhere",
        "Twice as dear as anywhere else",
        "Không nên mua, phí tiền",
        "Cho hỏi đổi size thì mất bao lâu",
        "How long does an exchange take?",
        "Trả tiền đi không tao cho 1 sao trên Google",
        "I'm going to tell all my friends to stay away unless you pay me",
        "Lần sau tôi sẽ không mua ở đây nữa",
        "Không mua ở shop này nữa",
    ],
)
def test_it_accuses_nobody_of_what_the_text_does_not_tell(text):
    """S3-1: a guess that we are to blame would be an offer."""
    reading = read(text)

    assert reading.problem in ("none", "other")
    assert reading.fault in ("none", "unknown")


@pytest.mark.parametrize(
    "text",
    [
        "Can't complain, everything as expected",
        "Chưa bao giờ thất vọng về shop",
        "Không chê vào đâu được",
        "It's not bad for the price",
        "Shop dễ thương, có gửi kèm thiệp viết tay",
        "Shop dễ thương ghê, còn tặng thêm móc khoá",
        "Đóng gói kỹ lắm, không bị vỡ cái nào hết",
        "Gói hàng cẩn thận, không móp méo chút nào",
        "Never had a single problem with this shop",
        "I have never had any trouble with these people",
    ],
)
def test_praise_made_of_blame_is_praise(text):
    """S0-7: no problem, no complaint, and nothing that it speaks of is blamed."""
    reading = read(text)

    assert (reading.sentiment, reading.complaint, reading.problem) == ("positive", False, "none")
    assert "negative" not in [mention.polarity for mention in reading.themes]


def test_what_is_only_guessed_is_nobodys_fault():
    """S3-1"""
    reading = read("Your salesman put a lot of pressure on my aunt to buy the dear one.")

    assert (reading.problem, reading.fault) == ("pushed_to_buy", "unknown")
