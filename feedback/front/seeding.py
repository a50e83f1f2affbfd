"""Fill the demo shop: people, orders, reviews, survey answers, and the work that staff did since."""

import random
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import reverse

from feedback import expected, impact, leaving, shop, tenure, work
from feedback.front import (
    demo_afterwards,
    demo_cases,
    demo_changes,
    demo_contacts,
    demo_defections,
    demo_handling,
    demo_headlines,
    demo_missed,
    demo_orders,
    demo_people,
    demo_plan,
    demo_promises,
    demo_readings,
    demo_recovery,
    demo_reviews,
    demo_shop,
    demo_survey,
    demo_work,
    headlines,
)
from feedback.front.demo_recovery import Told
from feedback.models import Consent, Order, Shop, User
from surveys import invitations


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
        _told(dice, staff["huy"], now)
        work.sweep(work.jobs())
        _dealt_with(dice, staff, now)
        work.sweep(work.jobs())
        _looked_after(dice, staff, now)
        _counted(now)
    return True


def links() -> list[tuple[str, str]]:
    """Things to try, as full addresses."""
    tries = [
        ("Answer a survey as a Vietnamese customer (no login)", demo_survey.open_path("vi")),
        ("Answer a survey as an English customer (no login)", demo_survey.open_path("en")),
        ("The public review page (no login)", reverse("public_reviews")),
        ("Approve replies (log in as mai)", reverse("replies")),
        ("See what customers talk about (log in as huy)", reverse("trends")),
        ("See what changed this week (log in as huy)", reverse("alerts")),
        ("See what customers ask for and no theme names (log in as huy)", reverse("missed")),
        ("See what solving problems returns (log in as huy)", reverse("recovery")),
        ("See who stopped buying, and why (log in as huy)", reverse("defections")),
    ]
    return [(what, settings.BASE_URL + path) for what, path in tries]


def _told(dice: random.Random, manager: User, now: datetime) -> None:
    """Two years of buying, and what customers said of it."""
    placed, told, wordless = _trade(dice, now)
    demo_reviews.written(dice, [one for one in placed if one.pk not in wordless], now)
    demo_changes.told_of_the_clip(now)
    survey = demo_survey.made(now, manager)
    demo_survey.answered(dice, survey, placed, wordless, now)
    demo_changes.told_of_paying(now)
    demo_recovery.last_year(dice, told, placed, now, manager)


def _dealt_with(dice: random.Random, staff: dict[str, User], now: datetime) -> None:
    """What staff did about complaints, and what they promised."""
    demo_work.lived(dice, staff, now)
    demo_afterwards.live(now)
    demo_defections.define(staff["huy"], now)
    demo_changes.answered(now, staff["bao"])
    demo_cases.work(random.Random(37), staff, now)
    demo_promises.lived(staff, now)
    demo_handling.work(dice, staff, now)
    demo_promises.on_the_table(staff, now)
    demo_plan.work(staff, now)


def _looked_after(dice: random.Random, staff: dict[str, User], now: datetime) -> None:
    """All beside the complaints: who left, cards, calls, readings, codes, themes that are missed."""
    demo_defections.asked(dice, staff, now)
    demo_defections.targets(staff["huy"], now)
    demo_defections.shares(now)
    demo_orders.cards_issued(staff["huy"], now)
    demo_orders.told(now)
    demo_contacts.year(now, staff["huy"])
    demo_contacts.late_orders(now)
    demo_readings.looked_at(demo_shop.told("reviews"), [staff["mai"], staff["bao"]])
    demo_survey.redeemed(dice, now)
    demo_missed.told(now)
    demo_changes.found(now, staff["huy"])


def _counted(now: datetime) -> None:
    """What jobs would have counted by now."""
    demo_headlines.past(now)
    headlines.find_now()
    impact.find_now(now)
    expected.find_now(now)
    leaving.find_now(now)
    tenure.find_now(now)  # a sweep above drew the curve before everybody had bought


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
