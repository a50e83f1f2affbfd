"""What a mail service tells us of our mail: bounces, complaints, a no. /hooks/mail-<service>/

The services' own signatures or a shared secret are checked, and their words understood, by django-anymail.
"""

import logging
from datetime import datetime

from anymail.exceptions import AnymailError
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from feedback import mail, mail_services
from feedback.roles import public
from feedback.web import Away

logger = logging.getLogger(__name__)
_UNREADABLE = (AnymailError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


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
    if service == mail_services.SNS and "Authorization" not in request.headers:
        # Amazon sends user and password only when it is asked for them.
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="mail hooks"'})
    now = timezone.now()
    try:
        events = mail_services.events(service, request, now)
    except Away as away:
        logger.warning("what %s sent could not be checked: %s", service, away.trouble.value)
        return HttpResponse("try again", status=503, content_type="text/plain")
    except _UNREADABLE as error:
        logger.warning("%s sent what cannot be read: %s", service, type(error).__name__)
        return HttpResponseBadRequest("cannot be read", content_type="text/plain")
    for event in events:
        _note(service, event, now)
    return HttpResponse("noted", content_type="text/plain")


def _note(service: str, event: AnymailTrackingEvent, now: datetime) -> None:
    email = str(event.recipient or "").strip().lower()
    if "@" not in email or len(email) > 254 or "\x00" in email:
        return
    if event.event_type == EventType.COMPLAINED or event.reject_reason == RejectReason.SPAM:
        mail.complained(email, now, said_at=_moment(event, now))
    elif event.event_type == EventType.UNSUBSCRIBED or event.reject_reason == RejectReason.UNSUBSCRIBED:
        mail.unsubscribe(mail.address_of(email), said_at=_moment(event, now))
    elif mail_services.is_for_good(service, event):
        mail.came_back(email, now)


def _moment(event: AnymailTrackingEvent, now: datetime) -> datetime:
    """When it happened, as the service says; now where it does not."""
    at = event.timestamp
    return min(at, now) if isinstance(at, datetime) and at.tzinfo else now
