"""Two customers who are one person: what belongs to one goes to the other, and can be parted again (S2-2).

Whoever was merged stays as a name for the other: an order that comes with their e-mail, number or card finds
the one who stayed (feedback.buyers).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Min, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from feedback import journal
from feedback.models import (
    Consent,
    Customer,
    DefectionRule,
    Departed,
    Event,
    Expectation,
    ExpectedValue,
    User,
)

MERGED, PARTED = "customer merged", "customers parted"
# What a person asked of us in their own name, and letters that went out: the map finds it through the merge.
STAYS = {
    "feedback.DataLink",
    "feedback.DataRequest",
    "feedback.Erasure",
    "feedback.Forgotten",
    "feedback.OutgoingMail",
}
TAKEN = ("name", "email", "phone", "postal_address", "language", "form_of_address")
MOST_ALIKE = 20
_SAME_PHONE = _("the same phone number")
_SAME_NAME = _("the same name")


class CannotMerge(ValueError):
    """`words`: why, for the person who tried."""

    def __init__(self, words: Promise):
        super().__init__(str(words))
        self.words = words


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    customer: Customer
    why: Promise


def alike(customer: Customer) -> list[Alike]:
    """Who may be the same person, the surest first: for a person to decide. One query."""
    match = Q()
    if customer.phone:
        match |= Q(phone=customer.phone)
    if " " in customer.name:  # a first name alone is shared by too many
        match |= Q(name=customer.name)
    if not match:
        return []
    others = Customer.objects.filter(match, merged_into=None, erased_at=None).exclude(pk=customer.pk)
    found = [
        Alike(customer=one, why=_SAME_PHONE if customer.phone and one.phone == customer.phone else _SAME_NAME)
        for one in others.order_by("-since", "-pk")[:MOST_ALIKE]
    ]
    return sorted(found, key=lambda one: one.why != _SAME_PHONE)


def merge(gone: Customer, into: Customer, *, by: User | None = None) -> None:
    """What was `gone`'s is `into`'s from now on. Raises CannotMerge.

    Contact data that `into` lacks is taken over. An earlier no outweighs: agreements go over only for a
    purpose that `into` was never asked for.
    """
    with journal.recording():
        gone, into = _both(gone, into)
        taken = _take_over(gone, into)
        moved = {
            f"{field.model._meta.label}.{field.name}": keys
            for field in belonging()
            if (keys := _move(field, gone, into))
        }
        Customer.objects.filter(pk=gone.pk).update(merged_into=into)
        _since(into)
        _tell_anew(gone, into)
        journal.log(MERGED, gone, by=by, into=into.pk, moved=moved, taken=taken)


def part(gone: Customer, *, by: User | None = None) -> None:
    """They were two after all: what was moved and still lies with the other goes back. What came in since
    then stays. Raises CannotMerge."""
    with journal.recording():
        into_id = Customer.objects.values_list("merged_into", flat=True).get(pk=gone.pk)
        if into_id is None:
            raise CannotMerge(_("They are two already."))
        rows = {one.pk: one for one in _locked(gone.pk, into_id)}
        gone, into = rows[gone.pk], rows[into_id]
        if gone.merged_into_id != into.pk or gone.erased_at or into.erased_at:
            raise CannotMerge(_("One of them was changed just now, or was erased."))
        told = _told(gone)
        _give_back(gone, into, told.get("taken", []))
        Customer.objects.filter(pk=gone.pk).update(merged_into=None)
        for field in belonging():
            keys = told.get("moved", {}).get(f"{field.model._meta.label}.{field.name}", [])
            field.model._base_manager.filter(pk__among=keys, **{field.name: into}).update(
                **{field.name: gone}
            )
        for customer in (gone, into):
            _since(customer)
        _tell_anew(gone, into)
        journal.log(PARTED, gone, by=by, of=into.pk)


def belonging() -> Iterator[models.Field]:
    """The fields by which rows are a customer's and go along, earlier merges among them. Comments before
    cases: the order in which all lock them."""
    related = [one.field for one in Customer._meta.related_objects]
    first = ("feedback.Comment", "feedback.Case")
    found = [one for one in related if one.model._meta.label not in STAYS]
    place = {label: number for number, label in enumerate(first)}
    yield from sorted(found, key=lambda one: place.get(one.model._meta.label, len(first)))


def _both(gone: Customer, into: Customer) -> tuple[Customer, Customer]:
    """Locked, and fit to be one."""
    rows = {one.pk: one for one in _locked(gone.pk, into.pk)}
    if len(rows) < 2:
        raise CannotMerge(_("A customer cannot be merged with themselves."))
    gone, into = rows[gone.pk], rows[into.pk]
    if gone.merged_into_id or into.merged_into_id:
        raise CannotMerge(_("One of them was merged just before."))
    if gone.erased_at or into.erased_at or _is_being_erased(gone, into):
        raise CannotMerge(_("One of them was erased, or asked to be."))
    return gone, into


def _locked(*keys: int) -> list[Customer]:
    return list(Customer.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))


def _is_being_erased(*customers: Customer) -> bool:
    erasures = apps.get_model("feedback.Erasure")
    return bool(erasures.objects.filter(customer__in=customers, finished_at=None).exists())


def _take_over(gone: Customer, into: Customer) -> list[str]:
    taken = [name for name in TAKEN if getattr(gone, name) and not getattr(into, name)]
    values = {name: getattr(gone, name) for name in taken}
    if "email" in taken:  # one customer for each address: it leaves one before it comes to the other
        Customer.objects.filter(pk=gone.pk).update(email="")
    if gone.is_insider and not into.is_insider:
        taken, values = [*taken, "is_insider"], values | {"is_insider": True}
    if values:
        Customer.objects.filter(pk=into.pk).update(**values)
    return taken


def _give_back(gone: Customer, into: Customer, taken: list[str]) -> None:
    fields = {name: getattr(into, name) for name in taken}
    if fields:
        Customer.objects.filter(pk=into.pk).update(
            **{name: False if name == "is_insider" else "" for name in fields}
        )
        Customer.objects.filter(pk=gone.pk).update(**fields)


def _move(field: models.Field, gone: Customer, into: Customer) -> list[int]:
    """The keys of what went along."""
    model, name = field.model, field.name
    rows = model._base_manager.filter(**{name: gone})
    if model is Consent:
        asked = Consent.objects.filter(customer=into).values_list("purpose", flat=True).distinct()
        rows = rows.exclude(purpose__in=list(asked))
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    if not any(name in getattr(one, "fields", ()) for one in model._meta.constraints):
        rows.update(**{name: into})
        return keys
    return [key for key in keys if _moved_alone(model, key, {name: into})]


def _moved_alone(model: type[models.Model], key: int, values: Mapping[str, object]) -> bool:
    """False where the other has one already, such as a card in use: it stays, found through the merge."""
    try:
        with transaction.atomic():
            model._base_manager.filter(pk=key).update(**values)
    except IntegrityError:
        return False
    return True


def _since(customer: Customer) -> None:
    first = customer.orders.aggregate(first=Min("placed_at"))["first"]
    if first:
        Customer.objects.filter(pk=customer.pk).update(since=first)


def _tell_anew(*customers: Customer) -> None:
    """What jobs found of either is about orders that lie elsewhere now. The next sweep looks at everybody;
    until then nothing is said of these, rather than something that is not so."""
    for kept in (ExpectedValue, Departed):
        kept.objects.filter(customer__in=customers).delete()
    now = timezone.now()
    Expectation.objects.filter(look_at__gt=now).update(look_at=now)
    DefectionRule.objects.in_force().filter(judge_at__gt=now).update(judge_at=now)


def _told(gone: Customer) -> dict:
    subject = f"{gone._meta.label_lower}:{gone.pk}"
    event = Event.objects.filter(subject=subject, verb=MERGED).order_by("-pk").first()
    return dict(event.data) if event else {}
