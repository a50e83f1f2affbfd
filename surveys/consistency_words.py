"""How steady customers find us, in words."""

from collections.abc import Iterator

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from surveys.consistency import EVERYWHERE, SAME_PEOPLE, Consistency, Row
from surveys.steadiness import Change, Figure, Verdict

NAMES = {
    EVERYWHERE: gettext_lazy("All together"),
    SAME_PEOPLE: gettext_lazy("The same customer, from one time to the next"),
}
VERDICTS = {
    Verdict.RISING: gettext_lazy("less steady, same mean"),
    Verdict.MOVED: gettext_lazy("less steady, and the mean moved"),
    Verdict.STEADY: pgettext_lazy("how customers found it", "as steady as before"),
    Verdict.TOO_FEW: gettext_lazy("too few to say"),
}
TONES = {Verdict.RISING: "warn", Verdict.MOVED: "bad"}


def name(row: Row) -> str:
    return str(NAMES.get(row.slug) or row.name)


def findings(found: Consistency) -> Iterator[str]:
    """A sentence for each alarm; else one that says that there is none."""
    for row in found.rows:
        if row.change is not None and row.verdict in TONES:
            yield _told(row, row.change)
    if all(row.verdict == Verdict.STEADY or row.change is None for row in found.rows):
        if any(row.change for row in found.rows):
            yield _("Nowhere did it become less steady by more than chance would have it.")
        else:
            yield _("Too little is known: it takes thirty customers with marks in each of both times.")


def _told(row: Row, one: Change) -> str:
    words = {"place": name(row), "times": number(one.times.value), "interval": interval(one.times)}
    words |= {"was": number(one.mean_was), "now": number(one.mean_now)}
    if row.verdict == Verdict.RISING:
        return _(
            "%(place)s: the marks lie %(times)s times as far apart as before (95 %%: %(interval)s), and "
            "their mean stayed (%(was)s, now %(now)s). Customers do not know what they will get."
        ) % words  # fmt: skip
    return _(
        "%(place)s: the marks lie %(times)s times as far apart as before (95 %%: %(interval)s), and their "
        "mean moved as well (%(was)s, now %(now)s)."
    ) % words  # fmt: skip


def number(value: float) -> str:
    return str(floatformat(value, 1)) if value < float("inf") else "∞"


def interval(one: Figure) -> str:
    return _("%(low)s to %(high)s") % {"low": number(one.low), "high": number(one.high)}
