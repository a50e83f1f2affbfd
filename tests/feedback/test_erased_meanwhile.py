"""A customer is erased while their case is open, and somebody still has its pages before them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from feedback import cases, comments, erasure, escalation, leases, promises, reminders
from feedback.models import Case, Erasure, Event, Message, OutgoingMail, Promise
from tests.factories import NOW, a_shop, customer, order, read_comment, user

pytestmark = pytest.mark.django_db
NAME, WORDS = "Nguyễn Thuỳ Lan", "Ấm của Thuỳ Lan bị vỡ."
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _shop(client, settings, tmp_path):
    settings.OUTBOX_DIR = tmp_path
    a_shop()
    client.cookies["django_language"] = "en"


@pytest.fixture
def mai(client):
    someone = user("approver", "Mai", email="mai@shop.example")
    client.force_login(someone)
    return someone


@pytest.fixture
def lan():
    return customer(NAME, email="thuy.lan@example.com")


@pytest.fixture
def hers(lan, mai):
    """Decided, with a draft, and a promise about which she was asked by mail."""
    about = read_comment(
        WORDS, reading={"problem": "damaged", "fault": "ours"}, channel="form", customer=lan, order=order(lan)
    )
    case = cases.open_case(about, now=NOW)
    Case.objects.filter(pk=case.pk).update(owner=mai)
    cases.decide_many([about], NOW, cases={about.pk: case})
    yesterday = timezone.localdate() - DAY
    Promise.objects.create(
        case=case, what="call", who=mai, by_when=yesterday - DAY, call_back_on=yesterday, made_at=NOW,
        remind_at=NOW,
    )  # fmt: skip
    return Case.objects.get(pk=case.pk)


def erase(lan):
    erasure.ask(lan, how=Erasure.How.PAGE)
    for minutes in (0, 2, 4):
        while leases.run_once(erasure.ERASE, timezone.now() + timedelta(minutes=minutes)):
            pass


def link_of(promise, mai):
    promises.ask_by_mail(promise, by=mai, now=timezone.now())
    return f"/promised/{promises.token_of(promise)}/"


def test_its_pages_show_nothing_of_them(client, mai, lan, hers):
    erase(lan)

    for address in (
        "/day/",
        "/board/",
        "/cases/?state=all",
        f"/cases/{hers.public_id}/",
        "/promises/?show=settled",
    ):
        page = client.get(address)
        assert page.status_code == 200
        for word in ("Thuỳ Lan", "thuy.lan", WORDS):
            assert word not in page.content.decode()


def forms_of(client, hers, mai):
    """What stands on the pages of her case and of the promise, filled in: addresses and what is sent."""
    promise, at = hers.promises.get(), f"/cases/{hers.public_id}"
    form = client.get(f"{at}/").context["message"]["form"]
    sent = {form.add_prefix(name): form[name].value() or "" for name in form.fields}
    sent |= {"text": WORDS, "edition": 0, "decision": hers.decisions.get().pk}
    solved = {"to": "resolved", "first_time": "yes", "cause_removed": WORDS}
    return [
        (f"{at}/message/", sent), (f"{at}/message/again/", sent), (f"{at}/message/approve/", sent),
        (f"{at}/severity/", {"severity": "serious", "known": hers.severity}), (f"{at}/watch/", {}),
        (f"{at}/owner/", {"to": mai.pk, "note": WORDS, "known": mai.pk}), (f"{at}/take/", {}),
        (f"/promises/{promise.pk}/not-reached/", {"note": WORDS}),
        (f"/promises/{promise.pk}/ask/", {}),
        (f"/promises/{promise.pk}/answer/", {"kept": "no", "via": "phone", "told": WORDS}),
        (f"{at}/state/", {"to": "waiting"}), (f"{at}/state/", solved), (f"{at}/state/", {"to": "open"}),
        (f"{at}/satisfied/", {"satisfied": "no", "words": WORDS}),
    ]  # fmt: skip


def send(client, forms):
    """A page or a refusal of ours; never an address that there is not, where nothing could change."""
    for address, given in forms:
        assert client.post(address, given).status_code in (200, 302, 400, 409, 422), address


def test_forms_that_were_open_before_change_nothing(client, mai, lan, hers):
    """No error of ours, and neither a message nor a promise to somebody who is gone."""
    forms = forms_of(client, hers, mai)
    erase(lan)

    send(client, forms)

    promise = Promise.objects.get()
    hers.refresh_from_db()
    assert (hers.state, hers.severity, hers.handover, hers.cause_removed) == ("closed", "ordinary", "", "")
    assert (promise.state, promise.told) == ("withdrawn", "")
    assert not promise.attempts.exists()
    assert not Message.objects.exclude(state="discarded").exists()
    assert not OutgoingMail.objects.filter(to__contains="thuy.lan").exists()


def test_the_same_forms_of_somebody_who_is_here_change_all_of_it(client, mai, hers):
    """The twin: without the erasure none of what the test above asserts would be so."""
    send(client, forms_of(client, hers, mai))

    promise = Promise.objects.get()
    hers.refresh_from_db()
    assert (hers.state, hers.severity, hers.handover) == ("open", "serious", WORDS)
    assert (promise.state, promise.told) == ("broken", WORDS)
    assert promise.attempts.exists()
    assert Message.objects.exclude(state="discarded").exists()
    assert OutgoingMail.objects.filter(to__contains="thuy.lan").exists()


@pytest.mark.parametrize(
    ("language", "says"), [("en", "nothing begins again"), ("vi", "không mở lại gì nữa")]
)
def test_whoever_opens_it_again_is_told_why_not(client, mai, lan, hers, language, says):
    """Not even until the erasure looks once more."""
    erase(lan)
    client.cookies["django_language"] = language

    before = client.get(f"/cases/{hers.public_id}/").content.decode()
    answer = client.post(f"/cases/{hers.public_id}/state/", {"to": "open"}, follow=True)

    hers.refresh_from_db()
    assert hers.state == "closed"
    assert says in answer.content.decode()
    assert 'name="to" value="open"' not in before
    assert not Event.objects.filter(verb="case open").exists()


def test_nor_is_it_opened_by_what_somebody_heard(client, mai, lan, hers):
    """Not satisfied would open it again."""
    cases.resolve(
        hers, by=mai, first_time=True, cause_removed="Packed better", is_told=True, keeps_promises=True
    )
    erase(lan)

    answer = client.post(f"/cases/{hers.public_id}/satisfied/", {"satisfied": "no", "words": WORDS})

    hers.refresh_from_db()
    assert (hers.state, hers.satisfied, hers.satisfied_words) == ("closed", None, "")
    assert answer.status_code == 409


def test_nor_are_words_that_nobody_is_known_for(client, mai):
    """Erased as words, since no customer stands for whoever said them."""
    made = cases.open_case(read_comment(WORDS, channel="form"), now=NOW)
    erasure.ask(comment=made.comment, how=Erasure.How.PHONE, by=mai)
    leases.run_once(erasure.ERASE, timezone.now())

    with pytest.raises(cases.Gone):
        cases.reopen(made, by=mai)


def test_the_link_in_their_mail_opens_nothing_any_more(mai, lan, hers):
    link = link_of(hers.promises.get(), mai)
    erase(lan)

    answers = [Client().get(link).status_code, Client().post(link, {"kept": "no", "told": WORDS}).status_code]

    assert max(answers) < 500
    assert Promise.objects.get().state == "withdrawn"
    assert Promise.objects.get().told == ""


def test_no_job_speaks_of_it_again(mai, lan, hers):
    erase(lan)
    before = OutgoingMail.objects.count()

    for job in (escalation.ESCALATE, reminders.REMIND):
        assert leases.run_once(job, timezone.now() + 30 * DAY) == 0
    comments.read_all()

    assert OutgoingMail.objects.count() == before
    assert Case.objects.get().state == "closed"


def test_whoever_follows_a_link_for_us_answers_nothing(mai, lan, hers):
    """A scanner of mail: it looks, asks for the head, or sends the form without having been given it."""
    link = link_of(hers.promises.get(), mai)
    scanner = Client(enforce_csrf_checks=True)

    for method in ("get", "head", "options", "post", "put"):
        assert getattr(scanner, method)(link).status_code < 500
    assert scanner.post(link, {"kept": "no"}).status_code == 403

    assert Promise.objects.get().state == "open"
