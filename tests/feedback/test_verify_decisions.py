"""History holds: every decision can be made again from its own columns, and a changed one is found."""

from io import StringIO

import pytest
from django.core.management import call_command

from feedback import cases
from feedback.models import Decision, Policy
from feedback.models.words import Channel
from feedback.policy.terms import Terms
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def decided():
    factories.policy()
    readings = [
        {"problem": "damaged", "fault": "ours"},
        {"problem": "none", "fault": "none", "complaint": False},
    ]
    comments = [factories.read_comment(channel=Channel.FORM, reading=reading) for reading in readings]
    return cases.decide_many(comments, NOW)[comments[0].pk]


def verify():
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("verify_decisions", stdout=out, stderr=err)
    except SystemExit as stopped:
        code = stopped.code
    return code, out.getvalue(), err.getvalue()


def test_it_finds_nothing_in_an_untouched_history(decided):
    assert verify() == (0, "2 decisions recomputed, 0 mismatches\n", "")


def test_it_holds_after_the_policy_changed(decided):
    """A newer version decides newer complaints; the older decisions stand under their own."""
    factories.policy(2)

    assert verify()[0] == 0


@pytest.mark.parametrize(
    ("column", "change", "difference"),
    [
        ("facts", {"fault": "customer"}, "the facts do not fit their hash"),
        ("decision", {"refusal": True}, "the policy decides otherwise"),
        ("decision", {"rule": "goodwill"}, "the policy decides otherwise"),
    ],
)
def test_it_finds_a_changed_decision(decided, column, change, difference):
    Decision.objects.filter(pk=decided.pk).update(**{column: getattr(decided, column) | change})

    code, out, err = verify()

    assert (code, out) == (1, "2 decisions recomputed, 1 mismatches\n")
    assert err == f"decision {decided.pk} (comment {decided.comment_id}): {difference}\n"


def test_it_finds_a_decision_that_was_to_pass_without_an_approver(decided):
    Decision.objects.filter(pk=decided.pk).update(needs_approver=not decided.needs_approver)

    assert "rule or approver are not those of the decision" in verify()[2]


def test_it_finds_facts_that_no_policy_could_know(decided):
    Decision.objects.filter(pk=decided.pk).update(facts=decided.facts | {"stars": 1})

    code, _out, err = verify()

    assert code == 1
    assert "the facts cannot be read: stars" in err


def test_it_finds_a_changed_policy(decided):
    with factories.unguarded("0010_policies_stay"):
        Policy.objects.update(terms=Terms.shipped().as_dict() | {"comment": "softer"})

    code, out, err = verify()

    assert (code, out) == (1, "2 decisions recomputed, 2 mismatches\n")
    assert "the policy version is no longer what it was" in err


def test_it_finds_a_policy_that_is_none_any_more(decided):
    with factories.unguarded("0010_policies_stay"):
        Policy.objects.update(terms={"version": "1"})

    code, _out, err = verify()

    assert code == 1
    assert "the policy version cannot be read" in err
