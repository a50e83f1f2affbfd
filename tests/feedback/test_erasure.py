"""L15: one person is erased; nothing of them is found again, and every figure stays."""

import dataclasses
import logging
import socket
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from feedback import belongings, comments, data_map, erasure, journal, leases, mail, orders, totals
from feedback.data_map import PERSONAL
from feedback.models import Case, Comment, Erasure, Event, Fingerprint, MailAddress, OutgoingMail
from feedback.orders import Taken
from reviews import intake
from reviews.models import Source
from reviews.records import ReviewRecord
from reviews.sources import file
from surveys.models import Reward
from tests import factories, one_person, scanning
from tests.one_person import EMAIL, NAME, NEEDLES, PHONE

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=2)


@pytest.fixture(autouse=True)
def _shop(settings, tmp_path):
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    factories.a_shop()


@pytest.fixture
def lan():
    return one_person.everything()


@pytest.fixture
def minh():
    return one_person.everything(
        "Trần Quang Minh", "quang.minh@tran-qh.example", "+84911222333", "9 phố Lò Rèn", key="M"
    )


def run():
    """The job until it rests, then once more when its look back is due."""
    for later in (timedelta(0), LATER, 2 * LATER):
        while leases.run_once(erasure.ERASE, timezone.now() + later):
            pass


def erase(customer):
    asked = erasure.ask(customer, how=Erasure.How.PAGE)
    run()
    asked.refresh_from_db()
    return asked


def everything_of(customer):
    """Each column of each row, by table and key."""
    return {
        (label, pk): belongings.model_of(label)._base_manager.filter(pk=pk).values().get()
        for label, keys in belongings.of(customer).items()
        for pk in keys
    }


def test_nothing_is_found_in_any_table(lan, caplog):
    """And its Events hold ids alone, and the log no word."""
    caplog.set_level(logging.DEBUG)
    assert scanning.in_tables(NEEDLES)

    asked = erase(lan)

    assert (asked.stage, asked.failure) == ("finished", "")
    assert asked.emptied > 20
    assert asked.deleted > 3
    assert scanning.in_tables(NEEDLES) == set()
    assert not scanning.in_text(caplog.text, NEEDLES)
    events = Event.objects.filter(subject=f"feedback.erasure:{asked.pk}").order_by("pk")
    assert [event.verb for event in events] == ["erasure asked for", "person erased", "erasure finished"]
    assert events[1].data == {"customer": lan.pk, "emptied": asked.emptied, "deleted": asked.deleted}


@pytest.mark.prove
def test_everybody_else_stays_as_they_were(lan, minh):
    before = everything_of(minh)

    erase(lan)

    assert everything_of(minh) == before


def test_figures_events_and_decisions_hold(lan, minh):
    """R5, R9: no total moves, the chain verifies, every decision can be recomputed."""
    kept, worth = totals.kept(), Reward.objects.filter(state="issued").count()

    erase(lan)

    assert totals.kept() == kept == totals.recount()
    assert Reward.objects.filter(state="issued").count() == worth == 2
    assert journal.verify() is None
    call_command("verify_decisions")
    call_command("rebuild_totals")


def test_the_books_stay_without_a_name(lan):
    numbers = sorted(order.number for order in lan.orders.all())

    erase(lan)

    lan.refresh_from_db()
    assert (lan.name, lan.email, lan.phone) == ("", "", "")
    assert lan.erased_at is not None
    assert sorted(order.number for order in lan.orders.all()) == numbers
    assert lan.orders.get(number="L-1").card_number == ""
    assert lan.orders.get(number="L-1").total == 500_000


@pytest.mark.prove
def test_what_was_merged_goes_with_them_whichever_one_asks(lan):
    erase(lan.merged.get())

    assert scanning.in_tables(NEEDLES) == set()


def test_open_things_end(lan):
    case = Case.objects.get(customer=lan, comment__channel="form")

    erase(lan)

    case.refresh_from_db()
    assert case.state == "closed"
    assert case.promises.get().state == "withdrawn"
    assert case.messages.get().state == "discarded"
    assert not OutgoingMail.objects.filter(state="waiting").exists()
    assert not Fingerprint.objects.exists()


@pytest.mark.prove
def test_a_table_that_nobody_declared_would_be_found(lan, monkeypatch):
    """The twin: leave one column out of what is emptied, and the scan says which."""
    found, missed = belongings.of(lan), set()
    unreadable = {"Analysis.pii", "Analysis.leverage_spans"}  # numbers, filled with words for this test alone
    emptied = [
        (name, one)
        for name, one in PERSONAL.items()
        if one.erasure in (data_map.Erasure.BLANK, data_map.Erasure.ANEW) and name.rpartition(".")[0] in found
    ]
    for name, _one in emptied:
        model, _dot, column = name.rpartition(".")
        monkeypatch.setattr(data_map, "PERSONAL", {key: one for key, one in PERSONAL.items() if key != name})
        with transaction.atomic():
            erasure.empty(found)
            table = belongings.model_of(model)._meta.db_table
            if not {place for place in scanning.in_tables(NEEDLES) if place.startswith(f"{table}.{column}")}:
                missed.add(name)
            transaction.set_rollback(True)

    assert len(emptied) > 30
    assert missed - unreadable == set()


def test_asked_twice_there_is_one():
    lan = factories.customer()
    first = erasure.ask(lan, how="phone")

    assert erasure.ask(lan, how="page") == first
    assert Erasure.objects.count() == 1


def test_it_goes_on_where_it_was_killed():
    """A step that was cut off left the row leased to a process that is gone; another does it again."""
    lan = factories.customer(NAME, email=EMAIL)
    asked = erasure.ask(lan, how="page")
    leases.run_once(erasure.ERASE)
    Erasure.objects.update(leased_by=f"{socket.gethostname()}/999999/1", leased_until=timezone.now() + LATER)

    run()

    asked.refresh_from_db()
    assert (asked.stage, asked.tries) == ("finished", 0)
    assert scanning.in_tables([NAME, EMAIL]) == set()


def test_letters_in_files_go_too(settings, tmp_path):
    """With the letters that others got left where they are."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    lan, minh = factories.customer(NAME, email=EMAIL), factories.customer("Minh")
    for who in (lan, minh):
        mail.write(
            to=who.email,
            template="message",
            context={"words": f"Chào {who.name}"},
            language="vi",
            customer=who,
        )
    while leases.run_once(mail.SEND):
        pass
    assert len(scanning.in_files(tmp_path, [EMAIL])) == 1

    erase(lan)

    assert scanning.in_files(tmp_path, [NAME, EMAIL]) == set()
    assert len(scanning.in_files(tmp_path, [minh.email])) == 1


def test_replies_to_paste_go_out_of_their_file(tmp_path):
    source = Source.objects.create(slug="map", name="Map", kind="file")
    path = tmp_path / "outbox" / "map.jsonl"
    path.parent.mkdir()
    path.write_text('{"review": "r1", "text": "Cảm ơn Lan"}\n{"review": "r2", "text": "Cảm ơn"}\nhalf a l')

    file.forget(source, {"r1"})

    assert path.read_text() == '{"review": "r2", "text": "Cảm ơn"}\nhalf a l'


def test_an_import_does_not_bring_them_back():
    """The old order again, an older one that was not known, and the review: none names them again."""
    lan = factories.customer(NAME, email=EMAIL, phone=PHONE)
    source = Source.objects.create(slug="map", name="Map", kind="file")
    known = factories.order(lan, number="A-1", placed_at=timezone.now() - 9 * LATER)
    record = ReviewRecord(
        external_id="r1",
        text=f"Tệ quá. {NAME}",
        author=NAME,
        order_number="A-1",
        said_at=timezone.now() - LATER,
    )
    intake.receive_many(source, [record])
    comments.read_all()
    erase(lan)

    again = Taken(
        number="A-1", placed_at=known.placed_at, currency="VND", total=known.total,
        name=NAME, email=EMAIL, phone=PHONE, card_number=f"card of {NAME}",
    )  # fmt: skip
    orders.take(again)
    older, _new = orders.take(dataclasses.replace(again, number="A-0"))
    received = intake.receive_many(source, [record])

    assert scanning.in_tables([NAME, EMAIL, PHONE]) == set()
    assert older.customer == lan
    assert received.outcomes == {"r1": intake.Outcome.UNCHANGED}
    assert intake.foresee(source, [record]).outcomes == received.outcomes


def test_who_buys_again_later_is_a_new_acquaintance():
    lan = factories.customer(NAME, email=EMAIL)
    erase(lan)

    order, _new = orders.take(
        Taken(
            number="B-1", placed_at=timezone.now() + 5 * LATER, currency="VND", total=Decimal(1), email=EMAIL
        )
    )

    assert order.customer != lan
    assert order.customer.email == EMAIL


def test_their_no_to_mail_outlives_the_address():
    lan = factories.customer(NAME, email=EMAIL)
    mail.unsubscribe(mail.address_of(EMAIL))

    erase(lan)

    assert not mail._may_ask(EMAIL)
    assert MailAddress.objects.count() == 1
    assert MailAddress.objects.get().email.endswith("@erased.invalid")


def test_words_of_somebody_nobody_knows_can_be_erased():
    """A review under a name, without a customer: its words go, its stars stay."""
    source = Source.objects.create(slug="map", name="Map", kind="file")
    record = ReviewRecord(
        external_id="r1", text=f"Tệ quá. {NAME}", author=NAME, stars=1, said_at=timezone.now() - LATER
    )
    intake.receive_many(source, [record])
    comments.read_all()
    comment = Comment.objects.get()

    erasure.ask(comment=comment, how="letter")
    run()

    comment.refresh_from_db()
    assert scanning.in_tables([NAME]) == set()
    assert comment.stars == 1
    assert totals.kept() == totals.recount()
