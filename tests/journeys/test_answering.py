"""A customer opens the mailed link on a phone, answers, and gets a code: S0-1, L1, C1."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from feedback import leases, mail
from feedback.models import Case, Comment, Consent, Customer, Order
from surveys import invitations, publishing
from surveys.models import Response, Reward

TROUBLE = "Có, và đến giờ vẫn chưa được giải quyết"
BELOW = "Kém hơn tôi mong đợi"


@pytest.fixture
def path(lan_pottery, mailoutbox):
    """The secret link in the mail that Lan got about her order."""
    now = timezone.now()
    lan = Customer.objects.create(name="Lan", email="lan@example.com", since=now, language="vi")
    Consent.objects.create(
        customer=lan, purpose=invitations.CONSENT, wording="1", channel="checkout", given_at=now
    )
    bought = Order.objects.create(
        number="1042",
        customer=lan,
        placed_at=now - timedelta(days=7),
        total=Decimal(400_000),
        received_at=now,
    )
    survey = publishing.start_post_purchase(
        name="After buying", reward_amount=Decimal(50_000), currency="VND", now=now - timedelta(days=1)
    )
    invitations.invite(survey, order=bought, now=now)
    # At eleven in the morning: mail that offers a reward does not go out at night.
    by_day = (now + timedelta(days=1)).replace(hour=4, minute=0)
    assert leases.run_once(invitations.SEND, by_day)
    assert leases.run_once(mail.SEND, by_day)
    (letter,) = mailoutbox
    assert letter.to == ["lan@example.com"]
    return re.search(r"/s/\w{26}/", letter.body).group()


def heading(page):
    return page.locator("h1")


def go_on(page):
    page.locator(".go button.main").click()


def choose(page, words):
    page.get_by_label(words).check()
    go_on(page)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_complaint_is_told_step_by_step_and_rewarded_once(visitor, path, fits, jobs, mailoutbox, script):
    phone = visitor(java_script_enabled=script)
    phone.goto(path)
    expect(phone.locator(".gift")).to_contain_text("50.000")
    fits(phone)
    choose(phone, TROUBLE)
    choose(phone, BELOW)
    phone.locator(".go a.button").click()
    expect(phone.get_by_label(BELOW)).to_be_checked()
    go_on(phone)
    expect(heading(phone)).to_contain_text("giới thiệu")

    phone.locator("button[name=language][value=en]").click()
    expect(heading(phone)).to_have_text("Would you recommend us to a friend or to your family?")
    phone.get_by_label("2", exact=True).check()
    go_on(phone)
    expect(heading(phone)).to_contain_text("What are your answers about most of all?")
    phone.context.close()

    later = visitor(java_script_enabled=script, locale="fr")
    later.goto(path)
    expect(heading(later)).to_contain_text("What are your answers about most of all?")
    expect(later.locator("progress")).to_have_js_property("value", 4)
    go_on(later)
    later.get_by_label("What happened").fill("The teapot was broken. Nobody answers me.")
    fits(later)
    go_on(later)
    later.get_by_label("what would be the best solution").fill("A new teapot, please.")
    go_on(later)

    code = later.locator(".code").inner_text()
    fits(later)
    later.reload()
    second_tab = later.context.new_page()
    second_tab.goto(path)
    assert later.locator(".code").inner_text() == second_tab.locator(".code").inner_text() == code
    assert Reward.objects.get().code == code
    assert Response.objects.get().state == "finished"
    jobs()
    assert code in mailoutbox[-1].body
    assert Case.objects.get().wish == "A new teapot, please."
    assert Comment.objects.filter(read_at__isnull=False).count() == 2


def test_the_keyboard_alone_is_enough(visitor, path):
    page = visitor(width=1280)
    page.goto(path)
    for chosen in ("Space", "Space", "ArrowRight", "Space"):
        skip_to_the_question(page)
        page.keyboard.press(chosen)
        press_enter(page)
    skip_to_the_question(page)
    page.keyboard.type("Đẹp, giao nhanh.")
    page.keyboard.press("Tab")
    press_enter(page)
    skip_to_the_question(page)
    page.keyboard.press("Tab")
    press_enter(page)

    expect(page.locator(".code")).to_be_visible()
    assert page.locator(".code").inner_text() == Reward.objects.get().code
    assert Comment.objects.get().text == "Đẹp, giao nhanh."


def skip_to_the_question(page):
    """The first stop of the Tab key leads past the top of the page."""
    for key in ("Tab", "Enter", "Tab"):
        page.keyboard.press(key)


def press_enter(page):
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_double_click_sends_once(visitor, path):
    """C1: the button is pressed twice as fast as fingers can."""
    page = visitor()
    page.goto(f"{path}?all=1")
    for words in ("Không, mọi thứ đều ổn", "Đúng như tôi mong đợi"):
        page.get_by_label(words).check()
    page.get_by_label("10", exact=True).check()
    page.locator(".go button.main").dblclick()

    expect(page.locator(".code")).to_be_visible()
    assert page.locator(".code").inner_text() == Reward.objects.get().code


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_back_button_shows_what_was_answered_and_loses_nothing(visitor, path, script):
    """Item 6: back, another choice, forward again: the last choice counts, and the rest is still there."""
    page = visitor(java_script_enabled=script)
    page.goto(path)
    choose(page, "Không, mọi thứ đều ổn")
    choose(page, BELOW)
    expect(page.get_by_label("7", exact=True)).to_be_visible()
    page.wait_for_load_state()
    page.go_back()
    expect(page.get_by_label(BELOW)).to_be_checked()
    page.locator(".go a.button").click()
    expect(page.get_by_label("Không, mọi thứ đều ổn")).to_be_checked()
    choose(page, TROUBLE)
    expect(page.get_by_label(BELOW)).to_be_checked()
    go_on(page)
    page.get_by_label("7", exact=True).check()
    go_on(page)
    for _step in ("touchpoint", "story", "wish"):
        go_on(page)
    code = page.locator(".code").inner_text()
    page.wait_for_load_state()

    page.go_back()
    if page.locator(
        ".go button.main"
    ).count():  # the browser shows the page as it was: sent again, it is known
        go_on(page)
    expect(page.locator(".code")).to_have_text(code)

    answers = dict(Response.objects.get().answers.values_list("question", "value"))
    assert (answers["problem"], answers["expectation"], answers["recommend"]) == ("not_solved", "below", 7)
    assert Reward.objects.count() == Case.objects.count() == 1


def test_two_tabs_are_one_answer(visitor, path):
    """Item 6: both go on where they like; the first to finish counts, the other sees the same code."""
    first = visitor()
    first.goto(path)
    second = first.context.new_page()
    second.goto(f"{path}?all=1")
    choose(first, TROUBLE)
    for words in ("Không, mọi thứ đều ổn", "Đúng như tôi mong đợi"):
        second.get_by_label(words).check()
    second.get_by_label("10", exact=True).check()
    go_on(second)
    code = second.locator(".code").inner_text()
    choose(first, BELOW)

    expect(first.locator(".code")).to_have_text(code)
    answers = dict(Response.objects.get().answers.values_list("question", "value"))
    assert (answers["problem"], answers["expectation"]) == ("none", "as_expected")
    assert Reward.objects.get().code == code


def test_a_lost_connection_loses_no_answer(visitor, path):
    """Item 6: what was sent is kept; the same press works when the net is back."""
    page = visitor(refused=[], width=360)
    page.goto(path)
    choose(page, TROUBLE)
    page.get_by_label(BELOW).check()
    page.context.set_offline(True)
    page.locator(".go button.main").click()
    page.context.set_offline(False)
    page.goto(path)

    expect(heading(page)).to_contain_text("mong đợi")
    choose(page, BELOW)
    expect(heading(page)).to_contain_text("giới thiệu")
    assert Response.objects.get().answers.get(question="problem").value == "not_solved"
