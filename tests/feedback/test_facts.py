"""Where each fact of a decision comes from, and what wins."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from feedback import cases, facts
from feedback.models import FactCorrection, Location, OrderLine, Promise
from feedback.models.words import Channel
from feedback.policy.facts import BadFacts
from feedback.policy.terms import Terms
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def gathered(comment):
    return facts.gather([comment], Terms.shipped(), NOW)[comment.pk]


def lans_comment(reading=None, **columns):
    lan = factories.customer("Lan")
    bought = factories.order(lan, total=Decimal(900_000), **columns)
    return factories.read_comment(customer=lan, order=bought, reading=reading)


def test_the_problem_comes_from_the_text():
    found = gathered(factories.read_comment(reading={"problem": "damaged", "fault": "carrier"}))

    assert (found.facts.problem, found.facts.fault, found.facts.fault_from) == ("damaged", "carrier", "text")
    assert found.sources["problem"] == found.sources["fault"] == "text"


def test_a_person_who_corrected_the_reading_wins():
    comment = factories.read_comment()
    comment.analysis.corrected_problem = "damaged"

    found = gathered(comment)

    assert (found.facts.problem, found.sources["problem"]) == ("damaged", "person")


def test_value_and_order_come_from_the_orders():
    found = gathered(lans_comment())

    assert found.facts.lifetime_value == found.facts.order_value == 900_000
    assert found.sources["lifetime_value"] == found.sources["order_value"] == "order"
    assert found.facts.standing in ("valued", "regular")


def test_somebody_unknown_has_no_value():
    found = gathered(factories.read_comment())

    assert (found.facts.lifetime_value, found.facts.order_value) == (None, None)
    assert found.facts.standing == "unknown"
    assert "lifetime_value" not in found.sources


def test_an_order_in_another_currency_has_no_value_here():
    found = gathered(lans_comment(currency="USD"))

    assert found.facts.order_value is None
    assert found.facts.lifetime_value is None


def test_the_margin_is_known_only_when_every_cost_is():
    comment = lans_comment()
    line = {"order": comment.order, "name": "bát", "quantity": 2, "price": Decimal(450_000)}
    priced = OrderLine.objects.create(cost=Decimal(300_000), **line)
    assert gathered(comment).facts.margin == 300_000

    priced.pk = None
    priced.cost = None
    priced.save()
    assert gathered(comment).facts.margin is None


@pytest.mark.parametrize(
    ("state", "said", "dispute", "source"),
    [
        ("open", False, "open", "dispute"),
        ("open", True, "open", "dispute"),
        ("closed", True, "closed", "dispute"),
        (None, True, "claimed", "text"),
        (None, False, "none", None),
    ],
)
def test_a_dispute_is_a_fact_of_the_order_and_only_claimed_by_a_text(state, said, dispute, source):
    """S3-5: nothing is offered on a claim until it is checked."""
    comment = lans_comment({"flags": ["dispute"] if said else []})
    if state:
        factories.dispute(comment.order, state=state)

    found = gathered(comment)

    assert (found.facts.dispute, found.sources.get("dispute")) == (dispute, source)


@pytest.mark.parametrize(("state", "dispute"), [(None, "none"), ("open", "open"), ("closed", "closed")])
def test_who_has_checked_it_says_that_there_is_none_and_the_bank_knows_better(state, dispute):
    """S3-5: a claim is no lock for good."""
    comment = lans_comment({"flags": ["dispute"]})
    bao = factories.user("staff")
    cases.decide_many([comment], factories.NOW)
    decided = cases.correct_fact(comment, "dispute", "none", reason="Ngân hàng nói không có", by=bao)
    assert (decided.facts["dispute"], decided.sources["dispute"]) == ("none", "person")
    assert decided.rule != "dispute"
    if state:
        factories.dispute(comment.order, state=state)

    assert gathered(comment).facts.dispute == dispute


@pytest.mark.parametrize("given", ["open", "closed", "", "x"])
def test_nobody_opens_or_closes_a_dispute_by_hand(given):
    with pytest.raises(BadFacts, match="dispute"):
        facts.checked("dispute", given)


@pytest.mark.parametrize("order", [("open", "closed"), ("closed", "open")])
def test_one_open_dispute_of_several_is_enough(order):
    comment = lans_comment()
    for state in order:
        factories.dispute(comment.order, state=state)

    assert gathered(comment).facts.dispute == "open"


def test_earlier_concessions_count_within_the_policys_window():
    comment = lans_comment()
    window = timedelta(days=Terms.shipped().window_days)
    for moment in (NOW - timedelta(days=1), NOW - window - timedelta(days=1)):
        about = factories.read_comment(customer=comment.customer)
        factories.concession(factories.case(about, customer=comment.customer), booked_at=moment)

    assert gathered(comment).facts.earlier_concessions == 1


def test_a_broken_promise_is_a_fact():
    comment = factories.read_comment(channel=Channel.FORM)
    Promise.objects.create(
        call_back_on="2030-01-02",
        case=factories.case(comment),
        what="gửi lại",
        by_when=NOW.date(),
        state="broken",
        made_at=NOW,
        settled_at=NOW,
    )

    assert gathered(comment).facts.promise_broken is True


def test_a_complaint_without_readable_words_is_still_a_problem():
    """They told us in the survey that something went wrong, and wrote nothing about it."""
    comment = factories.read_comment("", reading={"problem": "none", "fault": "none", "complaint": False})
    assert gathered(comment).facts.problem == "none"

    factories.case(comment)

    assert gathered(comment).facts.problem == "other"


@pytest.mark.parametrize("how", ["the case", "the reading was corrected", "the fact was corrected"])
def test_a_text_that_told_of_no_problem_does_not_say_whose_fault_it_was(how):
    """Else "ok" with one star would be answered that the cause lies outside our control."""
    comment = factories.read_comment("ok", reading={"problem": "none", "fault": "none"})
    if how == "the case":
        factories.case(comment)
    elif how == "the reading was corrected":
        comment.analysis.corrected_problem = "damaged"
    else:
        FactCorrection.objects.create(
            comment=comment,
            name="problem",
            value="damaged",
            reason="Photo",
            by=factories.user("staff"),
            at=NOW,
        )

    assert gathered(comment).facts.fault == "unknown"


def test_a_person_may_say_that_it_was_nobodys_fault():
    comment = factories.read_comment("ok", reading={"problem": "none", "fault": "none"})
    factories.case(comment)
    FactCorrection.objects.create(
        comment=comment, name="fault", value="none", reason="Storm", by=factories.user("staff"), at=NOW
    )

    assert gathered(comment).facts.fault == "none"


def test_the_newest_correction_of_a_fact_wins():
    comment, mai = factories.read_comment(), factories.user()
    for fault in ("customer", "carrier"):
        FactCorrection.objects.create(comment=comment, name="fault", value=fault, reason="…", by=mai, at=NOW)

    found = gathered(comment)

    assert (found.facts.fault, found.facts.fault_from, found.sources["fault"]) == (
        "carrier",
        "person",
        "person",
    )


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("fault", "carrier", "carrier"),
        ("problem", "late", "late"),
        ("investigated", "on", True),
        ("investigated", "", False),
        ("promise_broken", True, True),
        ("statutory_right", "", None),
        ("statutory_right", None, None),
        ("statutory_right", "repair", "repair"),
    ],
)
def test_a_correction_is_a_word_the_policy_knows(name, given, kept):
    assert facts.checked(name, given) == kept


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("fault", "theirs"),
        ("problem", ""),
        ("statutory_right", "everything"),
        ("lifetime_value", "9"),
        ("stars", 1),
        ("leverage", "review_threat"),
    ],
)
def test_anything_else_is_refused_by_name(name, given):
    with pytest.raises(BadFacts) as refused:
        facts.checked(name, given)

    assert refused.value.field == name


def test_the_live_policy_is_the_newest_that_has_started():
    huy, shipped = factories.user("manager", "Huy"), Terms.shipped()
    assert facts.live_terms(NOW) == (None, shipped)
    for version, days in ((1, -2), (2, -1), (3, 1)):
        factories.policy(version, by=huy, starts_at=NOW + timedelta(days=days))

    policy, terms = facts.live_terms(NOW)

    assert (policy.version, terms) == (2, Terms.from_dict(shipped.as_dict() | {"version": "2"}))


@pytest.mark.parametrize("rows", [2, 12])
def test_it_asks_each_table_once(rows, django_assert_max_num_queries):
    several = [lans_comment() for _ in range(rows)]

    with django_assert_max_num_queries(11):
        assert len(facts.gather(several, Terms.shipped(), NOW)) == rows


def a_purchase(*, problem="wrong_item", said_after=5, **columns):
    """Delivered on the 1st by a carrier; Lan's words come so many days later."""
    lan = factories.customer("Lan")
    days = {"promised_on": date(2026, 11, 1), "delivered_on": date(2026, 11, 1), "carrier": "GHN"}
    bought = factories.order(lan, placed_at=NOW - timedelta(days=18), **days | columns)
    said_at = datetime(2026, 11, 1, 3, tzinfo=UTC) + timedelta(days=said_after)
    return factories.read_comment(
        customer=lan, order=bought, said_at=said_at, reading={"problem": problem, "fault": "unknown"}
    )


@pytest.mark.parametrize(
    ("columns", "right"),
    [
        ({}, "replacement"),  # Vietnam, the shop's own country
        ({"problem": "defective"}, "repair"),
        ({"problem": "not_as_described"}, "refund"),
        ({"problem": "not_as_described", "said_after": 31}, None),
        ({"problem": "not_as_described", "carrier": "", "promised_on": None, "location": "store"}, None),
        ({"problem": "change_of_mind"}, None),
        ({"problem": "change_of_mind", "country": "DE"}, "refund"),
        ({"problem": "change_of_mind", "country": "DE", "said_after": 15}, None),
        ({"problem": "defective", "country": "GB"}, "refund"),
        ({"problem": "defective", "country": "GB", "said_after": 31}, "replacement"),
        ({"problem": "not_received", "country": "DE"}, "refund"),
        ({"problem": "not_received", "country": "DE", "said_after": -1}, None),  # it is not late yet
    ],
)
def test_the_law_of_the_orders_country_gives_a_right(columns, right):
    """L13: problem, days since delivery, and whether it was sold at a distance."""
    factories.a_shop()
    if columns.get("location") == "store":
        columns = columns | {"location": Location.objects.create(code="q1", name_vi="Q1", name_en="D1")}

    found = gathered(a_purchase(**columns))

    assert found.facts.statutory_right == right
    assert found.sources.get("statutory_right") == ("law" if right else None)
    assert bool(found.sources.get(facts.LAW)) == bool(right)


def test_a_person_knows_the_law_better():
    """Set to none, which is another thing than not known."""
    comment = a_purchase()
    cases.correct_fact(comment, "statutory_right", "", reason="Sold as seen.", by=factories.user())

    found = gathered(comment)

    assert (found.facts.statutory_right, found.sources["statutory_right"]) == (None, "person")
    assert facts.LAW not in found.sources


def test_a_corrected_problem_is_what_the_law_is_asked_about():
    comment = a_purchase(problem="late")
    corrected = {"comment": comment, "by": factories.user(), "at": NOW, "reason": "They sent a photo."}
    FactCorrection.objects.create(name="problem", value="wrong_item", **corrected)

    assert gathered(comment).facts.statutory_right == "replacement"


def test_somebody_who_only_typed_an_address_has_no_right():
    comment = a_purchase()
    comment.customer_claimed = True

    assert gathered(comment).facts.statutory_right is None
