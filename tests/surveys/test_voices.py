"""Who speaks and who says nothing, out of the database: who is one, how they buy since, pages and files."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from feedback.models import Contact, Customer, Order
from feedback.roles import Role
from surveys import voices, voices_words
from surveys.models import Answer, Invitation, Response
from surveys.voices import Group
from tests import factories
from tests.factories import customer

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TODAY = date(2026, 11, 16)
JANUARY = (date(2026, 1, 1), date(2026, 1, 31))


@pytest.fixture
def bought(the_shop):
    numbers = iter(range(1, 9999))

    def bought(buyer, day=(2026, 1, 10), total=100_000, *, hour=12, **columns):
        return Order.objects.create(
            number=f"Q{next(numbers)}", customer=buyer, total=Decimal(total), **columns,
            placed_at=datetime(*day, hour, tzinfo=ZONE), received_at=datetime(2026, 11, 1, tzinfo=ZONE),
        )  # fmt: skip

    return bought


@pytest.fixture
def answered(survey, bought):
    """An order that its buyer was asked about and, unless `score` is None, answered after some days."""

    def answered(score, *, days=5, reminded=0, state="sent", **columns):
        order = bought(customer(), **columns)
        invitation = Invitation.objects.create(
            survey=survey, order=order, customer=order.customer, state=state, language="vi",
            made_at=order.placed_at, send_at=order.placed_at, reminded=reminded,
            expires_at=datetime(2027, 1, 1, tzinfo=ZONE),
        )  # fmt: skip
        if score is not None:
            at = order.placed_at + timedelta(days=days)
            response = Response.objects.create(
                invitation=invitation, version=survey.versions.get(), state="finished", language="vi",
                started_at=at, finished_at=at,
            )  # fmt: skip
            Answer.objects.create(
                response=response, question="nps", kind="scale_10", words="?", value=score, number=score
            )
        return order.customer

    return answered


def said(buyer, at, *, complaint=False, **columns):
    return factories.read_comment(
        reading={"complaint": complaint},
        customer=buyer,
        said_at=datetime(*at, 12, tzinfo=ZONE),
        **columns,
    )


def report(start=JANUARY[0], end=JANUARY[1], *, measure="nps", today=TODAY):
    return voices.report(start, end, measure=measure, today=today)


def groups(**options):
    return {one.customer: one.group for one in report(**options).buyers}


def test_each_buyer_is_in_exactly_one_group(bought, answered):
    """S4-3: an answer, a text and a complaint are each a voice; nothing at all is voices."""
    silent, wrote, complained = customer(), customer(), customer()
    for one in (silent, wrote, complained):
        bought(one)
    said(wrote, (2026, 1, 20))
    said(complained, (2026, 1, 20))
    said(complained, (2026, 1, 21), complaint=True)
    voted, called = answered(9), customer()
    bought(called)
    Contact.objects.create(
        customer=called, at=datetime(2026, 1, 11, tzinfo=ZONE), channel="phone", reason="where"
    )

    assert groups() == {
        silent.pk: Group.SILENT,
        wrote.pk: Group.SPOKE,
        complained.pk: Group.COMPLAINED,
        voted.pk: Group.SPOKE,
        called.pk: Group.SPOKE,
    }


@pytest.mark.parametrize(
    ("at", "group"),
    [
        ((2026, 1, 9), Group.SILENT),  # before the order
        ((2026, 1, 10), Group.SPOKE),
        ((2026, 3, 10), Group.SPOKE),  # the 59th day
        ((2026, 3, 11), Group.SILENT),  # the 60th
    ],
)
def test_only_what_is_said_in_its_days_counts(bought, at, group):
    buyer = customer()
    bought(buyer)
    said(buyer, at)

    assert groups() == {buyer.pk: group}


def test_whoever_only_typed_the_address_of_a_customer_is_not_that_customer(bought):
    buyer = customer()
    bought(buyer)
    said(buyer, (2026, 1, 20), customer_claimed=True)

    assert groups() == {buyer.pk: Group.SILENT}


def test_insiders_and_cancelled_orders_are_no_buyers(bought):
    bought(customer(is_insider=True))
    bought(customer(), cancelled_at=datetime(2026, 1, 11, tzinfo=ZONE))

    assert report().buyers == []


def test_merged_customers_are_one_and_one_voice_is_enough(bought):
    lan = customer()
    double = customer(merged_into=lan)
    bought(lan)
    bought(double, (2026, 1, 12))
    said(double, (2026, 1, 20))

    assert groups() == {lan.pk: Group.SPOKE}


def test_how_they_buy_since(bought):
    """Within 180 days of the order; later orders only tell that they have not stopped."""
    again, later, gone = customer(), customer(), customer()
    for one in (again, later, gone):
        bought(one)
    bought(again, (2026, 3, 1), 250_000)
    bought(again, (2026, 4, 1), 10, currency="USD")
    bought(later, (2026, 10, 1))
    row = report().row(Group.SILENT)

    assert (row.n, row.followed, row.again, row.stopped) == (3, 3, 1, 1)
    assert row.spent == pytest.approx(Decimal(250_000) / 3)


def test_who_may_still_speak_or_buy_is_in_no_such_figure(bought):
    bought(customer(), (2026, 10, 1))
    bought(customer(), (2026, 8, 1))
    found = report(date(2026, 8, 1), date(2026, 10, 31))

    assert (found.still_open, found.counted) == (1, 1)
    assert (found.row(Group.SILENT).followed, found.row(Group.SILENT).again_share) == (0, None)


def test_what_all_may_think_is_corrected_by_facts_of_their_orders(answered):
    """Differentiator 6: the late ones speak four times as often; of all buyers half would recommend."""
    in_time = {"promised_on": date(2026, 1, 12), "delivered_on": date(2026, 1, 12)}
    late = in_time | {"delivered_on": date(2026, 1, 20)}
    for number in range(80):
        answered(10 if number < 10 else None, **in_time)
        answered(0 if number < 40 else None, **late)
    found = report().corrected

    assert (found.buyers, found.answers) == (160, 50)
    assert found.said.value == pytest.approx(-60)
    assert found.all.value == pytest.approx(0, abs=8)
    assert found.bounds[0] == pytest.approx(-87.5)


def test_an_answer_after_a_reminder_is_late(answered):
    for number in range(40):
        answered(10 if number % 2 else 0, reminded=number % 2)
    found = report().corrected

    assert [(trial.name, trial.n) for trial in found.trials] == [("late", 20)]
    assert found.why_not == "still_differ"


def test_nobody_was_asked(bought):
    bought(customer())

    assert report().corrected is None


def test_it_asks_the_database_no_more_for_more_buyers(answered, bought, django_assert_max_num_queries):
    for _number in range(40):
        answered(9)
        bought(customer())
    with django_assert_max_num_queries(11):
        report()


@pytest.fixture
def manager(client, the_shop):
    client.force_login(factories.user(Role.MANAGER, language="en"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def january(answered, bought):
    buyer = customer(name="Lan Nguyễn")
    bought(buyer)
    for number in range(40):
        answered(9 if number % 3 else 2)
    return buyer


QUERY = {"from": "2026-01-01", "to": "2026-01-31"}


def test_the_page_says_it_and_each_number_opens_its_customers(manager, january):
    page = manager.get(reverse("silence"), QUERY).content.decode()

    assert "What all buyers may think" in page
    assert f"{reverse('voices_people')}?from=2026-01-01" in page
    for who in ("all", "followed", "stopped"):
        assert f"&amp;who={who}" in page
        people = manager.get(reverse("voices_people"), QUERY | {"group": "silent", "who": who})
        assert "Lan Nguyễn" in people.content.decode()


def test_every_count_of_the_page_opens_as_many(manager, january, answered, bought):
    """S4-3: the bars, who was asked, who answered, late or for a reward, and who may still speak."""
    for number in range(40):
        answered(None, reminded=number % 2)
    for _number in range(20):
        answered(9, reminded=1)
    bought(customer(name="Minh"), day=(2026, 11, 1))
    query = QUERY | {"to": "2026-11-16"}
    page = manager.get(reverse("silence"), query)
    found, text = page.context["report"], page.content.decode()

    def listed(url):
        assert url.replace("&", "&amp;") in text
        return manager.get(url).context["page"].paginator.count

    urls = page.context["all_urls"]
    assert (found.asked, found.corrected.answers, found.still_open) == (100, 60, 1)
    assert [listed(urls[who]) for who in ("all", "asked", "answered", "open")] == [
        found.counted, found.asked, found.corrected.answers, found.still_open,
    ]  # fmt: skip
    for line, url in [*page.context["shares"], *page.context["again"]]:
        assert line.count == 0 or listed(url) == line.count
    steps = [(step, who_url) for step, _url, who_url in page.context["steps"] if who_url]
    assert [step.who for step, _who_url in steps] == ["unasked"]
    assert all(step.words.startswith(f"{listed(who_url)} ") for step, who_url in steps)
    assert [listed(url) for _said, url in page.context["trials"]] == [one.n for one in found.corrected.trials]
    assert [one.n for one in found.corrected.trials] == [20]


def test_money_of_days_that_still_run_is_not_named_nothing(manager, bought):
    """Ordered 80 days ago, of which 180 count: until then they spent no “0”."""
    bought(customer(name="Lan Nguyễn"), day=(2026, 8, 28))
    minh = customer(name="Minh")
    bought(minh, day=(2026, 8, 28))
    bought(minh, day=(2026, 9, 28), total=70_000)
    query = {"from": "2026-08-01", "to": "2026-08-31", "group": "silent", "who": "all"}

    page = manager.get(reverse("voices_people"), query).content.decode()
    rows = manager.get(reverse("voices_people_csv"), query).getvalue().decode("utf-8-sig").splitlines()

    # Both rows say it of buying again, Lan's of the money too; Minh's has what came so far.
    assert (page.count(">days still run<"), page.count(">so far<")) == (3, 1)
    assert [row.split(",")[3:5] for row in rows[1:]] == [["", ""], ["", ""]]
    followed = manager.get(reverse("voices_people_csv"), query | {"who": "followed"}).getvalue()
    assert len(followed.decode().splitlines()) == 1


def test_one_page_tells_who_is_silent_who_left_and_what_to_ask_next(manager, january):
    """S4-3: with an answer for how many buyers each of the few who speak stands."""
    found = manager.get(reverse("silence"), QUERY)

    assert [leads_to for _step, leads_to, _who in found.context["steps"]] == [
        f"{reverse('voices_people')}?from=2026-01-01&to=2026-01-31&measure=nps&group=silent&who=stopped",
        reverse("surveys"),
    ]
    assert "1 of the silent was never asked about the order." in found.content.decode()
    assert "40 of 41 buyers were asked about their order and 40 answered" in found.content.decode()


def test_where_half_of_it_was_leads_to_it(manager):
    found = manager.get(reverse("voices"), QUERY)

    assert (found.status_code, found.url) == (301, f"{reverse('silence')}?from=2026-01-01&to=2026-01-31")


@translation.override("en")
def test_who_was_asked_in_vain_is_to_be_reminded_unless_they_were(answered):
    for number in range(40):
        answered(9 if number < 35 else None)
    asked = [step.words for step in voices_words.next_steps(report())]
    for _number in range(20):
        answered(9, reminded=1)
    reminded = [step.words for step in voices_words.next_steps(report())]

    assert [words[:47] for words in asked[1:]] == ["5 were asked and did not answer. Remind them on"]
    assert len(reminded) == 1


def test_who_was_asked_in_vain_is_listed(manager, answered):
    for number in range(40):
        answered(9 if number < 35 else None)
    page = manager.get(reverse("silence"), QUERY)

    (url,) = [who_url for step, _url, who_url in page.context["steps"] if step.who == "asked"]
    assert manager.get(url).context["page"].paginator.count == 5


@pytest.mark.parametrize("why_not", ["unseen", "still_differ"])
def test_who_never_answers_is_asked_another_way(answered, why_not):
    for _number in range(40):
        answered(9)
    found = report()
    found = replace(found, corrected=replace(found.corrected, why_not=why_not))

    assert [step.leads_to for step in voices_words.next_steps(found)][-1] == "silent"


def test_files_hold_the_numbers_and_no_names(manager, january):
    rows = list(
        csv.reader(io.StringIO(manager.get(reverse("voices_csv"), QUERY).getvalue().decode("utf-8-sig")))
    )
    assert rows[0][:2] == ["group", "n"]
    assert [row[:2] for row in rows[1:4]] == [["complained", "0"], ["spoke", "40"], ["silent", "1"]]
    assert {row[0] for row in rows[4:]} >= {"nps: said", "nps: bounds"}

    book = zipfile.ZipFile(io.BytesIO(b"".join(manager.get(reverse("voices_xlsx"), QUERY).streaming_content)))
    assert any("complained" in book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))

    people = manager.get(reverse("voices_people_csv"), QUERY | {"who": "all"}).getvalue().decode()
    assert january.public_id in people
    assert "Lan" not in people


def test_programs_read_the_same(manager, january):
    found = manager.get(reverse("api_voices"), QUERY).json()

    assert [one["n"] for one in found["groups"]] == [0, 40, 1]
    assert found["answers"] == 40
    assert found["estimates"][-1]["name"] == "bounds"


@pytest.mark.parametrize("who", ["all", "followed", "again", "gone", "stopped", "asked", "unasked", "open"])
@pytest.mark.parametrize("group", ["silent", "spoke", "everybody"])
def test_programs_list_the_customers_of_page_and_files(manager, january, bought, group, who):
    """S4-3, S0-3: by the id of their page, in the same order, with what made them count, and no name."""
    again = customer(name="Tú")
    bought(again)
    bought(again, day=(2026, 2, 1), total=70_000)
    bought(customer(name="Minh"), day=(2026, 11, 1))
    query = QUERY | {"to": "2026-11-16", "group": group, "who": who}
    page = manager.get(reverse("voices_people"), query)
    text = manager.get(reverse("voices_people_csv"), query).getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    told = manager.get(reverse("api_voices_people"), query).json()

    assert page.context["page"].paginator.count == told["customers"] == len(rows)
    assert [row["customer"] for row in told["rows"]] == [row["customer"] for row in rows]
    for one, row in zip(told["rows"], rows, strict=True):
        assert one["spent"] == (row["spent"] or None)
        for name in ("order_day", "group", "bought_again", "stopped"):
            assert ("" if one[name] is None else str(one[name])) == row[name]
    assert (told["currency"], told["erased"], told["pages"]) == ("VND", 0, 1)
    assert "Tú" not in str(told)


def test_whoever_was_erased_is_counted_and_not_named(manager, january):
    """L15: the books stay."""
    Customer.objects.filter(pk=january.pk).update(erased_at=datetime(2026, 11, 2, tzinfo=ZONE))
    query = QUERY | {"group": "silent", "who": "all"}

    page = manager.get(reverse("voices_people"), query).content.decode()
    told = manager.get(reverse("api_voices_people"), query).json()
    lines = manager.get(reverse("voices_people_csv"), query).getvalue().decode().splitlines()

    assert "1 more is counted whose data were erased" in page
    assert "Nobody is in this group" in page
    assert (told["customers"], told["erased"], len(lines)) == (0, 1, 1)
    assert january.public_id not in page


def test_the_queries_of_its_customers_do_not_grow(manager, january, django_assert_max_num_queries):
    query = QUERY | {"group": "spoke", "who": "all"}
    for name in ("voices_people", "voices_people_csv", "api_voices_people"):
        with django_assert_max_num_queries(20):
            manager.get(reverse(name), query)


@pytest.mark.parametrize(
    "given",
    [
        {"from": "\x00"},
        {"from": "2026-02-30"},
        {"from": "0001-01-01"},
        {"from": "2026-02-01", "to": "2026-01-01"},
        {"measure": "mood"},
        {"group": "everyone"},
        {"who": "x" * 5000},
    ],
)
def test_what_cannot_be_used_is_said(manager, the_shop, given):
    names = ("silence", "voices_csv", "voices_xlsx") if not {"group", "who"} & set(given) else ()
    for name in (*names, "voices_people", "voices_people_csv", "api_voices_people"):
        assert manager.get(reverse(name), given).status_code == 400


def test_a_group_whose_days_are_not_over_is_not_drawn_as_nought(client, bought):
    """S4-3: nobody was followed, so that nobody can be said not to have bought again."""
    bought(customer(), (2026, 9, 1))
    client.force_login(factories.user(Role.MANAGER))
    client.cookies["django_language"] = "en"

    with time_machine.travel(datetime(2026, 11, 16, 12, tzinfo=ZONE), tick=False):
        page = client.get(reverse("silence"), {"from": "2026-09-01", "to": "2026-09-30"}).content.decode()

    drawn = page.split("bought again within")[1].split("</table>")[0]
    assert "–, their days are not over" in drawn
    assert "0%" not in drawn
    assert "<svg" not in drawn
