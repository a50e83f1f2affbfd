import pytest

from feedback.text.reader import read

GIBBERISH = [
    "Hàng tốt hjdkfjgkdjf skdjfhskdjfh sdkjfh",
    "asdkjhqwe zxmnbvqw qwpoeirutzxm",
    "Giao nhanh lắm nha bdnfkgjrhtkgjdnfb",
    "nice shop jfhgkdjfhgk dkfjghdkfjg",
    "ok ok ok ok ok ok ok ok ok ok ok ok ok ok",
    "tốt tốt tốt tốt tốt tốt tốt tốt tốt tốt tốt tốt tốt tốt",
    "sjdhfg5k4jhdfg83kjdfhg2kjhgdf",
]
OFF_TOPIC = [
    "Bên em hỗ trợ vay tiền nhanh trong ngày, chỉ cần căn cước, kết bạn Zalo để được tư vấn",
    "Xưởng may nhận may đồng phục, bán sỉ lẻ áo thun giá tận xưởng, giao toàn quốc",
    "Cần tuyển cộng tác viên bán hàng online, thu nhập mỗi ngày vài trăm nghìn",
    "Hãy chuyển tiếp tin nhắn này cho mười người, bạn sẽ gặp may mắn cả năm",
    "Subscribe to my channel, new cooking videos every Sunday",
    "Use my referral code SUN99 and we both get ten dollars",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit",
    "Forward this to ten people and you will have luck for seven years",
    "https://example.com/khuyen-mai",
    "Thông tin sản phẩm: chất liệu cotton. Kích thước 40x60. Xuất xứ Việt Nam. Bảo quản nơi khô ráo",
]
BRAND_ONLY = [
    "Giao hàng nhanh, đóng gói kỹ, chưa dùng nên để xem sao",
    "Shop gói hàng cẩn thận, giao nhanh, mình chưa mở ra thử",
    "Fast delivery and well packed, I have not tried it yet",
]
HONEST = [
    "Giao hàng nhanh, đóng gói cẩn thận, chất lượng tốt",
    "Áo đẹp quáaaaaaaaa, vải mềm hihihihihi",
    "Máy chạy êm 😍😍😍😍😍😍😍😍😍😍😍😍😍😍😍😍😍",
    "Chưa dùng được vì máy bị hỏng ngay khi mở hộp",
    "Cảm ơn shop, lần sau mình sẽ ghé lại",
    "sp ok, ship nhanh, dc tặng quà",
    "ao mac thoai mai, se ung ho shop nua",
    "The blender works well and the jar is easy to clean",
    "I bought this for my mother and she loves the colour",
    "Rhythm section of the speakers is great, bluetooth pairs quickly",
    "Shipped by southwest courier, wellpackaged, thankyouuuuu",
    "I called customer service five times, my order never came",
    "Tôi gọi hotline năm lần không ai nghe máy",
    "",
]


def spam(text):
    return [flag for flag in read(text).flags if flag.startswith("spam:")]


@pytest.mark.parametrize("text", GIBBERISH)
def test_it_sees_gibberish(text):
    assert "spam:gibberish" in spam(text)


@pytest.mark.parametrize("text", OFF_TOPIC)
def test_it_sees_what_is_off_the_topic(text):
    assert spam(text) == ["spam:off_topic"]


@pytest.mark.parametrize("text", BRAND_ONLY)
def test_it_sees_praise_of_the_shop_alone(text):
    assert spam(text) == ["spam:brand_only"]


@pytest.mark.parametrize("text", HONEST)
def test_it_leaves_honest_answers_alone(text):
    assert spam(text) == []


def test_whoever_complains_is_not_off_the_topic():
    complaint = "Máy hỏng rồi, gọi shop không ai nghe"

    assert spam(f"{complaint}. Bên khác bán sỉ lẻ giá tận xưởng còn tử tế hơn") == []


def test_names_links_and_hashtags_are_not_gibberish():
    assert spam("Great service from @xkcdjhgfds and #qwrtzpsdfgh, see www.jkhgfdrtz.example, thanks") == []
