"""A shop with one of everything, and of each kind what is hardest to show: long names, faults, lateness."""

import io
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from feedback import contact_imports, contacts, defections, disputes, mail, order_imports, tokens
from feedback.defection.rules import Kind, Rule
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
    Defection,
    DefectionRule,
    DefectionSplit,
    Delivery,
    Departed,
    Erasure,
    MailAddress,
    Order,
    OrderImport,
    OrderSource,
    Override,
    Promise,
    Proposal,
    ProposalComment,
    User,
)
from feedback.tokens import digest
from reviews import intake
from reviews.models import Polling, Source
from reviews.records import ReviewRecord
from surveys import entrances, importing, invitations, publishing, responses
from surveys.models import AnswerImport, Coupon, CouponShop, Reward

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
    """What the addresses of the pages need and the database does not tell."""

    customer: Customer
    invitation: str
    mailed_to: str
    own_data: str

    @property
    def survey(self):
        return invitations.find(self.invitation).survey


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
