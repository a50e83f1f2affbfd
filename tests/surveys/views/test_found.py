"""The results page, its filters, and what can be taken along."""

import csv
import io
import json
import zipfile

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedback import comments, leases
from feedback.models import Event, User
from surveys import counting, publishing, responses
from tests import workbook
from tests.surveys.test_counting import POINTS


@pytest.fixture
def manager(client, db):
    user = User.objects.create(username="huy", language="en")
    user.groups.add(Group.objects.get(name="manager"))
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def answer(invite, all_well, now):
    def answer(language="vi", **answers):
        return responses.submit(invite(), all_well | answers, language=language, now=now)

    return answer


@pytest.fixture
def address(survey):
    return f"/surveys/{survey.public_id}/"


def rows(answer):
    text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_it_shows_the_mix_and_the_formula(manager, address, answer):
    """S4-1, and how NPS is reckoned."""
    answer()

    page = manager.get(address).content.decode()

    assert "asked, with a reward 1" in page
    assert "NPS is the share of 9 and 10" in page
    assert "on their own 0" in page


@pytest.mark.parametrize(
    "query",
    ["from=2026-13-01", "from=2026-01-02&to=2026-01-01", "why=paid'", "part=name", "period=day",
     "question=%00", "language=fr"],
)  # fmt: skip
def test_a_bad_filter_is_said_and_shows_nothing(manager, address, answer, query):
    answer()

    page = manager.get(f"{address}?{query}")
    text = manager.get(f"{address}results.csv?{query}")

    assert page.status_code == 200
    assert "One of the filters cannot be used" in page.content.decode()
    assert text.status_code == 400


@pytest.mark.parametrize("part", "why product touchpoint location channel language".split())
@pytest.mark.parametrize("period", ["week", "month"])
def test_every_part_and_period_can_be_seen(manager, address, answer, part, period):
    answer()

    page = manager.get(f"{address}?part={part}&period={period}&question=expectation")

    assert page.status_code == 200
    assert "<svg" in page.content.decode()


def test_one_reason_alone(manager, address, answer):
    answer()

    assert "Nobody answered in this time" in manager.get(f"{address}?why=unsolicited").content.decode()
    assert "Side by side" in manager.get(f"{address}?why=paid").content.decode()


def test_comments_stand_with_their_themes_and_their_case(manager, address, answer):
    answer(problem="not_solved", story="Giao hàng chậm quá, hộp thì móp.")
    comments.read_all()

    page = manager.get(address).content.decode()

    assert "Giao hàng chậm quá" in page
    assert "/cases/" in page
    assert "Late delivery" in page


def test_more_answers_ask_no_more(manager, address, answer):
    def count():
        with CaptureQueriesContext(connection) as captured:
            manager.get(address)
        return len(captured)

    for _each in range(2):
        answer(problem="not_solved", story="Giao hàng chậm quá.")
    count()
    few = count()
    for _each in range(6):
        answer(problem="not_solved", story="Hộp thì móp.", language="en")

    assert count() <= few


def test_the_numbers_as_csv(manager, address, answer):
    answer(recommend="10")
    answer(recommend="0")

    found = rows(manager.get(f"{address}results.csv?part=language"))

    nps = next(row for row in found if row["figure"] == "nps" and row["section"] == "all")
    assert (nps["value"], nps["n"]) == ("0.0", "2")
    part = next(row for row in found if row["section"] == "language" and row["figure"] == "answered")
    assert (part["count"], part["paid"], part["unsolicited"]) == ("2", "2", "0")


def test_the_same_numbers_as_workbook_and_for_programs(manager, survey, address, answer):
    answer(recommend="10")
    answer(recommend="0")

    lines = rows(manager.get(f"{address}results.csv?part=language"))
    (sheet,) = workbook.sheets(manager.get(f"{address}results.xlsx?part=language").getvalue()).values()
    told = manager.get(f"/api/v1/surveys/{survey.public_id}/results?part=language").json()

    assert len(sheet) - 1 == len(lines) == len(told["figures"])
    for name in ("section", "part", "question", "figure", "n", "value", "low", "high"):
        assert ["" if one[name] is None else str(one[name]) for one in told["figures"]] == [
            line[name] for line in lines
        ]
    assert told["answered"] == 2


@pytest.mark.parametrize("query", ["from=2026-13-01", "why=none", "part=name", "question=%00"])
def test_programs_are_told_which_filter_is_bad(manager, survey, query):
    refused = manager.get(f"/api/v1/surveys/{survey.public_id}/results?{query}")

    assert (refused.status_code, refused.json()["errors"][0]["attr"]) == (400, query.partition("=")[0])


def test_an_unknown_survey_tells_programs_nothing(manager):
    assert manager.get("/api/v1/surveys/nosuch/results").status_code == 404


def test_answers_go_along_with_themes_and_case(manager, address, answer):
    answer(problem="not_solved", story="Giao hàng chậm quá.")
    comments.read_all()

    (row,) = rows(manager.get(f"{address}answers.csv"))

    assert row["story"] == "Giao hàng chậm quá."
    assert "late_delivery: negative" in row["themes"]
    assert len(row["case"]) == 16
    assert row["why_it_came"] == "paid"
    assert "name" not in row


def test_cells_start_no_formula(manager, address, answer):
    answer(story='=HYPERLINK("http://x.example")')

    (row,) = rows(manager.get(f"{address}answers.csv"))

    assert row["story"].startswith("'=")


def test_answers_as_json(manager, address, answer):
    answer(story="“Tốt”, rẻ")
    answer()

    found = json.loads(b"".join(manager.get(f"{address}answers.json").streaming_content))

    assert [len(one["answers"]) for one in found["answers"]] == [5, 4]
    assert found["answers"][0]["answers"]["story"]["value"] == "“Tốt”, rẻ"
    assert "email" not in found["answers"][0]


def test_answers_as_xlsx(manager, address, answer):
    """A workbook whose cells are texts and numbers, never formulas."""
    answer(story="=1+1", recommend="9")

    book = zipfile.ZipFile(io.BytesIO(b"".join(manager.get(f"{address}answers.xlsx").streaming_content)))

    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=1+1" in sheet
    assert "<v>9</v>" in sheet


def test_names_go_along_for_managers_and_are_noted(manager, address, answer):
    answer()

    (row,) = rows(manager.post(f"{address}answers-with-names/", {"kind": "csv"}))

    assert row["name"] == "Lan"
    assert row["order"]
    assert Event.objects.get(verb="answers with names exported").by.username == "huy"
    assert manager.post(f"{address}answers-with-names/", {"kind": "exe"}).status_code == 404


@pytest.mark.parametrize("kind", ["exe", "csv.exe"])
def test_another_kind_is_not_found(manager, address, kind):
    assert manager.get(f"{address}answers.{kind}").status_code == 404


def test_a_score_is_drawn_set_side_by_side_and_taken_along(manager, address, survey, invite, now):
    """Issue "Ask", item 2: what the points of chosen options add up to."""
    publishing.publish(survey, POINTS, now=now)
    for chosen in (["a", "b"], ["a"]):
        responses.submit(invite(), {"which": chosen}, language="vi", now=now)

    page = manager.get(f"{address}?part=language&question={counting.SCORE}").content.decode()
    (first, second) = rows(manager.get(f"{address}answers.csv"))
    figures = rows(manager.get(f"{address}results.csv"))
    told = json.loads(b"".join(manager.get(f"{address}answers.json").streaming_content))

    assert "Score: the points of the chosen options" in page
    assert "2.5" in page
    assert (first["_score"], second["_score"]) == ("2", "3")
    mean = next(row for row in figures if row["question"] == counting.SCORE and row["figure"] == "mean")
    assert (mean["value"], mean["n"]) == ("2.5", "2")
    assert told["answers"][1]["answers"]["_score"]["value"] == 3


def test_without_points_there_is_no_score_to_take_along(manager, address, answer):
    answer()

    (row,) = rows(manager.get(f"{address}answers.csv"))

    assert "_score" not in row


def test_one_answer_is_one_answer(manager, address, answer):
    answer()

    page = manager.get(address).content.decode()

    assert "1 answer" in page
    assert "1 answers" not in page


def test_whoever_was_not_asked_for_a_problem_is_not_said_to_have_kept_it_back(
    manager, address, survey, invite, now
):
    """S0-1: the four groups stand where the question was asked."""
    with_problem = "Was it put right the first time"
    publishing.publish(survey, POINTS, now=now)
    responses.submit(invite(), {"which": ["a"]}, language="vi", now=now)
    assert with_problem not in manager.get(address).content.decode()

    publishing.publish(survey, publishing.shipped(), now=now)
    assert with_problem in manager.get(address).content.decode()


def test_one_point_is_told_as_one(manager, address, answer):
    """Not as "from 100% to 100%"."""
    answer(expectation="above")

    page = manager.get(address).content.decode()

    assert "Better than I expected: 100%" in page
    assert "from 100% to 100%" not in page


def test_what_the_job_has_not_reached_is_said(manager, address, answer, monkeypatch):
    """Figures that are not complete yet say so: after an upgrade, or a large import."""
    monkeypatch.setattr(counting, "MOST_UNCOUNTED", 2)
    answer(), answer(), answer()

    before = manager.get(address).content.decode()
    while leases.run_once(counting.COUNT):
        pass
    after = manager.get(address).content.decode()

    assert "1 answer is still being counted" in before
    assert "still being counted" not in after
