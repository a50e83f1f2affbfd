"""Keys for programs: shown once, limited, revoked."""

import io

import pytest
from django.core.management import CommandError, call_command

from feedback.models import ApiToken, Event
from tests.factories import a_shop, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def huy(client):
    a_shop()
    someone = user("administrator", "Huy")
    client.force_login(someone)
    return someone


def test_it_shows_the_key_once(client, huy):
    answer = client.post("/setup/tokens/", {"name": "Web shop", "scopes": ["orders", "trends"]})

    key = answer.context["key"]
    token = ApiToken.objects.get()
    assert key in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert key not in client.get("/setup/tokens/").content.decode()
    assert (token.scopes, token.made_by) == (["orders", "trends"], huy)


@pytest.mark.parametrize(
    "given", [{"name": "", "scopes": ["orders"]}, {"name": "x"}, {"name": "x", "scopes": ["everything"]}]
)
def test_it_wants_a_name_and_scopes(client, given):
    assert client.post("/setup/tokens/", given).status_code == 400
    assert not ApiToken.objects.exists()


def test_a_revoked_key_opens_nothing(client, huy):
    key = client.post("/setup/tokens/", {"name": "Web shop", "scopes": ["trends"]}).context["key"]
    client.post(f"/setup/tokens/{ApiToken.objects.get().pk}/revoke/")
    client.logout()

    answer = client.get("/api/v1/trends/themes", headers={"Authorization": f"Bearer {key}"})

    assert answer.status_code == 401
    assert Event.objects.filter(verb="api token revoked", by=huy).count() == 1


def test_a_command_makes_one_too(client):
    out = io.StringIO()

    call_command("api_token", "Till", "--scope", "rewards", stdout=out)

    assert out.getvalue().startswith("fb_")
    assert ApiToken.objects.get().scopes == ["rewards"]


def test_the_command_knows_the_scopes():
    with pytest.raises(CommandError):
        call_command("api_token", "Till", "--scope", "everything")
