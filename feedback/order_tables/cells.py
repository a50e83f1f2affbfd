"""RULE: single cells of a table of orders: amounts, times and names as people and programs write them."""

import re
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache

from feedback import money
from feedback.orthography import fold

_WRITTEN = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:,?[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s?([AP]M|SA|CH))?)?",
    re.ASCII | re.IGNORECASE,
)
ZONES_DIFFER = timedelta(hours=14)  # at most, from Greenwich
_MOST_DIGITS = 14  # of the largest amount that is kept
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[ T](\d{1,2}:.+))?", re.ASCII)
_SPACED_ZONE = re.compile(
    r"^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?) (?:([+-]\d\d):?(\d\d)|UTC|GMT)$", re.ASCII
)


@lru_cache(maxsize=2048)
def plain(words: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", fold(words)).split())


@lru_cache(maxsize=4096)
def short_name(said: str) -> str:
    """Of a store or a place, as its row is called: Hà Nội → ha-noi."""
    return "-".join(plain(said).encode("ascii", "ignore").decode().split())[:40].strip("-")


@lru_cache(maxsize=65_536)
def amount(written: str, currency: str) -> Decimal | str:
    """Or the key of what is wrong."""
    bare = written.strip()
    below = bare.startswith(("-", "−", "(")) or bare.endswith("-")
    if below:
        bare = bare.strip("-−() ")
    try:
        found = money.read_amount(bare, currency)
    except money.BadAmount:
        if sum(map(str.isdigit, bare)) > _MOST_DIGITS:
            return "too_large"
        return "not_in_currency" if re.fullmatch(r"[\d.,\s]+", bare) else "not_an_amount"
    return -found if below else found


@lru_cache(maxsize=4096)
def quantity(written: str) -> Decimal | None:
    text = written.strip().replace(",", ".")
    try:
        found = Decimal("" if "_" in text else text)
    except ArithmeticError:
        return None
    if not (found.is_finite() and 0 < found < 1_000_000_000) or found != round(found, 3):
        return None
    return found


def moment(written: str, day_first: bool, zone: tzinfo) -> datetime | None:
    """Without a zone of its own it is the shop's. None: no day that ever was, such as 29/02/2026."""
    try:
        if written[:4].isdigit() and written.isascii():
            written = _iso(written)
            is_zoned = len(written) > len("2026-11-30 09:00")
            found = datetime.fromisoformat(_SPACED_ZONE.sub(_with_zone, written) if is_zoned else written)
        elif match := _WRITTEN.fullmatch(written):
            found = _in_country(match, day_first)
        else:
            return None
        found = found if found.tzinfo else found.replace(tzinfo=zone)
        return found if 1 < found.year < 9999 else None
    except (ValueError, OverflowError):
        return None


def are_days_apart(one: datetime, other: datetime, zone: tzinfo) -> bool:
    """Not one moment of which only the day was written, or that was read in the zone of another country."""
    return abs(one - other) > ZONES_DIFFER and one.astimezone(zone).date() != other.astimezone(zone).date()


def _iso(written: str) -> str:
    """2026/11/1 9:05 as a machine would write it."""
    found = _YEAR_FIRST.fullmatch(written)
    if found is None:
        return written
    day = f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}"
    return f"{day} {'0' * (found[4][1] == ':')}{found[4]}" if found[4] else day


def _with_zone(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}:{match[3]}" if match[2] else f"{match[1]}+00:00"


def _in_country(match: re.Match[str], day_first: bool) -> datetime:
    one, two, year, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    day, month = (one, two) if day_first else (two, one)
    half = (match[7] or "").upper()
    if half:
        hour = hour % 12 + (12 if half in ("PM", "CH") else 0)
    return datetime(year, month, day, hour, minute, second, tzinfo=None)  # noqa: DTZ001 the caller knows the zone
