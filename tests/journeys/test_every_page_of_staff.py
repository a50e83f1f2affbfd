"""The other half of test_every_page.py: what approvers and managers see."""

import pytest
from django.utils import timezone

from feedback import policies
from feedback.policy.terms import Terms
from tests.journeys.addresses import paths
from tests.journeys.one_of_everything import world
from tests.journeys.test_every_page import STAFF_PAGES, barriers

__all__ = ["world"]  # a fixture: pytest finds it by its name


@pytest.mark.parametrize(("name", "role"), [("mai", "approver"), ("huy", "manager")])
def test_the_pages_of_staff_are_for_everybody(world, log_in, hire, name, role):
    page = log_in(hire(role, name))

    found = barriers(page, [path for one in STAFF_PAGES[name] for path in paths(world, one)])
    assert not found, "\n".join(found)


def test_the_pages_of_the_policy_are_for_everybody(world, jobs, log_in, hire):
    """With a version that breaks a rule."""
    dung, data = hire("manager", "dung"), Terms.shipped().as_dict()
    data["money"]["VND"] |= {"goodwill_at_most": "0", "valued_from": "1"}
    policies.propose(data, comment="No goodwill any more.", by=dung, now=timezone.now())
    jobs()
    page = log_in(dung)

    assert barriers(page, [path for one in STAFF_PAGES["dung"] for path in paths(world, one)]) == []
