"""The demo shop's definition of defection, and those whom staff have asked why they left."""

import random
from datetime import datetime

from feedback import defections
from feedback.defection.rules import Kind, Rule
from feedback.models import Defection, User

_ASKED, _ANSWERED = 14, 8  # of those found, the rest is left for whoever tries the demo
# Cause, what was said, and what is done: most say that the courier or the price drove them away.
_SAID = (
    ("cheaper", "Chỗ khác bán tách giống vậy rẻ hơn ba mươi nghìn.", "price", "tháng này xem lại giá tách"),
    ("staff", "Hỏi thêm về men thì nhân viên trả lời cho xong.", "training", "nhân viên học lại về men gốm"),
    ("product", "The glaze came off after a month of washing.", "nothing", "the glaze was changed since"),
    ("pressure", "Mỗi lần mua tách lại bị mời thêm cả bộ ấm.", "training", "khách chọn xong thì thôi mời"),
    ("no_need", "We moved back home, it is too far now.", "nothing", "too far for our parcels"),
    ("not_offered", "Tôi cần ly thủy tinh, tiệm không có.", "nothing", "tiệm chỉ làm gốm"),
    ("cheaper", "Phí ship cao quá nên tôi mua gần nhà.", "price", "miễn phí ship từ 500.000 ₫"),
)  # fmt: skip


def define(by: User, now: datetime) -> None:
    defections.define(Rule(kind=Kind.INTERVAL, times=2.5, at_least=45, judged_by=180), by=by, now=now)


def asked(dice: random.Random, staff: dict[str, User], now: datetime) -> None:
    found = list(Defection.objects.filter(state=Defection.State.OPEN).order_by("since", "pk"))
    for place, row in enumerate(dice.sample(found, min(_ASKED, len(found)))):
        cause, said, answer, reason = _SAID[place % len(_SAID)]
        row.cause = cause
        owner = staff["bao"] if place % 2 else staff["huy"]
        defections.contact(row, cause=cause, said=said, owner=owner, by=owner, now=now)
        if place < _ANSWERED:
            defections.answer(row, answer=answer, reason=reason, by=staff["huy"], now=now)
