"""Mail: a row in the act's own transaction, sent by a job. Addresses that do not want it get none."""

import logging
from datetime import datetime
from email.utils import make_msgid
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac

from feedback import bulk, leases, shop, tokens
from feedback.models import Customer, MailAddress, OutgoingMail

logger = logging.getLogger(__name__)
_REFUSED_FOR_GOOD = range(500, 600)


class NotSent(RuntimeError):
    """The mail server said no for now, or did not answer; the job tries again."""


def write(
    *,
    to: str,
    template: str,
    context: dict[str, Any],
    language: str,
    kind: str = OutgoingMail.Kind.SERVICE,
    customer: Customer | None = None,
    about: str = "",
) -> OutgoingMail | None:
    """Render templates/emails/<template>.* now, in the reader's language; None: the address does not want it.

    Mail that offers a reward counts as advertising (decision 12): it carries a way out, as link and header.
    """
    advertising = kind == OutgoingMail.Kind.ADVERTISING
    unsubscribe_url = ""
    if customer is not None and customer.erased_at:
        return None
    with transaction.atomic(savepoint=False):
        if advertising:
            if not _may_advertise(to):
                return None
            unsubscribe_url = f"{settings.BASE_URL}/u/{preferences_token(to)}/"
        said = _render(
            template, context | {"shop": shop.current(), "unsubscribe_url": unsubscribe_url}, language
        )
        mail = bulk.unsaved(
            OutgoingMail,
            kind=kind,
            to=to,
            customer_id=customer.pk if customer else None,
            language=language,
            unsubscribe_url=unsubscribe_url,
            about=about,
            message_id=make_msgid(domain=settings.DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1].rstrip(">")),
            made_at=timezone.now(),
            **said,
        )
        bulk.insert([mail])
    return mail


def preferences_token(email: str) -> str:
    """The same for every mail to an address, so that the way out in an old mail still works."""
    return tokens.derived(
        salted_hmac("feedback.mail.preferences", email.lower(), algorithm="sha256").digest()
    )


def preferences(token: str) -> MailAddress | None:
    """Whose preferences a link of /u/<token>/ opens."""
    normal = tokens.normalise(token)
    return MailAddress.objects.filter(token_digest=tokens.digest(normal)).first() if normal else None


def unsubscribe(address: MailAddress) -> None:
    """At once and for good, until they ask again; mails that wait are not sent."""
    with transaction.atomic():
        MailAddress.objects.filter(pk=address.pk, unsubscribed_at=None).update(unsubscribed_at=timezone.now())
        _suppress(OutgoingMail.objects.filter(to__iexact=address.email, kind=OutgoingMail.Kind.ADVERTISING))


def send(mails: list[OutgoingMail], now: datetime) -> None:
    """The job, one mail a batch. A repeat after a crash has the same Message-ID: receivers fold it."""
    (mail,) = mails
    if _is_erased(mail) or (mail.kind == OutgoingMail.Kind.ADVERTISING and not _wanted(mail.to)):
        leases.finish([mail], state=OutgoingMail.State.SUPPRESSED, text="", html="")
        return
    try:
        _message(mail).send()
    except SMTPRecipientsRefused as error:
        _refused(mail, now, {code for code, _said in error.recipients.values()}, error)
        return
    except SMTPResponseException as error:
        # Our password, our sender, our words: a 5xx here says nothing about the customer's address.
        raise NotSent(f"{type(error).__name__}, the mail server answered {error.smtp_code}") from error
    except (OSError, SMTPException) as error:
        raise NotSent(type(error).__name__) from error
    leases.finish([mail], state=OutgoingMail.State.SENT, sent_at=now, text="", html="")


SEND = leases.Job(
    name="send mail",
    due=lambda now: OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING),
    run=send,  # type: ignore[arg-type]
    batch=1,
    tries=8,
)


def _may_advertise(email: str) -> bool:
    """False: unsubscribed or bounced."""
    address = _address(email)
    return not (address.unsubscribed_at or address.bounced_at)


def _address(email: str) -> MailAddress:
    """By its keyed hash: of somebody who was erased nothing else is left, and their no still counts."""
    digest = tokens.digest(preferences_token(email))
    return MailAddress.objects.get_or_create(token_digest=digest, defaults={"email": email.lower()})[0]


def _wanted(email: str) -> bool:
    digest = tokens.digest(preferences_token(email))
    known = MailAddress.objects.filter(token_digest=digest)
    return not known.exclude(unsubscribed_at=None, bounced_at=None).exists()


def _is_erased(mail: OutgoingMail) -> bool:
    """They asked us to forget them after it was written."""
    key = mail.customer_id
    return key is not None and Customer.objects.filter(pk=key).exclude(erased_at=None).exists()


def _render(template: str, context: dict[str, Any], language: str) -> dict[str, str]:
    with translation.override(language):
        subject = render_to_string(f"emails/{template}.subject.txt", context)
        return {
            "subject": " ".join(subject.split())[:200],
            "text": render_to_string(f"emails/{template}.txt", context),
            "html": render_to_string(f"emails/{template}.html", context),
        }


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    headers = {"Message-ID": mail.message_id}
    if mail.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    reply_to = [shop.current().reply_address] if shop.current().reply_address else None
    message = EmailMultiAlternatives(
        mail.subject, mail.text, to=[mail.to], headers=headers, reply_to=reply_to, connection=get_connection()
    )
    message.attach_alternative(mail.html, "text/html")
    return message


def _refused(mail: OutgoingMail, now: datetime, codes: set[int], error: Exception) -> None:
    if not all(code in _REFUSED_FOR_GOOD for code in codes):
        raise NotSent(f"the mail server answered {min(codes)}") from error
    with transaction.atomic():
        MailAddress.objects.filter(pk=_address(mail.to).pk, bounced_at=None).update(bounced_at=now)
        leases.finish([mail], state=OutgoingMail.State.SUPPRESSED, text="", html="")


def _suppress(waiting: QuerySet[OutgoingMail]) -> None:
    waiting.filter(state=OutgoingMail.State.WAITING).update(
        state=OutgoingMail.State.SUPPRESSED, text="", html=""
    )
