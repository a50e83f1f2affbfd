"""Ways into a survey that anybody may take: a code on a door, a tablet in the shop, a frame on a web page.

Whoever walks by could answer a hundred times, so nothing that offers a reward has an entrance: for that there
are links of one's own.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from feedback import bulk, journal, shop, tokens
from feedback.models import Customer, Order, User
from surveys import invitations, rewards
from surveys.models import Entrance, Invitation, InvitationToken, Survey

LONGEST_EXPORT = 2_000  # orders
ANSWER_WITHIN = timedelta(hours=12)  # whoever begins at a door ends there
Exported = tuple[Order, str, str]  # with the language and the link


class HasReward(ValueError):
    """A survey that offers a reward cannot be open to everybody."""


class TooMany(ValueError):
    """More orders than one file holds."""


def make(
    survey: Survey, kind: str, *, name: str, site: str = "", now: datetime, by: User | None = None
) -> Entrance:
    """Raises HasReward."""
    if survey.reward_amount is not None:
        raise HasReward
    with journal.recording():
        made = Entrance.objects.create(survey=survey, kind=kind, name=name, site=site, made_at=now)
        journal.log("entrance made", made, by=by, survey=survey.pk, kind=kind)
    return made


def close(entrance: Entrance, *, now: datetime, by: User | None) -> None:
    with journal.recording():
        if Entrance.objects.filter(pk=entrance.pk, closed_at=None).update(closed_at=now):
            journal.log("entrance closed", entrance, by=by)


def is_open(entrance: Entrance) -> bool:
    survey = entrance.survey
    return (
        entrance.closed_at is None
        and survey.state == Survey.State.LIVE
        and survey.reward_amount is None
        and survey.archived_at is None
    )


def enter(entrance: Entrance, *, language: str, now: datetime) -> str:
    """A fresh invitation for somebody we do not know; the secret that leads to it."""
    with journal.recording():
        invitation = Invitation.objects.create(
            survey=entrance.survey,
            entrance=entrance,
            state=Invitation.State.LINK,
            language=language,
            made_at=now,
            send_at=now,
            expires_at=now + ANSWER_WITHIN,
        )
        journal.log("invitation made", invitation, survey=entrance.survey_id, entrance=entrance.pk)
        return invitations.mint(invitation, entrance.kind, now)


def export_links(
    survey: Survey, first: date, last: date, *, now: datetime, by: User | None = None
) -> list[Exported]:
    """A link for each order placed on these days, for the shop's own sender of SMS or Zalo. Raises TooMany.

    Everybody, or it would not be neutral (L4); but nobody who was erased, has answered, or may not be offered
    a reward. Each export is noted; its links work beside those that were mailed.
    """
    orders = _orders(survey, first, last)
    with journal.recording():
        known = {one.order_id: one for one in Invitation.objects.filter(survey=survey, order__in=orders)}
        fresh = [_invitation(survey, one, now) for one in orders if one.pk not in known]
        for made in bulk.insert(fresh):
            known[made.order_id] = made
        secrets = {one.pk: tokens.mint() for one in orders}
        bulk.insert([_token(known[key].pk, secret, now) for key, secret in secrets.items()])
        days = {"first": f"{first}", "last": f"{last}"}
        journal.log("links exported", survey, by=by, links=len(orders), made=len(fresh), **days)
    return [(one, known[one.pk].language, invitations.link(secrets[one.pk])) for one in orders]


def _orders(survey: Survey, first: date, last: date) -> list[Order]:
    begin, end = shop.start_of(first), shop.start_of(last + timedelta(days=1))
    answered = Invitation.objects.filter(survey=survey, response__finished_at__isnull=False)
    found = (
        Order.objects.filter(placed_at__gte=begin, placed_at__lt=end, cancelled_at=None)
        .filter(customer__erased_at=None)
        .exclude(pk__in=answered.filter(order__isnull=False).values("order"))
        .select_related("customer")
        .order_by("placed_at", "pk")[: LONGEST_EXPORT + 1]
    )
    if len(found) > LONGEST_EXPORT:
        raise TooMany
    return _who_may(survey, list(found))


def _who_may(survey: Survey, orders: Sequence[Order]) -> list[Order]:
    """L10, L14: where there is a reward, no insiders, and only who agreed to be offered it."""
    if survey.reward_amount is None:
        return list(orders)
    staff = shop.addresses_of_staff()
    agreed = invitations.consenting([one.customer_id for one in orders])
    offers = rewards.is_offered(survey)

    def may(buyer: Customer) -> bool:
        is_insider = buyer.is_insider or buyer.email.lower() in staff
        return not is_insider and (not offers or buyer.pk in agreed)

    return [one for one in orders if may(one.customer)]


def _invitation(survey: Survey, order: Order, now: datetime) -> Invitation:
    return bulk.unsaved(
        Invitation,
        public_id=tokens.public_id(),
        survey_id=survey.pk,
        order_id=order.pk,
        customer_id=order.customer_id,
        state=Invitation.State.LINK.value,
        language=order.customer.language or shop.current().language,
        made_at=now,
        send_at=now,
        expires_at=now + timedelta(days=survey.days_to_answer),
    )


def _token(invitation: int, secret: str, now: datetime) -> InvitationToken:
    digest = tokens.digest(secret)
    return bulk.unsaved(
        InvitationToken, invitation_id=invitation, digest=digest, purpose="export", minted_at=now
    )
