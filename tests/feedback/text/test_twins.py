"""Complaints that a threat beside them used to change, and complaints that were taken for one (S3-4)."""

import pytest

from feedback.front.assess import assess
from feedback.orthography import unmark
from feedback.policy.terms import Terms
from feedback.text.reader import read

THREATS = {
    "en": [
        "Otherwise I leave one star everywhere.",
        "Give me 50% off. If not, I will blast you on Facebook.",
        "Or I'll chargeback.",
        "không thì mình bóc phốt lên Facebook",
    ],
    "vi": [
        "Không thì mình đăng 1 sao khắp nơi.",
        "Giảm cho mình 50%. Không thì mình kể hết lên group.",
        "Không thì mình chargeback qua ngân hàng.",
        "or I post 1 star everywhere",
    ],
}
WISHES = {
    "en": [
        "The lamp is too tall for our shelf and I want to return it.",
        "It is not for me. I would like to send it back.",
        "Can I exchange it? The green does not suit us.",
    ],
    "vi": [
        "Đèn cao quá so với kệ nhà mình, mình muốn trả lại.",
        "Không hợp với em. Em muốn gửi trả.",
        "Mình đổi ý rồi, cho mình trả hàng nhé.",
    ],
}
CURT = {  # and the problem they tell of
    "en": {
        "Spout chipped.": "damaged",
        "Lid missing.": "missing_item",
        "Zipper stuck.": "defective",
        "Handle snapped.": "damaged",
        "Two cups short.": "missing_item",
        "Motor dead.": "defective",
        "Rim cracked.": "damaged",
    },
    "vi": {
        "Vòi sứt.": "damaged",
        "Thiếu nắp.": "missing_item",
        "Khoá kéo hư.": "defective",
        "Quai gãy.": "damaged",
        "Thiếu hai ly.": "missing_item",
        "Màn hình liệt.": "defective",
        "Men nứt.": "damaged",
    },
}
MILD = {
    "en": ["The tea is a bit bland.", "Not my taste.", "It took a while to find the shop."],
    "vi": ["Trà hơi nhạt.", "Không hợp gu mình.", "Đi hơi lâu mới tìm ra tiệm."],
}
ALL = [
    (language, complaint)
    for those in (WISHES, CURT, MILD)
    for language, complaints in those.items()
    for complaint in complaints
]


def answered(text, language):
    answer = assess({"text": text}, Terms.shipped(), currency="VND", language=language)
    return {name: answer[name] for name in ("decision", "reply", "message")}


def typings(language):
    return (str, unmark) if language == "vi" else (str,)


@pytest.mark.parametrize(("language", "complaint"), ALL)
def test_a_threat_beside_it_changes_no_byte_of_the_answer(language, complaint):
    """S3-4: wishes of the customer's own, short defects and mild remarks, before a threat and behind it."""
    for typed in typings(language):
        alone = answered(typed(complaint), language)
        for threat in map(typed, THREATS[language]):
            for text in (f"{typed(complaint)} {threat}", f"{threat.rstrip('.')}. {typed(complaint)}"):
                assert answered(text, language) == alone, text


@pytest.mark.parametrize("language", CURT)
def test_it_reads_a_defect_told_in_two_words(language):
    """S1-1: with and without marks."""
    for typed in typings(language):
        read_as = {typed(text): read(typed(text)).problem for text in CURT[language]}

        assert read_as == {typed(text): problem for text, problem in CURT[language].items()}


@pytest.mark.parametrize("text", ["Nothing chipped, lid fits.", "Ấm không mẻ, nắp vừa khít."])
def test_a_denied_defect_is_not_told(text):
    assert read(text).problem != "damaged"


@pytest.mark.parametrize(
    "text",
    [
        "My daughter cut her lip on the chipped rim, take this off the shelves today.",
        "The handle snapped and burned my hand. If you keep selling it, somebody will be badly hurt.",
        "You posted my daughter's photo on your Facebook page without asking. Take it down today.",
        "There is a photo of my kid on your Instagram. I want it deleted now.",
        "Miệng ly sắc làm con tôi đứt môi. Shop ngưng bán mẫu này đi trước khi có người khác bị thương.",
        "Shop đăng hình con gái tôi lên fanpage mà không hỏi. Gỡ xuống ngay hôm nay.",
        "Bên bạn lấy ảnh con tôi quảng cáo. Tôi yêu cầu gỡ bài và xin lỗi.",
    ],
)
def test_a_wound_and_a_photo_of_a_child_are_no_leverage(text):
    """S3-4: what is dangerous and what is private may be told with force."""
    assert read(text).leverage is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("You posted my son's photo. Pay me 200 dollars or I tell every newspaper.", "review_threat"),
        ("For each day you leave it I write another bad review.", "review_threat"),
        ("Every day without an answer is another one star review from me.", "review_threat"),
        ("Try not compensating me and see…", "review_threat"),
        ("Mỗi ngày chưa trả tiền là thêm một đánh giá 1 sao nhé.", "review_threat"),
        ("Thử không bồi thường coi.", "review_threat"),
        ("Hàng vừa nhận đã bể, không thì mình chargeback qua ngân hàng", "chargeback_leverage"),
        ("Đồ vừa tới đã nứt, otherwise I'll chargeback.", "chargeback_leverage"),
    ],
)
def test_it_hears_dares_and_what_grows_by_the_day(text, kind):
    """S3-4: and a dispute that is yet to come, in two languages at once, is none that is open (S3-5)."""
    reading = read(text)

    assert reading.leverage.kind == kind
    assert "dispute" not in reading.flags


@pytest.mark.parametrize(
    ("text", "span"),
    [
        (
            "The lid is gone. Refund 300.000đ or I post it on Facebook.",
            "Refund 300.000đ or I post it on Facebook",
        ),
        (
            "Nắp mất rồi. Gửi 300.000đ vào lan.nguyen@shop.example không thì mình bóc phốt.",
            "Gửi 300.000đ vào lan.nguyen@shop.example không thì mình bóc phốt",
        ),
    ],
)
def test_no_span_ends_inside_a_sum_or_an_address(text, span):
    spans = read(text).leverage.spans

    assert [text[start:end] for start, end in spans] == [span]


def test_a_span_does_not_cover_what_stands_between():
    """Sentences far from any pressure are not looked at; they are no part of a span either."""
    told = "The box was blue. The ribbon was red. The card was white. The paper was thick. "
    text = f"Refund me or I post one star everywhere. {told}Pay me or I tell all my followers on TikTok."
    spans = read(text).leverage.spans

    assert all("ribbon" not in text[start:end] for start, end in spans)
