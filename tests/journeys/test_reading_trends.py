"""Huy looks at what customers talk about, down to their words, without a script."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from feedback import shop
from feedback.models.words import Channel
from tests.factories import read_comment


@pytest.fixture
def said(lan_pottery):
    """Three weeks of comments; what Huy will look for is one English complaint on the feedback page."""
    now = timezone.now()
    for weeks, count in ((3, 2), (2, 3), (1, 4)):
        for _each in range(count):
            read_comment(themes=[("late_delivery", "negative")], said_at=now - timedelta(weeks=weeks))
    read_comment(
        "Đóng gói đẹp, men mịn.",
        reading={"sentiment": "positive", "complaint": False},
        themes=[("packaging", "positive")],
        said_at=now - timedelta(weeks=1),
    )
    for weeks in (1, 20):
        read_comment(
            f"The lid came broken {weeks} weeks ago.",
            channel=Channel.FORM,
            reading={"lang": "en"},
            themes=[("damaged", "negative")],
            said_at=now - timedelta(weeks=weeks),
        )


@pytest.fixture
def page(log_in, hire, said, fits):
    """The trends, in English."""
    page = log_in(hire("manager", "huy"), "/trends/", width=1280, java_script_enabled=False, locale="en-GB")
    yield page
    fits(page)


def rows(page):
    """The table of themes: name and how often."""
    cells = page.locator("#themes tbody tr")
    return {row.locator("th").inner_text(): row.locator("td").first.inner_text() for row in cells.all()}


def show(page, **filters):
    for name, value in filters.items():
        field = page.locator(f"form[method=get].filters [name={name}]")
        field.fill(value) if name in ("from", "to") else field.select_option(value)
    with page.expect_navigation():  # a click alone does not wait until the whole table is there
        page.locator("form[method=get].filters").get_by_role("button", name="Show").click()


def test_the_chart_and_the_table_say_the_same(page, fits):
    expect(page.get_by_role("img", name=re.compile("“Late delivery” comes up most: 9 times"))).to_be_visible()
    assert rows(page) == {"Late delivery": "9", "Damaged": "1", "Packaging": "1"}
    fits(page)


def test_the_filters_lead_down_to_the_very_words(page):
    page.get_by_role("link", name="Trends").click()
    show(page, channel="form", language="en")
    assert rows(page) == {"Damaged": "1"}
    long_ago = shop.day(timezone.now() - timedelta(weeks=21))
    show(page, **{"from": str(long_ago), "period": "month"})
    assert rows(page) == {"Damaged": "2"}

    page.locator("#themes tbody tr").get_by_role("link", name="2", exact=True).first.click()

    expect(page.locator("article", has_text="The lid came broken")).to_have_count(2)
    expect(page.locator("form[method=get].filters [name=channel]")).to_have_value("form")
    expect(page.locator("form[method=get].filters [name=from]")).to_have_value(str(long_ago))


def test_the_numbers_can_be_taken_along(page):
    show(page, language="vi")
    with page.expect_download() as download:
        page.locator("#themes").get_by_role("link", name="CSV").click()

    text = download.value.path().read_text("utf-8-sig")
    taken = {row["name"]: row["all"] for row in csv.DictReader(io.StringIO(text))}
    assert taken == rows(page) == {"Late delivery": "9", "Packaging": "1"}
