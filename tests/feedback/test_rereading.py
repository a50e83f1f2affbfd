"""Old comments read anew: what people said stays, the totals follow, what was decided is left alone."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from feedback import cases, comments, corrections, engines, leases, rereading, themes, totals, work
from feedback.corrections import Said
from feedback.models import Analysis, Case, Comment, Decision, Event, Mention, Rereading, Theme
from tests import factories
from tests.factories import NOW, read_comment, user

pytestmark = pytest.mark.django_db
LATE = "Giao hàng trễ 5 ngày, thất vọng quá."


@pytest.fixture(autouse=True)
def huy():
    factories.a_shop()
    return user("manager", "Huy")


@pytest.fixture
def misread():
    """Stored as an engine of long ago read it: all wrong."""
    wrong = {"sentiment": "positive", "score": 0.9, "problem": "none", "complaint": False, "engine": "old"}
    return read_comment(LATE, reading=wrong, themes=[("food_drink", "positive")])


def anew(huy):
    rereading.ask(huy)
    work.drain(rereading.READ_ANEW)


def seen(comment):
    mentions = Mention.objects.filter(comment=comment)
    return {m.theme.slug: (m.polarity, m.corrected_polarity) for m in mentions.select_related("theme")}


@pytest.fixture
def today():
    """What the engine of today finds in the same words."""
    twin = factories.comment(LATE)
    comments.read_all()
    found = seen(twin)
    twin.mentions.all().delete()
    Analysis.objects.filter(comment=twin).delete()
    twin.delete()
    totals.rebuild()
    assert found["late_delivery"] == ("negative", "")
    return found


def test_it_gets_what_the_engine_of_today_reads(misread, today, huy):
    anew(huy)

    now = Analysis.objects.get()
    assert (now.sentiment, now.problem, now.engine == "old") == ("negative", "late", False)
    assert seen(misread) == today
    assert totals.kept() == totals.recount()


def test_it_says_how_far_it_is_and_how_much_changed(misread, huy, monkeypatch):
    monkeypatch.setattr(rereading, "STEP", 2)
    factories.comment(LATE)
    comments.read_all()
    read_comment("", reading={"sentiment": "unknown"})
    asked = rereading.ask(huy)
    leases.run_once(rereading.READ_ANEW)
    half = Rereading.objects.get()
    work.drain(rereading.READ_ANEW)

    done = Rereading.objects.get()
    assert asked.total == 2
    assert (half.done, half.finished_at) == (2, None)
    assert (done.done, done.changed) == (2, 1)
    assert done.finished_at


def test_what_a_person_said_stays(misread, today, huy):
    said = Said(sentiment="neutral", problem="late", themes={"food_drink": "neutral", "safety": "negative"})
    corrections.correct(misread, said, by=huy, edition=1)
    before = totals.kept()

    anew(huy)

    now = Analysis.objects.get()
    assert (now.sentiment, now.final_sentiment, now.corrected_by) == ("negative", "neutral", huy)
    assert corrections.themes_of(misread) == said.themes
    of_the_machine = {slug: (polarity, "none") for slug, (polarity, _nobody) in today.items()}
    assert seen(misread) == of_the_machine | {"food_drink": ("", "neutral"), "safety": ("", "negative")}
    assert totals.kept() == before == totals.recount()


def test_what_a_person_said_can_still_be_taken_back(misread, today, huy):
    corrections.correct(misread, Said(sentiment="neutral", problem="late"), by=huy, edition=1)
    anew(huy)

    corrections.withdraw(misread, by=huy, edition=2)

    assert corrections.themes_of(misread) == {slug: polarity for slug, (polarity, _nobody) in today.items()}
    assert totals.kept() == totals.recount()


def test_cases_and_decisions_are_left_alone(misread, huy):
    case = factories.case(misread)
    cases.decide_many([misread], NOW, cases={misread.pk: case})
    before = list(Decision.objects.values()), list(Case.objects.values())

    anew(huy)

    assert (list(Decision.objects.values()), list(Case.objects.values())) == before


def test_a_theme_that_was_switched_off_stays_where_it_was_counted(misread, huy):
    themes.change(Theme.objects.get(slug="food_drink"), by=huy, is_active=False)

    anew(huy)

    assert seen(misread)["food_drink"] == ("positive", "")


def test_edited_words_are_read_anew_and_still_do_not_count(misread, huy):
    comments.supersede(misread, by=factories.comment())

    anew(huy)

    assert Analysis.objects.get(comment=misread).sentiment == "negative"
    assert totals.kept() == totals.recount() == {}


def test_words_that_are_erased_in_between_keep_what_was_read_in_them(misread, huy):
    found = [Comment.objects.get()]
    at_work = engines.at_work()
    readings = comments.readings(found, at_work.reader)
    Comment.objects.update(text="")

    with transaction.atomic():
        assert rereading._store(found, readings, at_work.themes, NOW) == 0

    assert Analysis.objects.get().engine == "old"


def test_it_is_asked_for_once_at_a_time(misread, huy):
    rereading.ask(huy)

    with pytest.raises(rereading.Busy):
        rereading.ask(huy)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rereading.objects.create(asked_at=NOW, last=1, total=1)

    assert Event.objects.filter(verb="reading anew asked for").count() == 1


def test_one_that_got_stuck_makes_room(misread, huy):
    stuck = rereading.ask(huy)
    Rereading.objects.update(failed_at=NOW, failure="read anew: KeyError")

    again = rereading.ask(huy)

    assert again.pk != stuck.pk
    assert not Rereading.objects.given_up().exists()


def test_it_goes_on_where_a_killed_worker_left_it(misread, huy):
    """What was stored is done: the row's place and the readings are written in one transaction."""
    rereading.ask(huy)
    (row,) = leases.lease(rereading.READ_ANEW, NOW)
    Rereading.objects.update(leased_by="another-machine/1/1")

    with pytest.raises(leases.LeaseLost):
        rereading.step([row], NOW)

    assert Analysis.objects.get().engine == "old"
    assert Rereading.objects.get().done == 0


@pytest.mark.parametrize("rows", [2, 20])
def test_it_costs_the_same_however_many(huy, rows):
    for _ in range(rows):
        read_comment(LATE, themes=[("food_drink", "positive")])
    rereading.ask(huy)
    engines.at_work()

    with CaptureQueriesContext(connection) as queries:
        leases.run_once(rereading.READ_ANEW)

    assert len(queries) <= 30
