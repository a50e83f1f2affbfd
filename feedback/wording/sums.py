"""Sums, dates and times that a text mentions. Plain Python: spans and values, no judgement."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from feedback.orthography import unmark

_NUMBER = r"\d{1,3}(?:[.,\s\u00a0]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_MULTIPLES = {
    "k": 1000, "ngàn": 1000, "nghìn": 1000, "ngan": 1000, "nghin": 1000,
    "tr": 10**6, "triệu": 10**6, "trieu": 10**6, "củ": 10**6, "million": 10**6, "thousand": 1000,
}  # fmt: skip
_UNIT = (
    r"(?P<unit>₫|vnd|vnđ|đồng|dong|đ|d|k|nghìn|ngàn|nghin|ngan|triệu|trieu|tr|củ|usd|eur|gbp|\$|€|£"
    r"|dollars?|euros?|pounds?|bucks?|thousand|million)"
)
_SUM = re.compile(
    rf"(?<![\w.,])(?:(?P<sign>[$€£₫])\s?(?P<first>{_NUMBER})(?!\d)|(?P<second>{_NUMBER})\s?{_UNIT}(?!\w))",
    re.I,
)
_PERCENT = re.compile(
    r"(?<![\w.,])(\d{1,3}(?:[.,]\d+)?)\s?(?:%|percent|per cent|phần trăm|phan tram)(?!\w)", re.I
)

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_MONTH_NAMES = _MONTHS.split("|")
_SHORT = r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_THU = ["thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật"]
_WEEKDAYS = {unmark(name): n for names in (_DAYS, _THU) for n, name in enumerate(names)}
_NUMERAL = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|a few|few|a couple of|several"
    r"|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|vài|mấy"
)
_WITHIN = r"(?:within|in|after|trong|trong vòng|trong vong|sau)(?:\sthe\snext)?"
_DURATION = re.compile(
    rf"(?<!\w)(?:(?:{_WITHIN}\s)?(?P<digits>\d{{1,3}})(?P<range>\s?[-–]\s?\d{{1,3}})?|{_WITHIN}\s(?:{_NUMERAL}))"
    r"[\s-]?(?P<unit>(?:working|business) days?|ngày làm việc|ngay lam viec|days?|hours?|hrs?|h"
    r"|minutes?|weeks?|months?|ngày|ngay|giờ|gio|tiếng|tuần|tuan|tháng|thang|phút|phut|hôm)(?!\w)",
    re.I,
)
_NUMERIC = re.compile(
    r"(?<![\w/.-])(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?(?![\w/%])|(?<!\w)(\d{4})-(\d{2})-(\d{2})(?!\w)"
)
_WRITTEN = re.compile(
    rf"(?<!\w)(?:(\d{{1,2}})(?:st|nd|rd|th)?(?:\sof)?\s({_MONTHS}|{_SHORT})|({_MONTHS}|{_SHORT})\.?\s(\d{{1,2}})(?:st|nd|rd|th)?)"
    r"(?:,?\s(\d{4}))?(?!\w)",
    re.I,
)
_VIETNAMESE = re.compile(r"(?<!\w)ng[àa]y\s(\d{1,2})\sth[áa]ng\s(\d{1,2})(?:\sn[ăa]m\s(\d{4}))?(?!\w)", re.I)
_WEEKDAY = re.compile(
    rf"(?<!\w)(?:{'|'.join(_DAYS)})s?(?!\w)|(?<!lần )(?<!người )(?<!điều )(?<!món )(?<!cái )(?<!bên )(?<!\w)"
    rf"(?:{'|'.join(_THU)}|thu hai|thu ba|thu tu|thu nam|thu sau|thu bay|chu nhat)(?!\w)",
    re.I,
)
_LOOSE = re.compile(
    r"(?<!\w)(?:tomorrow|tonight|later today|by today|(?:next|coming)\s(?:week|month|weekend)|"
    r"by\s(?:the\s)?end\sof\s(?:the\s|this\s|next\s)?(?:day|week|month|year)|end of day|"
    r"ngày mai|ngay mai|ngày mốt|ngày kia|sáng mai|chiều mai|tối nay|chiều nay|ngay hôm nay|trong hôm nay|"
    r"trong ngày|(?:tuần|tháng|tuan|thang)\s(?:sau|tới|toi|này|nay)|cuối\s(?:ngày|tuần|tháng|năm)"
    r"|cuoi\s(?:ngay|tuan|thang))(?!\w)",
    re.I,
)
_WORKING = re.compile("working|business|làm việc|lam viec", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    start: int
    end: int
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time that a text names: a day (`year` None if not said), a weekday from 0, or working days."""

    start: int
    end: int
    day: tuple[int | None, int, int] | None = None
    weekday: int | None = None
    working_days: int | None = None

    def is_on(self, day: date) -> bool:
        if self.weekday is not None:
            return day.weekday() == self.weekday
        if self.day is None:
            return False
        year, month, of_month = self.day
        return (month, of_month) == (day.month, day.day) and year in {None, day.year}


def sums(text: str) -> Iterator[Sum]:
    for match in _SUM.finditer(text):
        written = match["first"] or match["second"]
        value = _value(written, _MULTIPLES.get((match["unit"] or "").lower(), 1))
        if value is not None:
            yield Sum(start=match.start(), end=match.end(), value=value)


def percents(text: str) -> Iterator[Sum]:
    for match in _PERCENT.finditer(text):
        yield Sum(start=match.start(), end=match.end(), value=Decimal(match[1].replace(",", ".")))


def moments(text: str) -> Iterator[Moment]:
    """Overlapping ones may come twice; the caller judges each."""
    for match in _DURATION.finditer(text):
        exact = match["digits"] and not match["range"] and _WORKING.search(match["unit"])
        yield Moment(
            start=match.start(), end=match.end(), working_days=int(match["digits"]) if exact else None
        )
    for match in _WEEKDAY.finditer(text):
        yield Moment(start=match.start(), end=match.end(), weekday=_weekday(match.group().lower()))
    for match in _LOOSE.finditer(text):
        yield Moment(start=match.start(), end=match.end())
    yield from _dates(text)


def _dates(text: str) -> Iterator[Moment]:
    for match in _NUMERIC.finditer(text):
        day, month, year, iso_year, iso_month, iso_day = match.groups()
        if iso_year:
            named = (int(iso_year), int(iso_month), int(iso_day))
            yield Moment(start=match.start(), end=match.end(), day=named)
        elif 1 <= int(day) <= 31 and 1 <= int(month) <= 12:
            in_year = int(year) + (2000 if len(year) == 2 else 0) if year else None
            yield Moment(start=match.start(), end=match.end(), day=(in_year, int(month), int(day)))
    for match in _WRITTEN.finditer(text):
        day, month = match[1] or match[4], match[2] or match[3]
        in_year = int(match[5]) if match[5] else None
        yield Moment(start=match.start(), end=match.end(), day=(in_year, _month(month), int(day)))
    for match in _VIETNAMESE.finditer(text):
        in_year = int(match[3]) if match[3] else None
        yield Moment(start=match.start(), end=match.end(), day=(in_year, int(match[2]), int(match[1])))


def _month(name: str) -> int:
    return next(n for n, full in enumerate(_MONTH_NAMES, 1) if full.startswith(name.lower()[:3]))


def _weekday(name: str) -> int:
    return _WEEKDAYS[unmark(name).removesuffix("s")]


def _value(written: str, times: int) -> Decimal | None:
    """ "1.250.000", "12,50" and "1 250" as numbers: a sign before exactly three digits parts thousands."""
    plain = re.sub(r"[\s\u00a0]", "", written)
    last = max(plain.rfind("."), plain.rfind(","))
    if last >= 0 and len(plain) - last - 1 != 3:
        plain = re.sub("[.,]", "", plain[:last]) + "." + plain[last + 1 :]
    else:
        plain = re.sub("[.,]", "", plain)
    try:
        return Decimal(plain) * times
    except InvalidOperation:
        return None
