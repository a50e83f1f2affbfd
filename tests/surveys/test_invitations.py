from datetime import timedelta

import pytest

from feedback import leases, mail, tokens
from feedback.models import Consent, MailAddress, OutgoingMail, User
from surveys import invitations, responses
from surveys.invitations import NotAsked
from surveys.models import Invitation, InvitationToken, Survey


@pytest.fixture
def ask(survey, buy, now):
    def ask(number="1042", order=None, **customer):
        return invitations.invite(survey, order=order or buy(number, **customer), now=now)

    return ask


def send(now):
    return leases.run_once(invitations.SEND, now)


def test_it_asks_once_about_an_order(survey, ask, buy, now):
    order = buy("7")

    assert ask(order=order) == ask(order=order)
    assert Invitation.objects.count() == 1


def test_it_asks_a_customer_without_an_order_once(survey, buy, now):
    customer = buy("7").customer

    asked = {invitations.invite(survey, customer=customer, now=now) for _each in range(2)}

    assert len(asked) == 1


def test_it_mails_a_fresh_link(ask, now):
    invitation = ask()

    send(now)

    mail, token = OutgoingMail.objects.get(), InvitationToken.objects.get()
    link = next(word for word in mail.text.split() if "/s/" in word)
    assert tokens.digest(link.rstrip("/").rsplit("/", 1)[-1]) == token.digest
    assert link in mail.html
    invitation.refresh_from_db()
    assert (invitation.state, invitation.sent_at) == ("sent", now)
    assert send(now) == 0


def test_mail_with_a_reward_is_advertising(ask, now):
    """Decision 12: labelled, and one can say no; 50,000 dong whatever is answered."""
    ask()

    send(now)

    mail = OutgoingMail.objects.get()
    assert mail.kind == "advertising"
    assert mail.unsubscribe_url in mail.text
    assert "50.000" in mail.text


def test_mail_says_the_least_order_of_the_reward(ask, now, survey):
    type(survey).objects.update(reward_minimum_order=200_000)
    ask()

    send(now)

    mail = OutgoingMail.objects.get()
    assert "200.000" in mail.text
    assert "200.000" in mail.html


def test_mail_without_a_reward_is_a_question(ask, now):
    """Decision 12: another class of mail, with a way out all the same (L14)."""
    ask()
    Survey.objects.update(budget=0)

    send(now)

    mail = OutgoingMail.objects.get()
    assert mail.kind == "question"
    assert mail.unsubscribe_url in mail.text
    assert "50.000" not in mail.text


@pytest.mark.parametrize("reason", ["no consent", "withdrawn", "unsubscribed", "bounced", "late", "closed"])
def test_it_does_not_mail_who_should_not_get_it(ask, now, reason):
    """L14, decision 12."""
    invitation = ask()
    address = {"email": invitation.customer.email, "token_digest": mail.digest_of(invitation.customer.email)}
    if reason == "no consent":
        Consent.objects.all().delete()
    elif reason == "withdrawn":
        Consent.objects.update(withdrawn_at=now)
    elif reason == "unsubscribed":
        MailAddress.objects.create(**address, unsubscribed_at=now)
    elif reason == "bounced":
        MailAddress.objects.create(**address, bounced_at=now)
    elif reason == "late":
        Invitation.objects.update(made_at=now - timedelta(days=40), expires_at=now - timedelta(days=1))
    else:
        Survey.objects.update(state="closed")

    send(now)

    invitation.refresh_from_db()
    assert invitation.state == "suppressed"
    assert not OutgoingMail.objects.exists()


def test_it_waits_until_it_is_due(survey, buy, now):
    invitations.invite(survey, order=buy("7"), send_at=now + timedelta(days=3), now=now)

    assert send(now) == 0
    assert send(now + timedelta(days=3)) == 1


def test_it_does_not_ask_insiders(survey, ask, now):
    """L10: staff and family, by mark or by the address of an account."""
    User.objects.create(username="mai", email="Mai@Example.com")

    for customer in [{"is_insider": True, "name": "Huy"}, {"email": "mai@example.com", "name": "Mai"}]:
        with pytest.raises(NotAsked, match="insider"):
            ask(number=customer["name"], **customer)


@pytest.mark.parametrize(("change", "key"), [({"email": ""}, "no_address"), ({"erased_at": "now"}, "nobody")])
def test_it_says_who_cannot_be_asked(ask, now, change, key):
    change = {name: now if value == "now" else value for name, value in change.items()}

    with pytest.raises(NotAsked, match=key):
        ask(**change)


def test_it_does_not_ask_for_a_survey_that_is_not_live(survey, ask):
    survey.state = "draft"

    with pytest.raises(NotAsked, match="not_live"):
        ask()


def test_a_link_can_be_mailed_after_all(survey, invite, now):
    invitation = invite()

    invitations.invite(survey, order=invitation.order, now=now)

    assert send(now) == 1


def test_who_has_answered_is_not_mailed(survey, invite, all_well, now):
    invitation = invite()
    responses.submit(invitation, all_well, language="vi", now=now)

    invitations.invite(survey, order=invitation.order, now=now)

    assert send(now) == 0


@pytest.mark.parametrize(
    "mangle",
    [
        str.lower,
        lambda token: token.replace("1", "l").replace("0", "o"),
        lambda token: f" {token}\n",
        lambda token: token[:13] + " " + token[13:],
        lambda token: token[:13] + "-" + token[13:],
        lambda token: f"<{token}>.",
    ],
)
def test_it_repairs_what_mail_programs_do(invite, mangle):
    invitation = invite()
    token = invitations.mint(invitation)

    assert invitations.find(mangle(token)) == invitation


@pytest.mark.parametrize(
    "token", ["", "x", "0" * 26, "0" * 25, "U" * 26, "' OR 1=1 --", "\x00" * 26, "é" * 26]
)
def test_it_finds_nothing_else(invite, token):
    invite()

    assert invitations.find(token) is None


def test_only_digests_are_stored(invite):
    token = invitations.mint(invite())

    assert InvitationToken.objects.get().digest == tokens.digest(token)
    assert token not in str(InvitationToken.objects.values())


def test_it_finds_all_that_a_page_needs_at_once(invite, django_assert_num_queries):
    token = invitations.mint(invite())

    with django_assert_num_queries(1):
        found = invitations.find(token)
        assert found.survey.name
        assert found.order.customer_id == found.customer.pk
        assert invitations.response_of(found) is None
