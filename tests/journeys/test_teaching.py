"""Mai corrects what was read wrong, Huy lets the reader learn from it and reads the old comments anew."""

import pytest
from playwright.sync_api import expect

from feedback import comments, corrections, totals
from feedback.corrections import Said
from feedback.models import Analysis, Engine, Mention
from tests.factories import comment

THINGS = "Ấm trà,Cái tô,Bộ đĩa,Bình hoa,Ca sứ,Hộp quà,Phin cà phê,Chén nhỏ,Đèn xông,Lọ mứt".split(",")
PRAISE = [
    "{} này xịn sò hết nước chấm.",
    "Xịn sò luôn, {} ạ.",
    "{} xịn sò, khỏi bàn.",
    "Mê {} xịn sò quá trời.",
]
LATE = "Hẹn thứ ba mà thứ sáu mới tới, ấm thì xịn sò."


@pytest.fixture
def said(lan_pottery, hire):
    """Forty texts in the words of this shop's own customers, which staff have looked at; and one more."""
    an = hire("staff", "an")
    for sentence in PRAISE:
        for thing in THINGS:
            comment(sentence.format(thing))
    last = comment(LATE)
    comments.read_all()
    praise = Said(sentiment="positive", problem="none", themes={"product_quality": "positive"})
    for analysis in Analysis.objects.exclude(comment=last).select_related("comment"):
        corrections.correct(analysis.comment, praise, by=an, edition=1)
    return last


def field(page, name):
    return page.locator(f"[name='{name}']")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_reading_is_corrected_and_the_reader_learns(said, hire, log_in, fits, jobs, script):
    mai = log_in(
        hire("approver", "mai"), "/comments/", width=1280, locale="en-GB", java_script_enabled=script
    )
    mai.locator("article", has_text="Hẹn thứ ba").get_by_role("link", name="What was read in it").click()
    mai.get_by_label("negative").first.check()
    field(mai, "problem").select_option("late")
    field(mai, "more-1").select_option("waiting_response")
    field(mai, "more-1-side").select_option("negative")
    fits(mai)
    mai.get_by_role("button", name="So it is right").click()
    expect(mai.get_by_role("status")).to_contain_text("Kept.")
    expect(mai.get_by_role("heading", name="What a person says")).to_be_visible()
    fits(mai)
    assert corrections.themes_of(said)["waiting_response"] == "negative"

    huy = log_in(
        hire("manager", "huy"), "/setup/reader/", width=1280, locale="en-GB", java_script_enabled=script
    )
    expect(huy.locator(".tile").first).to_contain_text("41")
    huy.get_by_role("button", name="Train now").click()
    expect(huy.get_by_text("Being trained.")).to_be_visible()
    jobs()
    if not script:
        huy.reload()
    engine = Engine.objects.get()
    expect(huy.locator(".engine").first).to_contain_text(engine.name)
    expect(huy.locator(".engine").first).to_contain_text("reads now")
    assert engine.is_active
    fits(huy)

    before = totals.kept()
    huy.get_by_role("button", name="Read old comments anew").click()
    expect(huy.get_by_text("of 41 read anew")).to_be_visible()
    jobs()
    if not script:
        huy.reload()
    expect(huy.get_by_text("41 read anew")).to_be_visible()
    assert set(Analysis.objects.values_list("engine", flat=True)) == {engine.name}
    assert totals.kept() == before == totals.recount()
    assert not Mention.objects.filter(
        comment=said, theme__slug="waiting_response", polarity="negative"
    ).exists()

    huy.get_by_role("button", name="Go back to the shipped engine").click()
    expect(huy.locator(".tile").nth(1)).to_contain_text("shipped")
