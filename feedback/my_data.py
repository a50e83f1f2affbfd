"""A customer's own data in their own hands: the link to it, what they set right, what they ask for (L15)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from feedback import journal, leases, limits, mail, tokens
from feedback.comments import clean
from feedback.models import Customer, DataAsked, DataLink, DataRequest, Erasure, User
from feedback.models.queue import LeasableQuerySet

GOOD_FOR = timedelta(days=3)
LONGEST = 3_000
LETTERS, IN_AN_HOUR = 3, 3600  # to one address; whoever asks more often gets the same answer and no letter


class Stale(RuntimeError):
    """Somebody answered it first."""


class Taken(RuntimeError):
    """Another customer has this address: a person has to look at it."""


def ask(email: str, language: str) -> None:
    """Somebody wants the link for this address. The same work whether we know it or not."""
    if limits.is_past("my-data-address", email.lower(), most=LETTERS, seconds=IN_AN_HOUR):
        return
    DataAsked.objects.create(email=email.lower(), language=language, asked_at=timezone.now())


def due(now: datetime) -> LeasableQuerySet:
    return DataAsked.objects.all()


def answer(rows: Sequence[DataAsked], now: datetime) -> None:
    """The job: a letter with a link to addresses that are on file; of the others nothing stays."""
    with transaction.atomic():
        for asked in rows:
            known = Customer.objects.filter(email=asked.email).select_related("merged_into").first()
            if known is not None:
                _write(known.merged_into or known, to=asked.email, language=asked.language, now=now)
        DataAsked.objects.filter(pk__in=[asked.pk for asked in rows], leased_by=leases.owner()).delete()


ANSWER = leases.Job(name="answer who asks for their data", due=due, run=answer, batch=50)


def _write(customer: Customer, *, to: str, language: str, now: datetime, new_email: str = "") -> None:
    token = tokens.mint()
    link = DataLink.objects.create(
        customer=customer,
        digest=tokens.digest(token),
        new_email=new_email,
        made_at=now,
        expires_at=now + GOOD_FOR,
    )
    mail.write(
        to=to,
        template="new_address" if new_email else "my_data",
        context={"name": customer.name, "url": f"{settings.BASE_URL}{reverse('my_data', args=[token])}"},
        language=language,
        customer=customer,
        about=f"feedback.datalink:{link.pk}",
    )


def find(token: str, now: datetime) -> DataLink | None:
    """Whose data a link opens; None: there is no such link, or its time is over."""
    normal = tokens.normalise(token)
    if not normal:
        return None
    links = DataLink.objects.select_related("customer__merged_into")
    return links.filter(digest=tokens.digest(normal), expires_at__gt=now).first()


def whose(link: DataLink) -> Customer:
    return link.customer.merged_into or link.customer


def correct(
    customer: Customer, *, name: str, phone: str, language: str, form_of_address: str, by: User | None = None
) -> None:
    """What they are called and how they are reached. An address for mail is proved first (`change_email`)."""
    said = {
        "name": clean(name).strip(),
        "phone": clean(phone).strip(),
        "language": language,
        "form_of_address": form_of_address,
    }
    with journal.recording():
        held = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        changed = sorted(column for column, value in said.items() if getattr(held, column) != value)
        if changed and held.erased_at is None:
            Customer.objects.filter(pk=customer.pk).update(**said)
            journal.log("customer corrected", customer, by=by, columns=changed)


def ask_new_email(customer: Customer, email: str, now: datetime) -> None:
    """The new address gets a link; who opens it has it."""
    language = customer.language or translation.get_language()[:2]
    _write(customer, to=email.lower(), language=language, now=now, new_email=email.lower())


def change_email(link: DataLink, now: datetime) -> None:
    """Raises Taken: then it is a request for a person of the shop."""
    customer = whose(link)
    try:
        with journal.recording():
            links = DataLink.objects.filter(pk=link.pk).exclude(new_email="")
            if not links.update(new_email=""):
                return
            Customer.objects.filter(pk=customer.pk, erased_at=None).update(email=link.new_email)
            journal.log("customer corrected", customer, columns=["email"])
    except IntegrityError:
        with translation.override(customer.language or translation.get_language()):
            words = _("My address is now %(email)s, which you have under another entry too.") % {
                "email": link.new_email
            }
        request(customer, words, now)
        raise Taken from None


def request(customer: Customer, words: str, now: datetime, *, by: User | None = None) -> DataRequest | None:
    """For a person of the shop; the same again a moment later is one. `by`: who noted it for them."""
    said = clean(words).strip()[:LONGEST]
    with journal.recording():
        Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        if DataRequest.objects.filter(customer=customer, words=said, settled_at=None).exists():
            return None
        made = DataRequest.objects.create(customer=customer, words=said, asked_at=now)
        journal.log("data request", made, by=by, customer=customer.pk)
    return made


def settle(asked: DataRequest, answer: str, *, by: User) -> None:
    """Answered, and told to them by mail where there is an address. Raises Stale."""
    now, said = timezone.now(), clean(answer).strip()[:LONGEST]
    with journal.recording():
        still = DataRequest.objects.filter(pk=asked.pk, settled_at=None)
        if not still.update(settled_at=now, settled_by=by, answer=said):
            raise Stale
        customer = asked.customer
        if said and customer.email:
            mail.write(
                to=customer.email,
                template="data_request",
                context={"name": customer.name, "answer": said, "asked": asked.words},
                language=customer.language or "vi",
                customer=customer,
                about=f"feedback.datarequest:{asked.pk}",
            )
        journal.log("data request settled", asked, by=by, customer=customer.pk)


def erasure_of(customer: Customer) -> Erasure | None:
    """The newest, if there is one."""
    return Erasure.objects.filter(customer=customer).order_by("-pk").first()
