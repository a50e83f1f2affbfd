"""The headline figures in words: a number, its change, how sure it is, and where it opens."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from feedback.models import Headline
from feedback.models.words import WhyItCame
from feedback.templatetags.feedback import calendar_day, percent, signed, signed_percent

_OLDER = timedelta(minutes=30)  # than the page's other figures, before which nobody need be told
_MIX = {why.value: why.label for why in WhyItCame}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """`change` is a sentence with a sign and a word; `lines`: what is needed to judge the number. `url` may
    be "": not everybody may open what lies beneath."""

    name: str
    label: str
    number: str
    change: str
    lines: tuple[str, ...]
    url: str


_BEFORE = gettext_lazy("than in the 90 days before")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """`unit`: share (0 to 1), percent, score or hours. `time`: what the change is measured over."""

    label: str | Promise
    page: str
    unit: str
    less_is_better: bool = False
    time: str | Promise = _BEFORE


_KINDS = {
    "left": _Kind(
        label=gettext_lazy("Customers who left"), page="defections", unit="share", less_is_better=True,
        time=gettext_lazy("than 30 days ago"),
    ),
    "silent": _Kind(
        label=gettext_lazy("Bought and said nothing"), page="silence", unit="share", less_is_better=True,
        time=gettext_lazy("than in the three months before"),
    ),
    "recovered": _Kind(label=gettext_lazy("Problems solved the first time"), page="recovery", unit="share"),
    "promises": _Kind(label=gettext_lazy("Promises kept"), page="promises_kept", unit="share"),
    "queue": _Kind(
        label=gettext_lazy("Waiting for us"), page="replies", unit="hours", less_is_better=True,
        time=gettext_lazy("than 30 days ago"),
    ),
    "nps": _Kind(label=gettext_lazy("Would recommend us (NPS)"), page="surveys", unit="score"),
    "csat": _Kind(label=gettext_lazy("Satisfied (CSAT)"), page="surveys", unit="percent"),
    "satisfied": _Kind(label=gettext_lazy("Better than expected"), page="surveys", unit="percent"),
}  # fmt: skip


def of(found: Mapping[str, Headline], address: Callable[[str], str]) -> list[Tile]:
    """In the order of the page; what is not known is not there. `address`: of a page by its name, or "".
    What was found earlier than the others says when."""
    newest = max((row.found_at for row in found.values() if row.found_at), default=None)
    return [
        Tile(
            name=name, label=str(kind.label), number=_number(found[name].value, kind.unit),
            change=_change(found[name], kind),
            lines=(*_lines(name, found[name], kind), *_as_of(found[name].found_at, newest)),
            url=_url(address(kind.page), found[name]),
        )
        for name, kind in _KINDS.items()
        if name in found
    ]  # fmt: skip


def _url(page: str, row: Headline) -> str:
    """With the days that the figure is of, where it keeps them: the page's usual ones may be others."""
    days = {name: row.data[name] for name in ("from", "to") if name in row.data}
    return f"{page}?{urlencode(days)}" if page and days else page


def _number(value: float, unit: str) -> str:
    if unit == "share":
        return percent(value)
    if unit == "hours":
        return hours(value)
    if unit == "percent":
        return percent(value / 100)
    return signed(round(value))


def hours(value: float) -> str:
    """As people say it: hours up to two days, then days."""
    if value < 48:
        n = round(value)
        return ngettext("%(n)s hour", "%(n)s hours", n) % {"n": n}
    n = round(value / 24)
    return ngettext("%(n)s day", "%(n)s days", n) % {"n": n}


def _change(row: Headline, kind: _Kind) -> str:
    """ "+3 points, better than 30 days ago"."""
    if row.before is None:
        return _("nothing to compare with yet")
    moved = row.value - row.before
    by = moved * 100 if kind.unit == "share" else moved
    if abs(by) < 0.5:
        return _("as it was before")
    word = _("better") if (by < 0) == kind.less_is_better else _("worse")
    named, n = {"by": signed(round(by)), "word": word, "time": kind.time}, abs(round(by))
    if kind.unit == "hours":
        return ngettext("%(by)s hour, %(word)s %(time)s", "%(by)s hours, %(word)s %(time)s", n) % named
    if row.low is not None and row.high is not None and row.low <= row.before <= row.high:
        return (
            ngettext(
                "%(by)s point, not clearly better or worse %(time)s",
                "%(by)s points, not clearly better or worse %(time)s",
                n,
            )
            % named
        )
    return ngettext("%(by)s point, %(word)s %(time)s", "%(by)s points, %(word)s %(time)s", n) % named


def _lines(name: str, row: Headline, kind: _Kind) -> Iterator[str]:
    if row.low is not None and row.high is not None:
        ends = {"low": _number(row.low, kind.unit), "high": _number(row.high, kind.unit), "n": _count(row.n)}
        yield _("95 %%: %(low)s to %(high)s, of %(n)s") % ends
    yield from _MORE.get(name, _nothing)(row)


def _as_of(at: datetime | None, newest: datetime | None) -> Iterator[str]:
    if at and newest and newest - at > _OLDER:
        yield _("As of %(at)s.") % {"at": f"{calendar_day(at)} {timezone.localtime(at):%H:%M}"}


def _nothing(row: Headline) -> Iterator[str]:
    yield from ()


def _of_left(row: Headline) -> Iterator[str]:
    yield _("%(left)s of %(n)s until today. Aim: none.") % {
        "left": _count(row.data["left"]),
        "n": _count(row.n),
    }


def _of_queue(row: Headline) -> Iterator[str]:
    words = {"n": _count(row.n), "oldest": hours(row.data["oldest"])}
    yield _("the middle one of %(n)s; the oldest: %(oldest)s") % words


def _of_recovered(row: Headline) -> Iterator[str]:
    """S0-2: who had it solved at once may spend more than who had no problem."""
    data = row.data
    if "spent" not in data:
        return
    words = {"change": signed_percent(data["spent"])}
    if data["low"] is None or data["high"] is None:
        yield _("They then spent %(change)s beside those without a problem.") % words
    else:
        words |= {"low": signed_percent(data["low"]), "high": signed_percent(data["high"])}
        yield (
            _("They then spent %(change)s (95 %%: %(low)s to %(high)s) beside those without a problem.")
            % words
        )
    if "spent_at" in data:
        yield from _as_of(datetime.fromisoformat(data["spent_at"]), row.found_at)


def _mix(row: Headline) -> Iterator[str]:
    """S4-1: no score without why the answers came."""
    parts = [
        _("%(share)s %(why)s") % {"share": percent(one["n"] / row.n), "why": _MIX.get(one["why"], one["why"])}
        for one in row.data["mix"]
        if one["n"]
    ]
    yield _("Answers: %(mix)s") % {"mix": ", ".join(parts)}


def _count(n: int) -> str:
    return str(number_format(n, use_l10n=True, force_grouping=True))


_MORE: dict[str, Callable[[Headline], Iterator[str]]] = {
    "left": _of_left,
    "queue": _of_queue,
    "recovered": _of_recovered,
    "nps": _mix,
    "csat": _mix,
    "satisfied": _mix,
}
