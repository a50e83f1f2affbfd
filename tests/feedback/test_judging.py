"""How a complaint is handled: archetype, both sides, is it true, is it worth it, and nobody bears insults."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from feedback import cases, handling, judging, leases, message_plans, messages, overrides, procedure
from feedback.models import Analysis, Case, Decision, Event, FollowUp, Handling, Improvement, Message
from feedback.procedure import NotAllowed
from tests.factories import NOW, a_shop, case, comment, customer, order, read_comment, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(client):
    a_shop()
    client.cookies["django_language"] = "en"


@pytest.fixture
def mai(client):
    someone = user("staff", "Mai")
    client.force_login(someone)
    return someone


def loyal(name="Lan", orders=4):
    lan = customer(name)
    for n in range(orders):
        order(lan, placed_at=timezone.now() - timedelta(days=20 + 100 * n), total=Decimal(500_000))
    return lan


def told(by, words="Ấm bị vỡ khi mở hộp.", *, problem="damaged", flags=(), **columns):
    """A case that the jobs have decided."""
    reading = {"problem": problem, "fault": "ours", "flags": list(flags)}
    about = read_comment(words, reading=reading, channel="form", customer=by, **columns)
    made = cases.open_case(about, now=timezone.now())
    leases.run_once(cases.DECIDE, timezone.now())
    return Case.objects.select_related("comment__analysis", "customer", "order").get(pk=made.pk)


def url(made, what=""):
    return f"/cases/{made.public_id}/{what}"


RESOLVED = {"to": "resolved", "first_time": "yes", "cause_removed": "Packed better"}
IMPROVED = {"action": "Thicker boxes", "cause": "process", "due_on": "2026-12-20"}


def test_the_job_says_whom_we_have_before_us_with_reasons(client, mai):
    """S1-6: computed from history, shown with reasons."""
    made = told(loyal())

    page = client.get(url(made)).content.decode()

    assert made.handling.archetype == "passionate"
    assert "still passionate, still satisfied" in page
    assert "4 orders in 10 months" in page


def test_the_best_are_looked_at_first(mai):
    """S1-6: highest priority; their clocks are those of the next severity, never later."""
    ours, other = told(loyal()), told(customer("Minh"))

    assert ours.answer_by < other.answer_by
    assert ours.due_on <= other.due_on
    assert ours.severity == other.severity


def test_a_claimed_address_says_nothing(mai):
    """What a stranger could claim by typing an address moves nothing."""
    made = told(loyal(), customer_claimed=True)

    assert not Handling.objects.exists()
    cases.confirm_customer(made, by=mai)
    assert Handling.objects.get().archetype == "passionate"


def test_each_batch_asks_as_many_questions(django_assert_num_queries):
    people = [loyal(f"Lan{n}", orders=3) for n in range(5)]
    abouts = [read_comment(f"Vỡ {n}", channel="form", customer=one) for n, one in enumerate(people)]
    made = [cases.open_case(one, now=timezone.now()) for one in abouts]

    for few in (made[:1], made):
        rows = list(Case.objects.select_related("comment").filter(pk__in=[one.pk for one in few]))
        with transaction.atomic(), django_assert_num_queries(4):
            handling.reckon(rows, timezone.now())


@pytest.mark.parametrize("archetype", ["hater", "critic", "annoyed", "passionate", ""])
def test_it_never_changes_what_they_get(mai, archetype):
    """S1-6, decision 4: the decision, byte for byte, whatever somebody says they are."""
    made = told(customer())
    before = Decision.objects.get(comment=made.comment, is_current=True)

    judging.choose(made, archetype, why="Known.", known="", by=mai, now=NOW)
    made.comment.refresh_from_db()
    after = cases.decide_many([made.comment], timezone.now(), cases={made.comment_id: made})[made.comment_id]

    assert (after.facts_digest, after.decision_digest) == (before.facts_digest, before.decision_digest)
    words = [messages.words_of(made, messages.overrides.effective(one), one, message_plans.Plan())
             for one in (before, after)]  # fmt: skip
    assert words[0] == words[1]


def test_a_person_says_otherwise_with_a_reason(client, mai):
    made = told(loyal())

    refused = client.post(url(made, "archetype/"), {"archetype": "annoyed", "why": "", "known": "passionate"})
    client.post(
        url(made, "archetype/"), {"archetype": "annoyed", "why": "Told me so.", "known": "passionate"}
    )
    late = client.post(
        url(made, "archetype/"), {"archetype": "none", "why": "No.", "known": "passionate"}, follow=True
    )

    row = Handling.objects.get()
    assert refused.status_code == 400
    assert (row.final, row.archetype, row.chosen_by) == ("annoyed", "passionate", mai)
    assert "Told me so." in client.get(url(made)).content.decode()
    assert "Somebody else changed this case" in late.content.decode()


def test_reckoned_again_a_persons_word_stays(mai):
    made = told(loyal())
    judging.choose(made, "critic", why="Known.", known="passionate", by=mai, now=NOW)

    handling.reckon([made], timezone.now())

    assert Handling.objects.get().final == "critic"


def test_the_critic_is_verified_before_the_case_ends(client, mai):
    """S1-6: verdict with evidence; true makes an improvement action."""
    made = told(customer())
    judging.choose(made, "critic", why="Known.", known="", by=mai, now=NOW)

    refused = client.post(url(made, "state/"), RESOLVED)
    lacking = client.post(url(made, "verdict/"), {"verdict": "true", "evidence": "The photo shows it."})
    client.post(
        url(made, "verdict/"),
        {"verdict": "true", "evidence": "The photo shows it.", "owner": mai.pk, **IMPROVED},
    )
    client.post(url(made, "state/"), RESOLVED)

    made.refresh_from_db()
    assert refused.status_code == 400
    assert "First say whether it is true" in refused.content.decode()
    assert lacking.status_code == 400
    improvement = Improvement.objects.get()
    assert (improvement.case, improvement.problem, improvement.owner) == (made, "damaged", mai)
    assert made.state == "resolved"


def test_what_a_true_remark_asks_for_is_nobodys_who_may_not_end_it(client, mai):
    """S1-6: the improvement's owner is one who may say that it is done."""
    lan = user("administrator", "Lan")
    made = told(customer())
    judging.choose(made, "critic", why="Known.", known="", by=mai, now=NOW)
    true = {"verdict": "true", "evidence": "The photo shows it.", "owner": lan.pk, **IMPROVED}

    refused = client.post(url(made, "verdict/"), true)

    page = refused.content.decode()
    assert refused.status_code == 400
    assert "The photo shows it." in page
    assert 'Who does it <span class="note">(if it is true)</span>' in page
    assert not Improvement.objects.exists()


def test_what_is_not_true_closes_with_its_reason(client, mai):
    """S1-6: false closes with reason."""
    made = told(customer())
    judging.choose(made, "critic", why="Known.", known="", by=mai, now=NOW)

    with pytest.raises(handling.NotYet):
        cases.close(made, by=mai, why="withdrawn")
    client.post(url(made, "verdict/"), {"verdict": "false", "evidence": "The slip says otherwise."})
    client.post(url(made, "state/"), {"to": "closed", "closed_why": "no_complaint"})

    made.refresh_from_db()
    assert (made.state, Improvement.objects.count()) == ("closed", 0)


def test_two_verdicts_at_once_have_one_winner(mai):
    made = told(customer())
    judging.verify(made, "false", evidence="The slip.", known="", by=mai, now=NOW)

    with pytest.raises(cases.Stale):
        judging.verify(made, "false", evidence="Otherwise.", known="", by=mai, now=NOW)

    assert Handling.objects.get().evidence == "The slip."


def test_the_annoyed_are_weighed_with_their_value_beside(client, mai):
    """S1-6: worth shown, decision recorded."""
    made = told(loyal(), flags=["may_leave"])

    page = client.get(url(made)).content.decode()
    refused = client.post(url(made, "state/"), RESOLVED)
    client.post(url(made, "worth/"), {"worth": "win_back", "why": "Ten years with us."})
    client.post(url(made, "state/"), RESOLVED)

    made.refresh_from_db()
    assert made.handling.archetype == "annoyed"
    assert "₫2,000,000" in page.split("Are they worth winning back?")[1]
    assert refused.status_code == 400
    assert made.state == "resolved"


def test_the_best_are_told_what_was_done(client, mai):
    """S1-6: mandatory steps and a "what we did" message."""
    made = told(loyal())

    refused = client.post(url(made, "state/"), RESOLVED)
    client.post(url(made, "state/"), RESOLVED | {"is_told": "on"})

    made.refresh_from_db()
    assert "First tell them what was done" in refused.content.decode()
    assert made.state == "resolved"


def test_with_whom_nothing_helps_a_second_message_waits_for_an_approver(mai):
    """Decision 4: at most one factual answer by staff; the clock runs."""
    made = told(customer())
    judging.choose(made, "hater", why="Known.", known="", by=mai, now=NOW)
    first = handling.wants_senior(made)
    decision = Decision.objects.get(comment=made.comment, is_current=True)
    Message.objects.create(
        case=made, decision=decision, language="vi", drafted_text="…", text="…", drafted_at=NOW,
        state="sent", approved_by=mai, approved_at=NOW, channel="zalo", sent_by=mai, sent_at=NOW,
    )  # fmt: skip

    assert (first, handling.wants_senior(made)) == (False, True)
    assert made.due_on is not None


def test_both_sides_are_heard_before_a_decision(client, mai):
    """S1-4: where somebody of ours is complained of, nothing is approved or ends before they are asked."""
    made = told(customer(), "Nhân viên quát tôi.", problem="staff_conduct")
    decision = Decision.objects.get(comment=made.comment, is_current=True)
    text = messages.words_of(made, messages.overrides.effective(decision), decision, message_plans.Plan())
    draft = messages.edit(made, decision, text, message_plans.Plan(), by=mai, edition=0)

    why = messages.why_not(draft, mai)
    refused = client.post(url(made, "state/"), RESOLVED)
    client.post(url(made, "our-side/"), {"words": "Thu says that the phone rang."})

    draft = messages.at_work(made)
    assert why == handling.NO_SIDE
    assert "both sides are heard" in refused.content.decode()
    assert messages.why_not(draft, mai) == ""
    assert "Thu says that the phone rang." in client.get(url(made)).content.decode()


def test_a_note_of_our_side_covers_nobody_elses(client, mai):
    """S1-4: whoever opened the form before is shown both, and loses nothing."""
    made, words = told(customer()), {"words": "The phone rang."}
    client.post(url(made, "our-side/"), {"words": "Two waited."})

    answer = client.post(url(made, "our-side/"), words)

    page = answer.content.decode()
    assert (answer.status_code, Handling.objects.get().our_side) == (409, "Two waited.")
    assert "Two waited." in page
    assert "The phone rang." in page
    known = answer.context["handling"]["judged"]["our_side"]["known"].value()
    assert client.post(url(made, "our-side/"), words | {"known": known}).status_code == 302
    assert Handling.objects.get().our_side == "The phone rang."


ABUSE = {"flags": ["abuse"]}
COVERED = '<details class="covered">'


def test_abusive_words_are_covered_on_every_page(client, mai):
    """S1-11: masked until opened."""
    made = told(customer(), "Đồ khốn nạn.", flags=["abuse"])

    page = client.get(url(made)).content.decode()
    listed = client.get("/cases/").content.decode()
    owned = procedure.hand_over(made, to=mai, note="", by=mai, known=None)
    day = client.get("/day/").content.decode()

    before, after = page.split("Đồ khốn nạn.")[:2]
    assert before.rindex('<details class="covered">') > before.rindex('id="words"')
    assert "</details>" in after[:80]
    assert owned is None
    for shown in (listed, day):
        assert made.public_id in shown
        assert "Đồ khốn nạn." not in shown


@pytest.mark.parametrize(("words", "is_covered"), [("Đồ khốn nạn.", True), ("Ấm bị vỡ khi mở hộp.", False)])
def test_they_are_covered_before_the_job_has_read_them(client, words, is_covered):
    """S1-11: whoever is at the counter sees no insult for the seconds that reading takes."""
    client.force_login(user("front_line", "Thu"))
    lan, yesterday = customer(), timezone.localdate() - timedelta(days=1)
    made = case(comment(words, channel="form", customer=lan), due_on=yesterday)

    page = client.get(url(made)).content.decode()
    listed = [client.get(address).content.decode() for address in ("/cases/", "/day/", "/board/")]

    assert not Analysis.objects.exists()
    assert (COVERED in page) is is_covered
    assert [words in one for one in listed] == [not is_covered] * 3
    story = client.get(f"/customers/{lan.public_id}/").content.decode()
    assert (COVERED in story) is is_covered


def test_insults_and_threats_wait_for_an_approver_and_change_no_word(mai):
    """S1-11, decision 14: routed to a senior; no effect on the decision."""
    lan = customer()
    plain, insulted = told(lan), told(lan, "Ấm bị vỡ khi mở hộp!", flags=["abuse"])
    rows = [Decision.objects.get(comment=one.comment, is_current=True) for one in (plain, insulted)]

    drafts = [
        messages.edit(one, row, "Chào chị Lan.", message_plans.Plan(), by=mai, edition=0)
        for one, row in zip((plain, insulted), rows, strict=True)
    ]

    assert rows[0].decision_digest == rows[1].decision_digest
    assert [one.needs_approver for one in drafts] == [False, True]


def test_the_front_line_hands_insults_on(client):
    """S1-11, S2-9."""
    client.force_login(user("front_line", "Thu"))
    made = told(customer(), flags=["abuse"])

    client.post(url(made, "state/"), RESOLVED)

    made.refresh_from_db()
    assert made.state == "open"


def test_the_contact_is_stopped_by_rule_and_right_is_done_all_the_same(client, mai):
    """S1-11: staff may stop the contact by rule; from then on in writing."""
    boss = user("approver", "An")
    made = told(customer(), flags=["abuse"])
    with pytest.raises(NotAllowed):
        judging.stop(made, why="Twice.", by=boss, now=NOW)
    again = read_comment("Lũ khốn.", reading=ABUSE, channel="email", customer=made.customer)
    FollowUp.objects.create(case=made, comment=again)
    due = made.due_on

    forbidden = client.post(url(made, "contact/"), {"why": "Twice."})
    client.force_login(boss)
    client.post(url(made, "contact/"), {"why": "Twice."})
    page = client.get(url(made)).content.decode()

    made.refresh_from_db()
    assert forbidden.status_code == 403
    assert handling.is_stopped(made)
    assert "In writing only" in page
    assert 'value="phone"' not in page.split("How it was sent")[-1][:400]
    assert (made.state, made.due_on) == ("open", due)
    client.post(url(made, "contact/"), {"to": "resume"})
    assert not handling.is_stopped(made)
    assert Event.objects.filter(verb__startswith="contact ").count() == 2


def test_nobody_offers_to_talk_once_the_contact_is_stopped(client, mai):
    """S1-11: in writing only, so neither the choice nor the words offer a call."""
    made = told(customer(), problem="late", flags=["abuse"])
    cases.correct_fact(made.comment, "fault", "customer", reason="They were not at home.", by=mai)
    decision = Decision.objects.get(comment=made.comment_id, is_current=True)
    before = overrides.effective(decision)
    again = read_comment("Lũ khốn.", reading=ABUSE, channel="email", customer=made.customer)
    FollowUp.objects.create(case=made, comment=again)
    judging.stop(made, why="Twice.", by=mai, now=NOW)

    decision = Decision.objects.get(pk=decision.pk)
    after = overrides.effective(decision)

    assert "talk_it_over" in before.alternatives
    assert after == replace(before, alternatives=("trace_parcel",))
    plan = message_plans.proposal(made, decision, after, timezone.now())
    offers = [messages.words_of(made, one, decision, plan).count("\n– ") for one in (before, after)]
    assert offers == [2, 1]


def test_insults_on_the_phone_count_once_the_calls_are_joined(mai):
    """S1-11: each call is a case of its own; what was added to it counts too."""
    first, second = told(customer(), flags=["abuse"]), told(customer("Minh"))
    again = read_comment("Lũ khốn.", reading=ABUSE, channel="phone", customer=second.customer)
    FollowUp.objects.create(case=second, comment=again)
    assert handling.insults_in(first) == 1

    procedure.join(second, first, by=mai, now=NOW)
    judging.stop(first, why="Twice.", by=mai, now=NOW)

    assert handling.insults_in(first) == 2
    assert handling.is_stopped(first)


@pytest.mark.parametrize(
    "columns",
    [
        {"verdict": "true", "verdict_at": NOW},
        {"worth": "win_back"},
        {"archetype": "terrorist"},
        {"chosen": "critic"},
        {"stopped_at": NOW},
    ],
)
def test_the_database_keeps_no_half_word(columns):
    made = case()

    with pytest.raises(IntegrityError), transaction.atomic():
        Handling.objects.create(case=made, reckoned_at=NOW, **columns)


@pytest.mark.parametrize("what", ["archetype/", "verdict/", "worth/", "our-side/"])
@pytest.mark.parametrize("words", ["\x00", "x" * 2000, "  "])
def test_bad_input_is_named_and_nothing_is_kept(client, mai, what, words):
    made = told(customer())

    given = {"why": words, "words": words, "evidence": words, "archetype": "critic", "verdict": "false",
             "worth": "let_go"}  # fmt: skip
    answer = client.post(url(made, what), given)

    assert answer.status_code == 400
    row = Handling.objects.filter(case=made).first()
    assert row is None or not (row.chosen_at or row.verdict or row.worth or row.our_side)
