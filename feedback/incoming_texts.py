"""RULE: read one text message as a gateway tells of it: whose number, their words, whether they want no more.

The form is our own, signed as Standard Webhooks says (docs/complaints.md): no two gateways agree on one.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from feedback.orthography import unmark

LONGEST = 5_000  # characters: a long message comes in parts, which the gateway has put together
OLDEST = timedelta(days=7)  # what is said to have been sent before is taken for sent now
_NUMBER = re.compile(r"\+?[0-9]{3,15}")  # a short code is shorter than a telephone's number
_SPACES = re.compile(r"[\s().\-/]+")
_HOME = ("84", "0")  # Vietnam: +84 90… is 090… at home


class Wants(StrEnum):
    NOTHING = ""
    STOP = "stop"
    START = "start"
    MAYBE_STOP = "maybe_stop"  # the same word ends an order: no more texts, and a person reads it


# A message that is nothing but one of these; without marks, in small letters.
_WANTS = {
    **dict.fromkeys(
        "stop|stopall|stop all|unsubscribe|opt out|optout|quit|end|revoke|tc|tu choi|dung gui|dung nhan tin"
        "|ngung gui|ngung nhan tin|khong nhan|khong nhan tin|huy nhan tin|huy dang ky".split("|"),
        Wants.STOP,
    ),
    **dict.fromkeys("start|unstop|bat dau|nhan lai|dk lai".split("|"), Wants.START),
    **dict.fromkeys("cancel|huy".split("|"), Wants.MAYBE_STOP),
}


class BadText(ValueError):
    """`field`: which one of the message cannot be used; "" when it is no message at all."""

    def __init__(self, field: str) -> None:
        super().__init__(field or "no JSON object")
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """`number`: + and digits, or digits alone where no country came with it. `sent_at` is aware. `digest`:
    the same message again has the same."""

    digest: str
    number: str
    words: str
    sent_at: datetime
    wants: Wants


def read(body: bytes, *, now: datetime) -> Text:
    """Of `{"id", "from", "text", "sent_at"}`; `sent_at` may be left out. Raises BadText."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise BadText("") from None
    if not isinstance(given, dict):
        raise BadText("")
    name, words = _string(given, "id", 200), _string(given, "text", LONGEST)
    number = number_of(_string(given, "from", 40))
    if not name.strip():
        raise BadText("id")
    if not number:
        raise BadText("from")
    return Text(
        digest=hashlib.sha256(f"sms\n{name}".encode("utf-8", "surrogatepass")).hexdigest(),
        number=number,
        words=words,
        sent_at=_sent_at(given.get("sent_at"), now),
        wants=wants(words),
    )


def number_of(said: str) -> str:
    """ "" for what is no telephone's number."""
    plain = _SPACES.sub("", said)
    plain = f"+{plain[2:]}" if plain.startswith("00") else plain
    return plain if _NUMBER.fullmatch(plain) else ""


def spellings(number: str) -> list[str]:
    """The ways in which the same number may be kept: with the country, without the plus, as at home."""
    digits = number.removeprefix("+")
    code, home = _HOME
    if digits.startswith(home):
        digits = code + digits.removeprefix(home)
    ways = [number, f"+{digits}", digits]
    if digits.startswith(code):
        ways.append(home + digits.removeprefix(code))
    return list(dict.fromkeys(ways))


def canonical(number: str) -> str:
    """One spelling for all of them: with plus and country."""
    return next(one for one in spellings(number) if one.startswith("+"))


def wants(words: str) -> Wants:
    plain = unmark(words.casefold()).strip()
    letters = " ".join(re.sub(r"[^\w\s]", " ", plain).split())
    return _WANTS.get(letters, Wants.NOTHING)


def _string(given: dict[str, Any], name: str, most: int) -> str:
    value = given.get(name)
    if not isinstance(value, str) or len(value) > most:
        raise BadText(name)
    return value


def _sent_at(said: Any, now: datetime) -> datetime:
    if said is None:
        return now
    try:
        sent_at = datetime.fromisoformat(said)
    except (TypeError, ValueError):
        raise BadText("sent_at") from None
    if sent_at.tzinfo is None:
        raise BadText("sent_at")
    return sent_at if now - OLDEST <= sent_at <= now else now
