import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from feedback.roles import Role
from reviews.models import Review, Source

pytestmark = pytest.mark.django_db
GOOD = b"id,text,stars,date\nr1,T\xe1\xbb\x91t,5,2026-10-31\n"


@pytest.fixture
def upload(client, person, lan_pottery):
    client.force_login(person(Role.MANAGER))

    def post(content, **given):
        file = SimpleUploadedFile("reviews.csv", content)
        return client.post("/reviews/import/", {"source": "Google", "file": file} | given)

    return post


@pytest.mark.parametrize("role", Role)
def test_who_may_import(client, person, lan_pottery, role):
    client.force_login(person(role))
    expected = 200 if role in (Role.MANAGER, Role.ADMINISTRATOR) else 403

    assert client.get("/reviews/import/").status_code == expected


def test_it_takes_a_file_in_and_says_so(upload):
    answer = upload(GOOD)

    assert (answer.status_code, Review.objects.get().source.name) == (200, "Google")
    assert '<span class="number">1</span>' in answer.text


def test_a_look_writes_nothing(upload):
    upload(GOOD, dry_run="on")

    assert (Review.objects.count(), Source.objects.count()) == (0, 0)


def test_what_was_wrong_is_shown_as_text(upload):
    answer = upload(GOOD + b"r2,ok,<script>alert(1)</script>,2026-10-31\n")

    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert Review.objects.count() == 1


@pytest.mark.parametrize("content", [b"", b"text\nx", b"PK\x03\x04", b"[]", b"\x8d\x8e"])
def test_a_file_of_no_use_leaves_no_trace(upload, content):
    answer = upload(content)

    assert answer.status_code == 400
    assert 'class="errorlist"' in answer.text
    assert (Review.objects.count(), Source.objects.count()) == (0, 0)


def test_a_name_is_needed(upload):
    assert upload(GOOD, source="★").status_code == 400


def test_a_file_too_large_is_refused(upload, settings):
    settings.IMPORT_MAX_BYTES = 10

    assert upload(GOOD).status_code == 400


def test_it_asks_for_the_file_again(upload):
    assert "hãy chọn lại tệp" in upload(GOOD, dry_run="on").text
    assert "Hãy chọn lại tệp" in upload(b"").text
