"""Everything that a shop can come to hold of one person, with their name in every column that takes words."""

import json
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from feedback import belongings, cases, comments, consents, data_map, mail, tokens
from feedback.data_map import WHOSE, Erasure
from feedback.models import (
    Card,
    Contact,
    Customer,
    DataLink,
    DataRequest,
    Message,
    Notice,
    Promise,
    Refund,
    Typed,
)
from reviews import drafting, holds, intake
from reviews.models import Hold, Review, Source
from reviews.records import ReviewRecord
from surveys import invitations, publishing, responses
from surveys.models import Answer, Survey
from tests import factories

NAME = "Nguyễn Đặng Thuỳ Lan"
EMAIL = "thuy.lan.dang@nguyen-vd.example"
PHONE = "+84908765432"
STREET = "27 ngõ Gạch Cũ, Hoàn Kiếm"
NEEDLES = (NAME, EMAIL, PHONE, STREET)
WORDS = f"{NAME} ({EMAIL}, {PHONE}), {STREET}"


def everything(name=NAME, email=EMAIL, phone=PHONE, street=STREET, *, key="L"):
    """The customer. Jobs have read and drafted; a case and a dispute are open, a reward is issued."""
    said = f"{name} ({email}, {phone}), {street}"
    now = timezone.now()
    person = factories.customer(name, email=email, phone=phone, postal_address=street, language="vi")
    twin = factories.customer(f"{name} 2", email=f"2.{email}", phone=phone, merged_into=person)
    order = factories.order(person, number=f"{key}-1", card_number=f"card {key} {name}")
    old = factories.order(twin, number=f"{key}-2")
    Card.objects.create(customer=person, number=f"{key}{name}"[:64], issued_at=now)
    order.lines.create(name="Ấm trà men rạn", price=Decimal(250_000), quantity=2)
    Notice.objects.create(order=order, kind="terms", channel="email", sent_at=now, subject=said)
    Refund.objects.create(order=old, external_id=f"r-{key}", amount=1, refunded_at=now, reason=said[:120])
    factories.dispute(old, external_id=f"cb-{key}", reason=name[:80])
    given = consents.Given(purpose=consents.ADVERTISING, wording="till-2026", channel="counter", given_at=now)
    consents.note(person, given)
    case = _complaint(person, order, said)
    _review(person, order, said, key)
    _survey(person, order, said, now)
    Contact.objects.create(
        at=now, channel="phone", reason="delivery", customer=person, external_id=f"call-{key}"
    )
    mail.write(to=email, template="message", context={"words": said}, language="vi", customer=twin)
    mail.address_of(email)
    DataLink.objects.create(
        customer=person,
        digest=tokens.digest(key),
        new_email=email,
        made_at=now,
        expires_at=now + timedelta(1),
    )
    DataRequest.objects.create(customer=person, words=said, asked_at=now)
    _around(person, case, said)
    fill(person, said)
    return person


def _complaint(person, order, said):
    about = factories.read_comment(
        f"Giao hàng chậm quá, hộp thì móp. {said}",
        channel="form", customer=person, order=order, author=person.name, themes=[("packaging", "negative")],
    )  # fmt: skip
    Typed.objects.create(comment=about, order_number=said[:64], phone=person.phone)
    case = factories.case(about, wish=said)
    cases.decide_many([about], timezone.now(), cases={about.pk: case})
    decision = case.decisions.get(is_current=True)
    boss = factories.user("manager", "Huy")
    cases.correct_fact(about, "fault", "ours", reason=said, by=boss)
    decision = case.decisions.get(is_current=True)
    case.overrides.create(
        decision=decision, direction="more", remedy="goodwill", cost=1, reason=said[:300],
        role="manager", by=boss, at=timezone.now(),
    )  # fmt: skip
    promise = Promise.objects.create(
        call_back_on="2030-01-03",
        first_call_on="2030-01-02",
        unreached=1,
        tried_at=timezone.now(),
        link_digest=f"link of {said[:40]}",
        told=said[:300],
        case=case,
        decision=decision,
        what=said[:300],
        by_when=timezone.now().date(),
        made_at=timezone.now(),
    )
    promise.attempts.create(number=1, at=timezone.now(), by=boss, note=said[:300])
    factories.concession(case, by=boss, decision=decision, reason=said[:300])
    Message.objects.create(
        case=case, decision=decision, language="vi", drafted_text=said, text=said, cost_reason=said[:300],
        promises=[{"what": said, "who": None, "by": "2026-12-01"}], reason="", drafted_at=timezone.now(),
    )  # fmt: skip
    return case


def _review(person, order, said, key):
    source, _new = Source.objects.get_or_create(slug="map", defaults={"name": "Map", "kind": "file"})
    at = timezone.now() - timedelta(days=2)
    record = ReviewRecord(
        external_id=f"{person.name} {key}", title=f"Thất vọng, {person.name}", text=f"Ấm vỡ. {said}", stars=1,
        author=person.name, url=f"https://map.example/{person.email}", order_number=order.number, said_at=at,
    )  # fmt: skip
    intake.receive_many(source, [record])
    comments.read_all()
    drafting.answer_all()
    reply = Review.objects.get(external_id=record.external_id).replies.get()
    bao = factories.user("staff", "Bảo")
    Hold.objects.create(
        reply=reply,
        whom="staff",
        words=said,
        asked_by=bao,
        asked_at=at,
        answer=said,
        ended_by=bao,
        ended_at=at,
    )
    holds.hold(reply, whom="manager", words=said, by=bao, edition=reply.edition)


def _survey(person, order, said, now):
    survey = Survey.objects.first() or publishing.start_post_purchase(
        name="After buying", reward_amount=Decimal(50_000), currency="VND", now=now - timedelta(days=1)
    )
    asked = invitations.invite(survey, order=order, as_link=True, now=now)
    found = invitations.find(invitations.mint(asked))
    answers = {"problem": "none", "expectation": "above", "recommend": "9", "touchpoint": "delivery"}
    responses.submit(
        found, answers | {"story": f"{said} nên tôi kể lại thật dài để ai cũng nhận ra"}, language="vi"
    )
    comments.read_all()
    Answer.objects.filter(question="story", response__invitation=asked).update(value_words=said)


def _around(person, case, said):
    boss = factories.user("administrator", "Thu")
    for row in (person, case):
        LogEntry.objects.create(
            user=boss, content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk),
            object_repr=said[:200], action_flag=2, change_message=json.dumps([said]),
        )  # fmt: skip
    session = SessionStore()
    session["note"] = said
    session.save()


def fill(person, said):
    """What the acts above left without a word of theirs, and tables that are new since this was written."""
    for label in WHOSE:
        if not belongings.of(person).get(label):
            _make(apps.get_model(label), belongings.of(person), said)
    for label, keys in belongings.of(person).items():
        for pk in keys:
            _say_it(apps.get_model(label)._base_manager.get(pk=pk), said)


def _say_it(row, said):
    changes = {}
    for name, declared in data_map.of_model(row._meta.label).items():
        field = row._meta.get_field(name)
        if declared.erasure is Erasure.KEEP or declared.cut or isinstance(field, models.EmailField):
            continue
        if isinstance(field, models.JSONField):
            changes[name] = [said]
        elif isinstance(field, models.CharField | models.TextField) and said[:20] not in (
            getattr(row, name) or ""
        ):
            changes[name] = f"{row.pk} {said}"[: field.max_length]
    for name, value in changes.items():
        with suppress(IntegrityError), transaction.atomic():  # what the database wants empty stays so
            type(row)._base_manager.filter(pk=row.pk).update(**{name: value})


def _make(model, found, said):
    """A row of theirs in a table that this file knows nothing of."""
    columns = {}
    for field in model._meta.concrete_fields:
        if field.primary_key and not field.is_relation:
            continue
        if field.is_relation:
            keys = found.get(field.related_model._meta.label)
            if keys:
                columns[field.attname] = min(keys)
            elif not field.null:
                columns[field.attname] = _one_of(field.related_model, found, said)
        elif not field.has_default() and not field.null:
            is_theirs = f"{model._meta.label}.{field.name}" not in data_map.NOT_PERSONAL
            columns[field.name] = _some(field, said if is_theirs else "the shop's own")
        elif isinstance(field, models.EmailField):
            columns[field.name] = min(
                Customer.objects.filter(pk__in=found["feedback.Customer"]).values_list("email", flat=True)
            )
    return model._base_manager.create(**columns)


def _one_of(model, found, said):
    """Of a table of the shop's own: whichever there is."""
    keys = model._base_manager.order_by("pk").values_list("pk", flat=True)
    return keys.first() or _make(model, found, said).pk


def _some(field, said):
    if field.choices:
        return field.choices[0][0]
    match field:
        case models.EmailField():
            return said.split("(")[1].split(",")[0]
        case models.DateTimeField():
            return timezone.now()
        case models.DateField():
            return timezone.now().date()
        case models.JSONField():
            return [said]
        case models.BinaryField():
            return said.encode()
        case models.CharField() | models.TextField():
            return said[: field.max_length]
    return 1
