import pytest

from feedback.roles import Role
from reviews.models import Source

pytestmark = pytest.mark.django_db
GIVEN = {"slug": "google", "name": "Google", "kind": "file", "is_active": "on", "allows_reply": "on"}


def test_an_administrator_sets_a_source_up(client, person, lan_pottery):
    client.force_login(person(Role.ADMINISTRATOR))

    answer = client.post("/admin/reviews/source/add/", GIVEN | {"limit_kind": "bytes", "limit_size": 4096})

    assert answer.status_code == 302
    assert Source.objects.get().limit_size == 4096


def test_half_a_limit_is_an_error_on_the_page(client, person, lan_pottery):
    client.force_login(person(Role.ADMINISTRATOR))

    answer = client.post("/admin/reviews/source/add/", GIVEN | {"limit_kind": "bytes", "limit_size": ""})

    assert answer.status_code == 200
    assert not Source.objects.exists()


@pytest.mark.parametrize(("size", "status"), [(5, 200), (59, 200), (60, 302)])
def test_a_limit_that_no_answer_fits_is_refused(client, person, lan_pottery, size, status):
    """Reviews of such a place could never be drafted for."""
    client.force_login(person(Role.ADMINISTRATOR))

    answer = client.post("/admin/reviews/source/add/", GIVEN | {"limit_kind": "bytes", "limit_size": size})

    assert answer.status_code == status
    assert Source.objects.exists() is (status == 302)


def test_its_short_name_stays_once_reviews_have_come(client, person, own, receive):
    receive(own)
    client.force_login(person(Role.ADMINISTRATOR))

    client.post(f"/admin/reviews/source/{own.pk}/change/", GIVEN | {"slug": "changed"})

    own.refresh_from_db()
    assert (own.slug, own.name) == ("own", "Google")
    assert client.post(f"/admin/reviews/source/{own.pk}/delete/", {"post": "yes"}).status_code == 403


def test_others_do_not(client, person, own):
    client.force_login(person(Role.MANAGER))

    assert client.get(f"/admin/reviews/source/{own.pk}/change/").status_code in (302, 403)
