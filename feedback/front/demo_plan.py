"""The demo shop's work plan: what was done about causes, what is still to do, and what it brought (S1-13)."""

from datetime import datetime, timedelta

from feedback import improvements, shop
from feedback.models import Case, Touchpoint, User

_CAUSE = Case.Cause
OTHER_COURIER = 35  # days ago
# Days ago that it was planned and done (None: still to do), and whether it was measured again.
_LINES = (
    ("Hộp hai lớp cho ấm và bình · Double boxes for pots and vases", "damaged", "packing", _CAUSE.PROCESS,
     "bao", 80, 60, True),
    ("Đổi đơn vị giao hàng ở hai quận · Another courier in two districts", "late", "delivery",
     _CAUSE.SUPPLIER, "huy", 50, OTHER_COURIER, False),
    ("Thêm ảnh men thật dưới nắng · Pictures of the glaze in daylight", "not_as_described", "product",
     _CAUSE.PRODUCT, "mai", 12, None, False),
    ("Hai người ở quầy chiều thứ Bảy · Two at the counter on Saturday afternoons", "waiting", "store",
     _CAUSE.PERSON, "bao", 6, None, False),
)  # fmt: skip


def work(staff: dict[str, User], now: datetime) -> None:
    places = {one.slug: one for one in Touchpoint.objects.all()}
    for action, problem, place, cause, owner, planned, done, is_measured in _LINES:
        at = now - timedelta(days=planned)
        due_on = shop.day(at) + timedelta(days=20)
        row = improvements.plan(
            action=action, problem=problem, touchpoint=places.get(place), cause=cause, owner=staff[owner],
            due_on=due_on, measure_on=due_on + timedelta(days=30), by=staff["huy"], now=at,
        )  # fmt: skip
        if done is not None:
            improvements.done(row, by=staff[owner], now=now - timedelta(days=done))
        if is_measured:
            improvements.measure(row, by=staff["huy"], now=now)
