"""Fill the demo shop: people, orders, reviews, survey answers, and the work that staff did since."""

import json
import random
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from feedback import (
    case_clocks,
    cases,
    expected,
    follow_ups,
    handling,
    impact,
    leaving,
    satisfaction,
    shop,
    tenure,
    work,
)
from feedback.front import (
    demo_afterwards,
    demo_cases,
    demo_changes,
    demo_contacts,
    demo_defections,
    demo_handling,
    demo_headlines,
    demo_judging,
    demo_missed,
    demo_orders,
    demo_people,
    demo_plan,
    demo_promises,
    demo_readings,
    demo_recovery,
    demo_shop,
    headlines,
)
from feedback.front.demo_recovery import Told
from feedback.models import Case, Consent, Customer, Order, Shop, User
from feedback.wording.compose import DoesNotFit
from reviews import intake, replies
from reviews.models import Reply, Source
from reviews.records import ReviewRecord
from surveys import invitations, permissions, publishing, responses, rewards
from surveys.models import Invitation, Reward, Survey

_WORDS = Path(__file__).parent / "demo"
_LANGUAGES = ("vi", "en")
_STILL_WAITING = timedelta(days=6)  # newer complaints are left for whoever tries the demo
_MOST_HAVE_ENDED, _NONE_IS_OLDER = timedelta(days=11), timedelta(days=40)  # complaints
_THANKS_WAITING = 5  # and one of so many replies to new praise


class NotTheDemo(RuntimeError):
    """There is a real shop in this database."""


def seed(now: datetime) -> bool:
    """All or nothing; False when the demo shop is there already. Raises NotTheDemo."""
    known = Shop.objects.first()
    if known is not None and not known.is_demo:
        raise NotTheDemo(known.name)
    if known is not None:
        return False
    dice = random.Random(20260101)  # the same shop each time
    with transaction.atomic():
        _shop(now)
        demo_changes.not_yet(now)
        staff = _staff()
        placed, told, wordless = _trade(dice, now)
        _reviews(dice, [one for one in placed if one.pk not in wordless], now)
        demo_changes.told_of_the_clip(now)
        survey = _survey(now, staff["huy"])
        _answers(dice, survey, placed, wordless, now)
        demo_changes.told_of_paying(now)
        demo_recovery.last_year(dice, told, placed, now, staff["huy"])
        work.sweep(work.jobs())
        _work_since(dice, staff, now)
        demo_afterwards.live(now)
        demo_defections.define(staff["huy"], now)
        demo_changes.answered(now, staff["bao"])
        demo_cases.work(random.Random(37), staff, now)
        demo_promises.lived(staff, now)
        demo_handling.work(dice, staff, now)
        demo_promises.on_the_table(staff, now)
        demo_plan.work(staff, now)
        work.sweep(work.jobs())
        demo_defections.asked(dice, staff, now)
        demo_defections.targets(staff["huy"], now)
        demo_defections.shares(now)
        demo_orders.cards_issued(staff["huy"], now)
        demo_orders.told(now)
        demo_contacts.year(now, staff["huy"])
        demo_contacts.late_orders(now)
        demo_readings.looked_at(_told("reviews"), [staff["mai"], staff["bao"]])
        _redeem(dice, now)
        demo_missed.told(now)
        demo_changes.found(now, staff["huy"])
        demo_headlines.past(now)
        headlines.find_now()
        impact.find_now(now)
        expected.find_now(now)
        leaving.find_now(now)
        tenure.find_now(now)  # a sweep above drew the curve before everybody had bought
    return True


def open_survey_path(language: str = "vi") -> str:
    """A fresh link to a survey that nobody has answered yet; only digests of the earlier ones are stored."""
    waiting = Invitation.objects.filter(
        order__number__in=demo_shop.OPEN_ORDERS, order__customer__language=language
    )
    invitation = waiting.filter(response=None).first() or waiting.earliest("pk")
    return reverse("answer", args=[invitations.mint(invitation, "demo")])


def links() -> list[tuple[str, str]]:
    """Things to try, as full addresses."""
    return [
        ("Answer a survey as a Vietnamese customer (no login)", settings.BASE_URL + open_survey_path("vi")),
        ("Answer a survey as an English customer (no login)", settings.BASE_URL + open_survey_path("en")),
        ("The public review page (no login)", settings.BASE_URL + reverse("public_reviews")),
        ("Approve replies (log in as mai)", settings.BASE_URL + reverse("replies")),
        ("See what customers talk about (log in as huy)", settings.BASE_URL + reverse("trends")),
        ("See what changed this week (log in as huy)", settings.BASE_URL + reverse("alerts")),
        (
            "See what customers ask for and no theme names (log in as huy)",
            settings.BASE_URL + reverse("missed"),
        ),
        ("See what solving problems returns (log in as huy)", settings.BASE_URL + reverse("recovery")),
        ("See who stopped buying, and why (log in as huy)", settings.BASE_URL + reverse("defections")),
    ]


def _shop(now: datetime) -> None:
    Shop.objects.create(
        pk=1,
        name=demo_shop.NAME,
        currency="VND",
        zone="Asia/Ho_Chi_Minh",
        language="vi",
        country="VN",
        reply_address="hello@example.com",
        postal_address="12 Xóm Lò, Bát Tràng, Gia Lâm, Hà Nội",
        phone="024 0000 0123",
        signature_vi="Tiệm Gốm Lan",
        signature_en="Lan Pottery",
        is_demo=True,
        set_up_at=now,
    )
    shop.forget()


def _staff() -> dict[str, User]:
    made = {}
    for account in demo_shop.ACCOUNTS:
        user = User.objects.create_user(
            account.username,
            account.email,
            password=account.password,
            first_name=account.name,
        )
        user.groups.add(Group.objects.get(name=account.role))
        made[account.username] = user
    # Django's admin asks for the staff flag; what may be done there is the administrators' alone.
    User.objects.filter(username="lan").update(is_staff=True, is_superuser=True)
    return made


def _trade(dice: random.Random, now: datetime) -> tuple[list[Order], list[Told], set[int]]:
    people = demo_people.customers(dice, now)
    placed, told, wordless = demo_people.orders(dice, people, demo_people.goods(), demo_people.places(), now)
    demo_people.trouble_with_money(dice, placed, now)
    Consent.objects.bulk_create(
        Consent(
            customer=person,
            purpose=invitations.CONSENT,
            wording="demo-1",
            channel="web",
            given_at=person.since,
        )
        for person in people
        if dice.random() < 0.7
    )
    return placed, told, wordless


def _reviews(dice: random.Random, placed: Sequence[Order], now: datetime) -> None:
    """Half on the shop's own page, half on a platform whose replies leave by file."""
    sources = {
        demo_shop.OWN_SOURCE: Source.objects.create(
            slug=demo_shop.OWN_SOURCE, name=demo_shop.NAME, kind=Source.Kind.OWN, solicitation_allowed=True
        ),
        demo_shop.FILE_SOURCE: Source.objects.create(
            slug=demo_shop.FILE_SOURCE,
            name="Google",
            kind=Source.Kind.FILE,
            solicitation_allowed=True,
            limit_kind=Source.LimitKind.BYTES,
            limit_size=4096,
        ),
    }
    written: dict[str, list[ReviewRecord]] = {slug: [] for slug in sources}
    by_product = _orders_by_product(placed)
    for number, told in enumerate(_told("reviews")):
        slug = demo_shop.OWN_SOURCE if dice.random() < 0.55 else demo_shop.FILE_SOURCE
        written[slug].append(_record(dice, number, told, by_product, now))
    for slug, records in written.items():
        records.sort(key=lambda record: record.said_at)
        intake.receive_many(sources[slug], records, now=now)


def _record(
    dice: random.Random, number: int, told: dict[str, Any], by_product: dict[str, list[Order]], now: datetime
) -> ReviewRecord:
    """Two of three hang on an order of the product they speak of, written some days after it."""
    recent = told["when"] == "recent"
    days = dice.uniform(0.3, demo_people.RECENT_DAYS) if recent else demo_people.DAYS * dice.random() ** 1.35
    if told["leverage"] and number % 12 == 0:
        days = dice.uniform(0.2, 6)  # some are still waiting for whoever tries the demo
    said_at = now - timedelta(days=max(days, 0.1))
    order = None
    if dice.random() < 0.66:
        fitting = [
            one
            for one in by_product[told["product"]]
            if one.customer.language == told["language"]
            and 3 <= (said_at - one.placed_at).total_seconds() / 86400 <= 30
        ]
        order = dice.choice(fitting) if fitting else None
    return ReviewRecord(
        external_id=f"demo-{number}",
        said_at=said_at,
        text=told["text"],
        stars=told["stars"],
        author=told["author"],
        verified=order is not None,
        order_number=order.number if order else "",
        product_sku=told["product"],
        location=order.location.code if order and order.location else "",
    )


def _orders_by_product(placed: Sequence[Order]) -> dict[str, list[Order]]:
    found: dict[str, list[Order]] = {sku: [] for sku, *_rest in demo_shop.PRODUCTS}
    orders = Order.objects.filter(pk__in=[one.pk for one in placed[-4000:]])
    for order in orders.select_related("customer", "location").prefetch_related("lines"):
        for line in order.lines.all():
            found[line.sku].append(order)
    return found


def _survey(now: datetime, by: User) -> Survey:
    return publishing.start_post_purchase(
        name="Sau khi mua hàng · After your purchase",
        slug=demo_shop.SURVEY,
        reward_amount=demo_shop.REWARD,
        currency="VND",
        now=now - timedelta(days=200),
        by=by,
        reward_minimum_order=Decimal(200_000),
        budget=Decimal(20_000_000),
    )


def _answers(
    dice: random.Random, survey: Survey, placed: Sequence[Order], wordless: Collection[int], now: datetime
) -> None:
    """150 answers over half a year, as many again who were asked and said nothing – first of all those who
    left without a word – and two links left open."""
    told = list(_told("answers"))
    dice.shuffle(told)
    everybody = _asked(dice, placed, now)
    asked = [one for one in everybody if one.pk not in wordless]
    for number, one in enumerate(told):
        order = next(
            found for found in asked if (found.customer.language == "vi") == (one["language"] == "vi")
        )
        asked.remove(order)
        at = min(order.placed_at + timedelta(days=dice.uniform(5, 14)), now - timedelta(minutes=20))
        invitation = invitations.invite(survey, order=order, as_link=True, now=at - timedelta(days=1))
        response = responses.submit(invitation, _filled(one), language=one["language"], now=at)
        if number % 6 == 0:
            reward = responses.reward_of(response)
            permissions.allow(invitation, response, reward, ["story"], now=at)
    left = [one for one in everybody if one.pk in wordless]
    for order in [*left, *asked][: len(told)]:
        invitations.invite(survey, order=order, as_link=True, now=order.placed_at + timedelta(days=5))
    for number, language in zip(demo_shop.OPEN_ORDERS, _LANGUAGES, strict=True):
        invitations.invite(survey, order=_open_order(number, language, now), as_link=True, now=now)


def _asked(dice: random.Random, placed: Sequence[Order], now: datetime) -> list[Order]:
    since, until = now - timedelta(days=185), now - timedelta(days=6)
    numbers = [order.pk for order in placed if since < order.placed_at < until]
    found = list(
        Order.objects.filter(pk__in=numbers, customer__is_insider=False).select_related(
            "customer", "location"
        )
    )
    dice.shuffle(found)
    return found


def _open_order(number: str, language: str, now: datetime) -> Order:
    customer = Customer.objects.filter(language=language, is_insider=False, orders__isnull=False).first()
    assert customer is not None
    like = customer.orders.latest("placed_at")
    placed = now - timedelta(days=7)
    order = Order.objects.create(
        number=number,
        customer=customer,
        placed_at=placed,
        received_at=placed,
        currency=like.currency,
        total=like.total,
        location=like.location,
        promised_on=shop.day(placed) + timedelta(days=3),
        delivered_on=shop.day(placed) + timedelta(days=3),
    )
    order.lines.bulk_create([_copy(line, order) for line in like.lines.all()])
    return order


def _copy(line: Any, order: Order) -> Any:
    line.pk, line._state.adding, line.order = None, True, order
    return line


def _filled(told: dict[str, Any]) -> dict[str, object]:
    return {
        "problem": told["problem_answer"],
        "expectation": told["expectation"],
        "recommend": str(told["recommend"]),
        "touchpoint": told["touchpoint"],
        "story": told["text"],
        "wish": told["wish"],
    }


def _told(name: str) -> Iterator[dict[str, Any]]:
    for language in _LANGUAGES:
        for line in (_WORDS / f"{name}.{language}.jsonl").read_text("utf-8").splitlines():
            yield json.loads(line) | {"language": language}


def _work_since(dice: random.Random, staff: dict[str, User], now: datetime) -> None:
    """What staff did: drafts approved and published, older cases ended; days are set back to then."""
    for reply in _dealt_with(now):
        try:
            replies.approve(reply, by=staff["mai"], edition=reply.edition)
        except (replies.Blocked, replies.NotAllowed, DoesNotFit):
            continue
    work.sweep(work.jobs())
    _set_back(dice, now)
    demo_readings.looked_into(dice, staff["bao"], now)
    clocks = random.Random(23)
    older = list(
        Case.objects.filter(opened_at__lt=now - _MOST_HAVE_ENDED).select_related("comment__analysis")
    )
    handling.reckon(older, now)
    for case in older:
        ended = case.opened_at + timedelta(days=dice.uniform(1, 9))
        forgotten = case.opened_at > now - _NONE_IS_OLDER and dice.random() < 0.12
        if not forgotten:
            ready = demo_judging.ready(case, staff["bao"], now)
            first_time, cause = dice.random() < 0.9, demo_cases.cause(dice)
            first_time = first_time and not follow_ups.is_told_again(case)
            cases.resolve(case, by=staff["bao"], keeps_promises=True, first_time=first_time, **cause, **ready)
            answered = min(_answered(clocks, case), ended)
            owner = staff[clocks.choice(("bao", "bao", "mai", "thu"))]
            Case.objects.filter(pk=case.pk).update(resolved_at=ended, answered_at=answered, owner=owner)
    _rated(staff["bao"])


def _answered(dice: random.Random, case: Case) -> datetime:
    """Most in time."""
    assert case.answer_by is not None
    return case.opened_at + dice.uniform(0.2, 1.15) * (case.answer_by - case.opened_at)


def _rated(by: User) -> None:
    """Two in five were asked on the telephone how it ended. Where it was not well the case was open again,
    and has ended without our agreeing."""
    dice, now = random.Random(19), timezone.now()
    for case in Case.objects.filter(state=Case.State.RESOLVED).order_by("pk"):
        asked, day = dice.random() < 0.4, timedelta(days=1)
        if asked and case.resolved_at:
            at = case.resolved_at + day
            well = dice.random() < (0.97 if case.resolved_first_time else 0.9)
            satisfaction.note(case, satisfied=well, now=at, by=by)
            if not well and at < now - _NONE_IS_OLDER:
                cases.close(case, by=by, why=Case.ClosedWhy.NO_AGREEMENT)
                Case.objects.filter(pk=case.pk).update(closed_at=at + 4 * day)


def _dealt_with(now: datetime) -> Iterator[Reply]:
    """All that is older, and most new praise; new complaints wait, with a few thanks among them."""
    drafts = Reply.objects.filter(state="draft").select_related("review__comment")
    thanks = 0
    for reply in drafts.order_by("review__comment__said_at"):
        comment = reply.review.comment
        if comment.said_at < now - _STILL_WAITING:
            yield reply
        elif (comment.stars or 0) >= 4:
            thanks += 1
            if thanks % _THANKS_WAITING:
                yield reply


def _set_back(dice: random.Random, now: datetime) -> None:
    just_now = now - timedelta(seconds=5)  # nobody answers tomorrow
    moved = list(Reply.objects.select_related("review__comment", "case"))
    for reply in moved:
        said = reply.review.comment.said_at
        reply.drafted_at = said + timedelta(minutes=3)
        if reply.approved_at:
            reply.approved_at = min(said + timedelta(hours=dice.uniform(1, 30)), just_now)
            reply.sent_at = reply.sent_at and reply.approved_at
            reply.published_at = reply.published_at and reply.approved_at + timedelta(seconds=5)
    Reply.objects.bulk_update(moved, ["drafted_at", "approved_at", "sent_at", "published_at"], batch_size=200)
    opened, clocks = list(Case.objects.select_related("comment").order_by("pk")), random.Random(29)
    for case in opened:
        case.opened_at = case.decided_at = case.comment.said_at
        due = case_clocks.clock(case.comment.channel, case.severity, case.opened_at)
        case.answer_by, case.due_on = due.answer_by, due.settle_on
        case.acknowledge_by = case.escalate_at = due.acknowledge_by
        if clocks.random() < 0.9:
            told = case.opened_at + clocks.uniform(0, 1.05) * (due.acknowledge_by - case.opened_at)
            case.acknowledged_at = case.acknowledged_at or min(told, just_now)
    columns = [
        "opened_at",
        "decided_at",
        "acknowledge_by",
        "acknowledged_at",
        "answer_by",
        "due_on",
        "escalate_at",
    ]
    Case.objects.bulk_update(opened, columns, batch_size=200)


def _redeem(dice: random.Random, now: datetime) -> None:
    """Three of ten used their code with a later order."""
    for reward in Reward.objects.filter(state="issued").select_related("response__invitation"):
        if dice.random() > 0.3:
            continue
        customer = reward.response.invitation.customer
        at = min(reward.issued_at + timedelta(days=dice.uniform(2, 40)), now)  # type: ignore[operator]
        number = f"LAN-R{reward.pk}"
        if customer and reward.code and reward.expires_on and reward.expires_on >= shop.day(at):
            rewards.redeem(
                reward.code, order_number=number, order_total=Decimal(420_000), currency="VND", now=at
            )
