"""Item 8, first half: words of a survey on the shop's own review page, only while their author allows it."""

from datetime import timedelta

import pytest
from django.db.models import F, Sum
from django.utils import timezone

from feedback import comments, consents, erasure, leases, permissions, work
from feedback.models import Case, Comment, Consent, Customer, Decision, PublishPermission, ThemeTotal
from reviews import drafting
from reviews.models import Reply, Review
from surveys.models import Invitation, Reward, Survey

pytestmark = pytest.mark.django_db
WORDS = "Ấm đẹp nhưng giao chậm quá."


@pytest.fixture
def finished(client, address, filled):
    """The page after the end, where something was written."""

    def finished(**answers):
        client.post(address, filled(story=WORDS, **answers))
        return client.get(address).text

    return finished


@pytest.fixture
def allow(client, address):
    return lambda *ticked, at=address: client.post(at, {"action": "show", "show": ticked or ["story"]})


def counted():
    felt = F("negative") + F("neutral") + F("positive") + F("unknown")
    return ThemeTotal.objects.aggregate(n=Sum(felt))["n"]


def shown(client):
    return client.get("/reviews/").text


def test_it_is_asked_after_the_reward_and_not_ticked(finished):
    """L14: no box is ticked beforehand; L1: the code stands there before the question does."""
    page = finished()

    assert page.index(Reward.objects.get().code) < page.index('name="show"')
    box = page[page.index('type="checkbox" name="show"') :]
    assert "checked" not in box[: box.index(">")]
    assert not PublishPermission.objects.exists()
    assert not Review.objects.exists()


@pytest.mark.parametrize("recommend", ["0", "5", "10"])
@pytest.mark.parametrize("words", [WORDS, "Tuyệt vời!", "Tệ hại, lừa đảo, trả tiền lại đây."])
def test_everybody_who_wrote_is_asked_alike(client, address, filled, recommend, words):
    """L1, L3: the same question in the same place, whatever was answered."""
    client.post(address, filled(story=words, recommend=recommend))
    page = client.get(address).text

    begin = page.index('<section class="card stack" aria-labelledby="show"')
    assert "checked" not in page[begin:]
    assert page[begin : page.index("</section>", begin)].count('name="show"') == 1


def test_who_wrote_nothing_has_nothing_to_allow(client, address, filled):
    client.post(address, filled())

    assert 'name="show"' not in client.get(address).text


def test_what_is_allowed_is_shown_once_and_says_that_a_reward_was_promised(client, finished, allow, address):
    """L5: on the page and in its markup. Pressed twice, it stands there once."""
    finished()

    for _press in range(2):
        answer = allow()
        assert answer.status_code == 303

    page = shown(client)
    assert page.count(WORDS) == 1
    assert 'itemprop="disambiguatingDescription">nhận phần thưởng khảo sát' in page
    assert 'itemprop="sponsor"' in page
    review = Review.objects.get()
    assert (review.incentivised, review.verified, review.source.kind) == (True, True, "own")
    assert Consent.objects.filter(purpose=consents.PUBLISHING).count() == 1
    assert WORDS in client.get(address).text


def test_the_consent_names_text_time_and_way(finished, allow):
    """L14: who, what, when, which version, by which way."""
    finished()
    allow()

    consent = Consent.objects.get(purpose=consents.PUBLISHING)
    assert (consent.wording, consent.channel) == ("publish-2026-11", "survey")
    assert consent.customer == Invitation.objects.get().customer
    assert timezone.now() - consent.given_at < timedelta(minutes=1)


def test_without_a_reward_there_is_no_mark(client, address, filled, allow):
    Survey.objects.update(reward_amount=None)
    client.post(address, filled(story=WORDS))
    allow()

    assert Review.objects.get().incentivised is False
    assert "disambiguatingDescription" not in shown(client)


def test_it_is_taken_back_at_the_same_link_and_gone_at_once(client, finished, allow, address):
    """L14: as easy as giving."""
    finished()
    allow()
    assert WORDS in shown(client)

    client.post(address, {"action": "hide"})

    assert WORDS not in shown(client)
    consent = Consent.objects.get(purpose=consents.PUBLISHING)
    assert (consent.withdrawn_via, consent.withdrawn_at is None) == ("survey", False)
    assert 'name="show"' in client.get(address).text


def test_taken_back_and_allowed_again_it_is_the_same_review(client, finished, allow, address):
    finished()
    allow()
    client.post(address, {"action": "hide"})
    allow()

    assert shown(client).count(WORDS) == 1
    assert Review.objects.count() == 1


def test_taking_it_back_leaves_the_reward_and_the_mail_alone(client, finished, allow, address):
    """L1."""
    finished()
    before = Reward.objects.values().get()
    allow()
    client.post(address, {"action": "hide"})

    assert Reward.objects.values().get() == before
    customer = Customer.objects.get()
    assert consents.standing(customer, consents.ADVERTISING)


def test_a_reward_that_a_person_looks_at_first_is_not_certain(client, address, filled, allow):
    """Decision 13: while it is held nothing else is asked; and nothing can be allowed past the page."""
    Customer.objects.update(is_insider=True)
    client.post(address, filled(story=WORDS))
    assert Reward.objects.get().code is None

    assert 'name="show"' not in client.get(address).text
    allow()
    assert not PublishPermission.objects.exists()


def test_who_was_merged_allows_and_takes_back_as_who_they_are_now(client, finished, allow, address):
    """Allowed before two entries became one, taken back afterwards; and the other way round."""
    finished()
    allow()
    root = Customer.objects.create(name="Lan", since=timezone.now())
    Customer.objects.exclude(pk=root.pk).update(merged_into=root)

    assert [one.text for one in permissions.shown_of(root)] == [WORDS]
    client.post(address, {"action": "hide"})
    assert WORDS not in shown(client)
    allow()

    assert shown(client).count(WORDS) == 1
    assert Consent.objects.filter(purpose=consents.PUBLISHING, withdrawn_at=None).get().customer == root


def test_what_is_not_theirs_cannot_be_ticked(finished, allow):
    finished()

    allow("nonsense", "recommend", "x" * 9000)

    assert not PublishPermission.objects.exists()


def test_before_the_end_nothing_can_be_allowed(client, address, allow):
    allow()

    assert not PublishPermission.objects.exists()


def test_it_counts_once_and_has_the_one_case(client, finished, allow):
    """The review stands on the Comment of the answer: one utterance in the totals, one complaint."""
    finished(problem="not_solved")
    work.sweep(work.jobs())
    before = counted()
    assert Case.objects.count() == 1

    allow()
    work.sweep(work.jobs())

    assert counted() == before
    assert Comment.objects.count() == 1
    case = Case.objects.get()
    assert (case.state, Reply.objects.get().case) == ("open", case)
    assert Decision.objects.get(is_current=True).case == case


def test_a_case_that_nobody_decided_yet_is_not_settled_as_an_edit(finished, allow):
    """Somebody said that it is not solved, in words that read well: the case stays open."""
    finished(problem="not_solved")
    Comment.objects.update(text="Rất đẹp, cảm ơn tiệm.")
    comments.read_all()
    allow()

    drafting.answer_all()

    assert Case.objects.get().state == "open"
    assert Reply.objects.get().case == Case.objects.get()


def test_zero_to_ten_is_not_taken_for_stars(client, finished, allow):
    finished(recommend="9")
    allow()

    assert "ratingValue" not in shown(client)


def test_whoever_is_erased_is_not_quoted(client, finished, allow, address):
    """L15: the words go; that somebody said something stays."""
    finished()
    comments.read_all()
    allow()
    erasure.ask(Customer.objects.get(), how="staff")
    later = timezone.now() + timedelta(minutes=9)
    for minutes in range(5):
        leases.run_once(erasure.ERASE, later + timedelta(minutes=2 * minutes))

    assert Comment.objects.get().text == ""
    assert WORDS not in shown(client)
    page = client.get(address)
    assert WORDS not in page.text
    assert 'name="show"' not in page.text
    words = [Comment.objects.get()]
    given = consents.Given(purpose=consents.PUBLISHING, wording="1", channel="survey", given_at=later)
    assert not permissions.allow(Customer.objects.get(), words, given, is_rewarded=True)


def test_it_is_taken_back_on_the_page_of_ones_own_data(client, finished, allow, now):
    from feedback import tokens
    from feedback.models import DataLink

    finished()
    allow()
    token = tokens.mint()
    DataLink.objects.create(
        customer=Customer.objects.get(),
        digest=tokens.digest(token),
        made_at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=1),
    )
    assert "đăng lời của anh/chị trên trang đánh giá" in client.get(f"/my-data/{token}/").text

    client.post(f"/my-data/{token}/consent/", {"do": "hide"})

    assert WORDS not in shown(client)
    assert consents.standing(Customer.objects.get(), consents.ADVERTISING)
