"""Contacts and staffed hours from programs: each taken or refused by itself, whatever is sent (S0-9)."""

import json

import pytest

from feedback import api_access
from feedback.models import Contact, StaffedHour
from tests.factories import a_shop, user

pytestmark = pytest.mark.django_db
CALL = {
    "at": "2026-11-23T10:15:00+07:00", "channel": "phone", "reason": "delivery", "waited_seconds": 140,
    "satisfied": True, "external_id": "c1",
}  # fmt: skip
HOUR = {"starts_at": "2026-11-23T10:00:00+07:00", "people": "3"}


@pytest.fixture(autouse=True)
def _shop():
    a_shop()


@pytest.fixture
def send(client):
    key = api_access.issue("Telephone system", ["contacts"], by=None)

    def post(body, to="contacts", key=key):
        raw = body if isinstance(body, bytes) else json.dumps(body)
        headers = {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
        return client.post(f"/api/v1/{to}", raw, content_type="application/json", headers=headers)

    return post


def statuses(answer):
    return [one["status"] for one in answer.json()["results"]]


def test_it_takes_one(send):
    answer = send(CALL)

    assert answer.status_code == 201
    assert answer.json() == {"results": [{"external_id": "c1", "status": "created", "errors": []}]}
    row = Contact.objects.get()
    assert (row.channel, row.reason, row.waited_seconds, row.satisfied) == ("phone", "delivery", 140, True)


def test_the_same_again_doubles_nothing_and_what_is_known_later_is_added(send):
    send({name: CALL[name] for name in ("at", "external_id", "waited_seconds")})

    later = send({name: CALL[name] for name in ("at", "external_id", "satisfied")})
    again = send({name: CALL[name] for name in ("at", "external_id", "satisfied")})

    assert (later.status_code, statuses(later), statuses(again)) == (200, ["updated"], ["unchanged"])
    row = Contact.objects.get()
    assert (row.waited_seconds, row.satisfied) == (140, True)


def test_it_takes_the_good_ones_of_a_list_and_names_the_field(send):
    answer = send([CALL, CALL | {"external_id": "c2", "waited_seconds": -3}, "c3", {"channel": "phone"}])

    assert answer.status_code == 200
    assert statuses(answer) == ["created", "error", "error", "error"]
    named = [[error["field"] for error in one["errors"]] for one in answer.json()["results"]]
    assert named == [[], ["waited_seconds"], ["contact"], ["at"]]


@pytest.mark.parametrize(
    "given",
    [
        {"at": "yesterday"}, {"at": None}, {"at": 7}, {"at": []}, {"at": "9999-12-31"}, {"channel": "pigeon"},
        {"satisfied": 5}, {"waited_seconds": True}, {"waited_seconds": 1e300},
        {"waited_seconds": 90_000}, {"reason": "x" * 81}, {"reason": {}}, {"colour": "red"},
        {"external_id": "x" * 121},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_field(send, given):
    answer = send(CALL | given)

    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["results"][0]["errors"]] == list(given)
    assert not Contact.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", [], [CALL] * 501, "c1", None, 7, {"at": "\x00"}])
@pytest.mark.parametrize("to", ["contacts", "contacts/staffed-hours"])
def test_whatever_is_sent_is_answered(send, body, to):
    assert send(body, to).status_code == 400
    assert not Contact.objects.exists()


def test_a_key_of_another_scope_and_a_person_are_refused(send, client):
    other = api_access.issue("Web shop", ["orders"], by=None)
    client.force_login(user("manager"))

    assert send(CALL, key=other).status_code == 403
    assert client.post("/api/v1/contacts", "{}", content_type="application/json").status_code in (401, 403)
    assert not Contact.objects.exists()


def test_staffed_hours_replace_what_was_said_before(send):
    first = send([HOUR, HOUR | {"starts_at": "2026-11-23T11:20:00+07:00", "people": 2.5}], to=HOURS)
    again = send(HOUR | {"people": 4}, to=HOURS)

    assert (first.json(), again.json()) == ({"hours": 2, "changed": 2}, {"hours": 1, "changed": 1})
    assert sorted(StaffedHour.objects.values_list("people", flat=True)) == [2.5, 4]


@pytest.mark.parametrize(
    "given", [{"people": "many"}, {"people": -1}, {"people": None}, {"starts_at": "x"}, {"x": 1}]
)
def test_of_staffed_hours_all_are_taken_or_none(send, given):
    answer = send([HOUR, HOUR | given], to=HOURS)

    assert answer.status_code == 400
    assert f"1.{next(iter(given))}" in answer.text
    assert not StaffedHour.objects.exists()


HOURS = "contacts/staffed-hours"
