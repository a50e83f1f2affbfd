"""Pages and letters that are the same for everybody but for a few words of each one: drawn once, then filled.

Drawing is most of the work of a page. Kept is what a template makes of everything that is not marked as
somebody's own; the marked words are put in afterwards, and are never kept.
"""

import html
import re
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from feedback import shop

MOST = 500  # drawings; past that all are forgotten
_SALT = secrets.token_hex(8)  # nobody can write such a sign
_SIGN = re.compile(rf"own-{_SALT}-(\d+)-")
_PLAIN = frozenset({str, int, bool, type(None)})  # looked at first: most values are
_kept: dict[object, list[str]] = {}


class Own(str):
    """Words of one person's, escaped as any others. A template may ask whether there are any, and show them:
    nothing else, since while it draws there is a sign in their place."""

    __slots__ = ()


class OwnHtml(SafeString):
    """The same for what is HTML already."""


class NotKept(TypeError):
    """A value by which a drawing cannot be told from another. Model instances change; give their words."""


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """As django.shortcuts.render, for pages without navigation: of the request they may show no more than
    its address, the chosen theme and the tablet it comes from."""
    if settings.DEBUG or _may_have_messages(request):
        return HttpResponse(render_to_string(template, dict(context), request), status=status)
    return HttpResponse(_of_request(request, template, context), status=status)


def part(request: HttpRequest, template: str, context: Mapping[str, Any]) -> SafeString:
    """As render_to_string, for what pages have around them; of the request no more than `page` shows."""
    if settings.DEBUG:
        return render_to_string(template, dict(context), request)
    return mark_safe(_of_request(request, template, context))  # noqa: S308 made by a template, and escaped


def piece(template: str, context: Mapping[str, Any]) -> SafeString:
    """As render_to_string, for a row of a list: with nothing of the request."""
    return mark_safe(text(template, context, escaped=True))  # noqa: S308 made by a template, and escaped


def text(template: str, context: Mapping[str, Any], *, escaped: bool) -> str:
    """As render_to_string, for letters; they may name the shop. `escaped`: the template makes HTML."""
    if settings.DEBUG:
        return render_to_string(template, {**context, "shop": shop.current()})
    return _filled(template, context, [], None, escaped=escaped)


def forget() -> None:
    _kept.clear()


class _Anybody:
    """Stands for the request while a page is drawn: what is not here cannot get into it."""

    path = "/"

    def __init__(self, kiosk: str, theme: str) -> None:
        self.kiosk = kiosk
        self.COOKIES = {"theme": theme if theme in ("dark", "light") else ""}

    def get_full_path(self) -> str:
        return _sign(1)

    @property
    def key(self) -> object:
        return self.kiosk, self.COOKIES["theme"]


def _of_request(request: HttpRequest, template: str, context: Mapping[str, Any]) -> str:
    visitor = _Anybody(getattr(request, "kiosk", ""), request.COOKIES.get("theme", ""))
    own = [get_token(request), conditional_escape(request.get_full_path())]
    return _filled(template, {**context, "csrf_token": _sign(0)}, own, visitor, escaped=True)


def _filled(
    template: str, context: Mapping[str, Any], own: list[str], visitor: _Anybody | None, *, escaped: bool
) -> str:
    drawn, key = _marked(context, own, escaped)
    name = (template, translation.get_language(), visitor and visitor.key, _of_shop(), key)
    pieces = _kept.get(name)
    if pieces is None:
        of_shop = {} if visitor else {"shop": shop.current()}
        pieces = _SIGN.split(render_to_string(template, drawn | of_shop, visitor))  # type: ignore[arg-type]
        if len(_kept) >= MOST:
            forget()
        _kept[name] = pieces
    filled = list(pieces)
    filled[1::2] = [own[int(place)] for place in pieces[1::2]]
    return "".join(filled)


def _marked(value: Any, own: list[str], escaped: bool) -> tuple[Any, object]:
    """The value as the template gets it, and what tells it from others; `own` is added to."""
    kind = type(value)
    if kind is Own and value:
        own.append(html.escape(value) if escaped else str(value))
        return _sign(len(own) - 1), None
    if kind in _PLAIN:
        return value, (kind, value)
    if kind is OwnHtml and value:
        own.append(str(value))
        return _sign(len(own) - 1), None
    if isinstance(value, Mapping):
        marked = [(name, *_marked(one, own, escaped)) for name, one in value.items()]
        return {name: one for name, one, _key in marked}, tuple((name, key) for name, _one, key in marked)
    if isinstance(value, list | tuple):
        each = [_marked(one, own, escaped) for one in value]
        return [one for one, _key in each], tuple(key for _one, key in each)
    if isinstance(value, Promise):
        value = str(value)
    if isinstance(value, Decimal):
        return value, (Decimal, str(value))  # 1.0 and 1.00 are equal, and read otherwise
    if value is None or (isinstance(value, str | int | date) and not isinstance(value, datetime)):
        return value, (type(value), value)
    raise NotKept(f"{type(value).__name__} {value!r:.40}")


def _sign(place: int) -> str:
    return f"own-{_SALT}-{place}-"


def _of_shop() -> object:
    """All of its row: what a page shows of it changes with it."""
    row = shop.current()
    return tuple(value for name, value in row.__dict__.items() if name != "_state")


def _may_have_messages(request: HttpRequest) -> bool:
    """From a page of the staff's."""
    return not request.COOKIES.keys().isdisjoint((settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name))
