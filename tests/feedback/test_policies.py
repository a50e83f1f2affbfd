"""Versions of the policy: which one counts, and a new one's way from a proposal to there."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from feedback import cases, journal, policies, trials, work
from feedback.models import Decision, Event, Policy
from feedback.policy.prove import program
from feedback.policy.terms import BadTerms, Terms
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SHIPPED = Terms.shipped().as_dict()
EARLIER, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)


def other(**sums):
    """The shipped terms with other sums in VND."""
    return SHIPPED | {"money": SHIPPED["money"] | {"VND": SHIPPED["money"]["VND"] | sums}}


@pytest.fixture
def huy():
    return factories.user("manager", "Huy")


@pytest.fixture
def an():
    return factories.user("advocate", "An")


@pytest.fixture
def proposed(huy):
    return policies.propose(other(valued_from="1"), comment="More of them.", by=huy, now=NOW)


@pytest.fixture
def ready(proposed, an):
    """Proved, and spoken to."""
    factories.proved(proposed)
    policies.speak(proposed, "Good for them.", by=an, now=NOW)
    proposed.refresh_from_db()
    return proposed


def test_it_writes_the_shipped_terms_down_once():
    first, terms = policies.in_force(NOW)
    again, _same = policies.in_force(NOW)

    assert terms == Terms.shipped()
    assert (again.pk, first.version, Policy.objects.count()) == (first.pk, 1, 1)


def test_a_moment_before_the_first_version_is_within_it():
    """A job and a page need not agree to the second: they do not make a version each."""
    first, _terms = policies.in_force(NOW)

    before, _terms = policies.in_force(EARLIER)

    assert (before.pk, Policy.objects.count()) == (first.pk, 1)


def test_an_update_of_the_program_is_a_new_version():
    earlier = Terms.shipped().as_dict() | {"comment": "as in the last release"}
    old = Terms.from_dict(earlier)
    row = {"terms": earlier, "digest": old.digest, "comment": "", "state": "earlier"}
    Policy.objects.create(version=1, starts_at=EARLIER, made_at=EARLIER, **row)

    policy, terms = policies.in_force(NOW)

    assert (policy.version, terms) == (2, Terms.shipped())


def test_an_update_takes_the_next_number_beside_a_proposal(proposed):
    assert policies.in_force(NOW)[0].version == 2


def test_a_policy_of_the_shops_own_is_left_alone():
    own = factories.policy(data={"comment": "ours"}, starts_at=EARLIER)

    policy, terms = policies.in_force(NOW)

    assert (policy.pk, terms.comment) == (own.pk, "ours")


def test_every_decision_names_its_policy():
    comment = factories.read_comment()

    cases.decide_many([comment], NOW)

    assert Decision.objects.get().policy.version == 1


def test_a_proposal_does_not_count(proposed):
    assert policies.live(LATER) is None


def test_its_number_is_its_name(proposed):
    assert (proposed.version, proposed.terms["version"], proposed.terms["comment"]) == (
        1,
        "1",
        "More of them.",
    )
    assert Terms.from_dict(proposed.terms).digest == proposed.digest


def test_it_refuses_terms_that_cannot_be(huy):
    with pytest.raises(BadTerms) as refused:
        policies.propose(other(fee="-1"), comment="…", by=huy, now=NOW)

    assert refused.value.field == "money.VND.fee"
    assert not Policy.objects.exists()


@pytest.mark.parametrize("name", ["starts_on", "ends_on"])
def test_it_refuses_a_day_that_is_over(huy, name):
    with pytest.raises(BadTerms) as refused:
        policies.propose(SHIPPED | {name: "2026-11-15"}, comment="…", by=huy, now=NOW)

    assert refused.value.field == name


def test_the_job_proves_it(proposed):
    work.drain(trials.TRY)

    proposed.refresh_from_db()
    assert (proposed.proof_holds, proposed.proof_digest) == (True, proposed.digest)
    assert proposed.proof["cases"] > 100_000


def test_it_counts_once_it_is_adopted(ready, huy):
    """S2-8, decisions.md 2: what was decided before keeps its own version."""
    policies.adopt(ready, by=huy, now=NOW)

    assert policies.in_force(NOW)[0] == ready
    assert list(
        Event.objects.filter(subject=f"feedback.policy:{ready.pk}").values_list("verb", flat=True)
    ) == [
        "policy proposed",
        "policy spoken to",
        "policy adopted",
    ]
    assert journal.verify() is None


def test_it_begins_and_ends_on_its_days(huy, an):
    """Afterwards the version before it counts again."""
    factories.a_shop()
    usual = factories.policy(by=huy, starts_at=EARLIER)
    days = {"starts_on": "2026-11-20", "ends_on": "2026-11-21"}
    sale = policies.propose(SHIPPED | days, comment="Sale.", by=huy, now=NOW)
    factories.proved(sale)
    policies.speak(sale, "Fine.", by=an, now=NOW)
    policies.adopt(sale, by=huy, now=NOW)

    counted = [policies.live(NOW + timedelta(days=day)) for day in (0, 3, 4, 5, 6)]

    # Ten in the morning of the 16th, 19th, 20th, 21st and 22nd.
    assert counted == [usual, usual, sale, sale, usual]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"proof_holds": None}, "unproved"),
        ({"proof_digest": "0" * 64}, "unproved"),
        ({"proof_program": "an earlier release"}, "unproved"),
        ({"proof_holds": False}, "fails"),
    ],
)
def test_without_a_proof_that_holds_it_cannot_count(ready, huy, columns, reason):
    Policy.objects.filter(pk=ready.pk).update(**columns)

    with pytest.raises(policies.NotReady) as refused:
        policies.adopt(ready, by=huy, now=NOW)

    assert refused.value.reason == reason
    assert policies.live(LATER) is None


def test_without_an_advocate_it_cannot_count(proposed, huy):
    """S2-8."""
    factories.proved(proposed)

    with pytest.raises(policies.NotReady, match="unspoken"):
        policies.adopt(proposed, by=huy, now=NOW)


def test_the_author_cannot_be_the_advocate(proposed, huy):
    with pytest.raises(policies.OwnWords):
        policies.speak(proposed, "I am both.", by=huy, now=NOW)


def test_the_advocate_speaks_on_what_the_proof_shows(proposed, an):
    """S2-8: not before it has run; on one that breaks a rule as well."""
    with pytest.raises(policies.NotReady, match="unproved"):
        policies.speak(proposed, "Good for them.", by=an, now=NOW)
    Policy.objects.filter(pk=proposed.pk).update(
        proof={}, proof_holds=False, proof_digest=proposed.digest, proof_program=program(), proved_at=NOW
    )

    policies.speak(proposed, "It breaks a rule.", by=an, now=NOW)

    proposed.refresh_from_db()
    assert proposed.advocate == an


def test_the_advocate_speaks_once(ready):
    with pytest.raises(policies.Stale):
        policies.speak(ready, "On second thought …", by=factories.user("advocate", "Bình"), now=NOW)


def test_a_withdrawn_one_never_counts(ready, huy):
    policies.withdraw(ready, by=huy)

    with pytest.raises(policies.Stale):
        policies.adopt(ready, by=huy, now=NOW)


@pytest.mark.parametrize(
    "columns",
    [
        {"proof_holds": None},
        {"proof_holds": False},
        {"proof_digest": "0" * 64},
        {"advocate": None},
        {"advocate_comment": ""},
        {"adopted_by": None},
    ],
)
def test_the_database_lets_none_count_unproved_or_unspoken(huy, columns):
    """S2-8: whatever the code does."""
    with pytest.raises(IntegrityError, match="no_policy_counts_unproved_or_unspoken"):
        factories.policy(by=huy, **columns)


def test_the_database_lets_no_author_be_the_advocate(huy):
    with pytest.raises(IntegrityError, match="no_policy_counts_unproved_or_unspoken"):
        factories.policy(by=huy, advocate=huy)


@pytest.mark.parametrize(
    "act",
    [
        lambda rows: rows.update(terms={}),
        lambda rows: rows.update(comment="something else"),
        lambda rows: rows.update(version=7),
        lambda rows: rows.update(digest="0" * 64),
        lambda rows: rows.update(author=None),
        lambda rows: rows.update(starts_at=LATER),
        lambda rows: rows.update(advocate_comment="nicer"),
        lambda rows: rows._raw_delete(rows.db),
    ],
)
@pytest.mark.parametrize("state", ["proposed", "adopted"])
def test_the_database_rewrites_and_removes_none(ready, huy, state, act):
    """Append-only on both databases."""
    if state == "adopted":
        policies.adopt(ready, by=huy, now=NOW)
    before = Policy.objects.values().get(pk=ready.pk)

    with pytest.raises(IntegrityError, match="policies_stay"), transaction.atomic():
        act(Policy.objects.filter(pk=ready.pk))

    assert Policy.objects.values().get(pk=ready.pk) == before


def test_what_counts_is_never_touched_again(ready, huy):
    policies.adopt(ready, by=huy, now=NOW)

    for columns in (
        {"state": "proposed"},
        {"state": "withdrawn"},
        {"proof_holds": False},
        {"adopted_at": LATER},
    ):
        with pytest.raises(IntegrityError, match="policies_stay"), transaction.atomic():
            Policy.objects.filter(pk=ready.pk).update(**columns)


@pytest.mark.parametrize("name", ["starts_on", "ends_on"])
def test_a_day_too_far_away_is_refused_by_name(huy, name):
    with pytest.raises(BadTerms) as caught:
        policies.propose(SHIPPED | {name: "9999-12-31"}, comment="Never.", by=huy, now=NOW)

    assert caught.value.field == name
