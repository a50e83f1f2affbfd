from datetime import timedelta

import pytest

from feedback import comments
from feedback.models import Comment
from surveys import responses

LONG = (
    "Mình mua ở đây đã ba lần, lần nào nhân viên cũng tư vấn nhiệt tình, hàng giao đúng hẹn, "
    "đóng gói chắc chắn"
)
ANSWERS = {
    "spam:gibberish": "hjdkfjgkdjf skdjfhskdjfh sdkjfhgskdj",
    "spam:off_topic": "Xưởng may nhận may đồng phục, bán sỉ lẻ áo thun giá tận xưởng, giao toàn quốc",
    "spam:brand_only": "Shop gói hàng cẩn thận, giao nhanh, mình chưa mở ra thử",
}


@pytest.mark.parametrize(("flag", "story"), ANSWERS.items(), ids=ANSWERS)
def test_spam_is_noted_and_paid_like_any_answer(flag, story, invite, all_well, now):
    """Issue 3.8: never a reason to withhold a reward by itself."""
    response = responses.submit(invite(), all_well | {"story": story}, language="vi", now=now)
    comments.read_all()

    assert flag in Comment.objects.get(text=story).analysis.flags
    response.reward.refresh_from_db()
    assert response.reward.state == "issued"


def test_a_copy_is_noted_and_paid_like_any_answer(invite, all_well, now):
    """Issue 3.8"""
    for minutes in range(2):
        said = now + timedelta(minutes=minutes)
        response = responses.submit(invite(), all_well | {"story": LONG}, language="vi", now=said)
    comments.read_all()

    first, second = Comment.objects.filter(text=LONG).order_by("pk")
    assert second.fingerprint.copy_of == first
    assert response.reward.state == "issued"
