"""S0-6 in the browser: told on Monday, promised for Tuesday, asked on Wednesday – and what then."""

from datetime import UTC, datetime

import pytest
import time_machine
from playwright.sync_api import expect

from feedback import shop
from feedback.models import Case, Promise
from tests import factories

MONDAY = datetime(2026, 11, 30, 3, tzinfo=UTC)  # ten in the morning at the shop
WEDNESDAY = MONDAY.replace(month=12, day=2)
THURSDAY = MONDAY.replace(month=12, day=3)
WHAT = "gửi bù hai cái bát còn thiếu"


@pytest.fixture
def people(lan_pottery, hire):
    return {"hoa": hire("front_line", "hoa"), "mai": hire("approver", "mai"), "bao": hire("staff", "bao")}


@pytest.fixture
def promised(people, log_in, jobs, fits):
    """On Monday: told at the counter, read and decided, and promised in a message that Mai approves."""
    with time_machine.travel(MONDAY):
        lan = factories.customer("Lan", since=MONDAY, language="vi")
        factories.order(lan, number="DH-1042", placed_at=MONDAY, received_at=MONDAY)
        tell(log_in(people["hoa"], "/cases/new/"), fits)
        jobs()
        case = Case.objects.get()
        promise(log_in(people["mai"], f"/cases/{case.public_id}/", width=1280), people["bao"])
    assert Promise.objects.get().call_back_on == WEDNESDAY.date()
    return case


def tell(page, fits):
    page.locator("[name=text]").fill("Mua bộ mười bát mà hộp chỉ có tám cái.")
    page.locator("label", has=page.locator("[name=reason][value=wrong_item]")).click()
    page.locator("details summary", has_text="Là ai").click()
    page.locator("[name=order]").fill("DH-1042")
    page.locator("[name=is_checked]").check()
    fits(page)
    page.locator(".go button").click()
    page.wait_for_url("**/noted/")


def promise(page, who):
    """One promise, for Tuesday; the program puts it into words, and Mai approves them."""
    for row in (2, 3):
        page.locator(f"[name=what-{row}]").fill("")
        page.locator(f"[name=by-{row}]").fill("")
    page.locator("[name=what-1]").fill(WHAT)
    page.locator("[name=who-1]").select_option(str(who.pk))
    page.locator("[name=by-1]").fill("2026-12-01")
    page.locator("button[formaction$='/message/again/']").click()
    expect(page.locator("#message-text")).to_contain_text(WHAT)
    page.locator("[name=by_mail][value=hand]").check()
    page.locator("button[formaction$='/message/approve/']").click()
    expect(page.locator("#promised")).to_be_visible()


def ask(people, log_in, jobs, fits):
    """On Wednesday it stands first on Bảo's day; the page says what to ask."""
    jobs()
    page = log_in(people["bao"], "/day/")
    page.locator("section", has=page.locator("#call")).get_by_text(WHAT, exact=False).click()
    expect(page.locator("blockquote.quote")).to_contain_text(WHAT)
    fits(page)
    return page


def test_it_arrived(promised, people, log_in, jobs, fits):
    with time_machine.travel(WEDNESDAY):
        shop.forget()
        page = ask(people, log_in, jobs, fits)
        page.locator("[name=kept][value=yes]").click()
        page.wait_for_url("**/promises/")

    assert Promise.objects.get().state == "kept"
    promised.refresh_from_db()
    assert promised.state == "open"  # nobody has said yet that all is well


def test_nobody_picked_up(promised, people, log_in, jobs, fits):
    """On Wednesday no answer: it is not lost, stands on Thursday's page with the attempt, and arrived."""
    with time_machine.travel(WEDNESDAY):
        shop.forget()
        page = ask(people, log_in, jobs, fits)
        page.locator("[name=note]").fill("Máy bận, gọi lại chiều mai.")
        page.locator("form[action$='/not-reached/'] button").click()
        expect(page.locator("#call ~ ol.timeline, section ol.timeline")).to_contain_text("Máy bận")
        fits(page)
    assert Promise.objects.get().state == "open"
    with time_machine.travel(THURSDAY):
        page = log_in(people["bao"], "/day/")
        row = page.locator("section", has=page.locator("#call")).locator("li", has_text=WHAT)
        expect(row).to_contain_text("đã gọi một lần")
        row.locator("a").click()
        page.locator("[name=kept][value=yes]").click()
        page.wait_for_url("**/promises/")

    assert Promise.objects.get().state == "kept"


def test_it_did_not(promised, people, log_in, jobs, fits):
    """The case is due on this very day, and the page of the day says so."""
    with time_machine.travel(WEDNESDAY):
        shop.forget()
        page = ask(people, log_in, jobs, fits)
        page.locator("[name=kept][value=no]").click()
        page.wait_for_url("**/cases/**")
        page.goto("/day/")
        expect(page.locator("section", has=page.locator("#nobodys"))).to_contain_text("chỉ có tám cái")

    assert Promise.objects.get().state == "broken"
    promised.refresh_from_db()
    assert (promised.state, promised.due_on) == ("open", WEDNESDAY.date())
