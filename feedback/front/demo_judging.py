"""What the demo's staff said of complaints and of whoever makes them, before a case could end."""

from datetime import datetime, timedelta
from typing import Any

from feedback import archetypes, handling, judging, shop
from feedback.archetypes import Archetype, Step
from feedback.models import Case, Improvement, User

_ASKED = "Đã hỏi bạn trực hôm đó: quầy chỉ có một người, khách phải đợi và bạn có nói to."
_SHOWN = "Ảnh khách gửi và phiếu giao hàng khớp với lời kể."
_NOT_SO = (
    "Camera và phiếu xuất kho cho thấy hàng còn nguyên khi giao.",
    "Vận đơn có chữ ký người nhận đúng ngày đã hẹn.",
    "Mô tả trên web đã ghi rõ dung tích và màu men.",
)
# What is done about it, what it comes from, of which problems.
_ACTIONS = (
    ("Hai người kiểm hàng trước khi đóng gói · Two people check before packing", Case.Cause.PROCESS,
     ("damaged", "missing_item", "wrong_item")),
    ("Ghi cỡ thật bên cạnh ảnh · Sizes in centimetres beside each picture", Case.Cause.PRODUCT,
     ("not_as_described", "missing_feature", "change_of_mind")),
    ("Gọi trước khi giao hàng dễ vỡ · Call ahead before fragile deliveries", Case.Cause.SUPPLIER,
     ("late", "not_received", "delivered_not_received")),
    ("Soát lại hóa đơn ở quầy cùng khách · Read the bill with the customer", Case.Cause.PERSON,
     ("overcharged", "refund_pending", "terms_not_read")),
    ("Hỏi khách cần gì trước khi gợi ý · Ask what they need before advising", Case.Cause.PERSON,
     ("staff_conduct", "pushed_to_buy")),
)  # fmt: skip
_WORTH = "Mua đều mấy năm nay, lần đầu gặp chuyện như vậy."


def ready(case: Case, by: User, now: datetime) -> dict[str, Any]:
    """Does what has to be done before this case may end; what its end is to say besides."""
    row = handling.seen(case, now)
    if handling.lacks_our_side(case, row):
        judging.note_our_side(case, _ASKED, known="", by=by, now=now)
    if row is None:
        return {}
    steps = archetypes.STEPS.get(Archetype(row.final), ())
    if Step.VERDICT in steps and not row.verdict:
        _verify(case, by, now)
    if Step.WORTH in steps and not row.worth:
        judging.judge_worth(case, "win_back", why=_WORTH, known="", by=by, now=now)
    return {"is_told": True} if Step.TOLD in steps else {}


def _verify(case: Case, by: User, now: datetime) -> None:
    """The first of a kind is true and has its line in the work plan; others are not, as is found."""
    problem = case.decisions.get(is_current=True).facts["problem"]
    planned = set(Improvement.objects.values_list("action", flat=True))
    fitting = (one for one in _ACTIONS if problem in one[2] and one[0] not in planned)
    action, cause, _problems = next(fitting, ("", "", ()))
    if not action:
        judging.verify(case, "false", evidence=_NOT_SO[case.pk % len(_NOT_SO)], known="", by=by, now=now)
        return
    due_on = shop.day(now) + timedelta(days=14)
    line = {
        "action": action, "owner": by, "due_on": due_on, "measure_on": due_on + timedelta(days=30),
        "cause": cause, "problem": problem,
    }  # fmt: skip
    judging.verify(case, "true", evidence=_SHOWN, known="", by=by, now=now, improvement=line)
