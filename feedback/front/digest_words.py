"""The three sentences of the weekly letter, computed from its numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from feedback.front.tiles import Tile
from feedback.models import Alert, Headline
from feedback.templatetags.alert_words import alert_chance, alert_count, alert_title
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
    """Complaints of a week and of the week before. `at_once`: those among them that came in bursts."""

    slug: str
    name: str
    now: int
    before: int
    at_once: int = 0
    at_once_before: int = 0

    @property
    def usual(self) -> tuple[int, int]:
        """Now and before, without bursts: what alerts count."""
        return self.now - self.at_once, self.before - self.at_once_before


def chance(now: int, before: int) -> float:
    """How often two weeks alike would differ at least so much: the exact test of two counts, two-sided."""
    n, most = now + before, max(now, before)
    if not n:
        return 1.0
    return min(1.0, 2 * sum(comb(n, k) for k in range(most, n + 1)) / 2**n)


def moved(themes: Sequence[Theme]) -> Theme | None:
    """The one whose complaints changed most surely, without bursts, if that is more than chance among so many
    themes (Holm's first step, 1979)."""
    tried = [one for one in themes if any(one.usual)]
    if not tried:
        return None
    first = min(tried, key=lambda one: (chance(*one.usual), -abs(one.usual[0] - one.usual[1]), one.slug))
    return first if chance(*first.usual) * len(tried) <= ALPHA else None


def of_alerts(found: Sequence[Alert], names: Mapping[str, str]) -> str:
    """The first of them with since when and how sure, and how many there are besides; "" without any."""
    if not found:
        return ""
    first, more = found[0], len(found) - 1
    said = f"{alert_title(first, names)}. {alert_count(first)} {alert_chance(first)}"
    if first.settled_at is not None:
        said += " " + _("It is settled.")
    if not more:
        return said
    return f"{said} " + ngettext(
        "%(n)s other change touches this week.", "%(n)s other changes touch this week.", more
    ) % {"n": _number(more)}


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
    now, before = one.usual
    words = {"theme": one.name, "now": _number(now), "before": _number(before)}
    if now > before:
        return _("Complaints about “%(theme)s” rose from %(before)s to %(now)s, hardly by chance.") % words
    return _("Complaints about “%(theme)s” fell from %(before)s to %(now)s, hardly by chance.") % words


def of_figures(tiles: Sequence[Tile], found: Mapping[str, Headline]) -> str:
    """The headline that moved farthest beyond its interval; where none did, the first of the page."""
    if not tiles:
        return _("Of this week no figures of the morning page are known.")
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
