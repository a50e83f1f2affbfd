"""Two small layers around every view: the shop's zone, and roles (refuse what names none)."""

import zoneinfo
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.decorators import sync_only_middleware

from feedback import shop
from feedback.roles import PUBLIC, roles_of


@sync_only_middleware
def shop_zone(get_response):
    """Times are shown in the shop's own zone."""

    def middleware(request):
        timezone.activate(zoneinfo.ZoneInfo(shop.current().zone))
        try:
            return get_response(request)
        finally:
            timezone.deactivate()

    return middleware


class roles_required:
    """Deny by default: a view opens only to the roles it names with `roles.allow` or `roles.public`."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        allowed = allowed_roles(view)
        if allowed is None:
            raise PermissionDenied
        if allowed == PUBLIC or not roles_of(request.user).isdisjoint(allowed):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        raise PermissionDenied


def allowed_roles(view) -> frozenset | None:
    """The roles a resolved view names, itself or through the class it was made from; None: it names none."""
    places: tuple[Any, ...] = (view, getattr(view, "view_class", None), getattr(view, "cls", None))
    for place in places:
        if hasattr(place, "allowed_roles"):
            return place.allowed_roles
    if hasattr(view, "admin_site") or getattr(view, "model_admin", None):
        return PUBLIC  # the admin site asks has_permission itself: administrators only (feedback.admin)
    return None
