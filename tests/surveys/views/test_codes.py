"""The counter's page: typed by hand, redeemed by one, taken back by a manager."""

import re

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedback.models import Event, OutgoingMail, User
from surveys import guesses, invitations, responses
from surveys.models import Reward
from tests.surveys.test_holds import family


@pytest.fixture
def log_in(client, db):
    def log_in(role):
        user = User.objects.create(username=role, language="en")
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        return client

    return log_in


@pytest.fixture
def counter(log_in):
    return log_in("front_line")


@pytest.fixture
def reward(invite, all_well, now):
    return responses.submit(invite(), all_well | {"story": "Ấm nứt"}, language="vi", now=now).reward


@pytest.fixture
def held(invite, all_well, now):
    invitation = invite()
    family(invitation.order)
    return responses.submit(invitation, all_well, language="vi", now=now).reward


@pytest.fixture
def address(reward):
    return f"/rewards/{reward.response.public_id}/"


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def check(client, code):
    return client.post("/rewards/", {"code": code}, follow=True)


def redeem(client, address, order="2001", total="300.000"):
    return client.post(address + "redeem/", {"order": order, "total": total}, follow=True)


def test_a_code_is_checked_however_it_is_typed(counter, reward):
    Reward.objects.update(minimum_order=200_000, code="2D568VVD7J")

    page = check(counter, " z0s6b-uvd7j ")

    assert page.redirect_chain == [(f"/rewards/{reward.response.public_id}/", 303)]
    said = words(page)
    assert "issued" in said
    assert "₫50,000" in said
    assert "₫200,000" in said
    assert "Ấm nứt" not in said


@pytest.mark.parametrize("code", ["AAAAAAAAAA", "?", "\x00", "Ω" * 10, "<b>x</b>"])
def test_an_unknown_code_is_said_to_be_so(counter, reward, code):
    page = check(counter, code)

    assert page.status_code in (400, 404)
    assert 'aria-invalid="true"' in page.content.decode()


def test_guessing_is_slowed_down(counter, reward):
    """C14: by the same counter as the API; the right code has to wait as well."""
    answers = [check(counter, "AAAAAAAAAA").status_code for _each in range(guesses.MOST + 1)]

    assert answers[-2:] == [404, 429]
    assert check(counter, reward.code).status_code == 429


def test_a_code_is_redeemed_once(counter, address):
    """C2."""
    first, again = redeem(counter, address), redeem(counter, address, order="2002")

    assert "take ₫50,000 off order 2001" in words(first)
    assert "was used before" in words(again)
    assert Event.objects.filter(verb="reward redeemed").get().by.username == "front_line"


def test_a_code_worth_more_than_the_order_says_what_to_do(counter, address):
    assert "order 2001 (₫20,000) costs nothing" in words(redeem(counter, address, total="20.000"))


def test_whoever_redeems_is_not_told_that_it_was_used_before(counter, address):
    """The cashier reads one thing: what to take off. Who looks later reads that it is used."""
    assert "This code was used before" not in words(redeem(counter, address))
    assert "This code was used before" in words(counter.get(address))


@pytest.mark.parametrize(
    ("order", "total", "status"),
    [("", "300.000", 400), ("2001", "much", 400), ("2001", "-1", 400), ("2001", "150.000", 409)],
)
def test_what_does_not_fit_stays_typed(counter, address, order, total, status):
    Reward.objects.update(minimum_order=200_000)

    page = redeem(counter, address, order, total)

    assert page.status_code == status
    assert f'value="{total}"' in page.content.decode()
    assert Reward.objects.get().state == "issued"


def test_a_manager_takes_a_redemption_back(log_in, address):
    client = log_in("manager")
    redeem(client, address)

    page = client.post(address + "take-back/", {"reason": "wrong_code"}, follow=True)

    assert "Taken back" in words(page)
    assert Event.objects.get(verb="reward redemption taken back").data == {"reason": "wrong_code"}
    assert Reward.objects.get().state == "issued"


def test_taking_back_wants_a_reason(log_in, address):
    client = log_in("manager")
    redeem(client, address)

    assert client.post(address + "take-back/", {"reason": "complained"}).status_code == 400
    assert Reward.objects.get().state == "redeemed"


def test_a_manager_revokes_for_a_fact_alone(log_in, address, reward, client):
    manager = log_in("manager")

    refused = manager.post(address + "revoke/", {"fact": "rude"})
    done = manager.post(address + "revoke/", {"fact": "not_buyer"}, follow=True)

    assert refused.status_code == 400
    assert "somebody else than the buyer used the link" in words(done)
    assert Reward.objects.get().state == "revoked"


def test_no_page_of_it_has_a_field_for_words(log_in, address):
    """L1: a revocation cannot even be given a reason that is about what was said."""
    client = log_in("manager")
    page = client.get(address).content.decode()

    form = page[page.index("/revoke/") : page.index("</form>", page.index("/revoke/"))]
    assert "textarea" not in form
    assert re.findall(r'type="(\w+)"', form).count("text") == 0
    assert set(re.findall(r'name="fact" value="(\w+)"', form)) == set(Reward.Fact)


def test_held_ones_are_listed_for_managers(log_in, held):
    page = log_in("manager").get("/rewards/")

    assert "staff, or family of staff" in words(page)
    assert held.response.public_id in page.content.decode()


def test_the_counter_does_not_see_held_ones(counter, held):
    assert held.response.public_id not in counter.get("/rewards/").content.decode()


def test_a_manager_gives_a_held_one(log_in, held):
    client = log_in("manager")

    page = client.post(f"/rewards/{held.response.public_id}/give/", follow=True)

    assert "The code goes out by mail" in words(page)
    assert OutgoingMail.objects.count() == 1
    again = client.post(f"/rewards/{held.response.public_id}/give/", follow=True)
    assert "Somebody was faster" in words(again)


def test_the_customer_sees_that_it_is_held_behind_the_same_link(client, invite, filled):
    invitation = invite()
    family(invitation.order)
    link = f"/s/{invitations.mint(invitation)}/?lang=en"
    page = client.post(link, filled(), follow=True)

    page = client.get(link, follow=True)

    assert "nothing to do with what you answered" in words(page)


def test_a_longer_list_asks_no_more(log_in, invite, all_well, now):
    client = log_in("manager")

    def grow():
        for _each in range(3):
            invitation = invite()
            responses.submit(invitation, all_well, language="vi", now=now)
            Reward.objects.filter(code__isnull=False).update(
                state="redeemed", redeemed_at=now, redeemed_order="1"
            )
            other = invite()
            family(other.order)
            responses.submit(other, all_well, language="vi", now=now)

    def count():
        with CaptureQueriesContext(connection) as captured:
            client.get("/rewards/")
        return len(captured)

    grow()
    count()
    few = count()
    grow()
    assert count() <= few


@pytest.mark.parametrize("order", ["#", " # ", "##", ""])
def test_an_order_needs_a_number(counter, reward, address, order):
    """Else two orders without one would pass for the same."""
    page = redeem(counter, address, order=order)

    assert page.status_code == 400
    assert Reward.objects.get().state == "issued"
