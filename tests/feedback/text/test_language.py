import pytest

from feedback.text.reader import read

TABLE = [
    ("vi", "Giao hàng trễ"),
    ("vi", "giao hang qua cham"),
    ("vi", "shop tu van nhiet tinh"),
    ("vi", "hang ok"),
    ("vi", "sp dep lam"),
    ("vi", "ko nhan dc hang"),
    ("vi", "Shop rep inbox lâu, ship chậm"),
    ("en", "very late delivery"),
    ("en", "not good"),
    ("en", "wrong size"),
    ("en", "Love it!"),
    ("en", "Can the shop hang on to my parcel?"),
    ("en", "do not buy this"),
    ("mixed", "Sản phẩm ok nhưng the delivery was very slow and nobody answers, quá thất vọng"),
    ("other", "El producto llegó roto y nadie responde"),
    ("other", "商品が壊れていました"),
    ("other", "Le produit est cassé et personne ne répond"),
    ("other", "Barang rusak dan penjual tidak mau bertanggung jawab"),
    ("unknown", "😍😍😍"),
    ("unknown", "https://example.com"),
    ("unknown", "10/10"),
]


@pytest.mark.parametrize(("lang", "text"), TABLE)
def test_it_knows_the_language(lang, text):
    assert read(text).lang == lang


def test_it_believes_the_language_it_is_given():
    assert read("hang ok", lang="en").lang == "en"
    assert read("hang ok", lang="fr").lang == "other"
    assert read("Giao hàng trễ", lang="vi-VN").lang == "vi"
