"""What a mail service tells us of our mail: bounces, complaints, a no. /hooks/mail-<service>/

The services' own signatures or a shared secret are checked, and their words understood, by django-anymail.
"""

import logging
from functools import cache
from importlib import import_module
from typing import Any

from anymail.exceptions import AnymailError
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from feedback import mail
from feedback.roles import public

logger = logging.getLogger(__name__)
_CLASSES = {
    "brevo": "BrevoTrackingWebhookView",
    "mailersend": "MailerSendTrackingWebhookView",
    "mailgun": "MailgunTrackingWebhookView",
    "mailjet": "MailjetTrackingWebhookView",
    "postmark": "PostmarkTrackingWebhookView",
    "sparkpost": "SparkPostTrackingWebhookView",
}
_NO_SUCH_ADDRESS = {RejectReason.BOUNCED, RejectReason.INVALID}


@public
@csrf_exempt
@never_cache
@require_http_methods(["POST", "HEAD"])
def mail_hook(request: HttpRequest, service: str) -> HttpResponse:
    """Of a service that the settings name; the same news twice changes nothing."""
    if service not in settings.MAIL_HOOKS:
        raise Http404
    if request.method == "HEAD":  # some ask so when the address is set up there
        return HttpResponse()
    spoken = _view(service)(request=request)
    spoken.run_validators(request)  # raises SuspiciousOperation: 400
    try:
        events = spoken.parse_events(request)
    except (AnymailError, ValueError, LookupError, TypeError, AttributeError) as error:
        logger.warning("%s sent what cannot be read: %s", service, type(error).__name__)
        return HttpResponseBadRequest("cannot be read", content_type="text/plain")
    for event in events:
        _note(event)
    return HttpResponse("noted", content_type="text/plain")


def _note(event: AnymailTrackingEvent) -> None:
    email, now = str(event.recipient or "").strip().lower(), timezone.now()
    if "@" not in email or len(email) > 254 or "\x00" in email:
        return
    if event.event_type == EventType.COMPLAINED or event.reject_reason == RejectReason.SPAM:
        mail.complained(email, now)
    elif event.event_type == EventType.UNSUBSCRIBED or event.reject_reason == RejectReason.UNSUBSCRIBED:
        mail.unsubscribe(mail.address_of(email))
    elif event.event_type == EventType.BOUNCED or (
        event.event_type == EventType.REJECTED and event.reject_reason in _NO_SUCH_ADDRESS
    ):
        mail.came_back(email, now)


@cache
def _view(service: str) -> Any:
    return getattr(import_module(f"anymail.webhooks.{service}"), _CLASSES[service])
