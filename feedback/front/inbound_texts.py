"""Text messages that customers write: /hooks/inbound-sms/, signed as Standard Webhooks says."""

import logging

from django.conf import settings
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from feedback import incoming_texts, signatures
from feedback.front import texting
from feedback.roles import public

logger = logging.getLogger(__name__)
MOST_BYTES = 100_000


@public
@csrf_exempt
@never_cache
@require_http_methods(["POST", "HEAD"])
def sms_hook(request: HttpRequest) -> HttpResponse:
    """200: we have it, now or before; `reply`, if any, is to be sent to the customer. 401: not signed by the
    gateway. 400: says which field cannot be used."""
    if not settings.SMS_HOOK_SECRET:
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    body, now = request.read(MOST_BYTES + 1), timezone.now()
    if len(body) > MOST_BYTES:
        return _refused("too large", 413)
    key = signatures.svix_key(settings.SMS_HOOK_SECRET)
    if not signatures.is_signed(body, request.headers, key, now):
        return _refused("not signed", 401)
    try:
        text = incoming_texts.read(body, now=now)
    except incoming_texts.BadText as bad:
        logger.warning("the text gateway sent what cannot be read: %s", bad)
        return _refused(f"cannot be used: {bad}", 400)
    try:
        reply = texting.take(text, now=now)
    except IntegrityError as error:
        if "digest" not in str(error) and "incomingmail" not in str(error):
            raise
        reply = ""  # another delivery of the same text is being taken in, and answers
    return JsonResponse({"taken": True, "reply": reply})


def _refused(error: str, status: int) -> HttpResponse:
    return JsonResponse({"taken": False, "error": error}, status=status)
