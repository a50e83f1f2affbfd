"""Every page, in both languages, on a phone and a desk, by day and by night: it fits, and axe finds
nothing against WCAG 2.2, A or AA.

A new address fails here until its page is named. Half of the pages are looked at in
test_every_page_of_staff.py: a worker takes a file whole.
"""

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse

from surveys import invitations
from tests.journeys.addresses import paths
from tests.journeys.one_of_everything import answer, world
from tests.test_routes import TABLE

__all__ = ["world"]  # a fixture: pytest finds it by its name

NO_PAGE = {name for name, (method, _who) in TABLE.items() if method == "post" and name != "tell_us"}
FILES = ("_csv", "_xlsx", "_json", "_zip", "_sign", "_faults", "_export")
NO_PAGE |= {
    name for name in TABLE if name.endswith(FILES) or (name.startswith("api_") and name != "api_root")
}
NO_PAGE |= {"healthz", "policy_file", "survey_picture", "kiosk_ask", "voices", "survey_answers"}
NO_PAGE |= {"case_enclosure", "order_import_refused", "calendar_feed"}

STAFF_PAGES = {
    "lan": "today customers customer cases case trends comments comment replies surveys survey jobs "
    "themes theme reader import_reviews source source_woocommerce setup setup_shop "
    "setup_sources setup_survey setup_done tokens "
    "working_days clock_times password_change password_change_done answer_imports answer_import own_data "
    "order_imports order_import order_sources order_source deliveries delivery_redact "
    "cards card_paper customer_card customer_merge "
    "data_requests retention".split(),
    "mai": "today reply reply_evidence reply_groups reply_batch hidden_reviews suppression case practice "
    "practice_page disputes dispute promises promise case_new case_noted case_letter day board my_calendar "
    "work_plan defection_interview".split(),
    "huy": "survey_plan survey_plan_log survey_asked survey_ways mail_hours public_plans public_plan "
    "promises_kept coupon_shops coupon_shop reward_codes reward reward_costs recovery recovery_people "
    "recovery_elsewhere "
    "leaving_people silence_people service_people service_cases tenure_people "
    "silence service alerts impact missed proposal digest voices_people "
    "touchpoints consistency clocks_kept causes wishes tenure expected investment leaving fit "
    "contact_new staffed_hours contact_imports contact_import hours "
    "concessions divergence "
    "survey_new survey_edit survey_question survey_publish survey_try survey_reward".split(),
    "dung": [
        "policies",
        "policy",
        "decisions",
        "policy_new",
        "thresholds",
        "threshold_helped",
        "threshold_cases",
        "defections",
        "defection",
        "defection_rule",
        "defection_rule_people",
        "defection_rule_past",
        "departed",
        "valued",
    ],
}
PUBLIC_PAGES = "today login public_reviews tell_us tell_us_thanks answer preferences api_root".split()
PUBLIC_PAGES += ["promise_answer", "solved", "reviews_how", "digest_stop"]
PUBLIC_PAGES += "my_data_ask my_data_asked my_data my_data_erase my_data_erased".split()
PUBLIC_PAGES += ["entrance", "kiosk", "survey_frame", "survey_shared"]
PUBLIC_PAGES += "password_reset password_reset_done password_reset_confirm password_reset_complete".split()
ERRORS = ["/nowhere/", "/s/cut-in-two/"]


def test_no_address_is_left_out():
    pages = {*PUBLIC_PAGES, *(name for names in STAFF_PAGES.values() for name in names)}

    assert sorted(pages | NO_PAGE) == sorted(TABLE)
    assert not pages & NO_PAGE


def test_the_pages_of_administrators_are_for_everybody(world, log_in, hire):
    page = log_in(hire("administrator", "lan"))

    found = barriers(page, [path for one in STAFF_PAGES["lan"] for path in paths(world, one)])
    assert not found, "\n".join(found)


def test_the_pages_of_customers_are_for_everybody(world, visitor):
    page = visitor(refused=[404])

    assert barriers(page, [path for one in PUBLIC_PAGES for path in paths(world, one)] + ERRORS) == []


def test_the_end_of_a_survey_is_for_everybody(world, visitor):
    answer(invitations.find(world.invitation))

    assert barriers(visitor(), [reverse("answer", args=[world.invitation])]) == []


LOOKS = {
    "vi": [(360, "light"), (1280, "dark"), (1280, "light"), (360, "dark")],
    "en": [(360, "dark"), (1280, "light")],
}
WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"target-size": {"enabled": True}},
}


# Of tables that scroll sideways: no word of a link or a note stands on two lines.
BROKEN = """() => {
  const range = document.createRange(), broken = [];
  for (const part of document.querySelectorAll(".wide-scroll td :is(a, .note)")) {
    const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/\\p{L}+/gu)) {
      range.setStart(texts.currentNode, word.index);
      range.setEnd(texts.currentNode, word.index + word[0].length);
      const lines = [...range.getClientRects()].filter(line => line.width).map(line => Math.round(line.top));
      if (new Set(lines).size > 1) broken.push(word[0]);
    }
  }
  return broken.join(" ");
}"""


def barriers(page, addresses):
    found = []
    for path in addresses:
        for language, looks in LOOKS.items():
            spoken = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": settings.BASE_URL}
            page.context.add_cookies([spoken])
            page.goto(path)
            if (heard := page.locator("html").get_attribute("lang")) != language:
                found += [f"{path} speaks {heard}, not {language}"]
            # An open menu lies over what is below it: once is enough.
            shut = "details" if path == addresses[0] else "details:not(.menu)"
            for one in page.locator(shut).all():
                one.evaluate("one => { one.open = true }")
            for width, scheme in looks:
                page.set_viewport_size({"width": width, "height": 740})
                page.emulate_media(color_scheme=scheme)
                found += [f"{path} in {language} at {width} px, {scheme}: {fault}" for fault in faults(page)]
    return found


def faults(page):
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if beyond > 0:
        yield f"{beyond} px beyond the edge"
    if broken := page.evaluate(BROKEN):
        yield f"a word falls apart: {broken}"
    for violation in Axe().run(page, options=WCAG).response["violations"]:
        places = violation["nodes"]
        yield f"{violation['id']}, {len(places)} times: {places[0]['html'][:200]}"
