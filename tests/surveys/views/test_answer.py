import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from surveys import invitations
from surveys.models import Answer, Invitation, Response, Reward, Survey
from tests.factories import user


@pytest.fixture
def page(client, address):
    def page(query="", **options):
        return client.get(address + query, **options).content.decode()

    return page


@pytest.fixture
def post(client, address):
    def post(data, query="", **options):
        return client.post(address + query, data, **options)

    return post


def test_it_asks_one_question_and_says_what_it_earns(page):
    html = page()

    assert html.count("<fieldset") == 1
    assert "Đơn hàng này có gặp vấn đề gì không?" in html
    assert "50.000" in html
    assert '<html lang="vi"' in html


def test_it_says_the_least_order_before_anything_is_answered(page):
    assert "trở lên" not in page()

    Survey.objects.update(reward_minimum_order=200_000)

    assert "Dùng cho đơn hàng từ 200.000\xa0₫ trở lên." in page()


def test_each_step_is_kept_and_leads_on(post, page):
    response = post({"asked": "problem", "q-problem": "later"}, "?step=1")

    assert response.status_code == 303
    assert response.url.endswith("?step=2")
    assert "So với điều anh/chị mong đợi" in page("?step=2")
    assert re.search(r'value="later" checked', page("?step=1"))


def test_it_goes_on_where_it_was_left(post, page):
    post({"q-problem": "none", "q-expectation": "above"})

    assert "giới thiệu tiệm" in page()


def test_the_last_step_finishes(client, address, filled, all_well):
    for number, (name, value) in enumerate(all_well.items(), 1):
        client.post(f"{address}?step={number}", {"asked": name, f"q-{name}": value})

    response = client.post(f"{address}?step=6", {"asked": "wish", "q-wish": "", "action": "finish"})

    assert response.status_code == 303
    assert Reward.objects.get().code in client.get(response.url).content.decode()


def test_everything_can_be_sent_at_once(post, page, filled):
    assert page("?all=1").count("<fieldset") == 4

    response = post(filled(story="Trà thơm"), "?all=1", follow=True)

    assert Reward.objects.get().code in response.content.decode()
    assert Response.objects.get().state == "finished"


def test_twice_is_once(post, filled, client, address):
    """C1."""
    pages = [post(filled(recommend=score), follow=True).content.decode() for score in ("1", "9")]

    code = Reward.objects.get().code
    assert all(code in html for html in pages)
    assert Answer.objects.get(question="recommend").value == 1


@pytest.mark.parametrize(
    "query", ["", "?all=1", "?step=3", "?step=-1", "?step=9999999", "?step=٣", "?lang=en"]
)
def test_a_get_writes_nothing(client, address, query, the_shop):
    """Mail scanners open links."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address + query, follow=True).status_code == 200
        client.head(address + query)

    assert all(one["sql"].startswith("SELECT") for one in captured)


def test_no_page_that_earns_a_reward_points_elsewhere(page, post, filled):
    """L2, decision 1: no link away from the survey, neither before nor after, but to their own data (L15)."""
    html = page() + page("?all=1") + post(filled(), follow=True).content.decode()

    links = set(re.findall(r'<a [^>]*href="([^"]*)"', html))
    assert "/my-data/" in links
    assert all(link.startswith(("?", "#")) for link in links - {"/my-data/"}), links


def test_it_says_what_is_missing_and_keeps_the_rest(post):
    html = post({"action": "finish", "q-problem": "none", "q-story": "Đẹp lắm"}, "?all=1").content.decode()

    assert html.count('class="errorlist"') == 2
    assert "Đẹp lắm" in html
    assert re.search(r'value="none" checked', html)
    assert not Response.objects.exists()


def test_finishing_too_early_keeps_this_page_and_shows_the_missing_one(post, page):
    html = post({"action": "finish", "asked": "wish", "q-wish": "Đổi ấm khác"}, "?step=6").content.decode()

    assert 'id="problem_error"' in html
    assert "Đổi ấm khác" in page("?step=6")
    assert Response.objects.get().state == "started"


def test_a_missing_answer_stands_beside_its_question(post):
    html = post({"asked": "problem"}, "?step=1").content.decode()

    assert 'aria-describedby="problem_error"' in html
    assert 'id="problem_error"' in html


def test_a_long_text_is_kept_on_the_page(post):
    text = "ơ" * 5_001

    response = post({"asked": "story", "q-story": text}, "?step=5")

    assert response.status_code == 200
    assert text in response.content.decode()
    assert "5.001" in response.content.decode()


@pytest.mark.parametrize(
    "data",
    [
        {"q-problem": "' OR 1=1 --"},
        {"q-recommend": "11"},
        {"q-recommend": "1e9"},
        {"q-touchpoint": "<script>alert(1)</script>"},
        {"q-story": "a\x00b"},
        {"q-story": "m" * 1_000_000},
        {"asked": ["moon"] * 50},
        {"action": "explode"},
        {},
    ],
)
def test_odd_posts_are_answered_calmly(post, data):
    assert post(data).status_code in (200, 303)


@pytest.mark.parametrize("body", [b"q-story=%ED%A0%80%00%FF", b"%", b"&=&=", b"q-story=a&q-story=b"])
def test_odd_bytes_are_answered_calmly(client, address, body):
    response = client.post(address, body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 303


def test_it_does_not_believe_html(post, page):
    post({"q-story": "</textarea><script>alert(1)</script>"})

    assert "<script>alert" not in page("?step=5")


@pytest.mark.parametrize("token", ["x", "0" * 26, "0" * 27, "%00", "%27%20OR%201=1", "%E1%BB%87" * 26])
def test_a_wrong_link_is_explained(client, the_shop, token):
    response = client.get(f"/s/{token}/", headers={"accept-language": "en"})

    assert response.status_code == 404
    assert "<h1>" in response.content.decode()


@pytest.mark.parametrize("change", ["expired", "closed"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_survey_that_is_over_says_so(client, address, now, filled, change, method):
    if change == "expired":
        Invitation.objects.update(made_at=now - timedelta(days=60), expires_at=now - timedelta(days=1))
    else:
        Survey.objects.update(state="closed")

    response = getattr(client, method)(address, filled() if method == "post" else {})

    assert response.status_code == 410
    assert not Response.objects.exists()


def test_the_code_is_shown_after_the_end_too(post, page, filled, now):
    post(filled())
    Survey.objects.update(state="closed")
    Invitation.objects.update(made_at=now - timedelta(days=60), expires_at=now - timedelta(days=1))

    assert Reward.objects.get().code in page()


@pytest.mark.parametrize("state", ["redeemed", "expired", "revoked"])
def test_the_page_knows_what_became_of_the_code(post, page, filled, now, state):
    post(filled())
    became = {
        "redeemed": {"redeemed_at": now},
        "expired": {},
        "revoked": {"revoked_at": now, "revoked_for": "order_void", "revoked_by": user("staff")},
    }
    Reward.objects.update(state=state, **became[state])

    assert "data-copy" not in page()


def test_a_budget_used_up_is_said_before_anything_is_asked(page, post, filled):
    """C3."""
    Survey.objects.update(budget=0)

    before, after = page(), post(filled(), follow=True).content.decode()

    assert 'class="gift"' not in before
    assert 'class="notice' in before
    assert 'class="notice' in after
    assert 'class="code"' not in after


def test_a_survey_without_a_reward_says_nothing_of_one(page, post, filled):
    Survey.objects.update(reward_amount=None)

    html = page() + post(filled(), follow=True).content.decode()

    assert 'class="gift"' not in html
    assert 'class="notice' not in html


def test_the_address_chooses_the_language(client, address):
    response = client.get(address + "?lang=en&step=1", follow=True)

    assert '<html lang="en"' in response.content.decode()
    assert "Was there any problem with this order?" in response.content.decode()
    assert response.redirect_chain[-1][0].endswith("?step=1")


def test_the_language_stays_with_the_answers(client, address, filled):
    client.post(address + "?lang=en", filled(story="Lovely"))

    assert '<html lang="en"' in client.get(address).content.decode()
    assert Response.objects.get().language == "en"


def test_nothing_is_kept_on_the_way(client, address):
    headers = client.get(address).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "noindex" in headers["X-Robots-Tag"]


def test_a_forged_form_is_refused_kindly(address, filled):
    response = Client(enforce_csrf_checks=True).post(address, filled())

    assert response.status_code == 403
    assert "<h1>" in response.content.decode()
    assert not Response.objects.exists()


def test_another_method_is_refused(client, address):
    assert client.delete(address).status_code == 405


@pytest.mark.parametrize("query", ["", "?all=1", "?step=4"])
def test_opening_asks_the_database_little(client, address, the_shop, statements, query):
    client.get(address)

    with statements(at_most=1):
        client.get(address + query)


def test_sending_asks_the_database_little(client, address, filled, statements):
    client.get(address)

    with statements(at_most=11):  # one of them PostgreSQL's lock of the journal
        client.post(address, filled(story="Trà thơm"))


def test_a_case_costs_little_more(client, address, filled, statements):
    client.get(address)

    with statements(at_most=13):
        client.post(address, filled(problem="not_solved", story="Ấm nứt", wish="Đổi ấm"))


def test_a_link_of_someone_else_shows_nothing_of_this_one(client, invite, filled):
    first, second = (f"/s/{invitations.mint(invite())}/" for _each in range(2))
    client.post(first, filled(story="của Lan"))

    assert Reward.objects.get().code not in client.get(second).content.decode()
