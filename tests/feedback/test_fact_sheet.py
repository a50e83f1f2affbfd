"""What a decision saw, as people read and correct it."""

import pytest
from django.urls import reverse
from django.utils import translation

from feedback import cases, corrections, fact_sheet, facts
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown():
    """`shown()`: the facts of a complaint of Lan's, in English, by label."""

    def run(refused=None, **reading):
        factories.a_shop()
        lan = factories.order().customer
        about = factories.case(factories.read_comment(customer=lan, reading=reading)).comment
        decision = cases.decide_many([about], factories.NOW)[about.pk]
        with translation.override("en"):
            return {str(one.label): one for one in fact_sheet.shown(decision, "en", refused)}

    return run


def test_every_fact_a_person_may_set_has_a_form(shown):
    forms = [one.form.fact for one in shown().values() if one.form]

    assert sorted([*forms, "dispute"]) == sorted(facts.CORRECTABLE)


def test_a_dispute_that_the_customer_speaks_of_is_checked_by_a_person(shown):
    """S3-5: until then nothing is offered; afterwards there is none, unless it is noted."""
    found = shown(flags=["dispute"])["Dispute"]

    assert [word for word, _label in found.form.fields["value"].choices] == ["none", "claimed"]


def test_where_nobody_speaks_of_a_dispute_there_is_nothing_to_check(shown):
    assert shown()["Dispute"].form is None


def test_it_leaves_out_what_is_not_known(shown):
    assert "Earned on this customer" not in shown()


def test_it_keeps_the_form_that_was_refused(shown):
    refused = fact_sheet.FactForm({}, name="fault")

    found = shown(refused)

    assert [label for label, one in found.items() if one.is_refused] == ["Whose fault"]
    assert found["Whose fault"].form is refused


def test_every_fact_says_where_it_comes_from(shown):
    """Issue 4, item 1."""
    facts_shown = shown()
    with translation.override("en"):
        found = {label: str(one.source) for label, one in facts_shown.items()}

    assert found == {
        "Problem": "from the text",
        "Whose fault": "from the text",
        "Looked into": "nobody has said so yet",
        "Right by law": "nobody has said so yet",
        "We broke a promise": "from our records",
        "Dispute": "from our records",
        "Standing": "from the orders",
        "Lifetime value": "from the orders",
        "Earlier concessions": "from our records",
    }


def test_it_says_who_set_a_fact_when_and_why():
    about = factories.case(factories.read_comment(channel="form")).comment
    bao = factories.user(name="Bảo")
    cases.correct_fact(about, "fault", "carrier", reason="They told us.", by=factories.user(name="Mai"))
    decision = cases.correct_fact(about, "fault", "ours", reason="The box was thin.", by=bao)

    (fault,) = (one for one in fact_sheet.shown(decision, "en") if one.form and one.form.fact == "fault")

    assert (fault.by.who, fault.by.reason) == (bao, "The box was thin.")
    assert fault.by.at is not None


def test_it_says_who_corrected_the_reading():
    about = factories.case(factories.read_comment(channel="form")).comment
    bao = factories.user(name="Bảo")
    said = corrections.Said(sentiment="negative", problem="damaged", themes={})
    corrections.correct(about, said, by=bao, edition=1)
    about.refresh_from_db()
    decision = cases.decide_many([about], factories.NOW)[about.pk]

    problem = next(fact_sheet.shown(decision, "en"))

    assert (problem.by.who, problem.by.reason) == (bao, "")


def test_it_names_the_law():
    """L13: which law, so that staff can look it up."""
    factories.a_shop()
    lan = factories.customer("Lan")
    about = factories.read_comment(
        customer=lan,
        order=factories.order(lan, delivered_on=factories.NOW.date()),
        reading={"problem": "wrong_item"},
    )
    decision = cases.decide_many([about], factories.NOW)[about.pk]

    (right,) = (one for one in fact_sheet.shown(decision, "en") if one.law)

    assert "Civil Code 91/2015/QH13" in right.law


def test_the_case_page_shows_it(client):
    about = factories.case(factories.read_comment(channel="form"))
    mai = factories.user(name="Mai")
    cases.correct_fact(about.comment, "fault", "carrier", reason="The depot confirmed it.", by=mai)
    client.force_login(mai)

    page = client.get(reverse("case", args=[about.public_id])).content.decode()

    assert "The depot confirmed it." in page
