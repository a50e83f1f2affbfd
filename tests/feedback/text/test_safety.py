import pytest

from feedback.text.reader import read

URGENT = {"safety", "legal", "privacy"}


@pytest.mark.parametrize(
    "text",
    [
        "xinh lam, tru 1 sao vi phai doi 5 ngay moi co mau xanh nhat",
        "hang rat dep, chat luong rat tot",
        "vai co gian tot, nguoi ban gioi tu van",
        "phai kien nhan doi ban hon 20 phut",
        "shop tu tu giao cung duoc",
        "camera quay dep, ao chup len hinh rat net",
    ],
)
def test_words_without_marks_are_no_alarm(text):
    """rất, đợi, giãn, giỏi, kiên nhẫn, từ từ, lên: not rát, dòi, gián, giòi, kiện, tự tử, lén."""
    reading = read(text)

    assert not URGENT & set(reading.flags)
    assert reading.problem != "safety"


@pytest.mark.parametrize(
    "text",
    [
        "Tạm thời đánh giá shop 5 sao nhé",
        "Cách xử lý của cửa hàng rất ổn",
        "Khám phá quán này từ bạn bè, sẽ quay lại",
        "Phụ kiện shop tặng kèm rất đẹp",
        "Nhân viên dạ thưa đàng hoàng",
        "Trà sữa thơm béo ngây ngất",
        "Camera sau quay phim rất nét",
        "We were shocked by the price",
        "The price gave me a shock",
        "The vase smoked grey looks lovely beside the lamp",
        "I swallowed my pride and asked for help",
    ],
)
def test_everyday_words_are_no_alarm(text):
    assert not URGENT & set(read(text).flags)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Bôi vào mặt rát và sưng đỏ", "safety"),
        ("boi vao mat ngua rat, noi man", "safety"),
        ("Trong canh có dòi bò lúc nhúc", "safety"),
        ("pin bi phat no luc dang sac", "safety"),
        ("lam vo chay mau tay", "safety"),
        ("tao danh chet bon may", "safety"),
        ("Không trả tiền là tao đập quán", "safety"),
        ("Ăn xong bị ngất phải đi cấp cứu", "safety"),
        ("The kettle gives electric shocks", "safety"),
        ("The kettle gives shocks", "safety"),
        ("The lamp shocks you when you touch it", "safety"),
        ("The charger smokes and smells of burning", "safety"),
        ("My daughter swallowed a magnet from the toy", "safety"),
        ("Không giải quyết thì tôi kiện ra toà", "legal"),
        ("tao se kien ra toa", "legal"),
        ("Shop để lộ số điện thoại của tôi", "privacy"),
        ("shop lam lo so dien thoai cua toi", "privacy"),
        ("Nhân viên chụp lén khách trong phòng thử", "privacy"),
    ],
)
def test_it_still_raises_what_is_meant(text, flag):
    assert flag in read(text).flags


def test_waiting_is_no_wish_for_another():
    assert read("phai doi 5 ngay moi co hang").wish == "none"
    assert read("Tôi muốn đổi cái khác").wish == read("minh muon doi cai khac").wish == "replacement"


@pytest.mark.parametrize(
    "text",
    [
        "Is there lead in the glaze? My home test turned red.",
        "The kettle boiled itself dry and the handle began to melt.",
        "The handle came off and boiling tea went all over my leg.",
        "The painted rim flakes off and we have been drinking from it.",
        "Men này có chì không vậy shop?",
        "Viền vàng bong ra, ăn vào có độc không?",
        "am vua cam dien da co mui khet",
        "Ấm bị cháy đế.",
    ],
)
def test_what_can_harm_is_never_missed(text):
    assert "safety" in read(text).flags


@pytest.mark.parametrize(
    "text", ["This teapot is lead free.", "They lead in quality.", "Cơm cháy ngon lắm.", "Phin hợp bá cháy."]
)
def test_everyday_words_that_look_alike_raise_nothing(text):
    assert "safety" not in read(text).flags
