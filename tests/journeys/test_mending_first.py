"""Huy sees what to mend first, down to the words; anybody reads how reviews are collected and checked."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from feedback import impact
from reviews import hiding, intake
from reviews.models import Review, Source
from reviews.records import ReviewRecord
from tests.factories import read_comment


@pytest.fixture
def said(lan_pottery):
    """Late parcels of two stars, others of four and five."""
    at = timezone.now() - timedelta(days=3)
    for stars, themes, times in ((2, [("late_delivery", "negative")], 32), (4, (), 16), (5, (), 16)):
        for _time in range(times):
            read_comment(themes=themes, scale="stars_5", score=stars, said_at=at)
    impact.find_now(timezone.now())


@pytest.fixture
def reviewed(lan_pottery, hire):
    """Twelve reviews of our own page, one of them hidden."""
    own = Source.objects.create(slug="own", name="Our page", kind="own")
    now = timezone.now()
    intake.receive_many(
        own,
        [
            ReviewRecord(external_id=str(n), text="Ấm vỡ", stars=1 + n % 5, said_at=now - timedelta(days=n))
            for n in range(12)
        ],
    )
    mai = hire("approver", "mai")
    hiding.hide(Review.objects.get(external_id="0"), reason="fake", by=mai)
    return mai


def no_barrier(page, fits):
    """On a phone and a desk, by day and by night (axe-core: nothing serious)."""
    for width, scheme in ((360, "light"), (1280, "dark"), (1280, "light"), (360, "dark")):
        page.set_viewport_size({"width": width, "height": 740})
        page.emulate_media(color_scheme=scheme)
        violations = Axe().run(page).response["violations"]
        assert [one["id"] for one in violations if one["impact"] in ("serious", "critical")] == []
    fits(page)


def test_what_to_mend_first_leads_down_to_the_words(log_in, hire, said, fits):
    page = log_in(hire("manager", "huy"), "/trends/", width=1280, java_script_enabled=False, locale="en-GB")
    page.get_by_role("link", name="What to mend first").click()
    expect(page.get_by_text("Look at “Late delivery” first")).to_be_visible()

    with page.expect_download() as download:
        page.locator(".beneath").get_by_role("link", name="CSV", exact=True).click()
    assert "late_delivery" in download.value.path().read_text("utf-8-sig")
    page.locator("#table").get_by_role("link", name="Late delivery").click()

    expect(page.locator("article")).not_to_have_count(0)
    expect(page.locator("form[method=get].filters [name=theme]")).to_have_value("late_delivery")


@pytest.mark.parametrize("locale", ["vi-VN", "en-GB"])
def test_what_to_mend_first_is_for_everybody(log_in, hire, said, fits, locale):
    page = log_in(hire("manager", "huy"), "/trends/impact/", width=1280, locale=locale)

    no_barrier(page, fits)


@pytest.mark.parametrize("locale", ["vi-VN", "en-GB"])
def test_anybody_reads_how_reviews_are_checked(visitor, reviewed, fits, locale):
    page = visitor(width=1280, locale=locale)
    page.goto("/reviews/")
    page.locator("details").first.evaluate("one => { one.open = true }")
    with page.expect_navigation():
        page.locator("a[href='/reviews/how/']").click()

    expect(page.locator("#account")).to_be_visible()
    expect(page.locator("main")).to_contain_text("12")
    no_barrier(page, fits)


def test_staff_see_whether_hiding_goes_with_the_stars(log_in, reviewed, fits):
    page = log_in(reviewed, "/reviews/hidden/", width=1280, locale="en-GB")
    with page.expect_navigation():
        page.get_by_role("link", name="Is anything suppressed? The numbers").click()

    expect(page.get_by_text("Our log knows of as many: none is missing.")).to_be_visible()
    expect(page.locator("#tests").locator("..")).to_contain_text("With so few hidden nothing can be told")
    no_barrier(page, fits)
