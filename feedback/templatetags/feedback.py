"""Values as people read them, in the language of the page: money, shares, days, ages, stars."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date, format_time
from babel.numbers import format_decimal, format_percent
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from feedback import hours_words
from feedback.models import Promise
from feedback.money import format_money

register = template.Library()
NOTHING = "–"
_MINUTES = ((60 * 24, "d"), (60, "h"), (1, "min"))
_OWN_NAMES = {"vi": "Tiếng Việt", "en": "English"}
_DAYS = {"vi": ("d/M", "d/M/yyyy"), "en": ("d MMM", "d MMM yyyy")}


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    return NOTHING if amount is None else format_money(Decimal(amount), currency, _language())


@register.filter
def percent(share: float | Decimal | None, decimals: int = 0) -> str:
    """0.643 -> 64%."""
    if share is None:
        return NOTHING
    pattern = "#,##0." + "0" * decimals + "%" if decimals else "#,##0%"
    return _percent(share or 0, pattern, _language())


@register.filter
def clock(seconds: float | None) -> str:
    """125 -> 2:05: minutes and seconds, with hours where there are any."""
    return hours_words.clock(seconds)


@register.filter
def signed_percent(share: float | Decimal | None) -> str:
    """-0.8 -> −80%, 0.06 -> +6%, 0.004 -> 0%."""
    if share is None:
        return NOTHING
    size = Decimal(str(share))
    sign = "" if abs(size) < Decimal("0.005") else "+" if size > 0 else "−"
    return f"{sign}{percent(abs(size))}"


@register.filter
def rounded(number: float | Decimal | None, decimals: int = 0) -> str:
    """4.25 -> 4.3 with one decimal, in the page's language."""
    if number is None:
        return NOTHING
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    return format_decimal(Decimal(str(number)), format=pattern, locale=_language())


@register.filter
def signed(number: float | Decimal | None) -> str:
    """+3, −2, 0: with a real minus, as wide as the plus."""
    if number is None:
        return NOTHING
    return _signed(Decimal(str(number)), _language())


@register.filter
def signed_rounded(number: float | Decimal | None, decimals: int = 0) -> str:
    """−3.21 -> −3.2 with one decimal."""
    if number is None:
        return NOTHING
    nearest = round(Decimal(str(number)), decimals)
    return ("+" if nearest > 0 else "−" if nearest < 0 else "") + rounded(abs(nearest), decimals)


@register.filter
def tried(promise: Promise) -> str:
    """tried twice, last on 5 Oct; "" where nobody has called and reached nobody."""
    if not promise.unreached:
        return ""
    times = promise.unreached
    said = {"n": times, "day": day(promise.tried_at)}
    if times == 1:
        return _("tried once, %(day)s") % said
    if times == 2:
        return _("tried twice, last %(day)s") % said
    return ngettext("tried %(n)s time, last %(day)s", "tried %(n)s times, last %(day)s", times) % said


@register.filter
def day(value: date | datetime | None) -> str:
    """today, yesterday, Monday, 5 Oct, 5 Oct 2025: as near as it is, in the zone of the page."""
    if not value:
        return ""
    return _day(_local_date(value), timezone.localdate(), _language())


@register.filter
def calendar_day(value: date | datetime | None) -> str:
    """5 Oct, 5 Oct 2025, however near: for what is printed, kept, or begins a week."""
    if not value:
        return ""
    return _date(_local_date(value), timezone.localdate().year, _language())


@register.filter
def due_day(value: date | datetime | None) -> str:
    """As `day`, but one that is over by its date: of something to be done, "Thursday" is the coming one."""
    if not value:
        return ""
    return calendar_day(value) if _local_date(value) < timezone.localdate() else day(value)


@register.filter
def due_moment(value: datetime | None) -> SafeString | str:
    """`due_day` with the hour."""
    return _moment(value, due_day(value)) if value else ""


@register.filter
def late(due: date | None, today: date) -> str:
    """How late it is; "" where it is not."""
    n = (today - due).days if due else 0
    return ngettext("%(n)s day late", "%(n)s days late", n) % {"n": n} if n > 0 else ""


@register.filter
def full_day(value: date | None) -> str:
    """5 Oct 2025: the day itself, for what is read another day, on paper."""
    return format_date(value, _DAYS[_language()][1], locale=_language()) if value else ""


@register.filter
def letter_day(value: date, language: str) -> str:
    """As letters say it: Ngày 30 tháng 11 năm 2026, 30 November 2026. In the letter's language."""
    if language == "vi":
        return f"Ngày {value.day} tháng {value.month} năm {value.year}"
    return format_date(value, "d MMMM yyyy", locale="en")


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """The day as `day` says it, with the time; the machine's form beside it."""
    if not value:
        return ""
    return _moment(value, day(value))


@register.filter
def received(value: datetime | None) -> SafeString | str:
    """As `moment`; the day alone where nobody knows the hour, which is kept as midnight."""
    if not value:
        return ""
    local = timezone.localtime(value)
    if local.time() != datetime.min.time():
        return moment(value)
    return format_html('<time datetime="{}">{}</time>', local.date().isoformat(), day(value))


@register.filter
def age(since: datetime | None) -> str:
    """How long something waits, in one short word: 5 min, 2 h, 3 d."""
    if since is None:
        return ""
    minutes = max(0, int((timezone.now() - since).total_seconds() // 60))
    if minutes == 0:
        return _("now")
    size, unit = next((size, unit) for size, unit in _MINUTES if minutes >= size)
    n = minutes // size
    words = {"d": _("%(n)s d"), "h": _("%(n)s h"), "min": _("%(n)s min")}
    return words[unit] % {"n": n}


@register.filter
def stars(count: float | Decimal | None) -> SafeString | str:
    if count is None:
        return ""
    n = max(0, min(5, round(count)))
    words = ngettext("%(n)s star of 5", "%(n)s stars of 5", n) % {"n": n}
    return format_html(
        '<span class="stars" role="img" aria-label="{}">{}</span>', words, "★" * n + "☆" * (5 - n)
    )


@register.filter
def own_name(language: str) -> str:
    """How a language calls itself. (Django's table spells Vietnamese with separate marks.)"""
    return _OWN_NAMES.get(language, language)


@lru_cache(maxsize=2000)
def _moment(value: datetime, said: str) -> SafeString:
    time = format_time(timezone.localtime(value), "HH:mm", locale=_language())
    return format_html('<time datetime="{}">{}, {}</time>', value.isoformat(timespec="minutes"), said, time)


def _day(there: date, today: date, language: str) -> str:
    away = (there - today).days
    if away in (-1, 0, 1):
        return (_("yesterday"), _("today"), _("tomorrow"))[away + 1]
    if -7 < away < 0:
        return format_date(there, "EEEE", locale=language)
    return _date(there, today.year, language)


def _date(there: date, year: int, language: str) -> str:
    short, long = _DAYS[language]
    return format_date(there, short if there.year == year else long, locale=language)


@lru_cache(maxsize=2000)
def _percent(share: float | Decimal, pattern: str, language: str) -> str:
    return format_percent(share, format=pattern, locale=language).replace("-", "−")


@lru_cache(maxsize=2000)
def _signed(number: Decimal, language: str) -> str:
    text = format_decimal(abs(number), format="#,##0.##", locale=language)
    return f"+{text}" if number > 0 else f"−{text}" if number < 0 else text


def _language() -> str:
    return "vi" if (get_language() or "").startswith("vi") else "en"


def _local_date(value: date | datetime) -> date:
    return timezone.localdate(value) if isinstance(value, datetime) else value
