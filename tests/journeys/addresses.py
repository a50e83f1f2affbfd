"""Where each page is looked at: the addresses that a name stands for in a shop with one of everything."""

from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from feedback.front import digest as digest_of_week
from feedback.models import (
    Card,
    Case,
    Comment,
    ContactImport,
    Customer,
    Decision,
    Defection,
    Delivery,
    Dispute,
    Erasure,
    OrderImport,
    OrderSource,
    Policy,
    Promise,
    Proposal,
    User,
)
from reviews.models import Reply
from surveys import shared
from surveys.models import AnswerImport, Entrance, Response
from tests import factories


def paths(world, name):
    if name in WHOLE:
        return WHOLE[name](world)
    if name in QUERIES:
        return [reverse(name) + query for query in QUERIES[name]]
    if name in IDS:
        return [reverse(name, args=[one]) for one in IDS[name](world)]
    if name.startswith("survey_") and name != "survey_new":
        return [reverse(name, args=[world.survey.public_id])]
    return [reverse(name)]


def ids(model, **which):
    return model.objects.filter(**which).values_list("public_id", flat=True)


def weekly_letter():
    """The way out of it."""
    reader, _is_new = User.objects.get_or_create(username="reader")
    digest_of_week.switch(reader, on=True, now=timezone.now())
    return digest_of_week.token_of(reader)


def entrances(name, kind):
    return [reverse(name, args=[one]) for one in ids(Entrance, kind=kind)]


def steps(world):
    start = reverse("answer", args=[world.invitation])
    return [*(f"{start}?step={step}" for step in range(1, 7)), f"{start}?all=1"]


def twins(world):
    twin = Customer.objects.exclude(pk=world.customer.pk).filter(merged_into=None, erased_at=None)[0]
    start = reverse("customer_merge", args=[world.customer.public_id])
    return [start, f"{start}?with={twin.public_id}"]


def new_passwords(_world):
    """A link that is good, and one that was used."""
    huy = User.objects.first() or User.objects.create_user("huy", password="x")
    uid, token = urlsafe_base64_encode(force_bytes(huy.pk)), default_token_generator.make_token(huy)
    return [reverse("password_reset_confirm", args=[uid, one]) for one in (token, "used")]


def batches(_world):
    alike = Reply.objects.filter(state="draft").select_related("decision")[:1]
    return [reverse("reply_batch", args=[one.decision.decision_digest, one.language]) for one in alike]


def letter(_world):
    posted = factories.letter_sent(Decision.objects.filter(case__isnull=False).first().case)
    return [reverse("case_letter", args=[posted.case.public_id, posted.public_id])]


def questions(world):
    survey = world.survey.public_id
    return [reverse("survey_question", args=[survey, one]) for one in ("problem", "recommend", "wish")]


def defections(_world):
    return ids(Defection).order_by("pk")


# One address for each of these.
IDS = {
    "customer": lambda world: [world.customer.public_id],
    "own_data": lambda world: [world.customer.public_id],
    "customer_card": lambda world: [world.customer.public_id],
    "card_paper": lambda world: Card.objects.filter(state="active").values_list("number", flat=True),
    "comment": lambda world: ids(Comment, read_at__isnull=False)[:4],
    "case": lambda world: ids(Case)[:2],
    "case_noted": lambda world: ids(Case)[:1],
    "reply": lambda world: ids(Reply).order_by("-needs_approver")[:3],
    "reply_evidence": lambda world: ids(Reply).exclude(review__comment__analysis__leverage="")[:1],
    "practice_page": lambda world: ["cracked-cup"],
    "promise": lambda world: Promise.objects.order_by("state").values_list("pk", flat=True),
    "promise_answer": lambda world: ["0" * 26, "1" * 26],
    "solved": lambda world: ["2" * 26],
    "dispute": lambda world: Dispute.objects.values_list("pk", flat=True),
    "defection": defections,
    "defection_interview": defections,
    "policy": lambda world: Policy.objects.values_list("version", flat=True),
    "theme": lambda world: ["late_delivery"],
    "proposal": lambda world: ids(Proposal),
    "source": lambda world: ["gom"],
    "coupon_shop": lambda world: ["gom"],
    "public_plan": lambda world: ["gom"],
    "order_source": lambda world: OrderSource.objects.values_list("slug", flat=True),
    "delivery_redact": lambda world: Delivery.objects.filter(state="asks").values_list("pk", flat=True),
    "contact_import": lambda world: ids(ContactImport),
    "order_import": lambda world: ids(OrderImport),
    "answer_import": lambda world: ids(AnswerImport),
    "survey": lambda world: [world.survey.public_id],
    "reward": lambda world: ids(Response, reward__isnull=False),
    "preferences": lambda world: [world.mailed_to],
    "digest_stop": lambda world: [weekly_letter()],
    "my_data": lambda world: [world.own_data],
    "my_data_erase": lambda world: [world.own_data],
    "my_data_erased": lambda world: ids(Erasure),
}
QUERIES = {
    "defection_rule": ["", "?kind=days&days=30"],
    "defection_rule_people": ["?kind=days&days=30"],
    "defection_rule_past": ["?kind=days&days=30"],
    "leaving_people": ["?kind=location&key=hue"],
    "recovery_people": ["?cohort=not_resolved&who=open", "?cohort=not_resolved&who=counted"],
}
WHOLE = {
    "entrance": lambda world: entrances("entrance", "door"),
    "kiosk": lambda world: entrances("kiosk", "kiosk"),
    "survey_frame": lambda world: entrances("survey_frame", "frame"),
    "survey_shared": lambda world: [reverse("survey_shared", args=[shared.sign(world.survey)])],
    "survey_question": questions,
    "answer": steps,
    "customer_merge": twins,
    "password_reset_confirm": new_passwords,
    "reply_batch": batches,
    "case_letter": letter,
}
