"""Disputes: noted once, everything else locked out, closed with an outcome; by staff and by the API."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from feedback import api_access, cases, disputes, shop, value
from feedback.models import Decision, Dispute, Event
from feedback.roles import Role
from tests import factories
from tests.factories import NOW, a_shop, user

pytestmark = pytest.mark.django_db
OPENED = NOW - timedelta(days=3)


@pytest.fixture(autouse=True)
def _shop(client):
    a_shop()
    client.cookies["django_language"] = "en"


@pytest.fixture
def case():
    lan = factories.customer("Lan")
    bought = factories.order(lan, carrier="GHN", delivered_on=NOW.date(), terms_shown_at=NOW)
    about = factories.read_comment(
        "Không nhận được hàng.",
        reading={"problem": "not_received", "fault": "ours"},
        channel="form",
        customer=lan,
        order=bought,
    )
    made = factories.case(about)
    cases.decide_many([about], NOW, cases={about.pk: made})
    return made


def note(case, **given):
    given = {"external_id": "cb-1", "amount": Decimal(500_000), "opened_at": OPENED} | given
    return disputes.note(case.order, **given)


def rule(case):
    return Decision.objects.get(comment=case.comment_id, is_current=True).rule


def test_the_case_is_decided_anew_when_it_opens_and_when_it_closes(case):
    assert rule(case) == "own_fault"

    row, is_new = note(case)
    case.refresh_from_db()
    assert (is_new, rule(case), case.route) == (True, "dispute", "dispute")

    disputes.close(row, outcome="won")
    case.refresh_from_db()
    assert (rule(case), case.route) == ("own_fault", "normal")
    assert set(Event.objects.filter(subject=f"feedback.dispute:{row.pk}").values_list("verb", flat=True)) == {
        "dispute opened",
        "dispute closed",
    }


def test_the_lock_ends_with_the_last_of_several(case):
    first, _new = note(case)
    note(case, external_id="cb-2")

    disputes.close(first, outcome="lost")

    assert rule(case) == "dispute"


def test_the_same_reference_again_changes_nothing(case):
    row, _new = note(case)
    disputes.close(row, outcome="lost")

    again, is_new = note(case, amount=Decimal(1))

    assert (again.pk, is_new) == (row.pk, False)
    assert Dispute.objects.get().state == "closed"
    with pytest.raises(disputes.BadDispute):
        disputes.note(factories.order(), external_id="cb-1", amount=Decimal(1))


def test_it_closes_once(case):
    row, _new = note(case)
    disputes.close(row, outcome="accepted")

    with pytest.raises(disputes.Stale):
        disputes.close(row, outcome="won")
    assert Dispute.objects.get().outcome == "accepted"


def test_the_fee_is_a_cost_and_a_lost_one_takes_the_money_too(case):
    """S3-5"""
    before = value.lifetime_values([case.customer_id])[case.customer_id]
    row, _new = note(case, fee=Decimal(300_000))

    assert value.lifetime_values([case.customer_id])[case.customer_id] == before - 300_000
    disputes.close(row, outcome="lost")
    assert value.lifetime_values([case.customer_id])[case.customer_id] == before - 800_000
    assert row.cost == 800_000


def test_the_evidence_is_what_we_hold(case):
    row, _new = note(case)

    found = {one.key: one for one in disputes.evidence(row, "en")}

    assert list(found) == list(disputes.EVIDENCE)
    assert found["tracking"].held == ("GHN",)
    assert "Không nhận được hàng." in found["words"].held[0]
    assert found["mails"].held == ()
    assert not found["invoice"].attached


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": Decimal(-1)}, "amount"),
        ({"amount": Decimal("0.5")}, "amount"),
        ({"fee": Decimal(-1)}, "fee"),
        ({"currency": "XXQ"}, "currency"),
        ({"due_by": OPENED - timedelta(days=1)}, "due_by"),
        ({"opened_at": timezone.now() + timedelta(days=40)}, "opened_at"),
    ],
)
def test_it_names_what_cannot_be(case, given, field):
    with pytest.raises(disputes.BadDispute) as bad:
        note(case, **given)

    assert bad.value.field == field


def page(client, case):
    return client.get(f"/cases/{case.public_id}/").content.decode()


def test_staff_note_it_and_see_that_nothing_else_is_offered(client, case):
    """S3-5: reason, evidence list, due date."""
    client.force_login(user(Role.STAFF))

    answer = client.post(
        "/disputes/note/",
        {"order_number": case.order.number, "external_id": "dp_1", "amount": "500000", "fee": "300000",
         "reason": "product_not_received", "opened_on": "2026-11-15", "due_on": "2027-01-05"},
    )  # fmt: skip

    row = Dispute.objects.get()
    assert answer.url == f"/disputes/{row.pk}/"
    shown = page(client, case)
    assert "Nothing else is offered here" in shown
    assert "the goods did not come" in shown
    assert "we hold nothing of it" in shown
    assert 'name="remedy"' not in shown


def test_a_wrong_form_keeps_what_was_typed(client, case):
    client.force_login(user(Role.STAFF))

    answer = client.post(
        "/disputes/note/",
        {"order_number": "nowhere", "external_id": "dp_1", "amount": "5", "opened_on": "2026-11-15"},
    )

    assert answer.status_code == 400
    assert "There is no order of this number." in answer.content.decode()
    assert 'value="dp_1"' in answer.content.decode()


def test_evidence_is_ticked_and_the_end_noted_on_its_page(client, case):
    row, _new = note(case)
    client.force_login(user(Role.MANAGER))

    client.post(f"/disputes/{row.pk}/evidence/", {"attached": ["invoice", "tracking"]})
    client.post(f"/disputes/{row.pk}/close/", {"outcome": "lost", "fee": "250000"})

    row.refresh_from_db()
    assert (row.evidence, row.state, row.outcome, row.fee) == (
        ["invoice", "tracking"],
        "closed",
        "lost",
        250_000,
    )
    assert client.post(f"/disputes/{row.pk}/close/", {"outcome": "won"}).status_code == 302
    assert client.post(f"/disputes/{row.pk}/evidence/", {"attached": ["a lie"]}).status_code == 400


@pytest.fixture
def send(client):
    key = api_access.issue("shop", ["disputes"], by=None)

    def call(method, path, body):
        return getattr(client, method)(
            path,
            body,
            "application/json",
            headers={"authorization": f"Bearer {key}", "accept-language": "en"},
        )

    return call


def test_the_api_notes_changes_and_closes(send, case):
    body = {"external_id": "dp/1 ü", "order_number": case.order.number, "amount": "500000", "fee": 300000}

    first, again = (send("post", "/api/v1/disputes", body) for _ in range(2))
    changed = send(
        "patch", "/api/v1/disputes/dp%2F1%20%C3%BC", {"reason": "fraud", "due_by": "2027-01-05T10:00:00"}
    )

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["state"] == "open"
    assert first.json()["fee"] == "300000"
    assert changed.status_code in (200, 404)  # a slash in a reference cannot stand in an address


def test_the_api_closes_once(send, case):
    send("post", "/api/v1/disputes", {"external_id": "dp_1", "order_number": case.order.number, "amount": 5})

    closed = send("patch", "/api/v1/disputes/dp_1", {"state": "closed", "outcome": "won", "fee": "10"})
    again = send("patch", "/api/v1/disputes/dp_1", {"state": "closed", "outcome": "lost"})

    assert (closed.status_code, closed.json()["outcome"], closed.json()["fee"]) == (200, "won", "10")
    assert again.status_code == 409
    assert again.json()["errors"][0]["code"] == "dispute_closed"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "order_number"),
        ({"order_number": "nowhere"}, "order_number"),
        ({"amount": "lots"}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": [1]}, "amount"),
        ({"amount": "1e999999"}, "amount"),
        ({"currency": "ZZ"}, "currency"),
        ({"opened_at": "yesterday"}, "opened_at"),
        ({"due_by": "0001-01-01T00:00:00Z"}, "due_by"),
        ({"external_id": "x" * 121}, "external_id"),
        ({"external_id": {"a": 1}}, "external_id"),
        ({"bribe": "5"}, "bribe"),
    ],
)
def test_the_api_names_the_field(send, case, body, field):
    whole = {"external_id": "dp_1", "order_number": case.order.number, "amount": "5"} | body if body else {}

    answer = send("post", "/api/v1/disputes", whole)

    assert answer.status_code == 400
    assert field in {error["attr"] for error in answer.json()["errors"]}
    assert not Dispute.objects.exists()


def test_the_api_takes_a_new_reason_and_due_date_with_a_second_post(send, case):
    """S3-5: nothing that the shop's system says later is dropped in silence."""
    body = {"external_id": "dp_1", "order_number": case.order.number, "amount": "500000", "fee": 300000}
    send("post", "/api/v1/disputes", body)

    again = send(
        "post", "/api/v1/disputes", body | {"reason": "fraudulent", "due_by": "2027-01-05T10:00:00+07:00"}
    )
    leaner = send("post", "/api/v1/disputes", {name: body[name] for name in body if name != "fee"})

    assert (again.status_code, again.json()["reason"]) == (200, "fraudulent")
    assert again.json()["due_by"] == "2027-01-05T10:00:00+07:00"
    assert leaner.json() == again.json()  # what a later word leaves out stays
    assert Event.objects.get(verb="dispute changed").data["fields"] == ["due_by", "reason"]


def test_the_api_says_no_to_another_word_about_a_closed_dispute(send, case):
    body = {"external_id": "dp_1", "order_number": case.order.number, "amount": 5, "reason": "fraudulent"}
    send("post", "/api/v1/disputes", body)
    send("patch", "/api/v1/disputes/dp_1", {"state": "closed", "outcome": "won"})

    same, other = (send("post", "/api/v1/disputes", body | more) for more in ({}, {"reason": "duplicate"}))

    assert (same.status_code, same.json()["state"]) == (200, "closed")
    assert (other.status_code, other.json()["errors"][0]["code"]) == (409, "dispute_closed")
    assert Dispute.objects.get().reason == "fraudulent"


def test_the_api_names_a_due_date_before_the_beginning_in_a_second_post(send, case):
    note(case, external_id="dp_1")
    body = {"external_id": "dp_1", "order_number": case.order.number, "amount": 500_000}

    answer = send("post", "/api/v1/disputes", body | {"due_by": "2020-01-01T00:00:00+07:00"})

    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "due_by")


def typed(case, **more):
    return {"order_number": case.order.number, "external_id": "dp_1", "amount": "500000",
            "opened_on": "2026-11-15"} | more  # fmt: skip


def test_staff_see_what_a_dispute_noted_again_says_otherwise(client, case):
    client.force_login(user(Role.STAFF))
    client.post("/disputes/note/", typed(case, fee="300000"))

    said = client.post("/disputes/note/", typed(case, reason="fraudulent", due_on="2027-01-05"), follow=True)

    row = Dispute.objects.get()
    assert "What is said otherwise now: Answer due by, Reason." in said.text
    assert (row.reason, row.fee, row.due_by.astimezone(shop.zone()).date()) == (
        "fraudulent",
        300_000,
        date(2027, 1, 5),
    )
    assert "noted before, just so" in client.post("/disputes/note/", typed(case), follow=True).text


def test_staff_are_told_that_a_closed_dispute_keeps_nothing_new(client, case):
    client.force_login(user(Role.STAFF))
    client.post("/disputes/note/", typed(case))
    disputes.close(Dispute.objects.get(), outcome="won")

    said = client.post("/disputes/note/", typed(case, reason="fraudulent"), follow=True)

    assert "is closed: what you wrote now was not kept" in said.text
    assert Dispute.objects.get().reason == ""


@pytest.mark.parametrize("body", [[], "x", 5, None])
def test_the_api_wants_an_object(send, body):
    assert send("post", "/api/v1/disputes", body).status_code == 400
    assert send("patch", "/api/v1/disputes/none", body).status_code in (400, 404)


def test_an_unknown_dispute_is_not_found(send):
    assert send("patch", "/api/v1/disputes/none", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [{"state": "open"}, {"outcome": "won"}, {"state": "closed"}, {"state": "closed", "outcome": "draw"}],
)
def test_an_end_needs_its_outcome(send, case, body):
    note(case, external_id="dp_1")

    assert send("patch", "/api/v1/disputes/dp_1", body).status_code == 400
    assert Dispute.objects.get().state == "open"


def test_the_list_is_of_the_days_and_the_currency_that_service_counts(client, django_assert_max_num_queries):
    """S0-10, issue 6: the row of disputes leads to those it adds up; the heading says the days."""
    client.force_login(user(Role.MANAGER, "Huy", language="en"))
    lan = factories.customer("Lan")
    for days_ago, columns in [
        (1, {"fee": 20_000}), (2, {"fee": 10_000, "state": "closed", "outcome": "lost"}), (40, {"fee": 5}),
        (1, {"fee": 7, "currency": "USD"}), *[(3, {"fee": 1_000})] * 12,
    ]:  # fmt: skip
        opened = {"opened_at": NOW - timedelta(days=days_ago)} | columns
        factories.dispute(factories.order(lan), **opened)
    today = shop.day(NOW)
    query = {"from": today - timedelta(days=9), "to": today, "currency": "VND"}
    service = client.get("/reports/service/", query)
    row = next(one for one in service.context["rows"] if one.url.startswith("/disputes/"))

    with django_assert_max_num_queries(14):
        page = client.get(row.url)

    shown = list(page.context["page"])
    assert page.context["page"].paginator.count == len(shown) == 14
    assert sum(one.taken for one in shown) == page.context["taken"] == row.value
    said = page.content.decode()
    assert "14 disputes" in said
    assert f"{query['from']:%d/%m/%Y} to {today:%d/%m/%Y}" in said
    assert client.get("/disputes/").context["page"].paginator.count == 16
    none = client.get("/disputes/", query | {"currency": "EUR"})
    assert "No dispute was opened in these days" in none.content.decode()
    assert none.context["taken"] == 0
    assert "Disputes at the bank" in client.get("/disputes/", {"currency": "USD"}).content.decode()


@pytest.mark.parametrize("wrong", ["from=x", "currency=QQQ", "currency=%00", "from=2026-02-01&to=2026-01-01"])
def test_days_that_are_none_list_no_disputes(client, wrong):
    client.force_login(user(Role.STAFF, "Mai", language="en"))
    page = client.get(f"/disputes/?{wrong}")
    assert page.status_code == 400
    assert "One of the filters cannot be used" in page.content.decode()
