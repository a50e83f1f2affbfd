"""On a phone's screen, in a real browser."""

from datetime import UTC, datetime, timedelta

import pytest

from feedback import leases
from feedback.models import OutgoingMail
from surveys import entrances, invitations, publishing
from surveys.models import Answer, Reward

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def open_survey(live_server, address):
    def open_survey(page, query=""):
        page.goto(live_server.url + address + query)
        return page

    return open_survey


def test_it_is_answered_by_keyboard(page, open_survey):
    open_survey(page)
    for presses in (1, 0, 9):
        page.locator("main input[type=radio]").first.focus()
        page.keyboard.press("Space")
        for _each in range(presses):
            page.keyboard.press("ArrowDown")
        step = page.url
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, step=step: url != step)
    page.locator("button.main").press("Enter")
    page.wait_for_url("**step=5")
    page.fill("textarea", "Gói hàng rất kỹ")
    page.click("button.main")
    page.wait_for_url("**step=6")
    page.click("button.main")

    assert page.locator(".code").inner_text() == Reward.objects.get().code
    assert dict(Answer.objects.values_list("question", "value")) == {
        "problem": "first_time",
        "expectation": "above",
        "recommend": 9,
        "story": "Gói hàng rất kỹ",
    }


def test_it_works_without_script(browser, open_survey):
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    page = open_survey(context.new_page(), "?all=1")
    page.set_default_timeout(10_000)

    for name, value in {"problem": "none", "expectation": "above", "recommend": "10"}.items():
        page.check(f"input[name=q-{name}][value='{value}']")
    page.click("button.main")

    assert page.locator(".code").inner_text() == Reward.objects.get().code
    context.close()


def test_the_language_can_be_changed_on_the_way(page, open_survey):
    open_survey(page, "?step=2")

    page.click("header button[lang=en]")

    assert page.locator("h1").inner_text() == "How was it, compared with what you expected?"
    assert page.url.endswith("?step=2")


@pytest.mark.parametrize("query", ["?step=1", "?step=3", "?step=5", "?all=1"])
def test_nothing_is_wider_than_the_screen(page, open_survey, query):
    open_survey(page, query)

    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_it_has_no_fault_that_axe_knows(page, open_survey):
    """WCAG 2.2 A and AA."""
    from axe_playwright_python.sync_playwright import Axe

    for query in ("?step=1", "?step=3", "?all=1"):
        open_survey(page, query)
        assert Axe().run(page).response["violations"] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_letter_that_asks_can_be_read(browser, survey, buy, now, scheme):
    """WCAG 2.2 AA to its last line, what stands below every letter included, and as wide as a phone."""
    from axe_playwright_python.sync_playwright import Axe

    invitations.invite(survey, order=buy("1042"), now=now)
    leases.run_once(invitations.SEND, now)
    context = browser.new_context(viewport={"width": 360, "height": 700}, color_scheme=scheme)
    page = context.new_page()
    page.set_content(OutgoingMail.objects.get().html)

    fonts = page.locator("a").evaluate_all("all => all.map(one => getComputedStyle(one).fontFamily)")
    wcag = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
    assert Axe().run(page, options=wcag).response["violations"] == []
    assert len(set(fonts)) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def test_a_tablet_asks_before_it_begins_anew(page, live_server, the_shop, now):
    """WCAG 2.2.1: whoever is still writing goes on; nobody's answers are left on the screen."""
    free = publishing.start_post_purchase(
        name="At the counter", slug="counter", reward_amount=None, currency="VND", now=now
    )
    first = f"/kiosk/{entrances.make(free, 'kiosk', name='Counter', now=now).public_id}/"
    page.clock.install()
    page.goto(live_server.url + first)
    page.click("main form button")
    page.wait_for_url("**/ask/")
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))

    page.clock.fast_forward(301_000)
    page.locator("dialog[open] button").click()
    # What closing brings with it (its event, a scroll) comes with the next frame: a picture waits for it.
    page.screenshot()
    page.clock.fast_forward(299_000)
    assert not page.locator("dialog[open]").count()
    page.clock.fast_forward(2_000)
    page.locator("dialog[open]").wait_for()
    page.clock.fast_forward(61_000)
    page.wait_for_url(live_server.url + first)
