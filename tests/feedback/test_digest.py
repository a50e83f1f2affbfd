"""The weekly letter: three sentences from the numbers, each week once, ended by one press."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as outbox
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from feedback import leases, mail, shop
from feedback.front import digest, digest_words
from feedback.front.digest_words import Theme, Week
from feedback.front.tiles import Tile
from feedback.models import Alert, Digest, Event, Headline, OutgoingMail
from feedback.templatetags.feedback import calendar_day
from tests.factories import a_shop, read_comment, user

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = datetime(2026, 11, 16, 7, 30, tzinfo=HANOI)  # half past seven
LATE = [("late_delivery", "negative")]
DAY = timedelta(days=1)


def theme(now, before, name="Late"):
    return Theme(slug=name.lower(), name=name, now=now, before=before)


@pytest.mark.parametrize(
    ("now", "before", "chance"),
    [(0, 0, 1), (1, 0, 1), (5, 0, 0.0625), (6, 0, 0.03125), (0, 6, 0.03125), (10, 10, 1), (15, 5, 0.041389)],
)
def test_the_chance_of_two_weeks_is_the_exact_one(now, before, chance):
    assert digest_words.chance(now, before) == pytest.approx(chance, abs=1e-6)


@given(st.integers(0, 300), st.integers(0, 300))
def test_it_is_the_same_both_ways_and_no_more_than_sure(now, before):
    assert digest_words.chance(now, before) == digest_words.chance(before, now)
    assert 0 <= digest_words.chance(now, before) <= 1


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=12))
def test_what_moved_did_so_more_than_chance_among_so_many(pairs):
    themes = [theme(now, before, f"T{n}") for n, (now, before) in enumerate(pairs)]

    one = digest_words.moved(themes)

    if one is not None:
        assert digest_words.chance(one.now, one.before) * sum(1 for now, b in pairs if now or b) <= 0.05
        assert digest_words.of_themes(themes).count(one.name) == 1


def test_six_where_there_was_none_is_news_alone_and_none_among_ten():
    assert digest_words.moved([theme(6, 0)])
    assert digest_words.moved([theme(6, 0), *(theme(3, 3, f"T{n}") for n in range(9))]) is None


@pytest.mark.django_db
class TestWords:
    @pytest.fixture(autouse=True)
    def _english(self):
        with translation.override("en"):
            yield

    def test_it_says_how_much_was_said(self):
        week = Week(n=1200, before=40, negative=300, negative_before=30)

        said = digest_words.of_comments(week)

        assert said == "1,200 comments came, and 40 in the week before; 25% are negative (before: 75%)."

    def test_a_silent_week_is_no_fault(self):
        assert "Nobody said anything" in digest_words.of_comments(
            Week(n=0, before=7, negative=0, negative_before=1)
        )

    def test_the_figure_that_moved_farthest_is_told(self):
        tiles = [
            Tile(name=name, label=name, number="9", change="so", lines=(), url="") for name in ("nps", "left")
        ]
        row = {"value": 9, "n": 50, "low": 8, "high": 10}
        found = {"nps": Headline(before=8.5, **row), "left": Headline(before=2, **row)}

        assert digest_words.of_figures(tiles, found) == "left: 9; so."
        assert digest_words.of_figures(tiles, found | {"left": found["nps"]}) == "nps: 9; so."
        assert "no figures" in digest_words.of_figures([], {})


@pytest.fixture
def huy(db):
    a_shop()
    return user("manager", "Huy", email="huy@example.com", language="en")


@pytest.fixture
def said(huy):
    """Nine late ones in the week that is over, one in the week before."""
    for number in range(9):
        read_comment(themes=LATE, said_at=MONDAY - timedelta(days=1 + number % 7))
    read_comment(themes=LATE, said_at=MONDAY - timedelta(days=9))


def letters():
    return OutgoingMail.objects.filter(about__startswith="feedback.user:").order_by("pk")


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (MONDAY, date(2026, 11, 23)),
        (MONDAY - timedelta(hours=1), date(2026, 11, 16)),
        (MONDAY + timedelta(days=6, hours=16), date(2026, 11, 23)),
    ],
)
def test_it_comes_on_mondays_at_seven(huy, now, then):
    found = digest.next_time(now)

    assert (shop.day(found), found.astimezone(HANOI).hour, found.weekday()) == (then, 7, 0)
    assert found > now


def test_who_wants_it_gets_the_week_that_is_over(huy, said):
    digest.switch(huy, on=True, now=MONDAY - DAY)

    assert leases.run_once(digest.SEND, MONDAY)

    (letter,) = letters()
    assert letter.to == "huy@example.com"
    assert "9 comments came, and 1 in the week before" in letter.text
    assert "Complaints about “Late delivery” rose from 1 to 9, hardly by chance." in letter.text
    assert 'bgcolor="#a03f12"' in letter.html
    assert "<svg" not in letter.html
    assert "/week/?week=2026-11-09" in letter.text
    assert Digest.objects.get().week == date(2026, 11, 9)


def test_it_comes_in_the_readers_language(huy, said):
    huy.language = "vi"
    huy.save()
    digest.switch(huy, on=True, now=MONDAY - DAY)
    leases.run_once(digest.SEND, MONDAY)

    (letter,) = letters()
    assert letter.language == "vi"
    assert "lời nhận xét" in letter.text
    assert "comments" not in letter.text.replace("/comments", "")


def test_no_week_comes_twice(huy, said):
    """However often the job runs, whoever switches it off and on again."""
    digest.switch(huy, on=True, now=MONDAY - DAY)
    for _time in range(3):
        leases.run_once(digest.SEND, MONDAY)
    digest.switch(huy, on=False, now=MONDAY)
    digest.switch(huy, on=True, now=MONDAY)
    Digest.objects.update(send_at=MONDAY)
    leases.run_once(digest.SEND, MONDAY)

    assert letters().count() == 1
    leases.run_once(digest.SEND, MONDAY + 7 * DAY)
    assert letters().count() == 2


def test_killed_before_its_end_it_wrote_nothing_and_comes_again(huy, said, monkeypatch):
    digest.switch(huy, on=True, now=MONDAY - DAY)
    (row,) = leases.lease(digest.SEND, MONDAY)

    def dies(*_given):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(digest.bulk, "insert", dies)
        with pytest.raises(KeyboardInterrupt):
            digest.send([row], MONDAY)
    assert not letters().exists()
    assert Digest.objects.get().week is None
    Digest.objects.update(leased_by="", leased_until=None)

    leases.run_once(digest.SEND, MONDAY)

    assert letters().count() == 1


def test_who_lost_the_lease_writes_nothing(huy, said):
    """Two workers: one letter."""
    digest.switch(huy, on=True, now=MONDAY - DAY)
    (row,) = leases.lease(digest.SEND, MONDAY)
    Digest.objects.update(leased_by="another")

    with pytest.raises(leases.LeaseLost):
        digest.send([row], MONDAY)

    assert not letters().exists()


@pytest.mark.parametrize("change", ["no role", "no address", "gone"])
def test_who_may_not_read_the_figures_gets_no_more(huy, said, change):
    digest.switch(huy, on=True, now=MONDAY - DAY)
    if change == "no role":
        huy.groups.clear()
    elif change == "gone":
        huy.is_active = False
    else:
        huy.email = ""
    huy.save()

    leases.run_once(digest.SEND, MONDAY)

    assert not letters().exists()
    assert Digest.objects.get().send_at is None


def test_one_press_in_the_letter_ends_it(client, huy, said):
    digest.switch(huy, on=True, now=MONDAY - DAY)
    leases.run_once(digest.SEND, MONDAY)
    way_out = letters().get().unsubscribe_url.removeprefix("http://localhost:8000")

    assert client.get(way_out).status_code == 200
    assert digest.wants(huy), "a scanner that opens the link ends nothing"
    answer = client.post(way_out, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert not digest.wants(huy)
    assert client.post(way_out, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Event.objects.filter(verb="weekly letter stopped").count() == 1
    assert client.get("/week/stop/no-such-token/").status_code == 404


def test_the_letter_says_so_to_mail_programs(huy, said):
    """RFC 8058: in the header too."""
    digest.switch(huy, on=True, now=MONDAY - DAY)
    leases.run_once(digest.SEND, MONDAY)
    while leases.run_once(mail.SEND, MONDAY):
        pass

    (sent,) = outbox.outbox
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/week/stop/" in sent.extra_headers["List-Unsubscribe"]


def test_it_is_ordered_and_ended_on_its_page(client, huy):
    """It comes in the language of the page that it was ordered on."""
    client.force_login(huy)
    client.cookies["django_language"] = "en"

    client.post("/week/switch/", {"to": "on"})
    assert digest.wants(huy)
    huy.refresh_from_db()
    assert huy.language == "en"
    assert client.get("/week/").context["is_wanted"]
    client.post("/week/switch/", {"to": "off"})
    assert not digest.wants(huy)


def test_without_an_address_it_says_what_is_missing(client, huy):
    huy.email = ""
    huy.save()
    client.force_login(huy)
    client.cookies["django_language"] = "en"

    page = client.post("/week/switch/", {"to": "on"}, follow=True)

    assert "There is no e-mail address in your account." in page.content.decode()
    assert not Digest.objects.exists()


def test_the_page_says_the_same_as_the_letter(client, huy, said):
    client.force_login(huy)
    client.cookies["django_language"] = "en"
    digest.switch(huy, on=True, now=MONDAY - DAY)
    leases.run_once(digest.SEND, MONDAY)

    page = client.get("/week/", {"week": "2026-11-11"})

    told = page.context["told"]
    assert told.start == date(2026, 11, 9)
    assert all(words in letters().get().text for words in told.sentences)
    bar = told.bars[0]
    beneath = f"/comments/?from=2026-11-09&to=2026-11-15&theme={bar.theme.slug}&polarity=negative"
    assert client.get(beneath).context["page"].paginator.count == bar.theme.now == 9


def an_alert(**columns):
    days = {name: date(2026, 11, 12) for name in ("since", "counted_from")} | {
        "counted_until": date(2026, 11, 15),
        "found_on": date(2026, 11, 14), "last_found_on": date(2026, 11, 16),
    }  # fmt: skip
    sure = {"seen": 13, "expected": 2, "ratio": 6.4, "low": 3.1, "high": 11, "chance": 0.0001}
    return Alert.objects.create(**{"kind": "rise", "theme": "payment_billing"} | days | sure | columns)


def written(day):
    with translation.override("en"):
        return calendar_day(day)


def the_page(client, huy, week="2026-11-11"):
    client.force_login(huy)
    client.cookies["django_language"] = "en"
    return client.get("/week/", {"week": week})


def test_an_alert_that_touches_the_week_comes_first(client, huy, said):
    """S4-3: never "no theme's complaints changed" while the morning page names one."""
    an_alert(theme="", chance=0.01)
    an_alert()
    digest.switch(huy, on=True, now=MONDAY - DAY)
    leases.run_once(digest.SEND, MONDAY)

    told = the_page(client, huy).context["told"]

    assert len(told.sentences) == 3
    assert told.sentences[0] == (
        f"More complaints about “Payment and billing”. Since {written(date(2026, 11, 12))}: 13, where 2.0 "
        "were to be expected: 6.4 times as many (95 %: 3.1 to 11.0). By chance at most on one day in 10,000. "
        "1 other change touches this week."
    )
    assert told.sentences[0] in letters().get().text
    assert not any("by more than chance" in words for words in told.sentences)


@pytest.mark.parametrize(
    ("columns", "is_told"),
    [
        ({"snoozed_until": date(2026, 12, 1)}, True),
        ({"settled_at": MONDAY}, True),
        ({"ended_on": date(2026, 12, 1)}, True),
        ({"since": date(2026, 11, 15)}, True),
        ({"since": date(2026, 11, 16), "counted_until": date(2026, 11, 19)}, False),
        ({"counted_until": date(2026, 11, 9)}, True),
        ({"since": date(2026, 11, 1), "counted_until": date(2026, 11, 8)}, False),
    ],
)
def test_it_is_told_of_the_days_that_it_touches_whatever_was_done_about_it(client, huy, columns, is_told):
    an_alert(**columns)

    first = the_page(client, huy).context["told"].sentences[0]

    assert first.startswith("More complaints about “Payment and billing”") == is_told
    assert ("It is settled." in first) == ("settled_at" in columns)


def test_what_is_open_is_named_before_what_is_surer_and_settled(client, huy):
    an_alert(chance=0, settled_at=MONDAY)
    an_alert(theme="packaging", chance=0.01)

    assert "“Packaging”" in the_page(client, huy).context["told"].sentences[0]


def test_a_theme_is_told_without_bursts_as_alerts_count_it(client, huy):
    """What bombers say of a theme is shown beside its number and makes no change of it."""
    for number in range(12):
        at = MONDAY - 3 * DAY + timedelta(minutes=number)
        read_comment(themes=LATE, said_at=at, channel="review", source="map", score=1, scale="stars_5")
    read_comment(themes=LATE, said_at=MONDAY - 3 * DAY)
    burst = {"kind": "burst", "theme": "", "source": "map", "until": date(2026, 11, 13)}
    an_alert(**burst, since=date(2026, 11, 13))

    page = the_page(client, huy)
    (bar,) = page.context["told"].bars
    themes = [bar.theme]

    assert (bar.theme.now, bar.theme.at_once, bar.theme.usual) == (13, 12, (1, 0))
    assert "(12 at once)" in page.content.decode()
    assert "by more than chance" in digest_words.of_themes(themes)


def test_an_old_week_tells_the_figures_of_then(client, huy, said):
    """Headlines are kept by day: those of the days up to that week's letter are told."""
    row = {"name": "nps", "n": 50, "found_at": MONDAY, "data": {"mix": []}}
    for day, value in ((date(2026, 9, 5), 11), (date(2026, 9, 7), 22), (date(2026, 9, 8), 33)):
        Headline.objects.create(day=day, value=value, **row)
    Headline.objects.create(day=shop.day(timezone.now()), value=77, **row)

    page = the_page(client, huy, "2026-09-02")

    told = page.context["told"]
    assert told.sentences[2].startswith("Would recommend us (NPS): +22;")
    assert [tile.number for tile in told.tiles] == ["+22"]
    assert f"As they stood on {written(date(2026, 9, 7))}." in page.content.decode()


def test_an_old_week_without_figures_says_so(client, huy, said):
    Headline.objects.create(
        day=shop.day(timezone.now()), value=77, name="nps", n=50, found_at=MONDAY, data={"mix": []}
    )

    told = the_page(client, huy, "2026-09-02").context["told"]

    assert told.sentences[2] == "Of this week no figures of the morning page are known."
    assert not told.tiles


def test_the_week_that_is_over_may_tell_those_of_a_new_shop_today(client, huy):
    today = shop.day(timezone.now())
    Headline.objects.create(day=today, value=77, name="nps", n=50, found_at=MONDAY, data={"mix": []})

    told = the_page(client, huy, "").context["told"]

    assert (told.as_of, told.sentences[2][:28]) == (today, "Would recommend us (NPS): +7")


def test_its_days_are_written_as_on_other_pages(client, huy):
    days = f"{written(date(2026, 11, 9))} – {written(date(2026, 11, 15))}"

    assert f"The week: {days}" in the_page(client, huy).content.decode()


@pytest.mark.parametrize("week", ["9999-12-31", "0001-01-01", "soon", "x\x00", "2026-13-01"])
def test_a_week_that_cannot_be_is_named(client, huy, week):
    client.force_login(huy)

    page = client.get("/week/", {"week": week})

    assert page.status_code == 400
    assert "week" in page.context["form"].errors


@pytest.mark.parametrize("rows", [3, 30])
def test_the_page_costs_the_same_however_much(client, huy, rows, django_assert_max_num_queries):
    for _ in range(rows):
        read_comment(themes=LATE, said_at=MONDAY - 2 * DAY)
    client.force_login(huy)
    client.get("/week/")

    with django_assert_max_num_queries(14):
        client.get("/week/", {"week": "2026-11-11"})
