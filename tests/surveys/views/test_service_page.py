"""What service earns and costs: page, files, program: the same numbers, and each opens what lies beneath."""

import csv
import io
import re
import zipfile
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedback import api_access, shop
from feedback.models import Case, Order, User
from surveys.models import Reward
from tests.factories import case, comment, concession, customer, dispute, order
from tests.surveys.views.test_recovery_page import buy

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAYS = "from=2014-01-01&to=2014-01-31"
PAGE = "/reports/service/"
JANUARY = datetime(2014, 1, 15, 12, tzinfo=ZONE)


@pytest.fixture
def manager(client, the_shop):
    user = User.objects.create(username="huy", language="en")
    user.groups.add(Group.objects.get(name="manager"))
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def answered(survey):
    """The article's customers (S0-2), in dollars: who was solved spends $86 more than who was not."""
    for cohort, mean in (("not_resolved", 20), ("resolved_first", 106)):
        for n in range(32):
            lan = customer()
            buy(survey, lan, cohort)
            Order.objects.create(
                number=f"L{lan.pk}", customer=lan, total=mean * (Decimal("0.5") if n % 2 else Decimal("1.5")),
                currency="USD", received_at=JANUARY, placed_at=JANUARY + timedelta(days=40),
            )  # fmt: skip


def told(by=None, **columns):
    """A complaint of January, and how it ended."""
    made = case(comment(said_at=JANUARY), **{"customer": by or customer(), "opened_at": JANUARY} | columns)
    if "resolved_first_time" in columns:
        Case.objects.filter(pk=made.pk).update(state="resolved", resolved_at=JANUARY)
    return made


def page(manager, **more):
    return manager.get(f"{PAGE}?{DAYS}&{urlencode({'margin': 100} | more)}")


def test_who_is_solved_and_who_is_not(manager):
    """S0-10: each customer once; one case not solved outweighs; the shop's own and strangers are nobody."""
    lan, minh = customer(), customer("Minh")
    told(lan, resolved_first_time=True)
    told(lan, resolved_first_time=True)
    told(minh, resolved_first_time=True)
    told(minh, resolved_first_time=False)
    told(customer("Tí", is_insider=True), resolved_first_time=True)
    told(customer("Ở"))  # still open
    Case.objects.filter(pk=told(resolved_first_time=True).pk).update(customer=None)
    told(lan, resolved_first_time=False, opened_at=JANUARY - timedelta(days=15))  # of December

    balance = page(manager).context["balance"]

    assert (balance.solved, balance.unsolved) == (1, 1)


def test_earned_spent_and_left(manager, answered):
    """S0-10 with S0-5: two solved at $86 each, less what was spent in January."""
    told(resolved_first_time=True)
    bought = order(currency="USD", placed_at=JANUARY)
    one = told(bought.customer, order=bought, resolved_first_time=True)
    concession(one, currency="USD", refund=Decimal(20), shipping_cost=5, booked_at=JANUARY)
    later = told(opened_at=JANUARY + timedelta(days=30))
    concession(later, order=bought, currency="USD", refund=99, booked_at=JANUARY + timedelta(days=31))
    dispute(
        order(currency="USD"), state="closed", outcome="lost", opened_at=JANUARY, currency="USD",
        amount=Decimal(50), fee=Decimal(15),
    )  # fmt: skip
    told()

    shown = page(manager, currency="USD", cost=4)
    balance = shown.context["balance"]

    assert round(balance.earned.value, 2) == 172
    assert balance.costs == {"remedies": 25, "disputes": 65, "rewards": 0, "handling": 12}
    assert round(balance.left.value, 2) == 70
    assert "$70.00" in shown.content.decode()


def test_the_claims_stand_in_the_shop_s_own_money_beside_what_it_measured(manager, answered):
    """S1-14: two solved for $25: keeping one cost $12.50, winning two at five times that $125. Who bought in
    the year spent what they spent, and one in ten would have stayed in silence."""
    told(resolved_first_time=True)
    bought = order(currency="USD", placed_at=JANUARY)
    one = told(bought.customer, order=bought, resolved_first_time=True)
    concession(one, currency="USD", refund=Decimal(20), shipping_cost=5, booked_at=JANUARY)

    shown = page(manager, currency="USD")
    worth = shown.context["worth"]
    assert (worth.kept, worth.keeping, worth.won_instead) == (2, Decimal("12.5"), 125)
    assert worth.would_have_gone == 2 * worth.year * 9 / 10
    assert "2 customers solved × 5 × $12.50" in shown.content.decode()

    given = page(manager, currency="USD", win=300)
    assert given.context["worth"].won_instead == 600
    assert "2 customers solved × $300.00" in given.content.decode()
    query = f"{DAYS}&currency=USD&margin=100&win=300"
    text = manager.get(f"/reports/service.csv?{query}").getvalue().decode()
    assert "claim,won_instead,USD,2,600.00" in text
    told_to_programs = manager.get(f"/api/v1/reports/service?{query}").json()["claims"]
    assert (told_to_programs["won_instead"], told_to_programs["keeping"]) == ("600.00", "12.50")


def test_without_anybody_kept_no_claim_is_put_into_money(manager):
    worth = page(manager).context["worth"]

    assert (worth.won_instead, worth.would_have_gone) == (None, None)


def test_redeemed_rewards_are_a_cost(manager, reward):
    Reward.objects.filter(pk=reward.pk).update(
        state="redeemed", redeemed_at=JANUARY, redeemed_order="1", amount=30_000
    )

    assert page(manager).context["balance"].costs["rewards"] == 30_000


def test_without_answers_nothing_is_claimed(manager):
    told(resolved_first_time=True)

    shown = page(manager).content.decode()

    assert "cannot be told yet" in shown
    assert "What is left</th>" not in shown


def test_who_hears_of_it(manager):
    """S4-4: by their own word alone; who did not say is in neither line."""
    for satisfied in [True] * 4 + [False] * 2 + [None]:
        made = told(resolved_first_time=True)
        at = None if satisfied is None else JANUARY
        Case.objects.filter(pk=made.pk).update(satisfied=satisfied, satisfied_at=at)

    shown = page(manager)
    report = shown.context["report"]

    assert (report.good.n, report.bad.n, report.unsaid) == (4, 2, 1)
    assert (report.good.tellers, report.bad.listeners) == (1, 10)
    assert shown.content.decode().count("Source:") == 2  # S1-14: claims of others, said to be


def test_the_same_as_files_and_for_programs(manager, client, answered):
    told(resolved_first_time=True)
    query = f"{DAYS}&currency=USD&margin=100&cost=4"

    text = manager.get(f"/reports/service.csv?{query}").getvalue().decode()
    book = manager.get(f"/reports/service.xlsx?{query}")
    key = api_access.issue("Books", ["reports"], by=None)
    data = client.get(f"/api/v1/reports/service?{query}", headers={"Authorization": f"Bearer {key}"}).json()

    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(text[1:]))}
    assert rows["earned"]["value"] == data["earned"]["value"] == "86.00"
    assert rows["handling"]["value"] == data["costs"]["handling"] == "4.00"
    assert rows["left"]["value"] == data["left"]["value"] == "82.00"
    sheet = zipfile.ZipFile(io.BytesIO(b"".join(book.streaming_content))).read("xl/worksheets/sheet1.xml")
    assert b"<v>82</v>" in sheet


def test_dong_have_no_decimals(manager, answered):
    Order.objects.update(currency="VND")
    told(resolved_first_time=True)

    text = manager.get(f"/reports/service.csv?{DAYS}&margin=100").getvalue().decode()

    assert "earned,earned,VND,1,86," in text


@pytest.mark.parametrize(
    "wrong",
    ["from=x", "to=2014-13-01", "from=2014-02-01&to=2014-01-01", "currency=XXX", "cost=-1", "cost=1e400",
     "margin=0"],
)  # fmt: skip
def test_a_filter_that_cannot_be_used_is_said(manager, wrong):
    for address in (PAGE, "/reports/service.csv", "/reports/service.xlsx", "/api/v1/reports/service"):
        assert manager.get(f"{address}?{wrong}").status_code == 400


def test_in_vietnamese(manager, answered):
    manager.defaults["HTTP_ACCEPT_LANGUAGE"] = "vi"
    told(resolved_first_time=True)

    assert "Dịch vụ mang lại và tốn kém gì" in page(manager).content.decode()


def test_its_queries_do_not_grow(manager, answered):
    told(resolved_first_time=True)

    def count():
        shop.forget()
        with CaptureQueriesContext(connection) as found:
            page(manager)
        return len(found)

    few = count()
    for _n in range(5):
        told(resolved_first_time=False)

    assert count() == few


def test_a_loss_is_said_as_a_loss(manager, answered):
    """Its ends too are sums above zero, the smaller first."""
    told(resolved_first_time=True)

    said = page(manager, currency="USD", cost=1000).context["finding"]

    assert said.startswith("Service cost $914.00 more than it earned")
    low, high = (float(one) for one in re.findall(r"interval \$([\d.,]+) to \$([\d.,]+)", said)[0])
    assert low < 914 < high


def test_an_end_that_is_zero_is_said(manager, answered):
    """Of nobody solved it is known that nothing was earned: no dash, which says that it cannot be told."""
    first = page(manager, currency="USD").context["rows"][0]

    assert (first.value, first.low, first.high) == (0, 0, 0)
