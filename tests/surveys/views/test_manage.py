import re

import pytest
from django.contrib.auth.models import Group

from feedback.models import Consent, User
from surveys import invitations, responses
from surveys.models import Invitation


@pytest.fixture
def log_in(client, db):
    def log_in(role):
        user = User.objects.create(username=role, language="en")
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def address(survey):
    return f"/surveys/{survey.public_id}/"


@pytest.fixture
def ask(log_in, address, buy):
    """Huy manages, and asks about an order."""
    client = log_in("manager")

    def ask(number="1042", how="link", **data):
        return client.post(address + "invite/", {"order": number, "how": how, **data}, follow=True)

    return ask


@pytest.mark.parametrize(
    ("role", "reads", "asks"),
    [
        ("front_line", 403, 403),
        ("staff", 403, 403),
        ("approver", 403, 403),
        ("advocate", 200, 403),
        ("manager", 200, 303),
        ("administrator", 200, 303),
    ],
)
def test_it_opens_to_its_roles(log_in, address, buy, role, reads, asks):
    client = log_in(role)
    buy("1042")

    assert client.get("/surveys/").status_code == reads
    assert client.get(address).status_code == reads
    assert client.post(address + "invite/", {"order": "1042", "how": "link"}).status_code == asks


def test_the_anonymous_log_in_first(client, address):
    assert "/login/" in client.get(address).url


def test_it_lists_the_surveys(log_in, survey):
    html = log_in("manager").get("/surveys/").content.decode()

    assert survey.name in html


def test_it_says_how_to_start_when_there_is_none(log_in, the_shop):
    assert 'class="empty"' in log_in("administrator").get("/surveys/").content.decode()


def test_it_shows_what_was_found(log_in, address, invite, all_well, now):
    responses.submit(invite(), all_well, language="vi", now=now)

    html = log_in("advocate").get(address).content.decode()

    assert "+100" in html
    assert "<form" not in html.split('id="ask"')[1]


def test_a_link_is_made_and_works(ask, buy, client):
    buy("1042")

    html = ask().content.decode()

    path = re.search(r"/s/\w{26}/", html).group()
    assert client.get(path).status_code == 200
    assert Invitation.objects.get().state == "link"


def test_the_orders_asked_last_keep_to_one_line_each(ask, buy):
    """On a phone the table is scrolled sideways, not broken into many short lines."""
    buy("1042")

    table = ask().content.decode().rpartition('<div class="wide-scroll"')[2]

    assert '<table class="one-line">' in table


def test_an_invitation_is_queued(ask, buy):
    buy("1042")

    ask(how="mail", language="en")

    assert (Invitation.objects.get().state, Invitation.objects.get().language) == ("waiting", "en")


def test_it_says_when_no_mail_may_be_sent(ask, buy):
    """L14."""
    buy("1042")
    Consent.objects.all().delete()

    assert 'class="warning"' in ask(how="mail").content.decode()


@pytest.mark.parametrize("number", ["9999", "", "' OR 1=1", "x" * 200, "shop/9999", "/"])
def test_an_unknown_order_is_named(ask, number):
    response = ask(number=number)

    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert not Invitation.objects.exists()


def test_insiders_are_not_asked(ask, buy):
    """L10."""
    buy("1042", is_insider=True)

    assert "errorlist" in ask().content.decode()


def test_two_stores_may_have_the_same_number(ask, buy, now):
    order = buy("1042")
    order.pk, order.public_id, order.store = None, "another", "store"
    order.save()

    assert "errorlist" in ask().content.decode()
    ask(number="store/1042")
    assert Invitation.objects.get().order == order


def test_the_number_of_queries_does_not_grow(log_in, address, invite, all_well, now, statements):
    client = log_in("manager")
    for _each in range(5):
        responses.submit(invite(), all_well, language="vi", now=now)
    client.get(address)

    with statements(at_most=27):
        client.get(address)


def test_an_odd_address_is_not_found(log_in, survey):
    assert log_in("manager").get("/surveys/nothing/").status_code == 404


def test_who_has_answered_is_not_sent_anything(survey, ask, invite, all_well, now):
    invitation = invite()
    responses.submit(invitation, all_well, language="vi", now=now)

    ask(number=invitation.order.number, how="mail")

    assert Invitation.objects.get().state == "link"
    assert invitations.to_send(now).count() == 0
