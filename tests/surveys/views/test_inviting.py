"""A manager plans whom a survey asks, sees whom it would ask, and what became of each."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from feedback import leases
from feedback.models import MailClass, Order, OutgoingMail
from surveys import invitations, plans
from surveys.models import Invitation, Plan, Selection
from tests.factories import user

GOOD = {
    "event": "delivered", "delay": "3", "unit": "working_days", "way": "everyone", "every": "2",
    "percent": "50", "cooldown_days": "30", "reminders": "1", "reminder_days": "5", "match": "all",
}  # fmt: skip


@pytest.fixture
def manager(client, survey):
    client.force_login(user("manager"))
    return client


@pytest.fixture
def url(survey):
    return lambda name: reverse(name, args=[survey.public_id])


@pytest.fixture
def good(now):
    return GOOD | {"since": f"{now.date() - timedelta(days=60):%Y-%m-%d}"}


@pytest.fixture
def delivered(buy, now):
    def delivered(number, **customer):
        order = buy(number, **customer)
        Order.objects.filter(pk=order.pk).update(delivered_on=now.date() - timedelta(days=14))
        return order

    return delivered


def test_a_plan_is_saved_and_previewed(manager, url, good, delivered, survey):
    delivered("7"), delivered("8", email="")

    page = manager.post(url("survey_plan"), good, follow=True)

    assert page.status_code == 200
    assert page.context["preview"].counts == {"invited": 1, "no_address": 1}
    assert not Invitation.objects.exists()
    assert (survey.plan.reminders, survey.plan.is_on) == (1, False)


def test_its_conditions_come_back_as_typed(manager, url, good, survey):
    lines = {"test-0": "fact:days_late:at_least", "test-0-value": "2", "test-1": "fact:first_order:is:yes"}

    manager.post(url("survey_plan"), good | lines | {"match": "any"})

    assert survey.plan.conditions == {
        "match": "any",
        "of": [{"fact": "days_late", "at_least": "2"}, {"fact": "first_order", "is": ["yes"]}],
    }
    page = manager.get(url("survey_plan")).content.decode()
    assert 'value="fact:days_late:at_least" selected' in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("delay", "-1"),
        ("delay", "61"),
        ("delay", "٣x"),
        ("unit", "hours"),
        ("every", "1"),
        ("percent", "0"),
        ("percent", "101"),
        ("reminders", "4"),
        ("reminder_days", "0"),
        ("cooldown_days", "99999999999999999999"),
        ("since", "1999-01-01"),
        ("since", "soon"),
        ("event", "refunded"),
        ("way", "contented"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_is_saved(manager, url, good, field, value):
    page = manager.post(url("survey_plan"), good | {field: value})

    assert page.status_code == 400
    assert page.context["form"].errors[field]
    assert not Plan.objects.exists()


@pytest.mark.parametrize(
    "line",
    [
        {"test-0": "fact:refund:is", "test-0-value": "yes"},
        {"test-0": "fact:dispute:is:open"},
        {"test-0": "question:problem:is:none"},
        {"test-0": "language:vi"},
        {"test-0": "fact:days_late:at_least", "test-0-value": "many"},
        {"test-0": "fact:location:is", "test-0-value": "\x00"},
    ],
)
def test_what_is_no_fact_of_the_order_is_no_condition(manager, url, good, line):
    """Decision 15, L19."""
    page = manager.post(url("survey_plan"), good | line)

    assert page.status_code == 400
    assert page.context["form"].non_field_errors()
    assert not Plan.objects.exists()


def test_it_is_switched_on_and_off(manager, url, good, survey, delivered):
    delivered("7")
    manager.post(url("survey_plan_switch"), {"to": "on"})
    assert not Plan.objects.exists()
    manager.post(url("survey_plan"), good)

    manager.post(url("survey_plan_switch"), {"to": "on"})
    assert Plan.objects.get().is_on
    manager.post(url("survey_plan_switch"), {"to": "off"})

    assert not Plan.objects.get().is_on


@pytest.fixture
def asked(survey, now, delivered):
    for number in range(4):
        delivered(f"=1+{number}")
    plan = Plan.objects.create(
        survey=survey, since=now.date() - timedelta(days=60), made_at=now, look_at=now, way="every_nth"
    )
    leases.run_once(plans.LOOK, now)
    leases.run_once(invitations.SEND, now)
    return plan


def test_the_log_says_what_decided(manager, url, asked):
    page = manager.get(url("survey_plan_log"))

    assert page.context["proof"].wrong == []
    assert [row.place for row in page.context["page"]] == [4, 3, 2, 1]
    assert len(manager.get(url("survey_plan_log") + "?outcome=not_drawn").context["page"]) == 2
    assert manager.get(url("survey_plan_log") + "?outcome=none&page=x").status_code == 200


def test_the_log_warns_of_a_row_that_was_changed(manager, url, asked):
    Selection.objects.filter(place=1).update(outcome="no_address")

    assert "notice bad" in manager.get(url("survey_plan_log")).content.decode()


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_the_log_is_a_table_that_starts_no_formula(manager, url, asked):
    head, *rows = rows_of(manager.get(url("survey_plan_log_csv")))

    assert head == ["at", "store", "order", "id", "rule", "place", "outcome"]
    assert [row[4:] for row in rows][::-1] == [
        ["every_nth:2", "1", "not_drawn"],
        ["every_nth:2", "2", "invited"],
        ["every_nth:2", "3", "not_drawn"],
        ["every_nth:2", "4", "invited"],
    ]
    assert all(row[2].startswith("'=") for row in rows)


def test_everybody_asked_is_listed_with_what_became_of_it(manager, url, asked):
    first, second = Invitation.objects.order_by("pk")
    Invitation.objects.filter(pk=first.pk).update(state="suppressed", why_not="not_agreed")
    OutgoingMail.objects.filter(pk=second.mail_id).update(failed_at=asked.made_at)

    page = manager.get(url("survey_asked"))

    assert [said for _one, said in page.context["rows"]] != ["", ""]
    assert len(manager.get(url("survey_asked") + "?state=suppressed").context["rows"]) == 1
    assert len(manager.get(url("survey_asked") + "?state=answered").context["rows"]) == 0
    _head, *rows = rows_of(manager.get(url("survey_asked_csv")))
    assert [row[2] for row in rows] == ["sent", "suppressed"]


def test_a_longer_list_asks_no_more(manager, url, asked, delivered, now, django_assert_max_num_queries):
    for number in range(20):
        delivered(f"more{number}")
    Plan.objects.update(look_at=now)
    leases.run_once(plans.LOOK, now)

    for name in ("survey_asked", "survey_plan_log", "survey_plan"):
        with django_assert_max_num_queries(24):
            manager.get(url(name))


def test_hours_and_limits_are_set(manager):
    page = manager.post(
        "/setup/mail/",
        {"kind": "advertising", "advertising-opens": "09:00", "advertising-closes": "20:30",
         "advertising-per_day": "500", "advertising-per_address": "1"},
    )  # fmt: skip

    assert page.status_code == 302
    kept = MailClass.objects.get()
    assert (kept.kind, str(kept.opens), kept.per_day) == ("advertising", "09:00:00", 500)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("opens", "06:59"),
        ("closes", "22:01"),
        ("closes", "08:00"),
        ("per_address", "4"),
        ("per_address", "0"),
        ("per_day", "0"),
        ("per_day", "-1"),
        ("opens", "late"),
    ],
)
def test_hours_outside_the_law_are_refused_in_words(manager, field, value):
    given = {"opens": "09:00", "closes": "20:00", "per_day": "", "per_address": "1"} | {field: value}

    page = manager.post(
        "/setup/mail/", {"kind": "advertising"} | {f"advertising-{name}": one for name, one in given.items()}
    )

    assert page.status_code == 400
    assert not MailClass.objects.exists()
    (form,) = [form for kind, _title, form in page.context["classes"] if kind == "advertising"]
    assert form.errors[field]


def test_a_kind_that_is_none_changes_nothing(manager):
    assert manager.post("/setup/mail/", {"kind": "service"}).status_code == 400
    assert not MailClass.objects.exists()
