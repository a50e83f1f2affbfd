"""app.css: contrast in both themes, the weight of the fonts, and the same dark by wish and by device."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "feedback" / "static" / "feedback"
CSS = (STATIC / "app.css").read_text(encoding="utf-8")
TEMPLATES = Path(__file__).parents[2] / "templates"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "emails" not in path.parts)


def tokens(selector):
    block = CSS[CSS.index(selector) :]
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{3,6})\b", block[: block.index("}")]))


LIGHT = tokens(":root {")
DARK_BY_DEVICE = tokens(':root:not([data-theme="light"]) {')
DARK_BY_WISH = tokens(':root[data-theme="dark"] {')
TEXT_ON = [("--ink", ("--paper", "--card", "--faint", "--brand-wash", "--flat-wash"))]
TEXT_ON += [("--soft", ("--paper", "--card", "--faint", "--brand-wash"))]
TEXT_ON += [
    (f"--{tone}", ("--paper", "--card", f"--{tone}-wash"))
    for tone in ("brand", "bad", "good", "flat", "warn")
]
TEXT_ON += [("--plum", ("--card",)), ("--brand-ink", ("--brand",)), ("--mark-ink", ("--mark",))]


def light_of(colour):
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((light_of(one), light_of(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK_BY_WISH], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "grounds"), TEXT_ON)
def test_its_words_stand_out(theme, text, grounds):
    assert {ground: contrast(theme[text], theme[ground]) >= 4.5 for ground in grounds} == dict.fromkeys(
        grounds, True
    )


@pytest.mark.parametrize("theme", [LIGHT, DARK_BY_WISH], ids=["light", "dark"])
def test_its_controls_stand_out(theme):
    assert contrast(theme["--edge"], theme["--card"]) >= 3
    assert contrast(theme["--brand"], theme["--paper"]) >= 3


def test_its_dark_is_one_dark():
    assert DARK_BY_DEVICE == DARK_BY_WISH
    assert DARK_BY_WISH.keys() | {"--plum"} == LIGHT.keys()


def test_its_colours_are_named_once():
    after_tokens = CSS[CSS.index("/* Elements */") : CSS.index("@media print")]

    assert re.findall(r"#[0-9a-f]{3,8}\b", after_tokens) == []
    assert "!important" not in CSS


def test_its_fonts_are_light_and_licensed():
    fonts = list((STATIC / "fonts").glob("*.woff2"))

    assert len(fonts) == 3
    assert sum(font.stat().st_size for font in fonts) <= 90_000
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts" / "OFL.txt").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_its_pages_keep_to_the_content_policy(page):
    """Every page is served under default-src 'self' (mail, which has no style sheet, is not a page)."""
    text = page.read_text(encoding="utf-8")

    assert not re.search(r"\sstyle=|\son\w+=[\"']|javascript:|<style|<script(?![^>]*\bsrc=)", text)


ASKED = """<form>
<input type="radio" name="way" value="everyone"><input type="radio" name="way" value="every_nth">
<input type="radio" name="way" value="share"><div class="field"><input name="every"></div>
<div class="field">{error}<input name="percent"></div></form>"""
WRONG = '<ul class="errorlist"><li>Choose a number from 1 to 100.</li></ul>'


@pytest.mark.parametrize(
    ("way", "error", "seen"),
    [
        ("everyone", "", []),
        ("every_nth", "", ["every"]),
        ("share", "", ["percent"]),
        ("everyone", WRONG, ["percent"]),
    ],
)
def test_a_plan_shows_what_its_draw_needs(page, way, error, seen):
    """And a field with a fault, whatever is chosen."""
    page.set_content(ASKED.format(error=error))
    page.add_style_tag(content=CSS)

    page.check(f"[value={way}]")

    shown = [name for name in ("every", "percent") if page.locator(f"[name={name}]").is_visible()]
    assert shown == seen
