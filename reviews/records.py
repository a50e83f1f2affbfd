"""One review as a source gives it: a checked value, whatever file, program or platform it came from."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LONGEST = 20_000  # characters of one text
_LENGTHS = {
    "external_id": 200,
    "title": 300,
    "author": 200,
    "order_number": 64,
    "product_sku": 80,
    "location": 40,
}
_CLOCKS_DIFFER = timedelta(minutes=5)
_FIRST_YEAR = 1995  # older is a slip of the keyboard; year 1 cannot even be brought into another zone
_STARS = re.compile(r"([1-5])(?:[.,]0+)?(?: ?/ ?5)?", re.ASCII)
_DAY_FIRST = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:,?[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII
)
_YES = frozenset({"1", "true", "yes", "y", "x", "có", "co", "đúng"})
_NO = frozenset({"0", "false", "no", "n", "không", "khong", "sai"})
_VIETNAMESE = frozenset({"vi", "vn", "vie", "vietnamese", "tiếng việt", "tieng viet"})
_ENGLISH = frozenset({"en", "eng", "english", "tiếng anh", "tieng anh"})
_url_is_web = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRecord:
    """`stars` None: a text only. `verified`, `incentivised`, `edited_at` None: the source does not say."""

    external_id: str
    said_at: datetime
    text: str = ""
    title: str = ""
    stars: int | None = None
    author: str = ""
    language: str = ""
    url: str = ""
    verified: bool | None = None
    incentivised: bool | None = None
    order_number: str = ""
    product_sku: str = ""
    location: str = ""
    edited_at: datetime | None = None  # by the author, the last time

    @property
    def digest(self) -> str:
        """Tells an edit: title, text and stars, and nothing that a source may change by itself."""
        said = f"{self.title}\x1f{self.text}\x1f{self.stars or ''}"
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one field, in words for the person who sent it."""

    field: str
    message: str | Promise


class BadRecord(ValueError):
    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(", ".join(fault.field for fault in faults))
        self.faults = faults


def is_older(one: datetime | None, other: datetime | None) -> bool:
    """Of two times of edits. What a source does not say counts by when it came."""
    return one is not None and other is not None and one < other


FIELDS = tuple(ReviewRecord.__dataclass_fields__)


def parse(raw: Mapping[str, Any], *, now: datetime, zone: ZoneInfo) -> ReviewRecord:
    """The record in `raw` (strings, or JSON values). BadRecord names every field that is wrong."""
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    for name in FIELDS:
        given = raw.get(name)
        if given is None or given == "":
            continue
        try:
            values[name] = _PARSERS[name](name, given, now, zone)
        except _Wrong as wrong:
            faults.append(Fault(field=name, message=wrong.message))
    wrong_fields = {fault.field for fault in faults}
    faults += [
        Fault(field=name, message=_("is missing"))
        for name in ("external_id", "said_at")
        if not values.get(name) and name not in wrong_fields
    ]
    if not values.get("text") and not values.get("stars") and not wrong_fields & {"text", "stars"}:
        faults.append(Fault(field="text", message=_("neither a text nor stars: there is nothing to keep")))
    if faults:
        raise BadRecord(faults)
    return ReviewRecord(**values)


class _Wrong(Exception):
    def __init__(self, message: str | Promise) -> None:
        self.message = message


def _word(name: str, given: Any, now: datetime, zone: ZoneInfo) -> str:
    """One line, NFC, within its column."""
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    text = " ".join(_string(given).split())
    if len(text) > _LENGTHS[name]:
        raise _Wrong(_("is longer than %(most)s characters") % {"most": _LENGTHS[name]})
    return text


def _text(name: str, given: Any, now: datetime, zone: ZoneInfo) -> str:
    text = _string(given).strip()
    if len(text) > LONGEST:
        raise _Wrong(_("is longer than %(most)s characters") % {"most": LONGEST})
    return text


def _stars(name: str, given: Any, now: datetime, zone: ZoneInfo) -> int:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise _Wrong(_("must be a number of stars from 1 to 5"))
    written = str(given).strip()
    if match := _STARS.fullmatch(written):
        return int(match[1])
    raise _Wrong(_("“%(given)s” is not a whole number of stars from 1 to 5") % {"given": _excerpt(written)})


def _moment(name: str, given: Any, now: datetime, zone: ZoneInfo) -> datetime:
    written = _string(given).strip()
    moment = _read_moment(written)
    if moment is None or moment.year < _FIRST_YEAR or moment.year > 9990:
        raise _Wrong(
            _("“%(given)s” is not a date such as 2026-03-31, 2026-03-31 14:05 or 31/03/2026")
            % {"given": _excerpt(written)}
        )
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    if moment > now + _CLOCKS_DIFFER:
        raise _Wrong(_("“%(given)s” is in the future") % {"given": _excerpt(written)})
    return moment


def _read_moment(written: str) -> datetime | None:
    try:
        if match := _DAY_FIRST.fullmatch(written):
            day, month, year, hour, minute, second = (int(part or 0) for part in match.groups())
            return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 the caller puts it into the shop's zone
        return datetime.fromisoformat(written) if written.isascii() else None
    except ValueError:
        return None


def _yes_or_no(name: str, given: Any, now: datetime, zone: ZoneInfo) -> bool:
    if isinstance(given, bool):
        return given
    word = str(given).strip().lower() if isinstance(given, str | int) else ""
    if word in _YES or word in _NO:
        return word in _YES
    raise _Wrong(_("“%(given)s” is neither yes nor no") % {"given": _excerpt(str(given))})


def _language(name: str, given: Any, now: datetime, zone: ZoneInfo) -> str:
    """vi or en; anything else is left to the reading of the text itself."""
    word = _string(given).strip().lower()
    for language, words in (("vi", _VIETNAMESE), ("en", _ENGLISH)):
        if word in words or word.startswith((f"{language}-", f"{language}_")):
            return language
    return ""


def _url(name: str, given: Any, now: datetime, zone: ZoneInfo) -> str:
    url = _string(given).strip()
    try:
        _url_is_web(url)
    except ValidationError:
        raise _Wrong(_("is not a web address that begins with http:// or https://")) from None
    if len(url) > 500:
        raise _Wrong(_("is longer than %(most)s characters") % {"most": 500})
    return url


def _string(given: Any) -> str:
    if not isinstance(given, str):
        raise _Wrong(_("must be a text"))
    if "\x00" in given:
        raise _Wrong(_("holds a NUL character, which cannot be stored"))
    try:
        given.encode()
    except UnicodeEncodeError:
        raise _Wrong(_("holds half a character (a lone surrogate), which cannot be stored")) from None
    return unicodedata.normalize("NFC", given)


def _excerpt(written: str) -> str:
    return written if len(written) <= 40 else f"{written[:39]}…"


_PARSERS = {
    **dict.fromkeys(_LENGTHS, _word),
    "text": _text,
    "stars": _stars,
    "said_at": _moment,
    "edited_at": _moment,
    "verified": _yes_or_no,
    "incentivised": _yes_or_no,
    "language": _language,
    "url": _url,
}
