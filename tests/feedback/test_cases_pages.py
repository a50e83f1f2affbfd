"""The list of complaints, and one with words, facts, decision and what to do."""

from datetime import timedelta

import pytest
from django.utils import timezone

from feedback import cases
from feedback.models import Case, Decision, Event, FactCorrection
from tests.factories import NOW, a_shop, case, comment, customer, order, read_comment, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(client):
    a_shop()
    client.cookies["django_language"] = "en"


@pytest.fixture
def mai(client):
    someone = user("staff", "Mai")
    client.force_login(someone)
    return someone


@pytest.fixture
def broken_pot():
    """Lan's teapot came broken; decided by the policy."""
    lan = customer("Lan")
    about = read_comment(
        "Ấm bị vỡ khi mở hộp.",
        reading={"problem": "damaged", "fault": "ours"},
        channel="form",
        customer=lan,
        order=order(lan),
    )
    made = case(about, wish="Đổi cho tôi cái khác.")
    cases.decide_many([about], NOW, cases={about.pk: made})
    return made


def page_of(client, made):
    return client.get(f"/cases/{made.public_id}/")


def test_it_shows_words_wish_facts_decision_and_message(client, mai, broken_pot):
    """S2-7: lifetime value in money; S4-6: the wish in the customer's own words."""
    page = page_of(client, broken_pot).content.decode()

    assert "Ấm bị vỡ khi mở hộp." in page
    assert "Đổi cho tôi cái khác." in page
    assert "₫500,000" in page
    assert "from the text" in page
    assert "Lan" in page.split('id="message-text"')[1]


def test_it_says_which_expectations_were_missed(client, mai):
    """S1-1"""
    late = read_comment("Giao trễ mười ngày.", reading={"expectations": ["accuracy_speed", "trust"]})

    page = page_of(client, case(late)).content.decode()

    assert "the right thing, in good time · to be able to rely on us" in page


def test_the_message_speaks_the_customers_language(client, mai, broken_pot):
    assert page_of(client, broken_pot).context["message"]["language"] == "vi"


def test_it_says_how_many_others_had_it(client, mai):
    """S4-5: the concern of one is the silence of many."""
    now = timezone.now()
    told = [
        read_comment(themes=[("damaged", "negative"), ("courier", "negative")], said_at=now, channel="form"),
        read_comment(themes=[("damaged", "negative")], said_at=now - timedelta(days=29)),
        read_comment(themes=[("damaged", "negative")], said_at=now - timedelta(days=31)),
    ]

    others = page_of(client, case(told[0])).context["others"]

    assert [(theme["slug"], theme["n"]) for theme in others] == [("damaged", 2)]


def test_a_case_not_read_yet_says_so(client, mai):
    made = case(comment("Chưa ai đọc.", channel="form"))

    answer = page_of(client, made)

    assert answer.status_code == 200
    assert "being read" in answer.content.decode()


def test_a_case_without_words_still_stands(client, mai):
    about = read_comment("", reading={"problem": "none", "fault": "none"}, channel="survey")
    made = case(about)
    cases.decide_many([about], NOW, cases={about.pk: made})

    assert "(no words)" in page_of(client, made).content.decode()


def test_it_escapes_the_customers_words(client, mai):
    made = case(read_comment("<img src=x onerror=alert(1)>", channel="form"), wish="<b>now</b>")

    page = page_of(client, made).content.decode()

    assert "<img" not in page
    assert "<b>now" not in page


def test_a_corrected_fact_decides_again(client, mai, broken_pot):
    client.post(
        f"/cases/{broken_pot.public_id}/facts/",
        {"name": "problem", "value": "late", "reason": "The pot is whole; it came late."},
    )

    current = Decision.objects.get(comment=broken_pot.comment, is_current=True)
    assert current.facts["problem"] == "late"
    assert current.sources["problem"] == "person"
    assert "The pot is whole" in page_of(client, broken_pot).content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {"name": "problem", "value": "late", "reason": ""},
        {"name": "problem", "value": "aliens", "reason": "so"},
        {"name": "fault", "value": "ours", "reason": "x" * 301},
    ],
)
def test_a_fact_needs_a_value_and_a_reason(client, mai, broken_pot, given):
    answer = client.post(f"/cases/{broken_pot.public_id}/facts/", given)

    assert answer.status_code == 400
    assert answer.context["refused"].errors
    assert not FactCorrection.objects.exists()


@pytest.mark.parametrize("name", ["lifetime_value", "standing", "leverage", "", "\x00"])
def test_what_a_person_may_not_set_stays(client, mai, broken_pot, name):
    client.post(f"/cases/{broken_pot.public_id}/facts/", {"name": name, "value": "1", "reason": "so"})

    assert not FactCorrection.objects.exists()


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        (["waiting"], "waiting"),
        (["waiting", "open"], "open"),
        (["resolved"], "resolved"),
        (["resolved", "closed"], "closed"),
        (["closed", "open"], "open"),
    ],
)
def test_it_moves(client, mai, broken_pot, steps, state):
    for step in steps:
        client.post(f"/cases/{broken_pot.public_id}/state/", {"to": step, "first_time": "yes"})

    broken_pot.refresh_from_db()
    assert broken_pot.state == state
    assert Event.objects.filter(subject=f"feedback.case:{broken_pot.pk}", by=mai).count() == len(steps)


@pytest.mark.parametrize(("answer", "stored"), [("yes", True), ("no", False)])
def test_it_keeps_whether_it_was_solved_the_first_time(client, mai, broken_pot, answer, stored):
    """S0-1."""
    client.post(f"/cases/{broken_pot.public_id}/state/", {"to": "resolved", "first_time": answer})

    broken_pot.refresh_from_db()
    assert broken_pot.resolved_first_time is stored


def test_solved_asks_whether_the_first_time(client, mai, broken_pot):
    client.post(f"/cases/{broken_pot.public_id}/state/", {"to": "resolved"})

    broken_pot.refresh_from_db()
    assert broken_pot.state == Case.State.OPEN


def test_the_second_of_two_people_is_told(client, mai, broken_pot):
    cases.close(broken_pot, by=mai)

    answer = client.post(f"/cases/{broken_pot.public_id}/state/", {"to": "waiting"}, follow=True)

    assert "Somebody else" in answer.content.decode()


@pytest.mark.parametrize("role", ["front_line", "advocate", "administrator"])
def test_who_may_read_may_not_act(client, broken_pot, role):
    client.force_login(user(role))

    page = page_of(client, broken_pot)

    assert page.status_code == 200
    assert "/state/" not in page.content.decode()
    assert client.post(f"/cases/{broken_pot.public_id}/state/", {"to": "closed"}).status_code == 403


def test_the_list_begins_with_safety_then_what_is_due(client, mai):
    day = timezone.now().date()
    later = case(due_on=day + timedelta(days=5))
    sooner = case(due_on=day)
    safety = case(route="safety", due_on=day + timedelta(days=9))
    case(state="closed", closed_at=NOW)

    assert list(client.get("/cases/").context["page"]) == [safety, sooner, later]


def test_an_empty_list_says_what_will_be_here(client, mai):
    page = client.get("/cases/", headers={"accept-language": "en"}).content.decode()

    assert "No case here" in page
    assert "filters cannot be used" not in page


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"state": "all"}, 3),
        ({"state": "closed"}, 1),
        ({"route": "safety"}, 1),
        ({"problem": "damaged"}, 1),
        ({"due": "1"}, 1),
    ],
)
def test_the_list_filters(client, mai, broken_pot, filters, found):
    case(route="safety", due_on=NOW.date() - timedelta(days=400))
    case(state="closed", closed_at=NOW)

    assert client.get("/cases/", filters).context["page"].paginator.count == found


@pytest.mark.parametrize("filters", [{"state": "lost"}, {"route": "\x00"}, {"problem": "aliens"}])
def test_a_filter_that_cannot_be_is_named(client, mai, filters):
    assert client.get("/cases/", filters).status_code == 400


@pytest.mark.parametrize("public_id", ["nothing-here", "x" * 300])
def test_an_unknown_case_is_not_found(client, mai, public_id):
    assert client.get(f"/cases/{public_id}/").status_code == 404


def test_its_queries_do_not_grow(client, mai, django_assert_max_num_queries):
    for _ in range(30):
        case(read_comment(customer=customer(), channel="form"))

    with django_assert_max_num_queries(9):
        client.get("/cases/")
