"""Behind the gear: how many corrections there are, which engine reads, training and reading anew."""

import json

import pytest

from feedback import corrections
from feedback.corrections import Said
from feedback.models import Engine, Event, Rereading
from tests.factories import NOW, a_shop, read_comment, user

pytestmark = pytest.mark.django_db
SCORES = {"sentiment": 0.5, "themes": None, "problem": 0.25}
REPORT = {"before": SCORES, "after": SCORES | {"sentiment": 0.75}, "seen": 9, "unseen": 4}


@pytest.fixture(autouse=True)
def huy(client):
    a_shop()
    person = user("manager", "Huy", language="en")
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return person


def page(client):
    return client.get("/setup/reader/").content.decode()


def an_engine(**columns):
    columns = {"state": "ready", "name": "linear-2+7", "base": "linear-2", "delta": b"x"} | columns
    return Engine.objects.create(asked_at=NOW, trained_at=NOW, report=REPORT, **columns)


def test_it_says_what_reads_and_how_much_was_corrected(client, huy):
    corrections.correct(read_comment(), Said(sentiment="neutral", problem="late"), by=huy, edition=1)

    context = client.get("/setup/reader/").context

    assert (context["corrections"], context["active"]) == (1, None)


def test_it_shows_how_an_engine_reads_what_it_did_not_learn(client):
    an_engine(is_active=True)

    shown = page(client)

    assert "linear-2+7" in shown
    assert "learned from 9, judged on 4" in shown
    assert shown.index(">50%<") < shown.index(">75%<")
    assert "Go back to the shipped engine" in shown


def test_it_says_when_a_training_changed_nothing(client):
    engine = an_engine()
    assert "No difference" not in page(client)

    Engine.objects.filter(pk=engine.pk).update(report=REPORT | {"after": SCORES})

    assert "No difference: these texts are read as before." in page(client)


def test_it_asks_for_a_training_once(client, huy):
    client.post("/setup/reader/train/")
    again = client.post("/setup/reader/train/", follow=True)

    assert Engine.objects.get().asked_by == huy
    assert "A training is under way already." in again.content.decode()
    assert "data-watch" in again.content.decode()


def test_a_training_that_came_to_nothing_says_why_and_makes_room(client):
    an_engine(state="failed", name="", delta=None, failure="nothing to learn from")

    shown = page(client)

    assert "There was nothing to learn from." in shown
    assert "Train now" in shown


def test_a_training_that_got_stuck_does_not_look_as_if_it_went_on(client):
    Engine.objects.create(asked_at=NOW, failed_at=NOW, failure="train the reader: KeyError")

    shown = page(client)

    assert "got stuck" in shown
    assert "train the reader: KeyError" in shown
    assert "Train now" in shown


def test_it_asks_to_read_old_comments_anew_and_shows_how_far_it_is(client, huy):
    read_comment()
    client.post("/setup/reader/anew/")
    again = client.post("/setup/reader/anew/", follow=True).content.decode()

    assert Rereading.objects.get().asked_by == huy
    assert "0 of 1 read anew" in again
    assert '<progress class="progress" max="1" value="0"' in again


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"finished_at": NOW, "done": 12, "changed": 3}, "12 read anew, 3 of them otherwise"),
        ({"failed_at": NOW, "failure": "read anew: KeyError"}, "read anew: KeyError"),
    ],
)
def test_it_says_how_the_last_reading_anew_ended(client, columns, said):
    Rereading.objects.create(asked_at=NOW, last=1, total=12, **columns)

    shown = page(client)

    assert said in shown
    assert "Read old comments anew" in shown


def test_the_corrections_can_be_taken_along(client, huy):
    said = Said(sentiment="negative", problem="late", themes={"courier": "negative"})
    corrections.correct(read_comment("Trễ <3 ngày."), said, by=huy, edition=1)

    answer = client.post("/setup/reader/corrections.jsonl")

    (line,) = map(json.loads, answer.content.decode().splitlines())
    assert (line["text"], line["lang"], line["source"]) == ("Trễ <3 ngày.", "vi", "map")
    assert (line["polarity"], line["problem"], line["themes"]) == ("negative", "late", ["courier"])
    assert Event.objects.get(verb="corrections taken").data == {"count": 1}


def test_the_file_holds_no_personal_data(client, huy):
    """L9: it leaves the shop's own pages."""
    told = read_comment("Gọi tôi 0912 345 678 nhé, hàng trễ.")
    corrections.correct(told, Said(sentiment="negative", problem="late"), by=huy, edition=1)

    answer = client.post("/setup/reader/corrections.jsonl").content.decode()

    assert "hàng trễ" in answer
    assert "0912" not in answer


def test_an_engine_of_before_an_update_is_not_said_to_read(client, huy):
    an_engine(base="linear-0", name="linear-0+1", is_active=True)

    shown = page(client)

    assert "The program was updated since." in shown
    assert "reads now" not in shown


@pytest.mark.parametrize("rows", [1, 15])
def test_it_asks_no_more_for_many_engines(client, huy, rows, django_assert_max_num_queries):
    for number in range(rows):
        an_engine(asked_by=user(name=f"m{number}"))
    page(client)

    with django_assert_max_num_queries(12):
        page(client)
