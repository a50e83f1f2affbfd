"""The account of our own review page in sentences, the same for staff and for everybody (L6)."""

from math import isinf

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from feedback.templatetags.feedback import percent, rounded
from reviews.account import Account
from reviews.independence import Tested


def findings(found: Account) -> list[str]:
    """What the tests found, a sentence and how sure it is for each: by stars, then by what the words say."""
    told = []
    if found.by_stars:
        about = _("Hidden are %(low)s with one or two stars (%(low_share)s) and %(high)s with three or more")
        told.append(f"{_shares(about, found.by_stars)} {_sure(found.by_stars)}")
    if found.by_words:
        about = _("Hidden are %(low)s negative ones (%(low_share)s) and %(high)s positive or neutral ones")
        told.append(f"{_shares(about, found.by_words)} {_sure(found.by_words)}")
    return told


def _shares(words: str, one: Tested) -> str:
    table = one.table
    others = table.n - table.low
    said = words % {
        "low": _of(table.low_hidden, table.low),
        "low_share": percent(table.low_hidden / table.low, 1),
        "high": _of(table.high_hidden, others),
    }
    return f"{said} ({percent(table.high_hidden / others, 1)})."


def _of(count: int, n: int) -> str:
    return _("%(count)s of %(n)s") % {"count": _number(count), "n": _number(n)}


def _sure(one: Tested) -> str:
    if not one.can_tell:
        return _("With so few hidden nothing can be told: whatever was hidden, it could be chance.")
    if not one.is_suspicious:
        said = _("That does not go with how good they are: the difference may be chance")
    elif one.hides_low_ones:
        said = _("Low ones are hidden more often than chance would have it, which needs an explanation")
    else:
        said = _("Good ones are hidden more often than chance would have it, which needs an explanation")
    return f"{said} (p {_chance(one.chance)}; {_interval(one)})."


def _chance(p: float) -> str:
    return f"< {rounded(0.001, 3)}" if p < 0.001 else f"= {rounded(p, 3)}"


def _interval(one: Tested) -> str:
    words = {"odds": _odds(one.odds), "low": _odds(one.low), "high": _odds(one.high)}
    return _("odds ratio %(odds)s, 95 %% from %(low)s to %(high)s") % words


def _odds(value: float) -> str:
    return "∞" if isinf(value) else rounded(value, 2)


def _number(n: int) -> str:
    return str(number_format(n, use_l10n=True, force_grouping=True))
