"""What an alert says: what changed, since when and how much, and how sure that is. The same words on every
page and in every letter."""

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext as _

from feedback.models import Alert
from feedback.models.totals import ALL
from feedback.templatetags.feedback import calendar_day, rounded

register = template.Library()


@register.filter
def alert_title(alert: Alert, themes: Mapping[str, str]) -> str:
    """In a few words. `themes`: their names by slug."""
    words = {"theme": themes.get(alert.theme, alert.theme), "source": alert.source}
    if alert.kind == Alert.Kind.BURST:
        return _("Many bad reviews at once on “%(source)s”") % words
    is_rise = alert.kind == Alert.Kind.RISE
    if not alert.theme:
        return _("More comments than usual") if is_rise else _("Fewer comments than usual")
    if alert.theme == ALL:
        return _("More complaints than usual") if is_rise else _("Fewer complaints than usual")
    if is_rise:
        return _("More complaints about “%(theme)s”") % words
    return _("Fewer complaints about “%(theme)s”") % words


@register.filter
def alert_count(alert: Alert) -> str:
    """How many, in which days, beside what was to be expected; how many times that is, with its interval."""
    words = {"n": alert.seen, "since": calendar_day(alert.since), "expected": rounded(alert.expected, 1)}
    if alert.kind == Alert.Kind.BURST:
        words |= {"first": words["since"], "last": calendar_day(alert.until)}
        told = _(
            "%(n)s reviews with one or two stars from %(first)s to %(last)s, where %(expected)s were to be "
            "expected."
        )
        return told % words
    words |= {name: rounded(getattr(alert, name), 1) for name in ("ratio", "low", "high")}
    if alert.since == alert.counted_from:
        told = _(
            "Since %(since)s: %(n)s, where %(expected)s were to be expected: %(ratio)s times as many "
            "(95 %%: %(low)s to %(high)s)."
        )
        return told % words
    words |= {"first": calendar_day(alert.counted_from), "last": calendar_day(alert.counted_until)}
    told = _(
        "From %(first)s to %(last)s: %(n)s, where %(expected)s were to be expected: %(ratio)s times as many "
        "(95 %%: %(low)s to %(high)s). It began about %(since)s."
    )
    return told % words


@register.filter
def alert_chance(alert: Alert) -> str:
    """Rounded down to one digit. At most a million is said."""
    times = int(min(1 / max(alert.chance, 1e-6), 1e6))
    step = 10 ** (len(str(times)) - 1)
    return _("By chance at most on one day in %(n)s.") % {"n": rounded(times // step * step)}
