"""What a person says of a text counts, stands beside the machine's reading, and can be taken back."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from feedback import cases, comments, corrections, totals
from feedback.corrections import Said
from feedback.models import Analysis, Case, Comment, Decision, Event, Mention, Theme
from tests import factories
from tests.factories import NOW, read_comment, user

pytestmark = pytest.mark.django_db
THEMES = [("late_delivery", "negative"), ("packaging", "positive")]
SAID = Said(sentiment="positive", problem="none", themes={"courier": "positive", "packaging": "neutral"})


@pytest.fixture
def about():
    return read_comment(themes=THEMES)


@pytest.fixture
def mai():
    return user()


def test_a_correction_counts_and_the_machines_reading_stays(about, mai):
    corrections.correct(about, SAID, by=mai, edition=1)

    kept = Analysis.objects.get()
    assert (kept.sentiment, kept.final_sentiment) == ("negative", "positive")
    assert (kept.problem, kept.final_problem) == ("late", "none")
    assert kept.corrected_by == mai
    assert corrections.themes_of(about) == SAID.themes
    assert dict(Mention.objects.exclude(polarity="").values_list("theme__slug", "polarity")) == dict(THEMES)


def test_the_totals_follow(about, mai):
    read_comment(themes=THEMES)

    corrections.correct(about, SAID, by=mai, edition=1)

    assert totals.kept() == totals.recount()
    of_all = {key[3]: dict(counts) for key, counts in totals.kept().items() if key[1] == "*"}
    assert of_all["*"] == {"negative": 1, "positive": 1}
    assert of_all["late_delivery"] == {"negative": 1}
    assert of_all["packaging"] == {"neutral": 1, "positive": 1}
    assert of_all["courier"] == {"positive": 1}


def test_it_can_be_corrected_again(about, mai):
    corrections.correct(about, SAID, by=mai, edition=1)

    corrections.correct(about, Said(sentiment="neutral", problem="late"), by=mai, edition=2)

    assert corrections.themes_of(about) == {}
    assert Analysis.objects.get().final_sentiment == "neutral"
    assert totals.kept() == totals.recount()


def test_it_can_be_taken_back(about, mai):
    before = totals.kept()
    corrections.correct(about, SAID, by=mai, edition=1)

    corrections.withdraw(about, by=mai, edition=2)

    assert corrections.themes_of(about) == dict(THEMES)
    assert Analysis.objects.get().final_sentiment == "negative"
    assert totals.kept() == before


def test_who_said_it_is_noted_without_a_word_of_the_text(about, mai):
    corrections.correct(about, SAID, by=mai, edition=1)
    corrections.withdraw(about, by=mai, edition=2)

    first, second = Event.objects.filter(subject=f"feedback.comment:{about.pk}").order_by("id")
    assert (first.verb, first.by) == ("reading corrected", mai)
    assert first.data == {
        "edition": 2, "sentiment": "positive", "problem": "none", "themes": dict(SAID.themes)
    }  # fmt: skip
    assert second.verb == "reading correction withdrawn"


@pytest.mark.parametrize("edition", [0, 2])
def test_whoever_looked_at_something_else_is_refused(about, mai, edition):
    before = totals.kept()

    with pytest.raises(corrections.Stale):
        corrections.correct(about, SAID, by=mai, edition=edition)

    assert totals.kept() == before
    assert Analysis.objects.get().corrected_at is None
    assert not Event.objects.exists()


def test_words_that_were_edited_are_corrected_no_more(about, mai):
    comments.supersede(about, by=factories.comment())

    with pytest.raises(corrections.Stale):
        corrections.correct(about, SAID, by=mai, edition=1)


def test_nothing_is_taken_back_twice(about, mai):
    with pytest.raises(corrections.Stale):
        corrections.withdraw(about, by=mai, edition=1)


@pytest.mark.parametrize(
    "half", [{"corrected_sentiment": "positive"}, {"corrected_at": NOW}, {"corrected_themes": True}]
)
def test_the_database_keeps_no_half_of_a_correction(about, half):
    with pytest.raises(IntegrityError), transaction.atomic():
        Analysis.objects.update(**half)


@pytest.mark.parametrize("half", [{"polarity": ""}, {"polarity": "", "corrected_polarity": "none"}])
def test_the_database_keeps_no_mention_by_nobody(about, half):
    with pytest.raises(IntegrityError), transaction.atomic():
        Mention.objects.update(**half)


def test_an_edit_takes_the_correction_out_of_the_totals(about, mai):
    corrections.correct(about, SAID, by=mai, edition=1)

    comments.supersede(about, by=factories.comment())

    assert totals.kept() == totals.recount() == {}


@pytest.fixture
def decided(about):
    opened = factories.case(about)
    cases.decide_many([about], NOW, cases={about.pk: opened})
    return opened


def test_another_problem_is_decided_on_anew(about, decided, mai):
    """Whoever drafted on the old problem is told that the facts have changed."""
    corrections.correct(about, Said(sentiment="negative", problem="damaged"), by=mai, edition=1)

    current = Decision.objects.get(is_current=True)
    assert (current.facts["problem"], current.sources["problem"]) == ("damaged", "person")
    assert Decision.objects.filter(case=decided).count() == 2


def test_the_same_problem_leaves_the_decision_alone(about, decided, mai):
    corrections.correct(about, Said(sentiment="neutral", problem="late"), by=mai, edition=1)

    assert Decision.objects.count() == 1


def test_what_has_ended_stays_as_it_was_decided(about, decided, mai):
    Case.objects.update(state="closed", closed_at=NOW)

    corrections.correct(about, SAID, by=mai, edition=1)

    assert Decision.objects.get().facts["problem"] == "late"


def test_a_theme_that_was_merged_is_corrected_where_it_counts(about, mai):
    into = Theme.objects.get(slug="packaging")
    Theme.objects.filter(slug="late_delivery").update(merged_into=into)
    totals.rebuild()
    assert corrections.themes_of(about) == {"packaging": "negative"}

    said = Said(sentiment="negative", problem="late", themes={"packaging": "negative"})
    corrections.correct(about, said, by=mai, edition=1)

    assert corrections.themes_of(about) == {"packaging": "negative"}
    assert totals.kept() == totals.recount()


def test_what_was_said_is_handed_on(mai):
    old, new = read_comment("Hộp móp."), read_comment("Ấm đẹp.", title="Thích")
    read_comment("Không ai xem câu này.")
    corrections.correct(new, SAID, by=mai, edition=1)
    corrections.correct(old, Said(sentiment="negative", problem="damaged"), by=mai, edition=1)

    found = list(corrections.newest(10))

    assert [(one.text, one.said) for one in found] == [
        ("Thích\nẤm đẹp.", SAID),
        ("Hộp móp.", Said(sentiment="negative", problem="damaged")),
    ]
    assert [one.text for one in corrections.newest(1)] == ["Hộp móp."]
    assert corrections.how_many() == 2


def test_erased_words_teach_nothing(about, mai):
    corrections.correct(about, SAID, by=mai, edition=1)
    Comment.objects.update(text="", title="")

    assert list(corrections.newest(10)) == []


_slugs = st.sampled_from(["late_delivery", "packaging", "courier", "safety"])
_sides = st.sampled_from(["negative", "neutral", "positive"])
_said = st.builds(
    Said,
    sentiment=_sides,
    problem=st.sampled_from(["late", "damaged", "none"]),
    themes=st.dictionaries(_slugs, _sides),
)


@examples(max_examples=25)
@given(
    steps=st.lists(st.one_of(_said, st.just("withdraw"), st.tuples(_slugs, _slugs)), min_size=1, max_size=8)
)
def test_any_history_of_corrections_ends_in_a_recount(steps):
    """P9: corrected, taken back and merged in any order, the totals are those of the raw rows."""
    with transaction.atomic():
        mai, texts = user(), [read_comment(themes=THEMES), read_comment(themes=THEMES[:1])]
        for number, step in enumerate(steps):
            about = texts[number % 2]
            edition = Analysis.objects.get(comment=about).edition
            if isinstance(step, tuple):
                merge(*step)
            elif step != "withdraw":
                corrections.correct(about, step, by=mai, edition=edition)
                assert corrections.themes_of(about) == expected(step.themes)
            elif Analysis.objects.get(comment=about).corrected_at:
                corrections.withdraw(about, by=mai, edition=edition)
            assert totals.kept() == totals.recount()
        transaction.set_rollback(True)


def merge(slug, into):
    roots = totals.roots()
    if roots[slug] == slug and roots[into] == into and slug != into:
        totals.meaning_changes()
        Theme.objects.filter(slug=slug).update(merged_into=Theme.objects.get(slug=into))
        totals.rebuild_themes([slug, into])


def expected(themes):
    return totals.merged(themes.items(), totals.roots())


@pytest.mark.parametrize("rows", [2, 20])
def test_a_correction_costs_the_same_however_much_was_said(about, mai, rows):
    factories.a_shop()
    for _ in range(rows):
        read_comment(themes=THEMES)

    with CaptureQueriesContext(connection) as queries:
        corrections.correct(about, SAID, by=mai, edition=1)

    assert len(queries) <= 30
