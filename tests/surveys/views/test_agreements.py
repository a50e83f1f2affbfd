"""L14, L16: what was agreed to is taken back behind the same link, by one press, without a log-in."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from feedback import consents
from feedback.models import Consent, Customer, DataLink
from feedback.tokens import digest, mint
from surveys import invitations
from surveys.models import Answer, Reward

pytestmark = pytest.mark.django_db
ASKED = "May we send you our newsletter?"


@pytest.fixture
def lan():
    return Customer.objects.get()


@pytest.fixture
def said_yes(client, address, filled, lan):
    """Finished, with a consent of its own beside the one from the checkout."""
    client.cookies["django_language"] = "en"
    client.post(address, filled())
    response = lan.invitations.get().response
    Answer.objects.create(response=response, question="news", kind="consent", words=ASKED, value="yes")
    given = consents.Given(
        purpose="newsletter", wording=f"survey-version-{response.version_id}:news", channel="survey",
        given_at=timezone.now(),
    )  # fmt: skip
    consents.note(lan, given)
    return response


def standing():
    return set(Consent.objects.filter(withdrawn_at=None).values_list("purpose", flat=True))


def test_the_end_of_a_survey_shows_what_was_agreed_to(client, address, said_yes):
    page = client.get(address).content.decode()

    assert "What you agreed to" in page
    assert ASKED in page
    assert "mail with a reward" in page
    assert page.count('value="withdraw"') == 2


@pytest.mark.parametrize("purpose", ["newsletter", "advertising"])
def test_one_press_takes_it_back(address, client, said_yes, purpose):
    """With the page's own form and nothing else: no log-in, no reason, no second question."""
    code = Reward.objects.get().code
    visitor = Client(enforce_csrf_checks=True)
    visitor.cookies["django_language"] = "en"
    visitor.get(address)
    fields = {
        "action": "withdraw",
        "purpose": purpose,
        "csrfmiddlewaretoken": visitor.cookies["csrftoken"].value,
    }

    page = visitor.post(address, fields, follow=True).content.decode()

    assert standing() == {"newsletter", "advertising"} - {purpose}
    assert Consent.objects.get(purpose=purpose).withdrawn_via == "survey"
    assert "Taken back." in page
    assert code in page


def test_when_all_is_taken_back_it_says_so(client, address, said_yes):
    for purpose in ("newsletter", "advertising"):
        page = client.post(address, {"action": "withdraw", "purpose": purpose}, follow=True).content.decode()

    assert "There is nothing else that you agreed to." in page
    assert "What you agreed to" not in client.get(address).content.decode()
    assert standing() == set()


def test_looking_takes_nothing_back(client, address, said_yes):
    client.get(f"{address}?action=withdraw&purpose=newsletter")
    client.head(f"{address}?withdrawn=1")

    assert standing() == {"newsletter", "advertising"}


@pytest.mark.parametrize("purpose", ["", "no-such", "publishing", "x" * 10_000, "\x00", "advertising\u200b"])
def test_what_was_not_agreed_to_changes_nothing(client, address, said_yes, purpose):
    assert client.post(address, {"action": "withdraw", "purpose": purpose}).status_code == 303

    assert standing() == {"newsletter", "advertising"}


def test_another_customers_consent_is_not_theirs_to_take_back(client, address, said_yes, invite):
    other = invite().customer

    client.post(address, {"action": "withdraw", "purpose": "advertising"})

    assert consents.standing(other, "advertising")


def test_who_was_merged_takes_back_what_is_kept_of_them_now(client, address, said_yes, lan):
    root = Customer.objects.create(name="Lan", since=timezone.now())
    lan.merged_into = root
    lan.save()
    Consent.objects.update(customer=root)

    client.post(address, {"action": "withdraw", "purpose": "advertising"})

    assert standing() == {"newsletter"}


def test_of_who_was_erased_nothing_is_shown(client, address, said_yes, lan):
    Customer.objects.update(erased_at=timezone.now())

    assert "What you agreed to" not in client.get(address).content.decode()


def test_an_answer_of_a_stranger_has_nothing_to_take_back(client, address, said_yes):
    invitation = invitations.find(address.split("/")[2])
    type(invitation).objects.update(customer=None, order=None)

    client.post(address, {"action": "withdraw", "purpose": "advertising"})

    assert standing() == {"newsletter", "advertising"}


def test_on_their_page_each_can_be_taken_back(client, said_yes, lan):
    token = mint()
    now = timezone.now()
    DataLink.objects.create(customer=lan, digest=digest(token), made_at=now, expires_at=now + timedelta(1))
    page = client.get(f"/my-data/{token}/").content.decode()
    assert page.count('value="withdraw"') == 2

    client.post(f"/my-data/{token}/consent/", {"do": "withdraw", "purpose": "newsletter"})
    assert standing() == {"advertising"}
    client.post(f"/my-data/{token}/consent/", {"do": "withdraw"})
    assert standing() == set()


def test_the_reward_is_the_same_whatever_was_taken_back(client, address, said_yes):
    before = Reward.objects.values().get()

    client.post(address, {"action": "withdraw", "purpose": "newsletter"})

    assert Reward.objects.values().get() == before
