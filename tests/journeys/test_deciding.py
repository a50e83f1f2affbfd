"""The hands-on of docs/policy.md in the browser: another threshold, and a threat that changes nothing."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Error, expect

from feedback import cases, policies
from feedback.policy.prove import INVARIANTS
from reviews.models import Reply, Source
from tests import factories

SPENT = 2_000_000  # đồng: regular for the policy that comes with the program, valued from 1,500,000 on
SAID = {
    "vi-VN": (
        "Tôi ghi nhầm địa chỉ cũ trong đơn nên hàng giao tới nhà trước của tôi.",
        "Không gửi lại cho tôi thì tôi đăng một sao khắp nơi.",
        "Tiệm cam kết hoàn tiền 100% cho mọi khách.",
        "1.500.000",
    ),
    "en-GB": (
        "I typed my old address in the order, so the parcel went to my former flat.",
        "Send it again or I post one star everywhere.",
        "We guarantee every customer a full refund, always.",
        "1,500,000",
    ),
}


@pytest.fixture
def before(lan_pottery):
    """What the last weeks brought: five who gave an old address, and version 1 decided about them."""
    now = timezone.now()
    for days in range(10, 60, 10):
        at = now - timedelta(days=days)
        about = factories.read_comment(
            reading={"problem": "wrong_address", "fault": "customer"}, said_at=at, received_at=at,
            **bought(f"DH-{days}", at),
        )  # fmt: skip
        cases.decide_many([about], at, cases={about.pk: factories.case(about, opened_at=at, decided_at=at)})


def bought(number, at):
    buyer = factories.customer("Lan", since=at)
    return {
        "customer": buyer,
        "order": factories.order(buyer, number=number, total=SPENT, placed_at=at, received_at=at),
    }


@pytest.mark.parametrize("locale", SAID)
def test_another_threshold_counts_and_a_threat_gets_the_same_answer(
    before, hire, log_in, jobs, visitor, fits, locale
):
    huy = log_in(hire("manager", "huy"), "/policy/", width=1280, locale=locale)
    try_thresholds(huy, SAID[locale][3], fits)
    propose(huy, fits)
    jobs()
    see_proof_and_replay(huy, fits)
    an = log_in(hire("advocate", "an"), "/policy/2/", width=1280, locale=locale)
    speak(an, fits)
    let_it_count(huy, fits)

    plain, threatening = bring_in(huy, locale, jobs)
    assert plain.decision.decision == threatening.decision.decision
    assert (plain.decision.rule, plain.decision.policy.version) == ("goodwill", 2)
    assert (plain.needs_approver, threatening.needs_approver) == (False, True)

    mai = log_in(hire("approver", "mai"), "/replies/", width=1280, locale=locale, refused=[422])
    mai.locator(f".queue a[href='/replies/{threatening.public_id}/']").click()
    see_the_twin(mai, threatening, fits)
    promise_and_take_back(mai, threatening, SAID[locale][2], fits)
    jobs()
    threatening.refresh_from_db()
    assert (threatening.state, threatening.approved_by.username) == ("published", "mai")
    customer = visitor(locale=locale)
    customer.goto("/reviews/")
    answer = customer.locator("article", has_text=SAID[locale][1]).locator(".answer .words")
    assert answer.inner_text() == threatening.text == threatening.drafted_text
    fits(customer)


def try_thresholds(page, shown, fits):
    page.locator("a[href='/policy/thresholds/']").click()
    page.locator("[name=threshold]").fill("1500000")
    page.locator("form:has([name=threshold]) button").click()
    expect(page.locator("p.why").first).to_contain_text(shown)
    fits(page)


def propose(page, fits):
    page.goto("/policy/")
    fits(page)
    page.locator("a[href='/policy/new/']").click()
    page.locator("form.terms [name=comment]").fill("Giúp thêm khách quen. / Help more regulars.")
    field = page.locator("[name='money.VND.valued_from']")
    if not field.is_visible():
        page.locator("details", has=field).locator("summary").click()
    field.fill("1500000")
    fits(page)
    page.locator("form.terms button.main").click()
    page.wait_for_url("**/policy/2/")


def again(page):
    """The page itself looks for what a job has done, and may load anew at this very moment."""
    try:
        page.reload()
    except Error:
        page.wait_for_load_state()


def see_proof_and_replay(page, fits):
    again(page)
    expect(page.locator(".proof li.good")).to_have_count(len(INVARIANTS))
    expect(page.locator(".proof li.bad")).to_have_count(0)
    changed = page.locator("#trials table").first.locator("tbody tr").first
    expect(changed.locator("td.n").first).to_have_text("5")
    expect(changed.locator("a")).not_to_have_count(0)
    expect(page.locator("form[action$='/adopt/'] button")).to_be_disabled()
    expect(page.locator("#why-not")).not_to_be_empty()
    fits(page)


def speak(page, fits):
    page.locator("form[action$='/speak/'] textarea").fill(
        "Thêm khách được giúp. / More customers are helped."
    )
    page.locator("form[action$='/speak/'] button").click()
    expect(page.locator("[aria-labelledby=advocate] .quote")).to_be_visible()
    fits(page)


def let_it_count(page, fits):
    again(page)
    page.locator("form[action$='/adopt/'] button").click()
    expect(page.locator("form[action$='/adopt/']")).to_have_count(0)
    assert policies.live(timezone.now()).version == 2
    fits(page)


def bring_in(page, locale, jobs):
    """The same complaint with and without a threat, from two who are alike: their replies."""
    Source.objects.create(slug="own", name="Our page", kind="own")
    now = timezone.now()
    bought("DH-1", now - timedelta(days=5)), bought("DH-2", now - timedelta(days=5))
    complaint, threat, *_rest = SAID[locale]
    rows = [f'r1,{now:%Y-%m-%d},2,DH-1,"{complaint}"', f'r2,{now:%Y-%m-%d},2,DH-2,"{complaint} {threat}"']
    text = "\n".join(["id,date,stars,order number,text", *rows])
    page.goto("/reviews/import/")
    page.locator("[name=file]").set_input_files(
        {"name": "reviews.csv", "mimeType": "text/csv", "buffer": text.encode("utf-8-sig")}
    )
    page.locator("[name=source]").fill("Our page")
    page.locator("form.fields button.main").click()
    expect(page.locator(".tile .number").first).to_have_text("2")
    jobs()
    rows = Reply.objects.filter(review__external_id__in=["r1", "r2"]).order_by("review__external_id")
    return list(rows.select_related("decision__policy"))


def see_the_twin(page, reply, fits):
    """Without the threat, side by side: the same draft, and the same as on the page."""
    page.locator("details.twins > summary").click()
    drafts = page.locator("details.twins blockquote")
    expect(drafts).to_have_text([re.compile(".+")] * 2)
    assert drafts.all_inner_texts() == [reply.drafted_text] * 2
    assert len(set(page.locator("details.twins p.note").all_inner_texts())) == 1
    expect(page.locator("#text")).to_have_value(reply.drafted_text)
    fits(page)


def promise_and_take_back(page, reply, promise, fits):
    """Blocked, with the words marked; taken out again, it may go out."""
    page.locator("#text").fill(f"{reply.drafted_text}\n\n{promise}")
    expect(page.locator("#lint li.stop").first).to_be_visible()
    page.locator("[data-approve]").click()
    expect(page.locator(".draft .notice.bad")).to_be_visible()
    expect(page.locator("#lint li.stop").first).to_be_visible()
    fits(page)
    assert Reply.objects.get(pk=reply.pk).state == "draft"

    expect(page.locator("#why-not")).not_to_be_empty()
    page.locator("#text").fill(reply.drafted_text)
    expect(page.locator("#lint li.stop")).to_have_count(0)
    page.locator("[data-approve]").click()
    page.wait_for_url("**done=**")
