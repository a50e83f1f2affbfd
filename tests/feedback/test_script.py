"""feedback/static/feedback/app.js in a real browser, on small pages served by the test itself."""

from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "feedback" / "static" / "feedback"
HOME = "http://localhost/desk"
DESK = """
<div data-desk>
  <a data-previous href="/before">before</a> <a data-next href="/after">after</a>
  <form action="/lint-page">
    <textarea id="draft" data-edit name="text" data-lint-url="/lint" data-lint-target="findings"></textarea>
  </form>
  <div id="findings"></div>
  <form method="post" action="/approve"><button data-approve name="how" value="yes">Approve</button></form>
  <form method="post" action="/reject"><button data-reject disabled>Reject</button></form>
  <dialog id="keys-help"><label><input type="checkbox" data-keys-switch>keys</label>
    <form method="dialog"><button>Close</button></form></dialog>
</div>
"""
STEP = """
<h1>One</h1>
<form method="post" action="/step" data-swap>
  <input name="q" value="4"><button name="go" value="on">On</button>
</form>
"""
HEAD = '<title>A page</title><link rel="icon" href="data:,"><script src="/static/app.js" defer></script>'


@pytest.fixture
def shop(page):
    """The pages by path, and what was posted to them."""
    pages = {
        "/desk": DESK,
        "/step": "<h1>Two</h1>",
        "/lint": "<ul class=lint><li class=stop>a date</li></ul>",
    }
    posted = []

    def answer(route):
        path = route.request.url.removeprefix("http://localhost").partition("?")[0]
        if path.startswith("/static/"):
            return route.fulfill(path=STATIC / path.removeprefix("/static/"))
        if route.request.method == "POST":
            posted.append((path, route.request.post_data or ""))
        body = pages.get(path, f"<h1>{path}</h1>")
        if path != "/lint":
            body = f"<!doctype html>{HEAD}<main>{body}</main>"
        return route.fulfill(
            body=body,
            content_type="text/html",
            headers={"Content-Security-Policy": "default-src 'self'; img-src data:"},
        )

    page.route("http://localhost/**", answer)
    page.posted, page.pages = posted, pages
    return page


def test_the_keys_lead_through_the_desk(shop):
    shop.goto(HOME)
    shop.keyboard.press("j")
    shop.wait_for_url("**/after")

    shop.goto(HOME)
    shop.keyboard.press("a")
    shop.wait_for_url("**/approve")

    assert shop.posted == [("/approve", "how=yes")]


def test_the_keys_are_letters_while_one_writes(shop):
    shop.goto(HOME)
    shop.keyboard.press("e")
    shop.keyboard.type("jar")

    assert shop.input_value("#draft") == "jar"
    assert shop.url == HOME


def test_the_keys_can_be_switched_off(shop):
    shop.goto(HOME)
    shop.keyboard.press("?")
    shop.uncheck("[data-keys-switch]")
    shop.click("dialog button")
    shop.reload()
    shop.keyboard.press("j")

    assert shop.url == HOME
    assert not shop.is_visible("#keys-help")


def test_the_draft_is_looked_at_while_it_is_written(shop):
    shop.goto(HOME)
    shop.type("#draft", "today")

    shop.wait_for_selector("#findings li.stop")
    (path, sent) = shop.posted[0]
    assert len(shop.posted) == 1
    assert path == "/lint"
    assert "today" in sent


FOUND = """<ul class=lint><li class=stop data-start=2 data-end=4><q>no</q>
<button type=button data-show hidden>Show</button>
<button name=instead value="2:4:hurry" data-say="yes">Put</button></li></ul>
<p data-lint-sum>1 place to change</p>"""


def test_what_is_wrong_is_marked_where_it_stands(shop):
    """With an emoji before it, which a browser counts as two."""
    shop.pages["/lint"] = FOUND
    shop.goto(HOME)
    shop.fill("#draft", "😀 no way")

    shop.wait_for_selector(".marks mark")
    assert shop.text_content(".marks mark") == "no"
    assert shop.text_content(".marks").rstrip() == "😀 no way"
    assert shop.get_attribute("#draft", "aria-invalid") == "true"
    assert shop.get_attribute(".marks", "aria-hidden") == "true"
    assert shop.text_content("[role=status]") == "1 place to change"


def test_the_list_leads_to_the_words_by_keyboard(shop):
    shop.pages["/lint"] = FOUND
    shop.goto(HOME)
    shop.fill("#draft", "😀 no way")
    shop.wait_for_selector("[data-show]:not([hidden])").focus()
    shop.keyboard.press("Enter")

    assert shop.evaluate("getSelection().toString()") == "no"
    assert shop.evaluate("document.activeElement.id") == "draft"


def test_one_press_puts_our_words_there(shop):
    shop.pages["/lint"] = FOUND
    shop.goto(HOME)
    shop.fill("#draft", "😀 no way")
    shop.wait_for_selector("[data-say]")
    shop.click("[data-say]")

    assert shop.input_value("#draft") == "😀 yes way"
    assert [path for path, _ in shop.posted if path == "/lint-page"] == []


def test_the_next_step_comes_without_a_reload(shop):
    shop.pages["/desk"] = STEP
    shop.goto(HOME)
    shop.evaluate("window.before = true")
    shop.click("button")
    shop.wait_for_selector("h1:text('Two')")

    assert shop.evaluate("window.before") is True
    assert shop.evaluate("document.activeElement.textContent") == "Two"
    assert shop.url == "http://localhost/step"
    assert 'name="go"' in shop.posted[0][1]


def test_a_double_click_sends_once(shop):
    shop.pages["/desk"] = STEP
    shop.goto(HOME)
    shop.dblclick("button", no_wait_after=True)
    shop.wait_for_selector("h1:text('Two')")

    assert len(shop.posted) == 1


def test_a_code_is_copied(shop):
    shop.pages["/desk"] = (
        '<b id="code"> 7KPM </b><button data-copy="code" data-copied="Copied" hidden>Copy</button>'
    )
    shop.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shop.goto(HOME)
    shop.click("button")
    shop.wait_for_selector("button:text('Copied')")

    assert shop.evaluate("navigator.clipboard.readText()") == "7KPM"


def test_what_is_being_done_is_looked_at_again_until_it_is_done(shop):
    shop.pages["/desk"] = '<section id="reading" data-watch>1 of 3</section>'
    shop.goto(HOME)
    shop.pages["/desk"] = '<section id="reading" data-watch>2 of 3</section>'
    shop.wait_for_selector("#reading:text('2 of 3')")
    shop.pages["/desk"] = '<section id="reading">done</section>'

    shop.wait_for_selector("#reading:text('done')")
