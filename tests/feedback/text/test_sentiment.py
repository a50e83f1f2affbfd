import pytest

from feedback.text.reader import Sentiment, read

NEGATIVE = [
    "The website is not working",
    "It isn't great",
    "It isn’t great",
    "I want my money back",
    "Never again",
    "Giao hàng trễ, quá thất vọng",
    "ko hài lòng chút nào",
    "hang kem chat luong, that vong",
    "Hàng dởm, đừng mua 😡",
]
POSITIVE = [
    "That isn't a bad idea",
    "Things are resolved",
    "Thank you for your hard work",
    "No complaints at all, works perfectly",
    "Giao hàng nhanh, đóng gói cẩn thận, shop nhiệt tình",
    "giao hang nhanh, shop nhiet tinh, rat hai long",
    "Không có gì để chê, quá ưng",
    "sp đẹp lắm, sẽ ủng hộ shop tiếp",
]


@pytest.mark.parametrize("text", NEGATIVE)
def test_it_hears_blame(text):
    """#20: what TextBlob gets wrong or cannot read at all."""
    assert read(text).sentiment is Sentiment.NEGATIVE


@pytest.mark.parametrize("text", POSITIVE)
def test_it_hears_praise(text):
    """#20"""
    assert read(text).sentiment is Sentiment.POSITIVE


def test_it_does_not_call_a_praise_with_a_but_a_pure_praise():
    praise, contrast = read("Váy đẹp, giao nhanh"), read("Váy đẹp nhưng giao chậm")

    assert contrast.score < praise.score


def test_it_scores_between_minus_one_and_one():
    assert all(-1 <= read(text).score <= 1 for text in NEGATIVE + POSITIVE)


def test_it_asks_textblob_only_where_no_word_is_known():
    assert read("zzyzx qwrtp", lang="en").sentiment is Sentiment.NEUTRAL
