"""Who gets in, how often one may guess, and the small choices that are remembered."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from feedback import leases
from feedback.front import digest
from feedback.models import Event, OutgoingMail, User
from tests.factories import a_shop, user

pytestmark = pytest.mark.django_db
PASSWORD = "pottery wheel turning"


@pytest.fixture(autouse=True)
def _no_failures_yet():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def mai():
    return user("staff", "Mai", password=PASSWORD)


def log_in(client, who, password=PASSWORD, **extra):
    return client.post("/login/", {"username": who.username, "password": password}, **extra)


def test_it_lets_staff_in(client, mai):
    a_shop()

    answer = log_in(client, mai)

    assert answer.status_code == 302
    assert answer.url == "/"


def test_it_goes_where_one_wanted_to(client, mai):
    asked = client.get("/cases/")

    answer = client.post(asked.url, {"username": mai.username, "password": PASSWORD})

    assert asked.url == "/login/?next=/cases/"
    assert answer.url == "/cases/"


def test_it_never_leads_to_another_site(client, mai):
    answer = client.post(
        "/login/?next=https://evil.example/", {"username": mai.username, "password": PASSWORD}
    )

    assert answer.url == "/"


def test_it_leads_an_administrator_to_the_first_run(client):
    huy = user("administrator", "Huy", password=PASSWORD)

    assert log_in(client, huy).url == "/setup/"


def test_it_stops_guessing_after_ten(client, mai):
    for _ in range(10):
        assert log_in(client, mai, "wrong").status_code == 200

    answer = log_in(client, mai)

    assert answer.status_code == 200
    assert answer.context["form"].errors.as_data()["__all__"][0].code == "throttled"


def test_it_counts_each_address_by_itself(client, mai):
    for _ in range(10):
        log_in(client, mai, "wrong")

    assert log_in(client, mai, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_it_forgets_failures_once_one_is_in(client, mai):
    for _ in range(9):
        log_in(client, mai, "wrong")
    log_in(client, mai)
    client.logout()

    assert log_in(client, mai, "wrong").status_code == 200
    assert log_in(client, mai).status_code == 302


def test_it_survives_bad_bytes(client, mai):
    assert client.post("/login/", {"username": "a\x00b", "password": "x"}).status_code == 200


def test_logging_out_takes_a_post(client, mai):
    client.force_login(mai)

    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").status_code == 302
    assert client.get("/cases/").status_code == 302


def test_it_changes_the_password(client, mai):
    client.force_login(mai)
    new = "another fine long phrase"

    client.post("/account/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})

    mai.refresh_from_db()
    assert mai.check_password(new)


def test_it_keeps_the_page_when_the_language_changes(client, mai):
    client.force_login(mai)

    answer = client.post("/language/", {"language": "en", "next": "/cases/?state=all"})

    assert answer.url == "/cases/?state=all"
    assert b'lang="en"' in client.get("/cases/").content


def press_language(client, page, *, to):
    """The button of the page itself."""
    form = re.search(r'<form method="post" action="/language/">.*?</form>', page.content.decode(), re.S)[0]
    assert f'name="language" value="{to}"' in form
    there = unescape(re.search(r'name="next" value="([^"]*)"', form)[1])
    return client.post("/language/", {"language": to, "next": there}, follow=True)


def test_mail_follows_the_language_chosen_in_the_pages(client):
    """Issue 8.8: the weekly letter comes in its reader's language."""
    a_shop(language="vi")
    huy = user("manager", "Huy", password=PASSWORD, email="huy@example.com")
    log_in(client, huy, HTTP_ACCEPT_LANGUAGE="vi")

    press_language(client, client.get("/week/"), to="en")
    client.post("/week/switch/", {"to": "on"})
    leases.run_once(digest.SEND, timezone.now() + timedelta(days=8))

    letter = OutgoingMail.objects.get()
    assert (letter.language, letter.text[:9]) == ("en", "Hello Huy")


def test_what_is_chosen_at_the_door_is_kept_after_it(client, mai):
    a_shop()
    User.objects.update(language="vi")
    press_language(client, client.get("/login/?next=/cases/", HTTP_ACCEPT_LANGUAGE="vi"), to="en")

    log_in(client, mai)

    mai.refresh_from_db()
    assert mai.language == "en"
    assert b'lang="en"' in client.get("/cases/").content


def test_pages_follow_who_logs_in_not_who_sat_there_before(client, mai):
    a_shop()
    before = user("staff", "Dung", password=PASSWORD)
    log_in(client, before)
    press_language(client, client.get("/cases/", HTTP_ACCEPT_LANGUAGE="vi"), to="en")
    client.post("/logout/")
    User.objects.filter(pk=mai.pk).update(language="vi")

    log_in(client, mai)

    assert b'<html lang="vi"' in client.get("/cases/").content
    mai.refresh_from_db()
    assert mai.language == "vi"


def test_who_never_chose_keeps_the_language_of_the_page(client, mai):
    log_in(client, mai, HTTP_ACCEPT_LANGUAGE="en-GB")

    mai.refresh_from_db()
    assert mai.language == "en"


@pytest.mark.parametrize("language", ["", "xx", "en\x00", "e" * 5000])
def test_a_language_that_we_do_not_speak_is_not_kept(client, mai, language):
    client.force_login(mai)

    client.post("/language/", {"language": language, "next": "/cases/"})
    client.post("/logout/")
    client.post("/language/", {"language": language, "next": "/login/"})
    log_in(client, mai, HTTP_ACCEPT_LANGUAGE="en")

    mai.refresh_from_db()
    assert mai.language == "en"


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
@pytest.mark.parametrize("name", ["set_theme", "set_language"])
def test_it_goes_back_to_our_own_pages_only(client, name, there):
    answer = client.post(reverse(name), {"theme": "dark", "language": "en", "next": there})

    assert "evil" not in answer.url
    assert answer.url.startswith("/")


def test_it_remembers_dark_and_forgets_it(client):
    answer = client.post("/theme/", {"theme": "dark", "next": "/login/"})

    assert answer.cookies["theme"].value == "dark"
    assert b'data-theme="dark"' in client.get("/login/").content
    client.post("/theme/", {"theme": "<script>", "next": "/login/"})
    assert b"data-theme" not in client.get("/login/").content


@pytest.fixture
def forgetful():
    a_shop()
    return user("staff", "Mai", password=PASSWORD, email="mai@example.com", language="en")


def link_in_the_mail():
    return re.search(r"http://localhost:8000(/account/new-password/\S+)", OutgoingMail.objects.get().text)[1]


def test_who_forgot_the_password_sets_a_new_one_by_mail(client, forgetful):
    asked = client.post("/account/forgotten/", {"email": "MAI@example.com"})
    new = "another fine long phrase"

    page = client.get(link_in_the_mail(), follow=True)
    answer = client.post(page.redirect_chain[-1][0], {"new_password1": new, "new_password2": new})

    assert (asked.url, answer.url) == ("/account/forgotten/sent/", "/account/forgotten/set/")
    forgetful.refresh_from_db()
    assert forgetful.check_password(new)
    assert list(Event.objects.values_list("verb", flat=True)) == ["password asked for", "password set"]


def test_the_link_works_once(client, forgetful):
    client.post("/account/forgotten/", {"email": "mai@example.com"})
    link = link_in_the_mail()
    forgetful.set_password("set by other means")
    forgetful.save()

    page = client.get(link, follow=True)

    assert not page.context["validlink"]


def test_nobody_learns_who_has_an_account(client, forgetful):
    known = client.post("/account/forgotten/", {"email": "mai@example.com"})
    stranger = client.post("/account/forgotten/", {"email": "nobody@example.com"})

    assert (known.status_code, known.url) == (stranger.status_code, stranger.url)
    assert OutgoingMail.objects.count() == 1


def test_an_account_that_is_off_gets_no_link(client, forgetful):
    User.objects.update(is_active=False)

    client.post("/account/forgotten/", {"email": "mai@example.com"})

    assert not OutgoingMail.objects.exists()


def test_asking_and_asking_ends(client, forgetful):
    answers = [client.post("/account/forgotten/", {"email": "mai@example.com"}) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [302] * 5 + [200]
    assert OutgoingMail.objects.count() == 5


def test_the_link_leads_to_our_own_address_whatever_was_asked_of(client, forgetful):
    """LimeSurvey's CVE-2026-50635: a link built from the Host header sends the secret elsewhere."""
    client.post("/account/forgotten/", {"email": "mai@example.com"}, HTTP_HOST="127.0.0.1")

    assert "http://localhost:8000/" in OutgoingMail.objects.get().text
