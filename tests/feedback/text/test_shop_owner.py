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


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("I'd give zero stars if I could", "negative"),
        ("Unless you refund me I will report you to consumer protection", "negative"),
        ("Wow great, third time my order is lost. Amazing service.", "negative"),
        ("Tuyệt vời thật, đặt hôm nay mà tháng sau mới có", "negative"),
        ("Không nên mua, phí tiền", "negative"),
        ("Is the teapot dishwasher safe?", "neutral"),
        ("How long does an exchange take?", "neutral"),
        ("Cho hỏi đổi size thì mất bao lâu", "neutral"),
        ("Could be better, could be worse", "neutral"),
        ("Just received my order, haven't tried it yet", "neutral"),
        ("👍👍👍", "positive"),
        ("😍", "positive"),
        ("🤬🤬", "negative"),
        ("Why does it leak?", "negative"),
    ],
)
def test_it_hears_how_a_text_is_meant(text, sentiment):
    """S0-7"""
    assert read(text).sentiment == sentiment


@pytest.mark.parametrize(
    "text",
    [
        "I want my money back",
        "Ấm giữ nhiệt kém, pha trà 10 phút đã nguội ngắt",
        "Nice color, terrible smell",
        "You leaked my address",
        "Tôi sẽ kiện shop ra tòa",
    ],
)
def test_it_knows_a_complaint(text):
    """S0-7"""
    assert read(text).complaint


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("I reported the charge to my bank as fraud", "dispute"),
        ("Shop đăng ảnh con tôi lên mạng không xin phép", "privacy"),
        ("They posted a picture of my daughter without asking", "privacy"),
        ("tôi muốn chết quá", "safety"),
        ("I want to kill myself", "safety"),
    ],
)
def test_it_raises_the_flag(text, flag):
    """S3-2"""
    assert flag in read(text).flags


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tôi muốn chết quá", "other"),
        ("I will come and kill you", "other"),
        ("The heater caught fire, I will come and kill you", "safety"),
        ("The heater caught fire", "safety"),
    ],
)
def test_danger_from_people_is_no_fault_of_the_goods(text, problem):
    """Nobody in despair is told to put the product away."""
    assert read(text).problem == problem


def test_a_theme_that_only_the_model_hears_shows_no_word_at_random():
    words = {word for mention in read("Website chậm").themes for word in mention.words}

    assert words == {"Website chậm"}
