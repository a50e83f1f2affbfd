"""What changed lately in the demo shop: paying fails since there is a new page for it, and a clip brought bad
reviews all at once. Told by customers and reviewers; what it adds up to, the shop's own job finds.
"""

from datetime import datetime, timedelta

from feedback import alerts, cases, follow_ups, shop
from feedback.front import demo_judging, demo_shop, tell_us
from feedback.models import Alert, AlertClock, Case, Customer, Touchpoint, User
from reviews import intake
from reviews.models import Source
from reviews.records import ReviewRecord

NEW_PAGE = 9  # days ago: since then people pay on another page
_ENDED_AFTER = timedelta(days=3)  # who told longer ago has their answer
# What was said, how many days ago, and with how many stars.
PAYING = {
    "vi": [
        ("Trang thanh toán báo lỗi sau khi quét mã, tiền đi rồi mà đơn không có.", 8.6, 2),
        ("Bị trừ tiền hai lần cho một đơn, thanh toán xong trang web quay vòng vòng.", 7.7, 1),
        ("Trang thanh toán mới lỗi liên tục, bấm trả tiền là văng ra ngoài.", 7.1, 2),
        ("thanh toan bang the bao loi hoai ma tien thi da tru roi", 6.2, 1),
        ("Mã giảm giá nhập đúng mà tới bước thanh toán lại mất, tính đủ tiền.", 5.3, 2),
        ("Thanh toán lỗi, đặt lại thì bị trừ tiền thêm lần nữa. Ai trả lại cho mình?", 4.4, 1),
        ("Từ hôm đổi trang thanh toán là lỗi hoài, mình chịu thua.", 3.6, 2),
        ("Chuyển khoản từ sáng mà web cứ báo thanh toán thất bại, bực thật.", 2.7, 2),
        ("Thanh toán ví điện tử bị lỗi, tiền trừ rồi đơn thì không thấy.", 1.8, 1),
    ],
    "en": [
        ("The new checkout took my payment and then said it failed. No order, no money.", 8.1, 1),
        ("I was charged twice for one teapot after the payment page froze.", 6.6, 1),
        ("Checkout keeps failing at the bank code. I gave up after four tries.", 4.9, 2),
        ("The payment page hangs on my phone, checkout is impossible.", 3.2, 2),
        ("Charged, but the order still says payment pending. Please fix your checkout.", 1.6, 2),
    ],
}
CLIP = 24.4  # days ago: the first who had seen it
_OF_THE_CLIP = "Clip cắt ghép, đã đăng bản đầy đủ và trả lời từng người."
# Hours after the first, and the words; none of them has bought anything.
SEEN_THE_CLIP = (
    (0.0, "Coi clip mới biết thái độ nhân viên ở đây. Một sao."),
    (1.3, "Nhân viên nói chuyện với khách như vậy mà coi được hả?"),
    (2.1, "saw the video. rude staff, never going there"),
    (2.6, "Thấy trên mạng thái độ phục vụ quá tệ, khỏi ghé."),
    (4.0, "Vào đánh giá vì cái clip. Nhân viên thô lỗ."),
    (5.2, "Shame on the staff in that clip."),
    (7.5, "thai do nhan vien qua te, xem clip la hieu"),
    (9.1, "Đuổi khách kiểu đó thì đóng cửa đi. Nhân viên mất lịch sự."),
    (11.0, "Everybody has seen how the staff treats people. One star."),
    (13.8, "Chưa mua nhưng coi clip xong là không muốn mua."),
)


def told_of_paying(now: datetime) -> None:
    """Each by another customer, through the page where anybody can tell us something."""
    page = Touchpoint.objects.get(slug="payment")
    for language, said in PAYING.items():
        known = Customer.objects.filter(
            language=language, is_insider=False, merged_into=None, since__lt=now - timedelta(days=NEW_PAGE)
        )
        for customer, (text, days, stars) in zip(known.order_by("pk"), said, strict=False):
            given = {
                "text": text, "name": customer.name, "email": customer.email, "stars": stars, "wish": "",
                "touchpoint": page,
            }  # fmt: skip
            tell_us.record(given, now=now - timedelta(days=days))


def told_of_the_clip(now: datetime) -> None:
    first = now - timedelta(days=CLIP)
    said = [
        ReviewRecord(external_id=f"demo-clip-{n}", said_at=first + timedelta(hours=hours), text=text, stars=1)
        for n, (hours, text) in enumerate(SEEN_THE_CLIP)
    ]
    intake.receive_many(Source.objects.get(slug=demo_shop.FILE_SOURCE), said, now=now)


def answered(now: datetime, by: User) -> None:
    """Who told of the page some days ago had their order put right by hand; the page is as it was."""
    page = Case.objects.filter(comment__touchpoint__slug="payment", comment__source=tell_us.SOURCE)
    for case in page.filter(opened_at__lt=now - _ENDED_AFTER, state=Case.State.OPEN).order_by("pk"):
        ready = demo_judging.ready(case, by, now)
        first = not follow_ups.is_told_again(case)
        cases.resolve(case, by=by, first_time=first, cause_removed="Đã đặt lại đơn bằng tay.", **ready)
        ended = case.opened_at + timedelta(hours=7 + 5 * (case.pk % 4))
        Case.objects.filter(pk=case.pk).update(resolved_at=ended, answered_at=ended)


def not_yet(now: datetime) -> None:
    """Nobody looks for changes while there is only half a shop."""
    AlertClock.objects.update(look_at=now + timedelta(days=1))


def found(now: datetime, by: User) -> None:
    """By the job itself, as it went on each of the last days; what came of the clip was settled then."""
    for days in range(int(CLIP) + 1, -1, -1):
        then = now - timedelta(days=days)
        alerts.look_now(then)
        for burst in Alert.objects.to_look_at(shop.day(then)).filter(kind=Alert.Kind.BURST):
            if days > int(_ENDED_AFTER.days):
                alerts.settle(burst, _OF_THE_CLIP, by=by, now=then)
