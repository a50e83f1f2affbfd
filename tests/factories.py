"""Saved rows, with what a test does not care about filled in. Lan and Minh buy; Mai approves; Huy manages."""

import importlib
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

from django.contrib.auth.models import Group
from django.db import connection

from feedback import comments, shop, totals
from feedback.defection.rules import Kind, Rule
from feedback.models import (
    Analysis,
    Case,
    Comment,
    Concession,
    Customer,
    Decision,
    Defection,
    DefectionRule,
    Dispute,
    Mention,
    Message,
    Order,
    Policy,
    Shop,
    Theme,
    User,
)
from feedback.models.words import Channel, WhyItCame
from feedback.policy.prove import program
from feedback.policy.terms import Terms

NOW = datetime(2026, 11, 16, 3, 0, tzinfo=UTC)  # a Monday, ten in the morning in Ho Chi Minh City
_numbers = count(1)


def a_shop(**columns):
    made = Shop.objects.create(
        pk=1, **{"name": "Gốm Nhà Mình", "currency": "VND", "set_up_at": NOW} | columns
    )
    shop.forget()
    return made


def user(role="staff", name="Mai", **columns):
    made = User.objects.create_user(username=f"{name.lower()}{next(_numbers)}", first_name=name, **columns)
    made.groups.add(Group.objects.get(name=role))
    return made


def customer(name="Lan", **columns):
    columns = {"email": f"{name.lower()}{next(_numbers)}@example.com", "since": NOW} | columns
    return Customer.objects.create(name=name, **columns)


def order(by=None, *, total=Decimal(500_000), **columns):
    columns = {
        "number": f"A-{next(_numbers)}",
        "placed_at": NOW - timedelta(days=9),
        "received_at": NOW,
    } | columns
    return Order.objects.create(customer=by or customer(), total=total, **columns)


def comment(text="Giao hàng chậm quá, hộp thì móp.", **columns):
    columns = {
        "channel": Channel.REVIEW,
        "source": "map",
        "why": WhyItCame.UNSOLICITED,
        "said_at": NOW - timedelta(days=1),
        "received_at": NOW,
    } | columns
    return comments.record(text=text, **columns)


def read_comment(text="Giao hàng chậm quá, hộp thì móp.", *, reading=None, themes=(), **columns):
    """A comment, read and counted: `reading` as columns of Analysis, `themes` as (slug, polarity)."""
    made = comment(text, **columns)
    reading = {
        "engine": "test",
        "lang": "vi",
        "sentiment": "negative",
        "score": -0.5,
        "complaint": True,
        "problem": "late",
        "fault": "ours",
        "wish": "none",
        "read_at": NOW,
    } | (reading or {})
    Analysis.objects.create(comment=made, **reading)
    for slug, polarity in themes:
        Mention.objects.create(comment=made, theme=Theme.objects.get(slug=slug), polarity=polarity)
    counted = totals.Reading(
        comment=made,
        lang=reading["lang"],
        sentiment=reading["sentiment"],
        themes=list(themes),
        leverage=reading.get("leverage", ""),
    )
    totals.add([counted])
    made.read_at = NOW
    made.save()
    return Comment.objects.select_related("analysis", "order").get(pk=made.pk)


def case(about=None, **columns):
    about = about or read_comment(channel=Channel.FORM)
    columns = {"customer": about.customer, "order": about.order, "opened_at": NOW} | columns
    return Case.objects.create(comment=about, **columns)


def defection(by=None, **columns):
    """Somebody whom the rule that counts found; a rule of their own makes one when there is none."""
    boss = columns.pop("owner", None) or user("manager", "Huy")
    version = DefectionRule.objects.in_force().first() or DefectionRule.objects.create(
        settings=Rule(kind=Kind.INTERVAL).as_data(), owner=boss, made_at=NOW, judge_at=NOW
    )
    columns = {
        "since": NOW.date() - timedelta(days=7),
        "last_bought_on": NOW.date() - timedelta(days=31),
        "found_at": NOW,
        "before": 12.0,
        "now": 31.0,
        "value_lost": Decimal(1_800_000),
        "contact_by": NOW.date() + timedelta(days=1),
    } | columns
    return Defection.objects.create(customer=by or customer(), rule=version, owner=boss, **columns)


def decision(of, **columns):
    """A decision row for a case, for what only needs one to point at."""
    columns = {
        "terms_digest": "0" * 64,
        "facts": {},
        "facts_digest": "0" * 64,
        "decision": {},
        "decision_digest": "0" * 64,
        "rule": "own_fault",
        "needs_approver": False,
        "made_at": NOW,
    } | columns
    return Decision.objects.create(comment=of.comment, case=of, **columns)


def dispute(about, *, state="open", **columns):
    columns = {"external_id": f"cb-{next(_numbers)}", "amount": about.total, "opened_at": NOW} | columns
    return Dispute.objects.create(
        order=about, state=state, closed_at=NOW if state == "closed" else None, **columns
    )


def policy(version=1, *, by=None, data=None, **columns):
    """A version that was adopted in the proper way by Huy, with An for the customers. `data`: other terms."""
    terms = Terms.from_dict(Terms.shipped().as_dict() | {"version": str(version)} | (data or {}))
    proved = {"proof_holds": True, "proof_digest": terms.digest, "proved_at": NOW}
    spoken = {"advocate_comment": "Fair to everybody.", "advocate_at": NOW}
    columns = {
        "state": "adopted",
        "starts_at": NOW,
        "made_at": NOW,
        "adopted_at": NOW,
        "comment": "…",
    } | columns
    author = by or user("manager", "Huy")
    if columns["state"] == "adopted":
        columns = proved | spoken | {"advocate": user("advocate", "An"), "adopted_by": author} | columns
    return Policy.objects.create(
        version=version, terms=terms.as_dict(), digest=terms.digest, author=author, **columns
    )


def proved(row):
    """As the job leaves it, without the seconds that the proof takes."""
    columns = {"proof": {"cases": 1, "invariants": []}, "proof_holds": True, "proved_at": NOW}
    Policy.objects.filter(pk=row.pk).update(proof_digest=row.digest, proof_program=program(), **columns)
    row.refresh_from_db()


@contextmanager
def unguarded(migration):
    """Without the triggers of a migration, as the owner of the database can change its table."""
    stay = importlib.import_module(f"feedback.migrations.{migration}")
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for off in ["SET LOCAL session_replication_role = replica"] if is_postgresql else stay.SQLITE_BACK:
            cursor.execute(off)
        yield
        for on in ["SET LOCAL session_replication_role = origin"] if is_postgresql else stay.SQLITE:
            cursor.execute(on)


def concession(of, *, by=None, **columns):
    columns = {"remedy": "goodwill", "refund": Decimal(50_000), "booked_at": NOW} | columns
    return Concession.objects.create(
        case=of,
        order=columns.pop("order", of.order),
        decision=columns.pop("decision", None) or decision(of),
        booked_by=by or user(),
        **columns,
    )


def letter_sent(case, text="Kính gửi chị Lan,\n\nChúng tôi xin mời chị đến cửa hàng.", **rest):
    """An approved message of this case that went by post."""
    by = rest.pop("by", None) or user()
    fresh = {
        "state": "sent", "channel": "letter", "sent_by": by, "sent_at": NOW,
        "approved_by": by, "approved_at": NOW, "drafted_at": NOW, "language": "vi",
    }  # fmt: skip
    decision = case.decisions.order_by("-pk").first()
    return Message.objects.create(case=case, decision=decision, text=text, drafted_text=text, **fresh | rest)
