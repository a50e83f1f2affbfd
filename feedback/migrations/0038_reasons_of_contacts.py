"""Why people usually get in touch with a shop; and whatever contacts that are there already were about."""

from django.db import migrations

REASONS = [
    ("delivery", "Delivery", "Giao hàng"),
    ("order", "Ordering, or whether it is there", "Đặt hàng, còn hàng hay không"),
    ("product", "A question about a product", "Hỏi về sản phẩm"),
    ("return", "Return or exchange", "Đổi trả"),
    ("payment", "Paying", "Thanh toán"),
    ("complaint", "A complaint", "Khiếu nại"),
    ("opening", "When we are open, and where", "Giờ mở cửa, đường đi"),
    ("other", "Something else", "Việc khác"),
]


def fill(apps, schema_editor):
    reason, contact = apps.get_model("feedback", "ContactReason"), apps.get_model("feedback", "Contact")
    shipped = [
        reason(slug=slug, name_en=en, name_vi=vi, place=place)
        for place, (slug, en, vi) in enumerate(REASONS, 1)
    ]
    known = {slug for slug, _en, _vi in REASONS}
    there = contact.objects.order_by().values_list("reason", flat=True).distinct()
    own = [reason(slug=slug, name_en=slug, name_vi=slug) for slug in there if slug not in known]
    reason.objects.bulk_create([*shipped, *own])


class Migration(migrations.Migration):
    dependencies = [("feedback", "0010_policies_stay")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
