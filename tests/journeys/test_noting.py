"""A customer stands at the counter and complains: noted on a phone while they speak."""

import pytest
from playwright.sync_api import expect

from feedback.models import Case, Touchpoint

TAPS, FIELDS = 4, 1  # issue 7, Figures


@pytest.fixture
def counter(hire, log_in):
    """The front line's phone, on Today."""
    return log_in(hire("front_line", "hoa"), width=360)


def test_in_person_four_taps_and_one_field(counter, jobs, fits):
    """Counted: whatever is tapped or typed goes through these two."""
    taps, fields = [], []

    def tap(target):
        taps.append(target)
        target.click()

    def type_in_place(words):
        """Into whatever has the focus: the page puts it there."""
        fields.append(words)
        expect(counter.locator("textarea").first).to_be_focused()
        counter.keyboard.type(words)

    tap(counter.get_by_role("link", name="Ghi một lời phàn nàn"))
    type_in_place("Ấm bị vỡ khi mở hộp.")
    tap(counter.get_by_text(Touchpoint.objects.get(slug="store").name_vi, exact=True))
    tap(counter.get_by_text("Hàng đến bị hư hỏng", exact=True))
    fits(counter)
    tap(counter.get_by_role("button", name="Lưu"))

    counter.get_by_role("heading", name="Nói với khách").wait_for()
    fits(counter)
    case = Case.objects.select_related("comment__touchpoint").get()
    assert (len(taps), len(fields)) <= (TAPS, FIELDS)
    assert (case.comment.text, case.comment.channel) == ("Ấm bị vỡ khi mở hộp.", "in_person")
    assert (case.comment.touchpoint.slug, case.reason) == ("store", "damaged")
    assert case.acknowledged_at
    jobs()
    counter.get_by_role("link", name="Khắc phục ngay").click()
    counter.get_by_role("heading", name="Cách xử lý").wait_for()
    fits(counter)


def test_put_right_while_they_stand_there(counter, jobs, fits):
    """S2-9: looked at, given within the limit, the cause noted; on a phone, without JavaScript's help."""
    counter.goto("/cases/new/")
    counter.locator("textarea").first.fill("Ấm bị vỡ khi mở hộp.")
    counter.get_by_text("Hàng đến bị hư hỏng", exact=True).click()
    counter.get_by_role("button", name="Lưu").click()
    counter.get_by_role("heading", name="Nói với khách").wait_for()
    jobs()
    counter.get_by_role("link", name="Khắc phục ngay").click()
    counter.get_by_role("button", name="Tôi đã xem: đúng như khách nói, và lỗi của chúng ta").click()
    counter.get_by_text("Giải quyết", exact=True).click()
    counter.locator("#spot ~ details input[name=remedy]").first.check()
    counter.get_by_label("Chi phí của chúng ta, nếu chưa ghi bên cạnh").fill("90000")
    counter.locator("#id_spot_cause_removed").fill("Bọc hai lớp giấy.")
    fits(counter)
    counter.get_by_role("button", name="Đã đưa, đã báo, đã xong").click()

    counter.get_by_text("Đã giải quyết: khoản khách được đã ghi sổ").wait_for()
    case = Case.objects.get()
    assert (case.state, case.concessions.count()) == ("resolved", 1)
