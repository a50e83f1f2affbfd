"""The form of how long complaints may wait: a field for each time, and what is wrong with them in words."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from feedback import clock_times
from feedback.clock_times import LEAST_MINUTES, MOST_DAYS, MOST_HOURS, Times, Way
from feedback.clocks import Severity
from feedback.models import Case

WAYS = {
    Way.IN_PERSON: gettext_lazy("In person"),
    Way.NEAR: gettext_lazy("Phone, text message, e-mail"),
    Way.ASKED: gettext_lazy("Feedback page, survey, review"),
    Way.LETTER: gettext_lazy("Letter"),
}
WHATS = {
    "acknowledge": pgettext_lazy("a clock", "Told that we have it"),
    "answer": pgettext_lazy("a clock", "First answer"),
    "settle": pgettext_lazy("a clock", "Put right"),
}
_FAULTS = {
    "severity": gettext_lazy("What is more serious must not wait longer."),
    "channel": gettext_lazy(
        "Whoever stands before you is answered sooner than who calls or writes a mail, and they sooner than "
        "who sends a letter."
    ),
    "acknowledge": gettext_lazy("They must know that you have it by the time they are answered."),
    "law": gettext_lazy("The law of your country allows at most %(days)s working days."),
}


class ClockTimesForm(forms.Form):
    """Minutes in person, office hours elsewhere; working days. `law`: days at the latest, or None."""

    known = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, times: Times, known: int, law: int | None):
        super().__init__(data, auto_id="id_clock_%s", initial={"known": known} | _shown(times))
        self.law = law
        for way in Way:
            for name in clock_times.names(way):
                self.fields[name] = _field(way, name)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            for fault in clock_times.faults(self.times(), self.law):
                self.add_error(fault.name, str(_FAULTS[fault.key]) % {"days": self.law})
        return cleaned

    def times(self) -> Times:
        given = self.cleaned_data
        return Times.from_data(
            {
                way.value: {
                    "acknowledge": _minutes(way, given[f"{way}_acknowledge"]),
                    "answer": [_minutes(way, given[f"{way}_answer_{one}"]) for one in Severity],
                    "settle": [given[f"{way}_settle_{one}"] for one in Severity],
                }
                for way in Way
            }
        )

    def groups(self) -> Iterator[dict[str, Any]]:
        """For the page: a way, its first field, and a row for each severity."""
        for way in Way:
            yield {
                "name": WAYS[way],
                "unit": _unit(way),
                "acknowledge": self[f"{way}_acknowledge"],
                "rows": [
                    (label, self[f"{way}_answer_{value}"], self[f"{way}_settle_{value}"])
                    for value, label in Case.Severity.choices
                ],
            }


def changes(before: Times, after: Times) -> Iterator[str]:
    """In words, what one set says otherwise than the one before it."""
    was, now = _shown(before), _shown(after)
    for way in Way:
        for name in clock_times.names(way):
            if was[name] != now[name]:
                words = {"way": WAYS[way], "what": _named(name, way), "was": was[name], "now": now[name]}
                yield _("%(way)s, %(what)s: %(was)s → %(now)s") % words


def _named(name: str, way: Way) -> str:
    what, _between, severity = name.removeprefix(f"{way}_").partition("_")
    unit = _("working days") if what == "settle" else str(_unit(way))
    graded = f", {dict(Case.Severity.choices)[severity]}" if severity else ""
    return f"{WHATS[what]}{graded} ({unit})"


def _unit(way: Way) -> str:
    return str(_("minutes")) if way == Way.IN_PERSON else str(_("office hours"))


def _field(way: Way, name: str) -> forms.Field:
    label = f"{WAYS[way]}: {_named(name, way)}"
    if "_settle_" in name:
        return forms.IntegerField(label=label, min_value=1, max_value=MOST_DAYS)
    if way == Way.IN_PERSON:
        return forms.IntegerField(label=label, min_value=LEAST_MINUTES, max_value=MOST_HOURS * 60)
    return forms.DecimalField(
        label=label, min_value=Decimal("0.25"), max_value=MOST_HOURS, max_digits=5, decimal_places=2
    )


def _minutes(way: Way, given: int | Decimal) -> int:
    return int(given) if way == Way.IN_PERSON else round(given * 60)


def _shown(times: Times) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for way in Way:
        wait = times.of(way)
        found[f"{way}_acknowledge"] = _in_unit(way, wait.acknowledge)
        for place, severity in enumerate(Severity):
            found[f"{way}_answer_{severity}"] = _in_unit(way, wait.answer[place])
            found[f"{way}_settle_{severity}"] = wait.settle[place]
    return found


def _in_unit(way: Way, minutes: int) -> int | Decimal:
    if way == Way.IN_PERSON or minutes % 60 == 0:
        return minutes if way == Way.IN_PERSON else minutes // 60
    return (Decimal(minutes) / 60).quantize(Decimal("0.01"))
