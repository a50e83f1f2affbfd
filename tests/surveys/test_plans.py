"""Ask by plan: each order once, when its time has come; hours, caps, cooldown, reminders."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from feedback import leases, mail, postage, shop
from feedback.models import Consent, Customer, Location, MailAddress, MailClass, Order, OutgoingMail, OwnDay
from surveys import invitations, plans, publishing, responses
from surveys.models import Invitation, Plan, Selection, Survey


@pytest.fixture
def now(the_shop):
    """Monday, 16 November 2026, eleven in the morning."""
    return datetime(2026, 11, 16, 11, tzinfo=shop.zone())


@pytest.fixture
def plan(survey, now):
    """On since the first of the month: three working days after delivery, everyone."""
    return Plan.objects.create(survey=survey, since=now.date().replace(day=1), made_at=now, look_at=now)


@pytest.fixture
def bring(buy, now):
    """An order that was delivered on this day of November."""

    def bring(number, day, name="Lan", **columns):
        order = buy(number, name=name)
        Order.objects.filter(pk=order.pk).update(delivered_on=now.date().replace(day=day), **columns)
        order.refresh_from_db()
        return order

    return bring


def look(now):
    Plan.objects.filter(look_at__isnull=False).update(look_at=now)
    return leases.run_once(plans.LOOK, now)


def outcomes():
    return dict(Selection.objects.values_list("order__number", "outcome"))


def change(plan, **columns):
    Plan.objects.filter(pk=plan.pk).update(**columns)
    plan.refresh_from_db()


def test_it_asks_three_working_days_after_delivery(plan, bring, now):
    """Delivered on Wednesday: due on Monday. Thursday's is due on Tuesday."""
    bring("wednesday", 11), bring("thursday", 12)

    look(now)

    assert outcomes() == {"wednesday": "invited"}
    assert Invitation.objects.get().order.number == "wednesday"
    look(now + timedelta(days=1))
    assert outcomes() == {"wednesday": "invited", "thursday": "invited"}


def test_a_holiday_of_the_shop_is_no_working_day(plan, bring, now):
    bring("wednesday", 11)
    OwnDay.objects.create(day=now.date(), is_open=False)
    shop.forget()

    look(now)

    assert outcomes() == {}


@pytest.mark.parametrize(("hours", "asked"), [(24, True), (50, False)])
def test_it_counts_hours_from_the_order(plan, buy, now, hours, asked):
    order = buy("7")
    Order.objects.filter(pk=order.pk).update(placed_at=now - timedelta(hours=30))
    change(plan, event="ordered", unit="hours", delay=hours)

    look(now)

    assert bool(outcomes()) == asked


def test_it_asks_when_the_promised_day_has_come(plan, buy, now):
    order = buy("7")
    Order.objects.filter(pk=order.pk).update(promised_on=now.date() - timedelta(days=3))
    change(plan, event="promised", delay=1)

    look(now)

    assert outcomes() == {"7": "invited"}


def test_it_looks_at_each_order_once(plan, bring, now):
    bring("7", 11)

    look(now), look(now), look(now + timedelta(days=9))

    assert Selection.objects.count() == Invitation.objects.count() == 1


def test_what_happened_before_the_plan_is_left_alone(plan, bring, now):
    bring("7", 11)
    change(plan, since=now.date().replace(day=12))

    look(now)

    assert outcomes() == {}


def test_it_asks_about_the_orders_it_is_meant_for(plan, bring, now):
    """Decision 15: by facts of the order."""
    hue = Location.objects.create(code="hue", name_vi="Huế", name_en="Hue")
    bring("7", 11, location=hue), bring("8", 11)
    change(plan, conditions={"match": "all", "of": [{"fact": "location", "is": ["hue"]}]})

    look(now)

    assert outcomes() == {"7": "invited", "8": "not_meant"}


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("cancelled", "cancelled"),
        ("long ago", "too_late"),
        ("erased", "erased"),
        ("asked", "asked_before"),
        ("insider", "insider"),
        ("no address", "no_address"),
        ("unsubscribed", "stopped"),
        ("complained", "stopped"),
        ("bounced", "came_back"),
        ("not agreed", "not_agreed"),
        ("other survey", "asked_lately"),
    ],
)
def test_it_says_why_somebody_is_not_asked(plan, bring, now, reason, outcome):
    order = bring("7", 11)
    buyer, address = order.customer, MailAddress(email="x", token_digest=mail.digest_of(order.customer.email))
    match reason:
        case "cancelled":
            Order.objects.update(cancelled_at=now)
        case "long ago":
            change(plan, since=now.date() - timedelta(days=90))
            Order.objects.update(delivered_on=now.date() - timedelta(days=60))
        case "erased":
            Customer.objects.update(erased_at=now)
        case "asked":
            invitations.invite(plan.survey, order=order, as_link=True, now=now)
        case "insider":
            Customer.objects.update(is_insider=True)
        case "no address":
            Customer.objects.update(email="")
        case "unsubscribed":
            address.unsubscribed_at = now
            address.save()
        case "complained":
            address.complained_at = now
            address.save()
        case "bounced":
            address.bounced_at = now
            address.save()
        case "not agreed":
            Consent.objects.all().delete()
        case "other survey":
            another = Survey.objects.create(slug="other", name="Other", state="live", made_at=now)
            invitations.invite(another, customer=buyer, as_link=True, now=now - timedelta(days=20))

    look(now)

    assert outcomes() == {"7": outcome}
    assert not Invitation.objects.filter(selection__isnull=False).exists()


def test_one_customer_is_asked_once_in_a_while(plan, bring, now):
    """Two orders of one person, and a third when the time is over."""
    first = bring("7", 10)
    Order.objects.filter(pk=bring("8", 11).pk).update(customer=first.customer)
    look(now)
    later = now + timedelta(days=35)
    Order.objects.filter(pk=bring("9", 20).pk).update(customer=first.customer)
    Invitation.objects.update(remind_at=None)

    look(later)

    assert outcomes() == {"7": "invited", "8": "asked_lately", "9": "invited"}


def test_every_second_of_those_that_fit(plan, bring, now):
    """A cancelled order takes no place in the line; one without an address does."""
    change(plan, way="every_nth", every=2)
    for number in range(6):
        bring(str(number), 11)
    Order.objects.filter(number="1").update(cancelled_at=now)

    look(now)

    assert [outcomes()[str(number)] for number in range(6)] == [
        "not_drawn", "cancelled", "invited", "not_drawn", "invited", "not_drawn",
    ]  # fmt: skip
    assert Plan.objects.get().counted == 5


def test_the_line_goes_on_where_it_stood(plan, bring, now):
    change(plan, way="every_nth", every=2)
    bring("0", 10)
    look(now)
    bring("1", 11)

    look(now)

    assert outcomes() == {"0": "not_drawn", "1": "invited"}


def test_the_log_proves_the_draw(plan, bring, now):
    """L4. A row that was changed by hand is found."""
    change(plan, way="share", percent=50)
    for number in range(30):
        bring(str(number), 11)
    look(now)
    change(plan, percent=10, seed="another")

    proof = plans.prove(plan)

    assert (proof.of, proof.wrong) == (30, [])
    assert 5 < proof.drawn < 25
    row = Selection.objects.filter(outcome="not_drawn").first()
    Selection.objects.filter(pk=row.pk).update(outcome="no_address")
    assert plans.prove(plan).wrong == [row.order.number]


def test_how_it_went_changes_nothing(plan, bring, now):
    """L4: refunds, disputes and complaints of half of the customers; the draw is the same."""
    from tests.factories import case, dispute, read_comment

    change(plan, way="share", percent=50)
    orders = [bring(str(number), 11) for number in range(20)]
    before = plans.preview(plan, now)
    for order in orders[::2]:
        order.refunds.create(external_id="r", amount=1, refunded_at=now)
        dispute(order)
        case(read_comment("Bình vỡ.", channel="form", customer=order.customer, order=order))

    look(now)

    assert plans.preview(plan, now).looked_at == 0
    assert Selection.objects.filter(outcome="invited").count() == before.invited
    assert plans.prove(plan).wrong == []


def test_a_preview_counts_and_writes_nothing(plan, bring, now, django_assert_max_num_queries):
    for number in range(3):
        bring(str(number), 11)
    Customer.objects.filter(orders__number="1").update(email="")

    with django_assert_max_num_queries(14):
        found = plans.preview(plan, now)

    assert found.counts == {"invited": 2, "no_address": 1}
    assert not Selection.objects.exists()
    assert not Invitation.objects.exists()


def test_a_preview_of_a_plan_that_was_never_kept(survey, bring, now):
    bring("7", 11)
    plan = plans.of(survey, now - timedelta(days=9))

    assert plans.preview(plan, now).invited == 1


def test_a_plan_that_is_off_asks_nobody(plan, bring, now):
    bring("7", 11)
    plans.switch(plan, on=False, now=now, by=None)

    assert leases.run_once(plans.LOOK, now) == 0
    plans.switch(plan, on=True, now=now, by=None)
    assert leases.run_once(plans.LOOK, now) == 1
    assert outcomes() == {"7": "invited"}


def test_a_survey_that_is_closed_asks_nobody(plan, bring, now):
    bring("7", 11)
    Survey.objects.update(state="closed")

    look(now)

    assert outcomes() == {}


def send(now):
    while leases.run_once(invitations.SEND, now):
        pass
    while leases.run_once(mail.SEND, now):
        pass


@pytest.fixture
def asked(plan, bring, now):
    """Five customers, drawn and to be mailed."""
    for number in range(5):
        bring(str(number), 11)
    look(now)
    return plan


def mails(kind="advertising"):
    return OutgoingMail.objects.filter(kind=kind).count()


def test_nobody_is_mailed_at_night(asked, now):
    at_night = now.replace(hour=23)

    send(at_night)

    assert mails() == 0
    assert set(Invitation.objects.values_list("send_at", flat=True)) == {
        (now + timedelta(days=1)).replace(hour=8)
    }
    send((now + timedelta(days=1)).replace(hour=8))
    assert mails() == 5


def test_no_more_go_out_in_a_day_than_the_shop_wants(asked, now):
    postage.set_class("advertising", opens="08:00", closes="21:00", per_day=2)

    send(now)
    assert mails() == 2
    send(now.replace(hour=20))
    assert mails() == 2
    send((now + timedelta(days=1)).replace(hour=9))

    assert mails() == 4
    assert Invitation.objects.filter(state="waiting").count() == 1


def test_the_caps_of_the_two_classes_are_their_own(asked, now):
    postage.set_class("advertising", opens="08:00", closes="21:00", per_day=1)
    Survey.objects.update(reward_amount=None)

    send(now)

    assert (mails("advertising"), mails("question")) == (0, 5)


def test_one_address_gets_one_in_a_day(asked, survey, now):
    """By two surveys, whatever the cooldown."""
    buyer = Customer.objects.earliest("pk")
    another = publishing.start_post_purchase(
        name="Other", slug="other", reward_amount=Decimal(1000), currency="VND", now=now
    )
    invitations.invite(another, customer=buyer, now=now)

    send(now)

    assert OutgoingMail.objects.filter(customer=buyer).count() == 1
    send(now + timedelta(days=1))
    assert OutgoingMail.objects.filter(customer=buyer).count() == 2


@pytest.mark.parametrize(
    "columns",
    [
        {"opens": "06:00", "closes": "21:00"},
        {"opens": "08:00", "closes": "23:00"},
        {"opens": "12:00", "closes": "09:00"},
        {"opens": "08:00", "closes": "21:00", "per_address": 4},
        {"opens": "08:00", "closes": "21:00", "per_day": 0},
    ],
)
def test_the_database_keeps_advertising_within_the_law(db, columns):
    with pytest.raises(IntegrityError), transaction.atomic():
        MailClass.objects.create(kind="advertising", **columns)


def remind(now):
    Invitation.objects.exclude(remind_at=None).update(remind_at=now)
    done = leases.run_once(invitations.REMIND, now)
    send(now)
    return done


def test_it_reminds_after_some_working_days(asked, now):
    send(now)

    assert set(Invitation.objects.values_list("remind_at", flat=True)) == {now + timedelta(days=7)}
    assert remind(now + timedelta(days=7)) == 5
    assert mails() == 10
    assert OutgoingMail.objects.latest("pk").subject.startswith("[QC] Một lần nữa")


def test_it_reminds_so_often_and_no_more(asked, now):
    change(asked, reminders=2)
    send(now)

    for _each in range(5):
        now = now + timedelta(days=7)
        remind(now)

    assert mails() == 5 * 3
    assert set(Invitation.objects.values_list("reminded", "remind_at")) == {(2, None)}


def test_a_reminder_is_another_mail_with_another_link(asked, now):
    send(now)
    remind(now + timedelta(days=7))

    of_one = OutgoingMail.objects.filter(customer=Customer.objects.earliest("pk"))
    assert of_one.values("message_id").distinct().count() == 2
    assert Invitation.objects.earliest("pk").tokens.count() == 2


@pytest.mark.parametrize(
    "reason", ["answered", "unsubscribed", "bounced", "complained", "closed", "withdrawn", "switched off"]
)
def test_reminders_stop(asked, now, all_well, reason):
    """Pain 7: on an answer, a no, a bounce."""
    send(now)
    for invitation in Invitation.objects.select_related("survey", "order", "customer"):
        match reason:
            case "answered":
                responses.submit(invitation, all_well, language="vi", now=now)
            case "unsubscribed":
                mail.unsubscribe(MailAddress.objects.get(email=invitation.customer.email))
            case "bounced":
                mail.came_back(invitation.customer.email, now)
            case "complained":
                mail.complained(invitation.customer.email, now)
    if reason == "closed":
        Survey.objects.update(state="closed")
    if reason == "switched off":
        plans.switch(asked, on=False, now=now, by=None)
    if reason == "withdrawn":
        Consent.objects.update(withdrawn_at=now)
    sent = mails()

    remind(now + timedelta(days=7))

    assert mails() == sent
    assert not Invitation.objects.exclude(remind_at=None).exists()


def test_what_came_back_is_noted(asked, now):
    """Pain 16: per recipient, and the others go on."""
    send(now)
    mail.came_back(Customer.objects.earliest("pk").email, now)

    leases.run_once(invitations.NOTE_BOUNCES, now)

    assert sorted(Invitation.objects.values_list("state", flat=True)) == ["bounced", *["sent"] * 4]
    assert leases.run_once(invitations.NOTE_BOUNCES, now) == 0


def test_what_is_not_sent_says_why(asked, now):
    Consent.objects.filter(customer=Customer.objects.earliest("pk")).delete()

    send(now)

    assert dict(Invitation.objects.filter(state="suppressed").values_list("why_not", "state")) == {
        "not_agreed": "suppressed"
    }
    assert mails() == 4
