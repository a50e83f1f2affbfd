"""The demo shop's definition of defection, and those whom staff have asked why they left."""

import random
from datetime import datetime
from decimal import Decimal

from feedback import defections, leaving, wallet
from feedback.defection.rules import Kind, Rule
from feedback.models import Customer, Defection, User

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

# What a phone call went on to, each line the reason of the one before.
_WHYS = {
    _SAID[1][1]: "nhân viên không biết men nào chịu lò vi sóng\nkhông ai chỉ cho người mới\nsổ tay men đã cũ",
    _SAID[3][1]: "nhân viên được thưởng theo số món mỗi đơn\ntiệm đặt chỉ tiêu bán kèm",
    _SAID[6][1]: "phí ship bằng nửa giá một cái tách\ntiệm chỉ gửi một hãng",
}
# Cause, decision, what it is, what it costs a year, and how many of a hundred it would keep. Glazing is dear,
# and few leave for it: the investment check says so.
_DECIDED = (
    ("product", "training", "nung thử mỗi mẻ men mới hai lần", Decimal(60_000_000), 90),
    ("cheaper", "price", "miễn phí ship từ 500.000 ₫", Decimal(900_000), 60),
    ("pressure", "training", "bỏ thưởng theo số món mỗi đơn", None, 80),
)


def define(by: User, now: datetime) -> None:
    defections.define(Rule(kind=Kind.INTERVAL, times=2.5, at_least=45, judged_by=180), by=by, now=now)


def asked(dice: random.Random, staff: dict[str, User], now: datetime) -> None:
    found = list(Defection.objects.filter(state=Defection.State.OPEN).order_by("since", "pk"))
    for place, row in enumerate(dice.sample(found, min(_ASKED, len(found)))):
        cause, said, answer, reason = _SAID[place % len(_SAID)]
        row.cause = cause
        owner = staff["bao"] if place % 2 else staff["huy"]
        whys = _WHYS.get(said, "")
        defections.contact(row, cause=cause, said=said, whys=whys, owner=owner, by=owner, now=now)
        if place < _ANSWERED:
            defections.answer(row, answer=answer, reason=reason, by=staff["huy"], now=now)
    for cause, answer, what, cost, keeps in _DECIDED:
        defections.decide_cause(
            cause=cause, answer=answer, what=what, cost=cost, keeps=keeps, by=staff["huy"], now=now
        )


def shares(now: datetime) -> None:
    """What some of those who still come have said of how much they buy here."""
    people = Customer.objects.filter(merged_into=None, erased_at=None, is_insider=False).order_by("pk")
    for place, customer in enumerate(people[:120:4]):
        wallet.note(customer, (85, 50, 85, 20, 85)[place % 5], now=now)


def targets(by: User, now: datetime) -> None:
    """What staff are rewarded by besides: one of them makes customers leave."""
    leaving.set_target(name="ba món mỗi đơn", pushes="sell_more", location=None, by=by, now=now)
    leaving.set_target(name="không ai phải chờ quá năm phút", pushes="none", location=None, by=by, now=now)
