"""The questions of ten_questions.json as an ordinary Django form."""

from django import forms

PROBLEMS = [
    ("none", "Không, mọi thứ đều ổn"),
    ("first_time", "Có, và giải quyết xong ngay lần đầu tôi báo"),
    ("later", "Có, nhưng phải báo nhiều lần mới xong"),
    ("not_solved", "Có, và đến giờ vẫn chưa được giải quyết"),
    ("not_told", "Có, nhưng tôi chưa báo cho cửa hàng"),
]
EXPECTATIONS = [
    ("above", "Tốt hơn tôi mong đợi"),
    ("as_expected", "Đúng như tôi mong đợi"),
    ("below", "Kém hơn tôi mong đợi"),
]
TOUCHPOINTS = [
    ("product", "Sản phẩm"),
    ("website", "Trang web, ứng dụng"),
    ("packing", "Đóng gói"),
    ("delivery", "Giao hàng"),
    ("store", "Tại cửa hàng"),
    ("staff", "Nhân viên"),
    ("after_sales", "Hỗ trợ sau khi mua"),
    ("payment", "Thanh toán"),
    ("other", "Chỗ khác"),
]
LIKED = [
    ("quality", "Chất lượng"),
    ("price", "Giá"),
    ("speed", "Giao nhanh"),
    ("advice", "Tư vấn"),
    ("returns", "Đổi trả"),
]
SCALE = [(n, n) for n in range(11)]
STARS = [(n, "★" * n) for n in range(1, 6)]
YES_NO = [("yes", "Có"), ("no", "Không")]


class SaidForm(forms.Form):
    problem = forms.ChoiceField(
        label="Đơn hàng này có gặp vấn đề gì không?", choices=PROBLEMS, widget=forms.RadioSelect
    )
    expectation = forms.ChoiceField(
        label="So với điều anh/chị mong đợi thì sao?", choices=EXPECTATIONS, widget=forms.RadioSelect
    )
    recommend = forms.TypedChoiceField(
        label="Anh/chị có giới thiệu cửa hàng cho bạn bè không?",
        choices=SCALE,
        coerce=int,
        widget=forms.RadioSelect,
    )
    touchpoint = forms.ChoiceField(
        label="Câu trả lời nói về điều gì nhiều nhất?",
        choices=TOUCHPOINTS,
        widget=forms.RadioSelect,
        required=False,
    )
    packed = forms.TypedChoiceField(
        label="Hàng được gói thế nào?", choices=STARS, coerce=int, widget=forms.RadioSelect
    )
    liked = forms.MultipleChoiceField(
        label="Anh/chị thích những gì?", choices=LIKED, widget=forms.CheckboxSelectMultiple, required=False
    )
    again = forms.ChoiceField(label="Anh/chị sẽ mua lại chứ?", choices=YES_NO, widget=forms.RadioSelect)
    product = forms.CharField(label="Anh/chị nói về món nào?", max_length=200, required=False)
    story = forms.CharField(label="Chuyện thế nào?", max_length=5000, widget=forms.Textarea, required=False)
    wish = forms.CharField(
        label="Cách giải quyết nào là tốt nhất?", max_length=5000, widget=forms.Textarea, required=False
    )
