"""Reviews come in by file; Mai answers them at the desk; the answers stand on the public page."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from reviews.models import Reply, Source

COMPLAINT = "Ấm bị vỡ khi mở hộp, gọi mãi không ai trả lời. Thất vọng quá."
THREAT = "Không hoàn tiền thì tôi đăng 1 sao khắp nơi."
PRAISE = "Men đẹp lắm, đóng gói cẩn thận, giao nhanh. Cảm ơn tiệm!"
PROMISE = "Tiệm cam kết hoàn tiền 100% cho mọi khách."


@pytest.fixture
def the_file(lan_pottery):
    """Praise, a complaint, and the same complaint with a threat, as a platform hands them out."""
    Source.objects.create(slug="own", name="Our page", kind="own")
    day = timezone.localdate() - timedelta(days=2)
    rows = [
        f"khen,{day},5,Hạnh,{PRAISE}",
        f"chê,{day},1,Minh,{COMPLAINT}",
        f"dọa,{day},1,Tú,{COMPLAINT} {THREAT}",
    ]
    text = "\n".join(["id,date,stars,author,text", *(quoted(row) for row in rows)])
    return {"name": "reviews.csv", "mimeType": "text/csv", "buffer": text.encode("utf-8-sig")}


def quoted(row):
    *cells, text = row.split(",", 4)
    return ",".join([*cells, f'"{text}"'])


@pytest.fixture
def waiting(log_in, hire, the_file, jobs, fits):
    """The drafts by the review's id, after Huy has brought the file in and the worker has run."""
    page = log_in(hire("manager", "huy"), "/reviews/import/")
    page.locator("[name=file]").set_input_files(the_file)
    page.locator("[name=source]").fill("Our page")
    page.locator("form.fields button.main").click()
    expect(page.locator(".tile .number").first).to_have_text("3")
    fits(page)
    jobs()
    return {reply.review.external_id: reply for reply in Reply.objects.select_related("review", "decision")}


def desk(reply):
    return f"/replies/{reply.public_id}/"


def test_a_complaint_is_answered_by_the_rules_and_stands_in_public(
    log_in, hire, waiting, jobs, visitor, fits
):
    page = log_in(hire("approver", "mai"), width=1280, refused=[422])
    page.goto("/replies/")
    expect(page.locator(".queue > li")).to_have_count(3)
    fits(page)
    plain = waiting["chê"]
    page.locator(f".queue a[href='{desk(plain)}']").click()
    expect(page.locator("article .quote")).to_have_text(COMPLAINT)
    expect(page.locator("article .quote mark")).to_have_count(0)
    expect(page.locator(".why").first).not_to_be_empty()
    fits(page)

    page.locator("#text").fill(f"{plain.text}\n\n{PROMISE}")
    expect(page.locator("#lint li.stop").first).to_be_visible()
    page.locator("[data-approve]").click()
    expect(page.locator(".draft .notice.bad")).to_be_visible()
    expect(page.locator("#lint li.stop").first).to_be_visible()
    expect(page.locator("#text")).to_have_value(re.compile("cam kết"))
    plain.refresh_from_db()
    assert plain.state == "draft"

    correct(page, "fault", "ours", "Kho xác nhận đóng gói thiếu lớp chống sốc.")
    expect(page.locator("#lint li.stop")).to_have_count(0)
    expect(page.locator(".timeline")).to_contain_text("Kho xác nhận")
    fits(page)

    page.keyboard.press("a")
    page.wait_for_url("**done=**")
    jobs()
    plain.refresh_from_db()
    assert plain.state == "published"
    customer = visitor()
    customer.goto("/reviews/")
    expect(customer.locator("article", has_text=COMPLAINT).locator(".answer").first).to_be_visible()
    assert customer.locator(".answer .words").inner_text() == plain.text
    fits(customer)


def correct(page, name, value, reason):
    page.locator("[aria-labelledby=facts] > details > summary").click()
    form = page.locator("form", has=page.locator(f"input[name=name][value={name}]"))
    form.locator("xpath=ancestor::details[1]/summary").click()
    form.locator("[name=value]").select_option(value)
    form.locator("[name=reason]").fill(reason)
    with page.expect_navigation():
        form.locator("button").click()


def test_a_threat_chooses_who_approves_and_changes_nothing_else(log_in, hire, waiting, jobs, visitor, fits):
    """S3-4: the same complaint with and without a threat."""
    plain, threatening = waiting["chê"], waiting["dọa"]
    assert threatening.decision.decision == plain.decision.decision
    assert (plain.needs_approver, threatening.needs_approver) == (False, True)

    staff = log_in(hire("staff", "bao"), desk(threatening))
    expect(staff.locator("article .quote mark").first).to_have_text(re.compile("đăng 1 sao"))
    expect(staff.locator("[data-approve]")).to_be_disabled()
    expect(staff.locator("#why-not")).not_to_be_empty()
    staff.keyboard.press("a")
    expect(staff.locator("[data-approve]")).to_be_disabled()
    fits(staff)

    page = log_in(hire("approver", "mai"), desk(threatening), width=1280, java_script_enabled=False)
    page.locator("[data-approve]").click()
    page.wait_for_url("**done=**")
    jobs()
    threatening.refresh_from_db()
    assert (threatening.state, threatening.approved_by.username) == ("published", "mai")
    customer = visitor()
    customer.goto("/reviews/")
    expect(customer.locator("article", has_text=THREAT).locator(".answer")).to_be_visible()


def test_an_approval_can_be_undone_before_it_goes_out(log_in, hire, waiting, jobs):
    page = log_in(hire("staff", "bao"), desk(waiting["khen"]))
    page.keyboard.press("a")
    page.wait_for_url("**done=**")
    page.locator(".notice[role=status] button").click()
    expect(page.locator("[data-approve]")).to_be_enabled()
    jobs()

    assert Reply.objects.get(pk=waiting["khen"].pk).state == "draft"
