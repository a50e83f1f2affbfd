"""What customers of the demo shop ask for and no shipped theme names: to make a bowl themselves."""

from datetime import datetime, timedelta

from feedback import comments, discovery, work
from feedback.models import Comment, Customer
from feedback.models.words import Channel, WhyItCame

SOURCE = "tell-us"
# What was said, and how many days ago.
SAID = {
    "vi": [
        ("Tiệm có mở lớp học nặn gốm cuối tuần không ạ? Hai mẹ con mình muốn thử.", 2),
        ("Ước gì tiệm dạy nặn gốm cho con nít, bé nhà mình mê lắm.", 4),
        ("Khi nào mở lớp học nặn gốm thì báo mình với nha!", 5),
        ("Mình ở quận 7, có lớp học nặn gốm tối thứ sáu thì mình đăng ký liền.", 9),
        ("lop hoc nan gom danh cho nguoi lon co khong shop", 11),
        ("Muốn học nặn gốm mà chưa biết ở đâu, tiệm mở một lớp đi.", 13),
        ("Nhóm bạn mình sáu người, có buổi nặn gốm nào cho cả nhóm không?", 17),
        ("Coi clip thợ xoay bàn mà thèm. Có lớp học nặn gốm thì rủ cả nhà đi.", 20),
        ("Sinh nhật con gái, mình tính cho cháu đi nặn gốm, tiệm có lớp học không?", 23),
        ("nan gom o tiem duoc ko, minh muon dan ban gai di", 31),
        ("Cho hỏi học nặn gốm một buổi được không, hay phải theo cả khoá?", 40),
    ],
    "en": [
        ("Do you run pottery workshops at the weekend? My daughter would love one.", 3),
        ("A workshop where we shape our own bowl would be a wonderful Saturday.", 6),
        ("Any chance of a pottery workshop for beginners in Hanoi?", 8),
        ("We visit in January. Could we join a workshop for an afternoon?", 12),
        ("Please start a workshop, I would sign up with three friends.", 15),
        ("Watched the potter through the window. Is there a workshop for children?", 19),
        ("Would pay for a workshop. The video of the wheel made me want to try it myself.", 24),
        ("My sister keeps asking about workshops on the wheel. Do you teach?", 37),
    ],
}


def told(now: datetime) -> None:
    """Each by another customer, through the page where anybody can tell us something; then looked for."""
    for language, said in SAID.items():
        known = Customer.objects.filter(
            language=language, is_insider=False, merged_into=None, erased_at=None, since__lt=now
        )
        for customer, (text, days) in zip(known.order_by("-pk"), said, strict=False):
            _record(customer, text, now - timedelta(days=days, hours=3))
    work.sweep(work.jobs())
    discovery.look_now(now)


def _record(customer: Customer, text: str, at: datetime) -> Comment:
    return comments.record(
        channel=Channel.FORM, source=SOURCE, why=WhyItCame.UNSOLICITED, text=text, customer=customer,
        said_at=at, received_at=at,
    )  # fmt: skip
