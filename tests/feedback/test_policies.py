"""The Terms that come with the program are a version like any other, so that history stays provable."""

from datetime import timedelta

import pytest

from feedback import cases, policies
from feedback.models import Decision, Policy
from feedback.policy.terms import Terms
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_it_writes_the_shipped_terms_down_once():
    first, terms = policies.in_force(NOW)
    again, _same = policies.in_force(NOW)

    assert terms == Terms.shipped()
    assert (again.pk, first.version, Policy.objects.count()) == (first.pk, 1, 1)


def test_an_update_of_the_program_is_a_new_version():
    earlier = Terms.shipped().as_dict() | {"comment": "as in the last release"}
    old = Terms.from_dict(earlier)
    Policy.objects.create(version=1, terms=earlier, digest=old.digest, starts_at=NOW, made_at=NOW, comment="")

    policy, terms = policies.in_force(NOW)

    assert (policy.version, terms) == (2, Terms.shipped())


def test_a_policy_of_the_shops_own_is_left_alone():
    own = Terms.from_dict(Terms.shipped().as_dict() | {"comment": "ours"})
    row = {"terms": own.as_dict(), "digest": own.digest, "author": factories.user("manager", "Huy")}
    Policy.objects.create(version=1, starts_at=NOW - timedelta(days=1), made_at=NOW, comment="", **row)

    policy, terms = policies.in_force(NOW)

    assert (policy.version, terms) == (1, own)


def test_every_decision_names_its_policy():
    comment = factories.read_comment()

    cases.decide_many([comment], NOW)

    assert Decision.objects.get().policy.version == 1
