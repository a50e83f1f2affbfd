"""C1 to C4 with real threads and transactions; each guard is also seen missing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import IntegrityError, connections
from django.db.models import F
from django.test import Client

from feedback import leases
from feedback.models import Comment, Event, OutgoingMail
from surveys import invitations, responses, rewards
from surveys.models import Response, Reward, Survey

pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]
AT_ONCE = 20


def at_once(act, count=AT_ONCE):
    """Run `act(number)` in so many threads that start together. Errors come back as results."""
    start = Barrier(count)

    def one(number):
        try:
            start.wait(timeout=30)
            return act(number)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.fixture
def reward(invite, all_well, now):
    return responses.submit(invite(), all_well, language="vi", now=now).reward


def redeem(reward, now, number):
    return rewards.redeem(
        reward.code, order_number=str(number), order_total=Decimal(90_000), currency="VND", now=now
    )


def test_a_form_sent_many_times_counts_once(address, filled):
    """C1: one response, one reward, one mail, and the same page for all."""
    answers = filled(problem="not_solved", story="Ấm nứt")

    pages = at_once(lambda _number: Client().post(address, answers, follow=True))

    assert [page.status_code for page in pages] == [200] * AT_ONCE
    code = Reward.objects.get().code
    assert all(code in page.content.decode() for page in pages)
    assert Response.objects.count() == Comment.objects.count() == OutgoingMail.objects.count() == 1
    assert Survey.objects.get().budget_used == 50_000


def test_without_its_guard_a_form_counts_twice(invite, all_well, now, monkeypatch):
    """The twin: every finisher believes that it is the first."""
    invitation = invite()
    responses.save(invitation, all_well, language="vi", now=now)
    token = invitations.mint(invitation)
    found = [invitations.find(token) for _each in range(AT_ONCE)]
    monkeypatch.setattr(responses, "_win", lambda *args, **kwargs: True)

    at_once(
        lambda number: responses.submit(
            found[number], all_well | {"story": str(number)}, language="vi", now=now
        )
    )

    assert Comment.objects.count() > 1


def test_steps_and_the_end_do_not_mix(invite, all_well, now):
    invitation = invite()
    token = invitations.mint(invitation)

    def act(number):
        found = invitations.find(token)
        if number % 2:
            return responses.save(found, {"problem": "later"}, language="vi", now=now)
        return responses.submit(found, all_well, language="vi", now=now)

    results = at_once(act)

    assert all(isinstance(one, Response) for one in results), results
    response = Response.objects.get()
    problem = response.answers.get(question="problem").value
    assert (response.cohort, problem) in {("no_problem", "none"), ("not_resolved", "later")}
    assert Reward.objects.get().state == "issued"


def test_a_code_is_redeemed_by_one(reward, now):
    """C2."""
    results = at_once(lambda number: redeem(reward, now, number))

    assert sum(isinstance(one, Reward) for one in results) == 1
    assert sum(isinstance(one, rewards.Redeemed) for one in results) == AT_ONCE - 1
    assert Event.objects.filter(verb="reward redeemed").count() == 1


def test_one_order_may_ask_many_times_at_once(reward, now):
    results = at_once(lambda _number: redeem(reward, now, "2001"))

    assert all(isinstance(one, Reward) for one in results)
    assert Event.objects.filter(verb="reward redeemed").count() == 1


def test_without_its_guard_a_code_is_redeemed_by_many(reward, now):
    """The twin: look first, then write."""
    looked = Barrier(AT_ONCE)

    def look_then_write(number):
        found = Reward.objects.get(pk=reward.pk)
        looked.wait(timeout=30)
        if found.state != "issued":
            return False
        found.state, found.redeemed_at, found.redeemed_order = "redeemed", now, str(number)
        found.save()
        return True

    assert sum(one is True for one in at_once(look_then_write)) > 1


def test_the_budget_is_never_overspent(survey, invite, all_well, now):
    """C3: the budget for 7 of 20; the other 13 are answered all the same."""
    Survey.objects.update(budget=Decimal(350_000))
    tokens = [invitations.mint(invite()) for _each in range(AT_ONCE)]

    def act(number):
        return responses.submit(invitations.find(tokens[number]), all_well, language="vi", now=now)

    results = at_once(act)

    assert all(one.state == "finished" for one in results), results
    assert Reward.objects.filter(state="issued").count() == 7
    assert Survey.objects.get().budget_used == 350_000


def test_without_its_guard_the_budget_does_not_add_up(survey):
    """The twin: reckon in Python what the database should."""
    Survey.objects.update(budget=Decimal(350_000))
    looked = Barrier(AT_ONCE)

    def look_then_write(_number):
        found = Survey.objects.get()
        looked.wait(timeout=30)
        found.budget_used += 50_000
        found.save(update_fields=["budget_used"])

    at_once(look_then_write)

    assert Survey.objects.get().budget_used != 50_000 * AT_ONCE


def test_lowering_the_budget_meets_no_promise_broken(survey, invite, all_well, now):
    """C4: whatever comes first, used is never above the budget and never below zero."""
    Survey.objects.update(budget=Decimal(1_000_000))
    tokens = [invitations.mint(invite()) for _each in range(AT_ONCE)]

    def act(number):
        if number % 4 == 0:
            return Survey.objects.update(budget=F("budget") - 150_000)
        return responses.submit(invitations.find(tokens[number]), all_well, language="vi", now=now)

    results = at_once(act)

    assert all(isinstance(one, int | Response | IntegrityError) for one in results), results
    survey.refresh_from_db()
    assert survey.budget_used == 50_000 * Reward.objects.count()
    assert 0 <= survey.budget_used <= survey.budget


def test_release_and_the_end_agree(invite, all_well, now):
    """Who finishes in the moment of the release has a code or was released; the budget knows which."""
    early = now - timedelta(hours=25)
    tokens = []
    for _each in range(AT_ONCE - 4):
        invitation = invite()
        responses.save(invitation, {"problem": "none"}, language="vi", now=early)
        tokens.append(invitations.mint(invitation))

    def act(number):
        if number >= len(tokens):
            return leases.run_once(rewards.RELEASE, now)
        return responses.submit(invitations.find(tokens[number]), all_well, language="vi", now=now)

    results = at_once(act)

    assert not [one for one in results if isinstance(one, Exception)], results
    held = Reward.objects.filter(state__in=["issued", "reserved"]).count()
    assert Survey.objects.get().budget_used == 50_000 * held


def test_an_invitation_is_made_and_mailed_once(survey, buy, now):
    order = buy("1042")

    made = at_once(lambda _number: invitations.invite(survey, order=order, now=now))
    at_once(lambda _number: leases.run_once(invitations.SEND, now), count=6)

    assert len({one.pk for one in made}) == 1
    assert OutgoingMail.objects.count() == 1
