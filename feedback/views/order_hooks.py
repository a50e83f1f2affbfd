"""What web shops and payment services tell us: /hooks/<source>/. Checked, kept, answered at once."""

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from feedback import deliveries, hearing
from feedback.models import OrderSource
from feedback.roles import public

logger = logging.getLogger(__name__)


@public
@csrf_exempt
@never_cache
@require_http_methods(["POST", "HEAD"])
def order_hook(request: HttpRequest, slug: str) -> HttpResponse:
    """200: we have it, now or before. 401: not signed by whom it says. 413: too big to be an order."""
    told = OrderSource.objects.filter(slug=slug, is_active=True).exclude(kind=OrderSource.Kind.API)
    source = told.first()
    if source is None:
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    body, now = _body(request), timezone.now()
    if body is None:
        logger.warning("%s sent more than %d bytes", source.slug, deliveries.MOST_BYTES)
        return _said("too big", 413)
    try:
        heard = hearing.hear(source, request.headers, body, now)
    except hearing.Ping:
        return _said("here", 200)
    except hearing.Unsigned:
        return _said("not signed", 401)
    except hearing.Unreadable:
        return _said("cannot be read", 400)
    is_new = deliveries.keep(
        source,
        topic=heard.topic,
        event_id=heard.event_id,
        body=body,
        now=now,
        triggered_at=heard.triggered_at,
    )
    return _said("noted" if is_new else "known", 200)


def _body(request: HttpRequest) -> bytes | None:
    """Before any parser touches it. None: too big; no more than that is read."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length[:18]) > deliveries.MOST_BYTES:
        return None
    body = request.read(deliveries.MOST_BYTES + 1)
    return body if len(body) <= deliveries.MOST_BYTES else None


def _said(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, content_type="text/plain", status=status)
