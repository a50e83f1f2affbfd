"""The figures of the morning page: found by a job, each with its interval, its past and what lies beneath."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from feedback import leases, listed, shop
from feedback.front import headlines, silence, tiles
from feedback.models import Defection, Headline, HeadlineClock, Promise
from surveys import counting, invitations, publishing, responses
from tests import workbook
from tests.factories import a_shop, case, customer, defection, order, read_comment, user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture(autouse=True)
def _shop():
    a_shop()


def found(now):
    headlines.find_now()
    return headlines.newest(shop.day(now))


def promise(now, *, kept, days_ago=10):
    about = case()
    day = shop.day(now) - timedelta(days=days_ago)
    return about.promises.create(
        what="call", by_when=day, call_back_on=day + DAY,
        made_at=now - timedelta(days=days_ago + 2),
        state=Promise.State.KEPT if kept else Promise.State.BROKEN, settled_at=now,
        settled_by=user(), told_via="phone",
    )  # fmt: skip


def answer(survey, now, **given):
    invitation = invitations.invite(survey, order=order(customer()), as_link=True, now=now)
    said = {"problem": "none", "expectation": "as_expected", "recommend": "7"} | given
    responses.submit(invitation, said, language="vi", now=now)


@pytest.fixture
def survey(now):
    return publishing.start_post_purchase(
        name="After buying", reward_amount=Decimal(50_000), currency="VND", now=now - 300 * DAY
    )


def test_what_is_not_known_is_not_there(now):
    assert found(now) == {}


def test_promises_have_their_interval_and_their_past(now):
    for kept in [True] * 6 + [False] * 2:
        promise(now, kept=kept)
    for kept in [True] * 3 + [False] * 3:
        promise(now, kept=kept, days_ago=120)

    row = found(now)["promises"]

    assert (row.value, row.n, row.before) == (0.75, 8, 0.5)
    assert row.low < 0.75 < row.high


def test_nps_is_told_with_why_the_answers_came(now, survey):
    """S4-1: a mean never stands without the mix."""
    for step in ("10", "9", "3", "7", "10", "8"):
        answer(survey, now, recommend=step)
    leases.run_once(counting.COUNT)

    row = found(now)["nps"]

    assert (round(row.value), row.n) == (33, 6)
    assert [(one["why"], one["n"]) for one in row.data["mix"]] == [("paid", 6)]


def test_only_above_what_was_expected_satisfies(now, survey):
    """S1-2: as expected is a class of its own."""
    for word in ("above", "as_expected", "as_expected", "below", "above"):
        answer(survey, now, expectation=word)
    leases.run_once(counting.COUNT)

    assert found(now)["satisfied"].value == pytest.approx(40)


def test_the_queue_has_an_age(now):
    for hours in (2, 10, 50):
        case(opened_at=now - timedelta(hours=hours))

    row = found(now)["queue"]

    assert (row.n, round(row.value), round(row.data["oldest"])) == (3, 10, 50)


@pytest.fixture
def bought(now, monkeypatch):
    """Four bought three months ago: two said something, one of each kind bought again within 90 days."""
    monkeypatch.setattr(silence, "FEWEST", 1)
    at = (now - timedelta(days=200)).replace(day=10)
    people = [customer(name) for name in ("Lan", "Minh", "Hoa", "Nam")]
    for one in people:
        order(one, placed_at=at)
    read_comment(customer=people[0], said_at=at + 5 * DAY)
    read_comment(customer=people[1], said_at=at + 40 * DAY)
    for one in people[1:3]:
        order(one, placed_at=at + 60 * DAY)
    return at, people


def test_silence_is_that_of_buyers_of_whom_no_word_came(now, bought):
    """S4-3: the silent share of purchasers, and their later buying."""
    at, _people = bought

    months = {one.first: one for one in silence.months(shop.day(now))}
    month = months[shop.day(at).replace(day=1)]

    assert (month.n, month.silent, month.silent_again, month.heard_again) == (4, 2, 1, 1)
    assert silence.Month.from_data(month.as_data()) == month


@pytest.mark.parametrize(("many", "again"), [(1, 4), (5000, 5)])
def test_the_silent_of_a_large_shop_are_looked_for_once_a_day(now, monkeypatch, many, again):
    """A quarter of an hour later nothing else is found there; in a small shop it is."""
    monkeypatch.setattr(silence, "FEWEST", 1)
    monkeypatch.setattr(listed, "FEWEST", many)
    at = (now - timedelta(days=75)).replace(day=10)
    for name in ("Lan", "Minh", "Hoa", "Nam"):
        order(customer(name), placed_at=at)
    first = found(now)["silent"]
    order(customer("Thu"), placed_at=at)

    second = found(now)["silent"]

    assert (first.n, second.n) == (4, again)
    assert (second.data == first.data) is (many == 1)


def test_a_figure_that_is_kept_for_the_day_says_when_it_was_found(client, now, monkeypatch):
    """The one that is looked for anew says now; so does the page, and the tile its own time."""
    monkeypatch.setattr(silence, "FEWEST", 1)
    monkeypatch.setattr(listed, "FEWEST", 4)
    monkeypatch.setattr(tiles, "_OLDER", timedelta(0))
    for name in ("Lan", "Minh", "Hoa", "Nam"):
        order(customer(name), placed_at=(now - timedelta(days=75)).replace(day=10))
    case(opened_at=now - timedelta(hours=3))
    first = found(now)

    second = found(now)

    assert second["silent"].found_at == first["silent"].found_at
    assert second["queue"].found_at > first["queue"].found_at
    with translation.override("en"):
        told = {tile.name: tile.lines for tile in tiles.of(second, lambda name: "")}
    assert told["silent"][-1].startswith("As of ")
    assert not told["queue"][-1].startswith("As of ")


def test_what_was_spent_says_when_it_was_looked_for(now):
    """S0-2: once a day, beside a share that is found anew."""
    at, data = now - timedelta(hours=5), {"spent": 0.06, "low": None, "high": None}
    row = Headline(name="recovered", day=now.date(), value=0.5, n=50, found_at=now)
    row.data = data | {"spent_at": at.isoformat()}

    with translation.override("en"):
        (tile,) = tiles.of({"recovered": row}, lambda name: "")

    assert tile.lines[-1].startswith("As of ")


def test_insiders_and_who_cannot_be_known_again_are_not_silent(now, bought):
    at, _people = bought
    order(customer("Mai", is_insider=True), placed_at=at)
    order(customer("", email=""), placed_at=at)

    assert (
        sum(one.n for one in silence.months(shop.day(now)) if one.first == shop.day(at).replace(day=1)) == 4
    )


def test_who_said_nothing_and_stopped_is_listed(client, now):
    """S4-3: silent-and-stopped."""
    quiet, spoke = customer("Hoa"), customer("Lan")
    read_comment(customer=spoke)
    first = defection(quiet)
    defection(spoke, owner=first.owner)
    client.force_login(user("manager"))

    page = client.get(reverse("silence"))

    assert [row.customer for row, _pattern in page.context["rows"]] == [quiet]
    assert Defection.objects.count() == 2
    lines = client.get(reverse("stopped_csv")).getvalue().decode("utf-8-sig").splitlines()
    assert [line.partition(",")[0] for line in lines] == ["customer", quiet.public_id]
    ((_head, *rows),) = workbook.sheets(client.get(reverse("stopped_xlsx")).getvalue()).values()
    assert [row[0] for row in rows] == [quiet.public_id]


def test_the_silence_page_shows_what_the_job_found(client, now, bought, monkeypatch):
    monkeypatch.setattr(silence, "POOLED", 12)
    headlines.find_now()
    client.force_login(user("manager"))

    page, table = client.get(reverse("silence")), client.get(reverse("silence_csv"))

    assert sum(month.n for month in page.context["months"]) == 6  # two bought twice
    assert table.getvalue().decode("utf-8-sig").count("\n") == silence.MONTHS + 1


def test_a_day_is_found_again_and_stays(now):
    for kept in [True] * 5:
        promise(now, kept=kept)
    found(now)
    Headline.objects.update(day=shop.day(now) - 30 * DAY)

    found(now)
    found(now)

    assert Headline.objects.filter(name="promises").count() == 2


def test_it_is_due_every_quarter_of_an_hour(now):
    headlines.find_now()

    assert not headlines.due(timezone.now()).exists()
    assert headlines.due(timezone.now() + headlines.EVERY).get() == HeadlineClock.objects.get()


def test_every_tile_opens_what_lies_beneath(client, now, survey):
    for kept in [True] * 6:
        promise(now, kept=kept)
    for _ in range(5):
        answer(survey, now, recommend="9", expectation="above")
    leases.run_once(counting.COUNT)
    found(now)
    client.force_login(user("manager"))

    tiles = client.get("/").context["tiles"]

    assert [tile.name for tile in tiles] == ["promises", "queue", "nps", "satisfied"]
    for tile in tiles:
        assert client.get(tile.url).status_code == 200


def test_who_may_not_open_a_report_sees_the_figure_without_a_link(client, now):
    for kept in [True] * 6:
        promise(now, kept=kept)
    found(now)
    client.force_login(user("staff"))

    (tile,) = [one for one in client.get("/").context["tiles"] if one.name == "promises"]

    assert (tile.number, tile.url) == ("100%", "")


def test_the_recovery_tile_opens_the_report_on_the_days_of_its_figure(client, now, survey):
    """S0-2: the report's own usual days are others; beneath the tile stands what the tile says."""
    for problem in ("first_time", "later") * 3:
        answer(survey, now, problem=problem)
    leases.run_once(counting.COUNT)
    row = found(now)["recovered"]
    client.force_login(user("manager"))

    (tile,) = [one for one in client.get("/").context["tiles"] if one.name == "recovered"]
    report = client.get(tile.url).context["report"]

    assert (report.start.isoformat(), report.end.isoformat()) == (row.data["from"], row.data["to"])
    assert (report.end - report.start).days == 364


@pytest.mark.parametrize(
    ("before", "low", "high", "said"),
    [
        (0.51, 0.4, 0.6, "−1 point, not clearly better or worse than in the 90 days before"),
        (0.47, 0.4, 0.6, "+3 points, not clearly better or worse than in the 90 days before"),
        (0.49, 0.495, 0.6, "+1 point, better than in the 90 days before"),
    ],
)
def test_a_change_is_said_in_a_whole_sentence(now, before, low, high, said):
    row = Headline(name="promises", day=now.date(), value=0.5, n=50, low=low, high=high, before=before)
    row.found_at = now

    with translation.override("en"):
        (tile,) = tiles.of({"promises": row}, lambda name: "")

    assert tile.change == said
