"""The three sentences of the weekly letter, computed from its numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from feedback.front.tiles import Tile
from feedback.models import Headline
from feedback.templatetags.feedback import percent

ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Comments of a week, beside those of the week before; how many of them are negative."""

    n: int
    before: int
    negative: int
    negative_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Complaints of a week and of the week before."""

    slug: str
    name: str
    now: int
    before: int


def chance(now: int, before: int) -> float:
    """How often two weeks alike would differ at least so much: the exact test of two counts, two-sided."""
    n, most = now + before, max(now, before)
    if not n:
        return 1.0
    return min(1.0, 2 * sum(comb(n, k) for k in range(most, n + 1)) / 2**n)


def moved(themes: Sequence[Theme]) -> Theme | None:
    """The one whose complaints changed most surely, if that is more than chance among so many themes (Holm's
    first step, 1979)."""
    tried = [one for one in themes if one.now or one.before]
    if not tried:
        return None
    first = min(tried, key=lambda one: (chance(one.now, one.before), -abs(one.now - one.before), one.slug))
    return first if chance(first.now, first.before) * len(tried) <= ALPHA else None


def of_comments(week: Week) -> str:
    if not week.n:
        return _("Nobody said anything in this week; %(before)s comments came in the week before.") % {
            "before": _number(week.before)
        }
    said = ngettext(
        "%(n)s comment came, and %(before)s in the week before",
        "%(n)s comments came, and %(before)s in the week before",
        week.n,
    ) % {"n": _number(week.n), "before": _number(week.before)}
    negative = _("%(share)s are negative") % {"share": percent(week.negative / week.n)}
    if week.before:
        negative += _(" (before: %(share)s)") % {"share": percent(week.negative_before / week.before)}
    return f"{said}; {negative}."


def of_themes(themes: Sequence[Theme]) -> str:
    one = moved(themes)
    if one is None:
        return _("No theme's complaints changed by more than chance would have it.")
    words = {"theme": one.name, "now": _number(one.now), "before": _number(one.before)}
    if one.now > one.before:
        return _("Complaints about “%(theme)s” rose from %(before)s to %(now)s, hardly by chance.") % words
    return _("Complaints about “%(theme)s” fell from %(before)s to %(now)s, hardly by chance.") % words


def of_figures(tiles: Sequence[Tile], found: Mapping[str, Headline]) -> str:
    """The headline that moved farthest beyond its interval; where none did, the first of the page."""
    if not tiles:
        return _("The figures of the morning page are not known yet.")
    farthest = max(tiles, key=lambda tile: _beyond(found[tile.name]))
    one = farthest if _beyond(found[farthest.name]) > 0 else tiles[0]
    return f"{one.label}: {one.number}; {one.change}."


def _beyond(row: Headline) -> float:
    """How far what was before lies outside of the interval, in widths of it; 0: within, or not known."""
    if row.before is None or row.low is None or row.high is None or row.high <= row.low:
        return 0.0
    return max(row.low - row.before, row.before - row.high, 0.0) / (row.high - row.low)


def _number(n: int) -> str:
    return str(number_format(n, use_l10n=True, force_grouping=True))
