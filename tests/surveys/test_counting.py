"""Kept totals of answers: each response once, whoever counts, and nothing of a person."""

from datetime import timedelta

import pytest
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback import leases, shop
from feedback.models import Location, OrderLine
from surveys import breakdown, counting, publishing, responses, results
from surveys.counting import Where
from surveys.models import (
    Answer,
    AnswerCount,
    AnswerTotal,
    Entrance,
    ImportedAnswer,
    Invitation,
    Response,
    Survey,
)


@pytest.fixture
def answer(invite, all_well, now):
    def answer(at=now, language="vi", about=lambda order: None, **answers):
        invitation = invite()
        about(invitation.order)
        return responses.submit(invitation, all_well | answers, language=language, now=at)

    return answer


def counted():
    while leases.run_once(counting.COUNT):
        pass


def test_each_response_is_counted_once(survey, answer):
    answer(problem="none")
    answer(problem="later", touchpoint="store")
    counted()
    counted()
    answer(recommend="0")
    counted()

    assert counting.kept(survey.pk) == counting.recount(survey.pk)
    assert sum(AnswerTotal.objects.filter(question="").values_list("n", flat=True)) == 3
    assert not Response.objects.filter(counted_at=None).exists()


def test_what_is_not_counted_yet_is_seen_all_the_same(survey, answer):
    answer(recommend="9")
    before = results.of(survey, "en")
    counted()
    after = results.of(survey, "en")
    answer(recommend="9")

    assert before.measured == after.measured
    assert next(one for one in results.of(survey, "en").measured if one.id == "recommend").n == 2


def test_an_answer_that_was_erased_still_counts(survey, answer):
    """L15: the totals keep their numbers, and hold no words."""
    answer(story="Ấm của chị Lan nứt")
    counted()
    Answer.objects.update(value="", value_words="", number=None)

    assert next(one for one in results.of(survey, "en").measured if one.id == "recommend").n == 1
    assert "Lan" not in str(list(AnswerTotal.objects.values_list("value", flat=True)))


def test_a_count_that_failed_counts_nothing(survey, answer, monkeypatch):
    answer()
    monkeypatch.setattr(counting, "_add", lambda *_: 1 / 0)
    leases.run_once(counting.COUNT)

    assert AnswerTotal.objects.count() == 0
    assert Response.objects.filter(counted_at=None).count() == 1
    assert AnswerCount.objects.get().tries == 1


def test_an_idle_job_leases_nothing(survey, answer):
    answer()
    counted()

    assert leases.run_once(counting.COUNT) == 0


def test_it_tells_apart_what_the_page_does(survey, answer):
    """By product, place, touchpoint, language and reason."""
    Location.objects.create(code="hue", name_vi="Huế", name_en="Hue")

    def in_hue(order):
        order.location = Location.objects.get()
        order.save()
        OrderLine.objects.create(order=order, sku="CUP", name="Cốc", price=1)

    answer(about=in_hue, touchpoint="store", language="en", recommend="10")
    Survey.objects.update(budget=50_000)
    answer(touchpoint="", recommend="0")
    questions = breakdown.scored(results.questions_of(survey))
    where, rest = Where(survey=survey.pk), counting.rest(survey.pk)

    def found(part):
        rows = breakdown.by(where, rest, part, questions, "en")
        return {row.words: row.n for row in rows}

    assert found("location") == {"Hue": 1, "not known": 1}
    assert found("product") == {"CUP": 1, "not known": 1}
    assert found("language") == {"English": 1, "Tiếng Việt": 1}
    assert found("why") == {"asked, with a reward": 1, "asked, unpaid": 1}
    assert found("channel") == {"by a link": 2}
    assert set(found("touchpoint").values()) == {1}


def test_a_part_never_stands_without_its_mix(survey, answer):
    """S4-1."""
    answer(recommend="10")
    Survey.objects.update(budget=50_000)
    answer(recommend="0")
    questions = breakdown.scored(results.questions_of(survey))

    (row,) = breakdown.by(Where(survey=survey.pk), counting.rest(survey.pk), "language", questions, "en")

    assert (row.n, row.mix) == (2, {"paid": 1, "invited": 1})
    assert row.reasons == [0, 1, 1]
    assert next(one for one in row.scores if one.id == "recommend").score.value == 0


def test_as_expected_stays_a_class_of_its_own(survey, answer):
    """S1-2, in a breakdown too."""
    answer(expectation="as_expected")
    questions = breakdown.scored(results.questions_of(survey))

    (row,) = breakdown.by(Where(survey=survey.pk), counting.rest(survey.pk), "why", questions, "en")

    shares = next(one for one in row.scores if one.id == "expectation").shares
    assert [(share.id, share.count) for share in shares] == [("above", 0), ("as_expected", 1), ("below", 0)]


@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_over_time_an_empty_span_is_a_gap(survey, answer, now, period):
    step = {"day": 1, "week": 7, "month": 40}[period]
    answer(at=now - timedelta(days=2 * step), recommend="9")
    answer(at=now, recommend="0")
    Survey.objects.update(made_at=now - timedelta(days=100))
    end = shop.day(now)
    where = Where(survey=survey.pk, start=end - timedelta(days=2 * step), end=end)
    questions = breakdown.scored(results.questions_of(survey))

    rows = breakdown.over_time(where, counting.rest(survey.pk), questions, "en", period=period)

    assert sum(row.n for row in rows) == 2
    recommend = next(one for one in questions if one.id == "recommend")
    promoters, detractors = breakdown.lines(rows, recommend)
    assert (promoters.points[0], promoters.points[-1]) == (100, 0)
    assert None in promoters.points[1:-1]
    assert detractors.points[-1] == 100


def test_many_parts_become_others(survey, answer, monkeypatch):
    monkeypatch.setattr(breakdown, "MOST_PARTS", 2)
    for sku in ("A", "A", "B", "C"):
        answer(about=lambda order, sku=sku: OrderLine.objects.create(order=order, sku=sku, name=sku, price=1))

    rows = breakdown.by(Where(survey=survey.pk), counting.rest(survey.pk), "product", [], "en")

    assert [(row.words, row.n) for row in rows] == [("A", 2), ("the rest", 2)]


@given(start=st.dates(), days=st.integers(0, 900), period=st.sampled_from(["day", "week", "month"]))
@settings(max_examples=200, suppress_health_check=[HealthCheck.differing_executors])
def test_spans_cover_all_days_once(start, days, period):
    try:
        end = start + timedelta(days=days)
        spans = list(breakdown.spans(start, end, period))
    except OverflowError:
        return

    assert spans == sorted(set(spans))
    assert spans[0] <= start
    assert breakdown.span_of(end, period) == spans[-1]


def of(survey, **more):
    """Recommendations, as the page adds them up."""
    where = Where(survey=survey.pk, edition=counting.edition(survey.pk), **more)
    found = counting.sums(where, counting.rest(survey.pk), questions=["recommend"])
    return {value: n for (_question, value), n in found.items()}


def test_what_was_added_up_is_kept_until_more_is_counted(survey, answer, django_assert_num_queries):
    """LD4: a million answers are added up once for each process and each batch that is counted."""
    answer(recommend="9")
    counted()
    assert of(survey) == {"9": 1}

    with django_assert_num_queries(2):  # the edition, and what is not counted yet
        assert of(survey) == {"9": 1}
    answer(recommend="9")
    assert of(survey) == {"9": 2}
    counted()
    answer(recommend="3")
    assert of(survey) == {"9": 2, "3": 1}
    counted()
    assert of(survey) == {"9": 2, "3": 1}


def test_days_and_reasons_are_added_up_once_for_both(survey, answer, django_assert_num_queries):
    """LD4: why they came is told from what was added up by day."""
    answer(recommend="9")
    answer(recommend="3")
    counted()
    where = Where(survey=survey.pk, edition=counting.edition(survey.pk))

    by_day = counting.sums(where, {}, ("day", "why"), ["recommend"])
    with django_assert_num_queries(0):
        found = counting.sums(where, {}, ("why", "why"), ["recommend"])

    assert found == counting.sums(Where(survey=survey.pk), {}, ("why", "why"), ["recommend"])
    assert sum(found.values()) == sum(by_day.values()) == 2


def test_each_filter_is_kept_for_itself(survey, answer):
    answer(recommend="9", language="vi")
    answer(recommend="3", language="en")
    counted()

    for _each in range(2):
        assert of(survey, part={"language": "vi"}) == {"9": 1}
        assert of(survey, part={"language": "en"}) == {"3": 1}
        assert of(survey) == {"9": 1, "3": 1}
        assert of(survey, end=shop.day(survey.made_at) - timedelta(days=9)) == {}


def test_of_what_was_added_up_only_the_latest_is_kept(survey, answer, monkeypatch):
    monkeypatch.setattr(counting, "MOST_SUMS", 3)
    answer()
    counted()

    for days in range(9):
        of(survey, end=shop.day(survey.made_at) + timedelta(days=days))

    assert len(counting._SUMS) <= 3


POINTS = {
    "title": {"vi": "Điểm", "en": "Points"},
    "questions": [
        {
            "id": "which", "kind": "choices", "words": {"vi": "Gì?", "en": "What?"},
            "choices": [
                {"id": "a", "words": {"vi": "A", "en": "A"}, "points": 3},
                {"id": "b", "words": {"vi": "B", "en": "B"}, "points": -1},
            ],
        },
        {"id": "more", "kind": "text_short", "words": {"vi": "Thêm?", "en": "More?"}},
    ],
}  # fmt: skip


def test_points_add_up_to_a_score_of_each_response(survey, invite, now):
    """Issue "Ask", item 2: simple scores, with n and interval, counted or not counted yet."""
    publishing.publish(survey, POINTS, now=now)
    for chosen in (["a", "b"], ["a"], ["b"], []):
        responses.submit(invite(), {"which": chosen, "more": "x"}, language="vi", now=now)

    before = results.of(survey, "en").measured[-1]
    counted()
    found = results.of(survey, "en").measured[-1]

    assert found == before
    assert (found.id, found.n, found.score.value) == (counting.SCORE, 4, 1.0)
    assert [(one.id, one.count) for one in found.shares] == [("-1", 1), ("0", 1), ("2", 1), ("3", 1)]
    assert counting.kept(survey.pk) == counting.recount(survey.pk)


def test_a_survey_without_points_has_no_score(survey, answer):
    answer()
    counted()

    assert counting.SCORE not in {one.id for one in results.of(survey, "en").measured}
    assert not AnswerTotal.objects.filter(question=counting.SCORE).exists()


def test_what_one_process_added_up_the_others_find(survey, answer, django_assert_num_queries):
    """LD4: no worker adds up again what another has; and what was counted since holds for all."""
    answer(recommend="9")
    counted()
    where = counting.Where(survey=survey.pk, edition=counting.edition(survey.pk))
    mine = counting.sums(where, {})
    counting._SUMS.clear()  # another process

    with django_assert_num_queries(0):
        assert counting.sums(where, {}) == mine

    answer(recommend="3")
    counted()
    assert of(survey) == {"9": 1, "3": 1}


def as_counted_before_scores():
    """The totals as version 0 of counting left them: no scores, codes on doors among the links."""
    AnswerTotal.objects.filter(question=counting.SCORE).delete()
    for total in AnswerTotal.objects.filter(channel="door"):
        among_links = AnswerTotal.objects.filter(
            channel="link", question=total.question, day=total.day, value=total.value
        )
        if among_links.update(n=F("n") + total.n):
            total.delete()
    AnswerTotal.objects.filter(channel="door").update(channel="link")
    AnswerCount.objects.update(way=0)


@pytest.fixture
def old_totals(survey, invite, now):
    """Three answers with points, one of them by a code on a door."""
    publishing.publish(survey, POINTS, now=now)
    for chosen in (["a", "b"], ["a"], ["b"]):
        last = invite()
        responses.submit(last, {"which": chosen, "more": "x"}, language="vi", now=now)
    last.entrance = Entrance.objects.create(survey=survey, kind="door", name="Door", made_at=now)
    last.save()
    counted()
    as_counted_before_scores()


def scores_and_channels(survey):
    measured = {one.id: one for one in results.of(survey, "en").measured}
    rows = breakdown.by(Where(survey=survey.pk), counting.rest(survey.pk), "channel", [], "en")
    return measured[counting.SCORE].n, {row.id: row.n for row in rows}


def test_totals_of_an_earlier_way_are_counted_anew(survey, old_totals):
    """Whoever upgrades gets scores and channels of the answers there were, by the job alone."""
    assert scores_and_channels(survey) == (0, {"link": 3})

    counted()

    assert scores_and_channels(survey) == (3, {"link": 2, "door": 1})
    assert counting.kept(survey.pk) == counting.recount(survey.pk)
    assert leases.run_once(counting.COUNT) == 0


@pytest.mark.parametrize("batches", [1, 2])
def test_a_recount_that_is_broken_off_goes_on(survey, old_totals, monkeypatch, batches):
    """After each batch the page shows all; what is counted is counted once."""
    monkeypatch.setattr(counting, "BATCH", 1)
    for _batch in range(batches):
        leases.run_once(counting.COUNT)

    assert scores_and_channels(survey) == (3, {"link": 2, "door": 1})
    counted()
    assert counting.kept(survey.pk) == counting.recount(survey.pk)
    assert not Response.objects.filter(counted_at=None).exists()


def test_a_recount_that_failed_leaves_the_totals_there_were(survey, old_totals, monkeypatch):
    before = counting.kept(survey.pk)
    monkeypatch.setattr(counting, "_add", lambda *_: 1 / 0)
    leases.run_once(counting.COUNT)

    assert counting.kept(survey.pk) == before
    assert not Response.objects.filter(counted_at=None).exists()


def test_a_recount_keeps_why_somebody_came_who_was_imported(survey, old_totals, invite, now):
    """The row that says why may be gone by then (retention); the total is not."""
    response = responses.submit(invite(), {"which": ["a"], "more": "x"}, language="vi", now=now)
    Invitation.objects.filter(response=response).update(state=Invitation.State.IMPORTED)
    known = ImportedAnswer.objects.create(
        survey=survey, response=response, why="unsolicited", external_id="7"
    )
    counted()
    as_counted_before_scores()
    known.delete()

    counted()

    assert AnswerTotal.objects.get(question="", channel=counting.IMPORTED, why="unsolicited").n == 1
    assert sum(AnswerTotal.objects.filter(question="").values_list("n", flat=True)) == 4


def test_totals_that_are_the_same_either_way_stay(survey, answer):
    answer()
    counted()
    before = set(AnswerTotal.objects.values_list("pk", flat=True))
    AnswerCount.objects.update(way=0)

    counted()

    assert set(AnswerTotal.objects.values_list("pk", flat=True)) == before
    assert AnswerCount.objects.get().way == counting.WAY
