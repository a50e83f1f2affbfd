"""The policy that counts, for programs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from feedback import api_access, policies
from feedback.models import Policy
from feedback.policy.terms import Terms
from feedback.roles import Role
from tests import factories
from tests.factories import a_shop, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop():
    a_shop()


@pytest.fixture
def ask(client):
    def get(*scopes):
        key = api_access.issue("Assistant", scopes or ["policy"], by=None)
        return client.get("/api/v1/policy", headers={"Authorization": f"Bearer {key}"})

    return get


def test_it_is_the_version_that_counts(ask):
    now = timezone.now()
    money = Terms.shipped().as_dict()["money"]
    money["VND"]["valued_from"] = "1500000"
    factories.policy(1, starts_at=now - timedelta(days=2))
    factories.policy(2, data={"money": money}, starts_at=now - timedelta(minutes=1))
    factories.policy(3, data={"comment": "Later."}, starts_at=now + timedelta(days=1))

    told = ask().json()

    assert (told["version"], told["until"]) == (2, None)
    assert told["terms"]["money"]["VND"]["valued_from"] == "1500000"
    assert Terms.from_dict(told["terms"]).digest == told["digest"]


def test_before_anything_was_decided_it_is_the_programs_own(ask):
    """And a look makes no version of it."""
    told = ask().json()

    assert (told["version"], told["since"], told["digest"]) == (None, None, Terms.shipped().digest)
    assert not Policy.objects.exists()


def test_it_is_what_is_decided_by(ask):
    policy, _terms = policies.in_force(timezone.now())

    told = ask().json()

    assert (told["version"], told["digest"]) == (policy.version, policy.digest)


def test_a_key_needs_its_scope(ask):
    assert ask("trends", "orders").status_code == 403


def test_nobody_without_a_key_or_a_log_in(client):
    assert client.get("/api/v1/policy").status_code == 401


@pytest.mark.parametrize("role", Role)
def test_whoever_works_here_may_look_in_the_browser(client, role):
    client.force_login(user(role))

    assert client.get("/api/v1/policy").json()["digest"] == Terms.shipped().digest
