"""Every page, in both languages, on a phone and a desk, by day and by night: it fits, and axe finds
nothing against WCAG 2.2, A or AA.

A new address fails here until its page is named. Half of the pages are looked at in
test_every_page_of_staff.py: a worker takes a file whole.
"""

import io
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from feedback import contact_imports, contacts, defections, disputes, mail, order_imports, tokens
from feedback.defection.rules import Kind, Rule
from feedback.front import digest as digest_of_week
from feedback.models import (
    Card,
    Case,
    Comment,
    Concession,
    Consent,
    ContactImport,
    Customer,
    DataLink,
    DataRequest,
    Decision,
    Defection,
    DefectionRule,
    DefectionSplit,
    Delivery,
    Departed,
    Dispute,
    Erasure,
    MailAddress,
    Order,
    OrderImport,
    OrderSource,
    Override,
    Policy,
    Promise,
    Proposal,
    ProposalComment,
    User,
)
from feedback.tokens import digest
from reviews import intake
from reviews.models import Polling, Reply, Source
from reviews.records import ReviewRecord
from surveys import entrances, importing, invitations, publishing, responses, shared
from surveys.models import AnswerImport, Coupon, CouponShop, Entrance, Response, Reward
from tests import factories
from tests.test_routes import TABLE

NO_PAGE = {name for name, (method, _who) in TABLE.items() if method == "post" and name != "tell_us"}
FILES = ("_csv", "_xlsx", "_json", "_zip", "_sign", "_faults", "_export")
NO_PAGE |= {
    name for name in TABLE if name.endswith(FILES) or (name.startswith("api_") and name != "api_root")
}
NO_PAGE |= {"healthz", "policy_file", "survey_picture", "kiosk_ask", "voices", "survey_answers"}
NO_PAGE |= {"case_enclosure", "order_import_refused", "calendar_feed"}


REVIEWS = [
    (1, 1, "Minh", "Ấm bị vỡ khi mở hộp. Không hoàn tiền thì tôi đăng 1 sao khắp nơi."),
    (2, 2, "A customer with quite a long name who likes to sign in full", "Late again, and nobody answers."),
    (3, 5, "Hạnh", "Men đẹp lắm, đóng gói cẩn thận, giao nhanh. Cảm ơn tiệm!"),
    (9, 1, "Omar", "The kettle gave me an electric shock. Dangerous!"),
    (16, 4, "Lucas", "Lovely bowl. A bit expensive."),
    (23, 3, "Yến", ""),
    (30, 1, "Tú", "Giao hàng trễ 10 ngày, " + "gọi mãi không ai trả lời. " * 30),
    (37, 1, "", "https://example.com/" + "anaddressthatdoesnotend" * 12),
]


@dataclass
class World:
    """One of everything: what the addresses of the pages need."""

    customer: Customer
    invitation: str
    mailed_to: str
    own_data: str

    def paths(self, name):
        ids = {
            "customer": [self.customer.public_id],
            "comment": Comment.objects.filter(read_at__isnull=False).values_list("public_id", flat=True)[:4],
            "policy": Policy.objects.values_list("version", flat=True),
            "theme": ["late_delivery"],
            "source": ["gom"],
            "coupon_shop": ["gom"],
            "public_plan": ["gom"],
            "practice_page": ["cracked-cup"],
            "case": Case.objects.values_list("public_id", flat=True)[:2],
            "case_noted": Case.objects.values_list("public_id", flat=True)[:1],
            "reply": Reply.objects.order_by("-needs_approver").values_list("public_id", flat=True)[:3],
            "reply_evidence": Reply.objects.exclude(review__comment__analysis__leverage="").values_list(
                "public_id", flat=True
            )[:1],
            "survey": [invitations.find(self.invitation).survey.public_id],
            "proposal": Proposal.objects.values_list("public_id", flat=True),
            "defection_interview": Defection.objects.order_by("pk").values_list("public_id", flat=True),
            "defection": Defection.objects.order_by("pk").values_list("public_id", flat=True),
            "dispute": Dispute.objects.values_list("pk", flat=True),
            "preferences": [self.mailed_to],
            "promise": Promise.objects.order_by("state").values_list("pk", flat=True),
            "promise_answer": ["0" * 26, "1" * 26],
            "solved": ["2" * 26],
            "digest_stop": [weekly_letter()],
            "own_data": [self.customer.public_id],
            "my_data": [self.own_data],
            "my_data_erase": [self.own_data],
            "my_data_erased": Erasure.objects.values_list("public_id", flat=True),
            "customer_card": [self.customer.public_id],
            "card_paper": Card.objects.filter(state="active").values_list("number", flat=True),
            "order_source": OrderSource.objects.values_list("slug", flat=True),
            "delivery_redact": Delivery.objects.filter(state="asks").values_list("pk", flat=True),
            "contact_import": ContactImport.objects.values_list("public_id", flat=True),
            "order_import": OrderImport.objects.values_list("public_id", flat=True),
            "answer_import": AnswerImport.objects.values_list("public_id", flat=True),
            "reward": Response.objects.filter(reward__isnull=False).values_list("public_id", flat=True),
        }
        if name == "defection_rule":
            return [reverse(name), f"{reverse(name)}?kind=days&days=30"]
        if name in ("entrance", "kiosk", "survey_frame"):
            of_kind = Entrance.objects.filter(
                kind={"entrance": "door", "survey_frame": "frame"}.get(name, name)
            )
            return [reverse(name, args=[one.public_id]) for one in of_kind]
        if name == "answer":
            start = reverse(name, args=[self.invitation])
            return [f"{start}?step={step}" for step in range(1, 7)] + [f"{start}?all=1"]
        if name == "customer_merge":
            twin = Customer.objects.exclude(pk=self.customer.pk).filter(merged_into=None, erased_at=None)[0]
            start = reverse(name, args=[self.customer.public_id])
            return [start, f"{start}?with={twin.public_id}"]
        if name == "recovery_people":
            return [f"{reverse(name)}?cohort=not_resolved&who={who}" for who in ("open", "counted")]
        if name in ("defection_rule_people", "defection_rule_past"):
            return [f"{reverse(name)}?kind=days&days=30"]
        if name == "leaving_people":
            return [f"{reverse(name)}?kind=location&key=hue"]
        if name == "password_reset_confirm":
            huy = User.objects.first() or User.objects.create_user("huy", password="x")
            uid, token = urlsafe_base64_encode(force_bytes(huy.pk)), default_token_generator.make_token(huy)
            return [reverse(name, args=[uid, token]), reverse(name, args=[uid, "used"])]
        if name == "reply_batch":
            alike = Reply.objects.filter(state="draft").select_related("decision")[:1]
            return [reverse(name, args=[one.decision.decision_digest, one.language]) for one in alike]
        if name == "survey_shared":
            return [reverse(name, args=[shared.sign(invitations.find(self.invitation).survey)])]
        if name == "case_letter":
            posted = factories.letter_sent(Decision.objects.filter(case__isnull=False).first().case)
            return [reverse(name, args=[posted.case.public_id, posted.public_id])]
        if name == "survey_question":
            return [reverse(name, args=[*ids["survey"], one]) for one in ("problem", "recommend", "wish")]
        if name.startswith("survey_") and name != "survey_new":
            return [reverse(name, args=ids["survey"])]
        return [reverse(name, args=[one]) for one in ids[name]] if name in ids else [reverse(name)]


@pytest.fixture
def world(lan_pottery, jobs):
    now = timezone.now()
    buyer = Customer.objects.create(
        name="Nguyễn Thị Ngọc Quỳnh", email="nguyen.thi.ngoc.quynh.1987@mail.example.com", since=now
    )
    Consent.objects.create(
        customer=buyer, purpose=invitations.CONSENT, wording="1", channel="checkout", given_at=now
    )
    survey = publishing.start_post_purchase(
        name="After buying", reward_amount=Decimal(50_000), currency="VND", now=now - timedelta(days=30),
        budget=Decimal(20_000_000),
    )  # fmt: skip
    asked = [
        invitations.invite(survey, order=buy(buyer, number, now), now=now) for number in range(1042, 1047)
    ]
    for number, invitation in enumerate(asked[1:]):
        answer(invitation, recommend=str(number * 3), problem=("none", "later", "not_solved", "none")[number])
    source = Source.objects.create(slug="own", name="Our page", kind="own")
    intake.receive_many(source, list(records(now)))
    jobs()
    given_and_disputed(now)
    left(buyer, now)
    stuck = Comment.objects.order_by("pk").first()
    Comment.objects.filter(pk=stuck.pk).update(failed_at=now, failure="read comments: KeyError: 'x'")
    a_web_shop(now)
    an_open_survey(now)
    address = mail.preferences_token(buyer.email)
    MailAddress.objects.get_or_create(email=buyer.email, defaults={"token_digest": digest(address)})
    imported_answers(jobs, now)
    files_of_orders(jobs, now)
    files_of_contacts(jobs, now)
    months_of_contacts(now)
    web_shops(now)
    proposals(now)
    Card.objects.create(customer=buyer, number="100000000016", issued_at=now, state="blocked", blocked_at=now)
    Card.objects.create(customer=buyer, number="100000000008", issued_at=now)
    return World(
        customer=buyer,
        invitation=invitations.mint(asked[0]),
        mailed_to=address,
        own_data=own_data(buyer, now),
    )


def left(buyer, now):
    """A definition, somebody whom it found and nobody asked, and somebody who said why."""
    huy = User.objects.first() or User.objects.create_user("huy", password="x")
    version = defections.define(Rule(kind=Kind.INTERVAL, times=2, at_least=45), by=huy, now=now)
    months = [[f"2026-{month:02}-01", 60, 20 + month] for month in range(1, 10)]
    DefectionRule.objects.update(result={"cohorts": months}, judged_at=now, judge_at=now + timedelta(days=9))
    whole = {"whole": [60, 1], "parts": [{"kind": "location", "key": "hue", "n": 60, "left": 1}]}
    kept = {"look_at": now + timedelta(days=9), "found_at": now, "result": whole}
    DefectionSplit.objects.update_or_create(defaults=kept)
    Departed.objects.create(
        customer=buyer, first_on=now.date(), last_on=now.date(), since=now.date(), visits=3, spent=21_510_000
    )
    for customer, state in ((buyer, "open"), (Customer.objects.create(name="Yến", since=now), "contacted")):
        asked = {"cause": "staff", "said": "Nhân viên trả lời cho xong.", "contacted_at": now}
        Defection.objects.create(
            customer=customer, rule=version, owner=huy, state=state, since=now.date(), found_at=now,
            before=12, now=40, last_bought_on=now.date() - timedelta(days=40), value_lost=Decimal(21_510_000),
            contact_by=now.date(), **(asked if state == "contacted" else {}),
        )  # fmt: skip


def proposals(now):
    """One to decide, one that was ignored, one that faded."""
    said = {"phrases": [{"text": "giữ xe", "key": "giu xe", "people": 6}], "weeks": [0, 0, 1, 0, 0, 1, 2, 3]}
    figures = {"people": 7, "before": 1, "lately": 6, "first_found_at": now, "found_at": now}
    huy, ignored = User.objects.first(), {"state": "ignored", "note": "We do not.", "decided_at": now}
    for key, columns in (("giu xe", {}), ("xe", {"state": "faded"}), ("x", ignored | {"decided_by": huy})):
        one = Proposal.objects.create(language="vi", key=key, name="bãi giữ xe", **figures, **said, **columns)
        for place, comment in enumerate(Comment.objects.filter(read_at__isnull=False)[:3]):
            ProposalComment.objects.create(proposal=one, comment=comment, place=place)


def own_data(buyer, now):
    """A link to it, a wish about it, and somebody who is being forgotten."""
    token = tokens.mint()
    DataLink.objects.create(
        customer=buyer, digest=tokens.digest(token), made_at=now, expires_at=now + timedelta(days=1)
    )
    DataRequest.objects.create(customer=buyer, words="Tôi đã đổi số điện thoại.", asked_at=now)
    gone = Customer.objects.create(name="Minh", since=now)
    Erasure.objects.create(customer=gone, how="page", asked_at=now, stage="finished", finished_at=now)
    return token


def imported_answers(jobs, now):
    """A file whose columns nobody named, one with rows that are wrong, and the same taken in."""
    kept = {"file_name": "answers.csv", "name": "Old survey", "scale": "scale_10", "why": "invited"}
    content = b"id,score,date\nr1,9,2026-01-01\nr2,eleven,2026-01-02\nr3,3,yesterday\n"
    by = User.objects.first()
    unnamed, _wrong, taken = [importing.begin(content, by=by, now=now, **kept) for _ in range(3)]
    AnswerImport.objects.filter(pk=unnamed.pk).update(columns={})
    importing.take(taken, by=by, now=now)
    jobs()
    assert AnswerImport.objects.get(pk=taken.pk).refused == 2


def files_of_orders(jobs, now):
    """One whose columns nobody knows, one with rows that are wrong, and the same taken in."""
    content = (
        "Mã đơn hàng,Ngày đặt,Khách hàng,Email,Sản phẩm,Số lượng,Đơn giá,Tổng tiền,Trạng thái\n"
        "DH-1,03/11/2026,Lan,lan@example.com,Bát gốm men ngọc vẽ tay cỡ lớn,2,150.000,750.000,Hoàn thành\n"
        "DH-1,,,,Ấm trà,1,450.000,,\nDH-2,30/02/2026,Minh,minh@,Cốc,0,90.000,90.000,\n"
        "DH-3,04/11/2026,Hạnh,,Cốc,1,90.000,90.000,Đã hủy\n"
    ).encode()
    by = User.objects.first()
    _wrong, taken = [
        order_imports.begin(io.BytesIO(content), file_name="don-hang.csv", by=by, now=now) for _ in range(2)
    ]
    order_imports.begin(io.BytesIO(b"a,b\n1,2\n"), file_name="unknown.csv", by=by, now=now)
    order_imports.take(taken, by=by, now=now)
    jobs()
    assert OrderImport.objects.get(pk=taken.pk).refused == 1


def files_of_contacts(jobs, now):
    """One whose columns nobody knows, one with rows that are wrong, one of staffed hours, and the first
    of them that can be taken in."""
    content = (
        "Thời gian,Kênh,Lý do,Thời gian chờ,Hài lòng,Chi nhánh\n"
        "03/11/2026 10:15,điện thoại,Giao hàng,2:05,có,\n"
        "03/11/2026 10:40,chim bồ câu,Hỏi về bát gốm men ngọc vẽ tay cỡ lớn,lâu lắm,tạm,\n"
        "30/02/2026,,,,,\n"
    ).encode()
    hours = "Giờ,Số người\n03/11/2026 10:00,3\n".encode()
    by = User.objects.first()
    _wrong, taken, _hours, _unknown = [
        contact_imports.begin(one, file_name="cuoc-goi-thang-muoi-mot.csv", by=by, now=now)
        for one in (content, content, hours, b"a,b\n1,2\n")
    ]
    contact_imports.take(taken, by=by)
    jobs()
    assert ContactImport.objects.get(pk=taken.pk).refused == 2


def months_of_contacts(now):
    """Enough for something to stand out: in the evening people wait longer and like it less."""
    evening = [0, 1, 1, 0, 0]
    told = [
        contacts.Told(
            at=now - timedelta(days=day, hours=now.hour - hour, minutes=one),
            channel="phone",
            reason="delivery" if one % 2 else "product",
            waited_seconds=600 + day if hour > 10 else 20 + day,
            satisfied=bool(evening[(one + day) % 5]) if hour > 10 else (one + day) % 7 > 0,
        )
        for day in range(1, 60)
        for hour in range(4, 14)
        for one in range(4)
    ]
    contacts.take_many(told)


def web_shops(now):
    """One that is quiet, one that answers badly; what they told us in every state."""
    gom = OrderSource.objects.create(
        slug="gom-web",
        name="Gốm Lan trên mạng",
        kind="woocommerce",
        base_url="https://gom.example",
        store="gom-web",
        made_at=now,
        heard_at=now,
        silent_since=now - timedelta(hours=9),
        usual=12.4,
        missed=4,
    )
    OrderSource.objects.create(
        slug="shopify",
        name="Shopify",
        kind="shopify",
        base_url="https://gom.myshopify.example",
        store="shopify",
        made_at=now,
        trouble="denied",
        alarmed_at=now,
        misses=7,
    )
    OrderSource.objects.create(slug="stripe", name="Stripe", kind="stripe", store="gom-web", made_at=now)
    reasons = {"unusable": "bad_field", "waits": "no_order", "asks": "shop_redact"}
    for place, state in enumerate(Delivery.State.values):
        Delivery.objects.create(
            source=gom,
            topic="order.updated",
            event_id=str(place),
            digest=str(place),
            body=b"{}",
            state=state,
            received_at=now,
            reason=reasons.get(state, ""),
            field="total" if state == "unusable" else "",
            about=Order.objects.first().pk if state == "done" else None,
        )


def an_open_survey(now):
    free = publishing.start_post_purchase(
        name="At the door", slug="door", reward_amount=None, currency="VND", now=now
    )
    entrances.make(free, "frame", name="Web page", site="https://shop.example", now=now)
    for kind in ("door", "kiosk"):
        entrances.make(free, kind, name="Counter", now=now)


def a_web_shop(now):
    """One that has not answered for a while."""
    gom = Source.objects.create(slug="gom", name="Gốm trên mạng", kind="woocommerce")
    Polling.objects.create(
        source=gom, base_url="https://gom.example", reply_account="gom", trouble="silent", misses=7,
        alarmed_at=now, polled_at=now - timedelta(days=2), quiet_until=now + timedelta(minutes=9),
    )  # fmt: skip
    shop = CouponShop.objects.create(
        slug="gom", name="Gốm", kind="woocommerce", base_url="https://gom.example", currency="VND",
        since=now, trouble="silent", trouble_since=now - timedelta(hours=2), is_active=False,
    )  # fmt: skip
    reward = Reward.objects.exclude(code=None).first()
    Coupon.objects.create(reward=reward, shop=shop, state="refused", reason="rest_invalid: Coupons are off.")


def given_and_disputed(now):
    """Something granted at a loss, something decided otherwise, and an open dispute."""
    bao = User.objects.first() or User.objects.create_user("bao", password="x")
    case = Case.objects.filter(order__isnull=False, comment__decisions__is_current=True).first()
    decision = case.comment.decisions.get(is_current=True)
    Concession.objects.create(
        case=case, order=case.order, decision=decision, remedy="refund", refund=Decimal(21_510_000),
        booked_at=now, booked_by=bao, reason="Paid back in full",
    )  # fmt: skip
    Override.objects.create(
        case=case, decision=decision, direction="more", remedy="credit", amount=Decimal(50_000),
        cost=Decimal(50_000), reason="Bought for years", role="manager", by=bao, at=now,
    )  # fmt: skip
    Case.objects.exclude(pk=case.pk).filter(pk=Case.objects.last().pk).update(
        state="resolved", resolved_at=now, satisfaction_digest=tokens.digest("2" * 26)
    )
    day = now.date() - timedelta(days=9)
    owed = {"case": case, "decision": decision, "what": "gửi lại ấm mới, gói hai lớp", "made_at": now}
    owed |= {"by_when": day, "call_back_on": day + timedelta(days=1)}
    Promise.objects.create(**owed, link_digest=tokens.digest("0" * 26))
    broken = {"state": "broken", "settled_at": now, "told_via": "link", "told": "Chưa thấy đâu."}
    Promise.objects.create(**owed, **broken, link_digest=tokens.digest("1" * 26))
    disputes.note(
        case.order, external_id="dp-1042", amount=Decimal(21_510_000), due_by=now + timedelta(days=9)
    )


def buy(buyer, number, now):
    return Order.objects.create(
        number=str(number), customer=buyer, placed_at=now - timedelta(days=40), received_at=now,
        total=Decimal(21_510_000), currency="VND",
    )  # fmt: skip


def answer(invitation, **given):
    whole = {"problem": "none", "expectation": "above", "recommend": "9", "touchpoint": "delivery"} | given
    responses.submit(invitation, whole | {"story": "Hộp móp, ấm sứt vòi."}, language="vi")


def records(now):
    for number, (days, stars, author, text) in enumerate(REVIEWS):
        yield ReviewRecord(
            external_id=f"r{number}", said_at=now - timedelta(days=days), stars=stars,
            author=author, text=text, order_number="1042" if number == 0 else "",
        )  # fmt: skip


STAFF_PAGES = {
    "lan": "today customers customer cases case trends comments comment replies surveys survey jobs "
    "themes theme reader import_reviews source source_woocommerce setup setup_shop "
    "setup_sources setup_survey setup_done tokens "
    "working_days clock_times password_change password_change_done answer_imports answer_import own_data "
    "order_imports order_import order_sources order_source deliveries delivery_redact "
    "cards card_paper customer_card customer_merge "
    "data_requests retention".split(),
    "mai": "today reply reply_evidence reply_groups reply_batch hidden_reviews suppression case practice "
    "practice_page disputes dispute promises promise case_new case_noted case_letter day board my_calendar "
    "work_plan defection_interview".split(),
    "huy": "survey_plan survey_plan_log survey_asked survey_ways mail_hours public_plans public_plan "
    "promises_kept coupon_shops coupon_shop reward_codes reward reward_costs recovery recovery_people "
    "recovery_elsewhere "
    "leaving_people silence_people service_people service_cases tenure_people "
    "silence service alerts impact missed proposal digest voices_people "
    "touchpoints consistency clocks_kept causes wishes tenure expected investment leaving fit "
    "contact_new staffed_hours contact_imports contact_import hours "
    "concessions divergence "
    "survey_new survey_edit survey_question survey_publish survey_try survey_reward".split(),
    "dung": [
        "policies",
        "policy",
        "decisions",
        "policy_new",
        "thresholds",
        "threshold_helped",
        "threshold_cases",
        "defections",
        "defection",
        "defection_rule",
        "defection_rule_people",
        "defection_rule_past",
        "departed",
        "valued",
    ],
}
PUBLIC_PAGES = "today login public_reviews tell_us tell_us_thanks answer preferences api_root".split()
PUBLIC_PAGES += ["promise_answer", "solved", "reviews_how", "digest_stop"]
PUBLIC_PAGES += "my_data_ask my_data_asked my_data my_data_erase my_data_erased".split()
PUBLIC_PAGES += ["entrance", "kiosk", "survey_frame", "survey_shared"]
PUBLIC_PAGES += "password_reset password_reset_done password_reset_confirm password_reset_complete".split()
ERRORS = ["/nowhere/", "/s/cut-in-two/"]


def test_no_address_is_left_out():
    pages = {*PUBLIC_PAGES, *(name for names in STAFF_PAGES.values() for name in names)}

    assert sorted(pages | NO_PAGE) == sorted(TABLE)
    assert not pages & NO_PAGE


def test_the_pages_of_administrators_are_for_everybody(world, log_in, hire):
    page = log_in(hire("administrator", "lan"))

    found = barriers(page, [path for one in STAFF_PAGES["lan"] for path in world.paths(one)])
    assert not found, "\n".join(found)


def test_the_pages_of_customers_are_for_everybody(world, visitor):
    page = visitor(refused=[404])

    assert barriers(page, [path for one in PUBLIC_PAGES for path in world.paths(one)] + ERRORS) == []


def test_the_end_of_a_survey_is_for_everybody(world, visitor):
    answer(invitations.find(world.invitation))

    assert barriers(visitor(), [reverse("answer", args=[world.invitation])]) == []


def weekly_letter():
    """The way out of it."""
    reader, _is_new = User.objects.get_or_create(username="reader")
    digest_of_week.switch(reader, on=True, now=timezone.now())
    return digest_of_week.token_of(reader)


LOOKS = {
    "vi": [(360, "light"), (1280, "dark"), (1280, "light"), (360, "dark")],
    "en": [(360, "dark"), (1280, "light")],
}
WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"target-size": {"enabled": True}},
}


# Of tables that scroll sideways: no word of a link or a note stands on two lines.
BROKEN = """() => {
  const range = document.createRange(), broken = [];
  for (const part of document.querySelectorAll(".wide-scroll td :is(a, .note)")) {
    const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/\\p{L}+/gu)) {
      range.setStart(texts.currentNode, word.index);
      range.setEnd(texts.currentNode, word.index + word[0].length);
      const lines = [...range.getClientRects()].filter(line => line.width).map(line => Math.round(line.top));
      if (new Set(lines).size > 1) broken.push(word[0]);
    }
  }
  return broken.join(" ");
}"""


def barriers(page, paths):
    found = []
    for path in paths:
        for language, looks in LOOKS.items():
            spoken = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": settings.BASE_URL}
            page.context.add_cookies([spoken])
            page.goto(path)
            if (heard := page.locator("html").get_attribute("lang")) != language:
                found += [f"{path} speaks {heard}, not {language}"]
            # An open menu lies over what is below it: once is enough.
            shut = "details" if path == paths[0] else "details:not(.menu)"
            for one in page.locator(shut).all():
                one.evaluate("one => { one.open = true }")
            for width, scheme in looks:
                page.set_viewport_size({"width": width, "height": 740})
                page.emulate_media(color_scheme=scheme)
                found += [f"{path} in {language} at {width} px, {scheme}: {fault}" for fault in faults(page)]
    return found


def faults(page):
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if beyond > 0:
        yield f"{beyond} px beyond the edge"
    if broken := page.evaluate(BROKEN):
        yield f"a word falls apart: {broken}"
    for violation in Axe().run(page, options=WCAG).response["violations"]:
        places = violation["nodes"]
        yield f"{violation['id']}, {len(places)} times: {places[0]['html'][:200]}"
