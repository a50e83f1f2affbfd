"""Item 8, second half: the public invitation is a later letter of its own, without a reward, for everybody
alike, and only where asking is allowed (decision 1; L2, L3, L4)."""

import re
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback import leases, mail
from feedback.models import MailAddress, Order, OutgoingMail
from feedback.selecting import Candidate
from reviews import asking, platforms
from reviews.models import PublicInvitation, PublicPlan, Source
from tests.factories import case, customer, dispute, order, read_comment, user

pytestmark = pytest.mark.django_db
# Whatever speaks of a reward, in both languages; "giảm" as a price that is lowered.
REWARD = re.compile(
    r"reward|voucher|coupon|discount|\bcode\b|gift|free|thưởng|quà|mã\b|ưu đãi|giảm|tặng|miễn phí", re.I
)
PLACE = "https://maps.example/gom/write"


@pytest.fixture
def now():
    """Eleven in the morning of the shop's day: mail that asks goes out by day only."""
    at_eleven = timezone.now().replace(hour=4, minute=0, second=0, microsecond=0)
    return at_eleven if at_eleven <= timezone.now() else at_eleven - timedelta(days=1)


@pytest.fixture
def place(lan_pottery):
    return Source.objects.create(slug="maps", name="Bản Đồ", kind="file", solicitation_allowed=True)


@pytest.fixture
def plan(place, now):
    columns = {"url": PLACE, "since": (now - timedelta(days=90)).date(), "made_at": now, "look_at": now}

    def plan(**more):
        return PublicPlan.objects.create(source=place, **columns | more)

    return plan


@pytest.fixture
def deliver(now):
    def deliver(n=1, *, days=30, **columns):
        """So many orders, each of a customer of its own."""
        on = (now - timedelta(days=days)).date()
        return [order(customer(**columns), delivered_on=on) for _one in range(n)]

    return deliver


def run(now):
    leases.run_once(asking.LOOK, now)
    leases.run_once(asking.SEND, now)


def asked():
    return set(
        OutgoingMail.objects.filter(about__startswith="reviews.publicinvitation").values_list("to", flat=True)
    )


def test_everybody_is_asked_once_by_a_letter_of_its_own(plan, deliver, now):
    plan()
    deliver(3)

    for minutes in (0, 10, 20):
        PublicPlan.objects.update(look_at=now)
        run(now + timedelta(minutes=minutes))

    letters = OutgoingMail.objects.all()
    assert len(letters) == 3
    assert {letter.kind for letter in letters} == {"question"}
    assert all(PLACE in letter.text and PLACE in letter.html for letter in letters)
    assert all(letter.unsubscribe_url for letter in letters)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_letter_has_no_word_of_a_reward(plan, deliver, now, language):
    """L2."""
    plan()
    deliver(language=language)
    run(now)

    letter = OutgoingMail.objects.get()
    assert letter.language == language
    for said in (letter.subject, letter.text, letter.html):
        assert not REWARD.search(re.sub(r"<style.*?</style>|https?://\S+", "", said, flags=re.S)), said


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("template", ["invitation", "reminder", "reward"])
def test_the_reward_words_are_known_to_the_test(lan_pottery, template, language):
    """Else the test above could not fail: the letters that speak of a reward are caught by it."""
    said = {"reward": "50.000 ₫", "amount": "50.000 ₫", "code": "AB", "url": "", "shop": lan_pottery}
    with translation.override(language):
        assert REWARD.search(render_to_string(f"emails/{template}.txt", said))


def test_no_letter_that_speaks_of_a_reward_leads_to_a_public_place(plan, client):
    """Decision 1: the place's address can reach the one letter alone: no other context has it."""
    plan()
    templates = {path.name for path in mail_templates() if "{{ place }}" in path.read_text(encoding="utf-8")}

    assert templates == {"public_review.txt", "public_review.html"}
    for path in mail_templates("public_review.*"):
        assert not re.search(r"reward|amount|code|survey", path.read_text(encoding="utf-8"))


def mail_templates(pattern="*"):
    from django.conf import settings as ours

    return sorted((ours.BASE_DIR / "templates" / "emails").glob(pattern))


@pytest.mark.parametrize("change", [{"solicitation_allowed": False}, {"is_active": False}, {"kind": "own"}])
def test_where_asking_is_forbidden_nobody_is_asked(plan, deliver, now, change):
    """L2: whether the rules changed before the draw or after it."""
    plan()
    deliver(2)
    Source.objects.update(**change)
    run(now)
    assert not PublicInvitation.objects.exists()

    Source.objects.update(solicitation_allowed=True, is_active=True, kind="file")
    PublicPlan.objects.update(look_at=now)
    leases.run_once(asking.LOOK, now)
    Source.objects.update(**change)
    leases.run_once(asking.SEND, now)

    assert not OutgoingMail.objects.exists()
    assert set(PublicInvitation.objects.values_list("why_not", flat=True)) == {"not_allowed"}


@pytest.mark.parametrize(
    "url",
    ["https://www.yelp.com/x", "https://yelp.fr", "https://biz.YELP.com.au/w", "http://m.yelp.co.uk:80/"],
)
def test_a_place_that_forbids_asking_is_known_by_its_address(plan, deliver, now, url):
    """Yelp: do not ask at all, whatever somebody ticked in the set-up."""
    made = plan(url=url, look_at=None)
    assert not asking.switch(made, on=True, now=now, by=None)
    PublicPlan.objects.update(look_at=now)
    deliver()

    run(now)

    assert not OutgoingMail.objects.exists()
    assert not platforms.forbids_asking("https://maps.example/yelp.com")


def test_nothing_of_how_it_went_can_be_looked_at():
    """By construction: the value that decides has no such field, and this app knows no survey."""
    assert not {"answer", "score", "stars", "sentiment", "case", "refund", "dispute", "reward"} & set(
        Candidate.__dataclass_fields__
    )


FATES = st.lists(
    st.tuples(
        st.sampled_from(["", "angry", "delighted"]),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["", "paid"]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fates=FATES, way=st.sampled_from(["everyone", "every_nth", "share"]))
def test_who_is_asked_never_depends_on_what_they_said(place, now, fates, way):
    """L3, L4: a twin world in which nothing was said has the same draw and the same letters."""
    with_words, without = draw(place, now, fates, way=way), draw(place, now, [None] * len(fates), way=way)

    assert with_words == without


def draw(place, now, fates, *, way):
    """What becomes of so many orders, in order: outcome and letter. Cleared up afterwards."""
    from django.db import transaction

    with transaction.atomic():
        PublicPlan.objects.create(
            source=place, url=PLACE, since=(now - timedelta(days=90)).date(), made_at=now, look_at=now,
            way=way, seed="seed", percent=50, every=2,
        )  # fmt: skip
        for n, fate in enumerate(fates):
            on = (now - timedelta(days=30)).date()
            bought = order(customer(), delivered_on=on, public_id=f"order{n:05}")
            if fate is not None:
                live(bought, *fate)
        run(now)
        rows = PublicInvitation.objects.order_by("order__public_id")
        found = list(rows.values_list("order__public_id", "outcome", "place", "mail__text", "sent_at"))
        told = [(name, outcome, at, bool(text), sent) for name, outcome, at, text, sent in found]
        transaction.set_rollback(True)
    return told


def live(bought, feeling, complained, disputed, why):
    """What an order can go through before the letter: words of any feeling, a case, a dispute, a reward."""
    if feeling:
        words = {"angry": ("negative", 1), "delighted": ("positive", 5)}[feeling]
        said = read_comment(
            customer=bought.customer, order=bought, score=words[1], scale="stars_5", why=why or "unsolicited",
            channel="survey", reading={"sentiment": words[0], "complaint": complained},
        )  # fmt: skip
        if complained:
            case(said)
    if disputed:
        dispute(bought)


def test_a_share_is_drawn_by_lot_and_can_be_proved(plan, deliver, now):
    made = plan(way="share", percent=40, seed="abc")
    deliver(60)

    run(now)

    proof = asking.prove(made)
    assert (proof.of, proof.wrong) == (60, [])
    assert 10 < proof.drawn < 40
    PublicInvitation.objects.filter(outcome="not_drawn").update(outcome="no_address")
    assert asking.prove(made).wrong


def test_it_comes_later_than_a_letter_about_a_reward(plan, deliver, now):
    """Decision 1: a week lies between the two."""
    plan()
    (bought,) = deliver()
    OutgoingMail.objects.create(
        kind="advertising", to=bought.customer.email, customer=bought.customer, language="vi", subject="x",
        message_id="<x@x>", made_at=now - timedelta(days=2),
    )  # fmt: skip

    run(now)
    assert not asked()
    leases.run_once(asking.SEND, now + timedelta(days=4))
    assert not asked()
    leases.run_once(asking.SEND, now + timedelta(days=5, minutes=1))

    assert asked() == {bought.customer.email}


@pytest.mark.parametrize(
    ("columns", "outcome"),
    [
        ({"email": ""}, "no_address"),
        ({"is_insider": True}, "insider"),
        ({"erased_at": "2026-01-01T00:00Z"}, "erased"),
    ],
)
def test_whom_the_law_or_their_wish_keeps_out(plan, deliver, now, columns, outcome):
    """L10: staff write no reviews about the shop."""
    plan()
    deliver(**columns)

    run(now)

    assert PublicInvitation.objects.get().outcome == outcome
    assert not asked()


def test_staff_are_known_by_their_address_too(plan, deliver, now):
    user(email="mai@shop.example")
    plan()
    deliver(email="mai@shop.example")

    run(now)

    assert PublicInvitation.objects.get().outcome == "insider"


def test_whoever_unsubscribed_is_not_asked_even_after_the_draw(plan, deliver, now):
    """L14."""
    plan()
    first, second = deliver(2)
    MailAddress.objects.create(
        email=first.customer.email, token_digest=mail.digest_of(first.customer.email), unsubscribed_at=now
    )
    leases.run_once(asking.LOOK, now)
    mail.unsubscribe(mail.address_of(second.customer.email))
    leases.run_once(asking.SEND, now)

    assert not asked()
    outcomes = PublicInvitation.objects.order_by("pk").values_list("outcome", "why_not")
    assert sorted(outcomes) == [("invited", "stopped"), ("stopped", "")]


def test_one_customer_is_asked_once_for_all_places_together(plan, deliver, now):
    plan()
    (bought,) = deliver()
    on = bought.delivered_on
    order(bought.customer, delivered_on=on)
    other = Source.objects.create(slug="other", name="Other", kind="file", solicitation_allowed=True)
    PublicPlan.objects.create(source=other, url=PLACE, since=on, made_at=now, look_at=now)

    leases.run_once(asking.LOOK, now)
    run(now)

    assert OutgoingMail.objects.count() == 1


def test_not_before_its_time_nor_long_after(plan, deliver, now):
    plan()
    deliver(days=8)
    deliver(days=80)

    run(now)

    assert list(PublicInvitation.objects.values_list("outcome", flat=True)) == ["too_late"]


def test_at_night_it_waits(plan, deliver, now):
    plan()
    deliver()
    leases.run_once(asking.LOOK, now)

    leases.run_once(asking.SEND, now + timedelta(hours=12))
    assert not asked()
    leases.run_once(asking.SEND, now + timedelta(hours=24))

    assert asked()


def test_the_database_knows_no_early_plan(plan):
    """Decision 1: later than a survey."""
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        plan(delay=1)


class TestPages:
    @pytest.fixture
    def huy(self, client, person):
        client.force_login(person("manager", "huy"))
        return client

    def fields(self, **change):
        today = timezone.now().date().isoformat()
        return {"url": PLACE, "delay": 15, "since": today, "way": "everyone", "every": 2, "percent": 50,
                "apart_days": 180} | change  # fmt: skip

    def test_a_manager_plans_it_looks_and_switches_it_on(self, huy, place, deliver, now):
        deliver(2)
        since = (now - timedelta(days=60)).date().isoformat()

        assert huy.post("/setup/asking/maps/", self.fields(since=since)).status_code == 302
        page = huy.get("/setup/asking/maps/").text
        assert '<strong class="number">2</strong>' in page
        assert PLACE in page
        huy.post("/setup/asking/maps/switch/", {"to": "on"})
        assert PublicPlan.objects.get().is_on
        leases.run_once(asking.LOOK)
        page = huy.get("/setup/asking/maps/").text
        assert Order.objects.first().number in page
        huy.post("/setup/asking/maps/switch/", {"to": "off"})
        assert not PublicPlan.objects.get().is_on

    @pytest.mark.parametrize(
        "change",
        [
            {"url": "https://www.yelp.com/biz/x"}, {"url": "javascript:alert(1)"}, {"url": "x"},
            {"url": "ftp://x.example"}, {"delay": 1}, {"delay": 99999}, {"percent": 0}, {"percent": 101},
            {"every": "x"}, {"since": "0001-01-01"}, {"since": "9999-12-31"}, {"way": "the contented"},
            {"apart_days": 0}, {"url": "https://[x"},
        ],
    )  # fmt: skip
    def test_nonsense_is_refused_in_words(self, huy, place, change):
        answer = huy.post("/setup/asking/maps/", self.fields(**change))

        assert answer.status_code == 400
        assert not PublicPlan.objects.exists()

    def test_a_place_that_forbids_it_cannot_be_switched_on(self, huy, plan):
        made = plan(look_at=None)
        Source.objects.update(solicitation_allowed=False)

        page = huy.post("/setup/asking/maps/switch/", {"to": "on"}, follow=True).text

        made.refresh_from_db()
        assert not made.is_on
        assert "không cho phép" in page

    def test_the_shops_own_page_and_unknown_places_are_none(self, huy, own):
        assert huy.get("/setup/asking/own/").status_code == 404
        assert huy.get("/setup/asking/nowhere/").status_code == 404
        assert huy.post("/setup/asking/nowhere/switch/").status_code == 404

    def test_switching_before_saving_says_so(self, huy, place):
        assert huy.post("/setup/asking/maps/switch/", {"to": "on"}).status_code == 302
        assert not PublicPlan.objects.exists()
