"""The watch over who stops buying: it finds each once, sees who came back, and keeps what was decided."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import caches
from django.db import IntegrityError, transaction
from django.utils import timezone

from feedback import defections, merging, replaced, work
from feedback.defection.rules import Kind, Rule
from feedback.models import Customer, Defection, DefectionRule, Event
from feedback.reports import defections as defection_report
from feedback.reports import investment
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAYS_30 = Rule(kind=Kind.DAYS, days=30, judged_by=30)


def buy(customer, *days_ago, total=100_000, **columns):
    for days in days_ago:
        factories.order(customer, total=Decimal(total), placed_at=NOW - timedelta(days=days), **columns)


@pytest.fixture
def huy():
    factories.a_shop()
    return factories.user("manager", "Huy")


@pytest.fixture
def lan(huy):
    """Every ten days, then silence for 35."""
    lan = factories.customer("Lan")
    buy(lan, 65, 55, 45, 35)
    return lan


def found(rule=DAYS_30, *, by, now=NOW):
    """The shop takes the rule, and the job runs."""
    defections.define(rule, by=by, now=now)
    look(now)
    return Defection.objects.order_by("pk")


def look(now):
    DefectionRule.objects.in_force().update(judge_at=now)
    defections.leases.run_once(defections.FIND, now)


def test_who_stopped_is_found_with_the_pattern_an_owner_and_a_day_to_ask(huy, lan):
    """S2-3: at once, with the pattern (old rate → new rate) and a contact task."""
    (row,) = found(by=huy)

    assert (row.customer, row.owner, row.state) == (lan, huy, "open")
    assert row.since == defections.shop.day(NOW) - timedelta(days=35 - 31)
    assert (row.before, row.now, row.was_once) == (10.0, 35.0, False)
    assert row.contact_by == defections.shop.working_days_later(defections.shop.day(NOW), 1)
    assert row.value_lost == 400_000


def test_it_is_found_once_however_often_the_job_runs(huy, lan):
    found(by=huy)

    for hours in (1, 2, 3):
        look(NOW + timedelta(hours=hours))

    assert Defection.objects.count() == 1
    assert Event.objects.filter(verb="defection found").count() == 1


def test_the_job_runs_by_itself_and_comes_again_in_an_hour(huy, lan):
    defections.define(DAYS_30, by=huy, now=NOW)

    assert work.drain(work.job("feedback.tasks.FIND_DEFECTIONS")) == 1

    version = defections.in_force()
    assert version.judged_at is not None
    assert version.judge_at - version.judged_at == defections.EVERY


def test_who_buys_again_came_back_and_may_leave_again(huy, lan):
    """S2-1: how many came back."""
    found(by=huy)
    factories.order(lan, placed_at=NOW + timedelta(days=1))

    look(NOW + timedelta(days=2))
    back = Defection.objects.get()
    look(NOW + timedelta(days=40))

    assert (back.state, back.came_back_on) == ("came_back", defections.shop.day(NOW + timedelta(days=1)))
    assert Defection.objects.filter(state="open").count() == 1


def test_who_is_merged_has_not_bought_once_any_more(huy, lan):
    """S2-3: the pattern is that of the one they are now; parted, each has their own again."""
    again = factories.customer("Lan", email="again@example.com")
    buy(again, 33)
    found(by=huy)
    Defection.objects.filter(customer=lan).delete()  # who had not left yet when it was found
    DefectionRule.objects.update(judge_at=timezone.now() + timedelta(hours=1))

    merging.merge(again, lan)

    assert DefectionRule.objects.get().judge_at <= timezone.now()
    look(NOW)
    row = Defection.objects.get()
    assert (row.customer, row.state, row.was_once, row.now) == (lan, "open", False, 33.0)
    assert row.value_lost == 500_000
    assert Event.objects.filter(verb="defection told anew").count() == 1

    merging.part(again)

    look(NOW)
    assert set(Defection.objects.values_list("customer", "was_once")) == {(lan.pk, False), (again.pk, True)}


def test_who_bought_since_by_their_other_name_came_back(huy, lan):
    again = factories.customer("Lan", email="again@example.com")
    buy(again, 2)
    (row,) = found(by=huy)

    merging.merge(again, lan)

    look(NOW + timedelta(hours=1))
    row.refresh_from_db()
    assert row.state == "came_back"


def test_a_drop_that_ends_without_a_purchase_is_no_return(huy):
    """When the better days leave the comparison there is nothing to fall from any more."""
    minh = factories.customer("Minh")
    buy(minh, 55, 50, 45, 40)
    rule = Rule(kind=Kind.VISITS, days=30, drop=50)
    (row,) = found(rule, by=huy)

    look(NOW + timedelta(days=60))

    row.refresh_from_db()
    assert row.state == "open"


def test_who_left_long_ago_is_counted_and_no_task(huy):
    minh = factories.customer("Minh")
    buy(minh, 400)

    assert not found(by=huy)
    assert [cohort[1:] for cohort in defections.in_force().result["cohorts"]] == [[1, 1]]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        (Rule(kind=Kind.DAYS, days=250), 251),
        (Rule(kind=Kind.INTERVAL, once_days=120), 121),
        (Rule(kind=Kind.VISITS, days=30, periods=2), 60),
        (Rule(kind=Kind.SHARE), 0),
    ],
)
def test_it_keeps_after_how_many_days_it_can_tell(huy, rule, days):
    """S2-6: of who came but once later than that, nothing is known yet."""
    buy(factories.customer("Minh"), 10)

    found(rule, by=huy)

    assert defections.in_force().result["tells_after"] == days


def test_how_often_its_alerts_were_wrong_is_kept(huy, lan):
    """S2-3: of those whom it would have found a window ago, who bought all the same."""
    buy(factories.customer("Minh"), 95, 85, 10)  # silent for 55 days on that day, then bought

    version = found(by=huy)[0].rule

    version.refresh_from_db()
    told = defection_report.false_alarms(version)
    assert (told.flagged, told.came_back, told.share) == (1, 1, None)
    assert told.on == defections.shop.day(NOW) - timedelta(days=30)


def test_without_a_past_nobody_knows_how_often_it_is_wrong(huy):
    buy(factories.customer("Minh"), 20, 10)
    found(by=huy)

    assert defection_report.false_alarms(defections.in_force()) is None


def test_the_rate_stands_beside_that_of_a_month_ago(huy):
    """S2-6: who left in the last thirty days had not left then, by the same rule."""
    buy(factories.customer("Minh"), 400)
    buy(factories.customer("An"), *range(40, 100, 5))
    buy(factories.customer("Hoa"), *range(1, 100, 5))

    found(by=huy)

    rate = defection_report.rate(defections.in_force())
    assert (rate.whole.left, rate.whole.n) == (2, 3)
    assert rate.month_ago == pytest.approx(1 / 3)


@pytest.mark.parametrize("columns", [{"is_insider": True}, {"erased_at": NOW}, {"email": ""}])
def test_staff_the_erased_and_the_unknown_are_left_out(huy, columns):
    buy(factories.customer("Minh", **columns), 35)

    assert not found(by=huy)


def test_a_cancelled_order_is_no_visit(huy):
    minh = factories.customer("Minh")
    buy(minh, 35)
    buy(minh, 5, cancelled_at=NOW)

    assert found(by=huy).count() == 1


def test_a_merged_customer_is_one_with_whom_they_were_merged_into(huy, lan):
    twin = factories.customer("Lan 2", merged_into=lan)
    buy(twin, 3)

    assert not found(by=huy)


def test_value_lost_is_net_of_what_was_paid_back_and_of_one_year(huy):
    minh = factories.customer("Minh")
    buy(minh, 35, 500, total=300_000)
    order = minh.orders.order_by("-placed_at").first()
    order.refunds.create(external_id="r1", amount=100_000, refunded_at=NOW - timedelta(days=30))

    assert found(by=huy).get().value_lost == 200_000


def test_a_rule_of_one_category_looks_at_what_was_in_the_orders(huy, lan):
    """S2-1: stopped buying one category, though the customer still comes."""
    for order in lan.orders.all():
        order.lines.create(name="Cà phê", category="coffee", price=90_000)
    buy(lan, 2)

    (row,) = found(Rule(kind=Kind.INTERVAL, category="coffee"), by=huy)

    assert (row.before, row.now) == (10.0, 35.0)


def test_one_definition_holds_at_a_time_and_the_earlier_ones_stay(huy):
    defections.define(DAYS_30, by=huy, now=NOW)
    defections.define(Rule(kind=Kind.DAYS, days=60), by=huy, now=NOW + timedelta(hours=1))

    assert defections.in_force().rule.days == 60
    assert DefectionRule.objects.count() == 2
    assert Event.objects.filter(verb="defection defined", by=huy).count() == 2


@pytest.mark.parametrize(
    "row",
    [
        {"state": "open"},
        {"state": "came_back", "last_bought_on": NOW.date() - timedelta(days=9)},
        {"state": "closed", "last_bought_on": NOW.date() - timedelta(days=9)},
        {"answer": "price", "last_bought_on": NOW.date() - timedelta(days=9)},
    ],
)
def test_the_database_refuses_what_cannot_be(huy, lan, row):
    """A second open one, a return without its day, an end without an answer, an answer by nobody."""
    (first,) = found(by=huy)
    if row["state" if "state" in row else "answer"] != "open":
        Defection.objects.filter(pk=first.pk).delete()
    copy = {
        "customer": lan, "rule": first.rule, "since": first.since, "last_bought_on": first.last_bought_on,
        "found_at": NOW, "now": 1.0, "value_lost": 1, "owner": huy, "contact_by": first.contact_by,
    }  # fmt: skip

    with pytest.raises(IntegrityError), transaction.atomic():
        Defection.objects.create(**copy | row)


def test_one_silence_is_one_row_whatever_the_rule(huy, lan):
    found(by=huy)
    row = Defection.objects.get()
    defections.contact(row, cause="cheaper", said="", owner=huy, by=huy, now=NOW)
    defections.answer(row, answer="price", reason="cups are dearer here", by=huy, now=NOW)

    found(Rule(kind=Kind.DAYS, days=20), by=huy, now=NOW + timedelta(days=40))

    assert Defection.objects.count() == 1


def test_the_cause_and_what_is_done_about_it_are_kept(huy, lan):
    """S2-4: reasons as data; the answer leads to a decision record."""
    row = found(by=huy).get()
    bao = factories.user("staff", "Bảo")

    defections.contact(row, cause="staff", said="Nhân viên cộc lốc", owner=bao, by=bao, now=NOW)
    defections.answer(row, answer="training", reason="the same was said twice", by=huy, now=NOW)

    row.refresh_from_db()
    assert (row.state, row.cause, row.answer, row.answered_by) == ("closed", "staff", "training", huy)
    assert Event.objects.filter(verb="defection answered", by=huy).count() == 1
    assert "cộc lốc" not in str(list(Event.objects.values_list("data", flat=True)))


def test_nothing_is_decided_about_a_cause_that_nobody_knows(huy, lan):
    row = found(by=huy).get()

    with pytest.raises(defections.Stale):
        defections.answer(row, answer="nothing", reason="–", by=huy, now=NOW)


def test_what_is_over_is_not_written_over(huy, lan):
    """Compare-and-set: the customer bought while somebody was writing."""
    row = found(by=huy).get()
    Defection.objects.update(state="came_back", came_back_on=NOW.date())

    with pytest.raises(defections.Stale):
        defections.contact(row, cause="cheaper", said="", owner=huy, by=huy, now=NOW)

    assert Defection.objects.get().state == "came_back"


def test_a_preview_counts_today_and_the_past_and_keeps_nothing(huy, lan):
    """S2-1: how many each rule would flag today, and a back-test of how many came back."""
    minh = factories.customer("Minh")
    buy(minh, 200, 100, 20)

    seen = defections.preview(DAYS_30, NOW)

    assert (seen.n, seen.flagged, seen.one_in) == (2, 1, 1)
    assert (seen.tested.n, seen.tested.flagged, seen.tested.came_back) == (2, 1, 1)
    assert not DefectionRule.objects.exists()


def test_a_preview_without_a_past_says_so(huy):
    buy(factories.customer("Minh"), 2)

    assert defections.preview(DAYS_30, NOW).tested is None


def test_a_large_shop_is_sampled(huy, monkeypatch):
    """A page must not go through ten million orders."""
    for _n in range(6):
        buy(factories.customer("Minh"), 35)
    monkeypatch.setattr(defections, "MOST_LOOKED_AT", 3)
    caches["sums"].clear()

    seen = defections.preview(DAYS_30, NOW)

    assert seen.one_in > 1
    assert 0 < seen.n < 6


def test_a_large_shop_is_looked_at_once_for_many_trials(huy, monkeypatch, django_assert_num_queries):
    """One rule after another, and each page of whom it finds, is about the same customers."""
    for _n in range(6):
        buy(factories.customer("Minh"), 35)
    monkeypatch.setattr(defections, "MOST_LOOKED_AT", 3)
    caches["sums"].clear()
    first, one_in = defections.trial(DAYS_30, NOW)

    with django_assert_num_queries(3):  # how many orders there are, and who was erased or merged since
        other, of_so_many = defections.trial(replace(DAYS_30, days=300), NOW)

    assert (other.customers.tolist(), of_so_many) == (first.customers.tolist(), one_in)
    assert first.is_gone.all()
    assert not other.is_gone.any()


def test_looking_costs_the_same_few_queries_however_many_buy(huy, django_assert_max_num_queries):
    for _n in range(30):
        buy(factories.customer("Minh"), 65, 55, 35)
    defections.define(DAYS_30, by=huy, now=NOW)

    with django_assert_max_num_queries(34):  # of which PostgreSQL needs four to go through all orders
        defections.leases.run_once(defections.FIND, NOW)

    assert Defection.objects.count() == 30


def test_an_erased_customer_takes_their_row_along(huy, lan):
    """L15: what they said why they left goes with them (feedback.data_map)."""
    from feedback import belongings

    found(by=huy)

    assert belongings.of(Customer.objects.get(pk=lan.pk))["feedback.Defection"]


DAYS_90 = replace(DAYS_30, days=90)


@pytest.fixture
def newer(huy, lan):
    """Lan was found after 30 days; since, only who is away for 90 has left."""
    found(by=huy)
    found(DAYS_90, by=huy)
    return defections.in_force()


def test_what_an_earlier_definition_raised_is_closed_together(huy, lan, newer):
    """Each with its Event; twice closes nobody twice, and the back-test knows nothing of it."""
    came_back, told = defection_report.now().came_back, defection_report.false_alarms(newer)

    n = [replaced.withdraw(newer, by=huy, now=NOW) for _click in range(2)]

    assert n == [1, 0]
    assert Defection.objects.get().state == "withdrawn"
    (event,) = Event.objects.filter(verb="defection withdrawn")
    assert (event.by, event.data["replaced_by"]) == (huy, newer.pk)
    assert defection_report.now().came_back == came_back
    assert defection_report.false_alarms(defections.in_force()) == told
    assert not investment.gone(NOW.date()).exists()


def test_what_still_holds_stays_open(huy, lan):
    found(by=huy)
    found(replace(DAYS_30, days=34), by=huy)

    assert replaced.withdraw(defections.in_force(), by=huy, now=NOW) == 0
    assert Defection.objects.get().state == "open"


@pytest.mark.parametrize(
    "worked_on",
    [
        {"cause": "cheaper", "said": ""},
        {"cause": "", "said": "Gọi lại tuần sau."},
        {"cause": "", "said": "", "whys": "Đắt quá."},
        {"cause": "", "said": ""},  # nobody was reached
    ],
)
def test_what_somebody_worked_on_stays(huy, lan, newer, worked_on):
    row = Defection.objects.get()
    defections.contact(row, owner=huy, by=huy, now=NOW, **worked_on)

    assert replaced.withdraw(newer, by=huy, now=NOW) == 0
    assert Defection.objects.get().state == ("contacted" if worked_on["cause"] else "open")


def test_nothing_is_closed_by_what_the_page_showed_before(huy, lan, newer):
    """Another definition counts by then, or the job has looked again."""
    look(NOW + timedelta(hours=1))
    with pytest.raises(defections.Stale):
        replaced.withdraw(newer, by=huy, now=NOW)

    defections.define(DAYS_30, by=huy, now=NOW)
    with pytest.raises(defections.Stale):
        replaced.withdraw(newer, by=huy, now=NOW)

    assert Defection.objects.get().state == "open"


def test_nothing_is_outdated_until_the_job_has_judged(huy, lan):
    """Nor while another look is asked for, as after a merge: who left is not known then."""
    found(by=huy)
    defections.define(DAYS_90, by=huy, now=NOW)
    before = replaced.outdated(defections.in_force(), NOW).exists()
    look(NOW)
    judged = replaced.outdated(defections.in_force(), NOW).exists()
    DefectionRule.objects.update(judge_at=NOW)

    assert (before, judged) == (False, True)
    assert not replaced.outdated(defections.in_force(), NOW).exists()


def test_who_was_taken_off_is_found_again_when_they_leave_by_the_new_one(huy, lan, newer):
    """The same silence, once it is long enough; the one taken off stands in nobody's way."""
    replaced.withdraw(newer, by=huy, now=NOW)

    look(NOW + timedelta(days=60))

    assert set(Defection.objects.values_list("state", "rule")) == {
        ("withdrawn", DefectionRule.objects.earliest("pk").pk), ("open", newer.pk),
    }  # fmt: skip
