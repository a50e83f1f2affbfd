"""What the demo's staff noted at the counter, on the phone and out of letters, and who looks after what."""

import random
from datetime import datetime, timedelta

from feedback import cases, comments, procedure
from feedback.front import capturing
from feedback.models import Case, Order, Touchpoint, User

# channel, place, reason, words: made up for the demo.
NOTED = (
    ("in_person", "store", "damaged", "Mua bộ ấm hôm qua, về mở ra thì nắp sứt một miếng. Muốn đổi."),
    ("in_person", "staff", "staff_conduct", "Đợi mười phút mà hai bạn cứ nói chuyện riêng, không ai hỏi."),
    ("in_person", "payment", "overcharged", "The till took the price twice. I have both slips here."),
    ("phone", "delivery", "late", "Hẹn thứ Tư giao, nay thứ Sáu rồi. Gọi shipper không nghe máy."),
    ("phone", "support", "waiting", "I was told somebody would call me back on Monday. Nobody did."),
    ("sms", "delivery", "not_received", "Don cua minh bao da giao ma minh chua nhan dc, shop kiem tra giup"),
    ("letter", "product", "not_as_described",
     "Kính gửi cửa hàng, gia đình tôi đặt bộ bát hai mươi món làm quà cưới. Màu men khác hẳn ảnh, và ba lần "
     "gọi điện tôi đều được hẹn gọi lại. Tôi mong được gặp người có trách nhiệm."),
)  # fmt: skip
_ANSWERED = 0.85  # of what should have had a first answer by now
_HANDOVERS = ("Khách chỉ nghe máy buổi tối.", "Đã hẹn gửi ảnh, đang chờ.", "")


def work(dice: random.Random, staff: dict[str, User], now: datetime) -> None:
    """Noted within the last two days, some after hours; then most of what is open gets an owner."""
    places = {place.slug: place for place in Touchpoint.objects.all()}
    bought = list(Order.objects.filter(placed_at__gt=now - timedelta(days=40)).order_by("pk")[:200])
    for number, (channel, place, reason, words) in enumerate(NOTED):
        at = now - timedelta(hours=1 + number * 6.5)
        order = dice.choice(bought) if bought and number % 2 else None
        told = capturing.Told(
            channel=channel, text=words, touchpoint=places.get(place), reason=reason, order=order,
            is_checked=order is not None, said_at=at,
        )  # fmt: skip
        capturing.note(told, by=staff["bao"], now=at)
    comments.read_all()
    _share_out(dice, [staff[name] for name in ("bao", "mai", "thu")], now)


def _share_out(dice: random.Random, people: list[User], now: datetime) -> None:
    for case in Case.objects.unsettled().filter(owner=None).select_related("comment").order_by("pk"):
        if dice.random() < 0.2:
            continue
        owner = dice.choice(people)
        procedure.hand_over(case, to=owner, note=dice.choice(_HANDOVERS), by=people[0], known=None)
        if dice.random() < 0.35 and case.state == Case.State.OPEN:
            cases.wait(case, by=owner)
        if dice.random() < 0.1:
            procedure.watch(case, people[-1], now)
    for case in Case.objects.unsettled().filter(answered_at=None, answer_by__lt=now).order_by("pk"):
        assert case.answer_by is not None
        if dice.random() < _ANSWERED:
            at = case.opened_at + dice.uniform(0.2, 1.15) * (case.answer_by - case.opened_at)
            Case.objects.filter(pk=case.pk).update(answered_at=min(at, now - timedelta(minutes=1)))
