"""Survey pages in Vietnamese call the customer as the shop set it, or as they asked us to (S1-9)."""

import pytest
from django.urls import reverse

from feedback import addressing, mail, shop
from feedback.models import Customer, MailAddress, Shop
from surveys import entrances, invitations, publishing, shared

pytestmark = pytest.mark.django_db
OURS, THEIRS = "anh/chị", "quý khách"


@pytest.fixture
def guests(the_shop):
    Shop.objects.update(form_of_address=THEIRS)
    shop.forget()


def words(client, address, **more):
    return client.get(address, headers={"accept-language": "vi"}, **more).content.decode()


@pytest.mark.parametrize("step", ["?all=1", "?step=1", "?step=3"])
def test_questions_and_our_own_words_follow(client, guests, address, step):
    shown = words(client, address + step)

    assert OURS not in shown.lower()
    assert THEIRS in shown.lower()


def test_without_a_wish_the_words_stay(client, address):
    assert THEIRS not in words(client, address + "?all=1").lower()


def test_english_pages_stay(client, guests, address):
    assert THEIRS not in client.get(address + "?all=1&lang=en", follow=True).content.decode()


def test_what_the_customer_asked_for_comes_first(client, the_shop, address):
    Customer.objects.update(form_of_address=THEIRS)

    assert OURS not in words(client, address + "?all=1").lower()


def test_what_somebody_typed_stays_as_it_is(client, guests, address, filled):
    """In the field while they write, and quoted after the end."""
    typed = "Nhờ anh/chị <b>xem</b> lại giúp. Anh/chị nhé!"
    client.post(address + "?all=1", filled(story=typed) | {"action": "save"})
    assert "Nhờ anh/chị &lt;b&gt;xem&lt;/b&gt; lại giúp. Anh/chị nhé!" in words(client, address + "?all=1")

    client.post(address + "?all=1", filled(story=typed))
    done = words(client, address)
    assert "Nhờ anh/chị &lt;b&gt;xem&lt;/b&gt; lại giúp. Anh/chị nhé!" in done
    assert THEIRS in done


def test_pages_around_the_survey_follow(client, guests, survey, now):
    free = publishing.start_post_purchase(
        name="Door", slug="door", reward_amount=None, currency="VND", now=now
    )
    door = entrances.make(free, "door", name="Door", now=now)
    token = mail.preferences_token("lan@example.com")
    MailAddress.objects.create(email="lan@example.com", token_digest=mail.digest_of("lan@example.com"))
    client.post(f"/u/{token}/")
    pages = [
        reverse("entrance", args=[door.public_id]), reverse("survey_shared", args=[shared.sign(survey)]),
        f"/u/{token}/", "/s/nothing/", "/tell-us/", "/my-data/", "/", "/reviews/",
    ]  # fmt: skip

    for page in pages:
        assert OURS not in words(client, page).lower(), page


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>Anh/chị</p>", "<p>Quý khách</p>"),
        ('<textarea name="x">anh/chị</textarea>', '<textarea name="x">anh/chị</textarea>'),
        ('<input value="anh/chị" title="anh/chị">', '<input value="anh/chị" title="quý khách">'),
        ("<option>anh/chị</option>", "<option>anh/chị</option>"),
        ('<dd class="x as-written">anh/chị</dd>anh/chị', '<dd class="x as-written">anh/chị</dd>quý khách'),
        ("<textarea>anh/chị", "<textarea>quý khách"),
    ],
)
def test_fields_and_own_words_are_kept(html, said):
    assert addressing.in_html(html, THEIRS) == said


def test_a_letter_and_its_page_say_the_same(client, guests, survey, buy, now):
    asked = invitations.invite(survey, order=buy("7"), as_link=True, now=now)
    page = words(client, f"/s/{invitations.mint(asked)}/?all=1")
    letter = mail.write(
        to="lan@example.com", template="reminder", context={"url": "https://gom.example/s/x/"},
        language="vi", kind="question",
    )  # fmt: skip

    assert THEIRS in page.lower()
    assert OURS not in (letter.text + letter.html).lower()
