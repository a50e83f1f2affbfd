"""Complaints: opened once, decided by policy, moved by one person at a time."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from feedback import cases, history, policies, work
from feedback.models import Case, Comment, Decision, Event, FactCorrection
from feedback.models.words import Channel
from feedback.policy.facts import BadFacts
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def told(**columns):
    return factories.read_comment(channel=Channel.FORM, **columns)


def verbs():
    return list(Event.objects.order_by("id").values_list("verb", flat=True))


def test_it_opens_once_however_often_it_is_asked():
    comment = told()

    first = cases.open_case(comment, now=NOW, wish="Đổi cái khác")
    second = cases.open_case(comment, now=NOW, wish="Hoàn tiền")

    assert first == second
    assert (second.wish, second.state) == ("Đổi cái khác", "open")
    assert verbs() == ["case opened"]


def test_it_is_due_in_seven_working_days():
    """L11: Law 19/2023/QH15, article 57(2). Monday in, Thursday of next week: the 24th is a holiday."""
    assert cases.open_case(told(), now=NOW).due_on == date(2026, 11, 26)


def test_it_counts_days_from_the_shops_own_day():
    late_on_sunday = datetime(2026, 11, 15, 18, 0, tzinfo=UTC)  # Monday, one in the morning, at the shop

    assert cases.open_case(told(), now=late_on_sunday).due_on == date(2026, 11, 26)


def test_many_open_once_each():
    known = cases.open_case(several := told(), now=NOW)

    with cases.journal.recording():
        opened = cases.open_many([several, other := told()], NOW, routes={other.pk: "legal"})

    assert opened[several.pk] == known
    assert opened[other.pk].route == "legal"
    assert Case.objects.count() == 2


def test_the_job_decides_private_complaints_that_are_read():
    """Public ones are decided with their reply."""
    private, public = told(), factories.read_comment(channel=Channel.REVIEW)
    unread = factories.comment(channel=Channel.FORM)
    for comment in (private, public, unread):
        cases.open_case(comment, now=NOW)

    work.drain(cases.DECIDE)

    assert list(Decision.objects.values_list("comment", flat=True)) == [private.pk]
    assert Case.objects.get(comment=private).decided_at is not None
    assert verbs()[-1] == "case decided"


def test_a_decision_is_kept_with_all_it_stands_on():
    comment = told(reading={"problem": "damaged", "fault": "ours"})

    row = cases.decide_many([comment], NOW)[comment.pk]

    assert row.facts["problem"] == "damaged"
    assert row.sources["problem"] == "text"
    assert row.decision["rule"] == row.rule
    assert [found for _row, found in history.differences()] == [""]


def test_only_the_newest_decision_is_current():
    comment = told()
    first = cases.decide_many([comment], NOW)[comment.pk]

    second = cases.decide_many([comment], NOW)[comment.pk]

    assert Decision.objects.get(comment=comment, is_current=True) == second != first


def test_the_database_keeps_one_current_decision():
    comment = told()
    cases.decide_many([comment], NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        factories.decision(factories.case(comment), is_current=True)


def test_a_corrected_fact_makes_a_new_decision():
    comment, mai = told(reading={"problem": "damaged", "fault": "ours"}), factories.user()
    before = cases.decide_many([comment], NOW)[comment.pk]

    after = cases.correct_fact(comment, "fault", "customer", reason="Ảnh camera", by=mai)

    assert (after.facts["fault"], after.sources["fault"]) == ("customer", "person")
    assert after.rule != before.rule
    assert FactCorrection.objects.get().by == mai
    assert verbs() == ["policy adopted", "fact corrected"]


def test_a_fact_that_cannot_be_corrected_leaves_nothing():
    with pytest.raises(BadFacts):
        cases.correct_fact(told(), "lifetime_value", "1", reason="…", by=factories.user())

    assert not FactCorrection.objects.exists()
    assert not Event.objects.exists()


def test_it_goes_its_way_and_says_who_moved_it():
    mai, case = factories.user(), cases.open_case(told(), now=NOW)

    cases.wait(case, by=mai)
    cases.resolve(case, by=mai, first_time=True)
    cases.close(case, by=mai)
    assert (case.state, case.resolved_first_time) == ("closed", True)

    cases.reopen(case, by=mai)
    assert (case.state, case.resolved_at, case.closed_at) == ("open", None, None)
    assert verbs() == ["case opened", "case waiting", "case resolved", "case closed", "case open"]


@pytest.mark.parametrize(
    ("state", "move"),
    [
        ("waiting", cases.wait),
        ("closed", cases.close),
        ("open", cases.reopen),
        ("closed", cases.wait),
    ],
)
def test_it_makes_no_move_twice(state, move):
    mai, case = factories.user(), cases.open_case(told(), now=NOW)
    if state == "waiting":
        cases.wait(case, by=mai)
    if state == "closed":
        cases.close(case, by=mai, why="withdrawn")
    before = verbs()

    with pytest.raises(cases.Stale):
        move(case, by=mai)

    assert verbs() == before


def test_of_two_who_press_at_once_one_is_told():
    """Huy looks at the page of a moment ago."""
    mai, huy = factories.user(), factories.user("manager", "Huy")
    case = cases.open_case(told(), now=NOW)
    a_moment_ago = Case.objects.get(pk=case.pk)
    cases.resolve(case, by=mai, first_time=True)

    with pytest.raises(cases.Stale):
        cases.resolve(a_moment_ago, by=huy, first_time=False)

    assert Case.objects.get(pk=case.pk).resolved_first_time is True


@pytest.mark.parametrize("rows", [2, 12])
def test_deciding_costs_the_same_however_many(rows, django_assert_max_num_queries):
    comments = [told() for _ in range(rows)]
    comments = list(Comment.objects.select_related("analysis", "order"))
    policies.in_force(NOW)

    with django_assert_max_num_queries(16):
        cases.decide_many(comments, NOW)
