"""Django's admin: set-up data, administrators, nothing that customers said."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from feedback import journal
from feedback.models import Comment, Customer, Decision, Event, Policy, Shop, Touchpoint, User
from reviews.models import Source
from tests.factories import NOW, a_shop, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def huy(client):
    a_shop()
    someone = user("administrator", "Huy")
    client.force_login(someone)
    return someone


@pytest.mark.parametrize("role", ["front_line", "staff", "approver", "manager", "advocate"])
def test_it_is_for_administrators(client, role):
    client.force_login(user(role, is_staff=True))

    assert client.get("/admin/", follow=True).status_code == 200
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/feedback/user/").status_code == 302


def test_it_has_no_second_login_page(client):
    """The one at /login/ counts wrong passwords."""
    answer = client.get("/admin/feedback/touchpoint/", follow=True)

    assert answer.redirect_chain[-1][0].startswith("/login/?next=")


def test_nothing_that_was_said_or_done_is_in_it():
    assert not {Comment, Customer, Decision, Event} & set(admin.site._registry)


def test_every_page_opens(client, huy):
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_changelist")).status_code == 200
        assert client.get(reverse(f"{name}_add")).status_code in (200, 403)
    assert client.get("/admin/").status_code == 200


def test_it_makes_people_with_roles(client, huy):
    staff = Group.objects.get(name="staff")
    new = {"username": "mai", "password1": "pottery wheel turning", "password2": "pottery wheel turning"}

    client.post("/admin/feedback/user/add/", new | {"usable_password": "true", "groups": [staff.pk]})

    assert list(User.objects.get(username="mai").groups.all()) == [staff]


def test_it_switches_people_off_and_deletes_none(client, huy):
    assert client.post(f"/admin/feedback/user/{huy.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_policy_is_only_looked_at(client, huy):
    policy = Policy.objects.create(
        version=1, terms={}, digest="0", starts_at=NOW, author=huy, comment="First.", made_at=NOW
    )

    page = client.get(f"/admin/feedback/policy/{policy.pk}/change/")

    assert page.status_code == 200
    assert b"_save" not in page.content


def test_a_touchpoints_slug_stays(client, huy):
    """It stands in the stored answers."""
    place = Touchpoint.objects.get(slug="delivery")
    changed = {"slug": "x", "name_vi": "Lúc giao", "name_en": "Delivery", "position": 3, "is_active": "on"}

    client.post(f"/admin/feedback/touchpoint/{place.pk}/change/", changed)

    place.refresh_from_db()
    assert (place.slug, place.name_vi) == ("delivery", "Lúc giao")


def test_the_shop_changes_its_signature_here_and_its_zone_elsewhere(client, huy):
    """A zone that does not exist would break every page."""
    page = reverse("admin:feedback_shop_change", args=[1])

    client.post(page, {"country": "VN", "signature_vi": "Tiệm Lan", "zone": "Mars/Phobos"})

    kept = Shop.objects.get()
    assert (kept.signature_vi, kept.zone) == ("Tiệm Lan", "Asia/Ho_Chi_Minh")
    assert Event.objects.get(verb="shop set up").by == huy


NO_ID = "99999999999999999999"


def test_a_role_that_cannot_be_is_an_error_of_the_form(client, huy):
    given = {"username": "huy", "language": "vi", "is_active": "on", "groups": [NO_ID]}

    answer = client.post(f"/admin/feedback/user/{huy.pk}/change/", given)

    assert answer.status_code == 200
    assert "groups" in answer.context["adminform"].form.errors


def test_no_address_breaks_over_a_number_too_large(client, huy):
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        action = {"action": "delete_selected", "_selected_action": [NO_ID]}
        assert client.post(reverse(f"{name}_changelist"), action).status_code in (200, 302, 400, 403)
        assert client.get(reverse(f"{name}_change", args=[NO_ID])).status_code in (302, 404)


def test_a_change_of_roles_is_in_the_records(client, huy):
    """T4, A8: who may approve is worth as much as what was approved."""
    mai = user("staff", "Mai")
    given = {"username": mai.username, "language": "vi", "is_active": "on"}
    given["groups"] = [str(group.pk) for group in Group.objects.filter(name__in=["approver", "staff"])]

    client.post(f"/admin/feedback/user/{mai.pk}/change/", given)

    kept = Event.objects.get(verb="user changed")
    assert (kept.by, kept.subject) == (huy, f"feedback.user:{mai.pk}")
    assert kept.data["roles"] == ["approver", "staff"]
    assert journal.verify() is None


def test_a_new_password_is_in_the_records_without_it(client, huy):
    mai = user("staff", "Mai")
    given = {"password1": "a long enough phrase 7", "password2": "a long enough phrase 7"}

    client.post(f"/admin/feedback/user/{mai.pk}/password/", given | {"usable_password": "true"})

    mai.refresh_from_db()
    assert mai.check_password(given["password1"])

    kept = Event.objects.get(verb="password set")
    assert (kept.by, kept.subject, kept.data) == (huy, f"feedback.user:{mai.pk}", {})


def test_a_source_is_made_changed_and_removed_in_the_records(client, huy):
    given = {"slug": "map", "name": "Map site", "kind": "file", "is_active": "on", "allows_reply": "on"}
    client.post("/admin/reviews/source/add/", given)
    source = Source.objects.get()

    client.post(f"/admin/reviews/source/{source.pk}/change/", given | {"name": "Maps"})
    client.post(f"/admin/reviews/source/{source.pk}/delete/", {"post": "yes"})

    verbs = list(Event.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["source made", "source changed", "source removed"]
    assert Event.objects.get(verb="source changed").data == {"fields": ["name"]}


def test_saving_what_stands_there_is_no_act(client, huy):
    place = Touchpoint.objects.get(slug="delivery")
    given = {"name_vi": place.name_vi, "name_en": place.name_en, "position": place.position}

    client.post(f"/admin/feedback/touchpoint/{place.pk}/change/", given | {"is_active": "on"})

    assert not Event.objects.exists()
