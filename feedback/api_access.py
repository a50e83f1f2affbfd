"""The API's door: tokens with scopes, and a JSON parser that cannot be drowned."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import APIException, AuthenticationFailed, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission

from feedback import journal
from feedback.models import ApiToken, User
from feedback.roles import roles_of

DEEPEST = 32
_PREFIX = "fb_"


def issue(name: str, scopes: Iterable[str], *, by: User | None) -> str:
    """A new key, shown this once. Raises ValueError for a scope that does not exist."""
    wanted = [ApiToken.Scope(scope).value for scope in scopes]
    key = _PREFIX + secrets.token_urlsafe(32)
    with journal.recording():
        token = ApiToken.objects.create(
            name=name, digest=_digest(key), scopes=wanted, made_by=by, made_at=timezone.now()
        )
        journal.log("api token issued", token, by=by, scopes=wanted)
    return key


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer fb_…`. A program has scopes, not a user: `request.user` stays anonymous."""

    def authenticate(self, request):
        kind, _space, key = get_authorization_header(request).partition(b" ")
        if kind.lower() not in (b"bearer", b"token") or not key:
            return None
        token = ApiToken.objects.filter(
            digest=_digest(key.strip().decode("latin-1")), revoked_at=None
        ).first()
        if token is None:
            raise AuthenticationFailed(_("This API token does not exist or was revoked."))
        today = timezone.now().date()
        if token.last_used_on != today:
            ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
        return request._request.user, token

    def authenticate_header(self, request):
        return "Bearer"


class HasScope(BasePermission):
    """The token has the view's `scope`; a person in the browser has one of the view's `allowed_roles`."""

    def has_permission(self, request, view):
        if isinstance(request.auth, ApiToken):
            scope = getattr(view, "scope", None)
            if scope:
                self.message = _("This API token lacks the scope “%(scope)s”.") % {"scope": scope}
            return scope in request.auth.scopes
        return not roles_of(request.user).isdisjoint(getattr(view, "person_roles", frozenset()))


class TooLarge(APIException):
    status_code = 413
    default_detail = _("The request is too large. Send it in smaller parts.")
    default_code = "too_large"


class BoundedJSONParser(JSONParser):
    """JSON of at most 32 levels, without NUL and lone surrogates, which PostgreSQL cannot keep."""

    def parse(self, stream, media_type=None, parser_context=None) -> Any:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw: bytes = stream.read(most + 1)  # a stream is not bounded by Django, only a body
        if len(raw) > most:
            raise TooLarge
        if _depth(raw) > DEEPEST:
            raise ParseError(
                _("The JSON is nested more than %(deepest)s levels deep.") % {"deepest": DEEPEST}
            )
        try:
            value = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse_constant)
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, RecursionError) as error:
            raise ParseError(_("This is not valid JSON in UTF-8.")) from error
        if _holds_nul(value):
            raise ParseError(_("The JSON holds a NUL character, which cannot be stored."))
        return value


def _depth(raw: bytes) -> int:
    """The deepest nesting; brackets within strings do not count. Stops counting past the limit."""
    deepest = depth = 0
    inside_string = escaped = False
    for byte in raw:
        if inside_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                inside_string = False
        elif byte == 0x22:
            inside_string = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > DEEPEST:
                return deepest
        elif byte in b"]}":
            depth -= 1
    return deepest


def _holds_nul(value: Any) -> bool:
    match value:
        case str():
            return "\x00" in value
        case list():
            return any(_holds_nul(item) for item in value)
        case dict():
            return any("\x00" in key or _holds_nul(item) for key, item in value.items())
    return False


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
