"""RULE: the columns and rows of a file of contacts, as a telephone system or a desk exports it, and of a file
of staffed hours. Quotes nobody: what is wrong is named by field and key.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum

from feedback.contacting import waits
from feedback.order_tables.cells import moment, plain

# Names of columns without marks, as `plain` gives them.
ALIASES = {
    "at": "at|time|date|started at|start time|call start|created|created at|date time|datetime|opened at"
    "|thoi gian|ngay|ngay gio|thoi diem|gio goi|bat dau|luc",
    "channel": "channel|type|medium|via|kenh|loai|hinh thuc",
    "reason": "reason|contact reason|topic|subject|category|queue|skill|disposition|tag|ly do|chu de|noi dung"
    "|nhanh|hang doi|van de",
    "waited": "waited|wait|wait time|waiting time|waited seconds|wait seconds|queue time|time in queue"
    "|speed of answer|first response time|thoi gian cho|cho|giay cho|cho may",
    "satisfied": "satisfied|satisfaction|csat|rating|score|happy|hai long|danh gia|diem|muc hai long",
    "direction": "direction|call direction|huong|chieu|chieu goi",
    "external_id": "id|external id|call id|uniqueid|unique id|ticket|ticket id|conversation id|ma|ma cuoc goi"
    "|ma phieu|so phieu",
    "order_number": "order|order number|order id|don hang|ma don|ma don hang|so don",
    "email": "email|e mail|customer email|thu dien tu",
    "location": "location|branch|store|site|chi nhanh|cua hang|dia diem",
    "agent": "agent|handled by|answered by|user|operator|assignee|nhan vien|nguoi nghe|tong dai vien",
}
HOUR_ALIASES = {
    "at": "hour|at|time|starts at|date|date time|datetime|gio|ngay gio|thoi gian|bat dau",
    "people": "people|staff|agents|staffed|agents on|on duty|so nguoi|nhan vien|so nhan vien|ca",
    "location": "location|branch|store|site|chi nhanh|cua hang|dia diem",
}
NEEDED = {"contacts": ("at",), "hours": ("at", "people")}
_CHANNELS = {
    "phone": "phone|call|voice|telephone|dien thoai|goi|cuoc goi|hotline|inbound|tong dai",
    "email": "email|e mail|mail|thu",
    "sms": "sms|text|text message|chat|zalo|messenger|whatsapp|live chat|tin nhan|nhan tin",
    "in_person": "in person|in store|visit|walk in|counter|truc tiep|tai cua hang|quay",
    "form": "form|web form|website|bieu mau|trang web",
    "letter": "letter|post|thu tay|thu buu dien",
}
_CHANNEL = {word: name for name, words in _CHANNELS.items() for word in words.split("|")}
_YES = frozenset(
    "yes|y|true|1|good|satisfied|happy|positive|co|hai long|tot|vui|rat hai long|very satisfied".split("|")
)
_NO = frozenset(
    "no|n|false|0|bad|unsatisfied|dissatisfied|not satisfied|unhappy|negative|khong|khong hai long"
    "|chua hai long|te|buon|very dissatisfied|rat khong hai long".split("|")
)
_UNKNOWN = frozenset(
    "|unknown|n a|na|none|neutral|offered|not asked|chua ro|khong ro|khong biet|binh thuong".split("|")
)
_OUT = frozenset("out|outbound|outgoing|goi ra|di".split("|"))
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?:\.\d+)?", re.ASCII)
_SECONDS = re.compile(r"(\d{1,6})(?:[.,]\d+)?\s*(s|sec|secs|seconds|giây|giay)?", re.ASCII | re.IGNORECASE)
_MINUTES = re.compile(
    r"(\d{1,4})\s*(m|min|mins|minutes|phút|phut|')(?:\s*(\d{1,2})\s*(?:s|giây|giay|\")?)?", re.IGNORECASE
)
_SCORE = re.compile(r"(\d{1,2})\s*(?:/\s*(\d{1,2})|sao|stars?|★)?", re.IGNORECASE)
_CANNOT_BE_STORED = re.compile("[\x00\ud800-\udfff]")
_LENGTHS = {"external_id": 120, "reason": 80, "order_number": 64, "email": 254, "agent": 150, "location": 80}
_FIRST_YEAR = 1990
_CLOCKS_DIFFER = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    field: str
    key: str


class BadRow(ValueError):
    def __init__(self, faults: Sequence[Fault]):
        super().__init__(", ".join(f"{fault.field}: {fault.key}" for fault in faults))
        self.faults = tuple(faults)


class Scale(StrEnum):
    """How a file writes that somebody was satisfied. A 1 is a yes, or the worst of five."""

    YES_NO = "yes_no"
    FIVE = "five"
    TEN = "ten"


BEST = {Scale.FIVE: 5, Scale.TEN: 10}
SATISFIED_FROM = {Scale.FIVE: 4, Scale.TEN: 8}  # the upper two fifths


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a file is to be understood. `columns`: field to place. `channel`: of rows that name none."""

    columns: Mapping[str, int]
    channel: str = "phone"
    day_first: bool = True
    scale: str = Scale.YES_NO


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One contact, as the file says it; "" and None: it does not say."""

    at: datetime
    channel: str
    reason: str = ""
    waited: int | None = None
    satisfied: bool | None = None
    is_outgoing: bool = False
    external_id: str = ""
    order_number: str = ""
    email: str = ""
    location: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    at: datetime
    people: Decimal
    location: str = ""


def kind_of(header: Iterable[str]) -> str:
    """hours or contacts: whichever the names of the columns look like."""
    names = [plain(name) for name in header]
    found = guess(names, "hours")
    is_hours = "people" in found and "satisfied" not in guess(names, "contacts")
    is_hours = is_hours and not {"reason", "waited", "external_id"} & guess(names, "contacts").keys()
    return "hours" if is_hours else "contacts"


def guess(header: Iterable[str], kind: str) -> dict[str, int]:
    """Field to place of its column, by name; the first of several."""
    aliases = HOUR_ALIASES if kind == "hours" else ALIASES
    known = {alias: name for name, all_of_it in aliases.items() for alias in all_of_it.split("|")}
    found: dict[str, int] = {}
    for place, said in enumerate(header):
        if name := known.get(plain(said)):
            found.setdefault(name, place)
    return found


def guess_scale(said: Iterable[str]) -> Scale:
    """By the largest figure in the column."""
    scores = [int(match[1]) for one in said if (match := _SCORE.fullmatch(one.strip()))]
    largest = max(scores, default=0)
    if largest > BEST[Scale.FIVE]:
        return Scale.TEN
    return Scale.FIVE if largest > 1 else Scale.YES_NO


def read(cells: Sequence[str], plan: Plan, *, now: datetime, zone: tzinfo) -> Row:
    """Raises BadRow, naming every field that is wrong."""
    reading = _Reading(cells, plan, now, zone)
    at, channel = reading.at(), reading.channel()
    waited, satisfied = reading.waited(), reading.satisfied()
    words = {name: reading.words(name) for name in _LENGTHS}
    if reading.faults or at is None:
        raise BadRow(reading.faults)
    is_outgoing = plain(reading.said("direction")) in _OUT
    words["email"] = words["email"].lower()
    return Row(at=at, channel=channel, waited=waited, satisfied=satisfied, is_outgoing=is_outgoing, **words)


def read_hour(cells: Sequence[str], plan: Plan, *, now: datetime, zone: tzinfo) -> Hour:
    """One staffed hour. Hours to come may be planned, a year ahead at most. Raises BadRow."""
    reading = _Reading(cells, plan, now + timedelta(days=366), zone)
    at, location = reading.at(), reading.words("location")
    people = reading.people()
    if reading.faults or at is None or people is None:
        raise BadRow(reading.faults)
    return Hour(at=at, people=people, location=location)


class _Reading:
    """One row being read; gathers what is wrong."""

    def __init__(self, cells: Sequence[str], plan: Plan, latest: datetime, zone: tzinfo) -> None:
        self.cells, self.plan, self.latest, self.zone = cells, plan, latest, zone
        self.faults: list[Fault] = []

    def said(self, name: str) -> str:
        place = self.plan.columns.get(name, -1)
        return self.cells[place].strip() if 0 <= place < len(self.cells) else ""

    def fault(self, name: str, key: str) -> None:
        self.faults.append(Fault(field=name, key=key))

    def words(self, name: str) -> str:
        said = " ".join(_CANNOT_BE_STORED.sub("", self.said(name)).split())
        if len(said) > _LENGTHS[name]:
            self.fault(name, "too_long")
        return said

    def at(self) -> datetime | None:
        said = self.said("at")
        if not said:
            self.fault("at", "missing")
            return None
        found = moment(said, self.plan.day_first, self.zone)
        if found is None:
            self.fault("at", "not_a_moment")
        elif found.year < _FIRST_YEAR:
            self.fault("at", "too_long_ago")
        elif found > self.latest + _CLOCKS_DIFFER:
            self.fault("at", "in_future")
        else:
            return found
        return None

    def channel(self) -> str:
        said = plain(self.said("channel"))
        if said and said not in _CHANNEL and said not in _CHANNELS:
            self.fault("channel", "unknown_channel")
        return _CHANNEL.get(said, said if said in _CHANNELS else self.plan.channel)

    def waited(self) -> int | None:
        said = self.said("waited")
        if not said or plain(said) in _UNKNOWN:
            return None
        found = seconds(said)
        if found is None:
            self.fault("waited", "not_a_wait")
        elif found > waits.LONGEST:
            self.fault("waited", "too_long_a_wait")
        else:
            return found
        return None

    def satisfied(self) -> bool | None:
        said = plain(self.said("satisfied"))
        if said in _UNKNOWN:
            return None
        if (said in _YES or said in _NO) and (self.plan.scale == Scale.YES_NO or not said.isdigit()):
            return said in _YES
        best = BEST.get(Scale(self.plan.scale), 0)
        match = _SCORE.fullmatch(self.said("satisfied")) if best else None
        if match and int(match[2] or best) == best and match[1] and 0 <= int(match[1]) <= best:
            return int(match[1]) >= SATISFIED_FROM[Scale(self.plan.scale)]
        self.fault("satisfied", "not_a_score" if best else "not_yes_or_no")
        return None

    def people(self) -> Decimal | None:
        said = self.said("people").replace(",", ".")
        if not said:
            self.fault("people", "missing")
            return None
        try:
            found = Decimal("" if "_" in said else said)
        except ArithmeticError:
            self.fault("people", "not_a_number")
            return None
        if not (found.is_finite() and 0 <= found < 1000):
            self.fault("people", "not_a_number")
            return None
        return round(found, 2)


def seconds(written: str) -> int | None:
    """45, 45s, 2:05, 0:02:05, 2 min, 2 phút 5: in seconds. None: none of these."""
    text = written.strip()
    if match := _CLOCK.fullmatch(text):
        hours, minutes, rest = (int(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + rest if rest < 60 else None
    if match := _MINUTES.fullmatch(text):
        return int(match[1]) * 60 + int(match[3] or 0)
    match = _SECONDS.fullmatch(text)
    return int(match[1]) if match else None
