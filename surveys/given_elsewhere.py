"""RULE: one row of answers that another program kept, read from a table: a score, words, when, from whom.

Plain Python. Names of columns are known as Delighted, Retently and the like write them, in two languages.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from feedback.orthography import fold

FIELDS = ("score", "comment", "said_at", "external_id", "email", "language", "share")
NEEDED = ("score", "said_at")
LONGEST = 20_000  # characters of a comment
STEPS = {"scale_10": range(11), "smileys": range(1, 6), "effort": range(1, 8), "stars": range(1, 6)}
_CLOCKS_DIFFER = timedelta(minutes=5)
_FIRST_YEAR = 1995
_ALIASES = {
    alias: name
    for name, aliases in {
        "score": "score|rating|nps|nps score|csat|ces|stars|answer|response|value|diem|so diem|danh gia",
        "comment": "comment|comments|feedback|text|answer text|open answer|verbatim|reason|message"
        "|nhan xet|gop y|ly do|noi dung",
        "said_at": "created at|response date|responded at|answered at|date|submitted at|submission date"
        "|completed at|created|time|timestamp|rating date|feedback date|ngay|thoi gian|ngay tra loi",
        "external_id": "id|response id|feedback id|survey response id|permalink|submission id|ma|ma so",
        "email": "email|person email|e mail|customer email|email address|contact email|thu dien tu",
        "language": "language|locale|lang|ngon ngu",
        "share": "wallet share|share of wallet|share of visits|share with us|percent with us"
        "|ty le mua o tiem|phan tram mua o tiem|phan mua o tiem",
    }.items()
    for alias in aliases.split("|")
}
_DAY_FIRST = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:,?[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII
)
_SCORE = re.compile(r"(\d{1,2})(?:[.,]0+)?", re.ASCII)
_SHARE = re.compile(r"(\d{1,3})(?:[.,]0+)? ?%?", re.ASCII)
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}@[^\s@<>()\[\],;:\"]+\.[^\s@<>()\[\],;:\".]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`share`: per cent of their visits that are with us, by their own word; None: not said."""

    external_id: str
    score: int
    said_at: datetime
    comment: str = ""
    email: str = ""
    language: str = ""
    share: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`key`: missing, not_a_score, not_a_moment, in_future, not_an_address, not_a_share or too_long. Quotes
    nothing."""

    field: str
    key: str


class BadRow(ValueError):
    def __init__(self, faults: Sequence[Fault]):
        super().__init__(", ".join(f"{fault.field}: {fault.key}" for fault in faults))
        self.faults = faults


def guess(header: Iterable[str]) -> dict[str, int]:
    """Field to place of its column, by name; the first of several."""
    found: dict[str, int] = {}
    for place, name in enumerate(header):
        known = _ALIASES.get(" ".join(re.sub(r"[\W_]+", " ", fold(name)).split()))
        if known:
            found.setdefault(known, place)
    return found


def read(cells: Sequence[str], columns: Mapping[str, int], *, scale: str, now: datetime, zone: tzinfo) -> Row:
    """Raises BadRow, naming every field that is wrong. Without an id, one is made of the row's own words."""
    given = {name: cells[place].strip() for name, place in columns.items() if 0 <= place < len(cells)}
    faults: list[Fault] = []
    score = _score(given.get("score", ""), STEPS[scale], faults)
    said_at = _moment(given.get("said_at", ""), now, zone, faults)
    comment, email = given.get("comment", ""), given.get("email", "").lower()
    if len(comment) > LONGEST:
        faults.append(Fault(field="comment", key="too_long"))
    if email and (len(email) > 254 or not _EMAIL.fullmatch(email)):
        faults.append(Fault(field="email", key="not_an_address"))
    share = _share(given.get("share", ""), faults)
    external_id = given.get("external_id", "")
    if len(external_id) > 120:
        external_id = _digest(external_id)
    if faults or score is None or said_at is None:
        raise BadRow(faults)
    return Row(
        external_id=external_id or _digest(f"{said_at.isoformat()}\x1f{email}\x1f{score}\x1f{comment}"),
        score=score,
        said_at=said_at,
        comment=comment,
        email=email,
        language=_language(given.get("language", "")),
        share=share,
    )


def _score(written: str, steps: range, faults: list[Fault]) -> int | None:
    if not written:
        faults.append(Fault(field="score", key="missing"))
        return None
    found = _SCORE.fullmatch(written)
    if not found or int(found[1]) not in steps:
        faults.append(Fault(field="score", key="not_a_score"))
        return None
    return int(found[1])


def _share(written: str, faults: list[Fault]) -> int | None:
    """75, 75 %, 75.0. A part of one, as .75, is refused: 1 would be all of it or one of a hundred."""
    if not written:
        return None
    found = _SHARE.fullmatch(written)
    if not found or int(found[1]) > 100:
        faults.append(Fault(field="share", key="not_a_share"))
        return None
    return int(found[1])


def _moment(written: str, now: datetime, zone: tzinfo, faults: list[Fault]) -> datetime | None:
    if not written:
        faults.append(Fault(field="said_at", key="missing"))
        return None
    found = _parsed(written)
    if found is None or not _FIRST_YEAR <= found.year <= 9990:
        faults.append(Fault(field="said_at", key="not_a_moment"))
        return None
    found = found if found.tzinfo else found.replace(tzinfo=zone)
    if found > now + _CLOCKS_DIFFER:
        faults.append(Fault(field="said_at", key="in_future"))
        return None
    return found


def _parsed(written: str) -> datetime | None:
    """2026-03-31 14:05:06 UTC, 31/03/2026 14:05, seconds since 1970."""
    plain = re.sub(r" ?(UTC|GMT|Z)$", "+00:00", written)
    try:
        if found := _DAY_FIRST.fullmatch(written):
            day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
            return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 the caller knows the zone
        if written.isascii() and written.isdigit() and 9 <= len(written) <= 10:
            return datetime.fromtimestamp(int(written), UTC)
        return datetime.fromisoformat(plain) if plain.isascii() else None
    except (ValueError, OverflowError, OSError):
        return None


def _language(written: str) -> str:
    short = written.strip().lower()[:2]
    return short if short in ("vi", "en") else ""


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()
