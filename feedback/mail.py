"""Mail: a row in the act's own transaction, sent by a job. Addresses that do not want it get none."""

import secrets
import time
from collections.abc import Iterable
from concurrent.futures import Future
from datetime import datetime, timedelta
from email.utils import formataddr, make_msgid, parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac

from feedback import addressing, bulk, kept, leases, postage, postbox, shop, threads, tokens
from feedback.kept import Own
from feedback.models import Customer, MailAddress, OutgoingMail
from feedback.models.queue import LeasableQuerySet
from feedback.wording import titles
from feedback.wording.phrases import addressed

SERVER_AWAY = timedelta(seconds=30)
COMES_BACK_WITHIN = timedelta(days=7)
# What no person wrote: nobody's automatic answer is to answer it (RFC 3834).
_AUTOMATIC = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
_REFUSED_FOR_GOOD = range(500, 600)


class NotSent(RuntimeError):
    """The mail server said no for now, or did not answer; the job tries again."""


class ServerAway(NotSent):
    """Nobody speaks to us there: the rest of the batch would fare no better."""


def write(
    *,
    to: str,
    template: str,
    context: dict[str, Any],
    language: str,
    kind: str = OutgoingMail.Kind.SERVICE,
    customer: Customer | None = None,
    about: str = "",
    thread: str = "",
    now: datetime | None = None,
) -> OutgoingMail | None:
    """Render templates/emails/<template>.* now, in the reader's language; None: the address does not want it.

    `thread`: of the case (feedback.threads) that an answer to this letter belongs to.

    Mail that asks, with a reward or without, carries a way out as link and header (decision 12, L14).
    """
    unsubscribe_url = ""
    if customer is not None and customer.erased_at:
        return None
    with transaction.atomic(savepoint=False):
        if kind in postage.ASKING:
            if not _may_ask(to):
                return None
            unsubscribe_url = f"{settings.BASE_URL}/u/{preferences_token(to)}/"
        mail = drawn(
            to=to,
            template=template,
            context=context | {"unsubscribe_url": Own(unsubscribe_url)},
            language=language,
            customer=customer,
            thread=thread,
            now=now or timezone.now(),
        )
        mail.kind, mail.unsubscribe_url, mail.about = kind, unsubscribe_url, about
        bulk.insert([mail])
    return mail


def drawn(
    *,
    to: str,
    template: str,
    context: dict[str, Any],
    language: str,
    customer: Customer | None,
    thread: str = "",
    now: datetime,
) -> OutgoingMail:
    """A letter that is in no queue yet, of service: nobody has asked whether its reader wants others."""
    said = _render(template, {"unsubscribe_url": ""} | _greeted(context, language, customer), language)
    if language == "vi":
        said |= {part: addressed(said[part], addressing.of(customer)) for part in _ours(template)}
    if customer is not None:
        said = _with_way_to_own_data(said, language)
    return bulk.unsaved(
        OutgoingMail,
        kind=OutgoingMail.Kind.SERVICE,
        to=to,
        customer_id=customer.pk if customer else None,
        language=language,
        thread=thread,
        message_id=_message_id(thread),
        made_at=now,
        **said,
    )


def _greeted(context: dict[str, Any], language: str, customer: Customer | None) -> dict[str, Any]:
    """A title that was typed with the name is said once."""
    name = context.get("name")
    if customer is None or not name or name != customer.name:
        return context
    return context | {"name": type(name)(titles.greeted(name, language))}


def rendered(template: str, context: dict[str, Any], *, language: str) -> dict[str, str]:
    """Its subject, text and html, to look at; nothing is written."""
    return _render(template, context | {"unsubscribe_url": ""}, language)


def preferences_token(email: str) -> str:
    """The same for every mail to an address, so that the way out in an old mail still works."""
    return tokens.derived(
        salted_hmac("feedback.mail.preferences", email.lower(), algorithm="sha256").digest()
    )


def digest_of(email: str) -> str:
    """By which the row of an address is found, also when nothing else of it is left."""
    return tokens.digest(preferences_token(email))


def preferences(token: str) -> MailAddress | None:
    """Whose preferences a link of /u/<token>/ opens."""
    normal = tokens.normalise(token)
    return MailAddress.objects.filter(token_digest=tokens.digest(normal)).first() if normal else None


def unsubscribe(address: MailAddress, said_at: datetime | None = None) -> None:
    """At once and for good, until they ask again; mails that wait are not sent. `said_at`: when they said so,
    where that is known; if they asked again after it, nothing changes.

    What is on its way to the server at this very moment is waited for: none goes out after the confirmation.
    """
    with transaction.atomic():
        standing = _not_overtaken(address, said_at)
        standing.filter(unsubscribed_at=None).update(unsubscribed_at=timezone.now())
        if not standing.exists():
            return
        _suppress(address.email)
    _wait_for_those_on_their_way(address.email)


def who_said_no(emails: Iterable[str]) -> set[str]:
    """Those, in small letters, that unsubscribed or complained: they are asked on no other way either."""
    digests = {digest_of(email): email.lower() for email in emails if email}
    rows = MailAddress.objects.filter(token_digest__in=digests)
    said_no = rows.exclude(unsubscribed_at=None, complained_at=None)
    return {digests[digest] for digest in said_no.values_list("token_digest", flat=True)}


def subscribe_again(address: MailAddress, *, wording: str, now: datetime) -> bool:
    """They take their no back, and a complaint with it; what came back stays. False: there was no no.
    `wording`: the text they agreed to, by its version (L14)."""
    said_no = MailAddress.objects.filter(pk=address.pk).exclude(unsubscribed_at=None, complained_at=None)
    return bool(
        said_no.update(
            unsubscribed_at=None, complained_at=None, asked_again_at=now, asked_again_wording=wording
        )
    )


def came_back(email: str, now: datetime) -> None:
    """There is no such address: it gets nothing more, and the mail of the last days says so."""
    _stop(address_of(email), now, "bounced_at")


def complained(email: str, now: datetime, said_at: datetime | None = None) -> None:
    """They told their mail provider that it is spam: they get nothing more that asks."""
    address = address_of(email)
    if _not_overtaken(address, said_at).exists():
        _stop(address, now, "complained_at")


def send(mails: list[OutgoingMail], now: datetime) -> None:
    """The job. A repeat after a crash has the same Message-ID: receivers fold it."""
    started = time.monotonic()
    openings = postbox.opened([_message(mail) for mail in mails])
    for place, (mail, opening) in enumerate(zip(mails, openings, strict=True)):
        moment = now + timedelta(seconds=int(time.monotonic() - started))
        try:
            _send_one(mail, opening, moment)
        except ServerAway as error:
            leases.fail(SEND, mail, error, moment)
            if rest := mails[place + 1 :]:
                leases.let_go(rest, retry_at=moment + SERVER_AWAY)
            openings.close()
            return
        except Exception as error:
            leases.fail(SEND, mail, error, moment)


SEND = leases.Job(
    name="send mail",
    due=lambda now: OutgoingMail.objects.filter(
        state=OutgoingMail.State.WAITING, kind__in=postage.kinds_open(now)
    ),
    run=send,  # type: ignore[arg-type]
    batch=50,
    tries=8,
    apart=True,
)


def _send_one(mail: OutgoingMail, opening: "Future[postbox.Envelope]", now: datetime) -> None:
    """Raises NotSent, ServerAway, LeaseLost."""
    try:
        envelope = opening.result()
    except SMTPRecipientsRefused as error:
        _refused(mail, now, {code for code, _said in error.recipients.values()}, error)
        return
    except SMTPResponseException as error:
        # Our password, our sender, our words: a 5xx here says nothing about the customer's address.
        raise NotSent(f"{type(error).__name__}, the mail server answered {error.smtp_code}") from error
    except (OSError, SMTPException) as error:
        raise ServerAway(type(error).__name__) from error
    if not _may_go(mail, now):
        envelope.drop()
        return
    try:
        envelope.close()
    except SMTPResponseException as error:
        raise NotSent(f"{type(error).__name__}, the mail server answered {error.smtp_code}") from error
    except (OSError, SMTPException) as error:
        raise NotSent(type(error).__name__) from error
    leases.finish([mail], state=OutgoingMail.State.SENT, sent_at=now, text="", html="")


def _may_go(mail: OutgoingMail, now: datetime) -> bool:
    """Whoever unsubscribes from here on waits until this one is out. False: it is not wanted, or not ours."""
    with transaction.atomic():
        if _is_erased(mail) or (mail.kind in postage.ASKING and not _wanted(mail.to)):
            leases.finish([mail], state=OutgoingMail.State.SUPPRESSED, text="", html="")
            return False
        return leases.renew([mail], now, sending_at=now)


def _may_ask(email: str) -> bool:
    """False: unsubscribed, bounced or complained."""
    address = address_of(email)
    return not (address.unsubscribed_at or address.bounced_at or address.complained_at)


def address_of(email: str) -> MailAddress:
    """By its keyed hash: of somebody who was erased nothing else is left, and their no still counts."""
    digest = digest_of(email)
    return MailAddress.objects.get_or_create(token_digest=digest, defaults={"email": email.lower()})[0]


def _wanted(email: str) -> bool:
    """Within a transaction: the row stays locked, so that nobody unsubscribes before it is sent."""
    digest = digest_of(email)
    address = MailAddress.objects.select_for_update(no_key=True).filter(token_digest=digest).first()
    return address is None or not (address.unsubscribed_at or address.bounced_at or address.complained_at)


def _is_erased(mail: OutgoingMail) -> bool:
    """They asked us to forget them after it was written."""
    key = mail.customer_id
    return key is not None and Customer.objects.filter(pk=key).exclude(erased_at=None).exists()


def _render(template: str, context: dict[str, Any], language: str) -> dict[str, str]:
    with translation.override(language):
        subject = _part(f"emails/{template}.subject.txt", context)
        return {
            "subject": " ".join(subject.split())[:200],
            "text": _part(f"emails/{template}.txt", context),
            "html": _part(f"emails/{template}.html", context),
        }


def _part(template: str, context: dict[str, Any]) -> str:
    """Where a letter marks what is its reader's own, it is drawn once for everybody."""
    if any(isinstance(one, Own) for name, one in context.items() if name != "unsubscribe_url"):
        return kept.text(template, context, escaped=template.endswith(".html"))
    return render_to_string(template, context | {"shop": shop.current()})


def _ours(template: str) -> tuple[str, ...]:
    """The words of a message go out as a person approved them."""
    return ("subject",) if template == "message" else ("subject", "text", "html")


def _message_id(thread: str) -> str:
    domain = settings.DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1].rstrip(">")
    return f"<{thread}.{secrets.token_hex(8)}@{domain}>" if thread else make_msgid(domain=domain)


def _with_way_to_own_data(said: dict[str, str], language: str) -> dict[str, str]:
    """L15: at the end of every letter to a customer, whatever it is about. The link opens nothing by itself:
    letters are passed on, and kept for years."""
    with translation.override(language):
        context = {"my_data_url": f"{settings.BASE_URL}{reverse('my_data_ask')}"}
        text = kept.text("emails/_own_data.txt", context, escaped=False)
        html = kept.text("emails/_own_data.html", context, escaped=True)
    before, end, after = said["html"].rpartition("</body>")
    return said | {"text": f"{said['text'].rstrip()}\n\n{text}", "html": f"{before}{html}{end}{after}"}


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    headers = {"Message-ID": mail.message_id}
    if mail.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    if mail.about.startswith("feedback.case:"):
        headers |= _AUTOMATIC
    answers = threads.address(mail.thread) or shop.current().reply_address
    reply_to = [answers] if answers else None
    message = EmailMultiAlternatives(
        mail.subject, mail.text, _sender(), to=[mail.to], headers=headers, reply_to=reply_to
    )
    message.attach_alternative(mail.html, "text/html")
    return message


def _sender() -> str:
    """The shop by its name, unless the setting names a sender itself."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or " ".join(shop.current().name.split()), address))


def _refused(mail: OutgoingMail, now: datetime, codes: set[int], error: Exception) -> None:
    if not all(code in _REFUSED_FOR_GOOD for code in codes):
        raise NotSent(f"the mail server answered {min(codes)}") from error
    with transaction.atomic():
        MailAddress.objects.filter(pk=address_of(mail.to).pk, bounced_at=None).update(bounced_at=now)
        leases.finish([mail], state=OutgoingMail.State.SUPPRESSED, text="", html="", came_back_at=now)


def _not_overtaken(address: MailAddress, said_at: datetime | None) -> models.QuerySet[MailAddress]:
    """The row, unless they asked for mail again after that: a service may tell late, or twice."""
    rows = MailAddress.objects.filter(pk=address.pk)
    return rows if said_at is None else rows.exclude(asked_again_at__gt=said_at)


def _stop(address: MailAddress, now: datetime, column: str) -> None:
    with transaction.atomic():
        MailAddress.objects.filter(pk=address.pk, **{column: None}).update(**{column: now})
        _suppress(address.email)
        sent = OutgoingMail.objects.filter(
            to__iexact=address.email, state=OutgoingMail.State.SENT, sent_at__gt=now - COMES_BACK_WITHIN
        )
        sent.filter(came_back_at=None).update(came_back_at=now)


def _suppress(email: str) -> None:
    """Those on their way are out of reach."""
    waiting = OutgoingMail.objects.filter(
        to__iexact=email, kind__in=postage.ASKING, state=OutgoingMail.State.WAITING
    )
    waiting.exclude(pk__in=_on_their_way(email)).update(state=OutgoingMail.State.SUPPRESSED, text="", html="")


def _on_their_way(email: str) -> LeasableQuerySet:
    return OutgoingMail.objects.filter(
        to__iexact=email,
        kind__in=postage.ASKING,
        state=OutgoingMail.State.WAITING,
        sending_at__gt=timezone.now() - leases.LEASE,
    ).exclude(leased_by="")


def _wait_for_those_on_their_way(email: str) -> None:
    """A round trip to the mail server as a rule; EMAIL_TIMEOUT at the worst, when the server says nothing."""
    end = time.monotonic() + settings.EMAIL_TIMEOUT + 2
    while _on_their_way(email).exists() and time.monotonic() < end:
        leases.take_over_from_the_dead(_on_their_way(email))
        time.sleep(0.05)
