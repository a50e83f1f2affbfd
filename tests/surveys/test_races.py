"""C1 to C4 with real threads and transactions; each guard is also seen missing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import IntegrityError, connections
from django.db.models import F
from django.test import Client

from feedback import bulk, consents, leases
from feedback.models import Comment, Consent, Event, OutgoingMail
from feedback.models.words import PublishPermissionQuerySet
from reviews.models import Review
from surveys import guesses, holds, invitations, redeem_calls, responses, rewards
from surveys.models import Guesses, RedeemCall, Response, Reward, Survey
from tests.factories import user

pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]
AT_ONCE = 20
_AS_CODE = str.maketrans("0123456789", "ACDEFHJKMN")


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
    """The twin: every finisher believes that it is the first. One after the other, each with what it saw
    before: at once, the database's own constraints may stop all but one."""
    invitation = invite()
    responses.save(invitation, all_well, language="vi", now=now)
    token = invitations.mint(invitation)
    found = [invitations.find(token) for _each in range(AT_ONCE)]
    monkeypatch.setattr(responses, "_win", lambda *args, **kwargs: True)

    for number, one in enumerate(found[:2]):
        responses.submit(one, all_well | {"story": str(number)}, language="vi", now=now)

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


def test_two_codes_are_each_redeemed_by_one(invite, all_well, now):
    """C2: two codes, half of the tills each."""
    codes = [responses.submit(invite(), all_well, language="vi", now=now).reward for _each in range(2)]

    results = at_once(lambda number: redeem(codes[number % 2], now, number))

    assert sum(isinstance(one, Reward) for one in results) == 2
    assert Reward.objects.filter(state="redeemed").count() == 2


def test_a_code_is_redeemed_or_revoked_never_both(invite, all_well, now):
    """Half of them redeem, half revoke: one wins, and the budget knows which."""
    by = user("manager")
    reward = responses.submit(invite(), all_well, language="vi", now=now).reward

    def act(number):
        if number % 2:
            return redeem(reward, now, number)
        return holds.revoke(Reward.objects.get(pk=reward.pk), fact="not_buyer", by=by, now=now)

    results = at_once(act)

    reward.refresh_from_db()
    assert sum(one is None or isinstance(one, Reward) for one in results) == 1, results
    assert Survey.objects.get().budget_used == (50_000 if reward.state == "redeemed" else 0)


def test_a_held_reward_is_given_once(invite, all_well, now):
    """One code, one mail, however many managers press."""
    by, invitation = user("manager"), invite()
    invitation.customer.is_insider = True
    invitation.customer.save()
    reward = responses.submit(invitations.find(invitations.mint(invitation)), all_well, language="vi").reward

    results = at_once(lambda _number: responses.give_held(Reward.objects.get(pk=reward.pk), by=by, now=now))

    assert results.count(None) == 1
    assert OutgoingMail.objects.count() == 1


def test_guesses_are_counted_to_the_last(reward, now):
    """C14: of 10,000 from 50 connections not one more than allowed is looked up, and none is a hit."""

    def act(number):
        seen = []
        for one in range(200):
            try:
                with guesses.counted("token:1", now):
                    seen.append(rewards.find(f"{number:05}{one:05}".translate(_AS_CODE)))
            except rewards.NoSuchCode:
                seen.append("missed")
            except guesses.TooMany:
                continue
        return seen

    looked = [one for seen in at_once(act, count=50) for one in seen]

    assert looked == ["missed"] * guesses.MOST


def test_without_its_guard_guesses_are_lost_count_of(reward, now):
    """The twin: look how many there were, then write one more."""
    Guesses.objects.create(who="token:1", began_at=now)
    looked = Barrier(AT_ONCE)

    def look_then_write(_number):
        found = Guesses.objects.get()
        looked.wait(timeout=30)
        found.misses += 1
        found.save(update_fields=["misses"])

    at_once(look_then_write)

    assert Guesses.objects.get().misses < AT_ONCE


def test_one_key_redeems_once_whatever_asks(reward, now):
    """C10: the same request from all sides at once is done once and answered alike."""
    asked = {"code": reward.code, "order": "2001"}

    def act(_number):
        return redeem_calls.once(
            "token:1 k", asked,
            lambda: redeem_calls.Said(status=200, body={"at": str(redeem(reward, now, "2001").redeemed_at)}),
        )  # fmt: skip

    results = at_once(act)

    assert len({str(one) for one in results}) == 1, results
    assert RedeemCall.objects.count() == 1


def test_without_its_guard_a_key_is_acted_on_many_times(reward, now, monkeypatch):
    """The twin: every caller believes that it is the first."""

    def first_of_all(row, *, of):
        row.digest = f"{threading.get_ident()}"
        bulk.insert([row])
        return True

    monkeypatch.setattr(bulk, "insert_first", first_of_all)
    done = []

    at_once(
        lambda number: redeem_calls.once(
            "token:1 k", {}, lambda: done.append(number) or redeem_calls.Said(status=200, body={})
        )
    )

    assert len(done) > 1


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


def test_without_its_guard_a_lowered_budget_is_overspent(survey):
    """The twin of C4: a manager looks what was promised, and lowers it while one more is promised. Only the
    database's own constraint stands in the way; without it the promise is above the budget."""
    Survey.objects.update(budget=Decimal(100_000), budget_used=Decimal(50_000))
    looked = Barrier(2)

    def look_then_write(number):
        found = Survey.objects.get()
        looked.wait(timeout=30)
        if number:
            return Survey.objects.filter(pk=found.pk).update(budget=found.budget_used)
        return Survey.objects.filter(pk=found.pk).update(budget_used=found.budget_used + 50_000)

    results = at_once(look_then_write, count=2)

    assert sum(isinstance(one, IntegrityError) for one in results) == 1, results


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


def allow_at_once(address, filled):
    Client().post(address, filled(story="Ấm nứt"))
    return at_once(lambda _number: Client().post(address, {"action": "show", "show": "story"}).status_code)


def test_permission_pressed_many_times_is_one_review(address, filled):
    """Item 8: one consent, one review, and nobody sees an error."""
    assert allow_at_once(address, filled) == [303] * AT_ONCE

    assert Consent.objects.filter(purpose=consents.PUBLISHING).count() == 1
    assert Review.objects.count() == 1


def test_without_its_guard_permission_is_noted_many_times(address, filled, monkeypatch):
    monkeypatch.setattr(PublishPermissionQuerySet, "standing", lambda rows: rows.none())

    allow_at_once(address, filled)

    assert Consent.objects.filter(purpose=consents.PUBLISHING).count() > 1
