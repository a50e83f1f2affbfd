"""The defection workbench: defined in the browser and tried first, and followed down to each customer."""

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from feedback import defections, leases, wallet, work
from feedback.defection.rules import Kind, Rule
from feedback.defection_forms import PRESETS
from feedback.front import headlines
from feedback.models import Defection, DefectionRule
from feedback.reports import defections as report
from tests import factories, workbook
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TRY = {"kind": "days", "days": "30", "judged_by": "30"}


@pytest.fixture(autouse=True)
def the_time(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def huy(client):
    factories.a_shop()
    client.cookies["django_language"] = "en"
    huy = factories.user("manager", "Huy")
    client.force_login(huy)
    return huy


@pytest.fixture
def lan(huy):
    lan = factories.customer("Lan")
    for days in (65, 55, 45, 35):
        factories.order(lan, total=Decimal(100_000), placed_at=NOW - timedelta(days=days))
    return lan


def as_(client, role):
    client.force_login(factories.user(role, "Bảo"))


def cells(response):
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_without_a_definition_the_page_says_so(client, huy):
    page = client.get(reverse("defections")).content.decode()

    assert "Nobody has said yet when a customer has left" in page
    assert reverse("defection_rule") in page


def test_a_definition_is_tried_before_it_counts(client, lan):
    """S2-1: how many it would flag today, and a back-test of how many came back, before it is saved."""
    response = client.get(reverse("defection_rule"), TRY)

    assert (response.context["seen"].flagged, response.context["seen"].n) == (1, 1)
    assert response.context["seen"].tested.flagged == 0
    assert "No purchase for more than 30 days" in response.content.decode()
    assert not DefectionRule.objects.exists()


@pytest.mark.parametrize(("days", "words"), [("30", "60 days"), ("89", "1 day<"), ("90", "0 days")])
def test_a_trial_shows_how_it_would_have_done(client, huy, days, words):
    """S2-3: precision, recall, false alarms a week, lead time, and who came back."""
    for last in (250, 240, 230):
        customer = factories.customer("Minh")
        for ago in (last + 60, last + 30, last):
            factories.order(customer, placed_at=NOW - timedelta(days=ago))

    response = client.get(reverse("defection_rule"), {"kind": "days", "days": days})

    tested = response.context["seen"].tested
    assert tested.flagged_and_left > 0
    assert "Sooner by" in response.content.decode()
    assert words in response.content.decode()


def test_a_trial_stands_beside_how_many_stopped_anyway(client, huy):
    """S2-3: of 40 customers 10 stay; the rule finds 20 of the 30 who stopped and none who came. Wilson:
    30 of 40 is 75 % (59.8 to 85.8), 20 of 20 is 100 % (83.9 to 100), 20 of 30 is 66.7 % (48.8 to 80.8)."""
    stopped = [(300, 290)] * 20 + [(300, 130)] * 10
    for days in [*stopped, *[(300, 130, 60)] * 10]:
        customer = factories.customer("Minh")
        for ago in days:
            factories.order(customer, placed_at=NOW - timedelta(days=ago))
    given = {"kind": "days", "days": "60", "judged_by": "90"}

    shown = client.get(reverse("defection_rule"), given)
    text = client.get(reverse("defection_rule_csv"), given).getvalue().decode()

    tested = shown.context["seen"].tested
    assert (tested.base_rate.count, tested.base_rate.n) == (30, 40)
    assert [round(end, 3) for end in (tested.base_rate.low, tested.base_rate.high)] == [0.598, 0.858]
    rows = {row["figure"]: row for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff")))}
    assert rows["precision"]["share"] == "1.0"
    assert (rows["precision"]["low"], rows["precision"]["high"]) == ("0.8389", "1.0")
    assert (rows["recall"]["count"], rows["recall"]["of"]) == ("20", "30")
    assert (rows["recall"]["low"], rows["recall"]["high"]) == ("0.4878", "0.8077")
    page = " ".join(shown.content.decode().split())
    assert "30 of all 40 customers bought nothing in that time" in page
    assert "it knows something" in page
    assert reverse("defection_rule_csv") in page
    book = workbook.sheets(client.get(reverse("defection_rule_xlsx"), given).getvalue())
    assert [row[0] for row in next(iter(book.values()))[1:]] == list(rows)
    assert reverse("defection_rule_xlsx") in page

    assert client.get(reverse("defection_rule_csv"), {"kind": "sometimes"}).status_code == 404
    told = client.get(reverse("api_definition_tried"), given).json()
    assert told["base_rate"] == {"count": 30, "of": 40, "share": 0.75, "low": told["base_rate"]["low"],
                                 "high": told["base_rate"]["high"]}  # fmt: skip
    assert told["precision"]["low"] == pytest.approx(0.8389, abs=1e-4)
    assert client.get(reverse("api_definition_tried"), {"kind": "sometimes"}).status_code == 400


def test_a_trial_of_a_rule_that_finds_nobody_divides_by_nobody(client, huy):
    customer = factories.customer("Minh")
    for ago in (300, 200, 100):
        factories.order(customer, placed_at=NOW - timedelta(days=ago))
    given = {"kind": "days", "days": "3000"}

    assert client.get(reverse("defection_rule"), given).status_code == 200
    told = client.get(reverse("api_definition_tried"), given).json()
    assert told["precision"] == {"count": 0, "of": 0, "share": None, "low": None, "high": None}


def test_numbers_that_every_rule_has_are_no_matter_of_liking(client, huy):
    """Left out, each takes its usual value, and the form says which."""
    page = client.get(reverse("defection_rule")).content.decode()

    assert "(if you like)" not in page
    assert "(left empty: 2)" in page


def test_a_trial_says_when_a_rule_is_slower_than_waiting(client, huy):
    customer = factories.customer("Minh")
    for ago in (400, 360, 320):
        factories.order(customer, placed_at=NOW - timedelta(days=ago))

    page = client.get(
        reverse("defection_rule"), {"kind": "interval", "times": "3", "judged_by": "30"}
    ).content.decode()

    assert "Later by" in page


def test_what_was_tried_is_what_is_kept(client, huy, lan):
    """The form beneath the trial holds the same settings, without any script."""
    tried = client.get(reverse("defection_rule"), {"kind": "interval", "times": "2.5", "at_least": "20"})

    response = client.post(reverse("defection_rule_keep"), dict(tried.context["kept"]))

    assert response.status_code == 302
    expected = Rule(kind=Kind.INTERVAL, times=2.5, at_least=20)
    assert defections.in_force().rule == expected
    assert defections.in_force().owner == huy


@pytest.mark.parametrize("language", ["vi", "en"])
def test_numbers_are_kept_in_any_language(client, huy, lan, language):
    """2.5 must not become 2,5 on its way through a Vietnamese page."""
    client.cookies["django_language"] = language

    page = client.get(reverse("defection_rule"), {"kind": "interval", "times": "2.5"}).content.decode()

    assert '<input type="hidden" name="times" value="2.5">' in page


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "sometimes"},
        {"kind": ""},
        {"kind": "interval", "times": "nan"},
        {"kind": "interval", "times": "1e999"},
        {"kind": "interval", "at_least": "90", "at_most": "30"},
        {"kind": "days", "days": "-1"},
        {"kind": "days", "days": "9" * 400},
        {"kind": "visits", "periods": "60", "days": "3660"},
        {"kind": "days", "category": "no such thing"},
    ],
)
def test_a_definition_that_cannot_be_is_refused_with_its_reason(client, huy, given):
    for response in (
        client.get(reverse("defection_rule"), given),
        client.post(reverse("defection_rule_keep"), given),
    ):
        assert response.status_code == 400
        assert response.context["form"].errors
    assert not DefectionRule.objects.exists()


@pytest.mark.parametrize(
    ("given", "language", "words"),
    [
        ({"once_days": "10"}, "en", "times their usual interval; 10 days for who came but once"),
        ({"once_days": "10", "once_visits": "2"}, "en", "; 10 days for who came at most 2 times"),
        ({"once_visits": "2"}, "en", "; by the shop’s usual interval for who came at most 2 times"),
        ({"once_visits": "2"}, "vi", "theo khoảng cách thường thấy của shop với khách mới mua tối đa 2 lần"),
    ],
)
def test_how_new_customers_are_judged_is_said_and_kept(client, huy, lan, given, language, words):
    """S2-1: one interval is no habit yet."""
    client.cookies["django_language"] = language

    tried = client.get(reverse("defection_rule"), {"kind": "interval"} | given)
    client.post(reverse("defection_rule_keep"), dict(tried.context["kept"]))

    assert words in tried.content.decode()
    assert defections.in_force().rule.once_visits == int(given.get("once_visits", 1))


@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
def test_every_kind_can_be_tried(client, lan, kind):
    assert client.get(reverse("defection_rule"), {"kind": kind}).context["seen"].n == 1


def test_every_preset_can_be_tried(client, lan):
    presets = client.get(reverse("defection_rule")).context["presets"]

    assert [
        client.get(f"{reverse('defection_rule')}?{address}").status_code for _words, address in presets
    ] == [200] * len(presets)


def test_a_manager_defines_it_and_gets_the_alert(client, huy, lan):
    """S2-3: the pattern, the owner and the task, once the job ran."""
    client.post(reverse("defection_rule_keep"), TRY)
    work.sweep(work.jobs())

    page = client.get(reverse("defections")).content.decode()

    assert "every 10 days → 35 days" in page
    assert "Lan" in page
    assert "₫400,000" in page


def test_the_rate_is_the_headline_with_its_interval(client, huy):
    """S2-6: the rate, its target, by cohort of first purchase; too few are counted and not named."""
    factories.defection(owner=huy)
    months = [["2026-01-01", 50, 10], ["2026-02-01", 50, 10], ["2026-04-01", 20, 10], ["2026-07-01", 40, 4]]
    DefectionRule.objects.update(result={"cohorts": months}, judged_at=NOW)

    response = client.get(reverse("defections"))
    page = response.content.decode()

    assert response.context["rate"].whole.rate == 34 / 160
    assert "34 of 160; 95 % interval 16% to 28%. Aim: none." in page
    assert [(one.n, one.rate) for _name, one, _url in response.context["quarters"]] == [
        (40, 0.1), (20, None), (100, 0.2),
    ]  # fmt: skip
    assert "figure" in response.context


def test_a_quarter_too_young_to_tell_is_no_success(client, huy):
    """S2-6: who came but once is found only after so many days; until then few seem to have left."""
    factories.defection(owner=huy)
    ends = NOW.date().replace(day=1)
    months = [["2025-01-01", 50, 10], ["2025-04-01", 50, 12], [ends.isoformat(), 50, 1]]
    DefectionRule.objects.update(result={"cohorts": months, "tells_after": 250}, judged_at=NOW)

    response = client.get(reverse("defections"))

    assert [(one.n, one.rate) for _name, one, _url in response.context["quarters"]] == [
        (50, None), (50, 0.24), (50, 0.2),
    ]  # fmt: skip
    assert response.content.decode().count("too young to tell") == 1
    assert [line.value for line in response.context["figure"].wide.lines] == [24.0]
    young = cells(client.get(reverse("defection_cohorts_csv")))[-1]
    assert (young["left"], young["rate"], young["too_young"]) == ("1", "", "1")


def test_the_rate_is_on_todays_page(client, huy):
    factories.defection(owner=huy)
    factories.read_comment()
    DefectionRule.objects.update(result={"cohorts": [["2026-01-01", 100, 25]]}, judged_at=NOW)
    headlines.find_now()

    page = client.get(reverse("today")).content.decode()

    assert "25 of 100 until today. Aim: none." in page
    assert "1 customer stopped buying and is to be asked why" in page


def test_the_cohorts_as_csv_have_their_interval(client, huy):
    factories.defection(owner=huy)
    DefectionRule.objects.update(result={"cohorts": [["2026-01-01", 100, 25]]}, judged_at=NOW)

    (row,) = cells(client.get(reverse("defection_cohorts_csv")))

    assert (row["first_purchase_from"], row["n"], row["left"], row["rate"]) == (
        "2026-01-01",
        "100",
        "25",
        "0.25",
    )
    assert float(row["low"]) < 0.25 < float(row["high"])


def test_the_list_as_csv_says_what_the_page_says(client, huy):
    row = factories.defection(owner=huy)
    factories.defection(state="came_back", came_back_on=NOW.date(), last_bought_on=NOW.date(), owner=huy)

    (line,) = cells(client.get(reverse("defections_csv")))

    assert (line["id"], line["pattern"], line["state"]) == (row.public_id, "every 12 days → 31 days", "open")
    assert len(cells(client.get(reverse("defections_csv"), {"state": "all"}))) == 2


def test_staff_ask_and_a_manager_decides(client, huy):
    """S2-4: the cause in the customer's words, and a recorded decision."""
    row = factories.defection(owner=huy)
    as_(client, "staff")
    said = {"owner": huy.pk, "cause": "staff", "said": "Nhân viên cộc lốc"}

    client.post(reverse("defection_contact", args=[row.public_id]), said)
    refused = client.post(
        reverse("defection_answer", args=[row.public_id]), {"answer": "training", "reason": "x"}
    )
    client.force_login(huy)
    client.post(
        reverse("defection_answer", args=[row.public_id]), {"answer": "training", "reason": "it was us"}
    )

    row.refresh_from_db()
    assert refused.status_code == 403
    assert (row.state, row.cause, row.said, row.answer) == (
        "closed",
        "staff",
        "Nhân viên cộc lốc",
        "training",
    )
    page = client.get(reverse("defection", args=[row.public_id])).content.decode()
    assert "train staff" in page
    assert "it was us" in page


def test_an_answer_without_a_reason_is_refused(client, huy):
    row = factories.defection(owner=huy, state="contacted", cause="cheaper")

    response = client.post(reverse("defection_answer", args=[row.public_id]), {"answer": "price"})

    assert response.status_code == 400
    assert "This field is required" in response.content.decode()


def test_what_is_over_says_so_and_stays(client, huy):
    row = factories.defection(owner=huy, state="came_back", came_back_on=NOW.date())

    response = client.post(
        reverse("defection_contact", args=[row.public_id]), {"owner": huy.pk, "cause": "cheaper"}, follow=True
    )

    assert "It was over in the meantime" in response.content.decode()
    assert Defection.objects.get().cause == ""


def test_causes_stand_with_what_they_cost_the_dearest_first(client, huy):
    """S2-5: per cause, defectors and value lost."""
    for cause, worth in (("cheaper", 100), ("staff", 900), ("cheaper", 200)):
        factories.defection(owner=huy, state="contacted", cause=cause, value_lost=worth)

    causes = client.get(reverse("defections")).context["causes"]

    assert [(row.cause, row.n, row.value) for row in causes] == [("staff", 1, 900), ("cheaper", 2, 300)]


def test_each_cause_and_what_was_decided_lead_to_their_customers(client, huy):
    """S2-4, S2-5: and so do those who were asked and wait."""
    done = {"state": "closed", "answer_reason": "x", "answered_by": huy, "answered_at": NOW}
    for cause, more in (
        ("cheaper", {"answer": "price", **done}), ("cheaper", {"answer": "nothing", **done}),
        ("cheaper", {"state": "contacted"}), ("staff", {"answer": "training", **done}),
    ):  # fmt: skip
        factories.defection(owner=huy, cause=cause, **more)
    page = client.get(reverse("defections"))
    text = page.content.decode()

    def listed(query):
        assert f'href="?{query.replace("&", "&amp;")}#list"' in text
        return client.get(f"{reverse('defections')}?{query}").context["page"].paginator.count

    for row in page.context["causes"]:
        assert listed(f"state=all&cause={row.cause}") == row.n
        for answer, n in row.answers.items():
            assert n == 0 or listed(f"state=all&cause={row.cause}&answer={answer}") == n
    assert listed("state=contacted") == page.context["now"].asked == 1


@pytest.mark.parametrize(
    "given", [{"answer": "x"}, {"state": "nowhere"}, {"cause": "x"}, {"page": "x"}, {"page": "-1"}]
)
def test_filters_that_cannot_be_are_no_error_of_ours(client, huy, given):
    factories.defection(owner=huy)

    assert client.get(reverse("defections"), given).status_code in (200, 400)
    assert client.get(reverse("defections_csv"), given).status_code in (200, 400)


def test_its_queries_do_not_grow(client, huy, django_assert_max_num_queries):
    for _n in range(30):
        factories.defection(owner=huy)

    with django_assert_max_num_queries(14):
        client.get(reverse("defections"))


def test_it_stands_in_the_customers_story(client, huy, lan):
    row = factories.defection(lan, owner=huy)

    page = client.get(reverse("customer", args=[lan.public_id])).content.decode()

    assert "Stopped buying: every 12 days → 31 days" in page
    assert reverse("defection", args=[row.public_id]) in page


def test_a_rule_of_an_older_program_breaks_no_page(client, huy):
    factories.defection(owner=huy)
    DefectionRule.objects.update(settings=json.loads('{"kind": "gone"}'))

    assert client.get(reverse("defections")).status_code == 200
    assert client.get(reverse("defection_rule")).status_code == 200


ASKED = {
    "cause": "staff",
    "said": "Hỏi gì cũng bị gắt.",
    "why_0": "nhân viên mới",
    "why_2": "không ai chỉ việc",
}


@pytest.fixture
def gone(huy):
    return factories.defection(factories.customer("Lan", phone="+84900000077"), owner=huy)


def test_the_interview_opens_from_the_task_and_says_whom_to_call(client, gone):
    """S2-4: filled in by staff on the phone, at once."""
    address = reverse("defection_interview", args=[gone.public_id])

    assert address in client.get(reverse("defection", args=[gone.public_id])).content.decode()
    assert 'href="tel:+84900000077"' in client.get(address).content.decode()


def test_whys_are_kept_and_the_last_is_the_root(client, gone):
    """S2-4: five times why, down to something that can be changed; one left out between two is no line."""
    response = client.post(reverse("defection_interview_keep", args=[gone.public_id]), ASKED)

    gone.refresh_from_db()
    assert response.status_code == 302
    assert (gone.state, gone.cause, gone.said) == ("contacted", "staff", ASKED["said"])
    assert gone.whys.splitlines() == ["nhân viên mới", "không ai chỉ việc"]
    page = client.get(reverse("defection", args=[gone.public_id])).content.decode()
    assert "At the root: không ai chỉ việc" in page
    assert "nhân viên mới → không ai chỉ việc" in page


def test_an_interview_can_be_gone_on_with(client, gone):
    client.post(reverse("defection_interview_keep", args=[gone.public_id]), ASKED)

    form = client.get(reverse("defection_interview", args=[gone.public_id])).context["form"]

    assert [form[f"why_{n}"].value() for n in range(3)] == ["nhân viên mới", "không ai chỉ việc", None]


@pytest.mark.parametrize(
    ("field", "value"),
    [("cause", ""), ("cause", "x"), ("why_1", "x" * 201), ("said", "a\x00b"), ("why_0", "\x00")],
)
def test_an_interview_that_cannot_be_kept_loses_nothing(client, gone, field, value):
    response = client.post(reverse("defection_interview_keep", args=[gone.public_id]), ASKED | {field: value})

    assert response.status_code == 400
    assert response.context["form"].errors.keys() == {field}
    assert response.context["form"]["why_2"].value() == "không ai chỉ việc"


def test_an_interview_after_the_end_changes_nothing(client, gone):
    Defection.objects.update(state="came_back", came_back_on=NOW.date())

    client.post(reverse("defection_interview_keep", args=[gone.public_id]), ASKED)

    assert Defection.objects.get().whys == ""


def test_the_short_form_leaves_the_whys(client, gone, huy):
    client.post(reverse("defection_interview_keep", args=[gone.public_id]), ASKED)
    client.post(
        reverse("defection_contact", args=[gone.public_id]),
        {"owner": huy.pk, "cause": "product", "said": "vỡ"},
    )

    gone.refresh_from_db()
    assert (gone.cause, gone.root) == ("product", "không ai chỉ việc")


@translation.override("en")
def by_their_own_word():
    return next(one for words, one in PRESETS if "by their own word" in str(words))


def test_half_of_the_visits_elsewhere_is_a_definition_to_start_from(client, huy, lan):
    """S2-1: by their own word, tried and kept like any other."""
    wallet.note(lan, 50, now=NOW)
    settings = by_their_own_word()

    response = client.get(reverse("defection_rule"), settings)

    assert (response.context["seen"].flagged, response.context["seen"].n) == (1, 1)
    assert "Says that at most 50 of 100 visits are with us" in response.content.decode()
    client.post(reverse("defection_rule_keep"), dict(response.context["kept"]))
    assert defections.in_force().rule == Rule(kind=Kind.SHARE, share=50, days=365)


@pytest.mark.parametrize(("days_ago", "is_tried"), [(1, False), (95, True), (500, False)])
def test_their_word_is_tried_on_a_past_in_which_they_had_given_it(client, huy, lan, days_ago, is_tried):
    """S2-1: else it would say of a good definition that it finds nobody."""
    factories.order(lan, total=Decimal(100_000), placed_at=NOW - timedelta(days=520))
    wallet.note(lan, 50, now=NOW - timedelta(days=days_ago))
    settings = by_their_own_word()

    page = client.get(reverse("defection_rule"), settings)

    assert (page.context["seen"].tested is not None) is is_tried
    assert ("It cannot be tried on the past: 90 days ago" in page.content.decode()) is not is_tried


@pytest.mark.parametrize("share", ["-1", "100", "x"])
def test_a_share_that_cannot_be_is_said(client, huy, share):
    response = client.get(reverse("defection_rule"), {"kind": "share", "share": share})

    assert response.status_code == 400
    assert response.context["form"].errors.keys() == {"share"}


def test_an_alert_says_how_often_its_definition_was_wrong(client, huy):
    row = factories.defection(owner=huy)
    address = reverse("defection", args=[row.public_id])

    tested = {"on": "2026-10-17", "window": 30, "flagged": 40, "came_back": 10}
    DefectionRule.objects.update(result={"cohorts": [["2026-01-01", 100, 25]], "tested": tested})

    for page in (address, reverse("defections")):
        assert "10 of 40 whom it would have found on 17 Oct bought again within 30 days" in (
            client.get(page).content.decode()
        )


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"result": None}, "being counted"),
        ({"result": None, "failed_at": NOW}, "counting them failed"),
        ({"result": None, "ended_at": NOW}, "never counted: another definition came before it was"),
        ({"result": {"cohorts": [], "tested": None}}, "not known yet: too little past"),
        (
            {
                "result": {
                    "cohorts": [],
                    "tested": {"on": "2026-10-17", "window": 30, "flagged": 0, "came_back": 0},
                }
            },
            "on 17 Oct it would have found nobody",
        ),
    ],
)
def test_why_false_alarms_are_not_known_is_said(client, huy, columns, said):
    """S2-3: some seconds after a definition was kept they are being counted; that is no short past."""
    row = factories.defection(owner=huy)
    DefectionRule.objects.update(**columns)

    page = client.get(reverse("defection", args=[row.public_id])).content.decode()

    assert said in page
    assert ("<progress" in page) is (said == "being counted")


def test_the_page_is_looked_at_again_until_the_job_has_run(client, huy):
    defections.define(Rule(kind=Kind.DAYS), by=huy, now=NOW)
    page = client.get(reverse("defections")).content.decode()
    assert "being counted" in page
    assert " data-watch" in page

    leases.run_once(defections.FIND, NOW)

    page = client.get(reverse("defections")).content.decode()
    assert "being counted" not in page
    assert " data-watch" not in page


def test_an_alert_of_a_definition_that_was_replaced_says_so(client, huy):
    row = factories.defection(owner=huy)
    pages = (reverse("defection", args=[row.public_id]), reverse("defections"))
    assert not any("an earlier definition" in client.get(page).content.decode() for page in pages)

    defections.define(Rule(kind=Kind.DAYS, days=30, judged_by=30), by=huy, now=NOW)

    assert all("an earlier definition" in client.get(page).content.decode() for page in pages)


def test_what_was_spent_in_another_currency_is_in_no_sum(huy):
    """S2-3: the shop has changed its currency since; the customers still count."""
    ours = factories.defection(owner=huy, value_lost=Decimal(1_800_000), currency="VND")
    theirs = factories.defection(owner=huy, value_lost=Decimal("250.50"), currency="USD")
    Defection.objects.filter(pk__in=[ours.pk, theirs.pk]).update(cause="price")

    assert (report.now().to_ask, report.now().value) == (2, Decimal(1_800_000))
    assert [(row.n, row.value) for row in report.causes()] == [(2, Decimal(1_800_000))]


def told(page):
    return " ".join(page.content.decode().split())


@pytest.fixture
def replaced(client, huy, lan):
    """Found after 30 days; then the manager keeps 90, and the job looks."""
    for days in ("30", "90"):
        client.post(reverse("defection_rule_keep"), TRY | {"days": days})
        work.drain(defections.FIND)
    return client.get(reverse("defections")).context["withdrawing"]


def test_the_alerts_of_an_earlier_definition_are_closed_by_one_button(client, replaced):
    """Said, listed and closed together, whichever language; a second click says that it is done."""
    page = client.get(reverse("defections"), {"state": "outdated"})
    assert "1 open alert of an earlier definition holds no more" in told(page)
    assert [row.customer.name for row, _pattern in page.context["rows"]] == ["Lan"]

    first, second = (
        client.post(reverse("defections_withdraw"), replaced, follow=True) for _click in range(2)
    )

    assert "1 alert was closed: definition replaced." in told(first)
    assert "They are closed already." in told(second)
    assert "holds no more</h2>" not in told(first)
    assert Defection.objects.get().state == "withdrawn"
    row = client.get(reverse("defections"), {"state": "withdrawn"}).context["rows"][0][0]
    assert "definition replaced" in told(client.get(reverse("defection", args=[row.public_id])))


def test_until_the_job_has_looked_it_is_said_that_it_is_not_known(client, huy, lan):
    for days in ("30", "90"):
        page = client.post(reverse("defection_rule_keep"), TRY | {"days": days}, follow=True)
        if days == "30":
            work.drain(defections.FIND)

    assert "1 open alert comes from an earlier definition. Whether it still holds" in told(page)
    assert page.context.get("withdrawing") is None


@pytest.mark.parametrize("wrong", [{}, {"rule": "x"}, {"judged_at": "x"}, {"rule": "0"}])
def test_what_is_shown_no_more_closes_nothing(client, replaced, wrong):
    response = client.post(reverse("defections_withdraw"), replaced | wrong if wrong else {}, follow=True)

    assert "Everybody was looked at anew meanwhile." in told(response)
    assert Defection.objects.get().state == "open"


def test_only_a_manager_closes_them(client, replaced):
    as_(client, "administrator")
    page = told(client.get(reverse("defections")))

    assert reverse("defections_withdraw") not in page
    assert client.post(reverse("defections_withdraw"), replaced).status_code == 403
