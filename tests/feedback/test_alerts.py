"""Alerts: found once, told once, taken, slept on, settled; a burst is seen in and out of the trend."""

import re
from datetime import timedelta
from html import unescape

import numpy as np
import pytest
from django.utils import timezone, translation

from feedback import alerts, leases, shop
from feedback.detection import changes
from feedback.models import Alert, AlertClock, Event, OutgoingMail, Theme, ThemeTotal
from feedback.templatetags.feedback import calendar_day
from tests.factories import a_shop, read_comment, user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def huy(client):
    a_shop()
    huy = user("manager", "Huy", email="huy@example.com")
    client.force_login(huy)
    client.cookies["django_language"] = "en"
    return huy


def history(now, *, theme="late_delivery", usual=3, lately=9, days=100, since=5):
    """Complaints a day, and since some days more of them; fifty comments a day in all."""
    last = shop.day(now) - DAY
    rows = []
    for ago in range(days):
        n = lately if ago < since else usual
        for slug, negative, positive in ((theme, n, 0), ("courier", 5, 0), ("*", 5 + n, 45 - n)):
            rows.append(
                ThemeTotal(
                    dimension="*", value="*", grain="day", theme=slug, day=last - ago * DAY,
                    negative=negative, positive=positive,
                )
            )  # fmt: skip
    ThemeTotal.objects.bulk_create(rows)
    return last


def look(at=None):
    AlertClock.objects.update(look_at=timezone.now() - DAY)
    leases.run_once(alerts.FIND, at or timezone.now())


def test_a_theme_that_is_complained_about_more_is_told(huy, now):
    last = history(now)

    look()

    alert = Alert.objects.get(theme="late_delivery")
    assert (alert.kind, alert.seen, alert.since) == ("rise", 45, last - 4 * DAY)
    assert 2 < alert.low < alert.ratio < alert.high < 4.5
    assert alert.chance < 0.001
    assert not Alert.objects.filter(theme="courier").exists()


def test_nothing_is_told_of_a_usual_day(huy, now):
    history(now, lately=3)

    look()

    assert not Alert.objects.exists()


def test_a_young_shop_is_told_nothing(huy, now):
    history(now, days=20)

    look()

    assert not Alert.objects.exists()


def test_it_is_told_once_and_managers_get_one_letter(huy, now):
    history(now)
    user("manager", "Dung")  # has no address

    look()
    AlertClock.objects.update(looked_on=None)
    look()

    assert Alert.objects.filter(theme="late_delivery").count() == 1
    (letter,) = OutgoingMail.objects.all()
    assert letter.to == "huy@example.com"
    assert "45" in letter.text
    assert "/trends/alerts/" in letter.text


def test_the_letter_says_how_sure_it_is_with_examples_and_a_way_there(huy, now):
    """S4-3, for each alert: what, since when, how many, how sure, examples with personal data covered."""
    history(now)
    days = iter(range(1, 5))

    def said(text, **reading):
        read_comment(
            text, said_at=now - next(days) * DAY, themes=[("late_delivery", "negative")], reading=reading
        )

    said("Đồ ngu!", flags=["abuse"])
    said("Giao chậm, gọi tôi:\nsố 0901234567.", pii=[{"kind": "phone", "span": [23, 33]}])
    said("Chậm " + "lắm " * 100)
    said("Cũng chậm.")

    look()

    letter, alert = OutgoingMail.objects.get(), Alert.objects.get(theme="late_delivery")
    with translation.override("vi"):
        since = calendar_day(alert.since)
    for told in (letter.text, unescape(letter.html)):
        assert "Nhiều khiếu nại về “Giao hàng trễ” hơn" in told
        assert f"Từ {since}: {alert.seen}" in told
        assert "95 %" in told
        assert "Giao chậm, gọi tôi: số •••." in told
        assert "ngu" not in told
        assert "Cũng chậm" not in told  # two are enough
        assert f"/trends/alerts/#a-{alert.public_id}" in told
        assert max(map(len, re.findall(r"(?:> |<blockquote>)(Chậm.*?)(?:\n|</)", told))) <= 280


def test_a_killed_worker_tells_nothing_twice(huy, now):
    """The alert, the letter and the clock are one transaction."""
    history(now)
    AlertClock.objects.update(look_at=now - DAY)
    (clock,) = leases.lease(alerts.FIND, now)
    AlertClock.objects.update(leased_by="", leased_until=None)

    with pytest.raises(leases.LeaseLost):
        alerts.find([clock], now)
    assert not Alert.objects.exists()
    look()

    assert OutgoingMail.objects.count() == 1


def test_what_is_quiet_for_a_fortnight_is_over_and_comes_again_as_a_new_one(huy, now):
    history(now)
    look()
    Alert.objects.update(last_found_on=shop.day(now) - 15 * DAY)

    AlertClock.objects.update(looked_on=None)
    look()

    assert list(Alert.objects.order_by("pk").values_list("ended_on", flat=True)) == [shop.day(now), None] or (
        Alert.objects.filter(theme="late_delivery", ended_on=None).count() == 1
        and Alert.objects.filter(theme="late_delivery").count() == 2
    )


def test_the_page_says_what_since_when_and_how_sure_with_examples(client, huy, now):
    history(now)
    said = read_comment("Giao chậm quá trời.", said_at=now - 2 * DAY, themes=[("late_delivery", "negative")])
    said.mentions.update(words=["giao chậm"])
    look()

    page = client.get("/trends/alerts/").content.decode()

    assert "More complaints about “Late delivery”" in page
    assert "times as many (95 %" in page
    assert "By chance at most on one day in" in page
    assert '<b class="told">Giao chậm</b>' in page
    drawn = page.partition('id="beside"')[2]
    told = drawn.count('<th scope="row"><a href="#a-')
    assert drawn.count('class="now"') == 2 * told > 0  # for a desk and for a phone


@pytest.mark.parametrize("act", ["take", "snooze", "settle"])
def test_it_is_taken_slept_on_and_settled(client, huy, now, act):
    history(now)
    look()
    alert = Alert.objects.get(theme="late_delivery")

    client.post(f"/trends/alerts/{alert.public_id}/", {"act": act, "days": "14", "note": "Kho mới."})

    alert.refresh_from_db()
    shown = alert in Alert.objects.to_look_at(shop.day(now))
    assert shown == (act == "take")
    assert {
        "take": alert.owner == huy,
        "snooze": alert.snoozed_until == shop.day(now) + 14 * DAY,
        "settle": alert.note == "Kho mới." and alert.settled_at is not None,
    }[act]
    verb = {"take": "alert taken", "snooze": "alert snoozed", "settle": "alert settled"}[act]
    assert Event.objects.filter(verb=verb).count() == 1


def test_who_comes_second_is_told(client, huy, now):
    history(now)
    look()
    alert = Alert.objects.get(theme="late_delivery")
    alerts.take(alert, by=user("manager", "Dung"))

    answer = client.post(f"/trends/alerts/{alert.public_id}/", {"act": "take"}, follow=True)

    alert.refresh_from_db()
    assert "Somebody else was faster" in answer.content.decode()
    assert alert.owner.first_name == "Dung"


def test_what_is_settled_stays_settled_while_it_goes_on(client, huy, now):
    history(now)
    look()
    alert = Alert.objects.get(theme="late_delivery")
    alerts.settle(alert, "", by=huy, now=now)

    AlertClock.objects.update(looked_on=None)
    look()

    assert not Alert.objects.to_look_at(shop.day(now)).filter(theme="late_delivery").exists()
    with pytest.raises(alerts.Stale):
        alerts.snooze(alert, shop.day(now), by=huy, today=shop.day(now))


def act(client, alert, name, **chosen):
    answer = client.post(f"/trends/alerts/{alert.public_id}/", {"act": name} | chosen, follow=True)
    alert.refresh_from_db()
    return answer.content.decode()


@pytest.fixture
def late(huy, now):
    history(now)
    look()
    Alert.objects.exclude(theme="late_delivery").delete()
    return Alert.objects.get()


def test_what_sleeps_says_who_put_it_there_and_can_be_woken(client, huy, late, now):
    """One press hides it from everybody's Today: so it can be seen, by whom, and undone."""
    act(client, late, "snooze", days="30")

    page = client.get("/trends/alerts/").content.decode()
    assert "Huy lets it sleep until" in page
    assert "Wake it" in page
    act(client, late, "wake")

    assert late in Alert.objects.to_look_at(shop.day(now))
    assert (late.snoozed_until, late.snoozed_by) == (None, None)
    assert Event.objects.filter(verb="alert woken").count() == 1
    assert "Somebody else was faster" in act(client, late, "wake")


@pytest.mark.parametrize(("role", "sees"), [("manager", True), ("staff", False)])
def test_managers_see_on_today_that_something_sleeps(client, huy, late, role, sees):
    act(client, late, "snooze", days="30")
    client.force_login(user(role, "Mai"))
    client.cookies["django_language"] = "en"

    page = client.get("/").content.decode()

    assert ("1 alert sleeps" in page and "/trends/alerts/#asleep" in page) == sees


@pytest.mark.parametrize("name", ["take", "settle"])
def test_what_sleeps_can_be_taken_and_settled(client, huy, late, name):
    act(client, late, "snooze", days="30")
    assert f'value="{name}"' in client.get("/trends/alerts/").content.decode()

    act(client, late, name)

    assert late.owner == huy
    assert (late.settled_at is not None) == (name == "settle")


def test_who_looks_after_what_sleeps_is_named(client, huy, late):
    act(client, late, "take")
    act(client, late, "snooze", days="7")

    asleep = client.get("/trends/alerts/").content.decode().partition('id="asleep"')[2]
    assert "Huy looks after it" in asleep


def test_it_is_handed_to_a_colleague_and_given_back(client, huy, late):
    bao = user("staff", "Bao")
    user("advocate", "An")
    user("staff", "Gone", is_active=False)
    act(client, late, "take")

    page = client.get("/trends/alerts/").content.decode()
    assert f'<option value="{bao.public_id}">Bao</option>' in page
    assert not re.search(r"<option[^>]*>(Huy|An|Gone)<", page)
    said = act(client, late, "hand over", to=bao.public_id, held_by=huy.public_id)

    assert late.owner == bao
    assert "Bao looks after it." in said
    client.force_login(bao)
    client.cookies["django_language"] = "en"
    assert "Give it back" in client.get("/trends/alerts/").content.decode()
    act(client, late, "give back")
    assert late.owner is None


def test_a_manager_hands_over_what_others_hold_and_staff_only_their_own(client, huy, late):
    bao, mai = user("staff", "Bao"), user("approver", "Mai")
    alerts.take(late, by=bao)
    hand_over = {"to": mai.public_id, "held_by": bao.public_id}

    client.force_login(user("staff", "Thu"))
    act(client, late, "hand over", **hand_over)
    act(client, late, "give back")
    assert late.owner == bao

    client.force_login(huy)
    act(client, late, "hand over", **hand_over)
    assert late.owner == mai


def test_who_hands_over_what_somebody_else_has_meanwhile_is_told(client, huy, late):
    bao, mai = user("staff", "Bao"), user("approver", "Mai")
    alerts.take(late, by=bao)
    client.get("/trends/alerts/")
    alerts.hand_over(late, mai, held_by=bao, by=huy)

    said = act(client, late, "hand over", to=huy.public_id, held_by=bao.public_id)

    assert "Somebody else was faster" in said
    assert late.owner == mai


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "This cannot be done with an alert."),
        ({"act": "burn"}, "This cannot be done with an alert."),
        ({"act": "snooze", "days": "-1"}, "Choose one of the times of the list."),
        ({"act": "settle", "note": "Kho mới " + "x" * 301}, "at most 300 characters"),
        ({"act": "settle", "note": "Kho mới \x00"}, "Null characters are not allowed."),
        ({"act": "hand over"}, "Choose a colleague of the list."),
        ({"act": "hand over", "to": "nobody"}, "Choose a colleague of the list."),
        ({"act": "take", "held_by": "\x00"}, "Null characters are not allowed."),
    ],
)
def test_a_wrong_act_is_named_on_the_page_and_the_note_is_kept(client, late, wrong, said):
    answer = client.post(f"/trends/alerts/{late.public_id}/", wrong)

    page = answer.content.decode()
    assert answer.status_code == 400
    assert said in page
    assert "<h1>What changed</h1>" in page
    assert ("Kho mới" in page) == ("note" in wrong)
    late.refresh_from_db()
    assert (late.owner, late.settled_at, late.snoozed_until) == (None, None, None)
    assert client.post("/trends/alerts/none/", {"act": "take"}).status_code == 404


def test_a_wrong_act_on_what_is_over_leads_to_how_it_stands(client, huy, late, now):
    alerts.settle(late, "", by=huy, now=now)

    assert "Somebody else was faster" in act(client, late, "settle", note="x" * 301)


@pytest.mark.parametrize("rows", [1, 6])
def test_the_page_costs_two_queries_more_for_each_to_look_at(
    client, huy, now, rows, django_assert_max_num_queries
):
    today = shop.day(now)
    for number in range(rows):
        user("staff", "Bao")
        Alert.objects.create(
            kind="rise", theme=f"theme-{number}", since=today, seen=9, expected=2, ratio=4, low=2, high=8,
            chance=0.001, found_on=today, last_found_on=today, owner=huy, snoozed_by=huy,
            snoozed_until=today + 7 * DAY,
        )  # fmt: skip
    client.get("/trends/alerts/")

    with django_assert_max_num_queries(14):
        client.get("/trends/alerts/")


def bombed(now, n=12):
    for number in range(n):
        read_comment(
            f"Tệ, đừng mua! {number}", source="map", score=1, scale="stars_5",
            said_at=now - timedelta(hours=30, minutes=10 * number), themes=[("staff_attitude", "negative")],
        )  # fmt: skip
    read_comment("Ổn.", source="map", score=5, scale="stars_5", said_at=now - timedelta(hours=29),
                 reading={"sentiment": "positive"}, themes=[("staff_attitude", "positive")])  # fmt: skip


def test_a_burst_of_bad_reviews_is_told_apart(client, huy, now):
    bombed(now)

    look(now)

    (alert,) = Alert.objects.all()
    assert (alert.kind, alert.source, alert.seen) == ("burst", "map", 12)
    assert "Many bad reviews at once on “map”" in client.get("/trends/alerts/").content.decode()


def test_its_number_opens_just_those_reviews(client, huy, now):
    bombed(now)
    read_comment("Lovely.", source="map", score=5, scale="stars_5", said_at=now - timedelta(hours=30))
    first_hour = shop.start_of(shop.day(now - timedelta(hours=31, minutes=50)))  # hours before the burst
    read_comment("Dry.", source="map", score=2, scale="stars_5", said_at=first_hour)
    look(now)

    (row,) = client.get("/trends/alerts/").context["alerts"]
    beneath = client.get(row["comments_url"])

    assert beneath.context["page"].paginator.count == row["alert"].seen == 13
    assert "Only the bad reviews that came at once on “map”" in beneath.content.decode()


def test_a_change_that_goes_on_tells_of_the_newest_days_and_when_it_began(client, huy, now):
    """`seen` is of the days that are named, not of all since it began."""
    last = history(now, since=20)
    alerts.look_now(now - 8 * DAY)
    look(now)

    alert = Alert.objects.get(theme="late_delivery")
    page = client.get("/trends/alerts/").content.decode()

    assert alert.since < alert.counted_from <= alert.counted_until == last
    seen = ThemeTotal.objects.filter(theme="late_delivery", day__gte=alert.counted_from).values_list(
        "negative"
    )
    assert sum(n for (n,) in seen) == alert.seen
    assert "It began about" in page


def test_a_burst_is_seen_in_and_out_of_the_trend_and_hides_nothing(client, huy, now):
    bombed(now)
    look(now)

    with_it = client.get("/trends/")
    without = client.get(with_it.context["other_url"])

    assert [row["total"] for row in with_it.context["rows"]] == [13]
    assert [row["total"] for row in without.context["rows"]] == [1]
    assert (with_it.context["trends"].comments.total, without.context["trends"].comments.total) == (13, 1)
    assert client.get("/comments/").context["page"].paginator.count == 13
    assert client.get(without.context["other_url"]).context["trends"].comments.total == 13


def test_a_burst_is_no_change_of_a_theme(huy, now):
    """It is taken out of what is looked at for changes."""
    history(now, theme="staff_attitude", usual=1, lately=1)
    bombed(now, n=30)

    look(now)

    assert set(Alert.objects.values_list("kind", flat=True)) == {"burst"}


def test_a_few_bad_reviews_are_no_burst(huy, now):
    bombed(now, n=5)

    look(now)

    assert not Alert.objects.exists()


def test_today_says_that_something_changed(client, huy, now):
    history(now)
    look()

    answer = client.get("/")

    assert answer.context["alerts"] == Alert.objects.count() > 0
    assert "More complaints about “Late delivery”" in answer.content.decode()


def test_a_merged_theme_is_looked_at_with_its_other(huy, now):
    history(now)
    Theme.objects.filter(slug="late_delivery").update(merged_into=Theme.objects.get(slug="courier"))

    look()

    assert not Alert.objects.filter(theme="late_delivery").exists()


@pytest.mark.parametrize("weekend", [0, 5])
def test_a_busy_weekend_is_no_alert(weekend):
    """Weekdays: three times as much every Sunday is the rhythm of the shop."""
    dice = np.random.default_rng(weekend)
    week = np.array([1.0] * 6 + [3.0])[(np.arange(140) + weekend) % 7]
    whole = dice.poisson(60 * week).astype(float)
    counts = dice.poisson(6 * week, (5, 140)).astype(float)

    assert changes.discoveries(changes.look(counts, whole)) == []
