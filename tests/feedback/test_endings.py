"""How a case ended for the customer, and what is done about its cause."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from feedback import case_clocks, cases, improvements, satisfaction, shop
from feedback.models import Case, Comment, Event, Improvement, OutgoingMail
from feedback.procedure import steps
from tests import factories
from tests.factories import NOW, a_shop, customer, read_comment, user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _shop(client):
    a_shop()
    client.cookies["django_language"] = "en"


@pytest.fixture
def mai(client):
    someone = user("staff", "Mai")
    client.force_login(someone)
    return someone


@pytest.fixture
def solved(mai):
    about = read_comment(channel="phone", customer=customer("Lan"))
    made = cases.open_case(about, now=NOW)
    cases.resolve(made, by=mai, first_time=True, cause_removed="New foam", root_cause="process", is_told=True)
    return Case.objects.select_related("comment__analysis", "customer").get()


def link():
    letter = OutgoingMail.objects.get()
    return next(line for line in letter.text.splitlines() if "/solved/" in line).split("8000")[1]


def test_resolving_says_how_it_was(solved):
    """S0-1, S1-15, S4-6: first contact, root cause, told."""
    assert (solved.resolved_first_time, solved.root_cause) == (True, "process")
    assert solved.end_told_at
    assert "analysis" in {one.step.value for one in steps(solved) if one.at}


def test_on_the_page_too(client, mai):
    made = cases.open_case(read_comment(channel="phone"), now=NOW)
    given = {
        "to": "resolved",
        "first_time": "no",
        "cause_removed": "x",
        "root_cause": "supplier",
        "is_told": "on",
    }

    client.post(f"/cases/{made.public_id}/state/", given)

    made.refresh_from_db()
    assert (made.root_cause, made.resolved_first_time) == ("supplier", False)


@pytest.mark.parametrize("cause", ["aliens", "\x00", "process" * 90])
def test_a_cause_that_is_none(client, mai, cause):
    made = cases.open_case(read_comment(channel="phone"), now=NOW)
    given = {"to": "resolved", "first_time": "no", "cause_removed": "x", "root_cause": cause}

    assert client.post(f"/cases/{made.public_id}/state/", given).status_code == 400
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.update(root_cause="aliens")


def test_asked_by_one_link_they_say_yes(client, solved):
    client.post(f"/cases/{solved.public_id}/satisfied/ask/")
    client.logout()

    assert client.get(link()).status_code == 200
    solved.refresh_from_db()
    assert solved.satisfied is None  # a scanner opened it

    client.post(link(), {"satisfied": "yes", "words": "Cảm ơn!"})

    solved.refresh_from_db()
    assert (solved.satisfied, solved.satisfied_words, solved.state) == (True, "Cảm ơn!", "resolved")
    assert "satisfaction" in {one.step.value for one in steps(solved) if one.at}


def test_no_opens_it_again_on_new_clocks(client, solved):
    client.post(f"/cases/{solved.public_id}/satisfied/ask/")

    client.post(link(), {"satisfied": "no", "words": ""})
    client.post(link(), {"satisfied": "yes", "words": ""})  # too late: the first answer counts

    solved.refresh_from_db()
    assert (solved.state, solved.satisfied, solved.resolved_at) == ("open", False, None)
    assert solved.answer_by > timezone.now() - DAY
    assert Event.objects.get(verb="case rated").data == {"satisfied": False}


@pytest.mark.parametrize("by_us", [True, False])
def test_no_counts_after_any_yes(client, solved, mai, by_us):
    """S4-6: from the page to the case that is open again."""
    client.post(f"/cases/{solved.public_id}/satisfied/ask/")
    satisfaction.note(solved, satisfied=True, words="Fine.", by=mai if by_us else None, now=timezone.now())

    assert 'value="no"' in client.get(link()).content.decode()
    for _ in range(2):
        answer = client.post(link(), {"satisfied": "no", "words": "It broke again."}, follow=True)

    solved.refresh_from_db()
    assert (solved.state, solved.satisfied) == ("open", False)
    assert solved.satisfied_words == "Fine.\nIt broke again."
    assert [one.comment.text for one in solved.follow_ups.all()] == ["It broke again."]
    assert "Your case is open again" in answer.content.decode()


def test_what_they_add_afterwards_is_kept_in_the_case(client, solved, mai):
    """S4-6: each words once; thanks leave an ended case as it is."""
    client.post(f"/cases/{solved.public_id}/satisfied/ask/")
    for words in ("Great", "Great", "Thank you, wonderful service!"):
        said = client.post(link(), {"satisfied": "yes", "words": words}, follow=True).content.decode()
    solved.refresh_from_db()
    assert (solved.state, solved.satisfied, solved.satisfied_words) == ("resolved", True, "Great")
    assert "We have put your words into your case." in said

    cases.reopen(solved, by=mai)
    client.post(link(), {"satisfied": "no", "words": "It leaks again."})

    assert [one.comment.text for one in solved.follow_ups.order_by("pk")] == [
        "Thank you, wonderful service!",
        "It leaks again.",
    ]


@pytest.mark.parametrize("given", [{}, {"satisfied": "maybe"}, {"satisfied": "yes", "words": "x" * 501}])
def test_an_answer_that_is_none(client, solved, given):
    client.post(f"/cases/{solved.public_id}/satisfied/ask/")

    assert client.post(link(), given).status_code == 400
    solved.refresh_from_db()
    assert solved.satisfied is None


def test_after_a_new_ending_the_old_letter_opens_nothing(client, solved, mai):
    client.post(f"/cases/{solved.public_id}/satisfied/ask/")
    old = link()
    cases.reopen(solved, by=mai)
    cases.resolve(solved, by=mai, first_time=False, cause_removed="x")
    satisfaction.ask(Case.objects.get(), by=mai, now=timezone.now())

    assert client.get(old).status_code == 404


def test_what_somebody_heard_counts_as_well(client, solved):
    client.post(f"/cases/{solved.public_id}/satisfied/", {"satisfied": "yes", "words": ""})

    with pytest.raises(satisfaction.Stale):
        satisfaction.note(solved, satisfied=False, now=NOW)
    solved.refresh_from_db()
    assert solved.satisfied is True


@pytest.mark.parametrize("words", ["x" * 501, "It broke\x00 again"])
def test_what_they_said_is_not_lost_when_it_cannot_be_used(client, solved, words):
    answer = client.post(f"/cases/{solved.public_id}/satisfied/", {"satisfied": "yes", "words": words})

    assert answer.status_code == 400
    assert answer.context["handling"]["rating"].errors["words"]
    assert words in answer.content.decode()
    assert 'aria-describedby="id_words_error"' in answer.content.decode()
    assert 'id="id_words_error"' in answer.content.decode()


def test_nor_when_somebody_answered_before(client, solved):
    for words, status in (("Fine.", 302), ("It broke again.", 409)):
        answer = client.post(f"/cases/{solved.public_id}/satisfied/", {"satisfied": "no", "words": words})
        assert answer.status_code == status

    assert "It broke again." in answer.content.decode()


@pytest.mark.parametrize("note", ["x" * 301, "Only in\x00 the evening"])
def test_a_note_for_the_next_is_not_lost_when_it_cannot_be_used(client, mai, note):
    made = cases.open_case(read_comment(channel="phone"), now=NOW)

    answer = client.post(f"/cases/{made.public_id}/owner/", {"to": mai.pk, "note": note})

    assert answer.status_code == 400
    assert answer.context["handling"]["owner"].errors["note"]
    assert note in answer.content.decode()


def test_they_are_asked_once_a_day_and_not_while_it_is_open(solved, mai):
    satisfaction.ask(solved, by=mai, now=timezone.now())
    with pytest.raises(satisfaction.NotAllowed):
        satisfaction.ask(solved, by=mai, now=timezone.now())
    satisfaction.ask(solved, by=mai, now=timezone.now() + DAY)
    cases.reopen(solved, by=mai)
    with pytest.raises(satisfaction.Stale):
        satisfaction.ask(Case.objects.get(), by=mai, now=timezone.now() + 3 * DAY)


def planned(mai, **columns):
    today = shop.day(timezone.now())
    given = {"action": "New foam", "problem": "late", "cause": "process", "owner": mai, "due_on": today,
             "measure_on": today + 30 * DAY} | columns  # fmt: skip
    return improvements.plan(by=mai, now=timezone.now(), **given)


def told(days_ago):
    at = timezone.now() - days_ago * DAY
    return factories.case(read_comment(channel="phone"), reason="late", opened_at=at)


def test_an_improvement_is_measured_beside_as_many_days_before(mai):
    """S1-13: touchpoint, problem, owner, action, due, re-measure."""
    row = planned(mai)
    improvements.done(row, by=mai, now=timezone.now() - 40 * DAY)
    for days in (45, 50, 60, 79, 3, 90):
        told(days)
    Improvement.objects.update(measure_on=shop.day(timezone.now()), due_on=shop.day(timezone.now()) - DAY)
    row.refresh_from_db()

    improvements.measure(row, by=mai, now=timezone.now())

    assert (row.state, row.days, row.before, row.after) == ("measured", 40, 4, 1)


def test_it_is_not_measured_before_its_day(mai):
    row = planned(mai)
    with pytest.raises(improvements.Stale):
        improvements.measure(row, by=mai, now=timezone.now())
    improvements.done(row, by=mai, now=timezone.now())
    with pytest.raises(improvements.TooEarly):
        improvements.measure(row, by=mai, now=timezone.now())
    with pytest.raises(improvements.Stale):
        improvements.drop(row, by=mai)


def test_a_line_is_added_from_a_case(client, solved, mai):
    page = client.get(f"/work-plan/?case={solved.public_id}").context["form"]
    assert (page.initial["cause"], page.initial["action"]) == ("process", "New foam")

    answer = client.post(
        "/work-plan/",
        {"action": "New foam", "problem": "late", "cause": "process", "owner": mai.pk, "due_on": "2026-12-01",
         "measure_on": "2027-01-01", "case": solved.public_id, "touchpoint": ""},
    )  # fmt: skip

    assert answer.status_code == 302
    assert Improvement.objects.get().case == solved
    assert "New foam" in client.get("/work-plan/").content.decode()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"measure_on": "2026-12-01"}, "measure_on"),
        ({"due_on": "0000-01-01"}, "due_on"),
        ({"due_on": "9999-12-31"}, "due_on"),
        ({"owner": "x"}, "owner"),
        ({"owner": "9" * 40}, "owner"),
        ({"cause": "\x00"}, "cause"),
        ({"action": ""}, "action"),
        ({"case": "no-such\x00case"}, "case"),
    ],
)
def test_a_line_that_cannot_be(client, mai, given, field):
    good = {"action": "New foam", "problem": "late", "cause": "process", "owner": mai.pk,
            "due_on": "2026-12-01", "measure_on": "2027-01-01"}  # fmt: skip

    answer = client.post("/work-plan/", good | given)

    assert answer.status_code == 400
    assert field in answer.context["form"].errors


def test_a_line_is_given_only_to_who_may_say_that_it_is_done(client, mai):
    """S1-13: the owner of a line marks it done; the counter and the administrator cannot."""
    an = user("advocate", "An")
    others = [user("front_line", "Thu"), user("administrator", "Lan")]
    good = {"action": "New foam", "problem": "late", "cause": "process", "due_on": "2026-12-01",
            "measure_on": "2027-01-01"}  # fmt: skip

    offered = client.get("/work-plan/").context["form"].fields["owner"].queryset
    refused = [client.post("/work-plan/", good | {"owner": one.pk}).status_code for one in others]
    client.post("/work-plan/", good | {"owner": an.pk})

    assert set(offered) == {mai, an}
    assert refused == [400, 400]
    assert Improvement.objects.get().owner == an


def test_on_the_page_a_line_is_done(client, mai):
    row = planned(mai)

    client.post(f"/work-plan/{row.public_id}/", {"to": "done"})
    client.post(f"/work-plan/{row.public_id}/", {"to": "done"})
    client.post(f"/work-plan/{row.public_id}/", {"to": "nothing"})

    row.refresh_from_db()
    assert row.state == "done"
    assert Event.objects.filter(verb="improvement done").count() == 1


def test_who_may_only_look_adds_nothing(client):
    client.force_login(user("administrator", "Thu"))

    assert client.get("/work-plan/").status_code == 200
    assert client.post("/work-plan/", {}).status_code == 404


@pytest.mark.parametrize("by_link_after_yes", [False, True])
def test_not_satisfied_never_makes_it_due_later(solved, mai, by_link_after_yes):
    """L11, S4-6: it never was put right; whoever says so, and whatever they add."""
    late = timezone.localdate() - 9 * DAY
    Case.objects.update(due_on=late)
    if by_link_after_yes:
        satisfaction.note(solved, satisfied=True, now=timezone.now(), by=mai)
        satisfaction.hear(solved, satisfied=False, words="It broke again.", now=timezone.now())
    else:
        satisfaction.note(solved, satisfied=False, now=timezone.now(), by=mai)

    solved.refresh_from_db()
    assert (solved.state, solved.due_on) == ("open", late)


def test_not_satisfied_is_answered_by_its_own_clock(solved, mai):
    """S1-7: who stood before us waits no longer because the answer came in writing."""
    now = timezone.now()
    Case.objects.update(due_on=None)
    Comment.objects.update(channel="in_person")

    satisfaction.note(solved, satisfied=False, now=now, by=mai)

    solved.refresh_from_db()
    due = case_clocks.clock("in_person", solved.severity, now)
    assert due.answer_by != case_clocks.clock("email", solved.severity, now).answer_by
    assert (solved.answer_by, solved.due_on) == (due.answer_by, due.settle_on)
