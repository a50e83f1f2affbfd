"""By the guide (docs/surveys.md): a manager builds a survey in both languages, a customer answers it at 360
px by keyboard with the script off, staff redeem the code, and the results show it. All in a real browser."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from feedback.models import Consent, Customer, Order
from surveys import invitations
from surveys.models import Reward, Survey

HOW = {"vi": "Anh/chị có hài lòng không?", "en": "Are you content?"}
WHICH = {"vi": "Điều gì quan trọng nhất?", "en": "What matters most?"}
CHOICES = [("Giao hàng", "Delivery"), ("Chất lượng", "Quality")]
SAY = {"vi": "Anh/chị muốn nói thêm gì?", "en": "What else would you say?"}


@pytest.fixture
def bought(lan_pottery):
    now = timezone.now()
    lan = Customer.objects.create(name="Lan", email="lan@example.com", since=now, language="vi")
    given = {"purpose": invitations.CONSENT, "wording": "1", "channel": "checkout", "given_at": now}
    Consent.objects.create(customer=lan, **given)
    placed = now - timedelta(days=7)
    return Order.objects.create(
        number="1042", customer=lan, placed_at=placed, total=Decimal(400_000), received_at=now
    )


def both(page, name, words):
    for language, text in words.items():
        page.locator(f"[name={name}-{language}]").fill(text)


def save(page):
    page.get_by_role("button", name="Save", exact=True).click()


def add(page, kind, words):
    page.locator("#kind").select_option(kind)
    page.locator("button[value=add]").click()
    both(page, "words", words)


def build(page):
    """What the guide says, step by step. Leaves the page of the published survey."""
    page.goto("/surveys/")
    page.get_by_role("link", name="A new survey").click()
    page.get_by_label("What is the survey called?").fill("Gốm mùa đông")
    page.get_by_label("Nothing: I write my own questions").check()
    page.get_by_role("button", name="Start").click()
    both(page, "title", {"vi": "Mùa đông", "en": "Winter"})
    page.locator("button[value=title]").click()
    add(page, "smileys", HOW)
    page.get_by_label("Must be answered").check()
    save(page)
    add(page, "choice", WHICH)
    for line, (vi, en) in enumerate(CHOICES):
        page.locator(f"[name=choice-{line}-words-vi]").fill(vi)
        page.locator(f"[name=choice-{line}-words-en]").fill(en)
    expect(page.locator("#preview")).to_contain_text("Quality")
    save(page)
    add(page, "text_long", SAY)
    save(page)
    page.get_by_role("link", name="Check and publish").click()
    expect(page.locator(".why.good")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("link", name="Reward").click()
    page.get_by_label("Reward for an answer, in VND").fill("50.000")
    page.get_by_label("The most that all rewards together may come to, in VND").fill("500.000")
    save(page)


def test_from_an_empty_page_to_a_redeemed_code(log_in, hire, visitor, bought, jobs, fits):
    """Done when (issue 5): builder, both languages, 360 px, keyboard, no script, code, till, results."""
    began = timezone.now()
    manager = log_in(hire("manager", "huy"), width=1280, locale="en-GB")
    build(manager)
    assert timezone.now() - began < timedelta(minutes=2)  # ten for somebody who thinks of the words
    survey = Survey.objects.get()
    assert (survey.state, survey.reward_amount) == ("live", 50_000)
    link = made_link(manager)

    code = answered_by_keyboard(visitor(java_script_enabled=False), link, fits)
    assert Reward.objects.get().code == code

    redeem(log_in(hire("staff", "bao"), "/rewards/", locale="en-GB"), code, fits)
    assert Reward.objects.get().state == "redeemed"

    jobs()
    manager.goto(f"/surveys/{survey.public_id}/")
    expect(manager.locator("#found")).to_contain_text(HOW["en"])
    expect(manager.locator("#found")).to_contain_text("Men đẹp, gói kỹ.")
    expect(manager.locator(".tiles")).to_contain_text("1 used")
    fits(manager)


def made_link(page):
    page.get_by_label("Order", exact=False).first.fill("1042")
    page.get_by_role("button", name="Make a link").click()
    return page.locator("text=/\\/s\\/\\w{26}\\//").first.inner_text().split("/s/")[1][:26]


def answered_by_keyboard(phone, link, fits):
    """Tab, arrows, space, letters and Enter alone, at 360 px without script. The code at the end."""
    assert phone.viewport_size["width"] == 360
    phone.goto(f"/s/{link}/")
    expect(phone.locator(".gift")).to_contain_text("50.000")
    expect(phone.locator("h1")).to_have_text(HOW["vi"])
    fits(phone)
    press(phone, "Space")
    expect(phone.locator("h1")).to_contain_text(WHICH["vi"])
    press(phone, "Space", "ArrowDown")
    expect(phone.locator("h1")).to_contain_text(SAY["vi"])
    skip_to_the_question(phone)
    phone.keyboard.type("Men đẹp, gói kỹ.")
    phone.keyboard.press("Tab")
    enter(phone)
    expect(phone.locator(".code")).to_be_visible()
    fits(phone)
    return phone.locator(".code").inner_text()


def press(page, *keys):
    skip_to_the_question(page)
    for key in keys:
        page.keyboard.press(key)
    enter(page)


def skip_to_the_question(page):
    """The first stop of the Tab key leads past the top of the page."""
    for key in ("Tab", "Enter", "Tab"):
        page.keyboard.press(key)


def enter(page):
    with page.expect_navigation():
        page.keyboard.press("Enter")


def redeem(till, code, fits):
    """Typed in small letters, as somebody reads it from a phone."""
    till.get_by_label("Code", exact=True).fill(code.lower())
    till.get_by_role("button", name="Check").click()
    expect(till.locator("h1")).to_contain_text(code)
    fits(till)
    till.get_by_label("Number of the order or receipt").fill("B-7")
    till.get_by_label("What the order comes to, in VND").fill("200.000")
    till.get_by_role("button", name="Redeem").click()
    expect(till.locator("h1")).to_contain_text("redeemed")
