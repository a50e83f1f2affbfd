"""Mail that customers write: /hooks/inbound-<service>/. A new matter, or more words in a case.

django-anymail checks the service's signature or our secret and understands its form. What came is kept once,
however often it is delivered; what no person wrote is counted and dropped.
"""

import logging
from base64 import b64decode
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any

from anymail.exceptions import AnymailError
from anymail.inbound import AnymailInboundMessage
from django.conf import settings
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from feedback import incoming
from feedback.front import answering
from feedback.roles import public

logger = logging.getLogger(__name__)
MOST_BYTES = 30_000_000  # 20 MB of attachments, as mail writes them
_CLASSES = {
    "mailersend": "MailerSendInboundWebhookView",
    "mailgun": "MailgunInboundWebhookView",
    "mailjet": "MailjetInboundWebhookView",
    "postmark": "PostmarkInboundWebhookView",
    "sparkpost": "SparkPostInboundWebhookView",
}


@public
@csrf_exempt
@never_cache
@require_http_methods(["POST", "HEAD"])
def inbound_hook(request: HttpRequest, service: str) -> HttpResponse:
    """Of a service that the settings name."""
    if not settings.INBOUND_ADDRESS or service not in settings.MAIL_HOOKS or service not in _CLASSES:
        raise Http404
    if request.method == "HEAD":  # some ask so when the address is set up there
        return HttpResponse()
    if _size(request) > MOST_BYTES:
        return HttpResponse("too large", status=413, content_type="text/plain")
    _take_body(request)
    spoken = _view(service)(request=request)
    spoken.run_validators(request)  # raises SuspiciousOperation: 400
    try:
        mails = [_read(event) for event in spoken.parse_events(request)]
    except (AnymailError, ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        logger.warning("%s brought what cannot be read: %s", service, type(error).__name__)
        return HttpResponseBadRequest("cannot be read", content_type="text/plain")
    for mail in mails:
        take(mail, now=timezone.now())
    return HttpResponse("taken", content_type="text/plain")


def take(mail: incoming.Mail, *, now: datetime) -> None:
    """Delivered by two workers at once, one of them finds that the other was faster."""
    try:
        answering.take(mail, now=now)
    except IntegrityError as error:
        if "digest" not in str(error) and "incomingmail" not in str(error):
            raise


def _read(event: Any) -> incoming.Mail:
    message = event.message
    return incoming.read(
        message, envelope_sender=message.envelope_sender, envelope_to=message.envelope_recipient
    )


def _size(request: HttpRequest) -> int:
    written = request.META.get("CONTENT_LENGTH") or "0"
    return int(written) if written.isascii() and written.isdigit() else 0


def _take_body(request: HttpRequest) -> None:
    """Django takes 2.5 MB of a body into memory; a mail with pictures is larger. Forms with files go their
    own way: those are put on disk."""
    if not (request.content_type or "").startswith("multipart/"):
        request._body = request.read(MOST_BYTES + 1)


@cache
def _view(service: str) -> Any:
    found = getattr(import_module(f"anymail.webhooks.{service}"), _CLASSES[service])
    return type("_Bytes", (_Bytes, found), {}) if service == "sparkpost" else found


class _Bytes:
    """SparkPost hands on the whole mail; anymail takes it for UTF-8, which not every mail is."""

    def esp_to_anymail_event(self, event_class: str, event: dict[str, Any], raw_event: Any) -> Any:
        content = event["content"]
        raw = b64decode(content["email_rfc822"]) if content["email_rfc822_is_base64"] else None
        light = event | {"content": {"email_rfc822": "", "email_rfc822_is_base64": False}}
        made = super().esp_to_anymail_event(event_class, event if raw is None else light, raw_event)
        if raw is not None:
            message = AnymailInboundMessage.parse_raw_mime_bytes(raw)
            message.envelope_sender = made.message.envelope_sender
            message.envelope_recipient = made.message.envelope_recipient
            made.message = message
        return made
