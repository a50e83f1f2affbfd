"""Ask one person about one order, by a secret link that is handed over or mailed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from feedback import consents, journal, leases, mail, money, postage, shop, tokens
from feedback.kept import Own
from feedback.models import Consent, Customer, Order, OutgoingMail, User
from feedback.models.queue import LeasableQuerySet
from feedback.prepared import Prepared
from surveys import rewards
from surveys.models import Invitation, InvitationToken, Response, Reward, Survey

# Consent.purpose that mail with a reward needs first, since such mail is advertising (decision 12, L14).
CONSENT = consents.ADVERTISING
_State = Invitation.State
_BY_DIGEST = Prepared(
    lambda digest: Invitation.objects.select_related(
        "survey", "order", "customer", "response__reward"
    ).filter(tokens__digest=digest),
    str,
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
    if unsent.update(state=_State.WAITING, send_at=due, why_not=""):
        invitation.state, invitation.send_at = _State.WAITING, due
        journal.log("invitation to be sent", invitation, by=by)


def hand_over(invitation: Invitation) -> None:
    """Within the caller's transaction: they are being asked in another way, so that no letter has to go out.
    One that is being sent just now goes on its way."""
    unsent = Invitation.objects.filter(
        pk=invitation.pk, state__in=[_State.WAITING, _State.SUPPRESSED, _State.BOUNCED], leased_by=""
    )
    if unsent.update(state=_State.LINK, why_not=""):
        invitation.state = _State.LINK
        journal.log("invitation handed over", invitation)


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
    normal = tokens.normalise(token)
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


def refuse_unless_answerable(invitation: Invitation, now: datetime) -> None:
    """Raises NotOpen. Whoever began and was promised a reward may finish, also when the survey was put away
    or the link's days ended meanwhile: a promised code never fails at the end (decision 13)."""
    try:
        refuse_unless_open(invitation, now)
    except NotOpen:
        held = Reward.objects.filter(response__invitation=invitation, state=Reward.State.RESERVED)
        if not held.exists():
            raise


def to_send(now: datetime) -> LeasableQuerySet:
    return Invitation.objects.filter(state=_State.WAITING, send_at__lte=now)


def send(invitations: Sequence[Invitation], now: datetime) -> None:
    """The job: a fresh secret and a mail for each who may be mailed; what is not sent says why."""
    with journal.recording():
        batch = _Batch(invitations, now)
        for invitation in batch.rows:
            if reason := batch.why_not(invitation):
                leases.finish([invitation], state=_State.SUPPRESSED, why_not=reason)
            elif later := batch.must_wait(invitation):
                leases.finish([invitation], send_at=later)
            elif written := batch.write(invitation, "invitation"):
                leases.finish(
                    [invitation], state=_State.SENT, sent_at=now, mail=written,
                    remind_at=_next_reminder(invitation, now, sent=0),
                )  # fmt: skip
            else:
                leases.finish([invitation], state=_State.SUPPRESSED, why_not="stopped")
        batch.keep()


SEND = leases.Job(name="send invitations", due=to_send, run=send, batch=50)


def to_remind(now: datetime) -> LeasableQuerySet:
    return Invitation.objects.filter(state=_State.SENT, remind_at__lte=now)


def remind(invitations: Sequence[Invitation], now: datetime) -> None:
    """The job: once more to whom has not answered. It ends with an answer, a no, a bounce or the last one."""
    with journal.recording():
        batch = _Batch(invitations, now)
        for invitation in batch.rows:
            if not _is_planned(invitation.survey) or batch.why_not(invitation):
                leases.finish([invitation], remind_at=None)
            elif later := batch.must_wait(invitation):
                leases.finish([invitation], remind_at=later)
            elif written := batch.write(invitation, "reminder"):
                count = invitation.reminded + 1
                following = _next_reminder(invitation, now, sent=count)
                leases.finish([invitation], reminded=count, mail=written, remind_at=following)
            else:
                leases.finish([invitation], remind_at=None)
        batch.keep()


REMIND = leases.Job(name="remind of invitations", due=to_remind, run=remind, batch=50)


def came_back(now: datetime) -> LeasableQuerySet:
    return Invitation.objects.filter(state=_State.SENT, mail__came_back_at__isnull=False)


def note_bounces(invitations: Sequence[Invitation], now: datetime) -> None:
    """The job: mail found no reader, or one who complained."""
    leases.finish(invitations, state=_State.BOUNCED, remind_at=None)


NOTE_BOUNCES = leases.Job(name="note bounced invitations", due=came_back, run=note_bounces)


class _Batch:
    """Invitations with all that sending them looks at, and what may still be sent of their kinds of mail."""

    def __init__(self, invitations: Sequence[Invitation], now: datetime) -> None:
        whole = Invitation.objects.select_related("survey__plan", "order", "customer", "response")
        self.now = now
        self.rows = list(whole.filter(pk__in=[one.pk for one in invitations]).order_by("pk"))
        customers = {one.customer_id for one in self.rows if one.customer_id}
        self._consenting = consenting(list(customers))
        kinds = {one.pk: _kind(one.survey) for one in self.rows}
        self._allowances = {
            kind: postage.allowance(kind, customers, now) for kind in postage.ASKING if kind in kinds.values()
        }
        self._kinds = kinds

    def why_not(self, invitation: Invitation) -> str:
        """A key of NotAsked or NotOpen, "answered" or "not_agreed"; empty: it may be mailed."""
        customer = invitation.customer
        if customer is None or customer.erased_at:
            return "nobody"
        if not customer.email:
            return "no_address"
        found = response_of(invitation)
        if found is not None and found.finished_at:
            return "answered"
        try:
            refuse_unless_open(invitation, self.now)
        except NotOpen as error:
            return error.key
        is_advertising = self._kinds[invitation.pk] == OutgoingMail.Kind.ADVERTISING
        return "not_agreed" if is_advertising and customer.pk not in self._consenting else ""

    def must_wait(self, invitation: Invitation) -> datetime | None:
        """Until when: it is night, or enough were sent today."""
        assert invitation.customer_id is not None
        return self._allowance(invitation).take(invitation.customer_id)

    def write(self, invitation: Invitation, template: str) -> OutgoingMail | None:
        """None: the address wants no mail that asks."""
        customer, kind = invitation.customer, self._kinds[invitation.pk]
        assert customer is not None
        url = link(mint(invitation, "mail", self.now))
        offers_reward = kind == OutgoingMail.Kind.ADVERTISING
        written = mail.write(
            to=customer.email,
            template=template,
            context=_context(invitation, url, offers_reward=offers_reward),
            language=invitation.language,
            kind=kind,
            customer=customer,
            about=f"surveys.invitation:{invitation.pk}",
            now=self.now,
        )
        if written is None:
            self._allowance(invitation).give_back(customer.pk)
            return None
        verb = "invitation sent" if template == "invitation" else "invitation reminded of"
        journal.log(verb, invitation, mail=written.pk)
        return written

    def keep(self) -> None:
        for one in self._allowances.values():
            one.keep()

    def _allowance(self, invitation: Invitation) -> postage.Allowance:
        return self._allowances[self._kinds[invitation.pk]]


def _kind(survey: Survey) -> OutgoingMail.Kind:
    return OutgoingMail.Kind.ADVERTISING if rewards.is_offered(survey) else OutgoingMail.Kind.QUESTION


def _is_planned(survey: Survey) -> bool:
    """It has a plan, and that is switched on."""
    plan = getattr(survey, "plan", None)
    return plan is not None and plan.is_on


def _next_reminder(invitation: Invitation, now: datetime, *, sent: int) -> datetime | None:
    """None: the survey's plan is off or wants no more, or the link would have run out."""
    if not _is_planned(invitation.survey) or sent >= invitation.survey.plan.reminders:
        return None
    plan = invitation.survey.plan
    day = shop.working_days_later(shop.day(now), plan.reminder_days)
    local = now.astimezone(shop.zone())
    later = datetime.combine(day, local.time(), tzinfo=local.tzinfo)
    return later if later < invitation.expires_at else None


@lru_cache(maxsize=128)
def _day(day: date, language: str) -> str:
    with translation.override(language):
        return date_format(day, "DATE_FORMAT")


def _context(invitation: Invitation, url: str, *, offers_reward: bool) -> dict[str, object]:
    survey = invitation.survey
    amount = survey.reward_amount if offers_reward else None
    minimum = survey.reward_minimum_order if amount else None
    return {
        "url": Own(url),
        "name": Own(invitation.customer.name if invitation.customer else ""),
        "order": {"number": Own(invitation.order.number)} if invitation.order else None,
        "reward": _money(amount, invitation),
        "minimum": _money(minimum, invitation),
        "open_until": _day(shop.day(invitation.expires_at), invitation.language),
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
    return bool(consenting([customer.pk]))


def consenting(customers: Sequence[int]) -> set[int]:
    """Those who agreed to mail that offers a reward."""
    given = Consent.objects.filter(purpose=CONSENT, withdrawn_at=None, customer__in=customers)
    return set(given.values_list("customer_id", flat=True))
