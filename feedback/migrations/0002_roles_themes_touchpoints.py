"""The six roles, the shipped themes (interfaces.md's taxonomy), a shop's usual touchpoints, and the one row of
each job that looks at everything: due at once."""

from datetime import UTC, datetime

from django.db import migrations

ROLES = ["front_line", "staff", "approver", "manager", "advocate", "administrator"]
THEMES = [
    ("product_quality", "Product quality", "Chất lượng sản phẩm"),
    ("not_as_described", "Not as described", "Không đúng mô tả"),
    ("missing_feature", "Missing feature", "Thiếu tính năng"),
    ("size_fit", "Size and fit", "Kích cỡ"),
    ("damaged", "Damaged", "Hư hỏng, bể vỡ"),
    ("packaging", "Packaging", "Đóng gói"),
    ("wrong_or_missing_item", "Wrong or missing item", "Giao sai hoặc thiếu hàng"),
    ("late_delivery", "Late delivery", "Giao hàng trễ"),
    ("not_received", "Not received", "Không nhận được hàng"),
    ("courier", "Courier", "Người giao hàng"),
    ("price_value", "Price and value", "Giá cả"),
    ("payment_billing", "Payment and billing", "Thanh toán"),
    ("refund_return", "Refund and return", "Hoàn tiền, đổi trả"),
    ("staff_attitude", "Staff", "Thái độ nhân viên"),
    ("waiting_response", "Waiting for an answer", "Chờ phản hồi"),
    ("information", "Information", "Thông tin"),
    ("website_app", "Website and app", "Trang web, ứng dụng"),
    ("subscription_terms", "Subscription and terms", "Đăng ký định kỳ, điều khoản"),
    ("place_cleanliness", "Place and cleanliness", "Không gian, vệ sinh"),
    ("food_drink", "Food and drink", "Đồ ăn, thức uống"),
    ("safety", "Safety", "An toàn"),
    ("general", "In general", "Nói chung"),
]
TOUCHPOINTS = [
    ("product", "The product itself", "Sản phẩm"),
    ("website", "Website or app", "Trang web, ứng dụng"),
    ("packing", "Packing", "Đóng gói"),
    ("delivery", "Delivery", "Giao hàng"),
    ("store", "In the store", "Tại cửa hàng"),
    ("staff", "Our staff", "Nhân viên"),
    ("after_sales", "Help after buying", "Hỗ trợ sau khi mua"),
    ("payment", "Paying", "Thanh toán"),
    ("other", "Somewhere else", "Chỗ khác"),
]


def fill(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.get_or_create(name=name)
    for model, rows in [("Theme", THEMES), ("Touchpoint", TOUCHPOINTS)]:
        apps.get_model("feedback", model).objects.bulk_create(
            [
                apps.get_model("feedback", model)(slug=slug, name_en=en, name_vi=vi, position=place)
                for place, (slug, en, vi) in enumerate(rows)
            ]
        )
    for model in ("HeadlineClock", "AlertClock", "Impact"):
        apps.get_model("feedback", model).objects.create(look_at=datetime(2026, 1, 1, tzinfo=UTC))


class Migration(migrations.Migration):
    dependencies = [("feedback", "0001_squashed_0037_contacts_by_hour"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
