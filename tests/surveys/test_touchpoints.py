"""S1-13: the touchpoint map, out of the database: what counts where, pages and files."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from feedback import improvements, shop
from feedback.models import Comment, Customer, FollowUp, Touchpoint
from surveys import dealings, invitations, places, responses, touchpoints
from surveys.experience import Felt
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(survey, now):
    """An answer to the survey about an order."""
    numbers = iter(range(1, 9999))

    def heard(expectation="below", *, touchpoint="delivery", recommend="5", buyer=None, story="", at=now):
        order = factories.order(buyer, number=f"T{next(numbers)}", placed_at=at - timedelta(days=9))
        invitation = invitations.invite(survey, order=order, as_link=True, now=at - timedelta(days=1))
        given = {"problem": "none", "expectation": expectation, "recommend": recommend, "story": story}
        return responses.submit(
            invitation, given | ({"touchpoint": touchpoint} if touchpoint else {}), language="vi", now=at
        )

    return heard


def said(at, *, touchpoint="delivery", **columns):
    place = Touchpoint.objects.get(slug=touchpoint)
    return factories.read_comment(touchpoint=place, said_at=at, **columns)


def found(now, language="en"):
    today = shop.day(now)
    return touchpoints.report(today - timedelta(days=30), today, language)


def counts(now, slug="delivery"):
    row = next(one for one in found(now).rows if one.slug == slug)
    return {felt.value: n for felt, n in row.counts.items() if n}


def test_answers_reviews_and_complaints_count_where_they_belong(heard, now):
    heard("above", recommend="10")
    heard("as_expected", recommend="9", story="Giao đúng hẹn.")
    heard("below", touchpoint="product")
    said(now, scale="stars_5", score=4)
    factories.case(said(now, channel="phone"))

    assert counts(now) == {"delighted": 1, "satisfied": 1, "indifferent": 1, "dissatisfied": 1}
    assert counts(now, "product") == {"dissatisfied": 1}
    assert found(now).all.n == 5


def test_the_words_of_a_survey_are_no_second_voice(heard, now):
    heard("below", story="Hộp móp, ấm sứt vòi.")

    assert counts(now) == {"dissatisfied": 1}


def test_what_names_no_place_stands_by_itself_at_the_end(heard, now):
    heard("above", touchpoint="")

    assert found(now).rows[-1].slug == ""
    assert counts(now, "") == {"satisfied": 1}


def test_a_review_that_names_no_place_counts_where_its_words_point(now, the_shop):
    """S1-13: each review is attached to a touchpoint; praise as well as complaints."""
    for problem, themes in (("damaged", []), ("none", [("staff_attitude", "positive")])):
        factories.read_comment(reading={"problem": problem, "complaint": False}, themes=themes, said_at=now)
    both = [("staff_attitude", "positive"), ("late_delivery", "negative")]
    factories.read_comment(reading={"problem": "none", "complaint": False}, themes=both, said_at=now)
    said(now, touchpoint="store", themes=[("late_delivery", "negative")])

    where = {row.slug: row.n for row in found(now).rows if row.n}

    assert where == {"packing": 1, "staff": 1, "": 1, "store": 1}


def test_words_point_to_no_place_that_the_shop_does_not_have():
    assert places.of_words("late", (), {"delivery"}) == "delivery"
    assert places.of_words("late", (), {"product"}) == ""
    assert places.of_words("waiting", ("general", "price_value"), {"store"}) == ""


def test_insiders_old_versions_and_further_words_are_left_out(heard, now):
    cousin = factories.customer()
    heard(buyer=cousin)
    Customer.objects.filter(pk=cousin.pk).update(is_insider=True)
    first, second = said(now), said(now)
    Comment.objects.filter(pk=first.pk).update(superseded_by=second)
    about = factories.case(second)
    FollowUp.objects.create(case=about, comment=said(now))

    assert counts(now) == {"dissatisfied": 1}


def test_only_what_was_said_in_these_days_counts(heard, now):
    heard(at=now - timedelta(days=31))
    said(now - timedelta(days=31))
    said(now - timedelta(days=30))

    assert counts(now) == {"dissatisfied": 1}


def test_what_tells_nothing_is_counted_as_untold(now, the_shop):
    said(now, reading={"sentiment": "unknown", "complaint": False})

    assert (found(now).all.n, found(now).untold) == (0, 1)


def test_the_worst_place_is_named_with_its_problem(now, the_shop):
    for number in range(30):
        said(now, scale="stars_5", score=1 if number < 20 else 5)
        said(now, touchpoint="product", scale="stars_5", score=1 if number < 2 else 5)

    report = found(now)

    (worst,) = report.worst
    assert (worst.slug, worst.problem, worst.problem_n) == ("delivery", "late", 20)
    assert worst.share(Felt.DISSATISFIED) == pytest.approx(2 / 3)
    low, high = worst.interval(Felt.DISSATISFIED)
    assert (round(low, 3), round(high, 3)) == (0.488, 0.808)  # Wilson 1927
    assert report.rows[0] == worst


def test_below_ten_no_share_is_named_and_nothing_is_worst(now, the_shop):
    for _ in range(9):
        said(now)

    row = found(now).rows[0]
    assert row.share(Felt.DISSATISFIED) is None
    assert found(now).worst == []


def test_open_lines_of_the_work_plan_stand_beside(now, the_shop):
    boss, today = factories.user("manager", "Huy"), shop.day(now)
    place = Touchpoint.objects.get(slug="delivery")
    planned = improvements.plan(
        action="Another courier", owner=boss, due_on=today, measure_on=today + timedelta(days=9),
        cause="supplier", problem="late", touchpoint=place, by=boss, now=now,
    )  # fmt: skip

    assert next(one for one in found(now).rows if one.slug == "delivery").planned == [planned]
    improvements.drop(planned, by=boss)
    assert all(not one.planned for one in found(now).rows)


def test_it_asks_no_more_for_more(heard, now, django_assert_max_num_queries):
    for _ in range(12):
        heard(story="Giao trễ.")
        said(now)

    with django_assert_max_num_queries(10):
        found(now)


def test_more_than_one_page_counts_is_said_to_be_cut(now, the_shop, monkeypatch):
    monkeypatch.setattr(dealings, "MOST", 2)
    for _ in range(3):
        said(now)

    assert (found(now).is_cut, found(now).all.n) == (True, 2)


@pytest.fixture
def manager(client, the_shop):
    client.force_login(factories.user("manager", "Huy", language="en"))
    client.cookies["django_language"] = "en"
    return client


def test_page_file_and_program_tell_the_same(manager, now):
    for number in range(20):
        said(timezone.now(), scale="stars_5", score=1 if number < 5 else 5)

    page = manager.get(reverse("touchpoints")).content.decode()
    rows = list(
        csv.DictReader(io.StringIO(manager.get(reverse("touchpoints_csv")).getvalue().decode("utf-8-sig")))
    )
    sheet = manager.get(reverse("touchpoints_xlsx"))
    data = manager.get(reverse("api_touchpoints")).json()

    assert "25" in page
    line = next(row for row in rows if row["touchpoint"] == "delivery")
    assert (line["dissatisfied"], line["dissatisfied_share"], line["delighted"]) == ("5", "0.25", "15")
    assert sheet.getvalue()[:2] == b"PK"
    of = next(one for one in data["touchpoints"] if one["touchpoint"] == "delivery")
    low = next(one for one in of["found"] if one["felt"] == "dissatisfied")
    assert (of["n"], low["n"], low["share"]) == (20, 5, 0.25)


@pytest.mark.parametrize("name", ["touchpoints", "touchpoints_csv", "touchpoints_xlsx", "api_touchpoints"])
@pytest.mark.parametrize("given", [{"from": "yesterday"}, {"from": "2026-03-02", "to": "2026-03-01"}])
def test_a_filter_that_cannot_be_used_is_told(manager, name, given):
    assert manager.get(reverse(name), given).status_code == 400


def test_a_line_of_the_work_plan_begins_with_the_place_and_its_problem(manager):
    page = manager.get(reverse("work_plan"), {"touchpoint": "delivery", "problem": "late"}).content.decode()

    assert '<option value="delivery" selected>' in page
    assert '<option value="late" selected>' in page


def test_a_place_that_is_not_there_leaves_the_line_empty(manager):
    assert manager.get(reverse("work_plan"), {"touchpoint": "' OR 1", "problem": "x" * 99}).status_code == 200
