import tomllib
from pathlib import Path

import numpy as np
import pytest

from feedback.text.kinds import AS_A_WHOLE, UNKNOWN, doubted_anywhere
from feedback.text.kinds import COMMON as NINE
from feedback.text.lexicon import lexicon
from feedback.text.reader import read
from feedback.text.reading import Sentiment
from feedback.text.sentiment import Feeling, Felt
from feedback.text.themes import COMMON, names
from feedback.text.themes import themes as found
from feedback.text.tokens import tokenise

WORDS = (
    "product_quality not_as_described missing_feature size_fit damaged packaging wrong_or_missing_item "
    "late_delivery "
    "not_received courier price_value payment_billing refund_return staff_attitude waiting_response "
    "information "
    "website_app subscription_terms place_cleanliness food_drink safety general other"
).split()


def themes(text):
    return {mention.theme: mention.polarity.value for mention in read(text).themes}


def test_it_knows_the_themes_of_the_shop_in_both_languages():
    assert set(names()) == set(WORDS)
    assert all(set(both) == {"vi", "en"} for both in names().values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Váy đẹp nhưng giao chậm", {"late_delivery": "negative"}),
        ("Giao hàng nhanh, đóng gói kỹ", {"late_delivery": "positive", "packaging": "positive"}),
        (
            "The food was delicious but the waiter was rude",
            {"food_drink": "positive", "staff_attitude": "negative"},
        ),
        ("Great price, arrived broken", {"price_value": "positive", "damaged": "negative"}),
        ("dong goi so sai, hop bi mop", {"packaging": "negative", "damaged": "negative"}),
        ("Runs too small, had to return it", {"size_fit": "negative"}),
    ],
)
def test_it_tells_each_theme_with_its_own_polarity(text, expected):
    found = themes(text)

    assert {theme: found.get(theme) for theme in expected} == expected


def test_it_shows_the_words_as_they_were_written():
    (mention,) = read("Shop giao HÀNG chậm quá!").themes

    assert mention.words == ("giao HÀNG chậm",)


def test_it_says_general_when_only_a_feeling_is_there():
    assert themes("Tuyệt vời!!!") == {"general": "positive"}


def test_it_does_not_blame_what_is_denied():
    assert themes("It was not damaged at all, great")["damaged"] == "positive"


@pytest.mark.parametrize("name", ["themes", "problems", "flags", "wishes", "leverage", "feelings"])
def test_its_phrases_are_all_readable(name):
    path = Path("feedback/text/lexicons") / f"{name}.toml"

    assert tomllib.loads(path.read_text("utf-8"))


def felt(batch, heads, bits, score):
    chances = {name.replace("_", ":", 1): chance for name, chance in heads.items()}
    common = np.array([[chances.get(f"common:{name}", 0.001) for name in NINE]])
    return Felt(
        each=[Feeling(Sentiment.NEGATIVE, score, 0.9, 0.9, chances, (-0.9,) * 9)],
        outputs=("negative", *chances),
        chances=np.array([[0.0, *chances.values()]]),
        leanings=np.full(9, -0.9),
        doubted=np.array(doubted_anywhere(np.log(common / (1 - common)))) + bits,
        said=np.zeros((len(batch.word), 1 + len(chances))),
    )


def told(text, *, bits=0, score=-0.9, vietnamese=False, **heads):
    batch = tokenise(text, vietnamese=vietnamese).batch
    (mentions,) = found(batch, [text], lexicon(), lexicon().look(batch), felt(batch, heads, bits, score))
    return {one.theme: one.polarity.value for one in mentions}


def test_it_takes_a_theme_that_only_the_model_hears():
    assert told("Nobody smiled once all evening", common_service=0.9) == {"staff_attitude": "negative"}
    assert told("Nobody smiled once all evening", common_service=0.2) == {"general": "negative"}


def test_it_takes_a_theme_that_the_shop_taught():
    assert told("The ribbon was ugly", theme_gift_wrap=0.8) == {"gift_wrap": "negative"}


def test_it_doubts_a_word_that_the_model_does_not_hear():
    assert told("The price of fame, said the film", common_price=0.2) == {"general": "negative"}


@pytest.mark.parametrize(
    ("text", "is_price"),
    [
        ("Mình sẽ đánh giá tốt cho shop", False),
        ("minh se danh gia tot cho shop", False),
        ("đg giá tốt", True),
        ("Đánh, giá tốt", True),
        ("Shop dành giá tốt cho khách quen", True),
    ],
)
def test_who_rates_speaks_of_no_price(text, is_price):
    """Issue 3, item 4."""
    found = told(text, vietnamese=True, common_price=0.39, common_other=0.9)

    assert ("price_value" in found) == is_price


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nhân viên giao hàng thân thiện", {"courier"}),
        ("nv giao hang thai do te", {"courier"}),
        ("Nhân viên giao hàng nhanh, chủ shop thân thiện", {"courier", "staff_attitude"}),
        ("Nhân viên thân thiện, giao hàng nhanh", {"staff_attitude"}),
    ],
)
def test_who_delivers_is_the_courier_and_not_the_staff(text, expected):
    """Issue 3, item 4."""
    found = told(text, vietnamese=True, common_service=0.4)

    assert {"courier", "staff_attitude"} & set(found) == expected


@pytest.mark.parametrize(
    ("bits", "heads", "expected"),
    [
        (0, {"common_other": 0.1}, {"price_value": "negative"}),
        (0, {"common_other": 0.9}, {"other": "negative"}),
        (0, {"common_other": 0.3}, {"other": "negative"}),
        (UNKNOWN, {"common_other": 0.9}, {"price_value": "negative", "other": "negative"}),
        (UNKNOWN, {"common_service": 0.9}, {"staff_attitude": "negative"}),
    ],
)
def test_blame_that_the_model_doubts_counts_where_nothing_else_names_a_theme(bits, heads, expected):
    """Issue 3, item 4: where the kind of shop is not known, something else is no name."""
    assert told("Overpriced", bits=bits, **heads) == expected


def test_blame_that_the_model_doubts_does_not_count_beside_another_phrase():
    """Issue 3, item 4."""
    assert set(told("Overpriced, arrived broken", common_place=0.1)) == {"damaged"}


def test_it_says_when_a_text_is_about_something_that_no_theme_names():
    assert told("The price of fame, said the film", common_other=0.9) == {"other": "negative"}
    assert told("The price of fame, said the film", common_other=0.4) == {"other": "negative"}


@pytest.mark.parametrize(
    ("bits", "score", "expected"),
    [
        (UNKNOWN, -0.5, {"other", "general"}),
        (AS_A_WHOLE, -0.9, {"other", "general"}),
        (AS_A_WHOLE, -0.5, {"other"}),
        (0, -0.9, {"other"}),
    ],
)
def test_a_feeling_about_something_without_a_name_is_also_general(bits, score, expected):
    """Where the kind of shop is not known, or where it is spoken of as a whole, and strongly."""
    assert set(told("Nobody smiled", bits=bits, score=score, common_other=0.9)) == expected
    both = told("Nobody smiled", bits=bits, score=score, common_other=0.9, common_service=0.9)
    assert set(both) == {"other", "staff_attitude"}


def test_what_says_nothing_that_is_known_speaks_of_something_else():
    assert read("Chưa dùng nên chưa biết thế nào").is_beyond
    assert not read("Ich weiß noch nicht, was ich davon halten soll").is_beyond


def test_where_nothing_else_is_told_the_likeliest_of_ours_is():
    assert told("Nobody smiled once all evening", common_service=0.3, common_place=0.27) == {
        "staff_attitude": "negative"
    }
    assert "staff_attitude" not in told("Arrived broken, nobody smiled", common_service=0.3)


def test_the_reading_says_that_no_theme_names_what_a_text_speaks_of():
    assert read("Son mua tặng chị gái nên chưa mở ra dùng thử").is_beyond
    assert not read("Son đẹp, giao nhanh, đóng gói kỹ").is_beyond
    assert not read("").is_beyond


def test_an_app_on_a_device_is_not_the_app_of_the_shop():
    """Unless it is praised or blamed as the shop's."""
    assert "website_app" not in told("Runs any app without a hitch", common_product=0.95)
    assert "website_app" in told("Runs any app without a hitch", common_product=0.5)
    assert "website_app" in told("The app crashed at checkout", common_product=0.95)


def test_it_never_doubts_what_went_wrong():
    assert "late_delivery" in told("It came ten days late", common_other=0.9)


def test_every_theme_of_the_shop_has_its_common_one():
    assert set(COMMON) == set(names()) - {"safety"}
    assert set(COMMON.values()) == set(NINE)
