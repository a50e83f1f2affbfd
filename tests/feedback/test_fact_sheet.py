"""What a decision saw, as people read and correct it."""

import pytest
from django.utils import translation

from feedback import cases, fact_sheet, facts
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown():
    """`shown()`: the facts of a complaint of Lan's, in English, by label."""

    def run(refused=None):
        factories.a_shop()
        about = factories.case(factories.read_comment(customer=factories.order().customer)).comment
        decision = cases.decide_many([about], factories.NOW)[about.pk]
        with translation.override("en"):
            return {str(one.label): one for one in fact_sheet.shown(decision, "en", refused)}

    return run


def test_every_fact_a_person_may_set_has_a_form(shown):
    forms = [one.form.fact for one in shown().values() if one.form]

    assert sorted(forms) == sorted(facts.CORRECTABLE)


def test_it_leaves_out_what_is_not_known(shown):
    assert "Earned on this customer" not in shown()


def test_it_keeps_the_form_that_was_refused(shown):
    refused = fact_sheet.FactForm({}, name="fault")

    found = shown(refused)

    assert [label for label, one in found.items() if one.is_refused] == ["Whose fault"]
    assert found["Whose fault"].form is refused
