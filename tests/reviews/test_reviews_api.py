import pytest

from feedback import api_access
from feedback.models import ApiToken, Comment
from reviews.models import Review

pytestmark = pytest.mark.django_db
GOOD = {"source": "own", "external_id": "r1", "said_at": "2026-10-31", "stars": 2, "text": "Ấm bị vỡ"}


@pytest.fixture
def send(client, own):
    def post(body, scope=ApiToken.Scope.REVIEWS, raw=None):
        key = api_access.issue("test", [scope], by=None)
        return client.post(
            "/api/v1/reviews",
            raw if raw is not None else body,
            content_type="application/json",
            headers={"authorization": f"Bearer {key}"},
        )

    return post


def results(answer):
    return [(one["external_id"], one["status"]) for one in answer.json()["results"]]


def test_it_takes_one_review_or_a_list(send):
    assert (send(GOOD).status_code, Review.objects.count()) == (201, 1)
    assert results(send([GOOD | {"external_id": f"r{n}"} for n in range(3)])) == [
        ("r0", "created"),
        ("r1", "unchanged"),
        ("r2", "created"),
    ]


def test_the_same_again_changes_nothing(send):
    send(GOOD)

    answer = send([GOOD, GOOD])

    assert (answer.status_code, results(answer)) == (200, [("r1", "unchanged"), ("r1", "unchanged")])


def test_other_words_are_a_new_version(send):
    send(GOOD)

    assert results(send(GOOD | {"text": "Đã đổi"})) == [("r1", "updated")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"stars": 11}, "stars"),
        ({"stars": "4,5"}, "stars"),
        ({"said_at": "2999-01-01"}, "said_at"),
        ({"source": "nowhere"}, "source"),
        ({"source": ["own"]}, "source"),
        ({"external_id": None}, "external_id"),
        ({"external_id": {"a": 1}}, "external_id"),
        ({"text": "", "stars": None}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"url": "javascript:alert(1)"}, "url"),
    ],
)
def test_it_names_the_field_that_is_wrong(send, change, field):
    answer = send(GOOD | change)

    (result,) = answer.json()["results"]
    assert (answer.status_code, result["status"]) == (400, "error")
    assert [error["field"] for error in result["errors"]] == [field]


def test_a_bad_one_does_not_hold_up_the_others(send):
    answer = send([GOOD, GOOD | {"external_id": "r2", "stars": 0}, 7])

    assert results(answer) == [("r1", "created"), ("r2", "error"), ("", "error")]
    assert Review.objects.count() == 1


def test_one_id_with_two_texts_has_no_order_to_go_by(send):
    assert results(send([GOOD, GOOD | {"text": "khác"}])) == [("r1", "created"), ("r1", "error")]


@pytest.mark.parametrize("body", [[], [GOOD] * 1001])
def test_a_list_has_its_bounds(send, body):
    assert send(body).status_code == 400
    assert Comment.objects.count() == 0


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "[" * 100_000,
        "{",
        "null",
        '"text"',
        '{"text": "\\u0000"}',
        "\udcff".encode("utf-8", "surrogateescape"),
    ],
)
def test_what_is_no_review_is_never_a_server_error(send, raw):
    assert send(None, raw=raw).status_code == 400


@pytest.mark.parametrize("scope", [scope for scope in ApiToken.Scope if scope != "reviews"])
def test_it_needs_its_own_scope(send, scope):
    assert send(GOOD, scope=scope).status_code == 403


def test_nobody_gets_in_without_a_key(client, own, person):
    assert client.post("/api/v1/reviews", GOOD, content_type="application/json").status_code == 401
    client.force_login(person("administrator"))
    assert client.post("/api/v1/reviews", GOOD, content_type="application/json").status_code in (401, 403)


@pytest.fixture
def fetch(client, own):
    def get(query=""):
        key = api_access.issue("test", [ApiToken.Scope.REVIEWS], by=None)
        return client.get(f"/api/v1/reviews{query}", headers={"authorization": f"Bearer {key}"})

    return get


def test_what_is_shown_elsewhere_says_who_got_a_reward(send, fetch):
    """L5: the mark goes with the words, in the API too; personal data is covered as on the page."""
    send([GOOD | {"incentivised": True, "text": "Ấm đẹp, gọi 0912 345 678"}, GOOD | {"external_id": "r2"}])

    told = {one["text"]: one for one in fetch().json()["results"]}

    assert {one["incentivised"] for one in told.values()} == {True, False}
    assert all(bool(one["disclosure"]) is one["incentivised"] for one in told.values())
    assert not any("345 678" in text for text in told)


def test_what_is_hidden_or_taken_back_is_not_given(send, fetch):
    send([GOOD | {"external_id": f"r{n}"} for n in range(3)])
    Review.objects.filter(external_id="r0").update(hidden_at="2026-11-01T00:00Z", hidden_reason="hateful")
    Review.objects.filter(external_id="r1").update(deleted_at="2026-11-01T00:00Z")

    assert len(fetch().json()["results"]) == 1


def test_the_next_page_goes_on_where_the_last_one_ended(send, fetch, monkeypatch):
    monkeypatch.setattr("reviews.api.SHOWN_AT_ONCE", 2)
    send([GOOD | {"external_id": f"r{n}"} for n in range(3)])

    first = fetch().json()
    second = fetch(f"?after={first['next']}").json()

    assert (len(first["results"]), len(second["results"]), second["next"]) == (2, 1, None)


@pytest.mark.parametrize("after", ["nothing", "%00", "%ED%A0%80", "x" * 5000])
def test_a_page_after_nothing_known_is_refused(send, fetch, after):
    send(GOOD)

    assert fetch(f"?after={after}").status_code in (200, 400)
