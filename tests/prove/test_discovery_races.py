"""Several managers decide about one proposed theme at once: one wins, others are told. The guard also off."""

import threading
from functools import partial

import pytest
from django.utils import timezone

from feedback import discovery, themes
from feedback.models import Event, Proposal, Theme
from feedback.models.discovery import ProposalQuerySet
from tests import factories
from tests.crowd import at_once, how_many_are_told

CROWD, ROUNDS = 6, 10
pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]


@pytest.fixture
def people(many_connections):
    factories.a_shop()
    return [factories.user("manager", f"Huy {n}") for n in range(CROWD)]


def proposed(number):
    now = timezone.now()
    return Proposal.objects.create(
        language="en", key=f"workshop {number}", name="workshop", people=8, before=1, lately=7, weeks=[8],
        first_found_at=now, found_at=now,
    )  # fmt: skip


def deciding(proposal, people):
    """A third each accepts it, merges it and ignores it."""
    now, into = timezone.now(), Theme.objects.get(slug="information")
    for n, by in enumerate(people):
        if n % 3 == 0:
            name = f"Workshop {proposal.pk} {n}"
            yield partial(
                discovery.accept, proposal, name_vi=name, name_en=name, words=["workshop"], by=by, now=now
            )
        elif n % 3 == 1:
            yield partial(discovery.merge, proposal, into, words=[f"workshop {n}"], by=by, now=now)
        else:
            yield partial(discovery.ignore, proposal, "No", by=by, now=now)


def decisions(proposal):
    return Event.objects.filter(
        subject=f"feedback.proposal:{proposal.pk}", verb__startswith="proposed theme"
    ).count()


def test_one_of_those_who_decide_wins(people):
    known = Theme.objects.count()
    for number in range(ROUNDS):
        proposal = proposed(number)

        told = how_many_are_told(list(deciding(proposal, people)), discovery.Stale)

        proposal.refresh_from_db()
        assert (told, decisions(proposal)) == (CROWD - 1, 1)
        assert (proposal.theme is None) == (proposal.state == "ignored")
    made = Proposal.objects.filter(state="accepted").count()
    assert Theme.objects.count() == known + made


def test_without_the_guard_all_of_them_decide(people, monkeypatch):
    """The twin: whoever saw it open decides."""
    monkeypatch.setattr(ProposalQuerySet, "open", lambda self: self)
    proposal = proposed(0)

    told = how_many_are_told(
        [partial(discovery.ignore, proposal, "No", by=by, now=timezone.now()) for by in people],
        discovery.Stale,
    )

    assert (told, decisions(proposal)) == (0, CROWD)


def test_words_that_two_add_to_one_theme_are_all_there(people):
    into = Theme.objects.get(slug="information")
    now = timezone.now()
    proposals = [proposed(number) for number in range(CROWD)]

    told = how_many_are_told(
        [
            partial(discovery.merge, one, into, words=[f"workshop {n}"], by=by, now=now)
            for n, (one, by) in enumerate(zip(proposals, people, strict=True))
        ],
        discovery.Stale,
    )

    into.refresh_from_db()
    assert (told, sorted(into.words)) == (0, [f"workshop {n}" for n in range(CROWD)])


def test_without_the_guard_words_are_lost(people):
    """The twin: each adds to the words that it saw on the page."""
    into = Theme.objects.get(slug="information")
    all_have_read = threading.Barrier(CROWD)

    def add_words(theme, words, *, by):
        every = [*Theme.objects.get(pk=theme.pk).words, *words]
        all_have_read.wait(60)
        themes.change(theme, by=by, words=every)

    fresh = [Theme.objects.get(pk=into.pk) for _ in people]
    at_once([partial(add_words, one, [f"workshop {n}"], by=people[n]) for n, one in enumerate(fresh)])

    into.refresh_from_db()
    assert len(into.words) < CROWD
