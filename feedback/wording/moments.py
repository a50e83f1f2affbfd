"""Days, times and spans of time that a text promises. Plain Python: spans and values, no judgement."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from feedback.orthography import unmark

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_MONTH_NAMES = _MONTHS.split("|")
_SHORT = r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_THU = ["thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật"]
_WEEKDAYS = {unmark(name): n for names in (_DAYS, _THU) for n, name in enumerate(names)}
_FEW = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|fourteen|thirty|a few|few|a couple of|couple of"
    r"|several"
    r"|một hai|một|hai ba|hai|ba bốn|ba|bốn|năm|sáu|bảy|tám|chín|mười|vài ba|vài|ít|nửa"
    r"|mot|bon|nam|sau|bay|tam|chin|muoi|vai|nua|half an?"
)
_WITHIN = (
    r"(?:within|in|after|in less than|in under|will take|it'll take|takes up to"
    r"|trong|trong vòng|trong vong|khoảng|khoang|chừng|chậm nhất"
    r"|cham nhat|sau)"
    r"(?:\s(?:the next|the|less than|about|around|just|only|next|khoảng|chừng))?"
)
_UNIT = (
    r"(?:working|business) days?|ngày làm việc|ngay lam viec|days?|hours?|hrs?|h|minutes?|mins?|weeks?"
    r"|months?"
    r"|fortnights?|weekdays?|ngày|ngay|giờ|gio|tiếng|tieng|tuần|tuan|tháng|thang|phút|phut|hôm|hom"
)
_DURATION = re.compile(
    rf"(?<!\w)(?:(?:{_WITHIN}\s)?(?P<digits>\d{{1,3}})(?P<range>\s?[-–]\s?\d{{1,3}})?|{_WITHIN}\s(?:{_FEW})"
    r"|(?:within|in less than|in under)\s(?:an?|the)|in\s(?:an?|another))"
    rf"[\s-]?(?P<unit>{_UNIT})(?!\w)(?! of (?!the)| ago| trước| rồi)",
    re.I,
)
_FROM_NOW = re.compile(
    rf"(?<!\w)(?:{_FEW}|\d{{1,3}})\s(?:more\s)?(?:{_UNIT})\s(?:nữa|nua|tới|from now|at most|at the latest"
    rf"|tops)(?!\w)",
    re.I,
)
_NUMERIC = re.compile(
    r"(?<![\w/.-])(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?(?![\w/%])"
    r"|(?<!\w)(\d{4})-(\d{2})-(\d{2})(?!\w)"
)
_WRITTEN = re.compile(
    rf"(?<!\w)(?:(\d{{1,2}})(?:st|nd|rd|th)?(?:\sof)?\s({_MONTHS}|{_SHORT})"
    rf"|({_MONTHS}|{_SHORT})\.?\s(\d{{1,2}})(?:st|nd|rd|th)?)(?:,?\s(\d{{4}}))?(?!\w)",
    re.I,
)
_VIETNAMESE = re.compile(r"(?<!\w)ng[àa]y\s(\d{1,2})\sth[áa]ng\s(\d{1,2})(?:\sn[ăa]m\s(\d{4}))?(?!\w)", re.I)
# "on a Monday" and "on Mondays" are not a day that anybody waits for; "lần thứ hai" is the second time.
_WEEKDAY = re.compile(
    rf"(?<!\ba )(?<!last )(?<!every )(?<!that )(?<!\w)(?:{'|'.join(_DAYS)})(?!\w)"
    r"|(?<!lần )(?<!người )(?<!điều )(?<!món )(?<!cái )(?<!bên )(?<!việc )(?<!chuyện )(?<!mùa )"
    r"(?<!mua )(?<!\w)"
    rf"(?:{'|'.join(_THU)}|thu hai|thu ba|thu tu|thu nam|thu sau|thu bay|chu nhat)(?!\w)(?! (?:trước|vừa"
    rf" rồi|tuần trước|rồi))",
    re.I,
)
# Opening hours, and what is so every week, are no promise.
_ANY_DAY = "|".join([*_DAYS, *_THU, *sorted(map(unmark, _THU))])
_HABIT = re.compile(
    rf"(?<!\w)(?:(?:mỗi|các|cả|những|hàng tuần|moi|cac|ca|nhung|hang tuan)\s(?:{_ANY_DAY})(?!\w)"
    r"|(?:mở|đóng|nghỉ|mở cửa|đóng cửa|nghỉ bán|trực|mo|mo cua|dong cua|nghi ban|closed|open|opens|closes)"
    rf"(?:\s[^\s.!?;]+){{0,5}}?[\s,]+(?:on\s|vào\s)?(?:{_ANY_DAY})s?(?!\w)"
    rf"|(?:from\s|từ\s|tu\s)?(?:{_ANY_DAY})s?\s?(?:-|–|to|through|till|until|đến|tới|den|toi)\s?"
    rf"(?:{_ANY_DAY})s?(?!\w))",
    re.I,
)
_SHORT_DAY = re.compile(
    r"(?<!\w)(?:by|next|until|before|this|till)\s(?:mon|tues?|weds?|thurs?|fri|sat|sun)(?!\w)", re.I
)
_FEAST = r"christmas|xmas|easter|new year(?:'?s)?|the holidays|the new year|tet"
_OURS = "em|shop|bên em|ben em|mình|minh|tụi em|tui em|quán|quan|tiệm|tiem|bên|ben"
_DOES = (
    "gọi|goi|giao|gửi|gui|trả|tra|ship|báo|bao|có|co|liên|lien|xử|xu|nhắn|nhan"  # "Mai em gọi chị": tomorrow
)
_LOOSE = re.compile(
    r"(?<!\w)(?:by the \d{1,2}(?:st|nd|rd|th)|(?:sáng|trưa|chiều|tối|ngày|bữa) mốt"
    r"|tomorrow|tonight|overnight|later today|by today|first thing(?! that| you| we| i| to)"
    r"|at the latest|same[- ]day"
    r"|next[- ]day"
    r"|(?:the\s)?(?:next|coming|following)\s(?:day|week|month|weekend|year|morning)"
    r"|(?:by|over|before|until|this|at)\s(?:the\s|this\s|next\s)?weekend"
    r"|(?:by|before|until)\s(?:noon|midday|midnight|lunch|lunchtime|tonight|evening|this evening|morning"
    r"|nightfall)"
    r"|(?:later |by |before )?this\s(?:afternoon|evening)"
    rf"|(?:by|before|until|around|after|in time for)\s(?:{_FEAST})"
    r"|(?:by|before|at)\s(?:the\s)?(?:end|start|beginning|middle)\sof\s(?:the\s|this\s|next\s)?(?:day|week"
    r"|month|year|quarter)"
    r"|(?:by|before)\s\d{1,2}(?::\d\d)?\s?(?:am|pm|o'?clock)|end of day|by eod"
    r"|ngày mai|ngay mai|ngày mốt|ngay mot|ngày kia|ngay kia|sáng mai|sang mai|trưa mai|chiều mai|chieu"
    r" mai|tối mai|toi mai"
    r"|sớm mai|nay mai|tối nay|toi nay|đêm nay|chiều nay|chieu nay|trưa nay|ngay hôm nay|trong hôm nay|hôm"
    r" sau|bữa sau có"
    r"|ngày một ngày hai|trong ngày|trong ngay|trong hom nay|"
    rf"(?<!chị )(?<!bạn )(?<!em )(?<!cô )mai(?=\s(?:{_OURS}) (?:sẽ |se )?(?:{_DOES}))"
    r"|(?:trước|sau|ra|qua|truoc)\s(?:tết|tet|lễ|giáng sinh|noel)"
    r"|(?:đầu|giữa|cuối|dau|giua|cuoi)\s(?:ngày|tuần|tháng|năm|ngay|tuan|thang)(?!\s(?:đó|ấy|trước|qua|rồi"
    r"|vừa|mà|do|truoc))"
    r"|(?<!đầu )(?<!giữa )(?<!cuối )(?<!chuyển )(?<!chuyen )(?<!gui )(?<!duoc )(?:tuần|tháng|tuan"
    r"|thang)\s(?:sau|tới|toi|này|nay)"
    r"|(?<!mai )mốt\s(?:giao|có|gửi|ship|tới|về|shop|em|gọi|là|hàng|lấy|bên))(?!\w)",
    re.I,
)
# Most texts name no time at all, and looking up a word is far quicker than searching for these.
_UNIT_WORDS = frozenset(
    "day days hour hours hr hrs h minute minutes min mins week weeks month months fortnight fortnights"
    " weekday"
    " weekdays ngay gio tieng tuan thang phut hom".split()
)
_WEEKDAY_WORDS = frozenset([*_DAYS, "thu", "chu"])
_SHORT_WORDS = frozenset("mon tue tues wed weds thu thur thurs fri sat sun".split())
_LOOSE_WORDS = frozenset(
    "tomorrow tonight overnight today first latest same next coming following weekend noon midday"
    " midnight lunch"
    " lunchtime evening morning nightfall afternoon christmas xmas easter new holidays tet end start"
    " beginning"
    " middle eod mai mot kia nay sau ngay le giang noel dau giua cuoi tuan thang".split()
)
_WORKING = re.compile("working|business|làm việc|lam viec", re.I)


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


def moments(text: str, words: Collection[str]) -> Iterator[Moment]:
    """`words`: the bare words of the text. Overlapping ones may come twice; the caller judges each."""
    known = frozenset(words)
    figures = any(word[0].isdigit() for word in known)
    if figures or not known.isdisjoint(_UNIT_WORDS):
        yield from _spans_of_time(text)
    if not known.isdisjoint(_WEEKDAY_WORDS):
        usual = [match.span() for match in _HABIT.finditer(text)]
        for match in _WEEKDAY.finditer(text):
            if any(first <= match.start() and match.end() <= last for first, last in usual):
                continue
            day = _WEEKDAYS[unmark(match.group().lower())]
            yield Moment(start=match.start(), end=match.end(), weekday=day)
    for loose, needed in ((_SHORT_DAY, _SHORT_WORDS), (_LOOSE, _LOOSE_WORDS)):
        if figures or not known.isdisjoint(needed):
            for match in loose.finditer(text):
                yield Moment(start=match.start(), end=match.end())
    if figures:
        yield from _dates(text)


def _spans_of_time(text: str) -> Iterator[Moment]:
    for match in _DURATION.finditer(text):
        exact = match["digits"] and not match["range"] and _WORKING.search(match["unit"])
        yield Moment(
            start=match.start(), end=match.end(), working_days=int(match["digits"]) if exact else None
        )
    for match in _FROM_NOW.finditer(text):
        yield Moment(start=match.start(), end=match.end())


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
