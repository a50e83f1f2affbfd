"""How a case is handled: severity, owner, watchers, joined cases, the steps of ISO 10002, escalation."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from feedback import case_clocks, case_forms, cases, escalation, leases, procedure
from feedback.models import Case, Event, OutgoingMail, Watch
from tests import factories
from tests.factories import NOW, a_shop, read_comment, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop():
    a_shop()


@pytest.fixture
def mai():
    return user("staff", "Mai")


def opened(channel="phone", now=NOW, **columns):
    case = cases.open_case(read_comment(channel=channel), now=now)
    Case.objects.filter(pk=case.pk).update(**columns)
    return Case.objects.select_related("comment").get(pk=case.pk)


def done(case):
    return {one.step.value for one in procedure.steps(case) if one.at}


@pytest.mark.parametrize(
    ("channel", "severity", "hours"),
    [("in_person", "minor", 1), ("phone", "ordinary", 4), ("form", "ordinary", 8), ("letter", "serious", 23)],
)
def test_its_clocks_start_when_it_is_told(channel, severity, hours):
    """S1-7: NOW is a Monday at ten; the office is open from eight to six."""
    case = opened(channel)

    assert (case.severity, case.answer_by - NOW) == (severity, timedelta(hours=hours))
    assert case.escalate_at == case.acknowledge_by <= case.answer_by


def test_no_shop_in_vietnam_takes_longer_than_the_law(mai):
    """L11"""
    case = opened("letter")
    procedure.assess(case, "minor", by=mai)

    assert case.due_on == factories.shop.working_days_later(NOW.date(), 7)


def test_a_person_judges_how_serious_it_is(mai):
    case = opened()

    procedure.assess(case, "serious", by=mai)

    assert (case.severity, case.answer_by - NOW) == ("serious", timedelta(hours=2))
    assert "assessment" in done(case)


def test_two_judge_at_once_and_one_is_told(mai):
    case = opened()
    on_another_page = Case.objects.select_related("comment").get(pk=case.pk)
    procedure.assess(case, "serious", by=mai)

    with pytest.raises(cases.Stale):
        procedure.assess(on_another_page, "minor", by=mai)


def test_the_first_answer_stops_its_clock(mai):
    case = opened()

    cases.wait(case, by=mai)

    first = Case.objects.get().answered_at
    cases.resolve(case, by=mai, first_time=False, cause_removed="Packed better")
    assert Case.objects.get().answered_at == first
    assert {"communication", "closure", "analysis"} <= done(case)


def test_it_is_handed_over_with_a_word(mai):
    case, bao = opened(), user("staff", "Bảo")
    procedure.hand_over(case, to=mai, note="", by=bao, known=None)

    procedure.hand_over(case, to=bao, note="Khách chỉ nghe máy buổi tối.", by=mai, known=mai.pk)

    assert (case.owner, case.handover) == (bao, "Khách chỉ nghe máy buổi tối.")
    data = Event.objects.filter(verb="case handed over").order_by("id").last().data
    assert data == {"to": bao.pk}  # no words in the record


def test_who_saw_another_owner_hands_nothing_over(mai):
    case, bao = opened(), user("staff", "Bảo")
    procedure.hand_over(case, to=mai, note="", by=mai, known=None)

    with pytest.raises(cases.Stale):
        procedure.hand_over(case, to=bao, note="", by=bao, known=None)


def test_who_takes_it_keeps_what_was_said_to_the_team(mai):
    case = opened(owner=mai)
    procedure.hand_over(case, to=None, note="Khách chỉ nghe máy buổi tối.", by=mai, known=mai.pk)

    assert procedure.take(case, by=mai)

    assert (case.owner, case.handover) == (mai, "Khách chỉ nghe máy buổi tối.")
    assert Event.objects.filter(verb="case taken", by=mai).count() == 1


def test_what_somebody_has_is_not_taken(mai):
    """Nor what has ended; nor by anybody who only reads."""
    bao = user("staff", "Bảo")
    hers, over = opened(owner=bao), opened(state="closed", closed_at=NOW)

    assert not procedure.take(hers, by=mai)
    assert not procedure.take(over, by=mai)
    with pytest.raises(procedure.CannotWork):
        procedure.take(opened(), by=user("advocate", "An"))

    assert (hers.owner, over.owner) == (bao, None)
    assert not Event.objects.filter(verb="case taken").exists()


def test_watching_twice_is_watching(mai):
    case = opened()
    for _each in range(2):
        procedure.watch(case, mai, NOW)
    assert Watch.objects.count() == 1

    procedure.unwatch(case, mai)
    assert not Watch.objects.exists()


def test_the_same_matter_is_joined(mai):
    first, again = opened(), opened("email")

    procedure.join(again, first, by=mai, now=NOW)

    assert (again.state, again.joined_to) == ("closed", first)
    assert {event.subject for event in Event.objects.filter(verb__in=["case closed", "case joined"])} == {
        f"feedback.case:{first.pk}",
        f"feedback.case:{again.pk}",
    }


def test_three_of_them_end_at_one(mai):
    first, second, third = opened(), opened("email"), opened("sms")
    procedure.join(third, second, by=mai, now=NOW)

    procedure.join(second, first, by=mai, now=NOW)

    third.refresh_from_db()
    assert third.joined_to == first


def test_what_cannot_be_joined_says_why(mai):
    first, again = opened(), opened("email")
    with pytest.raises(procedure.NotAllowed):
        procedure.join(first, first, by=mai, now=NOW)
    again.promises.create(
        what="call", by_when=NOW.date(), call_back_on=NOW.date() + timedelta(days=1), made_at=NOW
    )
    with pytest.raises(procedure.NotAllowed):
        procedure.join(again, first, by=mai, now=NOW)
    cases.close(first, by=mai, why="withdrawn")
    with pytest.raises(cases.Stale):
        procedure.join(opened("sms"), first, by=mai, now=NOW)


def test_opened_again_it_is_joined_no_more(mai):
    first, again = opened(), opened("email")
    procedure.join(again, first, by=mai, now=NOW)

    cases.reopen(again, by=mai)

    assert (again.state, again.joined_to) == ("open", None)


def test_the_database_keeps_what_is_joined_closed(mai):
    first, again = opened(), opened("email")

    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=again.pk).update(joined_to=first)


def test_the_steps_are_read_from_the_records(mai):
    """L12: ISO 10002, clauses 7 and 8."""
    case = opened()
    assert done(case) == {"receipt"}

    procedure.acknowledge(case, now=NOW, by=mai)
    cases.decide_many([case.comment], NOW, cases={case.comment_id: case})
    cases.correct_fact(case.comment, "investigated", "yes", reason="Asked the carrier.", by=mai)
    cases.resolve(case, by=mai, first_time=True, cause_removed="Packed better")
    procedure.note_step(case, "audit", by=mai)

    assert done(case) == {
        *("receipt", "acknowledgement", "investigation", "communication", "closure", "analysis", "audit")
    }
    assert [one.step for one in procedure.steps(case)] == list(procedure.Step)


def test_a_step_that_acts_show_is_not_recorded_by_hand(mai):
    with pytest.raises(ValueError, match="closure"):
        procedure.note_step(opened(), "closure", by=mai)


def test_it_is_acknowledged_once(mai):
    case = opened()

    assert [procedure.acknowledge(case, now=NOW, by=mai) for _each in range(2)] == [True, False]


def look(now):
    return leases.run_once(escalation.ESCALATE, now)


@pytest.fixture
def huy():
    return user("manager", "Huy", email="huy@shop.example", language="en")


def test_unanswered_it_is_shown_to_a_manager(huy):
    case = opened()
    procedure.acknowledge(case, now=NOW)
    look(case.acknowledge_by)
    assert look(case.answer_by - timedelta(minutes=1)) == 0

    assert look(case.answer_by) == 1

    case.refresh_from_db()
    letter = OutgoingMail.objects.get()
    assert (case.escalations, letter.to) == (1, "huy@shop.example")
    assert "1 complaint is late" in letter.subject
    assert case.public_id in letter.text
    assert case.comment.text not in letter.text
    assert Event.objects.get(verb="case escalated").data == {"why": "answer"}
    assert look(case.answer_by) == 0


def whys():
    return [event.data["why"] for event in Event.objects.filter(verb="case escalated").order_by("id")]


def test_not_acknowledged_it_is_shown_to_a_manager_then_unanswered_then_unsettled(huy):
    """ISO 10002: each step that is overdue, by its age; once each until the last day is over."""
    case = opened()
    assert case.acknowledge_by < case.answer_by
    assert look(case.acknowledge_by - timedelta(minutes=1)) == 0

    for _each in range(3):
        case.refresh_from_db()
        assert [look(case.escalate_at) for _twice in range(2)] == [1, 0]

    assert whys() == ["acknowledge", "answer", "settle"]
    letters = list(OutgoingMail.objects.order_by("id").values_list("text", flat=True))
    assert ["not acknowledged yet" in text for text in letters] == [True, False, False]
    assert ["without an answer" in text for text in letters] == [False, True, False]


def test_whoever_was_answered_knows_that_we_have_it(huy):
    case = opened()
    case_clocks.answered(Case.objects.all(), NOW)

    look(case.acknowledge_by)

    assert (whys(), OutgoingMail.objects.count()) == ([], 0)


def test_in_person_nobody_waits_to_be_told(huy):
    """They stand before us, and whoever notes it tells them."""
    case = opened("in_person", severity="minor")
    procedure.acknowledge(case, now=NOW)

    look(case.acknowledge_by)

    case.refresh_from_db()
    assert (whys(), case.escalate_at) == ([], case.answer_by)


def test_answered_in_time_it_is_shown_when_it_is_not_settled(huy, mai):
    case = opened()
    case_clocks.answered(Case.objects.all(), NOW)
    look(case.acknowledge_by)
    case.refresh_from_db()
    assert (case.escalations, OutgoingMail.objects.count()) == (0, 0)

    look(case.escalate_at)

    case.refresh_from_db()
    assert case.escalations == 1
    assert Event.objects.get(verb="case escalated").data == {"why": "settle"}


def test_still_open_it_is_shown_again_and_then_seldom(huy):
    case, days = opened(due_on=NOW.date() - timedelta(days=1)), []
    for _each in range(5):
        case.refresh_from_db()
        now = case.escalate_at
        look(now)
        case.refresh_from_db()
        days.append(factories.shop.calendar().between(now.date(), case.escalate_at.date()))

    assert case.escalations == 5
    assert days[1:] == [2, 5, 5, 5]


def test_what_is_settled_is_shown_to_nobody(huy, mai):
    case = opened()
    cases.close(case, by=mai, why="withdrawn")

    assert look(NOW + timedelta(days=60)) == 0


def test_owner_and_watchers_hear_of_theirs(huy):
    bao = user("staff", "Bảo", email="bao@shop.example")
    an = user("advocate", "An", email="an@shop.example")
    user("staff", "Yên", email="yen@shop.example")
    mine, watched = opened(owner=bao), opened("email")
    procedure.watch(watched, an, NOW)

    look(NOW + timedelta(days=30))

    letters = {letter.to: letter.text for letter in OutgoingMail.objects.all()}
    assert letters.keys() == {"huy@shop.example", "bao@shop.example", "an@shop.example"}
    assert mine.public_id in letters["bao@shop.example"]
    assert watched.public_id not in letters["bao@shop.example"]
    assert watched.public_id in letters["an@shop.example"]


def test_a_broken_promise_sets_its_clock_anew(huy, mai):
    case = opened()
    cases.close(case, by=mai, why="withdrawn")
    cases.reopen(case, by=mai)

    assert look(NOW + timedelta(days=400)) == 1


@pytest.mark.parametrize("role", ["advocate", "administrator"])
def test_who_may_not_work_on_cases_is_given_none(client, mai, role):
    """S2-8: an advocate reads; nobody who only sets up carries a case or a promise."""
    about, an = opened(), user(role, "An")
    client.force_login(mai)

    answer = client.post(f"/cases/{about.public_id}/owner/", {"to": an.pk, "note": "", "known": ""})

    assert answer.status_code == 400
    assert not case_forms._staff_rows().filter(pk=an.pk).exists()
    with pytest.raises(procedure.CannotWork):
        procedure.hand_over(about, to=an, note="", by=mai, known=None)
    about.refresh_from_db()
    assert about.owner is None
