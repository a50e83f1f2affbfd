"""The demo shop's definition of defection, and those whom staff have asked why they left."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from feedback import defections, leases, leaving, shop, wallet
from feedback.defection.rules import Kind, Rule
from feedback.front import demo_afterwards, demo_people
from feedback.models import Customer, Defection, DefectionRule, Location, Product, User

_WON_BACK = (3, 6, 9, 12)  # places among the asked
_ASKED, _ANSWERED = 16, 9  # of those found, the rest is left for whoever tries the demo
# Cause, what was said, and what is done: most say that the courier or the price drove them away.
_CALLED_BEFORE = timedelta(days=24)
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
        at = now - _CALLED_BEFORE if place in _WON_BACK else now
        defections.contact(row, cause=cause, said=said, whys=whys, owner=owner, by=owner, now=at)
        if place in _WON_BACK:
            continue
        if place < _ANSWERED:
            defections.answer(row, answer=answer, reason=reason, by=staff["huy"], now=now)
    _won_back(now)
    for cause, answer, what, cost, keeps in _DECIDED:
        defections.decide_cause(
            cause=cause, answer=answer, what=what, cost=cost, keeps=keeps, by=staff["huy"], now=now
        )


def _won_back(now: datetime) -> None:
    """Some were called weeks ago and have bought since: the shop's own job finds it."""
    called = Defection.objects.filter(contacted_at__lt=now - _CALLED_BEFORE / 2).select_related("customer")
    found_at = now - _CALLED_BEFORE - timedelta(days=2)
    called.update(found_at=found_at, contact_by=shop.day(found_at + timedelta(days=3)))
    dice = random.Random(53)
    products = {one.sku: one for one in Product.objects.all()}
    places = {one.code: one for one in Location.objects.all()}
    days = (dice.uniform(2, 12) for _row in called)
    bought = [
        demo_people.order(dice, row.customer, products, places, now - timedelta(days=ago), now)
        for row, ago in zip(called.order_by("pk"), days, strict=True)
    ]
    demo_afterwards.keep(bought, "LAN-B")
    DefectionRule.objects.in_force().update(judge_at=now)
    leases.run_once(defections.FIND, now)


def shares(now: datetime) -> None:
    """What some of those who still come have said of how much they buy here."""
    people = Customer.objects.filter(merged_into=None, erased_at=None, is_insider=False).order_by("pk")
    for place, customer in enumerate(people[:120:4]):
        wallet.note(customer, (85, 50, 85, 20, 85)[place % 5], now=now)


def targets(by: User, now: datetime) -> None:
    """What staff are rewarded by besides: one of them makes customers leave."""
    leaving.set_target(name="ba món mỗi đơn", pushes="sell_more", location=None, by=by, now=now)
    leaving.set_target(name="không ai phải chờ quá năm phút", pushes="none", location=None, by=by, now=now)
