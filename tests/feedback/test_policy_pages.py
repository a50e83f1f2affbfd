"""The policy in the browser: versions, a new one by form or file, its proof and replay, and its way."""

import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback import cases, policies, policy_words, trials, work
from feedback.models import Policy, PolicyTrial
from feedback.policy.prove import prove
from feedback.policy.statutory import shipped
from feedback.policy.terms import Terms
from feedback.policy.written import changes, to_toml
from feedback.policy_forms import TermsForm
from tests import factories

pytestmark = pytest.mark.django_db
SHIPPED = Terms.shipped().as_dict()


@pytest.fixture(autouse=True)
def shop():
    factories.a_shop()


@pytest.fixture
def huy(client):
    made = factories.user("manager", "Huy")
    client.force_login(made)
    client.cookies["django_language"] = "en"
    return made


def words(answer):
    """What the page says, without tags and needless room."""
    return " ".join(re.sub("<[^>]+>", " ", answer.content.decode()).split())


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("en", ["European Union", "14 days from delivery, ordered from afar only", "article 9: withdrawal"]),
        ("vi", ["Liên minh châu Âu", "Chỉ thị 2011/83/EU, điều 9", "Bộ luật Dân sự 91/2015/QH13"]),
    ],
)
def test_it_lists_the_rights_by_law_with_source_and_date(client, huy, language, parts):
    """L13: by country, beside what the policy says."""
    client.cookies["django_language"] = language

    shown = html.unescape(words(client.get("/policy/")))

    assert all(part in shown for part in parts)
    assert all(right.source_in(language) in shown for right in shipped())
    assert "2026-11-20" in shown


def test_each_thing_on_the_form_has_an_id_of_its_own(client, huy):
    """Two forms stand on the page; a label must lead to its own field."""
    ids = re.findall(r' id="([^"]+)"', client.get("/policy/new/").content.decode())

    assert len(ids) == len(set(ids)) > 20


def filled(like=SHIPPED, **changes):
    """The form as a browser sends it back, with `changes`."""
    form = TermsForm(like=like)
    sent = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent |= {"comment": "Help more customers."} | changes
    return {name: given for name, given in sent.items() if given not in (None, [])}


def uploaded(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return {"file": SimpleUploadedFile("policy.toml", raw), "comment": "From a file."}


def proposed(huy, **sums):
    data = SHIPPED | {"money": SHIPPED["money"] | {"VND": SHIPPED["money"]["VND"] | sums}}
    made = policies.propose(data, comment="…", by=huy, now=timezone.now())
    factories.proved(made)
    return made


def test_the_form_says_what_the_policy_says(huy):
    """Sent back as it is, it changes nothing."""
    form = TermsForm(filled(), like=SHIPPED)

    assert form.is_valid(), form.errors
    assert changes(SHIPPED, form.raw()) == []


@pytest.mark.parametrize(("share", "shown"), [("1", "100"), ("0", "0"), ("0.5", "50"), ("0.015", "1.5")])
def test_a_version_of_the_shops_own_is_filled_in_as_it_is(huy, share, shown):
    """All of an order was once filled in as 1 per cent: the next version gave a hundredth of it."""
    own = SHIPPED | {"goodwill": SHIPPED["goodwill"] | {"share_of_order": share}}
    form = TermsForm(filled(own), like=own)

    assert form["goodwill.share_of_order"].value() == shown
    assert form.is_valid(), form.errors
    assert changes(own, form.raw()) == []


def test_two_versions_in_a_row_differ_by_what_was_typed(client, huy):
    client.post("/policy/new/", filled(**{"money.VND.valued_from": "1500000"}))
    first = Policy.objects.get()
    client.post("/policy/new/?like=1", filled(first.terms, **{"money.VND.valued_from": "2000000"}))

    second = Policy.objects.get(version=2)
    assert [one.path for one in changes(first.terms, second.terms)] == ["money.VND.valued_from"]


def test_a_manager_proposes_a_version(client, huy):
    answer = client.post(reverse("policy_new"), filled(**{"money.VND.valued_from": "1500000"}), follow=True)

    made = Policy.objects.get()
    assert (made.version, made.author, made.state) == (1, huy, "proposed")
    assert made.terms["money"]["VND"]["valued_from"] == "1500000"
    assert sorted(made.trials.values_list("kind", flat=True)) == ["backtest", "proof"]
    assert "Every kind of case is being tried" in words(answer)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"money.VND.fee": "-1"}, "Ensure this value is greater than or equal to 0."),
        ({"money.VND.step": "0"}, "Must be more than zero"),
        ({"goodwill.share_of_order": "101"}, "Ensure this value is less than or equal to 100."),
        ({"windows.investigate": "8"}, "Ensure this value is less than or equal to 7."),
        ({"own_fault.late": ["refund", "redo"]}, "Must also offer send a new one"),
        ({"alternatives.late": ["hand_on", "hand_on"]}, "Names the same thing twice"),
        ({"alternatives.late": ["shrug"]}, "“shrug” is not one of"),
        ({"alternatives.default": []}, "This field is required."),
        ({"starts_on": "2040-02-02", "ends_on": "2040-02-01"}, "Is before the start"),
        ({"starts_on": "2020-02-02"}, "Is over already"),
        ({"comment": ""}, "This field is required."),
    ],
)
def test_it_says_at_the_field_what_cannot_be(client, huy, changes, said):
    """Bad input loses nothing of what was typed."""
    answer = client.post(reverse("policy_new"), filled(**{"money.USD.fee": "77"} | changes))

    assert answer.status_code == 400
    assert said in words(answer)
    assert 'value="77"' in answer.content.decode()
    assert not Policy.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (to_toml(SHIPPED).replace("[costs]", "[cost]"), "cost: is not a field of a policy"),
        (re.sub(r"\[costs\][^[]+", "", to_toml(SHIPPED)), "What things cost us (costs): is missing"),
        (to_toml(SHIPPED) + '\n[alternatives]\nlate = ["hand_on"]', "The file: line"),
        (to_toml(SHIPPED).replace('fee = "2"', 'fee = "-2"'), "Paying back costs us in fees (money.USD.fee)"),
        (to_toml(SHIPPED).replace("[money.USD]", "[money.XBT]"), "(money.XBT): is not a currency we know"),
        (
            "ends_on = 2040-01-01\nstarts_on = 2040-01-02\n" + to_toml(SHIPPED),
            "(ends_on): is before the start",
        ),
        (b"\xff\xfe\x00", "The file is not a text in UTF-8."),
        (b"x" * 100_001, "At most 100 kB"),
        ("", "The submitted file is empty."),
    ],
    ids=["unknown", "missing", "overlapping", "negative", "currency", "days", "bytes", "long", "empty"],
)
def test_a_file_that_cannot_be_is_refused_with_its_field(client, huy, text, said):
    answer = client.post(reverse("policy_upload"), uploaded(text))

    assert answer.status_code == 400
    assert said in words(answer)
    assert not Policy.objects.exists()


def test_it_names_the_field_in_vietnamese(client):
    client.force_login(factories.user("manager", "Huy"))
    client.cookies["django_language"] = "vi"

    answer = client.post(reverse("policy_upload"), uploaded(to_toml(SHIPPED).replace('"15000"', '"-1"')))

    assert "Số tiền bằng VND: Phí mỗi lần hoàn tiền (money.VND.fee): không được âm" in words(answer)


def test_a_file_it_wrote_is_taken_back(client, huy):
    factories.policy(by=huy)
    sent = client.get(reverse("policy_file", args=[1])).content

    client.post(reverse("policy_upload"), uploaded(sent))

    made = Policy.objects.get(version=2)
    assert made.terms | {"version": "1", "comment": "…"} == SHIPPED | {"version": "1", "comment": "…"}


def test_sums_in_another_currency_are_added(client, huy):
    page = client.get(reverse("policy_new") + "?currency=JPY").content.decode()
    sums = dict.fromkeys(SHIPPED["money"]["VND"], "100")
    sent = filled() | {f"money.JPY.{name}": given for name, given in sums.items()}

    client.post(reverse("policy_new"), sent)

    assert 'name="money.JPY.fee"' in page
    assert Policy.objects.get().terms["money"]["JPY"]["fee"] == "100"


def test_it_shows_what_is_otherwise(client, huy):
    factories.policy(by=huy, starts_at=timezone.now() - timedelta(days=1))
    made = proposed(huy, valued_from="1500000")

    said = words(client.get(reverse("policy", args=[made.version])))

    assert "Sums in VND: A customer is valued from a lifetime value of ₫3,000,000 ₫1,500,000" in said


def test_it_shows_the_counter_example(client, huy):
    """In plain words: what would be answered, and why that breaks the rule."""
    made = proposed(huy, goodwill_at_most="0")
    proof = prove(Terms.from_dict(made.terms))
    Policy.objects.filter(pk=made.pk).update(proof=proof.as_dict(), proof_holds=proof.holds)

    said = words(client.get(reverse("policy", args=[made.version])))

    assert "Broken: Every rule can fire." in said
    assert "The rule “goodwill” can never fire in VND." in said
    assert "It cannot be adopted: it breaks a rule, see the proof." in said


@pytest.mark.parametrize("language", ["en", "vi"])
def test_it_says_any_counter_example_in_words(client, huy, language):
    """Facts as a sentence, the answer, the reason; for a rule of every kind."""
    facts = {"problem": "wrong_address", "fault": "customer", "standing": "valued", "currency": "VND",
             "lifetime_value": "7000000", "order_value": "250000", "earlier_concessions": 1}  # fmt: skip
    answer = {"rule": "goodwill", "reason": "goodwill", "policy_version": "1",
              "remedies": [{"kind": "credit", "amount": "9000000", "currency": "VND"}]}  # fmt: skip
    example = {"facts": facts, "decision": answer, "instead_of": None}
    made = proposed(huy)
    proof = {"cases": 1, "invariants": [{"name": "profitable", "example": example}]}
    Policy.objects.filter(pk=made.pk).update(proof=proof, proof_holds=False)
    client.cookies["django_language"] = language

    said = words(client.get(reverse("policy", args=[made.version])))

    expected = {
        "en": "Wrong address given, fault: the customer&#x27;s, valued customer, lifetime value ₫7,000,000, "
        "order of ₫250,000, 1 earlier concession.",
        "vi": "giá trị trọn đời 7.000.000\xa0₫, đơn hàng 250.000\xa0₫, 1 lần nhượng bộ trước.",
    }
    assert expected[language].replace("\xa0", " ") in said.replace("\xa0", " ").replace("&nbsp;", " ")


def test_an_advocate_speaks_and_a_manager_adopts(client, huy):
    """S2-8, in the browser."""
    made = proposed(huy, valued_from="1500000")
    page, an = reverse("policy", args=[made.version]), factories.user("advocate", "An")
    assert "before an advocate has spoken" in words(client.post(f"{page}adopt/", follow=True))

    client.force_login(an)
    assert client.post(f"{page}speak/", {"words": " "}).status_code == 400
    client.post(f"{page}speak/", {"words": "Fewer people are turned away."})
    client.force_login(huy)
    said = words(client.post(f"{page}adopt/", follow=True))

    assert "It counts from now on." in said
    assert "Fewer people are turned away." in said
    assert policies.live(timezone.now()) == made


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "You can speak once the proof has run"), ("vi", "Bạn có thể nói sau khi kiểm chứng đã chạy")],
)
def test_before_the_proof_the_advocate_is_told_to_wait(client, huy, language, says):
    """S2-8: and what was typed meanwhile is not lost."""
    made = policies.propose(Terms.shipped().as_dict(), comment="…", by=huy, now=timezone.now())
    page = reverse("policy", args=[made.version])
    client.force_login(factories.user("advocate", "An"))
    client.cookies["django_language"] = language

    before = words(client.get(page))
    answer = client.post(f"{page}speak/", {"words": "Fewer are turned away."})

    made.refresh_from_db()
    assert says in before
    assert f"{page}speak/" not in before
    assert (answer.status_code, made.advocate) == (409, None)
    assert "Fewer are turned away." in words(answer)


def test_the_author_is_told_to_ask_somebody_else(client, huy):
    made = proposed(huy)
    huy.groups.add(factories.user("advocate").groups.get())

    said = words(client.post(reverse("policy_speak", args=[made.version]), {"words": "Fine."}, follow=True))

    assert "somebody else has to speak" in said
    made.refresh_from_db()
    assert made.advocate is None


def test_the_replay_names_the_cases(client, huy):
    """Which answers change, from what to what, and what that costs."""
    policies.in_force(timezone.now() - timedelta(days=1))
    about = a_case(spent=2_000_000)
    made = proposed(huy, valued_from="1500000")
    work.drain(trials.TRY)

    said = words(page := client.get(reverse("policy", args=[made.version])))
    table = client.get(reverse("policy_replay_csv", args=[made.version])).getvalue().decode()

    assert "1 case of the last 6 months" in said
    assert "1 get another answer" in said
    assert "customer → valued customer standard answer with an alternative goodwill: send it again" in said
    assert reverse("case", args=[about.public_id]) in page.content.decode()
    assert "wrong_address,regular,valued,rule,standard,goodwill send_again,1,0,310000,0" in table


def test_the_proof_warns_of_cases_that_the_change_does_not_speak_of(client, huy):
    """S3-2: goodwill stands beside a right by law, too; each kind of case comes with an example."""
    policies.in_force(timezone.now() - timedelta(days=1))
    made = proposed(huy, valued_from="1500000")
    work.drain(trials.TRY)

    said = html.unescape(words(client.get(reverse("policy", args=[made.version]))))

    assert "304 of 60,800 kinds of cases get another answer than by version 1" in said
    unmeant, meant = said.split("Cases change, too")[1].split("Of these the changed fields speak:")
    assert "Right by law: other things to choose from · every problem · 152 kinds of cases" in unmeant
    assert "Standard answer with an alternative → goodwill · every problem · 152 kinds of cases" in meant
    assert "What was asked for is refused." in meant


def test_a_version_that_says_the_same_decides_nothing_otherwise(client, huy):
    policies.in_force(timezone.now() - timedelta(days=1))
    made = proposed(huy)
    work.drain(trials.TRY)

    said = words(client.get(reverse("policy", args=[made.version])))

    assert "kinds of cases get the same answer as by version 1" in said
    assert "Cases change, too" not in said


def test_the_replay_says_which_version_cost_what_whatever_counts_now(client, huy):
    """A version that was withdrawn, or counts since, is not compared with “what counts”."""
    policies.in_force(timezone.now() - timedelta(days=1))
    a_case(spent=2_000_000)
    made = proposed(huy, valued_from="1500000")
    work.drain(trials.TRY)
    trial = made.trials.get(kind="backtest")
    trial.result["months"] |= {"2026-01": {"before": "0", "after": "0", "unknown": 0}}  # drawn from two on
    trial.save()
    client.post(reverse("policy_withdraw", args=[made.version]))

    said = words(client.get(reverse("policy", args=[made.version])))

    assert "₫0 under version 1, ₫310,000 under version 2" in said


@pytest.mark.parametrize(
    ("until", "is_open"), [("2026-03-31T16:59:59", True), ("2026-03-31T17:00:00", False)]
)
def test_the_month_that_was_not_over_is_drawn_as_such(client, huy, until, is_open):
    """It is no drop: by the shop's own days, where it is seven hours later."""
    policies.in_force(timezone.now() - timedelta(days=1))
    a_case(spent=2_000_000)
    made = proposed(huy, valued_from="1500000")
    work.drain(trials.TRY)
    trial = made.trials.get(kind="backtest")
    sums = {"before": "0", "after": "310000", "unknown": 0}
    trial.result |= {"months": {"2026-02": sums, "2026-03": sums}, "until": f"{until}+00:00"}
    trial.save()

    page = client.get(reverse("policy", args=[made.version]))

    assert ("The last month was not over: dotted end, hollow dot." in words(page)) is is_open
    assert (b' open" d=' in page.content) is is_open


def a_case(*, spent):
    now = timezone.now()
    lan = factories.customer("Lan")
    bought = factories.order(lan, total=Decimal(spent) / 4)
    factories.order(lan, total=Decimal(spent) * 3 / 4)
    about = factories.read_comment(
        customer=lan, order=bought, channel="form", reading={"problem": "wrong_address", "fault": "customer"}
    )
    opened = factories.case(about, opened_at=now)
    cases.decide_many([about], now, cases={about.pk: opened})
    return opened


def test_other_months_can_be_asked_for(client, huy):
    made = proposed(huy)
    PolicyTrial.objects.update(finished_at=timezone.now())

    client.post(reverse("policy_try", args=[made.version]), {"months": "12"})

    assert PolicyTrial.objects.get(finished_at=None).months == 12
    assert client.post(reverse("policy_try", args=[made.version]), {"months": "-3"}).status_code == 302


@pytest.mark.parametrize(("language", "said"), [("en", "6 months"), ("vi", "6 tháng qua")])
def test_months_are_counted_in_the_language_of_whoever_looks(client, huy, language, said):
    client.cookies["django_language"] = language

    assert said in words(client.get(reverse("thresholds")))


def test_what_the_shipped_terms_say_of_themselves_is_translated(client, huy):
    policies.in_force(timezone.now())
    client.cookies["django_language"] = "vi"

    assert Terms.shipped().comment == policy_words.SHIPPED
    for page in (reverse("policies"), reverse("policy", args=[1])):
        said = words(client.get(page))
        assert "Own fault" not in said
        assert "khắc phục trọn vẹn" in said


def test_a_withdrawn_version_was_never_in_force(client, huy):
    made = proposed(huy)
    client.post(reverse("policy_withdraw", args=[made.version]))

    said = words(client.get(reverse("policy", args=[made.version])))

    assert "never in force" in said
    assert "in force from" not in said
    assert "withdrawn before the customers' advocate spoke" in html.unescape(said)
    listed = words(client.get(reverse("policies")))
    assert "withdrawn today" in listed
    assert "withdrawn from today" not in listed


def test_thresholds_say_what_each_would_have_spent_and_kept(client, huy):
    """S3-3: 55 % of 500,000 and the parcel; 25 % of 2,000,000 is what Lan earned us."""
    a_case(spent=2_000_000)

    said = words(client.get(reverse("thresholds"), {"threshold": "1000000"}))
    table = client.get(reverse("thresholds_csv")).getvalue().decode().splitlines()

    assert "Valued from ₫1,000,000: 1 customer helped, ₫310,000 spent, ₫190,000 kept." in said
    assert "By the threshold that counts now no case of this time would have been helped" in said
    assert table[1] == "0,1,1,310000,500000,190000,VND"
    assert table[-1] == "9000000,0,0,0,0,0,VND"


@pytest.mark.parametrize(
    "query", ["months=0", "months=x", "threshold=-1", "threshold=1e400", "threshold=%00"]
)
def test_thresholds_refuse_what_cannot_be(client, huy, query):
    assert client.get(f"{reverse('thresholds')}?{query}").status_code == 400
    assert client.get(f"{reverse('thresholds_csv')}?{query}").status_code == 400


@pytest.mark.parametrize("version", ["0", "99", "99999999999999999999"])
def test_a_version_that_is_not_there(client, huy, version):
    for rest in ("", "policy.toml", "replay.csv"):
        assert client.get(f"/policy/{version}/{rest}").status_code == 404


def test_a_longer_list_asks_no_more(client, huy):
    factories.policy(by=huy)
    few = asked(client)
    for version in range(2, 12):
        factories.policy(version, by=huy)

    assert asked(client) <= few


def asked(client):
    client.get(reverse("policies"))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("policies")).status_code == 200
    return len(queries)
