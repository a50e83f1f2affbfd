"""Ask one person about one order, by a secret link that is handed over or mailed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from babel.dates import format_date
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from feedback import consents, journal, leases, mail, money, shop, tokens
from feedback.models import Consent, Customer, Order, OutgoingMail, User
from feedback.models.queue import LeasableQuerySet
from feedback.prepared import Prepared
from surveys import rewards
from surveys.models import Invitation, InvitationToken, Response, Survey

# Consent.purpose that mail with a reward needs first, since such mail is advertising (decision 12, L14).
CONSENT = consents.ADVERTISING
_AROUND_LINKS = " \t\r\n.,;:!?<>()[]\"'"  # what mail programs and people leave at a link's ends
_State = Invitation.State
_BY_DIGEST = Prepared(
    lambda digest: Invitation.objects.select_related(
        "survey", "order", "customer", "response__reward"
    ).filter(tokens__digest=digest)
)


class NotAsked(ValueError):
    """`key`: not_live, nobody, insider (L10) or no_address."""

    def __init__(self, key: str):
        super().__init__(key)
        self.key = key


class NotOpen(ValueError):
    """`key`: not_live (closed by the shop) or expired."""

    def __init__(self, key: str):
        super().__init__(key)
        self.key = key


def invite(
    survey: Survey,
    *,
    order: Order | None = None,
    customer: Customer | None = None,
    language: str = "",
    as_link: bool = False,
    send_at: datetime | None = None,
    now: datetime | None = None,
    by: User | None = None,
) -> Invitation:
    """Once per survey and order: asking again gives the same invitation. Raises NotAsked."""
    now = now or timezone.now()
    customer = order.customer if order else customer
    _refuse_to_ask(survey, customer, as_link=as_link)
    assert customer is not None
    due = send_at or now
    with journal.recording():
        if order is None:  # no constraint keeps these apart, so that whoever asks waits here
            Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        invitation, created = Invitation.objects.get_or_create(
            survey=survey,
            order=order,
            **({} if order else {"customer": customer}),
            defaults={
                "customer": customer,
                "state": _State.LINK if as_link else _State.WAITING,
                "language": language or customer.language or shop.current().language,
                "made_at": now,
                "send_at": due,
                "expires_at": due + timedelta(days=survey.days_to_answer),
            },
        )
        if created:
            journal.log("invitation made", invitation, by=by, survey=survey.pk, state=invitation.state)
        elif not as_link:
            _send_after_all(invitation, due, by)
    return invitation


def _send_after_all(invitation: Invitation, due: datetime, by: User | None) -> None:
    """It was handed over as a link, or could not be mailed then: put it into the queue."""
    unsent = Invitation.objects.filter(
        pk=invitation.pk, state__in=[_State.LINK, _State.SUPPRESSED], response=None
    )
    if unsent.update(state=_State.WAITING, send_at=due):
        invitation.state, invitation.send_at = _State.WAITING, due
        journal.log("invitation to be sent", invitation, by=by)


def mint(invitation: Invitation, purpose: str = "mail", now: datetime | None = None) -> str:
    """A new secret for this invitation; the earlier ones keep working."""
    token = tokens.mint()
    InvitationToken.objects.create(
        invitation=invitation, digest=tokens.digest(token), purpose=purpose, minted_at=now or timezone.now()
    )
    return token


def link(token: str) -> str:
    """The whole address to answer at."""
    return f"{settings.BASE_URL}{reverse('answer', args=[token])}"


def find(token: str) -> Invitation | None:
    """However a mail program or a person wrote it, with all that its page needs, in one query."""
    normal = tokens.normalise(token.strip(_AROUND_LINKS))
    if not normal:
        return None
    return _BY_DIGEST.first(tokens.digest(normal))


def response_of(invitation: Invitation) -> Response | None:
    try:
        return invitation.response
    except Response.DoesNotExist:
        return None


def refuse_unless_open(invitation: Invitation, now: datetime) -> None:
    """Raises NotOpen. What was finished stays to be seen; ask `response_of` first."""
    if invitation.survey.state != Survey.State.LIVE:
        raise NotOpen("not_live")
    if invitation.expires_at <= now:
        raise NotOpen("expired")


def to_send(now: datetime) -> LeasableQuerySet:
    return Invitation.objects.filter(state=_State.WAITING, send_at__lte=now)


def send(invitations: Sequence[Invitation], now: datetime) -> None:
    """The job: a fresh secret and a mail for each who may be mailed; what is not sent says so."""
    whole = Invitation.objects.select_related("survey", "order", "customer", "response")
    found = {one.pk: one for one in whole.filter(pk__in=[one.pk for one in invitations])}
    may_be_mailed = _consenting([one.customer_id for one in found.values() if one.customer_id])
    with journal.recording():
        sent = [one for one in invitations if _mail(found[one.pk], may_be_mailed, now)]
        suppressed = [one for one in invitations if one not in sent]
        if sent:
            leases.finish(sent, state=_State.SENT, sent_at=now)
        if suppressed:
            leases.finish(suppressed, state=_State.SUPPRESSED)


SEND = leases.Job(name="send invitations", due=to_send, run=send, batch=100)


def _mail(invitation: Invitation, may_be_mailed: set[int], now: datetime) -> bool:
    customer, survey = invitation.customer, invitation.survey
    offers_reward = rewards.is_offered(survey)
    if customer is None or not customer.email or response_of(invitation) is not None:
        return False
    try:
        refuse_unless_open(invitation, now)
    except NotOpen:
        return False
    if offers_reward and customer.pk not in may_be_mailed:
        return False
    written = mail.write(
        to=customer.email,
        template="invitation",
        context=_context(invitation, link(mint(invitation, "mail", now)), offers_reward=offers_reward),
        language=invitation.language,
        kind=OutgoingMail.Kind.ADVERTISING if offers_reward else OutgoingMail.Kind.SERVICE,
        customer=customer,
        about=f"surveys.invitation:{invitation.pk}",
    )
    if written is not None:
        journal.log("invitation sent", invitation, mail=written.pk)
    return written is not None


def _context(invitation: Invitation, url: str, *, offers_reward: bool) -> dict[str, object]:
    survey = invitation.survey
    amount = survey.reward_amount if offers_reward else None
    minimum = survey.reward_minimum_order if amount else None
    return {
        "url": url,
        "name": invitation.customer.name if invitation.customer else "",
        "order": invitation.order,
        "reward": _money(amount, invitation),
        "minimum": _money(minimum, invitation),
        "open_until": format_date(shop.day(invitation.expires_at), "long", locale=invitation.language),
    }


def _money(amount: Decimal | None, invitation: Invitation) -> str:
    if not amount:
        return ""
    return money.format_money(amount, invitation.survey.reward_currency, invitation.language)


def _refuse_to_ask(survey: Survey, customer: Customer | None, *, as_link: bool) -> None:
    if survey.state != Survey.State.LIVE:
        raise NotAsked("not_live")
    if customer is None or customer.erased_at:
        raise NotAsked("nobody")
    if survey.reward_amount is not None and is_insider(customer):
        raise NotAsked("insider")
    if not as_link and not customer.email:
        raise NotAsked("no_address")


def is_insider(customer: Customer) -> bool:
    """Staff or family, by mark or by the address of a staff account (L10)."""
    if customer.is_insider:
        return True
    return bool(customer.email) and User.objects.filter(email__iexact=customer.email, is_active=True).exists()


def may_be_mailed(customer: Customer) -> bool:
    return bool(_consenting([customer.pk]))


def _consenting(customers: Sequence[int]) -> set[int]:
    given = Consent.objects.filter(purpose=CONSENT, withdrawn_at=None, customer__in=customers)
    return set(given.values_list("customer_id", flat=True))
