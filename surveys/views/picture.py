"""A picture of a choice, as the shop uploaded it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from feedback.roles import public
from surveys.models import Picture


@public
@require_safe
@cache_control(public=True, max_age=86_400)
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """Only the three kinds that `surveys.models.Picture` knows; the browser is told not to guess another."""
    found = get_object_or_404(Picture, name=name)
    return HttpResponse(bytes(found.content), content_type=found.media_type)
