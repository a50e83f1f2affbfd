"""One request to a platform: by https, to the host that was set up and no other, within a time and a size.

The address is looked up once, checked, and that very address is connected to: a name that first answers
with a public and then with an inner address (DNS rebinding) leads nowhere.
"""

import ipaddress
import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3
from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 5.0, 15.0, 45.0
MOST_BYTES = 5_000_000
LONGEST_WAIT = timedelta(hours=24)
_CHUNK = 65_536
_BUSY, _UNAVAILABLE = 429, 503


class Trouble(StrEnum):
    """What is the matter with a platform; `feedback.labels.TROUBLES` says it to people."""

    NO_CREDENTIALS = "no_credentials"  # ours to set
    DENIED = "denied"  # they do not open
    BUSY = "busy"  # we are asked to wait
    BROKEN = "broken"  # its own error
    SILENT = "silent"  # no answer, or half of one
    NONSENSE = "nonsense"  # not what the interface promises
    ELSEWHERE = "elsewhere"  # it sends us to another address
    FORBIDDEN = "forbidden"  # an address that we do not go to
    TOO_BIG = "too_big"


class Away(RuntimeError):
    """No usable answer. `wait`: how long the platform asked us to stay away, if it did."""

    def __init__(self, trouble: Trouble, wait: timedelta | None = None) -> None:
        super().__init__(trouble.value)
        self.trouble, self.wait = trouble, wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer from 200 to 299 or 400 to 499, as JSON."""

    status: int
    headers: Mapping[str, str]
    content: Any

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """The platform's own word for what is wrong, in WordPress's form; '' without one."""
        return str(self.content.get("code", "")) if isinstance(self.content, dict) else ""


def call(
    method: str,
    base_url: str,
    path: str,
    *,
    user: str = "",
    password: str = "",
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, Any] | None = None,
    send: Mapping[str, Any] | None = None,
) -> Said:
    """Raises Away for everything that is no answer to the question."""
    place = urlsplit(base_url)
    target = f"{place.path.rstrip('/')}{path}" + (f"?{urlencode(query)}" if query else "")
    named = urllib3.make_headers(basic_auth=f"{user}:{password}") if user else {}
    headers = {
        **named,
        **(headers or {}),
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": "feedback-reviews",
    }
    body = json.dumps(send, ensure_ascii=False).encode() if send is not None else None
    if body is not None:
        headers["content-type"] = "application/json; charset=utf-8"
    with _pool(base_url) as pool:
        try:
            response = pool.urlopen(
                method, target, body=body, headers=headers, redirect=False, retries=False,
                preload_content=False,
            )  # fmt: skip
            return _said(response)
        except (urllib3.exceptions.HTTPError, OSError, UnicodeError) as error:
            raise Away(Trouble.SILENT) from error


def fetch(url: str) -> bytes:
    """What stands at an address, whatever its kind. Raises Away, also where it does not say 200 to 299."""
    place = urlsplit(url)
    target = place.path + (f"?{place.query}" if place.query else "")
    with _pool(url) as pool:
        try:
            response = pool.urlopen(
                "GET", target, headers={"accept-encoding": "identity", "user-agent": "feedback"},
                redirect=False, retries=False, preload_content=False,
            )  # fmt: skip
            try:
                if not 200 <= response.status < 300:
                    raise Away(Trouble.ELSEWHERE if 300 <= response.status < 400 else Trouble.BROKEN)
                return _body(response)
            finally:
                response.close()
        except (urllib3.exceptions.HTTPError, OSError, UnicodeError) as error:
            raise Away(Trouble.SILENT) from error


def is_local(base_url: str) -> bool:
    """A host that the installation's owner named as one of its own: http and inner addresses are fine."""
    return (urlsplit(base_url).hostname or "") in settings.SOURCE_LOCAL_HOSTS


def wait_of(header: str, now: datetime) -> timedelta | None:
    """Of Retry-After: seconds, or a moment (RFC 9110, 10.2.3). None: not said, or not readable."""
    written = header.strip()
    try:
        if written.isascii() and written.isdigit():
            return min(timedelta(seconds=int(written[:9])), LONGEST_WAIT)
        until = parsedate_to_datetime(written)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), LONGEST_WAIT)


class _Guarded:
    """Connects to the checked address only; the certificate is still checked against the name."""

    host: str
    port: int
    _dns_host: str

    def _new_conn(self) -> socket.socket:
        name = self.host
        self._dns_host = _address(name, self.port)
        try:
            return super()._new_conn()  # type: ignore[misc]
        finally:
            self._dns_host = name


class _Plain(_Guarded, HTTPConnection):
    pass


class _Secure(_Guarded, HTTPSConnection):
    pass


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Secure


def _pool(base_url: str) -> urllib3.HTTPConnectionPool:
    try:
        place = urlsplit(base_url)
        host, port = place.hostname, place.port
    except ValueError:
        raise Away(Trouble.FORBIDDEN) from None
    if not host or not (place.scheme == "https" or (place.scheme == "http" and is_local(base_url))):
        raise Away(Trouble.FORBIDDEN)
    kind = _SecurePool if place.scheme == "https" else _PlainPool
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    return kind(host, port, timeout=timeout, maxsize=1, retries=False)


def _address(name: str, port: int) -> str:
    """Every address of the name must be one of the public internet, or none is used."""
    found = [entry[4][0] for entry in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)]
    if name not in settings.SOURCE_LOCAL_HOSTS and not all(map(_is_public, found)):
        raise Away(Trouble.FORBIDDEN)
    return str(found[0])


def _is_public(address: str | int) -> bool:
    there = ipaddress.ip_address(str(address).partition("%")[0])
    # Ways of writing an IPv4 address, perhaps an inner one, as an IPv6 address.
    if there.version == 6 and (there.ipv4_mapped or there.sixtofour or there.teredo or there in _NAT64):
        return False
    return there.is_global and not there.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _said(response: urllib3.BaseHTTPResponse) -> Said:
    try:
        status = response.status
        if 300 <= status < 400:
            raise Away(Trouble.ELSEWHERE)
        if status == _BUSY or status >= 500:
            wait = wait_of(response.headers.get("retry-after", ""), datetime.now(UTC))
            raise Away(Trouble.BUSY if status in (_BUSY, _UNAVAILABLE) and wait else _kind(status), wait)
        return Said(status=status, headers=response.headers, content=_json(_body(response)))
    finally:
        response.close()


def _kind(status: int) -> Trouble:
    return Trouble.BUSY if status == _BUSY else Trouble.BROKEN


def _body(response: urllib3.BaseHTTPResponse) -> bytes:
    """All of it, unless it drips in too slowly or is too much."""
    ends, parts, size = time.monotonic() + WHOLE_SECONDS, [], 0
    for part in response.stream(_CHUNK, decode_content=False):
        size += len(part)
        if size > MOST_BYTES:
            raise Away(Trouble.TOO_BIG)
        if time.monotonic() > ends:
            raise Away(Trouble.SILENT)
        parts.append(part)
    return b"".join(parts)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Away(Trouble.NONSENSE) from None
