"""L16: what is past its days goes, by itself, table by table; what is not stays, and every figure holds."""

import dataclasses
import io
import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback import (
    belongings,
    contact_imports,
    data_map,
    erasure,
    journal,
    lapsed,
    leases,
    mail,
    order_imports,
    retention,
    shop,
    totals,
    work,
)
from feedback.data_map import PERSONAL, STAYS
from feedback.models import (
    Case,
    Comment,
    Contact,
    ContactImport,
    Customer,
    DataAsked,
    DataRequest,
    Delivery,
    Dispute,
    Erasure,
    Event,
    Keeping,
    Order,
    OrderImport,
    OrderSource,
    OutgoingMail,
    Promise,
    ThemeTotal,
)
from reviews.models import Reply, Source, UnreadableReview
from surveys import invitations, publishing, responses
from surveys.models import AnswerImport, Invitation, InvitationToken, RedeemCall, Response, Reward
from tests import factories, one_person, scanning
from tests.one_person import NEEDLES

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)
MINUTES = timedelta(minutes=2)
AT_NIGHT = retention.AT_NIGHT  # as the shop has it: `_shop` moves it


@pytest.fixture(autouse=True)
def _shop(settings, tmp_path, monkeypatch):
    """The night is twelve hours away: it shall not fall between the looks of `run`, whatever the time is."""
    monkeypatch.setattr(
        retention, "AT_NIGHT", (timezone.localtime(timezone.now(), shop.zone()) + timedelta(hours=12)).time()
    )
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    factories.a_shop()


def run(now):
    """A night at `now`: the job, the erasures it asks for, and their second look."""
    retention.begin(now)
    for later in (now, now + MINUTES, now + 2 * MINUTES):
        for job in (retention.KEEP, erasure.ERASE):
            while leases.run_once(job, later):
                pass


def over(days):
    """A moment at which what is made now is older than this."""
    return timezone.now() + timedelta(days=days) + A_DAY


def test_every_personal_column_has_a_rule_or_a_reason():
    """A new column that nothing would end fails here."""
    ended = {column for rule in retention.rules().values() for column in rule.columns}

    assert PERSONAL.keys() - ended - STAYS.keys() == set()
    assert ended & STAYS.keys() == set()
    assert STAYS.keys() <= PERSONAL.keys()
    assert ended <= PERSONAL.keys()
    assert all(STAYS.values())


def test_what_a_rule_ends_is_kept_equally_long():
    for rule in retention.rules().values():
        assert {retention.days_of(PERSONAL[column]) for column in rule.columns} == {rule.days}, rule.name


def test_names_of_rules_fit_their_row():
    longest = Keeping._meta.get_field("rule").max_length

    assert all(len(name) <= longest for name in retention.rules())


def test_years_hold_their_leap_days(settings):
    settings.CUSTOMER_YEARS = 4
    assert lapsed.days() == 1461
    settings.CUSTOMER_YEARS = 3
    assert lapsed.days() == 1096


def settle_everything():
    """Nothing is open any more."""
    now, boss = timezone.now(), factories.user("manager", "Huy")
    Case.objects.update(state="closed", closed_at=now)
    Dispute.objects.update(state="closed", outcome="lost", closed_at=now)
    DataRequest.objects.update(settled_at=now, settled_by=boss)
    OutgoingMail.objects.update(state="sent", sent_at=now)
    Reward.objects.update(state="expired")
    Reply.objects.filter(state__in=Reply.ON_THE_WAY).update(state="discarded")


def test_after_all_years_nothing_is_found():
    """Everything that a shop can hold of a person, settled, eleven years later: no column holds a word."""
    one_person.everything()
    settle_everything()
    kept, worth = totals.kept(), ThemeTotal.objects.count()

    run(over(11 * 366))

    assert scanning.in_tables(NEEDLES) == set()
    assert totals.kept() == kept == totals.recount()
    assert ThemeTotal.objects.count() == worth
    assert journal.verify() is None
    call_command("verify_decisions")


@pytest.mark.parametrize("days", [0, 300])
def test_a_customer_of_this_year_stays(days):
    lan = one_person.everything()
    words = {row.pk: row.text for row in Comment.objects.all()}

    run(over(days))

    lan.refresh_from_db()
    assert (lan.name, lan.erased_at) == (one_person.NAME, None)
    assert {row.pk: row.text for row in Comment.objects.all()} == words
    assert not Erasure.objects.exists()


def long_ago(name="Lan", **columns):
    then = timezone.now() - timedelta(days=lapsed.days() + 30)
    return factories.customer(name, since=then, **columns), then


def test_who_was_not_heard_of_for_years_goes():
    lan, then = long_ago()
    factories.order(lan, number="L-1", placed_at=then)

    run(timezone.now())

    lan.refresh_from_db()
    assert (lan.name, lan.email) == ("", "")
    assert lan.orders.get().number == "L-1"
    (asked,) = Erasure.objects.all()
    assert (asked.how, asked.stage) == ("retention", "finished")


@pytest.mark.parametrize(
    "sign",
    [
        lambda lan: factories.order(lan, placed_at=timezone.now()),
        lambda lan: factories.comment(customer=lan),
        lambda lan: factories.comment(order=lan.orders.get()),
        lambda lan: factories.dispute(lan.orders.get()),
        lambda lan: factories.case(factories.read_comment(customer=lan)),
        lambda lan: factories.customer("Lan 2", merged_into=lan, since=timezone.now()).contacts.create(
            at=timezone.now(), channel="phone", reason="delivery"
        ),
        lambda lan: lan.consents.create(
            purpose="advertising", wording="w", channel="counter", given_at=timezone.now()
        ),
        lambda lan: lan.data_requests.create(words="?", asked_at=timezone.now() - timedelta(days=4000)),
        lambda lan: lan.data_links.create(
            digest="0", made_at=timezone.now(), expires_at=timezone.now() + A_DAY
        ),
    ],
    ids=["order", "word", "order's word", "dispute", "case", "twin", "consent", "request", "link"],
)
def test_who_showed_themselves_stays(sign):
    lan, then = long_ago()
    factories.order(lan, placed_at=then)
    sign(lan)

    run(timezone.now())

    lan.refresh_from_db()
    assert lan.erased_at is None
    assert not Erasure.objects.exists()
    assert not lapsed.is_lapsed(lan, lapsed.before(timezone.now()))


def test_who_comes_back_before_the_erasure_stays():
    """The job has asked for it; then they buy."""
    lan, _then = long_ago()
    now = timezone.now()
    retention.begin(now)
    work.drain(retention.KEEP)
    assert Erasure.objects.get().stage == "asked"
    factories.order(lan, placed_at=now)

    work.drain(erasure.ERASE)

    lan.refresh_from_db()
    assert (lan.name, lan.erased_at) == ("Lan", None)
    assert not Erasure.objects.exists()
    assert Event.objects.filter(verb="erasure called off").count() == 1


def test_words_of_strangers_go_once():
    old = factories.read_comment("Hộp móp", author="Khách", said_at=long_ago()[1], received_at=long_ago()[1])
    new = factories.read_comment("Hộp đẹp", author="Khách")
    kept = totals.kept()

    run(timezone.now())
    asked = Erasure.objects.exclude(comment=None).count()
    run(timezone.now() + 3 * A_DAY)

    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.text, old.author, new.text) == ("", "", "Hộp đẹp")
    assert Erasure.objects.exclude(comment=None).count() == asked == 1
    assert totals.kept() == kept == totals.recount()


def a_letter(days, **columns):
    made = timezone.now() - timedelta(days=days)
    columns = {"state": "sent", "sent_at": made} | columns
    return OutgoingMail.objects.create(
        to="lan@example.com", kind="service", language="vi", subject="Chào Lan", text="Lan ơi",
        message_id=f"<{days}{columns['state']}{columns.get('failed_at')}@shop>", made_at=made, **columns,
    )  # fmt: skip


def test_letters_lose_their_words_after_ninety_days():
    old, new = a_letter(91), a_letter(89)
    waiting = a_letter(100, state="waiting", sent_at=None)
    stuck = a_letter(120, state="waiting", sent_at=None, failed_at=timezone.now())

    run(timezone.now())

    for letter in (old, new, waiting, stuck):
        letter.refresh_from_db()
    assert (old.to, old.subject, old.text, old.state) == ("", "", "", "sent")
    assert (new.to, waiting.to) == ("lan@example.com", "lan@example.com")
    assert (stuck.to, stuck.state) == ("", "suppressed")


def test_full_batches_go_on_and_count_together(monkeypatch):
    rule = retention.rules()["letters"]
    for days in range(100, 125):
        a_letter(days)
    monkeypatch.setitem(retention.rules(), "letters", dataclasses.replace(rule, batch=10))

    run(timezone.now())

    kept = Keeping.objects.get(rule="letters")
    assert (kept.done, kept.days) == (25, 90)
    assert kept.next_at > timezone.now()
    assert not OutgoingMail.objects.exclude(to="").exists()
    assert [event.data["rows"] for event in retention.lately(50) if event.data["rule"] == "letters"] == [
        5,
        10,
        10,
    ]


def test_a_second_run_does_nothing():
    a_letter(100)
    long_ago()
    run(timezone.now())
    after = {label: list(_rows(label)) for label in ("feedback.OutgoingMail", "feedback.Customer")}
    asked = Erasure.objects.count()

    run(timezone.now() + MINUTES)

    assert {label: list(_rows(label)) for label in after} == after
    assert Erasure.objects.count() == asked
    assert sum(kept.done for kept in retention.kept()) == 0


def _rows(label):
    return belongings.model_of(label)._base_manager.order_by("pk").values()


def test_the_first_run_waits_for_the_night():
    """Three in the morning in the shop: whoever installed it can look first what would go."""
    long_ago()
    now = timezone.now()

    assert leases.run_once(retention.KEEP, now) == 0

    at = set(Keeping.objects.values_list("next_at", flat=True))
    assert len(at) == 1
    assert at == {retention.next_night(now)}
    assert not Erasure.objects.exists()


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2026, 11, 30, 19, 59, 59, tzinfo=UTC), datetime(2026, 11, 30, 20, tzinfo=UTC)),
        (datetime(2026, 11, 30, 20, tzinfo=UTC), datetime(2026, 12, 1, 20, tzinfo=UTC)),
        (datetime(2026, 11, 30, 17, tzinfo=UTC), datetime(2026, 11, 30, 20, tzinfo=UTC)),
    ],
)
def test_the_night_is_three_in_the_morning_in_the_shop(now, night, monkeypatch):
    """In Ho Chi Minh City, seven hours before UTC; at three itself the next one is meant."""
    monkeypatch.setattr(retention, "AT_NIGHT", AT_NIGHT)

    assert retention.next_night(now) == night


def test_the_command_says_what_would_go_and_changes_nothing():
    lan = one_person.everything()
    Customer.objects.update(since=timezone.now() - timedelta(days=4000))
    a_letter(100)
    before = {label: list(_rows(label)) for label in data_map.WHOSE}
    said = StringIO()

    call_command("retention", stdout=said)

    assert {label: list(_rows(label)) for label in data_map.WHOSE} == before
    assert "letters (90 days):\n  feedback.OutgoingMail: 1" in said.getvalue()
    assert "customers (1096 days): nothing" in said.getvalue()
    lan.refresh_from_db()
    assert lan.name


def test_the_command_names_the_tables_of_people():
    lan, then = long_ago(phone="+84908765432")
    factories.read_comment(customer=lan, said_at=then, received_at=then, author="Lan")
    said = StringIO()

    call_command("retention", stdout=said)

    assert "  feedback.Comment: 1\n  feedback.Customer: 1" in said.getvalue()


def test_the_command_does_it_now():
    lan, _then = long_ago()
    said = StringIO()

    call_command("retention", now=True, stdout=said)

    lan.refresh_from_db()
    assert lan.name == ""
    assert "customers: 1\n" in said.getvalue()
    assert "1 erasures are looked at once more" in said.getvalue()


def test_old_letter_files_go(tmp_path):
    folder = tmp_path / "mail"
    folder.mkdir()
    for name, days in (("old.log", 91), ("new.log", 1)):
        (folder / name).write_text("To: lan@example.com")
        at = (timezone.now() - timedelta(days=days)).timestamp()
        os.utime(folder / name, (at, at))

    run(timezone.now())

    assert [path.name for path in folder.iterdir()] == ["new.log"]


def test_the_page_says_how_long_and_what_went(client):
    a_letter(100)
    run(timezone.now())
    client.force_login(factories.user("manager", "Huy"))
    client.cookies["django_language"] = "en"

    page = client.get("/setup/retention/").content.decode()

    assert "within the last 3 years" in page
    assert "<b>90 days</b>" in page
    assert "<b>10 years</b>" in page
    assert "<b>1 year</b>" in page
    assert page.count("Letters: address, subject, text") == 2  # its period, and what went
    assert '/setup/retention/"' in client.get("/setup/").content.decode()


# Of each rule: a row, made so many days ago, and what shows whether it is still there.
def _then(days):
    return timezone.now() - timedelta(days=days)


def _customer(days):
    return factories.customer(since=_then(days)), "email"


def _stranger(days):
    return factories.read_comment(author="Khách", said_at=_then(days), received_at=_then(days)), "author"


def _address(days):
    """Gone with the last letter to it."""
    a_letter(89 if days < 0 else 100)
    return mail.address_of("lan@example.com"), "email"


def _link(days):
    lan = factories.customer()
    return lan.data_links.create(digest="0" * 64, made_at=_then(days), expires_at=_then(days)), "digest"


def _promise(days):
    case = factories.case(factories.read_comment(customer=factories.customer(since=timezone.now())))
    return Promise.objects.create(
        case=case, decision=factories.decision(case), what="…", by_when=timezone.now().date(),
        made_at=_then(days), asked_at=_then(days), link_digest="0" * 64,
        call_back_on=timezone.now().date() + A_DAY,
    ), "link_digest"  # fmt: skip


def _ending(days):
    made = factories.case(factories.read_comment(customer=factories.customer(since=timezone.now())))
    made.satisfaction_asked_at, made.satisfaction_digest = _then(days), "1" * 64
    made.save()
    return made, "satisfaction_digest"


def _asked(days):
    failed = {"failed_at": _then(days), "failure": "no mail server"}
    return DataAsked.objects.create(
        email="a@example.com", language="vi", asked_at=_then(days), **failed
    ), "email"


def _session(days):
    return Session.objects.create(
        session_key="k" * 32, session_data="x", expire_date=_then(days)
    ), "session_data"


def _log(days):
    boss = factories.user("administrator", "Thu")
    entry = LogEntry.objects.create(user=boss, object_repr="Lan", action_flag=2, change_message="Lan")
    LogEntry.objects.update(action_time=_then(days))
    return entry, "change_message"


def _consent(days):
    lan = factories.customer(since=timezone.now())
    given = {"purpose": "advertising", "wording": "w", "channel": "counter", "given_at": _then(days)}
    return lan.consents.create(withdrawn_at=_then(days), **given), "wording"


def _order(days):
    made = factories.order(factories.customer(since=timezone.now()), placed_at=_then(days), country="VN")
    made.lines.create(name="Ấm trà", sku="AM", price=1)
    return made, "country"


def _call(days):
    lan = factories.customer(since=timezone.now())
    return Contact.objects.create(
        at=_then(days), channel="phone", reason="delivery", customer=lan, external_id="c1"
    ), "external_id"  # fmt: skip


def _response(days, **order):
    survey = publishing.start_post_purchase(
        name="After buying", reward_amount=Decimal(50_000), currency="VND", now=_then(days + 1)
    )
    asked = invitations.invite(survey, as_link=True, now=_then(days + 1), **order)
    answers = {"problem": "none", "expectation": "above", "recommend": "9", "touchpoint": "delivery"}
    Invitation.objects.update(expires_at=timezone.now() + A_DAY)
    found = invitations.find(invitations.mint(asked))
    responses.submit(found, answers | {"story": "Tôi kể lại thật dài để ai cũng hiểu."}, language="vi")
    Response.objects.update(started_at=_then(days), finished_at=_then(days))
    return Response.objects.get()


def _answer(days):
    entrance = {"order": factories.order(factories.customer(since=timezone.now()))}
    response = _response(days, **entrance)
    Invitation.objects.update(order=None, customer=None)
    return response.answers.get(question="story"), "value"


def _ended_reward(days, **columns):
    _response(days, order=factories.order(factories.customer(since=timezone.now())))
    Reward.objects.update(**columns)
    return Reward.objects.get()


def _survey_link(days):
    _ended_reward(days, state="expired")
    Invitation.objects.update(expires_at=_then(days), made_at=_then(days + 1))
    token = Invitation.objects.get().tokens.first()
    token.minted_at = _then(days + 1)
    token.save()
    return token, "digest"


def _code(days):
    return _ended_reward(days, state="redeemed", redeemed_at=_then(days)), "code"


def _code_order(days):
    return _ended_reward(
        days, state="redeemed", redeemed_at=_then(days), redeemed_order="A-1"
    ), "redeemed_order"  # fmt: skip


def _redeem_call(days):
    return RedeemCall.objects.create(digest="0" * 64, asked="0" * 64, answer={}, made_at=_then(days)), "asked"


def _file(days):
    boss = factories.user("manager", "Huy")
    return AnswerImport.objects.create(
        state="done", name="Old", file_name="a.csv", content=b"Lan", scale="scale_10", made_by=boss,
        made_at=_then(days), finished_at=_then(days),
    ), "content"  # fmt: skip


def _unreadable(days):
    source = Source.objects.create(slug="map", name="Map", kind="file")
    return UnreadableReview.objects.create(
        source=source, external_id="r1", first_at=_then(days), last_at=timezone.now()
    ), "external_id"  # fmt: skip


def _order_file(days):
    file = io.BytesIO(b"number,date,total\nA-1,never,5\n")
    one = order_imports.begin(file, file_name="o.csv", by=None, now=_then(days))
    OrderImport.objects.filter(pk=one.pk).update(state="done")
    return one.parts.get(), "content"


def _contact_file(days):
    one = contact_imports.begin(b"time,reason\n", file_name="c.csv", by=None, now=_then(days))
    ContactImport.objects.filter(pk=one.pk).update(state="done")
    return one, "content"


def _delivery(days):
    web = OrderSource.objects.create(slug="web", name="Web", kind="shopify", store="web", made_at=_then(days))
    return Delivery.objects.create(
        source=web, topic="orders/create", digest="0", body=b"Lan", received_at=_then(days), state="unusable"
    ), "body"  # fmt: skip


MAKERS = {
    "deliveries": _delivery,
    "order_files": _order_file,
    "contact_files": _contact_file,
    "promise_links": _promise,
    "satisfaction_links": _ending,
    "customers": _customer, "strangers": _stranger, "addresses": _address, "data_links": _link,
    "data_asked": _asked, "sessions": _session, "set_up_log": _log, "consents": _consent, "books": _order,
    "calls": _call, "answers": _answer, "survey_links": _survey_link, "codes": _code,
    "code_orders": _code_order, "code_calls": _redeem_call, "answer_files": _file, "unreadable": _unreadable,
    "letters": lambda days: (a_letter(days), "subject"),
}  # fmt: skip


def test_each_rule_is_in_the_table():
    assert MAKERS.keys() == retention.rules().keys()


def _holds(row, column):
    return type(row)._base_manager.filter(pk=row.pk).values_list(column, flat=True).first()


@pytest.mark.parametrize("name", MAKERS)
def test_a_day_before_it_stays_and_a_day_after_it_goes(name):
    days = retention.rules()[name].days
    row, column = MAKERS[name](days - 1 if name != "addresses" else -1)
    was = _holds(row, column)

    run(timezone.now())
    assert _holds(row, column) == was

    run(timezone.now() + 2 * A_DAY if name != "addresses" else over(90))
    assert _holds(row, column) != was


def test_a_code_that_can_be_used_keeps_its_link_and_its_owner():
    reward = _ended_reward(2000, state="issued", expires_on=timezone.now().date() + A_DAY)
    Invitation.objects.update(expires_at=_then(1999), made_at=_then(2000))
    InvitationToken.objects.update(minted_at=_then(2000))
    Customer.objects.update(since=_then(2000))
    Order.objects.update(placed_at=_then(2000))

    run(timezone.now())

    assert InvitationToken.objects.count() == 1
    assert Reward.objects.get().code == reward.code
    assert not Erasure.objects.filter(comment=None).exists()


SIGNS = {
    "order": lambda lan, at: factories.order(lan, placed_at=at),
    "comment": lambda lan, at: factories.read_comment(customer=lan, said_at=at, received_at=at),
    "call": lambda lan, at: Contact.objects.create(at=at, channel="phone", reason="delivery", customer=lan),
    "twin": lambda lan, at: factories.order(factories.customer(merged_into=lan, since=at), placed_at=at),
}


@given(
    people=st.lists(
        st.lists(st.tuples(st.sampled_from(sorted(SIGNS)), st.integers(0, 3000)), max_size=4), max_size=5
    )
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_exactly_those_go_of_whom_nothing_is_new(people):
    """Whatever shows that somebody is a customer, and however old: the newest of it counts."""
    now = timezone.now()
    with transaction.atomic():
        made = []
        for signs in people:
            lan = factories.customer(since=_then(3001))
            for kind, days in signs:
                SIGNS[kind](lan, now - timedelta(days=days, minutes=1))
            made.append((lan, min((days for _kind, days in signs), default=3001)))
        gone = {lan.pk for lan, newest in made if newest >= lapsed.days()}

        before = lapsed.before(now)
        assert set(lapsed.customers(before).values_list("pk", flat=True)) == gone
        assert {lan.pk for lan, _newest in made if lapsed.is_lapsed(lan, before)} == gone
        transaction.set_rollback(True)
