"""Decision 1 from the side of the survey: no page and no letter of a survey leads to a public place, and
whatever somebody answered, their public invitation is the same."""

from datetime import timedelta

import pytest

from feedback import leases
from feedback.models import Order, OutgoingMail
from reviews import asking
from reviews.models import PublicInvitation, PublicPlan, Source
from surveys import invitations, responses
from surveys.models import Reward

PLACE = "https://maps.example/gom/write"
pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(the_shop, now):
    maps = Source.objects.create(slug="maps", name="Bản Đồ", kind="file", solicitation_allowed=True)
    since = (now - timedelta(days=90)).date()
    return PublicPlan.objects.create(source=maps, url=PLACE, since=since, made_at=now, look_at=now)


@pytest.mark.parametrize("recommend", ["0", "6", "10", None])
@pytest.mark.parametrize("problem", ["none", "not_solved"])
def test_whatever_was_answered_the_letter_is_the_same(plan, invite, all_well, now, recommend, problem):
    """L3: an unhappy customer, a delighted one and one who said nothing get it at the same moment."""
    answered, silent = invite(), invite()
    Order.objects.update(delivered_on=(now - timedelta(days=30)).date())
    if recommend is not None:
        answers = all_well | {
            "recommend": recommend,
            "problem": problem,
            "story": "Tệ." if recommend == "0" else "",
        }
        responses.submit(answered, answers, language="vi", now=now)

    leases.run_once(asking.LOOK, now)
    leases.run_once(asking.SEND, now)

    rows = PublicInvitation.objects.select_related("mail", "order__customer")
    assert {(row.outcome, row.sent_at) for row in rows} == {("invited", now)}
    for part in ("subject", "text", "html"):
        same = {getattr(row.mail, part).replace(row.mail.unsubscribe_url, "…") for row in rows}
        assert len(same) == 1
    assert {row.order.pk for row in rows} == {answered.order.pk, silent.order.pk}


def test_no_page_and_no_letter_of_a_survey_leads_to_a_public_place(
    plan, client, survey, buy, address, filled, now
):
    """The reward and the public place never stand together: not before, not while and not after answering."""
    invitations.invite(survey, order=buy("77"), now=now)
    leases.run_once(invitations.SEND, now)
    pages = [client.get(address).text, client.get(f"{address}?all=1").text]
    client.post(address, filled(story="Đẹp"))
    pages.append(client.get(address).text)

    assert Reward.objects.get().code in pages[-1]
    letters = OutgoingMail.objects.all()
    assert {letter.kind for letter in letters} == {"advertising", "service"}
    for said in [*pages, *(letter.text + letter.html for letter in letters)]:
        assert PLACE not in said
        assert "maps.example" not in said
        assert plan.source.name not in said
