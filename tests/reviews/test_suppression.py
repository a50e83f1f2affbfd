"""Nothing is suppressed: each review shown or hidden for a listed reason, and whoever looks can tell (L6)."""

import csv
import io

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from feedback import api_access, shop
from feedback.front import headlines
from feedback.models import Event, Headline
from reviews import account, asking, hiding, intake
from reviews.intake import receive_many
from reviews.models import HIDDEN_FOR, PublicPlan, Review, Source
from tests import workbook

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    account.forget()
    yield
    account.forget()


@pytest.fixture
def reviewed(own, record, mai):
    """Forty reviews: twenty with one star, twenty with five; and one elsewhere."""
    for stars in (1, 5):
        receive_many(own, [record(external_id=f"{stars}-{n}", stars=stars) for n in range(20)])
    return own


def hide(external_id, by, reason="fake"):
    hiding.hide(Review.objects.get(external_id=external_id), reason=reason, by=by)


def test_each_review_is_in_one_place(reviewed, map_site, record, mai):
    receive_many(map_site, [record(external_id="elsewhere", stars=1)])
    hide("1-0", mai), hide("5-0", mai, "unrelated")
    intake.note_deleted(Review.objects.get(external_id="5-1"), timezone.now())

    found = account.count()

    assert (found.received, found.shown, found.hidden, found.taken_back) == (40, 37, 2, 1)
    assert {reason: n for reason, n in found.reasons.items() if n} == {"fake": 1, "unrelated": 1}
    assert found.is_whole


def test_the_average_is_that_of_the_page_and_of_all_that_are_shown(client, reviewed, mai):
    hide("1-0", mai)

    found = account.count()

    assert found.average == pytest.approx((19 + 100) / 39)
    assert found.average_of_all == pytest.approx(3)
    assert f'itemprop="ratingValue" content="{found.average:.2f}"' in client.get("/reviews/").text


def test_the_database_takes_no_other_reason(reviewed):
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.update(hidden_at=timezone.now(), hidden_reason="too bad for us")
    for reason in HIDDEN_FOR:
        Review.objects.update(hidden_at=timezone.now(), hidden_reason=reason)


def test_what_was_hidden_past_the_log_is_told(client, reviewed, mai):
    hide("1-0", mai)
    Review.objects.filter(external_id="1-1").update(hidden_at=timezone.now(), hidden_reason="fake")
    Review.objects.filter(external_id="1-0").update(hidden_reason="hateful")

    assert account.count().unlogged == 2
    assert 'class="notice bad"' in client.get("/reviews/how/").text


def test_what_vanished_is_told(client, reviewed):
    gone = Review.objects.get(external_id="1-0")
    gone.search_text.delete()
    Review.objects.filter(pk=gone.pk).delete()

    found = account.count()

    assert (found.received, found.logged, found.is_whole) == (39, 40, False)


def test_hidden_shown_and_hidden_again_is_in_order(reviewed, mai):
    review = Review.objects.get(external_id="1-0")
    for reason in ("fake", "hateful"):
        hiding.hide(review, reason=reason, by=mai)
        hiding.show(review, by=mai)
    hiding.hide(review, reason="illegal", by=mai)

    assert account.count().is_whole


acts = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["hide", "show", "gone", "back"])), max_size=20)


@examples(max_examples=30, deadline=None)
@given(acts=acts)
def test_whatever_is_done_the_account_is_whole(acts):
    """Received = shown + hidden + taken back, and the log knows of each."""
    from reviews.records import ReviewRecord
    from tests.factories import a_shop, user

    with transaction.atomic():
        a_shop()
        mai, own = user("approver"), Source.objects.create(slug="own", name="Our page", kind="own")
        receive_many(
            own,
            [
                ReviewRecord(external_id=str(n), text="Ấm vỡ", said_at=timezone.now(), stars=1 + n % 5)
                for n in range(6)
            ],
        )
        for number, act in acts:
            review = Review.objects.get(external_id=str(number))
            try:
                if act == "hide":
                    hiding.hide(review, reason="fake", by=mai)
                elif act == "show":
                    hiding.show(review, by=mai)
                elif act == "gone":
                    intake.note_deleted(review, timezone.now())
                else:
                    intake.note_present(own, [review.external_id], None)
            except hiding.Stale:
                pass
        found = account.count()
        assert found.is_whole
        assert found.received == 6 == found.shown + found.hidden + found.taken_back
        assert found.shown == Review.objects.shown().count()
        assert sum(row.n for row in found.stars) == sum(row.n for row in found.felt)
        transaction.set_rollback(True)
    shop.forget()


def test_a_hand_that_hides_bad_ones_is_named(client, reviewed, mai, bao):
    for number in range(8):
        hide(f"1-{number}", mai)
    client.force_login(bao)
    client.cookies["django_language"] = "en"

    for address in ("/reports/hidden/", "/reviews/how/"):
        told = client.get(address).text
        assert "Hidden are 8 of 20 with one or two stars (40.0%)" in told
        assert "and 0 of 20 with three or more (0.0%)." in told
        assert "Low ones are hidden more often than chance would have it" in told


def test_of_one_hidden_nothing_is_claimed(client, reviewed, mai):
    hide("1-0", mai)
    client.cookies["django_language"] = "en"

    assert "With so few hidden nothing can be told" in client.get("/reviews/how/").text


def test_nothing_hidden_is_said_plainly(client, reviewed):
    client.cookies["django_language"] = "en"

    told = client.get("/reviews/how/").text

    assert "None is hidden." in told
    assert "none is missing" in told


@pytest.mark.parametrize(
    "address", ["reviews/how/", *(f"reports/hidden{kind}" for kind in ("/", ".csv", ".xlsx"))]
)
def test_an_empty_page_is_no_fault(client, lan_pottery, bao, address):
    client.force_login(bao)

    assert client.get(f"/{address}").status_code == 200


def test_the_csv_says_the_same(client, reviewed, mai, bao):
    hide("1-0", mai, "personal_data")
    client.force_login(bao)

    rows = list(csv.DictReader(io.StringIO(client.get("/reports/hidden.csv").getvalue().decode("utf-8-sig"))))

    one = next(row for row in rows if (row["kind"], row["value"]) == ("stars", "1"))
    assert (one["received"], one["shown"], one["hidden"], one["personal_data"]) == ("20", "19", "1", "1")
    assert sum(int(row["received"]) for row in rows if row["kind"] == "sentiment") == 40


def test_the_workbook_says_the_same_with_a_chart_of_it(client, reviewed, mai, bao):
    hide("1-0", mai, "personal_data")
    client.force_login(bao)

    book = client.get("/reports/hidden.xlsx").getvalue()

    stars, felt = workbook.sheets(book).values()
    assert [sum(row[1] for row in rows[1:]) for rows in (stars, felt)] == [40, 40]
    assert max(row[4] for row in stars[1:] if row[4] != "") == pytest.approx(5)  # one of twenty
    assert len(workbook.charts(book)) == 2


def test_the_public_page_writes_itself_from_the_settings(client, reviewed, map_site):
    client.cookies["django_language"] = "en"
    assert "We ask nobody to write reviews elsewhere." in client.get("/reviews/how/").text
    Source.objects.filter(pk=map_site.pk).update(solicitation_allowed=True)
    now = timezone.now()
    PublicPlan.objects.create(
        source=map_site, url="https://map.example/lan", since=shop.day(now), made_at=now, look_at=now,
        way="share", percent=30, delay=12,
    )  # fmt: skip
    assert asking.of(map_site, now).is_on

    told = client.get("/reviews/how/").text

    assert "Map site: 30 % of buyers, drawn by lot, 12 working days after the delivery." in told
    assert "approver, manager" in told


def test_its_log_can_be_noted_down_and_checked_later(client, reviewed, capsys):
    from django.core.management import call_command

    end = Event.objects.order_by("-id").first().hash
    assert end in client.get("/reviews/how/").text
    call_command("verify_audit", "--noted", end)

    assert "the chain holds" in capsys.readouterr().out


@pytest.mark.parametrize("rows", [4, 40])
def test_it_costs_the_same_however_many(own, record, mai, rows, django_assert_num_queries):
    receive_many(own, [record(external_id=str(n), stars=1 + n % 5) for n in range(rows)])
    for number in range(rows // 2):
        hide(str(number), mai)

    with django_assert_num_queries(7):
        account.count()


def test_with_very_many_it_is_counted_once_a_minute(reviewed, mai, monkeypatch):
    monkeypatch.setattr(account, "MANY", 10)
    account.of_late()
    hide("1-0", mai)

    assert account.of_late().hidden == 0
    account.forget()
    assert account.of_late().hidden == 1


def test_staff_come_to_it_from_what_is_hidden(client, reviewed, bao):
    client.force_login(bao)

    assert 'href="/reports/hidden/"' in client.get("/reviews/hidden/").text
    assert 'href="/reviews/how/"' in client.get("/reviews/").text


def test_programs_read_the_same_figures(client, reviewed, mai, bao):
    """Differentiator 8, S4-5: the proof by the API; JSON has no infinity."""
    hide("1-0", mai), hide("1-1", mai, "unrelated")
    client.force_login(bao)

    told = client.get("/api/v1/reports/hidden").json()

    found = account.count()
    assert (told["received"], told["shown"], told["hidden"]) == (40, 38, 2)
    assert told["is_whole"]
    assert told["average"] == pytest.approx(found.average)
    one = next(row for row in told["by_stars"] if row["kind"] == "1")
    assert (one["received"], one["shown"], one["hidden"]["fake"], one["hidden"]["unrelated"]) == (
        20,
        18,
        1,
        1,
    )
    test = told["stars_independence"]
    assert (test["low_hidden"], test["others_hidden"], test["odds"]) == (2, 0, None)
    assert test["chance"] == pytest.approx(found.by_stars.chance)


def test_only_keys_of_reports_read_them(client, reviewed):
    orders, reports = (api_access.issue(scope, [scope], by=None) for scope in ("orders", "reports"))

    def status(key):
        return client.get("/api/v1/reports/hidden", headers={"Authorization": f"Bearer {key}"}).status_code

    assert client.get("/api/v1/reports/hidden").status_code == 401
    assert status(orders) == 403
    assert status(reports) == 200


def test_the_first_page_hears_of_it_when_hiding_goes_with_the_stars(reviewed, mai):
    """Differentiator 8: the job looks; while it may be chance nothing is said."""
    hide("1-0", mai), hide("5-0", mai)
    headlines.find_now()
    assert not Headline.objects.filter(name="hides").exists()

    for number in range(1, 9):
        hide(f"1-{number}", mai)
    headlines.find_now()

    row = Headline.objects.get(name="hides")
    assert (row.n, row.value) == (10, pytest.approx(account.count().by_stars.chance))
